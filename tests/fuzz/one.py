"""One target under libFuzzer, named by `JOBPASS_FUZZ_TARGET`; arguments are libFuzzer's."""

import os
import sys

import atheris

os.environ.setdefault("POWERTOOLS_METRICS_NAMESPACE", "Jobpass")
os.environ.setdefault("POWERTOOLS_SERVICE_NAME", "jobpass-fuzz")
with atheris.instrument_imports(include=["jobpass_issuer", "jwt"]):
    from tests.fuzz import targets


def main() -> None:
    """Fuzz until a limit is reached, or a finding."""
    name = os.environ["JOBPASS_FUZZ_TARGET"]
    targets.prepare()
    atheris.Setup(sys.argv, lambda data: targets.check(name, data) and None)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
