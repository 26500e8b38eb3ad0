"""One round of the canary: a job registered, a token granted and verified, and everything refused that must be.

It goes about as strangers do: over the internet, to the API and to the documents as they are served. Each step that
does not end as it must is a failure of that name, and the steps that need it are left out.
"""

import json
import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar

from jobpass_issuer.aws.failure import DependencyError
from jobpass_issuer.aws.https import Answer, UnansweredError, ask
from jobpass_issuer.aws.invocation_session import InvocationSession
from jobpass_issuer.domain import canary, relying_party, signed_token, strict_json
from jobpass_issuer.domain.errors import shown
from jobpass_issuer.domain.forgery import forgeries
from jobpass_issuer.domain.issuer import Issuer
from jobpass_issuer.domain.relying_party import VerifiedToken
from jobpass_issuer.domain.request_token import RequestToken
from jobpass_issuer.domain.untrusted_token import UntrustedTokenError
from jobpass_issuer.handlers.published_key import read_key

GRANT = "verify"
# By the front door, and by whoever verifies.
REFUSALS = ("unknown_job", "wrong_audience", "tampered", "expired", "ended_job")
STEPS = ("documents", "session", "register", "token", GRANT, "end", *REFUSALS)
# Whole seconds by two machines' clocks.
LEEWAY_SECONDS = 5
# What a registration answers with, beside the identifier.
_OF_A_JOB = ("subject", "request_url", "request_token")
_T = TypeVar("_T")


class StepError(Exception):
    """A step did not end as it must; the text says how it did, and holds nothing secret."""


@dataclass(frozen=True, slots=True)
class Documents:
    """What relying parties are served: the algorithms of the discovery document, and the members of the JWK Set."""

    algorithms: list[Any]
    keys: list[Any]


@dataclass(frozen=True, slots=True)
class Job:
    """A registered job; its `repr` hides the request token."""

    job_id: str
    subject: str
    request_url: str
    request_token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The steps that ended as they must, and those that did not, each with the reason."""

    done: tuple[str, ...]
    failed: Mapping[str, str]

    @property
    def granted(self) -> bool:
        """Whether a token was granted that a strict relying party takes."""
        return GRANT in self.done

    @property
    def refused(self) -> tuple[str, ...]:
        """What was refused as it must be."""
        return tuple(step for step in REFUSALS if step in self.done)


class CanaryRound:
    """One round, to be run once; `assume` opens the session of the canary's platform, `clock` tells Unix seconds."""

    def __init__(
        self, issuer: Issuer, api_url: str, assume: Callable[[], InvocationSession], clock: Callable[[], int]
    ) -> None:
        self._issuer = issuer
        self._api_url = api_url
        self._assume = assume
        self._clock = clock
        self._done: list[str] = []
        self._failed: dict[str, str] = {}

    def run(self) -> Outcome:
        """Go through all steps; whatever job is registered is ended."""
        self._step("unknown_job", self._unknown_job)
        documents = self._step("documents", self._documents)
        session = self._step("session", self._assume)
        job = self._step("register", lambda: self._register(session)) if session else None
        if session and job:
            try:
                self._as_the_job(job, documents)
            finally:
                ended = self._step("end", lambda: self._end(session, job.job_id))
            if ended:
                self._step("ended_job", lambda: self._ended_job(job))
        return Outcome(tuple(self._done), self._failed)

    def _step(self, name: str, work: Callable[[], _T]) -> _T | None:
        try:
            result = work()
        except (StepError, UnansweredError) as error:
            self._failed[name] = str(error)
        except UntrustedTokenError as error:
            self._failed[name] = error.code
        except DependencyError as error:
            self._failed[name] = error.reason
        else:
            self._done.append(name)
            return result
        return None

    def _as_the_job(self, job: Job, documents: Documents | None) -> None:
        self._step("wrong_audience", lambda: self._wrong_audience(job))
        token = self._step("token", lambda: self._token(job))
        if token is None or documents is None:
            return
        verified = self._step(GRANT, lambda: self._verify(token, job, documents))
        if verified is not None:
            self._step("tampered", lambda: self._tampered(token, documents))
            self._step("expired", lambda: self._expired(token, documents, verified))

    def _documents(self) -> Documents:
        discovery = _members(ask("GET", self._issuer.discovery_url), 200)
        if discovery.get("issuer") != self._issuer.url:
            raise StepError("the discovery document names another issuer")
        jwk_set = _members(ask("GET", str(discovery.get("jwks_uri"))), 200)
        algorithms, keys = discovery.get("id_token_signing_alg_values_supported"), jwk_set.get("keys")
        if not isinstance(algorithms, list) or not isinstance(keys, list):
            raise StepError("the documents lack their lists")
        return Documents(algorithms, keys)

    def _register(self, session: InvocationSession) -> Job:
        fields = {canary.FIELD: secrets.token_hex(16)}
        wanted = {
            "profile": canary.NAME,
            "fields": fields,
            "audiences": [canary.AUDIENCE],
            "expires_in_seconds": canary.JOB_SECONDS,
            "environment": [],
        }
        url, body = f"{self._api_url}/v1/jobs", json.dumps(wanted).encode()
        told = _members(ask("POST", url, session.headers("POST", url, body), body), 201)
        job_id = _text(told, "job_id")
        try:
            return self._checked(Job(job_id, *(_text(told, name) for name in _OF_A_JOB)), fields)
        except StepError:
            # What is wrong with it goes first, and it is a job all the same.
            with suppress(StepError, UnansweredError):
                self._end(session, job_id)
            raise

    def _checked(self, job: Job, fields: Mapping[str, str]) -> Job:
        if job.subject != canary.profile().subject_of(fields):
            raise StepError("the job was given another subject")
        if not job.request_url.startswith(f"{self._api_url}/"):
            raise StepError("the request URL leads elsewhere")
        return job

    def _token(self, job: Job) -> str:
        return _text(_members(self._asked(job.request_url, job.request_token, canary.AUDIENCE), 200), "value")

    def _verify(self, token: str, job: Job, documents: Documents) -> VerifiedToken:
        verified = self._judged(token, documents, self._clock())
        if verified.subject != job.subject:
            raise StepError("the token names another subject")
        if verified.algorithm not in documents.algorithms:
            raise StepError("the discovery document does not list the token's algorithm")
        return verified

    def _tampered(self, token: str, documents: Documents) -> bool:
        for forgery in forgeries(token):
            if not forgery.is_seen_by(self._refusal(forgery.token, documents, self._clock())):
                raise StepError(f"not refused for it: {forgery.name}")
        return True

    def _expired(self, token: str, documents: Documents, verified: VerifiedToken) -> bool:
        refusal = self._refusal(token, documents, verified.expires_at + LEEWAY_SECONDS)
        if refusal is None or refusal.code != "expired":
            raise StepError("not refused for it")
        return True

    def _wrong_audience(self, job: Job) -> bool:
        return _refused(self._asked(job.request_url, job.request_token, canary.OTHER_AUDIENCE), 400, "invalid_target")

    def _unknown_job(self) -> bool:
        nobody = RequestToken(secrets.token_hex(16), secrets.token_urlsafe(32))
        url = f"{self._api_url}/v1/token?api-version=1"
        return _refused(self._asked(url, str(nobody), canary.AUDIENCE), 401, "invalid_token")

    def _end(self, session: InvocationSession, job_id: str) -> bool:
        url = f"{self._api_url}/v1/jobs/{job_id}"
        if _members(ask("DELETE", url, session.headers("DELETE", url, None)), 200).get("ended_at") is None:
            raise StepError("the job has not ended")
        return True

    def _ended_job(self, job: Job) -> bool:
        return _refused(self._asked(job.request_url, job.request_token, canary.AUDIENCE), 401, "invalid_token")

    def _asked(self, request_url: str, request_token: str, audience: str) -> Answer:
        return ask("GET", f"{request_url}&audience={audience}", {"Authorization": f"Bearer {request_token}"})

    def _refusal(self, token: str, documents: Documents, now: int) -> UntrustedTokenError | None:
        try:
            self._judged(token, documents, now)
        except UntrustedTokenError as error:
            return error
        return None

    def _judged(self, token: str, documents: Documents, now: int) -> VerifiedToken:
        return relying_party.verify(
            signed_token.read(token),
            documents.keys,
            read_key,
            issuer=self._issuer.url,
            audience=canary.AUDIENCE,
            now=now,
            leeway_seconds=LEEWAY_SECONDS,
        )


def _refused(answer: Answer, status: int, code: str) -> bool:
    """Whether a request was refused, with this status and code.

    Raises:
        StepError: it was not.
    """
    if answer.status != status or _members(answer, status).get("error") != code:
        raise StepError(f"answered {_told(answer)}, not {status} {code}")
    return True


def _members(answer: Answer, status: int) -> dict[str, Any]:
    if answer.status != status:
        raise StepError(f"answered {_told(answer)}")
    members = _read(answer)
    if members is None:
        raise StepError("answered no JSON object")
    return members


def _text(members: Mapping[str, Any], name: str) -> str:
    value = members.get(name)
    if not isinstance(value, str) or not value:
        raise StepError(f"the answer lacks `{name}`")
    return value


def _told(answer: Answer) -> str:
    """An answer's status, and its code where it is an error of ours."""
    code = (_read(answer) or {}).get("error")
    return f"{answer.status} {shown(code)}" if isinstance(code, str) else str(answer.status)


def _read(answer: Answer) -> dict[str, Any] | None:
    try:
        members = strict_json.loads(answer.body.decode("utf-8"))
    except (ValueError, RecursionError):
        return None
    return members if isinstance(members, dict) else None
