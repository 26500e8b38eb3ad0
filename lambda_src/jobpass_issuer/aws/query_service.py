"""A service that speaks AWS's query protocol, forms in and XML out: STS, as anybody may ask it without credentials."""

from collections.abc import Mapping
from urllib.parse import urlencode
from xml.etree import ElementTree

from jobpass_issuer.aws.exchange import Exchange
from jobpass_issuer.aws.failure import MALFORMED, DependencyError
from jobpass_issuer.aws.patience import Limits
from jobpass_issuer.aws.reply import Reply

_VERSIONS = {"sts": "2011-06-15"}
_HEADERS = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}


class QueryService:
    """The operations of one service that are asked for without a signature."""

    def __init__(self, service: str, limits: Limits) -> None:
        self._service = service
        self._exchange = Exchange(service, code_of, limits, signed=False)

    def call(self, operation: str, members: Mapping[str, str | int]) -> dict[str, dict[str, str]]:
        """Return the structures of the answer's result, each with its own texts.

        Raises:
            DependencyError: AWS refused, could not be reached, or answered something else.
        """
        form = {"Action": operation, "Version": _VERSIONS[self._service], **members}
        reply = self._exchange.post(operation, _HEADERS, urlencode(form).encode("ascii"))
        tree = _tree(reply.body)
        result = None if tree is None else tree.find(f"{{*}}{operation}Result")
        if result is None:
            raise DependencyError(f"{self._service}:{operation}", MALFORMED, request_id=reply.request_id)
        return {_name(each): {_name(member): member.text or "" for member in each} for each in result}


def code_of(reply: Reply) -> str:
    """Return the code of an error; of an answer that has none, the status."""
    tree = _tree(reply.body)
    return (None if tree is None else tree.findtext("{*}Error/{*}Code")) or str(reply.status)


def _tree(body: bytes) -> ElementTree.Element | None:
    """The XML of a body, None where it is none, or not of the kind that AWS writes.

    Entities, which make much out of little or fetch what is elsewhere, are declared in `<!DOCTYPE`: AWS writes no
    declarations, and what has one is not parsed at all.
    """
    try:
        text = body.decode("utf-8")
        return None if "<!" in text else ElementTree.fromstring(text)  # noqa: S314 - nothing is declared in it
    except (UnicodeDecodeError, ElementTree.ParseError):
        return None


def _name(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]
