"""Chats in Modulo's own words, made by its own wording and verifier."""

from collections.abc import Sequence

from app.llm.chat import Message, Tokens
from app.modulo.attempt import Ask, Attempt, History, Proposal, Reading, Trace
from app.prompts.task_wording import TaskWording
from planners import Plan, Task, verify
from planners.generators import blocksworld, logistics

BLOCKS = blocksworld.generate(5, 3)
PARCELS = logistics.generate(cities=3, places=3, packages=3, seed=1).task


def asked(task: Task = BLOCKS, *, wording: TaskWording | None = None, **ask) -> tuple[Message, ...]:
    return (wording or TaskWording()).word(task, Ask(proposer="p", **ask), ()).messages


def failed(task: Task, plans: Sequence[Plan], history: History) -> Trace:
    """Make a trace of attempts, each after the one before."""
    return tuple(
        Attempt(
            number=number,
            round=number,
            ask=Ask(proposer="p", after=number - 1 or None, history=history),
            proposal=Proposal(text=f"[PLAN]\n{plan}[PLAN END]", tokens=Tokens()),
            reading=Reading(plan=plan),
            verdict=verify(task, plan),
        )
        for number, plan in enumerate(plans, 1)
    )


def asked_again(task: Task, plans: Sequence[Plan], history: History) -> tuple[Message, ...]:
    """Ask with the last of some wrong plans fed back."""
    trace = failed(task, plans, history)
    ask = Ask(proposer="p", after=len(trace), history=history)
    return TaskWording().word(task, ask, trace).messages
