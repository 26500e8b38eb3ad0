"""A function that many call at once runs in a few environments, and one that calls itself waits for nobody."""

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from local.seam.lambda_width import WIDTH
from tests.local.conftest import Emulator
from tests.local.seam.asking import numbers

SOURCE = """
import json, os, time
import botocore.session

def handler(event, context):
    if event:
        own = botocore.session.get_session().create_client(
            "lambda", region_name="us-east-1", endpoint_url=event["endpoint"], verify=event["authority"])
        own.invoke(FunctionName=context.function_name, Payload=b"null")
    time.sleep(0.1)
    return os.getpid()
"""
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"},
    ],
}
MAY_INVOKE = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": "*"}],
}

Call = Callable[[Any], Any]


@pytest.fixture
def call(emulator: Emulator) -> Iterator[Call]:
    """Calls a function that answers with its process, or first calls itself where it is given the way."""
    name = f"width-{next(numbers)}"
    iam, functions = emulator.client("iam"), emulator.client("lambda")
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
    iam.put_role_policy(RoleName=name, PolicyName="invoke", PolicyDocument=json.dumps(MAY_INVOKE))
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("index.py", SOURCE)
    functions.create_function(
        FunctionName=name,
        Runtime="python3.11",
        Handler="index.handler",
        Role=role,
        Timeout=60,
        Code={"ZipFile": archive.getvalue()},
    )

    def answer(event: Any) -> Any:
        given = functions.invoke(FunctionName=name, Payload=json.dumps(event).encode())
        said = json.loads(given["Payload"].read())
        assert "FunctionError" not in given, said
        return said

    yield answer
    functions.delete_function(FunctionName=name)
    iam.delete_role_policy(RoleName=name, PolicyName="invoke")
    iam.delete_role(RoleName=name)


def test_many_callers_share_a_few_environments(call: Call) -> None:
    with ThreadPoolExecutor(3 * WIDTH) as pool:
        processes = list(pool.map(call, [None] * 3 * WIDTH))
    assert 1 < len(set(processes)) <= WIDTH


def test_a_function_that_calls_itself_does_not_wait_for_its_callers(call: Call, emulator: Emulator) -> None:
    way = {"endpoint": emulator.endpoint, "authority": str(emulator.authority)}
    with ThreadPoolExecutor(WIDTH) as pool:
        assert all(pool.map(call, [way] * WIDTH))
