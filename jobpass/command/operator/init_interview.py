"""The questions of `jobpass init`: about what no option says, each answer checked as synthesis checks the file."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from jobpass.command.errors import CommandError
from jobpass.command.operator.questions import Questions
from jobpass.configuration import preset as presets
from jobpass.starter.checking import mistakes
from jobpass.starter.public_key import public_key
from jobpass.starter.wish import EXAMPLE_PRINCIPAL, Wish

_NOTHING = "none"
_ANYTHING = "*"


def interview(wish: Wish, said: frozenset[str], questions: Questions) -> Wish:
    """Return the wish with what the answers add to it; `said` are the settings that options have said.

    Raises:
        CommandError: the answers end before the questions do.
    """
    asking = _Interview(wish, said, questions)
    asking.jobs_in_general()
    asking.platform()
    if asking.wish.trusted is not None:
        asking.role()
    asking.address()
    return asking.wish


class _Interview:
    def __init__(self, wish: Wish, said: frozenset[str], questions: Questions) -> None:
        self.wish = wish
        self._said = said
        self._questions = questions

    def jobs_in_general(self) -> None:
        """Which kind of job there is."""
        kinds = "".join(
            f"\n{name}: {presets.document(name)['description'].partition(':')[0]}" for name in presets.names()
        )
        self._text(
            "preset", "Kind of job", f"Whose jobs are they, or whose are most like them?{kinds}", self.wish.preset
        )
        forms = presets.forms(self.wish.preset) if self.wish.known else ()
        if len(forms) > 1:
            subjects = presets.document(self.wish.preset)["forms"]
            shown = "".join(f"\n{form}: {subjects[form]['subject']}" for form in forms)
            self._text("form", "Form", f"What tells one job from another, in the token's subject?{shown}", forms[0])

    def platform(self) -> None:
        """Who registers jobs, and how it proves that it is it."""
        text = "What do you call the platform that registers the jobs? Its invocation role is named after it."
        self._text("platform", "Platform", text, self.wish.platform)
        if self._said.isdisjoint(("principals", "public_keys")):
            text = "How does it prove itself? By sessions of an IAM role or user: write its ARN. Without AWS "
            text += "credentials, by a key of its own: write the file with its public key."
            self._asked("ARN or file", text, EXAMPLE_PRINCIPAL, ("principals", "public_keys"), self._proof)

    def role(self) -> None:
        """The role, which jobs it trusts, and with what."""
        text = (
            "What do you call the first IAM role that jobs can assume? IAM has it under this name, behind the stack's."
        )
        self._text("role", "Role", text, str(self.wish.trusted))
        if "when" not in self._said:
            self._when()
        text = "What may such a job do? Managed policies by ARN, with blanks between them."
        self._list("managed_policies", "Managed policies", text)

    def address(self) -> None:
        """Where the issuer is, and whether it is to stay."""
        text = "On which URL, on a domain of your own? It stands in every token and trust policy for ever; without "
        text += "one, the issuer has the address that CloudFront gives."
        self._text("issuer_url", "Issuer URL", text, _NOTHING)
        if self.wish.issuer_url and any(each.setting == "certificate_arn" for each in mistakes(self.wish)):
            text = "Which ACM certificate, in us-east-1, is for that domain? Without one, leave the domain for later."
            self._asked("Certificate ARN", text, _NOTHING, ("certificate_arn", "issuer_url"), _certified)
        if "demonstration" not in self._said:
            text = "Is this a trial, of which `cdk destroy` shall leave nothing?"
            self.wish = replace(self.wish, demonstration=self._questions.yes("Trial", text))

    def _when(self) -> None:
        """Which jobs the role trusts, field by field; all fields once more where together they will not do."""
        if not self.wish.subject_fields:
            text = "All these jobs have one subject, and the role trusts every one of them. Why may that be so?"
            self._text("allow_any", "Reason", text, "the instance and all its jobs are ours")
            return
        first = (
            "Which jobs does it trust? Say what their fields must be; `*` stands for any text, `?` for one character."
        )
        self._questions.terminal.say("\n" + self._questions.terminal.wrapped(first))
        defaults = self.wish.example
        while True:
            when: dict[str, str] = {}
            for name in self.wish.subject_fields:
                when[name] = self._field(name, defaults.get(name, _ANYTHING), when)
            wanted = {name: value for name, value in when.items() if value != _ANYTHING}
            self.wish = replace(self.wish, when=None if wanted == self.wish.example else wanted)
            wrong = [each.message for each in mistakes(self.wish) if each.setting in ("when", "role")]
            if not wrong:
                return
            self._questions.object(wrong)
            defaults = when

    def _field(self, name: str, default: str, before: dict[str, str]) -> str:
        pattern = presets.definition(self.wish.preset, self.wish.form)["fields"][name]["pattern"]

        def wrong(answer: str) -> list[str]:
            if answer == _ANYTHING:
                return []
            trial = replace(
                self.wish, when={**{key: each for key, each in before.items() if each != _ANYTHING}, name: answer}
            )
            return [each.message for each in mistakes(trial) if (each.setting, each.rest) == ("when", name)]

        return self._questions.ask(name, f"{name}: a value matches {pattern}", default, wrong)

    def _text(self, setting: str, what: str, explanation: str, default: str) -> None:
        if setting in self._said:
            return
        self._asked(
            what, explanation, default, (setting,), lambda answer: {setting: None if answer == _NOTHING else answer}
        )

    def _list(self, setting: str, what: str, explanation: str) -> None:
        if setting in self._said:
            return

        def split(answer: str) -> dict[str, Any]:
            return {setting: () if answer == _NOTHING else tuple(answer.replace(",", " ").split())}

        self._asked(what, explanation, _NOTHING, (setting,), split)

    def _asked(
        self,
        what: str,
        explanation: str,
        default: str,
        settings: tuple[str, ...],
        changes: Callable[[str], dict[str, Any]],
    ) -> None:
        """Ask, and take the answer into the wish once nothing is wrong at the settings that it is for."""

        def wrong(answer: str) -> Sequence[str]:
            try:
                trial = replace(self.wish, **changes(answer))
            except CommandError as error:
                return [f"{error.message}: {error.remedy}"]
            return [each.message for each in mistakes(trial) if each.setting in settings]

        answer = self._questions.ask(what, explanation, default, wrong)
        self.wish = replace(self.wish, **changes(answer))

    def _proof(self, answer: str) -> dict[str, Any]:
        if answer == EXAMPLE_PRINCIPAL:
            return {"principals": ()}
        if not answer.startswith("arn:") and Path(answer).is_file():
            return {"public_keys": (public_key(answer),)}
        return {"principals": (answer,)}


def _certified(answer: str) -> dict[str, Any]:
    return {"issuer_url": None} if answer == _NOTHING else {"certificate_arn": answer}
