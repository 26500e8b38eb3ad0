"""Signing keys in KMS: making them, describing them, and letting them go."""

import json
import time
from typing import Any

from botocore.exceptions import ClientError

from jobpass_issuer.aws.failure import DependencyError, code_of, required, translated
from jobpass_issuer.aws.public_key import jwk_members
from jobpass_issuer.domain import jwk
from jobpass_issuer.domain.algorithm import Algorithm
from jobpass_issuer.domain.key_policy import KeyPolicy

ISSUER_TAG = "jobpass:issuer"
# KMS takes 7 to 30 days; the longest leaves the most time to cancel a mistake.
DELETION_WINDOW_DAYS = 30
# A role that CloudFormation has just made is not known to KMS everywhere at once.
_POLICY_TRIES = 12
_POLICY_WAIT_SECONDS = 5


class KmsKeys:
    """The keys of one issuer, told from all others by their tag."""

    def __init__(self, kms: Any, issuer_name: str, policy: KeyPolicy) -> None:
        self._kms = kms
        self._issuer_name = issuer_name
        self._policy = policy

    def create(self, algorithm: Algorithm) -> tuple[str, dict[str, str]]:
        """Make a signing key and return its ARN and its JWK.

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
                return key_arn, self.public_jwk(key_arn, algorithm)
        raise DependencyError("kms:CreateKey", "MalformedPolicyDocumentException")

    def _create(self, algorithm: Algorithm) -> str:
        try:
            answer = self._kms.create_key(
                Description=f"Jobpass {self._issuer_name}: signs ID tokens with {algorithm.name}",
                KeySpec=algorithm.key_spec,
                KeyUsage="SIGN_VERIFY",
                Policy=json.dumps(self._policy.document(algorithm)),
                Tags=[{"TagKey": ISSUER_TAG, "TagValue": self._issuer_name}],
            )
        except ClientError as error:
            if code_of(error) == "MalformedPolicyDocumentException":
                raise _PrincipalUnknownError from error
            raise
        return str(required(answer, "KeyMetadata", "kms:CreateKey")["Arn"])

    def public_jwk(self, key_arn: str, algorithm: Algorithm) -> dict[str, str]:
        """Return the key's public half as the JWK Set shows it.

        Raises:
            DependencyError: KMS failed.
            ValueError: the key is of a kind that IAM does not accept.
        """
        with translated("kms:GetPublicKey"):
            answer = self._kms.get_public_key(KeyId=key_arn)
        return jwk.published(jwk_members(required(answer, "PublicKey", "kms:GetPublicKey")), algorithm.name)

    def schedule_deletion(self, key_arn: str) -> None:
        """Let KMS delete the key after the longest wait that it offers; until then it can be cancelled.

        Raises:
            DependencyError: KMS failed.
        """
        with translated("kms:ScheduleKeyDeletion"):
            try:
                self._kms.schedule_key_deletion(KeyId=key_arn, PendingWindowInDays=DELETION_WINDOW_DAYS)
            except ClientError as error:
                # Already on its way, or gone: what was wanted.
                if code_of(error) not in {"KMSInvalidStateException", "NotFoundException"}:
                    raise


class _PrincipalUnknownError(Exception):
    """KMS does not know a principal of the key policy (yet)."""
