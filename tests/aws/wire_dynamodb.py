"""DynamoDB at the wire: items under their `pk`, with the expressions that the functions use and no others."""

import re
from collections.abc import Mapping
from typing import Any

from tests.aws.wire_error import AwsError

Item = dict[str, Any]
_SET_ONCE = re.compile(r"SET (\w+) = if_not_exists\((\w+), (:\w+)\)")


class DynamoDb:
    """Every table's items; `unprocessed` makes the next BatchGetItem answer in part."""

    def __init__(self) -> None:
        self.tables: dict[str, dict[str, Item]] = {}
        self.unprocessed = False
        self.table_id = "table-1"

    def items(self, table: str) -> dict[str, Item]:
        """The items of a table by their `pk`."""
        return self.tables.setdefault(table, {})

    def answer(self, operation: str, members: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return what DynamoDB answers."""
        operations = {
            "BatchGetItem": self._batch_get,
            "GetItem": self._get,
            "PutItem": self._put,
            "UpdateItem": self._update,
            "DescribeTable": self._describe,
        }
        if operation not in operations:
            raise AwsError("UnknownOperationException")
        answer = operations[operation](members)
        if members.get("ReturnConsumedCapacity") != "TOTAL":
            return answer
        return {**answer, "ConsumedCapacity": {"TableName": members["TableName"], "CapacityUnits": 1.0}}

    def _describe(self, members: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"Table": {"TableName": members["TableName"], "TableId": self.table_id}}

    def _batch_get(self, members: Mapping[str, Any]) -> Mapping[str, Any]:
        ((table, wish),) = members["RequestItems"].items()
        found = [self.items(table)[pk] for pk in map(_pk, wish["Keys"]) if pk in self.items(table)]
        if self.unprocessed:
            return {"Responses": {table: found[:1]}, "UnprocessedKeys": {table: {"Keys": wish["Keys"][1:]}}}
        # The service gives them in no order.
        return {"Responses": {table: found[::-1]}, "UnprocessedKeys": {}}

    def _get(self, members: Mapping[str, Any]) -> Mapping[str, Any]:
        item = self.items(members["TableName"]).get(_pk(members["Key"]))
        return {"Item": item} if item else {}

    def _put(self, members: Mapping[str, Any]) -> Mapping[str, Any]:
        items, pk = self.items(members["TableName"]), _pk(members["Item"])
        _require(members, items.get(pk))
        items[pk] = members["Item"]
        return {}

    def _update(self, members: Mapping[str, Any]) -> Mapping[str, Any]:
        items, pk = self.items(members["TableName"]), _pk(members["Key"])
        _require(members, items.get(pk))
        match = _SET_ONCE.fullmatch(members["UpdateExpression"])
        if match is None or match[1] != match[2] or members.get("ReturnValues") != "ALL_NEW":
            raise AwsError("ValidationException")
        item = items.setdefault(pk, dict(members["Key"]))
        item.setdefault(match[1], members["ExpressionAttributeValues"][match[3]])
        return {"Attributes": item}


def _pk(key: Mapping[str, Any]) -> str:
    return str(key["pk"]["S"])


def _require(members: Mapping[str, Any], item: Item | None) -> None:
    """Refuse where the condition does not hold."""
    alternatives = members["ConditionExpression"].split(" OR ")
    if not any(_holds(each, item, members.get("ExpressionAttributeValues", {})) for each in alternatives):
        raise AwsError("ConditionalCheckFailedException")


def _holds(expression: str, item: Item | None, values: Mapping[str, Any]) -> bool:
    if expression == "attribute_not_exists(pk)":
        return item is None
    name, separator, value = expression.partition(" = ")
    if not separator or not name.isidentifier() or value not in values:
        raise AwsError("ValidationException")
    return item is not None and bool(item.get(name) == values[value])
