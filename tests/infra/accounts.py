"""A deployment with roles in three accounts: the issuer's, one whose provider is made, one whose is found."""

from typing import Any

from tests.infra.conftest import OWN_DOMAIN

PRODUCTION = "222233334444"
STAGING = "333344445555"
_MAIN = {
    "project_id": "936a5312-a3b8-4921-8b3f-2cec8baac574",
    "repo": "web",
    "ref_type": "branch",
    "ref": "refs/heads/main",
}
_READ = ["arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"]


def role(**settings: object) -> dict[str, Any]:
    """Return a role that trusts the main branch of a project."""
    return {"profile": "ci", "when": _MAIN, **settings}


ACCOUNTS: dict[str, Any] = {
    "issuer": OWN_DOMAIN,
    "accounts": {
        "production": {"id": PRODUCTION},
        "staging": {"id": STAGING, "provider": "adopt"},
    },
    "platforms": {
        "ci-server": {
            "principals": ["arn:aws:iam::111122223333:role/ci-server"],
            "profiles": ["ci"],
            "audiences": ["sts.amazonaws.com", "deploy.example.com", "vault.example.com"],
            "where": {"org": "acme"},
            "roles": ["here", "web-deploy", "web-probe"],
        }
    },
    "roles": {
        "here": role(),
        "web-deploy": role(account="production", managed_policies=_READ, audiences=["deploy.example.com"]),
        "web-probe": role(account="staging", audiences=["sts.amazonaws.com", "deploy.example.com"], path="/jobs/"),
    },
}
