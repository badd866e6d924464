"""Two tasks of our own, one of blocks and one that uses all of ADL; attempts at them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from app.modulo.attempt import Ask, Attempt, Proposal, Reading, Unread
from app.modulo.critique import Critique
from planners import Plan, Task, read_plan, verify

TASKS = Path(__file__).parent / "tasks"
AFRESH = Ask(proposer="model")


def _task(name: str) -> Task:
    return Task(
        domain=(TASKS / f"{name}-domain.pddl").read_text(),
        problem=(TASKS / f"{name}-problem.pddl").read_text(),
    )


@pytest.fixture(scope="session")
def blocks() -> Task:
    """Three blocks: c on a, b beside them; a is to be on b, and b on c."""
    return _task("blocks")


@pytest.fixture(scope="session")
def museum() -> Task:
    """Crates in rooms, with every construct of ADL and with costs."""
    return _task("museum")


@pytest.fixture(scope="session")
def make_attempt() -> Callable[..., Attempt]:
    """Make attempts out of answers in the IPC format, verified as the real parts would."""

    def make(
        task: Task,
        answer: str | Plan | None,
        *,
        number: int = 1,
        ask: Ask = AFRESH,
        critiques: tuple[Critique, ...] = (),
        unread: tuple[Unread, ...] = (),
        claims_unsolvable: bool = False,
        finish_reason: str = "stop",
    ) -> Attempt:
        plan = read_plan(answer) if isinstance(answer, str) else answer
        return Attempt(
            number=number,
            round=number,
            ask=ask,
            proposal=Proposal(text=str(answer or "I see no way."), finish_reason=finish_reason),
            reading=Reading(plan=plan, unread=unread, claims_unsolvable=claims_unsolvable),
            verdict=None if plan is None else verify(task, plan),
            critiques=critiques,
        )

    return make
