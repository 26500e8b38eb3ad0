"""An issuer's JWK Set, found as STS finds it: from the issuer's URL alone, never from what a token says of keys."""

from dataclasses import dataclass
from typing import Any

from jobpass.doctor.checks.delivery import STS_SECONDS
from jobpass.doctor.facts import OUT_OF_REACH, Unanswered
from jobpass.doctor.fetching import Reader, askable
from jobpass.doctor.json_body import JsonBody, parse
from jobpass.doctor.network import Network, NoAnswerError
from jobpass.explain import Unavailable
from jobpass.explain.quoting import quoted


@dataclass(frozen=True, slots=True)
class IssuerKeys:
    """What explain takes for the JWK Set: the parsed JSON, `Unavailable`, or None where it was not looked at.

    `unseen` says why it could not be, `notes` what is worth knowing of how it came.
    """

    jwk_set: Any = None
    unseen: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PublishedKeys:
    """What is at the issuer's addresses: its JWK Set, parsed, with what its discovery document says of itself.

    `issuer` is whom that document names, `repeated` the members that an object of either has twice, `seconds` how long
    the slower of both took.
    """

    jwk_set: Any
    issuer: Any
    repeated: tuple[str, ...]
    seconds: float


class NoKeysError(Exception):
    """The keys cannot be had; `reachable` is whether it is the issuer that keeps them."""

    def __init__(self, reason: str, *, reachable: bool = True) -> None:
        super().__init__(reason)
        self.reason, self.reachable = reason, reachable


def fetch(issuer: str, network: Network) -> IssuerKeys:
    """Return the JWK Set of an issuer as explain takes it, whoever that issuer is."""
    try:
        found = published(issuer, network)
    except NoKeysError as error:
        if error.reachable:
            return IssuerKeys(Unavailable(error.reason))
        return IssuerKeys(None, (f"the issuer's keys: {error.reason}; hand them over with `--jwks`",))
    notes = []
    if found.issuer != issuer:
        notes.append(f"its discovery document names another issuer: see `jobpass doctor {issuer}`")
    if found.seconds >= STS_SECONDS:
        notes.append(f"its documents took {found.seconds:.0f} s: STS gives up after {STS_SECONDS:g}")
    return IssuerKeys(found.jwk_set, (), tuple(notes))


def published(issuer: str, network: Network, *, public_only: bool = True) -> PublishedKeys:
    """Return what an issuer publishes: its discovery document is asked where its JWK Set is, and that is fetched.

    Only https is asked, through the proxy and with the authorities of the environment, and no more than 1 MiB read;
    hosts that are not on the internet only without `public_only`, for an issuer that is not a stranger's.

    Raises:
        NoKeysError: there is none to be had.
    """
    reader = Reader(network, public_only=public_only)
    discovery, first = _document(reader, issuer.removesuffix("/") + "/.well-known/openid-configuration")
    said = discovery.value if isinstance(discovery.value, dict) else {}
    address = said.get("jwks_uri")
    if not askable(address):
        raise NoKeysError("its discovery document names no `jwks_uri` that begins with https://")
    jwk_set, second = _document(reader, str(address))
    repeated = (*discovery.repeated, *jwk_set.repeated)
    return PublishedKeys(jwk_set.value, said.get("issuer"), repeated, max(first, second))


def _document(reader: Reader, url: str) -> tuple[JsonBody, float]:
    """The JSON at a URL, and the seconds that it took."""
    if not askable(url):
        raise NoKeysError(f"{quoted(url)} is no address that can be asked")
    try:
        answer = reader.fetch(url)
    except NoAnswerError as error:
        raise NoKeysError(f"{url}: {error.detail}", reachable=False) from None
    for endpoint in reader.endpoints.values():
        if endpoint.distrust is not None:
            raise NoKeysError(f"the certificate of {endpoint.host} is not trusted: {endpoint.distrust.reason}")
    if isinstance(answer, Unanswered):
        raise NoKeysError(f"{url}: {answer.detail}", reachable=answer.cause not in OUT_OF_REACH)
    if answer.status != 200:
        raise NoKeysError(f"{url} answers {answer.status}")
    if not answer.whole:
        raise NoKeysError(f"{url} is longer than 1 MiB")
    body = parse(answer.body)
    if body.mistake is not None:
        raise NoKeysError(f"{url} {body.mistake}")
    return body, answer.seconds
