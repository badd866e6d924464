"""Parts of sessions under test: proposers that take their time, and a small bank."""

import asyncio
from collections.abc import Sequence

from app.llm.chat import Tokens
from app.modulo.assurance import Referee
from app.modulo.attempt import Ask, Proposal, Trace
from app.modulo.budget import Budget
from app.modulo.critique import Critic
from app.modulo.loop import Modulo
from app.modulo.proposer import Proposer
from app.modulo.strategies.batches import Batch
from app.modulo.strategies.resample import Resample
from app.reading import AnswerReader
from app.sessions.errors import RequestRefused
from app.sessions.request import PlanRequest
from app.sessions.wire_request import SessionCreatedWire
from planners import Task
from planners.workers import VerifierProcesses
from tests.app.modulo.lamps import TASK

REQUEST = PlanRequest(task=TASK, budget=Budget(attempts=4, seconds=30.0))
CREATED = SessionCreatedWire.of(REQUEST)


class Patient:
    """Answers in turn, each after a while, and remembers what it was asked."""

    name = "patient"

    def __init__(self, texts: Sequence[str], *, seconds: float = 0.0) -> None:
        self.texts = texts
        self.seconds = seconds
        self.asked: list[int] = []
        self.cancelled = 0
        self.stopped = asyncio.Event()

    def refuses(self, task: Task) -> str | None:
        return "it knows lamps alone" if "blocks" in task.domain else None

    async def propose(self, task: Task, ask: Ask, trace: Trace, remaining: Budget) -> Proposal:
        number = len(trace) + 1
        self.asked.append(number)
        try:
            await asyncio.sleep(self.seconds)
        except asyncio.CancelledError:
            self.cancelled += 1
            self.stopped.set()
            raise
        text = self.texts[min(number, len(self.texts)) - 1]
        return Proposal(text=text, tokens=Tokens(prompt=10, completion=5), seconds=self.seconds)


class Gated(Patient):
    """Answers once its gate is opened; the numbers in `through` need no gate."""

    def __init__(self, texts: Sequence[str], *, through: Sequence[int] = ()) -> None:
        super().__init__(texts)
        self.through = set(through)
        self.gate = asyncio.Event()
        self.reached = asyncio.Event()

    async def propose(self, task: Task, ask: Ask, trace: Trace, remaining: Budget) -> Proposal:
        if len(trace) + 1 in self.through:
            return await super().propose(task, ask, trace, remaining)
        self.reached.set()
        try:
            await self.gate.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            self.stopped.set()
            raise
        return await super().propose(task, ask, trace, remaining)


class SmallBank:
    """A composer with one proposer and one strategy: one attempt after another."""

    def __init__(
        self,
        proposer: Proposer,
        critics: Sequence[Critic] = (),
        referee: Referee | None = None,
    ) -> None:
        self.proposer = proposer
        self.critics = critics
        self.referee = referee
        self.reader = AnswerReader()
        self.verifier = VerifierProcesses()

    def check(self, request: PlanRequest) -> None:
        if request.strategy not in {None, "resample"}:
            raise RequestRefused("/strategy", f"no {request.strategy!r}; on offer: resample")
        if (reason := self.proposer.refuses(request.task)) is not None:
            raise RequestRefused("", reason)

    def compose(self, request: PlanRequest) -> Modulo:
        return Modulo(
            strategy=Resample(batch=Batch(proposer=self.proposer.name), width=1),
            proposers={self.proposer.name: self.proposer},
            reader=self.reader,
            verifier=self.verifier,
            critics=self.critics,
            referee=self.referee,
        )
