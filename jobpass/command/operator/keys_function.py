"""The keys function of a deployment: where it is, and what it answers an operator."""

import json
import os
from dataclasses import dataclass
from typing import Any, Self

from jobpass.command.errors import COULD_NOT_LOOK, CommandError
from jobpass.command.operator.configuration_here import configuration_here
from jobpass.command.operator.key_ring import Ring
from jobpass.errors import JobpassError, RefusedError, UnavailableError

OUTPUT = "KeysFunctionName"
DEFAULT_STACK = "jobpass"
# The function has 270 s; to give up earlier would be not to know what it did.
_LONGEST_RUN_SECONDS = 300
_SEE = "see with `aws sts get-caller-identity` whether AWS can be reached, and as whom"
_DENIED = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"})
# What a signature is refused with, before anybody looks at permissions (Lambda API Reference, "Common Errors").
_NOT_GOOD = frozenset(
    {"ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId", "InvalidSignatureException"}
    | {"SignatureDoesNotMatch", "UnrecognizedClientException", "IncompleteSignature"}
)
_BUSY = frozenset({"TooManyRequestsException", "ServiceException", "ThrottlingException", "Throttling"})


@dataclass(frozen=True, slots=True)
class KeysFunction:
    """The function by its name or ARN, invoked with the credentials and in the Region of the environment."""

    name: str

    @classmethod
    def found(cls, function: str | None, stack: str | None) -> Self:
        """Return the one of this name, or else of a stack: the one named, jobpass.yaml's here, or `jobpass`.

        Raises:
            JobpassError: there is none, or nobody can be asked.
        """
        if function:
            return cls(function)
        if not stack:
            configuration = configuration_here()
            stack = configuration.name if configuration else DEFAULT_STACK
        return cls(_output(stack))

    def command(self, name: str, **members: str) -> Ring:
        """Have a command carried out, once, and return the ring after it.

        Raises:
            RefusedError: the function refuses it, and has changed nothing; or AWS does not let this caller invoke it.
            UnavailableError: it failed on the way, or nobody knows how it ended.
            JobpassError: AWS cannot be asked.
        """
        answer = _asked(
            "lambda",
            "invoke",
            {"FunctionName": self.name, "Payload": json.dumps({"command": name, **members}).encode()},
            self.name,
        )
        told = _parsed(answer["Payload"].read())
        if "FunctionError" in answer:
            raise self._failed(told)
        if isinstance(told, dict) and "error" in told:
            remedy = "mend the command by what it says; `jobpass keys list` shows the keys. Nothing was changed"
            raise RefusedError(str(told["error"]), f"{self.name}: {told.get('error_description', 'refused')}", remedy)
        return Ring.of(told)

    def _failed(self, told: Any) -> JobpassError:
        reason = told.get("errorMessage") if isinstance(told, dict) else None
        text = f"{self.name} failed on the way: {reason or 'it does not say why'}"
        remedy = (
            "what it had done is kept, and `jobpass keys settle` goes on from there; the function's log has the cause "
            f"(aws logs tail /aws/lambda/{self.name.rpartition(':')[2]})"
        )
        return UnavailableError("keys_function_failed", text, remedy)


def _output(stack: str) -> str:
    """The name of the keys function of a stack."""
    answer = _asked("cloudformation", "describe_stacks", {"StackName": stack}, stack)
    outputs = answer["Stacks"][0].get("Outputs", [])
    found = next((each["OutputValue"] for each in outputs if each["OutputKey"] == OUTPUT), None)
    if found is None:
        text = f"the stack {stack} has no output {OUTPUT}: it is no issuer of Jobpass, or not deployed to its end"
        raise CommandError("no_keys_function", text, "name the issuer's stack with `--stack`", COULD_NOT_LOOK)
    return str(found)


def _asked(service: str, operation: str, parameters: dict[str, Any], where: str) -> Any:
    """The answer of an AWS operation, which is sent once and never again: nobody wants two revocations of one word."""
    try:
        import boto3  # noqa: PLC0415 - it takes half a second, which `--help` need not
        from botocore.config import Config  # noqa: PLC0415
        from botocore.exceptions import BotoCoreError, ClientError, ReadTimeoutError  # noqa: PLC0415
    except ModuleNotFoundError as error:
        text = f"invoking the keys function needs the library `{error.name}`, which is not installed"
        raise CommandError("extra_missing", text, "run: pip install 'jobpass[operator]'", COULD_NOT_LOOK) from None
    once = Config(
        connect_timeout=10, read_timeout=_LONGEST_RUN_SECONDS, retries={"total_max_attempts": 1}, tcp_keepalive=True
    )
    try:
        session = boto3.Session()
        make: Any = session.client  # Its stubs list every service by name; ours comes as a parameter.
        # boto3 knows AWS_DEFAULT_REGION alone; the AWS CLI, and a person, both.
        region = os.environ.get("AWS_REGION") or session.region_name
        return getattr(make(service, region_name=region, config=once), operation)(**parameters)
    except ClientError as error:
        raise _refused(error, where) from None
    except ReadTimeoutError:
        text = f"{where} gave no answer within {_LONGEST_RUN_SECONDS} s; it may still be at work"
        raise UnavailableError("no_answer", text, "look with `jobpass keys list` before you send it again") from None
    except BotoCoreError as error:
        raise _unasked(error, where) from None


def _unasked(error: Any, where: str) -> JobpassError:
    """What keeps a call from being made, or from being answered."""
    name = type(error).__name__
    if name == "NoCredentialsError":
        remedy = "give this shell those of an operator: `aws sso login`, AWS_PROFILE, or AWS_ACCESS_KEY_ID and the like"
        return JobpassError("no_aws_credentials", "there are no AWS credentials in this environment", remedy)
    if name == "NoRegionError":
        return JobpassError("no_region", "no Region is set", "set AWS_REGION to the Region of the issuer's stack")
    if name in ("ParamValidationError", "ValidationError"):
        text = f"{where!a} is no name of a function or a stack"
        return JobpassError("no_keys_function", text, "write the name, or the whole ARN, as AWS shows it")
    if "Connect" in name or name in ("HTTPClientError", "ProxyConnectionError", "SSLError"):
        return UnavailableError("aws_unreachable", f"AWS cannot be asked for {where} ({name})", _SEE)
    return JobpassError("aws_sdk_failed", f"AWS cannot be asked for {where} ({name})", _SEE)


def _refused(error: Any, where: str) -> JobpassError:
    code = str(error.response.get("Error", {}).get("Code", ""))
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    action = {"Invoke": "lambda:InvokeFunction", "DescribeStacks": "cloudformation:DescribeStacks"}[
        error.operation_name
    ]
    if code in _DENIED:
        text = f"these credentials may not call {action} for {where}"
        other = "" if action.startswith("lambda") else ", or name the function with `--function` (`<stack>-keys`)"
        return RefusedError("not_permitted", text, f"allow {action} to operators, and to them alone{other}")
    if code in _NOT_GOOD:
        text = f"AWS does not take the credentials of this environment ({code})"
        return RefusedError("aws_credentials_refused", text, "log in anew, and see that this machine's clock is right")
    if code in ("ResourceNotFoundException", "ValidationError"):
        text = (
            f"there is no {'function' if action.startswith('lambda') else 'stack'} {where} in this account and Region"
        )
        remedy = "name it with `--stack` or `--function`, and see that AWS_REGION and the credentials are the issuer's"
        return CommandError("no_keys_function", text, remedy, COULD_NOT_LOOK)
    if code in _BUSY or status >= 500:
        text = f"AWS does not answer {action} for {where} as it should ({code or status})"
        return UnavailableError("aws_unavailable", text, "look with `jobpass keys list` in a moment, and try again")
    return RefusedError("aws_refused", f"{action} for {where} is refused ({code})", _SEE)


def _parsed(payload: bytes) -> Any:
    try:
        return json.loads(payload)
    except ValueError:
        return None
