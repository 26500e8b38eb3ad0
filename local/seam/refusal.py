"""What the AWS Security Token Service says when it refuses a web identity."""


class RefusedError(Exception):
    """The request is refused; carries the error as AWS words it.

    `code` and `message` are those that AWS was observed to send; `status` is the HTTP status, 400 unless given.
    """

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status


def invalid_token(message: str) -> RefusedError:
    """The refusal of a token for a reason that AWS tells."""
    return RefusedError("InvalidIdentityToken", message)


def not_validated() -> RefusedError:
    """AWS's one text for an unregistered audience, a bad signature and a JWK with `key_ops`."""
    return invalid_token(
        "The web identity token provided could not be validated. "
        "See the AssumeRoleWithWebIdentity documentation for requirements."
    )


def key_not_retrieved() -> RefusedError:
    """AWS's one text for documents that cannot be used and keys that cannot be found (two blanks, as observed)."""
    return invalid_token(
        "Couldn't retrieve verification key from your identity provider,  "
        "please reference AssumeRoleWithWebIdentity documentation for requirements"
    )


def not_authorized() -> RefusedError:
    """AWS's one text for every trust policy that does not match, and for a role that is not there."""
    return RefusedError("AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity", 403)


def invalid_parameter(message: str) -> RefusedError:
    """The refusal of a request parameter before the token is looked at."""
    return RefusedError("ValidationError", message)
