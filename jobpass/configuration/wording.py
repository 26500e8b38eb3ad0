"""What a misfit between the file and the models means, in the words of people who write the file."""

import re
import types
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic_core import ErrorDetails

from jobpass.configuration import settings as forms
from jobpass.configuration.configuration import Configuration
from jobpass.configuration.errors import Path
from jobpass.configuration.settings import Settings
from jobpass.configuration.suggestion import listed, suggestion
from jobpass.configuration.yaml_document import YamlDocument

MAX_QUOTED_LENGTH = 200
_NO_ARN = "is no ARN of {}: write it whole, such as `{}`"
_FORMS = {
    forms.NAME: "must be a name of a-z, 0-9 and `-` that begins with a letter, 31 characters at most",
    forms.DEPLOYMENT_NAME: "must be a name of a-z, 0-9 and `-` that begins with a letter, 21 characters at most",
    forms.FIELD_NAME: "must be a field's name: a-z, 0-9 and `_`, a letter first, 64 characters at most",
    forms.PRINCIPAL_ARN: _NO_ARN.format("an IAM role, user or account", "arn:aws:iam::111122223333:role/ci-server"),
    forms.POLICY_ARN: _NO_ARN.format("a managed policy", "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"),
    forms.INLINE_POLICY_NAME: "must be a policy's name: letters, digits and `_+=,.@-`, 128 characters at most",
    forms.ROLE_PATH: "must be a path that begins and ends in `/`, such as `/jobs/`",
    forms.ACCOUNT_ID: 'must be the number of an AWS account: its 12 digits in quotes, such as `"222233334444"`',
    forms.CERTIFICATE_ARN: "must be an ACM certificate in us-east-1, where CloudFront looks for it: "
    "`arn:aws:acm:us-east-1:<account>:certificate/<id>`",
    forms.TRAIL: "must be `create`, `none`, or the name or ARN of a trail: letters, digits, and single `.`, `_` or `-` "
    "between them",
    forms.TOPIC_ARN: "must be the ARN of an SNS topic, such as `arn:aws:sns:us-east-1:111122223333:pager`",
    forms.EMAIL: "must be an email address",
    forms.HOSTED_ZONE_ID: "must be the hosted zone's ID, such as `Z0123456789ABCDEFGHIJ`",
    forms.DOMAIN_NAME: "must be a domain name in lower case without a dot at its end, such as `example.com`",
}


@dataclass(frozen=True, slots=True)
class _Misfit:
    error: ErrorDetails
    path: Path
    document: YamlDocument


_Telling = Callable[[_Misfit], str]


def place(error: ErrorDetails) -> Path:
    """Return the place in the file that an error is about.

    Pydantic adds to it that the key is meant, not its value, and which form it tried of session tags, of a `when` or of
    a claim.
    """
    location = error["loc"]
    if location[-1:] == ("[key]",):
        location = location[:-1]
    if (*location[0:1], *location[2:3]) in {("profiles", "session_tags"), ("roles", "when")}:
        return location[:3] + location[4:]
    if location[0:1] == ("profiles",) and location[2:3] == ("claims",):
        return location[:4] + location[5:]
    return location


def words(error: ErrorDetails, document: YamlDocument) -> str:
    """Return what is wrong and the remedy."""
    told = _TOLD.get(error["type"])
    return told(_Misfit(error, place(error), document)) if told else f"cannot be used: {error['msg']}"


def _unknown(misfit: _Misfit) -> str:
    parent = _model_at(misfit.path[:-1])
    known = parent.model_fields if parent else ()
    return f"is no setting here: {suggestion(str(misfit.path[-1]), known)}"


def _missing(misfit: _Misfit) -> str:
    parent = _model_at(misfit.path[:-1])
    description = parent.model_fields[str(misfit.path[-1])].description if parent else None
    sentence = re.split(r"(?<=[.;:])\s", " ".join((description or "").split()))[0]
    return f"is missing: {sentence[:1].lower()}{sentence[1:].rstrip('.;:')}"


def _no_text(misfit: _Misfit) -> str:
    value, written = misfit.error["input"], misfit.document.unlike_text.get(misfit.path)
    if value is None:
        return "is empty: write its text, or leave the line out"
    if isinstance(value, list | dict):
        return f"must be text, not {_kind(value)}"
    meaning = f"`{str(value).lower()}`" if isinstance(value, bool) else f"the number {value}"
    shown = str(value) if written is None else written
    return f'is {meaning} to YAML, and text is wanted: write it in quotes: "{shown}"'


def _wanted(what: str) -> _Telling:
    def told(misfit: _Misfit) -> str:
        value = misfit.error["input"]
        if "public_keys" in misfit.path:
            return _no_key(value)
        return f"must be {what}, not {_kind(value)}"

    return told


def _no_key(value: object) -> str:
    """What to write in the place of something that is no list of JWKs, and is not shown: it could be a private key."""
    if isinstance(value, dict):
        return "must be a list: write `- ` before the JWK, and of a JWK Set only the list under its `keys`"
    form = "must be a list of public JWKs, each with its members as `key: value`"
    if "PRIVATE" in str(value):
        return f"{form}; this is a private key: treat it as leaked, and make another"
    return f"{form}, not {'PEM' if '-----BEGIN' in str(value) else 'text'}" if isinstance(value, str) else form


def _quotable(value: object) -> str:
    """A value as a message may show it: not a key that was put into the wrong place, nor a whole page."""
    text = str(value)
    if "-----BEGIN" in text:
        return "(a key that is not shown)"
    return text if len(text) <= MAX_QUOTED_LENGTH else f"{text[:MAX_QUOTED_LENGTH]}…"


def _kind(value: object) -> str:
    kinds = {
        dict: "a mapping (`key: value`)",
        list: "a list",
        str: f"the text `{_quotable(value)}`",
        type(None): "nothing",
    }
    return kinds.get(type(value), f"`{str(value).lower() if isinstance(value, bool) else value}`")


def _not_one_of(misfit: _Misfit) -> str:
    choices = re.findall(r"'([^']*)'|(\d+)", misfit.error["ctx"]["expected"])
    names = [text or number for text, number in choices]
    written = misfit.document.unlike_text.get(misfit.path, str(misfit.error["input"]))
    near = suggestion(written, [name for name in names if not name.isdigit()])
    return f"must be one of {listed(names)}" + (f": {near}" if near.startswith("did") else "")


def _form(misfit: _Misfit) -> str:
    pattern, value = misfit.error["ctx"]["pattern"], _quotable(misfit.error["input"])
    if pattern == forms.PRINCIPAL_ARN:
        return _principal(value)
    return f"`{value}` {_FORMS[pattern]}"


def _principal(value: str) -> str:
    if "*" in value or "?" in value:
        return f"`{value}` has a wildcard: name each role, user or account that may register jobs"
    if re.fullmatch(r"[0-9]{12}", value):
        return f"`{value}` is an account number: write `arn:aws:iam::{value}:root` to trust the whole account"
    assumed = re.fullmatch(r"arn:(aws[a-z-]*):sts::([0-9]{12}):assumed-role/([^/]+)/.*", value)
    if assumed:
        return f"`{value}` is a session: write its role, `arn:{assumed[1]}:iam::{assumed[2]}:role/{assumed[3]}`"
    return f"`{value}` {_FORMS[forms.PRINCIPAL_ARN]}"


def _at_least(misfit: _Misfit) -> str:
    return f"is {misfit.error['input']}; {misfit.error['ctx']['ge']} is the least"


def _at_most(misfit: _Misfit) -> str:
    return f"is {misfit.error['input']}; {misfit.error['ctx']['le']} is the most"


def _too_many(misfit: _Misfit) -> str:
    return f"has {misfit.error['ctx']['actual_length']} entries; {misfit.error['ctx']['max_length']} is the most"


def _too_short(misfit: _Misfit) -> str:
    return f"is too short: write the reason in words, {misfit.error['ctx']['min_length']} characters at least"


def _too_long(misfit: _Misfit) -> str:
    return f"has {len(misfit.error['input'])} characters; {misfit.error['ctx']['max_length']} is the most"


_TOLD: dict[str, _Telling] = {
    "extra_forbidden": _unknown,
    "missing": _missing,
    "string_type": _no_text,
    "int_type": _wanted("a whole number"),
    "bool_type": _wanted("`true` or `false`"),
    "list_type": _wanted("a list (`[one, two]`, or `- one` on lines of their own)"),
    "dict_type": _wanted("a mapping (`key: value`)"),
    "model_type": _wanted("a mapping (`key: value`)"),
    "literal_error": _not_one_of,
    "string_pattern_mismatch": _form,
    "greater_than_equal": _at_least,
    "less_than_equal": _at_most,
    "string_too_long": _too_long,
    "too_short": lambda _: "is empty: name at least one",
    "too_long": _too_many,
    "string_too_short": _too_short,
}


def _model_at(path: Path) -> type[Settings] | None:
    """Return the model of the settings at a place, None where a name of the user's own stands there."""
    at: Any = Configuration
    for part in path:
        if isinstance(at, type) and issubclass(at, Settings):
            field = at.model_fields.get(str(part))
            at = field.annotation if field else None
        else:
            at = get_args(at)[-1] if get_args(at) else None
        at = _bare(at)
    return at if _is_settings(at) else None


def _bare(at: Any) -> Any:
    """The settings among the kinds that a value may have, or what was given where there are none."""
    if get_origin(at) is Annotated:
        return _bare(get_args(at)[0])
    if get_origin(at) in (Union, types.UnionType):
        return next((each for each in map(_bare, get_args(at)) if _is_settings(each)), at)
    return at


def _is_settings(at: Any) -> bool:
    return isinstance(at, type) and issubclass(at, Settings)
