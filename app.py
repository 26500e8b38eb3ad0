"""CDK entry: reads the configuration, builds the stacks, writes their templates. Makes no AWS call.

`cdk.json` runs it with the checkout's own environment, activated or not, so that `make synth` and `cdk synth` see the
same locked libraries. It sets no feature flags: what a stack relies on is spelled out where it is made, and running
this file alone gives the same templates.
"""

import sys
from pathlib import Path

# The functions' sources are a root of their own, since Lambda packages them alone; synth needs no installation.
sys.path.insert(0, str(Path(__file__).resolve().parent / "lambda_src"))

from aws_cdk import App

from infra import nag
from infra.function_asset import AssetError
from infra.stacks import stacks
from jobpass.configuration import ConfigurationError, load


def main() -> str | None:
    """Write the cloud assembly; return what is wrong, in the words of whoever found it, or None."""
    app = App(analytics_reporting=False)
    try:
        configuration = load(Path(app.node.try_get_context("configuration") or "jobpass.yaml"))
        made = list(stacks(app, configuration))
    except (ConfigurationError, AssetError) as error:
        return str(error)
    nag.check(app, made, configuration)
    try:
        app.synth()
    except RuntimeError as error:
        if "ValidationFailed" not in str(error):
            raise
        # The findings stand above, printed by CDK; its own traceback would push them out of sight.
        return str(error)
    return None


if __name__ == "__main__":
    sys.exit(main())
