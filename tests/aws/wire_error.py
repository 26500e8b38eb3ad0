"""An error as an AWS service answers it."""


class AwsError(Exception):
    """AWS's error code and the status that comes with it."""

    def __init__(self, code: str, status: int = 400) -> None:
        super().__init__(code)
        self.code = code
        self.status = status
