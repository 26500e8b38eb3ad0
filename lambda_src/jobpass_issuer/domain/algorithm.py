"""The signature algorithms that IAM accepts of an OIDC provider, with what KMS and JOSE call their parts."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Algorithm:
    """One JWS algorithm (RFC 7518, section 3.1) and the KMS key and operation that make its signatures.

    `component_length` is the length in bytes of each half of an ECDSA signature (RFC 7518, section 3.4), None for RSA.
    """

    name: str
    key_spec: str
    signing_algorithm: str
    digest: str
    component_length: int | None = None


ALGORITHMS = {
    algorithm.name: algorithm
    for algorithm in (
        Algorithm("RS256", "RSA_2048", "RSASSA_PKCS1_V1_5_SHA_256", "sha256"),
        Algorithm("RS384", "RSA_2048", "RSASSA_PKCS1_V1_5_SHA_384", "sha384"),
        Algorithm("RS512", "RSA_2048", "RSASSA_PKCS1_V1_5_SHA_512", "sha512"),
        Algorithm("ES256", "ECC_NIST_P256", "ECDSA_SHA_256", "sha256", 32),
        Algorithm("ES384", "ECC_NIST_P384", "ECDSA_SHA_384", "sha384", 48),
        Algorithm("ES512", "ECC_NIST_P521", "ECDSA_SHA_512", "sha512", 66),
    )
}
