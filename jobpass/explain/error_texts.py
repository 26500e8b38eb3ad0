"""The texts that STS and IAM are known to answer with, and what each may mean, most likely first."""

import re
from dataclasses import dataclass

from jobpass.explain import sts_errors
from jobpass.explain.ambiguous_texts import NO_KEY_CAUSES, NOT_AUTHORIZED_CAUSES, NOT_VALIDATED_CAUSES
from jobpass.explain.cause import Cause
from jobpass.explain.token_times import TOLERANCE_SECONDS


@dataclass(frozen=True, slots=True)
class ErrorText:
    """A text by its pattern; for one with dates, how far the clock in it is moved and which claim stands beside it."""

    code: str
    pattern: re.Pattern[str]
    causes: tuple[Cause, ...]
    clock_shift_seconds: int | None = None
    claim: str = ""


def _known(code: str, text: str, *causes: Cause, clock_shift_seconds: int | None = None, claim: str = "") -> ErrorText:
    """A text in which `{…}` stands for what varies: `{clock}` and `{claim}` for seconds, others for one word.

    Blanks may be missing: STS has left one out before a date in its time.
    """
    words = " ".join(text.split()).rstrip(".")
    expression = ""
    for part in re.split(r"(\{\w+\})", words):
        name = part[1:-1]
        varies = part.startswith("{") and part.endswith("}")
        kind = r"\d{1,15}" if name in ("clock", "claim") else r"\S+"
        expression += f"(?P<{name}>{kind})" if varies else r"\s*".join(re.escape(word) for word in part.split(" "))
    return ErrorText(code, re.compile(expression, re.IGNORECASE), causes, clock_shift_seconds, claim)


_TOKEN = sts_errors.INVALID_IDENTITY_TOKEN

KNOWN = (
    _known(sts_errors.ACCESS_DENIED, sts_errors.NOT_AUTHORIZED, *NOT_AUTHORIZED_CAUSES),
    _known(_TOKEN, sts_errors.NOT_VALIDATED, *NOT_VALIDATED_CAUSES),
    _known(_TOKEN, sts_errors.NO_KEY.partition(",")[0], *NO_KEY_CAUSES),
    _known(
        _TOKEN,
        "Incorrect token audience",
        Cause(
            "the token's audience is none of the provider's client IDs",
            "compare the token's `aud` (or `azp`, where it has one) with the provider's client IDs",
            "ask for the token with a client ID as its audience, or add the audience to the client IDs",
        ),
    ),
    _known(
        _TOKEN,
        sts_errors.NO_PROVIDER,
        Cause(
            "the account has no OIDC provider of this URL",
            "`aws iam list-open-id-connect-providers` in the role's account",
            "create the provider in the role's own account",
        ),
        Cause(
            "the provider's URL and `iss` differ in a slash at the end or in capital letters",
            "compare both letter for letter: IAM keeps the slash and the case",
            "create a provider whose URL is `iss`, letter for letter; a provider's URL cannot be changed",
        ),
    ),
    _known(
        sts_errors.EXPIRED_TOKEN,
        sts_errors.EXPIRED.replace("{exp}", "{claim}"),
        Cause(
            "the token was fetched long before it was used",
            "see how long before the call the job fetched it; SDKs read a token file again, but nothing rewrites it",
            "fetch a new token right before the call, or let the SDK refresh through a credentials URL",
        ),
        Cause(
            "the issuer's clock is behind",
            "the token's `iat` lies well before the moment in which the job fetched it",
            "set the issuer's clock right (NTP)",
        ),
        clock_shift_seconds=-TOLERANCE_SECONDS,
        claim="exp",
    ),
    _known(
        _TOKEN,
        sts_errors.NOT_YET_VALID.replace("{nbf}", "{claim}"),
        Cause(
            "the issuer's clock is ahead, or it dates tokens forward",
            "the token's `nbf` lies more than five minutes after the moment in which the job fetched it",
            "set the issuer's clock right (NTP)",
        ),
        clock_shift_seconds=TOLERANCE_SECONDS,
        claim="nbf",
    ),
    _known(
        _TOKEN,
        sts_errors.ISSUED_IN_FUTURE,
        Cause(
            "the issuer's clock is ahead by more than five minutes",
            "compare the token's `iat` with the moment in which the job fetched it",
            "set the issuer's clock right (NTP)",
        ),
    ),
    _known(
        _TOKEN,
        sts_errors.INVALID_TIMESTAMP,
        Cause(
            "`iat`, `nbf` or `exp` is no whole number: a fraction, null or a text",
            "look at the three claims",
            "make the issuer write whole Unix seconds",
        ),
    ),
    _known(
        _TOKEN,
        sts_errors.MISSING_CLAIM.replace("{claim}", "{name}"),
        Cause(
            "the token lacks the claim named: STS wants iss, sub, aud, iat and exp",
            "look at the token's claims; without an audience asked for, some issuers leave `aud` out",
            "ask for the token with an audience, or make the issuer write the claim",
        ),
    ),
    _known(
        _TOKEN,
        sts_errors.EMPTY_CLAIM.replace("{claim}", "{name}"),
        Cause("`aud` is an empty list", "look at the token's `aud`", "ask for the token with one audience"),
    ),
    _known(
        _TOKEN,
        sts_errors.SEVERAL_AUDIENCES,
        Cause("`aud` names several audiences", "look at the token's `aud`", "ask for the token with one audience"),
    ),
    _known(
        _TOKEN,
        sts_errors.NOT_A_JWT,
        Cause(
            "what was sent is no ID token: an access token, JSON around the token, a blank or a line break with it",
            "count its parts: an ID token has three, divided by dots, and nothing before or after them",
            "send the ID token alone",
        ),
        Cause("the token's header has `crit`", "look at the header", "make the issuer leave `crit` out"),
    ),
    _known(
        _TOKEN,
        sts_errors.ROLE_NOT_LISTED,
        Cause(
            "the token is pinned to other roles",
            "look at the claim `https://aws.amazon.com/roles`",
            "ask for a token pinned to this role, or for one without a pin",
        ),
    ),
    _known(
        _TOKEN,
        sts_errors.NO_VALID_ROLES,
        Cause(
            "the roles claim holds no whole role ARN: it is empty, divided by commas, has a wildcard or other capitals",
            "look at the claim `https://aws.amazon.com/roles`",
            "make the issuer write a list of role ARNs",
        ),
    ),
    _known(
        _TOKEN,
        sts_errors.ROLES_FORMAT,
        Cause(
            "the roles claim is a number, a boolean or an object",
            "look at the claim `https://aws.amazon.com/roles`",
            "make the issuer write a list of role ARNs",
        ),
    ),
    _known(
        _TOKEN,
        sts_errors.TAGS_FORMAT,
        Cause(
            "a value in `principal_tags` is a plain text, where the nested form wants a list of one",
            "look at the claim `https://aws.amazon.com/tags`",
            'make the issuer write {"principal_tags": {"Team": ["web"]}}',
        ),
    ),
    _known(
        sts_errors.ACCESS_DENIED,
        "not authorized to perform: sts:TagSession",
        Cause(
            "the session carries tags and the role's trust policy does not allow sts:TagSession",
            "look for the tags claim in the token, and for sts:TagSession in the trust policy",
            "add sts:TagSession beside sts:AssumeRoleWithWebIdentity",
        ),
    ),
    _known(
        sts_errors.PACKED_POLICY_TOO_LARGE,
        "Packed size of session tags consumes {percent} of allotted space",
        Cause(
            "tags and session policies are together too large once AWS has packed them",
            "the percentage in the text; PackedPolicySize of a call that succeeds says how near it is",
            "carry fewer or shorter tags",
        ),
    ),
    _known(
        sts_errors.VALIDATION_ERROR,
        sts_errors.OVER_MAXIMUM_DURATION,
        Cause(
            "the session asked for is longer than the role allows",
            "compare DurationSeconds with the role's MaxSessionDuration",
            "ask for less, or raise the role's maximum",
        ),
    ),
    _known(
        sts_errors.ACCESS_DENIED,
        sts_errors.UNRECOGNIZED_PROVIDER,
        Cause(
            "the call names a ProviderId beside an OIDC ID token",
            "look at the call's parameters",
            "leave ProviderId out",
        ),
    ),
    _known(
        sts_errors.INTERNAL_FAILURE,
        sts_errors.UNKNOWN_FAILURE,
        Cause(
            "`sub` is null: the token is at fault, though clients retry it as a fault of AWS",
            "look at the token's `sub`",
            "make the issuer write a text into `sub`",
        ),
    ),
)
