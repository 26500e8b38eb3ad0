"""Clients of AWS's SDK are slow to make: tests share them, as long as they are for the same server."""

from jobpass_issuer.aws import client

_MADE_FOR: list[str] = []


def for_server(url: str) -> None:
    """Have the functions' clients be for this server: those that were made for another are forgotten."""
    if [url] != _MADE_FOR:
        forget()
        _MADE_FOR[:] = [url]


def forget() -> None:
    """Have the functions make their clients anew."""
    client._made.cache_clear()
