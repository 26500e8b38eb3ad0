"""`jobpass keys revoke` over the real keys function: what it asks before, and tells of what it leaves."""

import re
from typing import Any

import pytest

from tests.handlers.keys.deployed import DAY, HOUR
from tests.handlers.keys.invoking import keys_function
from tests.handlers.keys.operating import FUNCTION, REASON, Operator


class TestRevoke:
    """Nothing is revoked by accident, and everybody is told before what it leaves."""

    def test_at_a_terminal_the_beginning_of_the_kid_is_typed(self, operator: Operator) -> None:
        active, reserve = operator.aws.ring.keys
        ended = operator.run("revoke", active.kid[:8], *REASON, typed=f"{active.kid[:6]}\n")

        assert ended.status == 0
        assert f"{active.kid}: active, RS256, {active.key_arn}" in ended.flat
        assert f"{reserve.kid} signs from then on; everybody knows it already." in ended.flat
        assert "Type the first 6 letters of the kid" in ended.err
        assert operator.aws.active_kid == reserve.kid
        assert operator.aws.ring.key(active.kid).reason == "incident 42"
        assert operator.sent == ["list", "revoke"]

    @pytest.mark.parametrize("typed", ["\n", "", "yes\n", "wrong-\n", "{5}\n"])
    def test_anything_else_revokes_nothing(self, typed: str, operator: Operator) -> None:
        kid = operator.aws.active_kid
        ended = operator.run("revoke", kid, *REASON, typed=typed.replace("{5}", kid[:5]))

        assert ended.status == 1
        assert "nothing was revoked" in ended.err
        assert operator.sent == ["list"]
        assert operator.aws.active_kid == kid

    def test_without_a_terminal_it_must_be_said(self, operator: Operator) -> None:
        kid = operator.aws.active_kid
        assert operator.failed("usage", 2, "revoke", kid, *REASON)
        assert operator.sent == []

        ended = operator.run("revoke", kid, *REASON, "--yes", "--json")
        assert (ended.status, ended.err) == (0, "")
        assert ended.document["active"] == operator.aws.active_kid != kid

    def test_a_second_revocation_is_told_what_it_leaves(self, operator: Operator) -> None:
        """No key that everybody knows: that is said first, with until when."""
        operator.run("revoke", operator.aws.active_kid, *REASON, "--yes")
        operator.aws.wait(HOUR)
        ended = operator.run("revoke", operator.aws.active_kid, *REASON, typed="no\n")

        assert "NO KEY IS LEFT that everybody knows" in ended.err
        assert "until 2027-01-18 08:00:00 UTC (in 23 hours)" in ended.flat
        assert operator.aws.active_kid

    def test_a_retired_key_is_better_than_none(self, operator: Operator) -> None:
        first = operator.aws.active_kid
        operator.run("rotate")
        ended = operator.run("revoke", operator.aws.active_kid, *REASON, "--yes")

        assert f"{first} signs from then on" in ended.err
        assert operator.aws.active_kid == first

    def test_a_reserve_leaves_who_signs(self, operator: Operator) -> None:
        active, reserve = operator.aws.ring.keys
        ended = operator.run("revoke", reserve.kid, *REASON, "--yes")

        assert f"{active.kid} goes on signing." in ended.err
        assert operator.aws.active_kid == active.kid

    def test_what_it_foretells_comes_true(self, operator: Operator) -> None:
        """At each state that a ring comes through, for each key of it."""
        for steps in (["rotate"], ["rotate", "wait", "revoke"]):
            operator.aws.found()
            for step in steps:
                if step == "wait":
                    operator.aws.wait(DAY + HOUR)
                elif step == "revoke":
                    operator.aws.run("revoke", kid=operator.aws.active_kid, reason="incident 41")
                else:
                    operator.aws.run(step)
            for key in operator.aws.ring.published:
                ended = operator.run("revoke", key.kid, *REASON, "--yes")
                told = re.search(r"(\S{43}) (?:goes on signing|signs from then on)", ended.flat)
                active = operator.aws.ring.active
                assert (told and told[1]) == (active and active.kid), (steps, key.state, ended.flat)
                if active is None:
                    assert "NO KEY IS LEFT" in ended.err
                    break

    def test_one_that_is_revoked_stays_so(self, operator: Operator) -> None:
        kid = operator.aws.active_kid
        operator.run("revoke", kid, *REASON, "--yes")
        ended = operator.run("revoke", kid, "--reason", "again", "--yes")

        assert ended.status == 0
        assert "It is revoked already" in ended.err
        assert operator.aws.ring.key(kid).reason == "incident 42"

    @pytest.mark.parametrize(("kid", "code", "status"), [("?", "unknown_key", 1), ("", "unknown_key", 1)])
    def test_a_key_that_is_not_there(self, kid: str, code: str, status: int, operator: Operator) -> None:
        said = operator.failed(code, status, "revoke", kid, *REASON, "--yes")

        assert all(key.kid[:12] in said for key in operator.aws.ring.keys)
        assert set(operator.sent) == {"list"}

    def test_a_beginning_that_several_have(self, operator: Operator) -> None:
        def twins(event: Any) -> Any:
            told = keys_function(event)
            told["keys"] = [{**each, "kid": f"same-{each['kid']}"} for each in told["keys"]]
            return told

        operator.wire.functions[FUNCTION] = twins
        assert "several keys begin with `same`" in operator.failed("usage", 2, "revoke", "same", *REASON, "--yes")
        assert set(operator.sent) == {"list"}

    @pytest.mark.parametrize("reason", ["", "  ", "x" * 201])
    def test_a_reason_that_is_none(self, reason: str, operator: Operator) -> None:
        operator.failed("usage", 2, "revoke", operator.aws.active_kid, "--reason", reason, "--yes")
        assert operator.sent == []
