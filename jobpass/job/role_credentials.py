"""AWS credentials of a role for this job: a token from the issuer, then a session from AWS STS."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

from jobpass.errors import RefusedError
from jobpass.job import sts
from jobpass.job.credentials import Credentials

TYPE_CHECKING = False
if TYPE_CHECKING:
    from jobpass.job.id_token import IdToken
    from jobpass.job.request_source import RequestSource
    from jobpass.job.retry import Patience

AUDIENCE = "sts.amazonaws.com"
# A Jobpass issuer's request token begins with the job's ID, which is no secret.
_JOB_ID = re.compile(r"[0-9a-f]{32}(?=\.)")


class RoleCredentials:
    """Draws credentials of one role, as often as it is asked. Not for two threads at once.

    `session_name` is the session's name in CloudTrail: `AWS_ROLE_SESSION_NAME`, or else `jobpass-<job_id>`, unless
    given; so it stays the same from one renewal to the next. `environ` says which STS is asked.
    """

    def __init__(
        self,
        source: RequestSource,
        role_arn: str,
        *,
        audience: str | None = None,
        duration_seconds: int = sts.DURATION_SECONDS,
        session_name: str | None = None,
        environ: Mapping[str, str] | None = None,
        patience: Patience | None = None,
    ) -> None:
        """Take what a session is asked for by.

        Raises:
            ArgumentError: AWS STS takes no such role, name or duration.
        """
        self._environ: Mapping[str, str] = os.environ if environ is None else environ
        self.role_arn = role_arn
        self.duration_seconds = duration_seconds
        self.session_name = session_name or self._environ.get("AWS_ROLE_SESSION_NAME") or _session_name(source)
        sts.check(role_arn, self.session_name, duration_seconds)
        self._source = source
        self._audience = audience or AUDIENCE
        self._patience = patience
        # What the issuer said when it was asked to pin a token to the role, where it would not.
        self._not_pinned: str | None = None

    def __repr__(self) -> str:
        return f"RoleCredentials(role_arn={self.role_arn!r}, source={self._source!r})"

    def draw(self) -> Credentials:
        """Return new credentials.

        The token is pinned to the role, which is what a role with `pin: required` wants; where the issuer answers
        that this role is not the registration's to name, it is asked for one without a pin, now and later.

        Raises:
            RefusedError: the issuer or STS says no; `code` is theirs.
            UnavailableError: one of them cannot be reached, or does not answer as it should.
        """
        token = self._token()
        try:
            return sts.assume(
                token.value,
                self.role_arn,
                session_name=self.session_name,
                duration_seconds=self.duration_seconds,
                environ=self._environ,
                patience=self._patience,
            )
        except RefusedError as error:
            if self._not_pinned is None or error.code != "AccessDenied":
                raise
            remedy = (
                f"is the ARN right? The issuer says: {self._not_pinned}. A role with `pin: required` takes no token "
                f"without that. If the role is somebody else's, {error.remedy}"
            )
            raise RefusedError(error.code, error.message, remedy) from None

    def _token(self) -> IdToken:
        from jobpass.job import id_token  # noqa: PLC0415 - not before somebody draws

        if self._source.pins and self._not_pinned is None:
            try:
                return id_token.fetch(self._source, self._audience, role_arn=self.role_arn, patience=self._patience)
            except RefusedError as error:
                if error.code != "invalid_target":
                    raise
                said = error.message
            # The audience may be what is not registered: then this is refused too, and that is the error.
            found = id_token.fetch(self._source, self._audience, patience=self._patience)
            self._not_pinned = said
            return found
        return id_token.fetch(self._source, self._audience, patience=self._patience)


def _session_name(source: RequestSource) -> str:
    found = _JOB_ID.match(source.token)
    return f"jobpass-{found.group()}" if found else "jobpass"
