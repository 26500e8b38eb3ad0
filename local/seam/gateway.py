"""Ministack's front door: the one port on which it listens, and the names by which it knows a distribution."""

from collections.abc import Callable

from local.seam.ministack_parts import part, replace


def install() -> None:
    """Listen on the given port alone, and answer for a distribution under its aliases too."""
    # Over TLS ministack takes port 443 as well where it may: two emulators side by side would be in each other's way.
    replace("_port_is_bindable", lambda _host, _port: False)

    label_of: Callable[[str], str | None] = part("_parse_cloudfront_dataplane_host")

    def label_or_alias(host: str) -> str | None:
        return label_of(host) or _label_of_alias(host.partition(":")[0].lower())

    replace("_parse_cloudfront_dataplane_host", label_or_alias)


def _label_of_alias(name: str) -> str | None:
    """The first label of the domain of the distribution with this alias, which ministack answers for."""
    if name in ("", "localhost", "127.0.0.1") or name.endswith((".localhost", ".amazonaws.com")):
        return None  # ministack's own names, spared the search that every request would cost
    for distribution in part("_distributions").values():
        if name in (alias.lower() for alias in part("_get_distribution_aliases")(distribution)):
            return str(distribution["DomainName"]).partition(".")[0].lower()
    return None
