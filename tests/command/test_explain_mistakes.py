"""The mistakes that people make, through the command line: signed tokens, GitHub's too, at policies in files."""

import json

import pytest

from jobpass.explain import Unavailable
from tests.command.explaining import AT, Asking, times
from tests.explain.account import CLAIMS, ROLE_ARN, policy
from tests.explain.mistakes import MISTAKES, Mistake

# What cannot be fetched is no file; the tests of keys have it.
IN_FILES = [mistake for mistake in MISTAKES if not isinstance(mistake.jwk_set, Unavailable)]


def arguments(mistake: Mistake, asking: Asking) -> list[str]:
    """The command line that describes a mistake."""
    claims = {name: value for name, value in {**CLAIMS, **times(), **mistake.claims}.items() if value is not None}
    (provider,) = mistake.providers
    given = [ROLE_ARN, "--token-file", asking.token(claims), "--max-session-seconds", "7200", *AT]
    given += [
        "--trust-policy",
        asking.file("policy.json", mistake.trust or policy()),
        "--provider-url",
        provider.issuer,
    ]
    given += [word for each in provider.client_ids for word in ("--client-id", each)]
    given += ["--jwks", asking.keys() if mistake.jwk_set is None else asking.file("jwks.json", mistake.jwk_set)]
    if mistake.request and mistake.request.duration_seconds:
        given += ["--duration", str(mistake.request.duration_seconds)]
    return given


@pytest.mark.parametrize("mistake", IN_FILES, ids=[mistake.name for mistake in IN_FILES])
def test_a_mistake_is_named_and_its_remedy_helps(mistake: Mistake, asking: Asking) -> None:
    ended = asking.refused(*arguments(mistake, asking))

    error = ended.document["error"]
    assert error["message"] == mistake.says
    assert mistake.cause in error["cause"]
    assert mistake.remedy in error["remedy"]
    assert asking.allowed(*arguments(mistake.remedied, asking)).document["unchecked"] == []


def test_the_document_is_the_same_whichever_way_it_is_asked_for(asking: Asking) -> None:
    given = arguments(IN_FILES[0], asking)

    document = asking.refused(*given).document
    assert list(document) == [
        "role",
        "at",
        "verdict",
        "error",
        "unchecked",
        "checks",
        "statements",
        "needed_actions",
        "condition_keys",
        "session",
        "notes",
        "further_obstacles",
        "assumed",
        "unseen",
    ]
    asking.monkeypatch.setenv("COLUMNS", "60")
    assert json.dumps(asking.refused(*given).document) == json.dumps(document)
