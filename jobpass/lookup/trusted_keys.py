"""The keys of an issuer as a strict relying party has them: nothing of what STS lets pass, and no answer by halves."""

from typing import Any

from jobpass.command.errors import COULD_NOT_LOOK, CommandError
from jobpass.doctor.network import Network
from jobpass.explain.quoting import quoted
from jobpass.lookup.issuer_keys import NoKeysError, published
from jobpass.lookup.text_input import read_json


def keys_of_file(source: str) -> list[Any]:
    """Return the members of the JWK Set in a file or, for `-`, on standard input.

    Raises:
        CommandError: there is none; it holds no JWK Set.
    """
    return _members(read_json(source, "the JWK Set"), "it", "hand over what the issuer's `jwks_uri` answers")


def keys_of_issuer(issuer: str, network: Network, *, public_only: bool) -> list[Any]:
    """Return the members of an issuer's JWK Set, fetched now; `public_only` keeps to hosts on the internet.

    Raises:
        CommandError: they cannot be had; the discovery document is another issuer's (OpenID Connect Discovery, section
            4.3); an object in either document has a member twice.
    """
    doctor = f"see `jobpass doctor {issuer}`, or hand the JWK Set over with `--jwks FILE`"
    try:
        found = published(issuer, network, public_only=public_only)
    except NoKeysError as error:
        raise _none(error.reason, doctor) from None
    if found.issuer != issuer:
        raise _none(f"its discovery document names another issuer, {quoted(found.issuer)}", doctor)
    if found.repeated:
        raise _none(f"an object that it publishes has the member {found.repeated[0]} twice", doctor)
    return _members(found.jwk_set, "what is at its `jwks_uri`", doctor)


def _members(jwk_set: Any, what: str, remedy: str) -> list[Any]:
    keys = jwk_set.get("keys") if isinstance(jwk_set, dict) else None
    if not isinstance(keys, list):
        raise _none(f"{what} is no JWK Set, which has a list of `keys`", remedy)
    return keys


def _none(reason: str, remedy: str) -> CommandError:
    return CommandError("no_keys", f"the issuer's keys cannot be had: {reason}", remedy, COULD_NOT_LOOK)
