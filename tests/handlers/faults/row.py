"""One row of the fault table: a call of AWS, and where a function makes it."""

from dataclasses import dataclass

from tests.aws.trouble import Trouble

# That it is a 200 is all that CloudFormation says, which is given its answer by a PUT and shows it to nobody.
_UNREAD = frozenset({"cloudformation:PUT"})
# Whatever is in it is the object: how a spoilt document is met is the reconciliation's matter, and tested there.
_ANY_CONTENT = frozenset({"s3:GetObject"})


@dataclass(frozen=True)
class Row:
    """A call in a scene, which is a route or a run; `left` says what stands where the call fails, and who goes on."""

    function: str
    scene: str
    operation: str
    left: str
    changes: bool = False
    # A refusal of these is AWS's answer, and no failure of its.
    refused: frozenset[Trouble] = frozenset()

    @property
    def troubles(self) -> tuple[Trouble, ...]:
        """How the call can fail."""
        left_out: set[Trouble] = set() if self.changes else {Trouble.LOST}
        if self.operation in _UNREAD | _ANY_CONTENT:
            left_out |= {Trouble.EMPTY, Trouble.MALFORMED, Trouble.ANOTHER}
        if self.operation in _UNREAD:
            left_out.add(Trouble.CUT_SHORT)
        return tuple(trouble for trouble in Trouble if trouble not in left_out | self.refused)

    def __str__(self) -> str:
        return f"{self.function}: {self.operation} in {self.scene}"
