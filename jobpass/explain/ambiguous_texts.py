"""The three texts that hide many causes, with what tells these apart; most likely first."""

from jobpass.explain.cause import Cause

NOT_AUTHORIZED_CAUSES = (
    Cause(
        "the subject does not fit the trust policy: another branch, a pull request, an environment, another case",
        "compare the token's `sub` with the condition on `<issuer>:sub`, letter for letter",
        "change the condition to what `sub` says, or run the job where it says what the condition wants",
    ),
    Cause(
        "a condition with `*` stands under StringEquals, which takes it for itself",
        "look for `*` or `?` below StringEquals",
        "write StringLike",
    ),
    Cause(
        "a condition asks for a claim that AWS makes no key of",
        "AWS passes on amr, aud, email, oaud and sub; more for a few large issuers only",
        "put the value into `sub` or into a session tag",
    ),
    Cause(
        "the token carries session tags or a source identity, and the role does not allow them",
        "the token has claims under `https://aws.amazon.com/`; look for sts:TagSession and sts:SetSourceIdentity",
        "add both actions to the trust policy",
    ),
    Cause(
        "the Principal names another provider: another account's, or one that differs by a slash",
        "compare Principal.Federated with the ARN of the account's provider",
        "write the provider's ARN, letter for letter",
    ),
    Cause(
        "the role does not exist under this ARN",
        "compare the account, the path and the name with `aws iam get-role`",
        "ask for the role by its whole ARN",
    ),
    Cause(
        "role or provider are some seconds old and not known everywhere yet",
        "the very same call works after some ten seconds",
        "wait, and try again",
    ),
    Cause(
        "a condition wants a pinned token (sts:RoleAuthorizedByIdp), or a Deny applies",
        "look for both in the trust policy, and for the roles claim in the token",
        "ask for a pinned token, or narrow the Deny",
    ),
)

NOT_VALIDATED_CAUSES = (
    Cause(
        "the token's audience is none of the provider's client IDs",
        "compare the token's `aud` with the provider's client IDs",
        "ask for the token with a client ID as its audience, or add the audience to the client IDs",
    ),
    Cause(
        "the token has `azp`, which replaces `aud` and is no client ID",
        "look for `azp` in the token; an empty one counts",
        "make the issuer leave `azp` out, or add its value to the client IDs",
    ),
    Cause(
        "the signature is not that of the key with this `kid`",
        "verify the token with the published key; look for a second key of the same `kid`, of which the later counts",
        "send the token unchanged; let every key have a `kid` of its own",
    ),
    Cause(
        "the key in the JWK Set has `key_ops`",
        "look for `key_ops` in the JWK Set",
        "make the issuer leave it out",
    ),
)

NO_KEY_CAUSES = (
    Cause(
        "STS cannot reach discovery document or JWK Set: private, behind a firewall, or slower than five seconds",
        "fetch both from outside the network, over IPv4, and watch the time; CloudTrail shows nothing of it",
        "publish both documents where anyone can fetch them",
    ),
    Cause(
        "the token's `kid` is not in the JWK Set: the keys were rotated, or a cache is old",
        "compare the header's `kid` with the set as it is served now",
        "publish a key well before it signs, and keep it until its last token has ended",
    ),
    Cause(
        "STS asks too often, and the issuer turns it away",
        "the failures are a part of many calls at once; the issuer's log shows refusals",
        "serve the documents from a cache that takes any load",
    ),
    Cause(
        "the token has no `kid`, and the set has several keys, or the key itself has none",
        "look at the header and at the JWK Set",
        "make the issuer write `kid` into both",
    ),
    Cause(
        "the key cannot be used: `use` is `enc`, `x5c` alone, or `x5c` of another key",
        "look at the key with this `kid`",
        "publish `kty`, `kid`, `use` `sig` and the key's numbers",
    ),
    Cause(
        "the JWK Set holds more than 100 keys of the token's type",
        "count the keys by `kty`",
        "publish fewer",
    ),
)
