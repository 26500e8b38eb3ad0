"""Look at an issuer: fetch its documents where relying parties derive them, and note what each host shows."""

from datetime import datetime

from jobpass.doctor.facts import Answer, Document, Facts
from jobpass.doctor.fetching import Reader, askable
from jobpass.doctor.json_body import parse
from jobpass.doctor.network import Network, own_roots

_WELL_KNOWN = "/.well-known/openid-configuration"


def examine(issuer_url: str, network: Network, now: datetime) -> Facts:
    """Return what is to be seen of the issuer at a URL that can be asked.

    The discovery document is looked for where OpenID Connect Discovery 1.0, section 4.1, puts it: a terminating slash
    goes first. Whether STS removes it is not known, so for such a URL the other place is looked at too.
    """
    reader = Reader(network)
    base = issuer_url.partition("#")[0]
    discovery = reader.fetch(base.removesuffix("/") + _WELL_KNOWN)
    doubled = reader.fetch(base + _WELL_KNOWN) if base.endswith("/") else None
    address = _jwks_uri(discovery)
    jwk_set = reader.fetch(address) if address else None
    endpoints = tuple(reader.endpoints.values())
    return Facts(issuer_url, now, discovery, doubled, jwk_set, endpoints, own_roots())


def _jwks_uri(discovery: Answer) -> str | None:
    value = parse(discovery.body).value if isinstance(discovery, Document) else None
    address = value.get("jwks_uri") if isinstance(value, dict) else None
    return address if isinstance(address, str) and askable(address) else None
