"""The key policy of a signing key: who may sign, who may administer, and that nobody else may do either."""

from dataclasses import dataclass
from typing import Any

from jobpass_issuer.domain.algorithm import Algorithm

# What the account may do through its own IAM policies: administer, and take the policy back; never sign or delegate.
ADMINISTRATION = (
    "kms:CancelKeyDeletion",
    "kms:DescribeKey",
    "kms:DisableKey",
    "kms:EnableKey",
    "kms:GetKeyPolicy",
    "kms:GetPublicKey",
    "kms:ListGrants",
    "kms:ListKeyPolicies",
    "kms:ListResourceTags",
    "kms:PutKeyPolicy",
    "kms:RevokeGrant",
    "kms:ScheduleKeyDeletion",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:UpdateKeyDescription",
)
# What the keys function does with the keys that it made.
MAINTENANCE = (
    "kms:CancelKeyDeletion",
    "kms:DescribeKey",
    "kms:DisableKey",
    "kms:EnableKey",
    "kms:GetKeyPolicy",
    "kms:GetPublicKey",
    "kms:ListResourceTags",
    "kms:PutKeyPolicy",
    "kms:ScheduleKeyDeletion",
    "kms:TagResource",
)


@dataclass(frozen=True, slots=True)
class KeyPolicy:
    """Whom the key policies of one issuer name, by ARN."""

    partition: str
    account_id: str
    token_role_arn: str
    keys_role_arn: str

    def document(self, algorithm: Algorithm) -> dict[str, Any]:
        """Return the key policy (KMS developer guide, "Key policies in AWS KMS").

        Signing is granted here and in no identity policy. The denials name the token role in both forms that
        `aws:PrincipalArn` may take: IAM documents the role's own ARN; a session's ARN must not fall through either.
        """
        root = f"arn:{self.partition}:iam::{self.account_id}:root"
        role_name = self.token_role_arn.rsplit("/", 1)[-1]
        sessions = f"arn:{self.partition}:sts::{self.account_id}:assumed-role/{role_name}/*"
        statements = [
            _allow("Administration", root, ADMINISTRATION),
            _allow("Maintenance", self.keys_role_arn, MAINTENANCE),
            {
                **_allow("Signing", self.token_role_arn, ("kms:Sign",)),
                "Condition": {
                    "StringEquals": {
                        "kms:SigningAlgorithm": algorithm.signing_algorithm,
                        "kms:MessageType": "DIGEST",
                    }
                },
            },
            {
                **_deny("NobodyElseSigns", ("kms:Sign",)),
                "Condition": {"ArnNotLike": {"aws:PrincipalArn": [self.token_role_arn, sessions]}},
            },
            _deny("NobodyDelegates", ("kms:CreateGrant",)),
        ]
        return {"Version": "2012-10-17", "Statement": statements}


def _allow(sid: str, principal: str, actions: tuple[str, ...]) -> dict[str, Any]:
    return {"Sid": sid, "Effect": "Allow", "Principal": {"AWS": principal}, "Action": list(actions), "Resource": "*"}


def _deny(sid: str, actions: tuple[str, ...]) -> dict[str, Any]:
    return {"Sid": sid, "Effect": "Deny", "Principal": {"AWS": "*"}, "Action": list(actions), "Resource": "*"}
