"""`AWS::CloudTrail::Trail` in CloudFormation, by CloudTrail's own actions (CloudFormation Template Reference)."""

import json
from typing import Any

from local.seam.ministack_parts import part

Properties = dict[str, Any]
Created = tuple[str, dict[str, Any]]

RESOURCE = "AWS::CloudTrail::Trail"

_SAME = (
    "S3BucketName", "S3KeyPrefix", "SnsTopicName", "KMSKeyId", "CloudWatchLogsLogGroupArn", "CloudWatchLogsRoleArn",
)  # fmt: skip
_FLAGS = {
    "IncludeGlobalServiceEvents": True,
    "IsMultiRegionTrail": False,
    "EnableLogFileValidation": False,
    "IsOrganizationTrail": False,
}


def install() -> None:
    """Register the resource."""
    part("_RESOURCE_HANDLERS")[RESOURCE] = {"create": _create, "update": _update, "delete": _delete}
    part("_STACK_TAG_PROPERTY")[RESOURCE] = ("Tags", "list")
    part("_REPLACING_PROPERTIES")[RESOURCE] = ("TrailName",)


def _create(logical_id: str, properties: Properties, stack_name: str) -> Created:
    name = properties.get("TrailName") or part("_physical_name")(stack_name, logical_id, max_len=128)
    _call("CreateTrail", {"Name": name, **_settings(properties)})
    # What ministack's CreateTrail drops, its UpdateTrail keeps.
    _call("UpdateTrail", {"Name": name, **_settings(properties)})
    return _configure(name, {}, properties)


def _update(name: str, old: Properties, new: Properties, _stack_name: str) -> Created:
    _call("UpdateTrail", {"Name": name, **_settings(new)})
    return _configure(name, old, new)


def _delete(name: str, _properties: Properties) -> None:
    if name in part("_trails"):
        _call("DeleteTrail", {"Name": name})


def _configure(name: str, old: Properties, new: Properties) -> Created:
    selectors = {kind: new[kind] for kind in ("EventSelectors", "AdvancedEventSelectors") if new.get(kind)}
    if selectors or any(old.get(kind) for kind in ("EventSelectors", "AdvancedEventSelectors")):
        _call("PutEventSelectors", {"TrailName": name, **(selectors or {"EventSelectors": [{}]})})
    arn = _call("GetTrail", {"Name": name})["Trail"]["TrailARN"]
    _tag(arn, old.get("Tags", []), new.get("Tags", []))
    _call("StartLogging" if _true(new.get("IsLogging")) else "StopLogging", {"Name": name})
    attributes = {"Arn": arn}
    if new.get("SnsTopicName"):
        topic = str(new["SnsTopicName"])
        account, region = part("get_account_id")(), part("get_region")()
        attributes["SnsTopicArn"] = topic if topic.startswith("arn:") else f"arn:aws:sns:{region}:{account}:{topic}"
    return name, attributes


def _tag(arn: str, old: list[dict[str, str]], new: list[dict[str, str]]) -> None:
    kept = {tag["Key"] for tag in new}
    dropped = [tag for tag in old if tag["Key"] not in kept]
    if dropped:
        _call("RemoveTags", {"ResourceId": arn, "TagsList": dropped})
    if new:
        _call("AddTags", {"ResourceId": arn, "TagsList": new})


def _settings(properties: Properties) -> Properties:
    settings = {name: properties[name] for name in _SAME if name in properties}
    if "KMSKeyId" in settings:
        settings["KmsKeyId"] = settings.pop("KMSKeyId")
    return settings | {name: _true(properties.get(name, usual)) for name, usual in _FLAGS.items()}


def _call(action: str, body: Properties) -> dict[str, Any]:
    status, _headers, answer = part("_DISPATCH")[action](body)
    document: dict[str, Any] = json.loads(answer)
    if status >= 400:
        raise ValueError(f"{RESOURCE}: {document.get('__type')}: {document.get('message')}")
    return document


def _true(value: object) -> bool:
    """A template's boolean, which may come as text."""
    return str(value).lower() == "true"
