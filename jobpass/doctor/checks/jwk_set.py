"""The JWK Set as a whole (RFC 7517, section 5), within STS's limits."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from jobpass.doctor.checks import jwk
from jobpass.doctor.checks.delivery import JWK_SET as WHERE
from jobpass.doctor.checks.discovery import announced
from jobpass.doctor.facts import Document, Facts
from jobpass.doctor.finding import Finding, error, shown, warning
from jobpass.doctor.json_body import parse

# IAM user guide, "Create an OpenID Connect (OIDC) identity provider": above it STS refuses all keys of the type.
MOST_KEYS_OF_A_TYPE = 100


def findings(facts: Facts) -> Iterator[Finding]:
    """Return what is wrong with the set and with each key in it."""
    if not isinstance(facts.jwk_set, Document) or facts.jwk_set.status != 200:
        return
    body = parse(facts.jwk_set.body)
    keys = body.value.get("keys") if isinstance(body.value, dict) else None
    if body.mistake or not isinstance(keys, list):
        said = body.mistake or "has no list `keys`"
        yield error("jwks_json", WHERE, said, 'serve a JWK Set: {"keys": [...]} in UTF-8')
        return
    if body.repeated:
        message = f"has {body.repeated[0]} twice in one object, and readers differ in which one counts"
        yield error("jwks_repeated", WHERE, message, "write each member once")
    if not keys:
        yield error("jwks_empty", WHERE, "holds no key, so no token can be verified", "publish the keys that sign")
        return
    for index, key in enumerate(keys):
        yield from jwk.findings(f"{WHERE}, keys[{index}]", key)
    objects = [key for key in keys if isinstance(key, dict)]
    yield from _counts(objects)
    yield from _repeated_kids(objects)
    discovery = parse(facts.discovery.body).value if isinstance(facts.discovery, Document) else None
    yield from _agreement(objects, announced(discovery))


def _counts(keys: list[dict[str, Any]]) -> Iterator[Finding]:
    counts = Counter(key["kty"] for key in keys if key.get("kty") in ("RSA", "EC"))
    for kind, count in counts.items():
        if count > MOST_KEYS_OF_A_TYPE:
            message = f"holds {count} {kind} keys: above {MOST_KEYS_OF_A_TYPE} STS refuses every token by one of them"
            yield error("jwks_many", WHERE, message, "leave out the keys that no valid token needs")
    if not any(jwk.serves(key) for key in keys):
        message = "holds no key that STS can verify with"
        remedy = "publish an RSA key of 2048 bits, or an EC key on P-256, P-384 or P-521, with `kid` and `use: sig`"
        yield error("jwks_useless", WHERE, message, remedy)


def _repeated_kids(keys: list[dict[str, Any]]) -> Iterator[Finding]:
    by_kid: dict[str, set[str]] = {}
    counts: Counter[str] = Counter()
    for key in keys:
        kid = key.get("kid")
        if isinstance(kid, str) and kid:
            counts[kid] += 1
            by_kid.setdefault(kid, set()).add(json.dumps(key, sort_keys=True))
    for kid, count in counts.items():
        if count > 1 and len(by_kid[kid]) > 1:
            message = f"has {count} different keys of the kid {shown(kid)}: STS takes the last, others the first"
            yield error("kid_repeated", WHERE, message, "give each key its own `kid`, such as its RFC 7638 thumbprint")
        elif count > 1:
            message = f"has the key {shown(kid)} {count} times"
            yield warning("kid_repeated", WHERE, message, "publish it once")


def _agreement(keys: list[dict[str, Any]], names: list[str]) -> Iterator[Finding]:
    """What discovery document and keys say of algorithms."""
    able = {name for key in keys for name in jwk.algorithms(key)}
    for name in names:
        if name in jwk.KINDS and name not in able:
            message = f"has no key for {name}, which the discovery document names"
            yield warning("algorithm_without_key", WHERE, message, "publish one, or do not name the algorithm")
    said = (key.get("alg") for key in keys)
    unnamed = sorted({each for each in said if isinstance(each, str) and each in jwk.KINDS} - set(names))
    if names and unnamed:
        message = f"has keys for {', '.join(unnamed)}, which the discovery document does not name"
        yield warning("algorithm_not_named", WHERE, message, "name them in `id_token_signing_alg_values_supported`")
