"""The page on issuance records has every member of the records, and no other."""

import re
from dataclasses import MISSING, fields
from pathlib import Path

from jobpass_issuer.domain.issuance_record import KINDS, written_name

PAGE = (Path(__file__).parents[2] / "docs/reference/issuance-records.md").read_text("utf-8")
ROW = re.compile(r"^\| `(?P<name>\w+)` \| (?P<kinds>[a-z, ]+) \| (?P<always>yes)? ?\| (?P<said>.+) \|$", re.MULTILINE)


def test_the_page_has_each_member_of_each_record() -> None:
    table = PAGE.partition("<!-- members -->")[2].partition("<!-- /members -->")[0]
    told = [
        (kind, row["name"], row["always"] == "yes") for row in ROW.finditer(table) for kind in row["kinds"].split(", ")
    ]
    members = [(kind, each.name, each.default is MISSING) for kind, record in KINDS.items() for each in fields(record)]

    assert sorted(told) == sorted(members)


def test_the_page_says_what_each_member_is_written_as() -> None:
    written = {row["name"]: re.findall(r"; written `(\w+)`$", row["said"]) for row in ROW.finditer(PAGE)}

    assert {name: found for name, found in written.items() if found} == {
        name: [written_name(name)] for name in written if written_name(name) != name
    }


def test_the_page_has_each_kind() -> None:
    assert re.findall(r"^\| `(\w+)` \| (?:before|once|when)", PAGE, re.MULTILINE) == list(KINDS)
