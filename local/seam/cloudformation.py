"""What CloudFormation does on AWS and ministack leaves out: the OIDC provider, and two settings of a table."""

from collections.abc import Callable
from typing import Any

from local.seam import oidc_provider
from local.seam.ministack_parts import part

Properties = dict[str, Any]
Created = tuple[str, dict[str, Any]]

_OIDC_PROVIDER = "AWS::IAM::OIDCProvider"
_TABLES = ("AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable")


def install() -> None:
    """Register the OIDC provider, and let a table's time to live and point-in-time recovery take effect."""
    handlers = part("_RESOURCE_HANDLERS")
    handlers[_OIDC_PROVIDER] = {"create": _create_provider, "update": _update_provider, "delete": _delete_provider}
    part("_STACK_TAG_PROPERTY")[_OIDC_PROVIDER] = ("Tags", "list")
    part("_REPLACING_PROPERTIES")[_OIDC_PROVIDER] = ("Url",)
    for table in _TABLES:
        handlers[table] = {
            **handlers[table],
            "create": _with_settings_created(handlers[table]["create"]),
            "update": _with_settings_updated(handlers[table]["update"]),
            "delete": _with_settings_deleted(handlers[table]["delete"]),
        }


def _create_provider(_logical_id: str, properties: Properties, _stack_name: str) -> Created:
    provider = oidc_provider.create(
        properties["Url"],
        properties.get("ClientIdList", []),
        properties.get("ThumbprintList", []),
        [{"Key": tag["Key"], "Value": tag["Value"]} for tag in properties.get("Tags", [])],
    )
    return provider["Arn"], {"Arn": provider["Arn"]}


def _update_provider(arn: str, old: Properties, new: Properties, _stack_name: str) -> Created:
    """Everything but the URL changes in place; a changed URL is a replacement, which ministack arranges."""
    provider = oidc_provider.find(arn)
    oidc_provider.set_client_ids(provider, new.get("ClientIdList", []))
    if new.get("ThumbprintList"):
        oidc_provider.set_thumbprints(provider, new["ThumbprintList"])
    part("_reconcile_tag_list")(provider["Tags"], old, new)
    return arn, {"Arn": arn}


def _delete_provider(arn: str, _properties: Properties) -> None:
    part("_oidc_providers").pop(arn, None)


def _with_settings_created(create: Callable[..., Created]) -> Callable[..., Created]:
    def created(logical_id: str, properties: Properties, stack_name: str) -> Created:
        name, attributes = create(logical_id, properties, stack_name)
        _apply_settings(name, {}, properties)
        return name, attributes

    return created


def _with_settings_updated(update: Callable[..., Created]) -> Callable[..., Created]:
    def updated(physical_id: str, old: Properties, new: Properties, *rest: Any) -> Created:
        name, attributes = update(physical_id, old, new, *rest)
        _apply_settings(name, old if name == physical_id else {}, new)
        return name, attributes

    return updated


def _with_settings_deleted(delete: Callable[..., None]) -> Callable[..., None]:
    def deleted(physical_id: str, properties: Properties) -> None:
        delete(physical_id, properties)
        # Ministack keeps them by name: a table made anew under this name would inherit them.
        part("_ttl_settings").pop(physical_id, None)
        part("_pitr_settings").pop(physical_id, None)

    return deleted


def _apply_settings(table: str, old: Properties, new: Properties) -> None:
    before, after = old.get("TimeToLiveSpecification"), new.get("TimeToLiveSpecification")
    if after or before:
        # A specification that the template no longer has is switched off, under the name it had.
        wanted = after or {**(before or {}), "Enabled": False}
        _call("_update_ttl", table, "TimeToLiveSpecification", {**wanted, "Enabled": _true(wanted.get("Enabled"))})
    recovery = _recovery(new)
    if recovery is not None or _recovery(old) is not None:
        enabled = {"PointInTimeRecoveryEnabled": bool(recovery)}
        _call("_update_continuous_backups", table, "PointInTimeRecoverySpecification", enabled)


def _recovery(properties: Properties) -> bool | None:
    """Whether point-in-time recovery is asked for; a global table asks for it with each replica."""
    for holder in (properties, *properties.get("Replicas", [])):
        specification = holder.get("PointInTimeRecoverySpecification")
        if specification is not None:
            return _true(specification.get("PointInTimeRecoveryEnabled"))
    return None


def _call(action: str, table: str, name: str, specification: Properties) -> None:
    status, _headers, body = part(action)({"TableName": table, name: specification})
    if status >= 400:
        raise ValueError(f"{name} of table {table}: {body!r}")


def _true(value: object) -> bool:
    """A template's boolean, which may come as text."""
    return str(value).lower() == "true"
