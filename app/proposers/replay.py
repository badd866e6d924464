"""Recorded answers in the place of a model: for tests, demonstrations and re-evaluation."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.llm.chat import Tokens
from app.modulo.attempt import Ask, Proposal, Trace
from app.modulo.budget import Budget
from app.modulo.proposer import ProposerBroken
from app.modulo.strategies.seeds import SEEDS_PER_SESSION
from planners.task import Task


class Replay:
    """A proposer that gives the first attempt the first answer, the second the second, ….

    Keeps no count of its own, so it may be shared, and a session that goes on after a
    restart gets the answers that it would have got. Which attempt an ask is for stands in
    its seed (`app.modulo.strategies.seeds`); an ask with seed 0 is for the one behind the
    trace.
    """

    def __init__(self, texts: Iterable[str], *, name: str = "replay") -> None:
        """Take answers in the order of the attempts they are for.

        Args:
            texts: The answers.
            name: In the bank.
        """
        self._name = name
        self._answers: Mapping[int, Proposal] = {
            number: Proposal(text=text) for number, text in enumerate(texts, 1)
        }

    @classmethod
    def from_file(cls, path: Path, *, name: str = "replay") -> Self:
        """Read a recording: a JSON object on each line, of either of two kinds.

        One with `text` is an answer (`tokens`, `finish_reason` and `seconds` may stand
        beside it), the next attempt's. One with `type` is an event of a session's log:
        those of finished attempts are read, the others are left out.

        Raises:
            ProposerBroken: the file cannot be read, or a line of it.
        """
        try:
            # Not `splitlines`: a text may hold separators that are none of JSON lines.
            lines = path.read_text(encoding="utf-8").split("\n")
        except (OSError, UnicodeDecodeError) as problem:
            raise ProposerBroken(f"the recording {path} cannot be read: {problem}") from problem
        replay = cls((), name=name)
        answers: dict[int, Proposal] = {}
        for line, text in enumerate(lines, 1):
            try:
                if text.strip():
                    answers.update(_answer(text, len(answers) + 1))
            except ValidationError as problem:
                reason = problem.errors()[0]["msg"]
                raise ProposerBroken(f"the recording {path}, line {line}: {reason}") from None
        replay._answers = answers
        return replay

    @property
    def name(self) -> str:
        """Its name in the bank."""
        return self._name

    def refuses(self, task: Task) -> str | None:  # noqa: ARG002 (it works on any)
        """It works on any task; whether its answers fit is for the verifier to say."""
        return None

    async def propose(
        self,
        task: Task,  # noqa: ARG002 (the answers are there already)
        ask: Ask,
        trace: Trace,
        remaining: Budget,  # noqa: ARG002 (an answer that is there costs nothing)
    ) -> Proposal:
        """Give the answer recorded for this attempt.

        Raises:
            ProposerBroken: there is none.
        """
        number = ask.seed % SEEDS_PER_SESSION or len(trace) + 1
        answer = self._answers.get(number)
        if answer is None:
            raise ProposerBroken(
                f"{self._name} has no answer for attempt {number}: "
                f"{len(self._answers)} were recorded"
            )
        return answer


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class _Tokens(_Part):
    prompt: int = Field(default=0, ge=0)
    cached: int = Field(default=0, ge=0)
    completion: int = Field(default=0, ge=0)


class _Answer(_Part):
    text: str
    tokens: _Tokens = _Tokens()
    finish_reason: str = "stop"
    seconds: float = Field(default=0.0, ge=0)

    def proposal(self) -> Proposal:
        return Proposal(
            text=self.text,
            tokens=Tokens(
                prompt=self.tokens.prompt,
                cached=self.tokens.cached,
                completion=self.tokens.completion,
            ),
            finish_reason=self.finish_reason,
            seconds=self.seconds,
        )


class _Recorded(_Answer):
    """An attempt in the log of a session. See `app.sessions.wire_attempt.AttemptWire`."""

    number: int = Field(ge=1)
    seconds: float = Field(default=0.0, ge=0, validation_alias="proposal_seconds")


class _Event(_Part):
    type: str | None = None


class _Finished(_Part):
    attempt: _Recorded


def _answer(line: str, following: int) -> dict[int, Proposal]:
    """Read a line: the answer in it under the number of its attempt, or nothing."""
    kind = _Event.model_validate_json(line).type
    if kind is None:
        return {following: _Answer.model_validate_json(line).proposal()}
    if kind != "attempt_finished":
        return {}
    attempt = _Finished.model_validate_json(line).attempt
    return {attempt.number: attempt.proposal()}
