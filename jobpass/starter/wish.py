"""What somebody wants in their first configuration, and what stands in the place of what they did not say."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jobpass.configuration import preset as presets
from jobpass_issuer.domain.audience import AWS
from jobpass_issuer.domain.subject import Field, parse_template

DEFAULT_PRESET = "github"
# AWS's documentation uses this account, so that nobody real is named where nobody was.
EXAMPLE_PRINCIPAL = "arn:aws:iam::111122223333:role/ci-server"


@dataclass(frozen=True, slots=True)
class Wish:
    """One profile, one platform that registers its jobs, and one role that trusts some of them.

    `form`, `when`, `role` and the platform's proof are None or empty where nobody said them.
    """

    name: str = "jobpass"
    preset: str = DEFAULT_PRESET
    form: str | None = None
    platform: str = "ci-server"
    principals: tuple[str, ...] = ()
    public_keys: tuple[Mapping[str, Any], ...] = ()
    role: str | None = None
    when: Mapping[str, str] | None = None
    managed_policies: tuple[str, ...] = ()
    audiences: tuple[str, ...] = (AWS,)
    issuer_url: str | None = None
    certificate_arn: str | None = None
    allow_any: str | None = None
    demonstration: bool = False

    @property
    def trusted(self) -> str | None:
        """The role's name: without a wish `deploy`, and None where no token is for AWS."""
        if self.role is not None:
            return self.role
        return "deploy" if AWS in self.audiences else None

    @property
    def profile(self) -> str:
        """The profile's name: its preset's, where there is such a preset."""
        return self.preset if self.preset in presets.names() else "jobs"

    @property
    def subject_fields(self) -> tuple[str, ...]:
        """The fields that roles tell these jobs apart by; none where preset or form do not exist."""
        if not self.known:
            return ()
        parts = parse_template(presets.definition(self.preset, self.form)["subject"])
        return tuple(part.name for part in parts if isinstance(part, Field))

    @property
    def known(self) -> bool:
        """Whether the preset and the form exist."""
        names = presets.names()
        return self.preset in names and (self.form is None or self.form in presets.forms(self.preset))

    @property
    def example(self) -> dict[str, str]:
        """A job of the preset's own examples, as a role could name it."""
        if not self.known:
            return {}
        values = presets.document(self.preset)["examples"]
        return {name: value for name, value in values.items() if name in self.subject_fields}

    @property
    def jobs(self) -> Mapping[str, str]:
        """Which jobs the role trusts: the example's where nobody said it."""
        return self.example if self.when is None else self.when

    @property
    def sessions(self) -> tuple[str, ...]:
        """Whose sessions register jobs: the example's where the platform has no other proof."""
        return self.principals if self.principals or self.public_keys else (EXAMPLE_PRINCIPAL,)

    @property
    def examples(self) -> tuple[str, ...]:
        """The places in the file whose values nobody chose and somebody must, before it is of use."""
        places = [f"platforms.{self.platform}.principals"] if EXAMPLE_PRINCIPAL in self.sessions else []
        if self.trusted is not None and self.when is None and self.example:
            places.append(f"roles.{self.trusted}.when")
        return tuple(places)
