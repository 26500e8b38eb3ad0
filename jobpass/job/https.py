"""One HTTPS request of a job: no redirects, a bounded answer, one deadline for all of it."""

from __future__ import annotations

import socket

from jobpass.errors import JobpassError, UnavailableError
from jobpass.job.deadline import Channel, Deadline
from jobpass.job.proxy import ProxyError, proxy_for, tunnel

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from http.client import HTTPResponse
    from urllib.parse import SplitResult

MAX_BODY_BYTES = 1 << 20
TIMEOUT_SECONDS = 30.0
LONGEST_URL = 8192
_REACH = "check that this machine may reach it (a proxy goes into HTTPS_PROXY), and try again"


class NoAnswerError(UnavailableError):
    """There is no answer; `again` is whether the same request may do better in a moment: the connection failed."""

    def __init__(self, code: str, message: str, remedy: str, again: bool = False) -> None:
        super().__init__(code, message, remedy)
        self.again = again


class Answer:
    """What came back; headers by their names in small letters. Its `repr` hides the body, which may hold a secret."""

    __slots__ = ("body", "headers", "status")

    def __init__(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.status = status
        self.headers = headers
        self.body = body

    def __repr__(self) -> str:
        return f"Answer(status={self.status})"


def checked(url: str, name: str) -> SplitResult:
    """Return the parts of a URL that a secret may be sent to: https, or http where it never leaves the machine.

    `name` is what the URL is called in the error: the variable that holds it.

    Raises:
        JobpassError: it is no such URL.
    """
    from urllib.parse import urlsplit  # noqa: PLC0415 - slow, and only for those who ask

    remedy = f"set {name} to the URL as the platform was given it, `https://…`"
    if len(url) > LONGEST_URL or not url.isascii() or not url.isprintable() or " " in url:
        raise JobpassError("url_malformed", f"{name} is no URL", remedy)
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise JobpassError("url_malformed", f"{name} is no URL", remedy) from None
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.username is not None or parts.fragment:
        raise JobpassError("url_malformed", f"{name} is no URL of a token endpoint", remedy)
    if parts.scheme == "http" and not _loopback(parts.hostname):
        text = f"{name} begins with http://, and a secret is not sent to {parts.hostname} in the clear"
        raise JobpassError("url_not_secure", text, remedy)
    return parts


def send(
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes | None = None,
    *,
    timeout_seconds: float = TIMEOUT_SECONDS,
    ca_file: str | None = None,
    name: str = "the URL",
) -> Answer:
    """Send one request and return its answer, whatever its status; redirects are answers, and nobody follows them.

    `timeout_seconds` is for the whole exchange, but for the look-up of the host's name, which has the system's own
    limit. Authorities are the system's, or those of `SSL_CERT_FILE`, or of `ca_file`. An answer has at most 1 MiB.

    Raises:
        JobpassError: the URL is not one to send a secret to.
        NoAnswerError: there is no whole answer.
    """
    import http.client  # noqa: PLC0415 - slow, and only for those who ask

    parts = checked(url, name)
    host = parts.hostname or ""
    deadline = Deadline(timeout_seconds)
    connection = None
    try:
        connection = _open(parts.scheme, host, parts.port, deadline, ca_file)
        client = http.client.HTTPConnection(host)
        client.sock = Channel(connection, deadline)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        client.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
        for key, value in {"Host": parts.netloc, "User-Agent": "jobpass", "Connection": "close", **headers}.items():
            client.putheader(key, value)
        if body is not None:
            client.putheader("Content-Length", str(len(body)))
        client.endheaders(body)
        return _read(client.getresponse(), host)
    except ProxyError as error:
        remedy = "correct HTTPS_PROXY, or name the host in NO_PROXY where no proxy is needed"
        raise NoAnswerError("proxy_failed", f"no way to {host}: {error}", remedy, error.again) from None
    except (TimeoutError, socket.timeout):
        text = f"{host} did not answer within {timeout_seconds:g} seconds"
        raise NoAnswerError("timed_out", text, _REACH, again=True) from None
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise _failure(error, host) from None
    finally:
        if connection is not None:
            connection.close()


def _open(scheme: str, host: str, port: int | None, deadline: Deadline, ca_file: str | None) -> socket.socket:
    if scheme == "http":  # on this machine, which no proxy leads to
        return _connected(host, port or 80, deadline)
    import ssl  # noqa: PLC0415 - slow, and only for those who ask

    try:
        trust = ssl.create_default_context(cafile=ca_file)
    except OSError as error:
        text = f"the authorities in {ca_file} cannot be read: {error.strerror or 'no certificate is in it'}"
        raise NoAnswerError("ca_file_unreadable", text, "name a file of PEM certificates that can be read") from None
    trust.minimum_version = ssl.TLSVersion.TLSv1_2
    proxy = proxy_for(host)
    plain = tunnel(proxy, host, port or 443, deadline) if proxy else _connected(host, port or 443, deadline)
    try:
        plain.settimeout(deadline.left())
        return trust.wrap_socket(plain, server_hostname=host)
    except BaseException:
        plain.close()
        raise


def _connected(host: str, port: int, deadline: Deadline) -> socket.socket:
    """Return a connection to the first address that takes one; none of several may use up the time of all."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    failed: OSError = OSError("the name stands for no address")
    for index, (family, kind, protocol, _, address) in enumerate(found):
        connection = socket.socket(family, kind, protocol)
        try:
            connection.settimeout(deadline.left() / (len(found) - index))
            connection.connect(address)
            return connection
        except OSError as error:
            connection.close()
            failed = error
    raise failed


def _read(answer: HTTPResponse, host: str) -> Answer:
    body = bytearray()
    while len(body) <= MAX_BODY_BYTES:
        part = answer.read1(1 << 16)
        if not part:
            break
        body += part
    if len(body) > MAX_BODY_BYTES:
        text = f"{host} answered with more than {MAX_BODY_BYTES} bytes"
        raise NoAnswerError("answer_too_large", text, "check that the URL is the issuer's")
    if answer.length:  # what Content-Length promised and did not come
        raise ConnectionResetError
    headers = {key.lower(): ", ".join(answer.headers.get_all(key, [])) for key in answer.headers}
    return Answer(answer.status, headers, bytes(body))


def _failure(error: Exception, host: str) -> NoAnswerError:
    """Return what a failure means, and whether it may pass."""
    import http.client  # noqa: PLC0415 - imported by whoever calls
    import ssl  # noqa: PLC0415 - only where something failed

    if isinstance(error, ssl.SSLCertVerificationError):
        remedy = "where a private authority signed it, name its certificate in SSL_CERT_FILE"
        text = f"the certificate of {host} is not trusted: {error.verify_message}"
        return NoAnswerError("certificate_untrusted", text, remedy)
    if isinstance(error, socket.gaierror):
        text = f"the name {host} stands for no address here"
        return NoAnswerError("host_unknown", text, "correct the URL, or this machine's DNS", error.errno == _LATER)
    if isinstance(error, ssl.SSLError) and not isinstance(error, (ssl.SSLEOFError, ssl.SSLZeroReturnError)):
        text = f"{host} speaks no TLS that this machine takes: {(error.reason or '').lower().replace('_', ' ')}"
        return NoAnswerError("tls_failed", text, "check that the URL is the issuer's, and its port")
    if isinstance(error, (OSError, http.client.IncompleteRead)):
        reason = getattr(error, "strerror", None) or "the connection ended before the answer did"
        return NoAnswerError("connection_failed", f"no answer from {host}: {reason}", _REACH, again=True)
    return NoAnswerError("answer_malformed", f"what {host} answers is not HTTP", "check that the URL is the issuer's")


def _loopback(host: str) -> bool:
    if host == "localhost":
        return True
    import ipaddress  # noqa: PLC0415 - only for http://

    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


_LATER = socket.EAI_AGAIN
