"""A role as IAM has it now, with the providers of its account: read with the credentials of the environment."""

from collections.abc import Callable, Sequence
from typing import Any

from jobpass.command.errors import COULD_NOT_LOOK, CommandError
from jobpass.explain import Account, Provider, Role
from jobpass.lookup.presented import Presented
from jobpass.lookup.role_side import RoleSide, federated, provider

# Where STS and IAM of a partition are asked unless the environment names a Region.
_REGIONS = {"aws": "us-east-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}
_DENIED = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"})
_GONE = frozenset({"NoSuchEntity", "NoSuchEntityException"})

Client = Callable[[str], Any]


def live_role(arn: str, presented: Presented | None) -> RoleSide:
    """Return the side of the role with this ARN.

    Raises:
        CommandError: IAM cannot be asked: no library, no credentials, no permission, another account, no answer.
    """
    client = _clients(arn.split(":")[1])
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - for roles of live accounts alone

    try:
        _same_account(client, arn)
        role, assumed = _role(client("iam"), arn)
        providers, unseen = _providers(client("iam"), arn, role, presented)
    except ClientError as error:
        raise _refused(error, arn) from None
    except BotoCoreError as error:
        text = f"IAM cannot be asked for {arn}: {error}"
        remedy = "see with `aws sts get-caller-identity` that AWS can be reached and credentials are there"
        raise _unseen(text, remedy) from None
    return RoleSide(Account(arn, role, providers), None, assumed, unseen)


def _clients(partition: str) -> Client:
    """What makes clients, with short deadlines; endpoints, proxies and authorities are those of the environment."""
    try:
        import boto3  # noqa: PLC0415 - it takes half a second, for roles of live accounts alone
        from botocore.config import Config  # noqa: PLC0415
    except ModuleNotFoundError as error:
        text = f"looking at a live role needs the library `{error.name}`, which is not installed"
        remedy = "run: pip install 'jobpass[operator]' (or hand over its policy with `--trust-policy`)"
        raise CommandError("extra_missing", text, remedy, COULD_NOT_LOOK) from None
    session = boto3.Session()
    make: Any = session.client  # Its stubs list every service by name; ours comes as a parameter.
    settings = Config(connect_timeout=5, read_timeout=10, retries={"total_max_attempts": 3})
    region = session.region_name or _REGIONS.get(partition, "us-east-1")
    return lambda service: make(service, region_name=region, config=settings)


def _same_account(client: Client, arn: str) -> None:
    """GetRole takes a name, and would show another account's role of the same name."""
    own = client("sts").get_caller_identity()["Account"]
    wanted = arn.split(":")[4]
    if own != wanted:
        text = f"the credentials are of account {own}, and the role is in {wanted}"
        raise _unseen(text, f"use credentials of account {wanted}, or hand over the policy with `--trust-policy`")


def _role(iam: Any, arn: str) -> tuple[Role | None, tuple[str, ...]]:
    try:
        found = iam.get_role(RoleName=arn.rpartition("/")[2])["Role"]
    except iam.exceptions.NoSuchEntityException:
        return None, ()
    if found["Arn"] != arn:
        return None, (f"there is `{found['Arn']}`: the path is part of a role's ARN",)
    return Role(arn, found["AssumeRolePolicyDocument"], found["MaxSessionDuration"]), ()


def _providers(
    iam: Any, arn: str, role: Role | None, presented: Presented | None
) -> tuple[Sequence[Provider], tuple[str, ...]]:
    """The account's providers, with client IDs where these count: of the token's issuer and of the role's."""
    _, partition, _, _, account_id, _ = arn.split(":", 5)
    named = [each for each in federated(role.trust_policy) if provider(each)] if role else []
    issuer = presented.issuer if presented else None
    if issuer is not None and issuer.startswith("https://"):
        named.append(f"arn:{partition}:iam::{account_id}:oidc-provider/{issuer.removeprefix('https://')}")
    own = [each for each in dict.fromkeys(named) if each.split(":")[4] == account_id]
    unseen = []
    try:
        answer = iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]
        listed = [each["Arn"] for each in answer]
    except iam.exceptions.ClientError as error:
        if not _is_denied(error):
            raise
        listed = own  # GetOpenIDConnectProvider says of each whether it is there.
        unseen.append("the list of the account's OIDC providers (iam:ListOpenIDConnectProviders is not allowed)")
    found = []
    for each in listed:
        client_ids: tuple[str, ...] | None = ()
        if each in own:
            client_ids = _client_ids(iam, each)
            if client_ids is None and unseen:
                continue
        made = provider(each, client_ids or ())
        found += [made] if made else []
    return found, _needed(unseen, found, issuer)


def _client_ids(iam: Any, arn: str) -> tuple[str, ...] | None:
    """The client IDs, None where there is no such provider.

    Raises:
        CommandError: the caller may not look.
    """
    try:
        return tuple(iam.get_open_id_connect_provider(OpenIDConnectProviderArn=arn)["ClientIDList"])
    except iam.exceptions.ClientError as error:
        if error.response["Error"]["Code"] in _GONE:
            return None
        raise


def _needed(unseen: list[str], found: Sequence[Provider], issuer: str | None) -> tuple[str, ...]:
    """What was not seen and matters: where the token's own provider was seen, the others do not."""
    return () if any(each.issuer == issuer for each in found) else tuple(unseen)


def _is_denied(error: Any) -> bool:
    return error.response["Error"]["Code"] in _DENIED


def _refused(error: Any, arn: str) -> CommandError:
    code, operation = error.response["Error"]["Code"], error.operation_name
    if _is_denied(error):
        text = f"these credentials may not call {operation}, which looking at {arn} needs"
        remedy = f"allow `iam:{operation}`, or hand over what `aws iam get-role` prints with `--trust-policy`"
        return _unseen(text, remedy)
    text = f"{operation} answered {code}: {arn} cannot be looked at"
    return _unseen(text, "see with `aws sts get-caller-identity` whether the credentials of this shell still hold")


def _unseen(text: str, remedy: str) -> CommandError:
    return CommandError("unseen", text, remedy, COULD_NOT_LOOK)
