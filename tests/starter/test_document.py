"""A first configuration is sound, says what it was told, and stays so when its comments become settings."""

import re
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from jobpass.configuration import Configuration, parse
from jobpass.configuration import preset as presets
from jobpass.configuration.yaml_document import read
from jobpass.starter.document import WIDTH, text
from jobpass.starter.wish import Wish
from jobpass.starter.yaml_value import mapping, scalar, sequence
from tests.configuration.preset_jobs import FORMS

SCHEMA = "jobpass/configuration/jobpass.schema.json"
KEY = {
    "kty": "EC",
    "crv": "P-256",
    "kid": "key-1",
    "x": "axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY",
    "y": "T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU",
}
FULL: dict[str, Any] = {
    "name": "acme",
    "platform": "runner",
    "principals": ("arn:aws-cn:iam::222233334444:user/robots/r2", "arn:aws:iam::222233334444:root"),
    "public_keys": (KEY,),
    "role": "release",
    "managed_policies": ("arn:aws:iam::aws:policy/ReadOnlyAccess",),
    "audiences": ("sts.amazonaws.com", "api://AzureADTokenExchange"),
    "issuer_url": "https://oidc.example.com/api/oidc",
    "certificate_arn": "arn:aws:acm:us-east-1:000000000000:certificate/0a1b2c3d-0000-4000-8000-000000000000",
    "demonstration": True,
}
# A setting that stands there as a comment, with what is said of it behind.
COMMENTED = re.compile(r"^( *)# ((?:where|managed_policies|pin|url): \S.*?)(?:  # .*)?$", re.MULTILINE)


def made(wish: Wish) -> Configuration:
    return parse(text(wish, SCHEMA))


def of(preset: str, form: str) -> dict[str, Any]:
    """What a form needs to be said beside its name."""
    reason = "all its jobs are ours" if form == "instance" else None
    return {"preset": preset, "form": form, "allow_any": reason}


@pytest.mark.parametrize(("preset", "form"), FORMS)
def test_every_form_is_sound_with_nothing_said_and_with_everything(preset: str, form: str) -> None:
    plain, full = Wish(**of(preset, form)), Wish(**of(preset, form), **FULL)

    for wish in (plain, full):
        assert (
            max(
                len(line)
                for line in text(wish, SCHEMA).splitlines()
                if "public_keys" not in line and KEY["x"] not in line
            )
            <= WIDTH
        )
        configuration = made(wish)
        assert configuration.profiles[preset].preset == preset
        assert configuration.profiles[preset].form in (form, None)
        assert configuration.roles[wish.trusted or ""].when == dict(wish.example)
    assert made(plain).retention == "retain"
    said = made(full)
    assert (said.name, said.retention, said.deletion_protection) == ("acme", "destroy", False)
    assert said.issuer.url == FULL["issuer_url"]
    platform, role = said.platforms["runner"], said.roles["release"]
    assert (tuple(platform.principals), tuple(platform.audiences)) == (FULL["principals"], FULL["audiences"])
    assert (platform.public_keys, platform.roles) == ([KEY], ["release"])
    assert tuple(role.managed_policies) == FULL["managed_policies"]


@pytest.mark.parametrize(("preset", "form"), FORMS)
def test_a_commented_setting_may_be_uncommented(preset: str, form: str) -> None:
    written = text(Wish(**of(preset, form)), SCHEMA)
    bare, count = COMMENTED.subn(r"\1\2", written)

    assert count == (3 if form == "instance" else 4)
    bare = bare.replace("https://oidc.example.com", "https://d111111abcdef8.cloudfront.net")
    configuration = parse(bare)
    assert configuration.roles["deploy"].pin == "required"
    assert configuration.platforms["ci-server"].where == dict(list(configuration.roles["deploy"].when.items())[:1])  # type: ignore[union-attr]


def test_what_is_an_example_says_so_and_what_was_said_does_not() -> None:
    said = Wish(when={"repository": "acme/web"}, principals=FULL["principals"])

    assert text(Wish(), SCHEMA).count("AN EXAMPLE") == len(Wish().examples) == 2
    assert (text(said, SCHEMA).count("AN EXAMPLE"), said.examples) == (0, ())
    assert Wish(public_keys=(KEY,)).examples == ("roles.deploy.when",)
    assert made(Wish(public_keys=(KEY,))).platforms["ci-server"].principals == []


def test_a_deployment_without_aws_has_no_role() -> None:
    configuration = made(Wish(audiences=("api://AzureADTokenExchange",)))

    assert configuration.roles == {}
    assert configuration.platforms["ci-server"].roles == []


def test_the_first_line_leads_editors_to_the_schema() -> None:
    assert text(Wish(), SCHEMA).splitlines()[0] == f"# yaml-language-server: $schema={SCHEMA}"


def test_the_comments_come_from_the_catalogue() -> None:
    for name in presets.names():
        words = " ".join(line.strip(" #") for line in text(Wish(preset=name), SCHEMA).splitlines())
        assert presets.document(name)["description"] in words
        assert presets.definition(name)["subject"] in words


TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"])),
    st.from_regex(r"[-+0-9.eExo_:~yYnN]{1,8}", fullmatch=True),
    st.sampled_from(
        ["null", "Null", "~", "yes", "No", "on", "OFF", "true", "y", "n", "=", "<<", "2024-01-01", "1:30", "0o7", "---"]
    ),
)


@given(TEXTS, TEXTS)
@example("refs/heads/main", "a: b # c")
@example("", " ")
@example("\x85\u2028\ufeff\x00", "'\"\\\n\t")
def test_every_text_that_a_person_can_type_comes_back_the_same(one: str, other: str) -> None:
    lines = [f"scalar: {scalar(one)}  # said", f"list: {sequence([one, other])}", f"map: {mapping({one: other})}"]
    document = read("\n".join([*lines, "names:", f"  {scalar(other)}: {scalar(one)}"]))

    assert document.mistakes == []
    assert document.values == {"scalar": one, "list": [one, other], "map": {one: other}, "names": {other: one}}
    assert "\n" not in scalar(one)


@given(st.text(st.characters(exclude_categories=["Cs"])), st.text(st.characters(exclude_categories=["Cs"])))
@example("a\nretention: destroy", "b\n# c")
def test_a_name_stays_within_its_line_and_its_comments(platform: str, role: str) -> None:
    values: Any = yaml.safe_load(text(Wish(platform=platform, role=role), SCHEMA))

    assert list(values) == [
        "name",
        "retention",
        "deletion_protection",
        "issuer",
        "signing",
        "profiles",
        "platforms",
        "roles",
    ]
    assert (list(values["platforms"]), list(values["roles"])) == ([platform], [role])
    assert values["retention"] == "retain"


def test_what_people_write_plainly_stays_plain() -> None:
    assert [*map(scalar, ("sts.amazonaws.com", "refs/heads/main", "web-deploy"))] == [
        "sts.amazonaws.com",
        "refs/heads/main",
        "web-deploy",
    ]
    assert [scalar("refs/tags/v*"), scalar("on")] == ['"refs/tags/v*"', '"on"']
