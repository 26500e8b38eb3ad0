"""Jobpass: a passport for every job.

On jobs: `get_id_token` and, with boto3, `aws_session`. On platforms: `Jobs`, with the libraries of the extra. Errors
are `JobpassError`. Each is imported when it is first asked for: nobody waits for what they do not use.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from jobpass.boto_session import aws_session
    from jobpass.errors import JobpassError, RefusedError, UnavailableError
    from jobpass.job.id_token import get_id_token
    from jobpass.platform import Jobs

__all__ = ["JobpassError", "Jobs", "RefusedError", "UnavailableError", "aws_session", "get_id_token"]

_MODULES = {
    "JobpassError": "jobpass.errors",
    "Jobs": "jobpass.platform",
    "RefusedError": "jobpass.errors",
    "UnavailableError": "jobpass.errors",
    "aws_session": "jobpass.boto_session",
    "get_id_token": "jobpass.job.id_token",
}
# What is the operators' needs a newer Python than jobs do.
_OPERATORS = frozenset({"Jobs"})
_OPERATOR_PYTHON = (3, 11)
# Which of the names need libraries, and what brings them.
_EXTRAS = {
    "Jobs": ("jobpass[operator]", ("boto3", "botocore", "cryptography")),
    "aws_session": ("boto3", ("boto3", "botocore")),
}


def __getattr__(name: str) -> object:
    """Import a name of the library (PEP 562)."""
    if name not in _MODULES:
        raise AttributeError(f"module 'jobpass' has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415 - not for the command

    if name in _OPERATORS:
        _refuse_older_python(name)
    try:
        found: object = getattr(import_module(_MODULES[name]), name)
    except ModuleNotFoundError as error:
        package, libraries = _EXTRAS.get(name, ("", ()))
        if (error.name or "").partition(".")[0] not in libraries:
            raise
        from jobpass.errors import JobpassError  # noqa: PLC0415 - where something is missing

        text = f"`jobpass.{name}` needs the library `{error.name}`, which is not installed"
        raise JobpassError("extra_missing", text, f"run: pip install '{package}'") from None
    globals()[name] = found
    return found


def _refuse_older_python(name: str) -> None:
    import sys  # noqa: PLC0415 - built in

    if sys.version_info < _OPERATOR_PYTHON:
        from jobpass.errors import JobpassError  # noqa: PLC0415 - where something is missing

        wanted, have = (".".join(map(str, version[:2])) for version in (_OPERATOR_PYTHON, sys.version_info))
        text = f"`jobpass.{name}` needs Python {wanted}, and this is {have}"
        remedy = f"install Jobpass with Python {wanted} or newer; what jobs use of the library runs on this one"
        raise JobpassError("python_too_old", text, remedy)
