"""Signing keys in KMS: making them, bearing witness of them, and letting them go."""

import json
import re
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError

from jobpass_issuer.aws.failure import DependencyError, required
from jobpass_issuer.aws.public_key import jwk_members
from jobpass_issuer.aws.sdk_failure import code_of, translated
from jobpass_issuer.domain import jwk
from jobpass_issuer.domain.algorithm import ALGORITHMS
from jobpass_issuer.domain.key_policy import KeyPolicy
from jobpass_issuer.domain.reconciliation import WitnessedKey
from jobpass_issuer.domain.rotation import DELETION_WINDOW_DAYS

ISSUER_TAG = "jobpass:issuer"
ALGORITHM_TAG = "jobpass:algorithm"
REVOKED_TAG = "jobpass:revoked"
# A role that CloudFormation has just made is not known to KMS everywhere at once.
_POLICY_TRIES = 12
_POLICY_WAIT_SECONDS = 5
# KMS's word of a key may lag behind what was done with it (KMS Developer Guide, "AWS KMS eventual consistency").
_CONFIRMATION_TRIES = 5
_CONFIRMATION_WAIT_SECONDS = 2
_NOT_FOR_TAGS = re.compile(r"[^\w .:/=+@-]", re.ASCII)
_MAX_TAG_LENGTH = 256
_GONE = frozenset({"NotFoundException"})
_ON_ITS_WAY = frozenset({"KMSInvalidStateException", "NotFoundException"})


class KmsKeys:
    """The keys of one issuer, told from all others by their tag."""

    def __init__(self, kms: Any, tagging: Any, issuer_name: str, policy: KeyPolicy) -> None:
        self._kms = kms
        self._tagging = tagging
        self._issuer_name = issuer_name
        self._policy = policy

    def create(self, algorithm: str) -> tuple[str, dict[str, str]]:
        """Make a signing key for a JWS algorithm and return its ARN and its JWK.

        Raises:
            DependencyError: KMS failed.
        """
        for _ in range(_POLICY_TRIES):
            try:
                with translated("kms:CreateKey"):
                    key_arn = self._create(algorithm)
            except _PrincipalUnknownError:
                time.sleep(_POLICY_WAIT_SECONDS)
            else:
                return key_arn, self._public_jwk(key_arn, algorithm)
        raise DependencyError("kms:CreateKey", "MalformedPolicyDocumentException")

    def _create(self, name: str) -> str:
        algorithm = ALGORITHMS[name]
        tags = {ISSUER_TAG: self._issuer_name, ALGORITHM_TAG: name}
        try:
            answer = self._kms.create_key(
                Description=f"Jobpass {self._issuer_name}: signs ID tokens with {name}",
                KeySpec=algorithm.key_spec,
                KeyUsage="SIGN_VERIFY",
                Policy=json.dumps(self._policy.document(algorithm)),
                Tags=[{"TagKey": key, "TagValue": value} for key, value in tags.items()],
            )
        except ClientError as error:
            if code_of(error) == "MalformedPolicyDocumentException":
                raise _PrincipalUnknownError from error
            raise
        return str(required(answer, "KeyMetadata", "kms:CreateKey")["Arn"])

    def witness(self, known: Sequence[str]) -> list[WitnessedKey]:
        """Return what KMS says of the keys with these ARNs, and of every other key that bears the issuer's tag.

        Those that are known are asked for by name: the index of tags lags behind.

        Raises:
            DependencyError: KMS or the index of tags failed.
        """
        arns = dict.fromkeys([*known, *self._tagged()])
        found = (self._witness(arn) for arn in arns)
        return [key for key in found if key is not None]

    def _tagged(self) -> list[str]:
        """The ARNs of the issuer's keys by the index of tags, which KMS has no call for."""
        with translated("tag:GetResources"):
            pages = self._tagging.get_paginator("get_resources").paginate(
                ResourceTypeFilters=["kms:key"], TagFilters=[{"Key": ISSUER_TAG, "Values": [self._issuer_name]}]
            )
            found = [required(page, "ResourceTagMappingList", "tag:GetResources") for page in pages]
            return [entry["ResourceARN"] for page in found for entry in page]

    def _witness(self, key_arn: str) -> WitnessedKey | None:
        found = self._described(key_arn)
        if found is None:
            return None
        state, created_at = found
        tags = self._tags(key_arn)
        algorithm = tags.get(ALGORITHM_TAG, "")
        waiting = state in {"PendingDeletion", "PendingReplicaDeletion"}
        return WitnessedKey(
            key_arn=key_arn,
            usable=state == "Enabled",
            revoked=REVOKED_TAG in tags,
            jwk=None if waiting or algorithm not in ALGORITHMS else self._public_jwk(key_arn, algorithm),
            created_at=created_at,
        )

    def _described(self, key_arn: str) -> tuple[str, int] | None:
        """The state of a key, and since when it is there; None of one that is gone."""
        with translated("kms:DescribeKey"):
            answer = self._unless_gone(lambda: self._kms.describe_key(KeyId=key_arn))
            if answer is None:
                return None
            metadata = required(answer, "KeyMetadata", "kms:DescribeKey")
            return str(metadata["KeyState"]), int(metadata["CreationDate"].timestamp())

    def _tags(self, key_arn: str) -> Mapping[str, str]:
        with translated("kms:ListResourceTags"):
            answer = self._kms.list_resource_tags(KeyId=key_arn)
            return {tag["TagKey"]: tag["TagValue"] for tag in required(answer, "Tags", "kms:ListResourceTags")}

    def _public_jwk(self, key_arn: str, algorithm: str) -> dict[str, str]:
        with translated("kms:GetPublicKey"):
            answer = self._kms.get_public_key(KeyId=key_arn)
        return jwk.published(jwk_members(required(answer, "PublicKey", "kms:GetPublicKey")), algorithm)

    def revoke(self, key_arn: str, reason: str) -> None:
        """Write the revocation on a key, then have KMS refuse it; a key that is gone already is no mistake.

        KMS answers both with nothing. That they have come about is read back: the deletion, which follows, lets no mark
        be written any more.

        Raises:
            DependencyError: KMS failed, or goes on saying that nothing has come about.
        """
        value = _NOT_FOR_TAGS.sub("_", reason)[:_MAX_TAG_LENGTH]
        with translated("kms:TagResource"):
            answer = self._unless_gone(
                lambda: self._kms.tag_resource(KeyId=key_arn, Tags=[{"TagKey": REVOKED_TAG, "TagValue": value}]),
                _ON_ITS_WAY,
            )
        if answer is not None:
            _confirm("kms:TagResource", lambda: REVOKED_TAG in self._tags(key_arn))
        with translated("kms:DisableKey"):
            answer = self._unless_gone(lambda: self._kms.disable_key(KeyId=key_arn), _ON_ITS_WAY)
        if answer is not None:
            _confirm("kms:DisableKey", lambda: self._is_refused(key_arn))

    def _is_refused(self, key_arn: str) -> bool:
        found = self._described(key_arn)
        return found is None or found[0] != "Enabled"

    def schedule_deletion(self, key_arn: str) -> None:
        """Let KMS delete the key after the longest wait that it offers; until then it can be cancelled.

        Raises:
            DependencyError: KMS failed.
        """
        with translated("kms:ScheduleKeyDeletion"):
            answer = self._unless_gone(
                lambda: self._kms.schedule_key_deletion(KeyId=key_arn, PendingWindowInDays=DELETION_WINDOW_DAYS),
                _ON_ITS_WAY,
            )
        if answer is not None:
            required(answer, "KeyId", "kms:ScheduleKeyDeletion")

    def _unless_gone(self, call: Any, gone: frozenset[str] = _GONE) -> Any:
        """Return what a call answers, or None where the key is gone already, which is then what was wanted."""
        try:
            return call()
        except ClientError as error:
            if code_of(error) in gone:
                return None
            raise


def _confirm(operation: str, has_come_about: Callable[[], bool]) -> None:
    """Return once KMS says that what it was asked for has come about.

    Raises:
        DependencyError: it does not say so.
    """
    for _ in range(_CONFIRMATION_TRIES):
        if has_come_about():
            return
        time.sleep(_CONFIRMATION_WAIT_SECONDS)
    raise DependencyError(operation, "NotInEffect")


class _PrincipalUnknownError(Exception):
    """KMS does not know a principal of the key policy (yet)."""
