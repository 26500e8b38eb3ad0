"""AWS could not be asked, or its answer did not arrive, in the words that botocore has for each."""


class UnreachableError(Exception):
    """A request without an answer; `reason` is the name of botocore's exception for the same trouble."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


NO_CREDENTIALS = "NoCredentialsError"
NO_CONNECTION = "EndpointConnectionError"
NO_PROXY = "ProxyConnectionError"
NO_TRUST = "SSLError"
SLOW_TO_CONNECT = "ConnectTimeoutError"
SLOW_TO_ANSWER = "ReadTimeoutError"
CLOSED = "ConnectionClosedError"
# Anything else that goes wrong between the two, an answer that is no HTTP among it.
OTHERWISE = "HTTPClientError"
# What another try may find otherwise. A function without credentials has none a second later either.
PASSING = frozenset({NO_CONNECTION, NO_PROXY, NO_TRUST, SLOW_TO_CONNECT, SLOW_TO_ANSWER, CLOSED, OTHERWISE})
