"""`python -m local.seam`: ministack with the seam sewn in, serving until it is told to stop.

Takes no arguments: ministack's own `--detach` would start a second process without the seam.
"""

import sys

from local.seam import ministack_parts


def main() -> int:
    """Check ministack, add to it, and run it as its own command does; 2 when it is not the one we know."""
    if len(sys.argv) > 1:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        ministack_parts.check()
    except ministack_parts.MovedPartError as error:
        print(error, file=sys.stderr)
        return 2
    install()
    ministack_parts.part("main")()
    return 0


def install() -> None:
    """Sew everything in."""
    from local.seam import assume_role, cloudformation, controls, iam_api  # noqa: PLC0415 - after the check

    settings = controls.from_environment()
    iam_api.install()
    cloudformation.install()
    controls.install(settings)
    assume_role.install(settings)


if __name__ == "__main__":
    sys.exit(main())
