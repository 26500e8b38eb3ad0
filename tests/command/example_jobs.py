"""Jobs and roles of the sound example, as the tests of previews and of wording by field name them."""

ISSUER = "https://oidc.example.com/api/oidc"
ACCOUNT = "111122223333"
PROJECT = "936a5312-a3b8-4921-8b3f-2cec8baac574"
PROVIDER = f"arn:aws:iam::{ACCOUNT}:oidc-provider/{ISSUER.removeprefix('https://')}"
MAIN = {"project_id": PROJECT, "repo": "web", "ref_type": "branch", "ref": "refs/heads/main"}
DEV = MAIN | {"ref": "refs/heads/dev"}
REFUSED = "`ref` is `refs/heads/dev`; the role wants `refs/heads/main`"
RELEASE = f"arn:aws:iam::{ACCOUNT}:role/jobpass-web-release"
