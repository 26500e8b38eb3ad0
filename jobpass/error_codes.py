"""The stable codes of errors, each with its meaning: what programs may compare, and the page that lists them.

`python -m jobpass.error_codes` writes the page; `--check` only compares. Errors that the issuer, the API or AWS STS
answers with keep the code that these gave them.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

REFERENCE_FILE = Path(__file__).parents[1] / "docs" / "reference" / "errors.md"

ANYWHERE: Mapping[str, str] = {
    "usage": "the command or the call is not one that is taken",
    "extra_missing": "a library that is needed is not installed",
    "python_too_old": "the commands for platforms and laptops need a newer Python",
    "output_failed": "standard output is closed, or its disk is full",
}
ON_JOBS: Mapping[str, str] = {
    "request_source_missing": "nothing in the environment says where to ask for a token",
    "request_source_incomplete": "an environment block is there by half",
    "request_token_malformed": "the request token holds what none has",
    "block_unknown": "there is no environment block of that name",
    "audience_missing": "the block's protocol needs an audience",
    "pin_not_offered": "the block's protocol cannot ask for a token that is pinned to a role",
    "url_malformed": "what should be a URL is none",
    "url_not_secure": "a secret is not sent there in the clear",
    "host_unknown": "the host's name stands for no address",
    "connection_failed": "the connection was refused or broke off",
    "timed_out": "there was no answer in time",
    "proxy_failed": "the proxy leads nowhere",
    "certificate_untrusted": "the host's certificate is not trusted",
    "tls_failed": "the host speaks no TLS that is taken",
    "ca_file_unreadable": "the file of certificate authorities cannot be read",
    "answer_malformed": "what answered does not speak HTTP",
    "answer_too_large": "the answer has more than 1 MiB",
    "unexpected_answer": "what answered does not answer as an issuer or its API does",
    "issuer_unavailable": "the issuer has a fault, or too much to do",
    "refused": "the issuer refuses, without a code of its own",
    "sts_answer": "what answered does not answer as AWS STS does",
    "sts_unavailable": "AWS STS cannot answer now",
    "no_region": "no Region is set",
    "credentials_pending": "credentials are still being drawn",
    "renewal_failed": "a renewal of credentials failed by a fault of Jobpass itself",
    "config_file_brings_credentials": "the AWS config file's default profile would come before the role's credentials",
    "command_not_found": "there is no command of that name to run",
    "command_not_runnable": "the command cannot be run",
    "no_loopback": "no server on loopback can be started",
    "no_thread": "no thread can be started",
    "no_unix": "this is done on Unix only",
    "not_representable": "a value cannot be written in that format",
    "no_folder": "the folder is not there",
    "unwritable": "the file cannot be written",
}
FOR_TOKEN_FILES: Mapping[str, str] = {
    "symbolic_link": "the file's name is a symbolic link, which is not followed",
    "no_file": "what has the file's name is no ordinary file",
    "not_yours": "the file belongs to another user",
    "file_watched": "another `jobpass token-file` writes the file",
    "not_a_token": "what is in the file is no token, and is not overwritten",
}
FOR_PLATFORMS: Mapping[str, str] = {
    "settings_missing": "nothing in the environment says where the API is and how to prove oneself to it",
    "settings_incomplete": "a setting is missing beside another",
    "settings_ambiguous": "two settings contradict each other",
    "api_url": "the API's URL cannot be one",
    "issuer_url": "the issuer URL cannot be one",
    "platform": "the platform's name cannot be one",
    "invocation_role_arn": "what should be a role's ARN is none",
    "session_name": "what should be a session's name is none",
    "invocation_role_denied": "the invocation role may not be assumed with these credentials",
    "invocation_role_refused": "AWS STS gives no session of the invocation role",
    "key_id": "the key's `kid` cannot be one",
    "key_unreadable": "the private key's file cannot be read",
    "key_malformed": "what should be a private key is none",
    "key_encrypted": "the private key is encrypted",
    "key_public": "what should be a private key is a public one",
    "key_type": "the private key is of a kind that signs nothing here",
    "key_size": "the private key is too short",
    "key_curve": "the private key is on another curve than P-256",
    "job_id": "what should be a `job_id` is none",
    "not_a_list": "a text stands where a list belongs",
    "block_missing": "the job was registered without that environment block",
    "block_is_document": "the environment block is a document, not variables",
    "role_refused": "a role that the job needs would refuse it",
    "gateway_forbidden": "API Gateway takes no call with this signature",
    "no_such_route": "the API has no such route",
    "request_too_large": "the registration is larger than the API takes",
    "throttled": "the API has more requests than it takes at once",
    "unavailable": "the API cannot answer now",
    "sts_unreachable": "AWS STS cannot be reached",
    "no_aws_credentials": "there are no AWS credentials",
    "aws_credentials_expired": "the AWS credentials have expired",
    "aws_credentials_unknown": "AWS does not know the credentials",
    "aws_credentials_unusable": "the AWS credentials cannot be used",
    "aws_sdk_failed": "the AWS SDK cannot ask",
}
FOR_OPERATORS: Mapping[str, str] = {
    "configuration": "jobpass.yaml has mistakes, which are listed",
    "no_configuration": "there is no jobpass.yaml",
    "fields": "no job of the profile has these fields",
    "file_exists": "the file is there, and is left as it is",
    "unanswered": "the answers ended before the questions did",
    "private_key": "what should be a public key is a private one",
    "no_public_key": "what should be a public key is none",
    "unreadable": "a file or standard input cannot be read as what it should be",
    "unseen": "the role cannot be looked at with these credentials",
    "unknown_text": "the text holds no error of AWS that is known",
    "policy_too_long": "the trust policy is longer than IAM takes",
    "no_keys_function": "the keys function is not to be found",
    "keys_function_failed": "the keys function failed on the way",
    "no_answer": "nobody knows how the command ended",
    "not_confirmed": "the confirmation was not given",
    "not_permitted": "these credentials may not do that",
    "aws_credentials_refused": "AWS refuses the credentials",
    "aws_refused": "AWS refuses",
    "aws_unavailable": "AWS cannot answer now",
    "aws_unreachable": "AWS cannot be reached",
    "not_there": "what AWS was asked for is not there",
    "no_issuer": "the stack is no issuer's",
    "record_malformed": "an issuance record cannot be read",
    "no_trail_files": "no trail has written there",
    "trail_malformed": "what CloudTrail has written cannot be read",
    "unknown_identity": "nobody asked for a token under this name",
}
OF_TOKENS: Mapping[str, str] = {
    "malformed": "the text is no signed token",
    "header": "the token's header is not an ID token's",
    "algorithm": "the token is signed by an algorithm that is not taken",
    "no_keys": "the issuer's keys cannot be had",
    "unknown_key": "no key has that name",
    "ambiguous_key": "several keys have that name",
    "unusable_key": "the key cannot be used",
    "signature": "the signature is not that of the issuer's key",
    "issuer": "the token is of another issuer, or of none",
    "audience": "the token is for somebody else",
    "claims": "a claim is missing or not of its kind",
    "expired": "the token has expired",
    "not_yet_valid": "the token is not valid yet",
}
SECTIONS: Mapping[str, Mapping[str, str]] = {
    "Anywhere": ANYWHERE,
    "On jobs": ON_JOBS,
    "Of `jobpass token-file`": FOR_TOKEN_FILES,
    "On platforms: `jobpass jobs`, `Jobs`": FOR_PLATFORMS,
    "On laptops": FOR_OPERATORS,
    "Of a token, by `jobpass verify`": OF_TOKENS,
}

_INTRODUCTION = """# Errors

<!-- Made by `python -m jobpass.error_codes`: edit that module, not this page. -->

Each error of the command and of the library has a code, a message and a remedy: members of `error` with `--json`, and
attributes of `JobpassError` in Python. Codes are stable; messages are not. Somebody who was asked and said no is a
`RefusedError` (the command ends with 1), who cannot answer as they should an `UnavailableError` (3); what else the
command ends with, [its page](commands.md) says.

What the issuer and its API refuse has the `error` of [their answer](http-api.md#errors) as its code, such as
`invalid_target`; what AWS STS refuses has STS's, such as `AccessDenied`. The others:
"""


def page() -> str:
    """Return the page in Markdown."""
    parts = [_INTRODUCTION]
    for heading, meanings in SECTIONS.items():
        rows = "\n".join(f"| `{code}` | {meaning} |" for code, meaning in meanings.items())
        parts.append(f"## {heading}\n\n| code | meaning |\n|---|---|\n{rows}\n")
    return "\n".join(parts)


def main(arguments: list[str]) -> int:
    """Write the page, or with `--check` compare; return 1 where it is not what this module says."""
    if "--check" not in arguments:
        REFERENCE_FILE.write_text(page(), "utf-8")
        return 0
    if REFERENCE_FILE.is_file() and REFERENCE_FILE.read_text("utf-8") == page():
        return 0
    print(f"{REFERENCE_FILE.name} is not what the codes are: run python -m jobpass.error_codes")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
