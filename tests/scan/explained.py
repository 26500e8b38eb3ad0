"""What the second template scanner (checkov) finds and stays as it is: each check with its reason."""

from collections.abc import Mapping

EXPLAINED: Mapping[str, str] = {
    "CKV_AWS_18": (
        "Only CloudFront reads the documents, which are public, and only CloudTrail writes its bucket; access logs "
        "would be a second bucket about the first."
    ),
    "CKV_AWS_21": (
        "Documents are written anew from the ring at any time, and log files are written once: no earlier version "
        "of either is worth more than the last."
    ),
    "CKV_AWS_27": (
        "The queue is encrypted with SQS's own key (SqsManagedSseEnabled), which this check does not look at; what "
        "is in it are events of the schedule, without a secret."
    ),
    "CKV_AWS_35": (
        "The trail's files are encrypted with S3's key. A key of its own would let whoever may use that key read "
        "them and cost by the call; readers are limited by the bucket's policy."
    ),
    "CKV_AWS_67": (
        "The signing keys are in one Region, and so is every call of them; the account's own trail, where there is "
        "one, is named in `audit.trail` and covers the rest."
    ),
    "CKV_AWS_68": (
        "Two static, public documents without parameters or a backend: a web firewall has nothing to guard."
    ),
    "CKV_AWS_86": ("Who fetches public keys is of no interest; CloudFront's metrics count the requests."),
    "CKV_AWS_115": (
        "Reserved concurrency takes from the account's quota, whose size is not ours to know; the API's throttle "
        "bounds how many run at once."
    ),
    "CKV_AWS_116": (
        "The token and jobs functions answer a waiting caller, who tries again; what is invoked by schedule or by a "
        "rule has its dead-letter queue at the schedule and the rule, or is made up for by the next run."
    ),
    "CKV_AWS_117": (
        "A function in a VPC needs an endpoint or a way out for each service that it calls; they call AWS's public "
        "endpoints over TLS, and nothing calls into them."
    ),
    "CKV_AWS_119": (
        "The table is encrypted with AWS's key. It has hashes of secrets and public keys; a key of the account's "
        "own would be one more that can be disabled, and ends every token with it."
    ),
    "CKV_AWS_158": (
        "Log groups are encrypted with CloudWatch's key; no secret and no token is logged, which the tests show."
    ),
    "CKV_AWS_173": (
        "The environment has names, addresses and times, and no secret; Lambda encrypts it with its own key."
    ),
    "CKV_AWS_174": (
        "CloudFront's default certificate, of an issuer without a domain of its own, has a policy that cannot be "
        "chosen; with a domain it is TLSv1.2_2021."
    ),
}
