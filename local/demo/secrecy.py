"""The secrets that a run comes to hold, so that nothing of them is ever shown."""

WITHHELD = "[withheld]"


class Secrets:
    """Every secret seen in one run: request tokens, ID tokens, AWS secret keys and session tokens."""

    def __init__(self) -> None:
        self._values: set[str] = set()

    @property
    def values(self) -> frozenset[str]:
        """What must not be found anywhere."""
        return frozenset(self._values)

    def keep(self, value: str) -> str:
        """Remember a secret and hand it back; raises ValueError for one too short to be told from ordinary text."""
        if len(value) < 16:
            raise ValueError("too short for a secret")
        self._values.add(value)
        return value

    def keep_request_token(self, token: str) -> str:
        """Remember a request token `<job_id>.<secret>`: its second part is the secret, also when it stands alone."""
        self.keep(token.rpartition(".")[2])
        return self.keep(token)

    def keep_id_token(self, token: str) -> str:
        """Remember a JWS in compact form; who has its signature has it, since the rest can be guessed."""
        self.keep(token.rpartition(".")[2])
        return self.keep(token)

    def withhold(self, text: str) -> str:
        """The text without any of the secrets."""
        for value in sorted(self._values, key=len, reverse=True):
            text = text.replace(value, WITHHELD)
        return text
