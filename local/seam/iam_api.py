"""IAM's actions on OIDC providers, in ministack's table of IAM actions."""

from collections.abc import Callable
from typing import Any
from xml.sax.saxutils import escape

from local.seam import oidc_provider
from local.seam.ministack_parts import part
from local.seam.oidc_provider import ProviderError

Parameters = dict[str, Any]
Response = tuple[int, dict[str, str], bytes]
Action = Callable[[Parameters], str]


def install() -> None:
    """Answer IAM's OIDC provider actions as IAM does."""
    part("_IAM_HANDLERS").update({name: _answering(name, action) for name, action in _ACTIONS.items()})


def _answering(name: str, action: Action) -> Callable[[Parameters], Response]:
    def answer(parameters: Parameters) -> Response:
        try:
            result = action(parameters)
        except ProviderError as refusal:
            refused: Response = part("_error")(refusal.status, refusal.code, escape(refusal.message), ns="iam")
            return refused
        body = f"<{name}Result>{result}</{name}Result>" if result else ""
        answered: Response = part("_xml")(200, f"{name}Response", body, ns="iam")
        return answered

    return answer


def _create(parameters: Parameters) -> str:
    provider = oidc_provider.create(
        part("_p")(parameters, "Url"),
        _members(parameters, "ClientIDList"),
        _members(parameters, "ThumbprintList"),
        part("_extract_tags")(parameters),
    )
    tags = _tag_list(provider["Tags"])
    return f"<OpenIDConnectProviderArn>{escape(provider['Arn'])}</OpenIDConnectProviderArn><Tags>{tags}</Tags>"


def _get(parameters: Parameters) -> str:
    provider = _named(parameters)
    return (
        f"<Url>{escape(provider['Url'])}</Url>"
        f"<ClientIDList>{_member_list(provider['ClientIDList'])}</ClientIDList>"
        f"<ThumbprintList>{_member_list(provider['ThumbprintList'])}</ThumbprintList>"
        f"<CreateDate>{provider['CreateDate']}</CreateDate>"
        f"<Tags>{_tag_list(_sorted(provider['Tags']))}</Tags>"
    )


def _delete(parameters: Parameters) -> str:
    oidc_provider.delete(_arn(parameters))
    return ""


def _add_client_id(parameters: Parameters) -> str:
    provider = _named(parameters)
    oidc_provider.set_client_ids(provider, [*provider["ClientIDList"], part("_p")(parameters, "ClientID")])
    return ""


def _remove_client_id(parameters: Parameters) -> str:
    provider, removed = _named(parameters), part("_p")(parameters, "ClientID")
    oidc_provider.set_client_ids(provider, [kept for kept in provider["ClientIDList"] if kept != removed])
    return ""


def _update_thumbprint(parameters: Parameters) -> str:
    provider, thumbprints = _named(parameters), _members(parameters, "ThumbprintList")
    if not thumbprints:
        raise ProviderError("InvalidInput", "Thumbprint list must contain at least one entry.")
    oidc_provider.set_thumbprints(provider, thumbprints)
    return ""


def _tag(parameters: Parameters) -> str:
    provider, tags = _named(parameters), part("_extract_tags")(parameters)
    replaced = {tag["Key"] for tag in tags}
    provider["Tags"] = [tag for tag in provider["Tags"] if tag["Key"] not in replaced] + tags
    return ""


def _untag(parameters: Parameters) -> str:
    provider, removed = _named(parameters), part("_extract_tag_keys")(parameters)
    provider["Tags"] = [tag for tag in provider["Tags"] if tag["Key"] not in removed]
    return ""


def _list_tags(parameters: Parameters) -> str:
    return f"<Tags>{_tag_list(_sorted(_named(parameters)['Tags']))}</Tags><IsTruncated>false</IsTruncated>"


_ACTIONS: dict[str, Action] = {
    "CreateOpenIDConnectProvider": _create,
    "GetOpenIDConnectProvider": _get,
    "DeleteOpenIDConnectProvider": _delete,
    "AddClientIDToOpenIDConnectProvider": _add_client_id,
    "RemoveClientIDFromOpenIDConnectProvider": _remove_client_id,
    "UpdateOpenIDConnectProviderThumbprint": _update_thumbprint,
    "TagOpenIDConnectProvider": _tag,
    "UntagOpenIDConnectProvider": _untag,
    "ListOpenIDConnectProviderTags": _list_tags,
}


def _arn(parameters: Parameters) -> str:
    return str(part("_p")(parameters, "OpenIDConnectProviderArn"))


def _named(parameters: Parameters) -> dict[str, Any]:
    return oidc_provider.find(_arn(parameters))


def _members(parameters: Parameters, name: str) -> list[str]:
    found: list[str] = []
    while member := part("_p")(parameters, f"{name}.member.{len(found) + 1}"):
        found.append(member)
    return found


def _sorted(tags: list[dict[str, str]]) -> list[dict[str, str]]:
    """Tags as Get returns them: by key, letter case counting."""
    return sorted(tags, key=lambda tag: tag["Key"])


def _member_list(values: list[str]) -> str:
    return "".join(f"<member>{escape(value)}</member>" for value in values)


def _tag_list(tags: list[dict[str, str]]) -> str:
    return "".join(
        f"<member><Key>{escape(tag['Key'])}</Key><Value>{escape(tag['Value'])}</Value></member>" for tag in tags
    )
