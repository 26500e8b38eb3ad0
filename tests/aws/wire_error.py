"""An error as an AWS service answers it."""

# In every message: what AWS says holds ARNs and more, and the functions must pass none of it on.
SECRET = "secret-name"
MESSAGE = f"not for arn:aws:iam::000000000000:role/{SECRET}"


class AwsError(Exception):
    """AWS's error code and the status that comes with it."""

    def __init__(self, code: str, status: int = 400) -> None:
        super().__init__(code)
        self.code = code
        self.status = status
