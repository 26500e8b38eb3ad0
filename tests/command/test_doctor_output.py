"""What the doctor prints for people: at each width, in colour for terminals alone."""

import datetime
import io
import re

import pytest

from jobpass.command.terminal import Terminal
from jobpass.doctor.checks import findings
from jobpass.doctor.facts import Document, Endpoint, Facts, Unanswered
from jobpass.doctor.report import Report
from tests.doctor.test_checks import SOUND

NOW = datetime.datetime(2026, 11, 23, tzinfo=datetime.UTC)
ISSUER = "https://oidc.example.com"
FAULTY = Facts(
    ISSUER,
    NOW,
    Document(f"{ISSUER}/.well-known/openid-configuration", 404, {}, b"", 0.2),
    endpoints=(Endpoint("oidc.example.com", 443, ("10.0.0.7",), {"TLS 1.2": True, "TLS 1.3": False}),),
)
AT_60 = """\
https://oidc.example.com
ok       issuer URL
error    host oidc.example.com: stands for 10.0.0.7 here,
         which is not on the internet: STS and other clouds
         cannot reach it
         -> publish the documents where everybody can read
            them
note     host oidc.example.com: does not offer TLS 1.3
         -> offer it beside TLS 1.2; nobody needs it yet
error    discovery document: is answered with 404 at
         https://oidc.example.com/.well-known/openid-configuration
         -> serve it there with 200, to everybody, without a
            log-in

2 errors, 1 note: AWS, or a client that keeps to the
standards, refuses this issuer's tokens."""


def printed(facts: Facts, width: int, *, colours: bool = False) -> str:
    terminal = Terminal(io.StringIO(), io.StringIO(), width, colours)
    return "\n".join(Report(facts, findings(facts)).lines(terminal))


def test_a_narrow_terminal() -> None:
    assert printed(FAULTY, 60) == AT_60


@pytest.mark.parametrize("width", [60, 80, 120])
def test_no_line_is_wider_than_the_terminal_unless_it_is_one_word(width: int) -> None:
    lines = printed(FAULTY, width).splitlines()

    assert [line for line in lines if len(line) > width and len(line.split()) > 1] == []
    assert " ".join(" ".join(lines).split()) == " ".join(AT_60.split())


def test_colours_change_nothing_but_colour() -> None:
    coloured = printed(FAULTY, 80, colours=True)

    assert "\x1b[31merror\x1b[0m" in coloured
    assert re.sub(r"\x1b\[\d+m", "", coloured) == printed(FAULTY, 80)


def test_a_sound_issuer_is_a_line_for_each_part() -> None:
    assert printed(SOUND, 80).splitlines() == [
        "https://oidc.example.com",
        "ok       issuer URL",
        "ok       network and TLS",
        "ok       delivery",
        "ok       discovery document",
        "ok       JWK Set",
        "",
        "Sound: nothing keeps AWS or strict clients from this issuer.",
    ]


def test_what_was_not_seen_is_not_called_sound() -> None:
    facts = Facts(ISSUER, NOW, Unanswered(ISSUER, "name", "Name or service not known"))

    assert [line for line in printed(facts, 80).splitlines() if line.startswith("ok")] == ["ok       issuer URL"]
    assert "could not be reached from here" in printed(facts, 80)


def test_the_json_has_one_shape() -> None:
    document = Report(FAULTY, findings(FAULTY)).to_document()

    assert list(document) == ["issuer_url", "looked_at", "verdict", "counts", "findings", "documents", "hosts"]
    assert document["looked_at"] == "2026-11-23T00:00:00Z"
    assert document["counts"] == {"error": 2, "warning": 0, "note": 1}
    assert document["findings"][0] == {
        "code": "dns_private",
        "severity": "error",
        "where": "host oidc.example.com",
        "message": "stands for 10.0.0.7 here, which is not on the internet: STS and other clouds cannot reach it",
        "remedy": "publish the documents where everybody can read them",
    }
    assert document["documents"]["discovery"] == {
        "url": f"{ISSUER}/.well-known/openid-configuration",
        "status": 404,
        "seconds": 0.2,
        "bytes": 0,
    }
    assert document["hosts"][0]["tls"] == ["TLS 1.2"]
