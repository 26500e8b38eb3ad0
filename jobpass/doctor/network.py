"""Connections to a stranger's host: direct, or through the proxy that the environment names."""

import http.client
import ipaddress
import os
import socket
import ssl
from dataclasses import dataclass
from typing import Literal

from jobpass.doctor.facts import Cause
from jobpass.job.deadline import Deadline
from jobpass.job.proxy import ProxyError, proxy_for, tunnel

Family = Literal["IPv4", "IPv6"]


class NoAnswerError(Exception):
    """There is no answer; `cause` says what failed."""

    def __init__(self, cause: Cause, detail: str) -> None:
        super().__init__(detail)
        self.cause: Cause = cause
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Network:
    """How long one step of a connection may take; proxies and trusted authorities are those of the environment."""

    timeout_seconds: float = 10.0

    def proxy(self, host: str) -> str | None:
        """Return the proxy that leads to a host (`HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY`), None where none does."""
        return proxy_for(host)

    def addresses(self, host: str, port: int) -> tuple[str, ...] | None:
        """Return what a name stands for, IPv4 first, since that is how relying parties come; None behind a proxy.

        Raises:
            NoAnswerError: the name stands for nothing.
        """
        if self.proxy(host):
            return None
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise NoAnswerError("name", getattr(error, "strerror", None) or str(error)) from None
        ordered = sorted(found, key=lambda each: each[0] != socket.AF_INET)
        return tuple(dict.fromkeys(str(each[4][0]) for each in ordered))

    def connect(self, host: str, port: int) -> socket.socket:
        """Return a connection to a host, over IPv4 where it has that.

        Raises:
            NoAnswerError: it cannot be made.
        """
        proxy = self.proxy(host)
        try:
            if proxy:
                return tunnel(proxy, host, port, Deadline(self.timeout_seconds))
            return self._first(self.addresses(host, port) or (), port)
        except TimeoutError:
            raise NoAnswerError("connection", f"no connection within {self.timeout_seconds:g} seconds") from None
        except (OSError, http.client.HTTPException, ProxyError) as error:
            raise NoAnswerError("proxy" if proxy else "connection", _words(error)) from None

    def _first(self, addresses: tuple[str, ...], port: int) -> socket.socket:
        """Return a connection to the first address that takes one; the last one's failure is the failure."""
        for address in addresses[:-1]:
            try:
                return socket.create_connection((address, port), self.timeout_seconds)
            except OSError:
                continue
        return socket.create_connection((addresses[-1], port), self.timeout_seconds)


def trusting(verify: bool = True) -> ssl.SSLContext:
    """Return what a client trusts: the system's authorities or those of `SSL_CERT_FILE`; or anybody.

    Anybody, so that what an untrusted issuer serves can be looked at all the same: nothing secret is sent.
    """
    context = ssl.create_default_context()
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def own_roots() -> str | None:
    """Return the file or folder of authorities that the environment puts in the place of the system's."""
    return os.environ.get("SSL_CERT_FILE") or os.environ.get("SSL_CERT_DIR") or None


def family(address: str) -> Family:
    """Return which protocol an address belongs to."""
    return "IPv4" if ipaddress.ip_address(address.partition("%")[0]).version == 4 else "IPv6"


# Addresses that lead to the one of IPv4 in them (RFC 6052, section 2.1); 6to4 (RFC 3056) is another such kind.
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def on_the_internet(address: str) -> bool:
    """Whether an address is one that everybody can reach."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        if found in _NAT64:
            found = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        elif found.sixtofour:
            found = found.sixtofour
    return found.is_global


def _words(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
