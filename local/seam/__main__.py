"""`python -m local.seam`: ministack with the seam sewn in, serving until it is told to stop.

Takes no arguments: ministack's own `--detach` would start a second process without the seam.
"""

import sys

from local.seam import ministack_parts
from local.seam.controls import ControlError


def main() -> int:
    """Check ministack, add to it, and run it as its own command does; 2 when something is not as it must be."""
    if len(sys.argv) > 1:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        ministack_parts.check()
        install()
    except (ministack_parts.MovedPartError, ControlError) as error:
        print(error, file=sys.stderr)
        return 2
    ministack_parts.part("main")()
    return 0


def install() -> None:
    """Sew everything in."""
    # After the check: these look ministack's parts up.
    from local.seam import (  # noqa: PLC0415
        assume_role,
        cloudformation,
        controls,
        event_bus,
        faults,
        gateway,
        iam_api,
        kms_conditions,
        lambda_width,
        sessions,
        topic_policy,
    )
    from local.seam.cloudtrail import installation as cloudtrail  # noqa: PLC0415
    from local.seam.cloudwatch import installation as cloudwatch  # noqa: PLC0415

    settings = controls.from_environment()
    gateway.install()
    iam_api.install()
    kms_conditions.install()
    cloudformation.install()
    controls.install(settings)
    sessions.install()
    lambda_width.install()
    assume_role.install(settings)
    topic_policy.install()
    event_bus.install()
    cloudtrail.install(settings)
    cloudwatch.install(settings)
    # Last: what befalls a call leaves no trace but that of a call that was carried out.
    faults.install()


if __name__ == "__main__":
    sys.exit(main())
