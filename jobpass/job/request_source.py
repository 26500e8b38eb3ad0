"""Where a job asks for its tokens: the environment block that the platform handed to it."""

from __future__ import annotations

from jobpass.errors import JobpassError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_CREDENTIALS_PATH, _TOKEN_PATH = "/v1/credentials", "/v1/token"
_BEARER = "bearer "
_LONGEST_FILE = 1 << 20
_REGISTERED = "they come with the answer to the job's registration, under `environment`"


class RequestSource:
    """A token endpoint and the request token for it. `repr` hides the token.

    `block` is the environment block that named it. `url` is the endpoint, or the base of the server where `workspace`
    is set: Windmill's protocol.
    """

    __slots__ = ("block", "token", "url", "url_name", "workspace")

    def __init__(self, block: str, url: str, token: str, url_name: str, workspace: str | None = None) -> None:
        self.block = block
        self.url = url
        self.token = token
        self.url_name = url_name
        self.workspace = workspace

    def __repr__(self) -> str:
        return f"RequestSource(block={self.block!r}, url={self.url!r})"

    @property
    def pins(self) -> bool:
        """Whether a token can be asked for that is pinned to one role; Windmill's protocol has no word for it."""
        return self.workspace is None

    def request(
        self, audience: str | None, expires_in_seconds: int | None = None, role_arn: str | None = None
    ) -> tuple[str, str]:
        """Return the method and the URL that ask for a token.

        Raises:
            JobpassError: the protocol of this source cannot say what is asked for.
        """
        from urllib.parse import quote  # noqa: PLC0415 - slow, and only for those who ask

        wanted = [("expires_in", expires_in_seconds), ("role_arn", role_arn)]
        if self.workspace is None:
            pairs = [("audience", audience), *wanted]
            # What a command line or a variable has in no encoding is sent as it is: the issuer refuses it.
            query = "&".join(
                f"{key}={quote(str(value), safe='', errors='surrogatepass')}"
                for key, value in pairs
                if value is not None
            )
            joint = "" if not query or self.url.endswith(("?", "&")) else "&" if "?" in self.url else "?"
            return "GET", f"{self.url}{joint}{query}"
        if audience is None:
            text = f"the block `{self.block}` names no default audience"
            raise JobpassError("audience_missing", text, "say whom the token is for (`--audience`)")
        if role_arn is not None:
            text = f"the block `{self.block}` cannot ask for a token that is pinned to a role"
            raise JobpassError("pin_not_offered", text, "ask without a role, or have another block handed to the job")
        workspace, named = (quote(each, safe="", errors="surrogatepass") for each in (self.workspace, audience))
        path = f"/api/w/{workspace}/oidc/token/{named}"
        query = "" if expires_in_seconds is None else f"?expires_in={expires_in_seconds}"
        return "POST", f"{self.url.rstrip('/')}{path}{query}"


class _Missing(Exception):  # noqa: N818 - not an error: another block may be whole
    """A block is there by half; `what` is what it lacks."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


def find(environ: Mapping[str, str], only: str | None = None) -> RequestSource:
    """Return the source of the first environment block that is whole; of the block `only`, where that is named.

    An empty variable is one that is not there. Blocks of somebody else (a service account's key file, the container
    credentials of an ECS task) are none.

    Raises:
        JobpassError: no block is whole, or the one that is names a URL that no secret may be sent to.
    """
    if only is not None and only not in BLOCKS:
        raise JobpassError(
            "block_unknown", f"there is no environment block {only!r}", f"name one of {', '.join(BLOCKS)}"
        )
    lacking = []
    for block in BLOCKS if only is None else (only,):
        try:
            found = BLOCKS[block](environ)
        except _Missing as missing:
            lacking.append(f"of the block `{block}`, {missing.what}")
            continue
        if found is not None:
            return _checked(found)
    if lacking:
        text = f"where to ask for a token is said by half: {'; '.join(lacking)}"
        raise JobpassError("request_source_incomplete", text, f"set what is missing: {_REGISTERED}")
    wanted = "JOBPASS_REQUEST_URL and JOBPASS_REQUEST_TOKEN" if only is None else " and ".join(_NAMES[only])
    named = "no environment variable says" if only is None else f"no block `{only}` in the environment says"
    remedy = f"set {wanted}: {_REGISTERED}"
    if only is None:
        remedy += f" (the blocks {', '.join(list(BLOCKS)[1:])} do as well)"
    raise JobpassError("request_source_missing", f"{named} where to ask for a token", remedy)


def _checked(source: RequestSource) -> RequestSource:
    from jobpass.job.https import checked  # noqa: PLC0415 - only once there is something to check

    checked(source.url, source.url_name)
    if not source.token.isascii() or not source.token.isprintable() or " " in source.token:
        text = f"the request token of the block `{source.block}` holds what no request token has: a blank, or worse"
        raise JobpassError("request_token_malformed", text, "set it as the registration's answer has it, in one line")
    return source


def _pair(environ: Mapping[str, str], block: str) -> RequestSource | None:
    """A request URL in the shape of GitHub Actions' and its token, each in a variable."""
    url_name, token_name = _NAMES[block]
    url, token = _value(environ, url_name), _value(environ, token_name)
    if not url and not token:
        return None
    if not url or not token:
        raise _Missing(f"{token_name if url else url_name} is missing")
    return RequestSource(block, url, token, url_name)


def _windmill(environ: Mapping[str, str]) -> RequestSource | None:
    """Windmill's own variables (`wmill`'s and `windmill-client`'s)."""
    url_name = next((name for name in ("BASE_INTERNAL_URL", "WM_BASE_URL") if _value(environ, name)), None)
    token, workspace = _value(environ, "WM_TOKEN"), _value(environ, "WM_WORKSPACE")
    if not token and not workspace:
        return None  # a base URL alone may be anybody's
    if not url_name or not token or not workspace:
        names = {"BASE_INTERNAL_URL": url_name, "WM_TOKEN": token, "WM_WORKSPACE": workspace}
        absent = [name for name, value in names.items() if not value]
        raise _Missing(f"{' and '.join(absent)} {'is' if len(absent) == 1 else 'are'} missing")
    return RequestSource("windmill", _value(environ, url_name), token, url_name, workspace)


def _aws_sdk(environ: Mapping[str, str]) -> RequestSource | None:
    """What AWS SDKs draw credentials from: the token endpoint stands beside."""
    url_name, token_name = _NAMES["aws-sdk"]
    url, token = _value(environ, url_name), _value(environ, token_name)
    base = url.partition("?")[0]
    # Other paths, and http:// beyond this machine, are an agent's: those of ECS, of EKS, of `jobpass exec`.
    if not base.endswith(_CREDENTIALS_PATH) or not _may_have_a_secret(base):
        return None
    if not token:
        raise _Missing(f"{token_name} is missing")
    # The bare token, as the SDKs send it, or with the scheme before it.
    bare = token[len(_BEARER) :] if token[: len(_BEARER)].lower() == _BEARER else token
    endpoint = f"{base[: -len(_CREDENTIALS_PATH)]}{_TOKEN_PATH}?api-version=1"
    return RequestSource("aws-sdk", endpoint, bare.strip(), url_name)


def _google(environ: Mapping[str, str]) -> RequestSource | None:
    """The file of Google's client libraries (AIP-4117), where it asks a URL for its token."""
    (name,) = _NAMES["google"]
    path = _value(environ, name)
    if not path:
        return None
    import json  # noqa: PLC0415 - only for those who have such a file

    try:
        with open(path, encoding="utf-8") as file:  # noqa: PTH123 - pathlib is slow to import
            content = json.loads(file.read(_LONGEST_FILE))
    except OSError as error:
        raise _Missing(f"the file that {name} names cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError):
        raise _Missing(f"the file that {name} names is not JSON") from None
    asked = content.get("credential_source") if isinstance(content, dict) else None
    if not isinstance(asked, dict) or content.get("type") != "external_account":
        return None
    url, headers = asked.get("url"), asked.get("headers")
    named = headers.items() if isinstance(headers, dict) else ()
    value = next((each for key, each in named if key.lower() == "authorization"), None)
    if not isinstance(url, str) or not isinstance(value, str) or value[: len(_BEARER)].lower() != _BEARER:
        return None  # a file's or a cloud machine's own source
    base, _, query = url.partition("?")
    kept = "&".join(each for each in query.split("&") if each and each.partition("=")[0] != "audience")
    source = f"{base}?{kept}" if kept else base
    return RequestSource("google", source, value[len(_BEARER) :].strip(), f"credential_source.url in {name}'s file")


def _may_have_a_secret(url: str) -> bool:
    from jobpass.job.https import checked  # noqa: PLC0415 - only where there is something to check

    try:
        checked(url, "")
    except JobpassError:
        return False
    return True


def _value(environ: Mapping[str, str], name: str) -> str:
    """A variable without the blanks and line ends that a copied secret has about it."""
    return environ.get(name, "").strip()


_NAMES: Mapping[str, tuple[str, ...]] = {
    "jobpass": ("JOBPASS_REQUEST_URL", "JOBPASS_REQUEST_TOKEN"),
    "github": ("ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"),
    "windmill": ("BASE_INTERNAL_URL", "WM_TOKEN", "WM_WORKSPACE"),
    "azure": ("ARM_OIDC_REQUEST_URL", "ARM_OIDC_REQUEST_TOKEN"),
    "aws-sdk": ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_AUTHORIZATION_TOKEN"),
    "google": ("GOOGLE_APPLICATION_CREDENTIALS",),
}
# The first that is whole is asked.
BLOCKS: Mapping[str, Callable[[Mapping[str, str]], RequestSource | None]] = {
    "jobpass": lambda environ: _pair(environ, "jobpass"),
    "github": lambda environ: _pair(environ, "github"),
    "windmill": _windmill,
    "azure": lambda environ: _pair(environ, "azure"),
    "aws-sdk": _aws_sdk,
    "google": _google,
}
