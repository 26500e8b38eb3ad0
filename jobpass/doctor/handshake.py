"""A host as TLS shows it: which versions it offers, and whether its certificate is trusted."""

import ssl
from datetime import UTC, datetime

from jobpass.doctor.facts import Distrust, Endpoint
from jobpass.doctor.network import Network, NoAnswerError, trusting

VERSIONS = {"TLS 1.2": ssl.TLSVersion.TLSv1_2, "TLS 1.3": ssl.TLSVersion.TLSv1_3}


def look(network: Network, host: str, port: int) -> Endpoint:
    """Return what a host shows, on a connection for the certificate and one for each version.

    Raises:
        NoAnswerError: it cannot be reached, or speaks no TLS that this Python knows.
    """
    addresses = network.addresses(host, port)
    distrust, ends = None, None
    try:
        with secure(network, host, port, trusting()) as connection:
            ends = _end(connection)
    except ssl.SSLCertVerificationError as error:
        distrust = Distrust(error.verify_code, error.verify_message)
    offered = {name: _offers(network, host, port, version) for name, version in VERSIONS.items()}
    return Endpoint(host, port, addresses, offered, distrust, ends)


def secure(network: Network, host: str, port: int, trust: ssl.SSLContext) -> ssl.SSLSocket:
    """Return a connection in TLS.

    Raises:
        NoAnswerError: it cannot be made.
        ssl.SSLCertVerificationError: the certificate is not trusted.
    """
    plain = network.connect(host, port)
    try:
        return trust.wrap_socket(plain, server_hostname=host)
    except ssl.SSLCertVerificationError:
        plain.close()
        raise
    except TimeoutError:
        plain.close()
        raise NoAnswerError("time", f"no TLS handshake within {network.timeout_seconds:g} seconds") from None
    except (OSError, ValueError) as error:
        plain.close()
        raise NoAnswerError("tls", _reason(error)) from None


def _offers(network: Network, host: str, port: int, version: ssl.TLSVersion) -> bool:
    trust = trusting(verify=False)
    trust.minimum_version = trust.maximum_version = version
    try:
        with secure(network, host, port, trust):
            return True
    except NoAnswerError as error:
        if error.cause == "tls":
            return False
        raise


def _end(connection: ssl.SSLSocket) -> datetime | None:
    certificate = connection.getpeercert() or {}
    ends = certificate.get("notAfter")
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(ends), UTC) if isinstance(ends, str) else None


def _reason(error: Exception) -> str:
    if isinstance(error, ssl.SSLError) and error.reason:
        return error.reason.lower().replace("_", " ")
    return "the connection was closed during the handshake" if isinstance(error, OSError) else str(error)
