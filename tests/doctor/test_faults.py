"""Every fault is named, with nothing beside it, and a sound issuer has none."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.doctor import faults
from tests.doctor.conftest import HERE, Doctor, Stand, codes
from tests.doctor.faults import Fault
from tests.doctor.issuer_server import IssuerServer, Served

ROOT = Path(__file__).parents[2]
ALL = {
    f"{part}: {name}": fault
    for part, table in (("discovery", faults.DISCOVERY), ("JWK Set", faults.JWK_SET), ("delivery", faults.DELIVERY))
    for name, fault in table.items()
}


@pytest.fixture
def issuer(stand: Stand) -> IssuerServer:
    """A sound issuer."""
    return stand.serve()


def test_a_sound_issuer_has_no_fault(issuer: IssuerServer, doctor: Doctor) -> None:
    status, report = doctor()

    assert codes(report) == set()
    assert {each["severity"] for each in report["findings"]} == {"note"}
    assert (status, report["verdict"]) == (0, "good")
    assert issuer.asked == ["/api/.well-known/openid-configuration", "/api/.well-known/jwks.json"]


@pytest.mark.parametrize("fault", ALL.values(), ids=ALL.keys())
def test_a_fault_is_named_with_its_remedy(issuer: IssuerServer, doctor: Doctor, fault: Fault) -> None:
    fault.spoil(issuer)

    status, report = doctor()

    assert {each["code"]: each["severity"] for each in report["findings"] if each["code"] not in HERE} == fault.findings
    assert all(each["message"] and each["remedy"] and each["where"] for each in report["findings"])
    assert status == (1 if "error" in fault.findings.values() else 0)


def test_a_warning_is_a_failure_where_strictness_is_asked_for(issuer: IssuerServer, doctor: Doctor) -> None:
    issuer.jwk_set.headers = {"Cache-Control": None}

    assert doctor()[0] == 0
    assert doctor(issuer.issuer, "--strict")[0] == 1


def test_an_issuer_that_never_answers_is_left_after_the_timeout(issuer: IssuerServer, doctor: Doctor) -> None:
    issuer.jwk_set.never = True

    status, report = doctor(issuer.issuer, "--timeout", "0.5")

    assert (status, codes(report)) == (1, {"fetch_time"})
    assert report["documents"]["jwk_set"]["cause"] == "time"


def test_ctrl_c_ends_it_without_a_traceback(issuer: IssuerServer) -> None:
    issuer.discovery.never = True
    command_line = [sys.executable, "-m", "jobpass", "doctor", issuer.issuer, "--timeout", "60"]
    with subprocess.Popen(command_line, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as started:
        while not issuer.asked:
            assert started.poll() is None
            time.sleep(0.01)
        started.send_signal(signal.SIGINT)
        printed = started.communicate()

    assert printed == ("", "")
    assert started.returncode == 130


class TestASlashAtTheEnd:
    """Such an issuer is another one than without it, and how STS joins it is not known."""

    ISSUER = "https://oidc.example.test/api/"

    def test_is_looked_at_in_both_places(self, stand: Stand, doctor: Doctor) -> None:
        issuer = stand.serve(self.ISSUER)

        status, report = doctor(self.ISSUER)

        assert (status, codes(report)) == (0, {"url_slash", "slash_join"})
        assert "/api//.well-known/openid-configuration" in issuer.asked

    def test_is_worth_a_note_where_both_are_served(self, stand: Stand, doctor: Doctor) -> None:
        issuer = stand.serve(self.ISSUER)
        issuer.answers["/api//.well-known/openid-configuration"] = issuer.discovery

        assert codes(doctor(self.ISSUER)[1]) == {"url_slash"}

    def test_is_a_fault_where_the_two_differ(self, stand: Stand, doctor: Doctor) -> None:
        issuer = stand.serve(self.ISSUER)
        issuer.answers["/api//.well-known/openid-configuration"] = Served({"issuer": "https://other.example.test"})

        assert codes(doctor(self.ISSUER)[1]) == {"url_slash", "slash_join"}

    def test_is_told_to_somebody_who_leaves_it_out(self, stand: Stand, doctor: Doctor) -> None:
        stand.serve(self.ISSUER)

        assert codes(doctor(self.ISSUER.removesuffix("/"))[1]) == {"issuer_slash"}
