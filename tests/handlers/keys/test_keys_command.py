"""`jobpass keys` over the real keys function: what it shows, asks and refuses, and what is never sent twice."""

from pathlib import Path
from typing import Any

import pytest

from jobpass_issuer.domain.key_ring import KeyState
from tests.handlers.keys.invoking import keys_function
from tests.handlers.keys.operating import FUNCTION, REASON, Operator

ROOT = Path(__file__).parents[3]


class TestList:
    """The ring, with what comes next for each key."""

    def test_who_signs_and_who_is_in_reserve(self, operator: Operator) -> None:
        active, reserve = operator.aws.ring.keys
        ended = operator.run("list")

        assert (ended.status, ended.err) == (0, "")
        assert ended.out.startswith(f"signs  {active.kid}\n  to be replaced ")
        assert f"\n{active.kid}\nactive    RS256      2027-01-15 08:00 UTC  is replaced in 88 days" in ended.out
        assert f"\n{reserve.kid}\nprepared  RS256      2027-01-15 08:00 UTC  may sign" in ended.out
        assert operator.sent == ["list"]
        assert operator.aws.cloud.writes() == []

    def test_for_programs_it_is_what_the_function_says(self, operator: Operator) -> None:
        ended = operator.run("list", "--json")

        assert (ended.status, ended.err) == (0, "")
        assert ended.document == operator.aws.run("list")
        assert ended.document["at"] == "2027-01-17T08:00:00Z"
        assert ended.document["rotation_due_at"] == "2027-04-15T08:00:00Z"

    def test_every_state_has_what_comes_next(self, operator: Operator) -> None:
        operator.aws.run("rotate")
        operator.aws.run("revoke", kid=operator.aws.ring.keys[2].kid, reason="incident 42")
        ended = operator.run("list")

        assert {key.state for key in operator.aws.ring.keys} == {
            *(KeyState.RETIRED, KeyState.ACTIVE, KeyState.REVOKED, KeyState.PREPARED)
        }
        for said in (
            "leaves the set in 75 minutes",
            "incident 42",
            "KMS deletes it in 30 days",
            "may sign in 24 hours",
        ):
            assert said in ended.out

    def test_without_a_key_that_signs_it_ends_with_1(self, operator: Operator) -> None:
        for key in operator.aws.ring.keys:
            operator.aws.run("revoke", kid=key.kid, reason="both suspect")
        ended = operator.run("list")

        assert (ended.status, ended.err) == (1, "")
        assert ended.out.startswith("no key signs: jobs get 503 until 2027-01-18 08:00:00 UTC (in 24 hours)")
        assert operator.run("list", "--json").status == 1

    def test_a_key_that_kms_refuses_is_told(self, operator: Operator) -> None:
        operator.aws.cloud.kms.keys[operator.aws.ring.keys[1].key_arn].state = "Disabled"
        operator.aws.run("settle")

        assert "KMS does not sign with it" in operator.run("list").out

    @pytest.mark.parametrize("width", [60, 80, 120])
    def test_it_fits_the_terminal_and_kids_stay_whole(self, width: int, operator: Operator) -> None:
        operator.monkeypatch.setenv("COLUMNS", str(width))
        operator.aws.run("revoke", kid=operator.aws.active_kid, reason="signed for an unknown role, incident 42")
        ended = operator.run("list")

        assert max(map(len, ended.out.splitlines())) <= width
        assert {key.kid for key in operator.aws.ring.keys} <= set(ended.out.splitlines())
        whole = [key.key_arn.rpartition("/")[2] in ended.out for key in operator.aws.ring.keys]
        assert all(whole) if width == 120 else not any(whole)

    def test_an_older_function_is_understood(self, operator: Operator) -> None:
        def older(event: Any) -> Any:
            told = keys_function(event)
            new = ("known_everywhere_from", "published_until")
            told = {name: value for name, value in told.items() if name not in ("at", "rotation_due_at")}
            told["keys"] = [{name: each[name] for name in each if name not in new} for each in told["keys"]]
            return told

        operator.wire.functions[FUNCTION] = older
        ended = operator.run("list")
        assert (ended.status, ended.err) == (0, "")
        assert "in reserve" in ended.out
        assert (
            "does not tell whether everybody knows another key"
            in operator.run("revoke", operator.aws.active_kid, *REASON, "--yes").err
        )


class TestOthers:
    """Rotate, roll back, settle."""

    def test_rotate_and_back(self, operator: Operator) -> None:
        first, second = (key.kid for key in operator.aws.ring.keys)
        assert operator.run("rotate").out.startswith(f"signs  {second}")
        assert operator.aws.active_kid == second
        assert operator.run("roll-back").out.startswith(f"signs  {first}")
        assert operator.aws.active_kid == first

    def test_a_rotation_that_has_to_wait_says_so(self, operator: Operator) -> None:
        operator.run("rotate")
        assert "a rotation is wanted, and waits for the key in reserve" in operator.run("rotate").out

    def test_settle_mends_what_was_restored(self, operator: Operator) -> None:
        before = operator.aws.active_kid
        operator.aws.table.pop("ring")
        ended = operator.run("settle")

        assert ended.status == 0
        assert ended.out.startswith(f"signs  {before}")
        assert operator.aws.active_kid == before

    def test_what_the_function_refuses_changes_nothing(self, operator: Operator) -> None:
        said = operator.failed("invalid_request", 1, "roll-back")

        assert "jobpass-keys: there is no retired key to go back to" in said
        assert operator.aws.cloud.writes() == []

    def test_what_fails_on_the_way_is_told_with_the_way_on(self, operator: Operator) -> None:
        operator.aws.table.pop("ring")
        operator.aws.cloud.kms.keys.clear()
        operator.aws.cloud.s3.objects.pop("ring/copy.json")
        said = operator.failed("keys_function_failed", 3, "settle")

        assert "jobpass-keys failed on the way: " in said
        assert "`jobpass keys settle` goes on from there" in said


class TestWhere:
    """Which function is asked, and what stands in the way."""

    def test_a_function_by_its_name_needs_no_stack(self, operator: Operator) -> None:
        assert operator.run("list", "--function", FUNCTION).status == 0
        assert operator.wire.described == []

    def test_a_stack_by_its_name(self, operator: Operator) -> None:
        operator.wire.stacks = {"other": {"KeysFunctionName": FUNCTION}}

        assert operator.run("list", "--stack", "other").status == 0
        assert "there is no stack jobpass" in operator.failed("no_keys_function", 3, "list")

    def test_the_stack_of_the_file_here(self, operator: Operator) -> None:
        text = (ROOT / "jobpass.yaml").read_text()
        (operator.folder / "jobpass.yaml").write_text(text.replace("name: jobpass ", "name: elsewhere ", 1))
        operator.wire.stacks = {"elsewhere": {"KeysFunctionName": FUNCTION}}

        assert operator.run("list").status == 0
        assert operator.wire.described == ["elsewhere"]

    def test_both_at_once_are_one_too_many(self, operator: Operator) -> None:
        operator.failed("usage", 2, "list", "--function", FUNCTION, "--stack", "jobpass")

    def test_a_stack_without_the_output(self, operator: Operator) -> None:
        operator.wire.stacks["jobpass"] = {"BucketName": "x"}

        assert "the stack jobpass has no output KeysFunctionName" in operator.failed("no_keys_function", 3, "list")

    def test_a_function_that_is_not_there(self, operator: Operator) -> None:
        said = operator.failed("no_keys_function", 3, "list", "--function", "nobody")
        assert "there is no function nobody in this account and Region" in said

    @pytest.mark.parametrize(
        ("refusal", "code", "status", "said"),
        [
            (("AccessDeniedException", 403), "not_permitted", 1, "may not call lambda:InvokeFunction for jobpass-keys"),
            (("ExpiredTokenException", 403), "aws_credentials_refused", 1, "log in anew"),
            (("UnrecognizedClientException", 403), "aws_credentials_refused", 1, "(UnrecognizedClientException)"),
            (("TooManyRequestsException", 429), "aws_unavailable", 3, "try again"),
            (("ServiceException", 500), "aws_unavailable", 3, "look with `jobpass keys list`"),
            (("InvalidParameterValueException", 400), "aws_refused", 1, "(InvalidParameterValueException)"),
        ],
        ids=str,
    )
    def test_what_lambda_refuses_is_sent_once(
        self, refusal: tuple[str, int], code: str, status: int, said: str, operator: Operator
    ) -> None:
        operator.wire.refusal = refusal

        assert said in operator.failed(code, status, "rotate", "--function", FUNCTION)
        assert operator.sent == ["rotate", "rotate"]  # once in JSON, once in words

    def test_a_stack_that_may_not_be_looked_at(self, operator: Operator) -> None:
        operator.wire.refusal = ("AccessDenied", 403)
        said = operator.failed("not_permitted", 1, "list")

        assert "may not call cloudformation:DescribeStacks for jobpass" in said
        assert "--function" in said

    def test_an_answer_of_something_else(self, operator: Operator) -> None:
        operator.wire.functions["other"] = lambda _: {"statusCode": 200, "body": "hello"}

        operator.failed("unexpected_answer", 3, "list", "--function", "other")

    def test_no_credentials(self, operator: Operator) -> None:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            operator.monkeypatch.delenv(name)

        operator.failed("no_aws_credentials", 3, "list")

    def test_no_region(self, operator: Operator) -> None:
        told = operator.aws.run("list")
        operator.wire.functions[FUNCTION] = lambda _: told
        operator.monkeypatch.delenv("AWS_DEFAULT_REGION")
        operator.failed("no_region", 3, "list")

        operator.monkeypatch.setenv("AWS_REGION", "eu-central-1")
        assert operator.run("list").status == 0

    def test_no_network(self, operator: Operator) -> None:
        operator.monkeypatch.setenv("AWS_ENDPOINT_URL_LAMBDA", "http://127.0.0.1:9")

        operator.failed("aws_unreachable", 3, "list", "--function", FUNCTION)
