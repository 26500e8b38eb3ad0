"""Claims as the issuer would mint them, for a job that has no token yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jobpass.command.errors import WRONG_USAGE, CommandError, UsageError
from jobpass.configuration import Configuration
from jobpass.configuration.role_settings import DEFAULT_AUDIENCE
from jobpass.configuration.suggestion import suggestion
from jobpass.explain import Preview
from jobpass.explain.quoting import quoted
from jobpass.lookup.presented import Presented
from jobpass.lookup.text_input import unusable
from jobpass_issuer.domain.issuance import aws_claims
from jobpass_issuer.domain.profile import Profile
from jobpass_issuer.domain.registration import Registration
from jobpass_issuer.domain.token_limits import source_identity

# A token that is not made yet has no identifier; this stands for it where it is the source identity.
JTI = "jti-of-the-token"


@dataclass(frozen=True, slots=True)
class Job:
    """A job: as somebody describes it by its fields, or as it was registered.

    `registered` is what `POST /v1/jobs` answered, or `GET /v1/jobs/{job_id}`; the request token in it is not read.
    """

    profile: str
    fields: Mapping[str, str]
    registered: Mapping[str, Any] | None = None

    @classmethod
    def registration(cls, document: Any) -> "Job":
        """Return the job of such an answer.

        Raises:
            CommandError: it is none.
        """
        members: Mapping[str, Any] = document if isinstance(document, Mapping) else {}
        profile, fields, audiences = (members.get(name) for name in ("profile", "fields", "audiences"))
        sound = (
            isinstance(profile, str)
            and isinstance(members.get("subject"), str)
            and isinstance(fields, Mapping)
            and all(isinstance(value, str) for value in fields.values())
            and isinstance(audiences, list)
            and all(isinstance(value, str) for value in audiences)
        )
        if not sound:
            text = "the registration: it has not the members `profile`, `fields`, `subject` and `audiences`"
            raise unusable(text, "hand over what `POST /v1/jobs` or `GET /v1/jobs/{job_id}` answered, whole")
        return cls(str(profile), dict(fields or {}), members)

    def present(
        self,
        configuration: Configuration,
        source: str,
        *,
        issuer_url: str,
        audience: str | None = None,
        pins: Sequence[str] = (),
    ) -> Presented:
        """Return the claims of a token for an audience, pinned to the roles of these ARNs or to none.

        Raises:
            UsageError: the file has no such profile, or no job can have such fields or such an audience.
        """
        deployment = configuration.deployment()
        if self.profile not in deployment.profiles:
            raise UsageError(f"{source} has no profile `{self.profile}`", suggestion(self.profile, deployment.profiles))
        profile = deployment.profiles[self.profile]
        # What was registered was sound then, whatever the file says now.
        problems = [] if self.registered else profile.problems(self.fields)
        if problems:
            told: list[dict[str, str | int | None]] = [
                {"path": f"--field {each.path.removeprefix('fields.')}", "line": None, "message": each.message}
                for each in problems
            ]
            text = f"profile `{profile.name}` has no job with these fields"
            raise CommandError("fields", text, "correct the fields: each line says how", WRONG_USAGE, told)
        registration = self._registration(profile)
        chosen = audience or self._audience(profile, deployment.aws_audiences)
        claims = {
            "iss": issuer_url,
            "sub": registration.subject,
            "aud": chosen,
            **registration.claims,
            **(aws_claims(registration, [*pins] or self._pins(), JTI) if chosen in deployment.aws_audiences else {}),
        }
        return Presented(Preview(claims), claims, profile.name, tuple(self._assumed(profile)))

    def _registration(self, profile: Profile) -> Registration:
        """The registration that the jobs function would make of the fields, or has made."""
        fields, known = profile.complete(self.fields), self.registered or {}
        tags = profile.tags(fields)
        document = {
            "job_id": "",
            "platform": "",
            "profile": profile.name,
            "fields": fields,
            "subject": known.get("subject") or self._subject(profile, fields),
            "claims": profile.claim_set(fields),
            "session_tags": tags,
            "transitive_tags": [key for key in profile.transitive_tags if key in tags],
            "source_identity": source_identity(profile, fields),
            "aws_claims": "none" if known.get("aws_claims") == "none" else "full",
            "audiences": [],
            "roles": [],
            "secret_sha256": "",
            "registered_at": 0,
            "expires_at": 0,
        }
        return Registration.from_document(document)

    def _subject(self, profile: Profile, fields: Mapping[str, str]) -> str:
        try:
            return profile.subject_of(fields)
        except ValueError as error:
            raise UsageError(f"the fields cannot make a subject: {error}", "correct the fields") from None

    def _audience(self, profile: Profile, for_aws: Sequence[str]) -> str:
        """For whom the job would ask: as registered, else the profile's default where that is AWS's, else AWS's own."""
        known = self.registered or {}
        default = known.get("default_audience")
        listed = known.get("audiences") or []
        if isinstance(default, str):
            return default
        wishes = listed or [profile.audience(profile.complete(self.fields)), DEFAULT_AUDIENCE, *for_aws]
        return next((str(each) for each in wishes if each in for_aws), str(listed[0]) if listed else DEFAULT_AUDIENCE)

    def _pins(self) -> list[str]:
        """The roles that a pinned registration's tokens are for: it lists them by ARN, or by name with their ARN."""
        known = self.registered or {}
        roles = known.get("roles")
        if known.get("pinned") is not True:
            return []
        if isinstance(roles, Mapping):
            return [str(each["arn"]) for each in roles.values() if isinstance(each, Mapping) and "arn" in each]
        return [str(each) for each in roles] if isinstance(roles, list) else []

    def _assumed(self, profile: Profile) -> list[str]:
        known = self.registered
        if known is None:
            return []
        told = []
        try:
            made = quoted(profile.subject_of(profile.complete(self.fields)))
        except ValueError:
            made = "none at all"
        if quoted(known["subject"]) != made:
            told.append(f"jobpass.yaml has changed since: a job like it would now have the subject {made}")
        if known.get("ended_at"):
            told.append("the job has ended: it gets no further token, whatever the role says")
        return told
