"""How the apprentice is told what constructive critics offer, as far as it can be told.

Its words have none for an offer, so that `app.apprentice.wording` tells it none. Two ways come
near. Landmarks are told behind the word `open`, which it was taught to stand before goals
that are left open. Steps are told by taking them: what remains of the task behind the steps of
its plan that can be executed is posed as a task of its own, and its answer to that begins with
the steps that are offered.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from app.apprentice import vocabulary as say
from app.apprentice.wording import ApprenticeWording
from app.critics.landmarks import Landmarks
from app.critics.nearest_repair import NearestRepair
from app.critics.relaxed_plan import RelaxedPlan
from app.modulo.attempt import Ask, Attempt, Feedback
from app.modulo.critique import Critic
from app.modulo.offer import Kind, Offer
from planners import Invalid, Plan, Step, Task, verify
from planners.condition import Literal
from planners.pddl import read_task
from planners.pddl.writing import write_task

_FACTS = {
    "on": say.ON,
    "ontable": say.TABLE,
    "clear": say.CLEAR,
    "holding": say.HOLDING,
    "handempty": say.EMPTY,
}


class Condition(StrEnum):
    """What a call is told of the one before."""

    AFRESH = "afresh"
    FLAW = "flaw"
    LANDMARKS = "flaw + landmarks"
    REST = "rest"
    SKETCHED = "rest + relaxed_plan"
    REPAIRED = "rest + nearest_repair"

    @property
    def critic(self) -> Critic | None:
        """The critic whose offer is told, if there is one."""
        match self:
            case Condition.LANDMARKS:
                return Landmarks()
            case Condition.SKETCHED:
                return RelaxedPlan()
            case Condition.REPAIRED:
                return NearestRepair()
            case _:
                return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is sent to the apprentice.

    Attributes:
        content: The prompt, the word that opens its answer included.
        begun: Steps behind which its answer belongs.
        names: Its words and the names of the task that they stand for.
    """

    content: str
    begun: tuple[Step, ...]
    names: Mapping[str, str]


def told(
    task: Task, condition: Condition, seed: int, attempt: Attempt | None, offer: Offer | None
) -> Told:
    """Word a call.

    Args:
        task: A task of the shipped domain, under its own names.
        condition: What is told.
        seed: Decides the names of blocks.
        attempt: The last that gave a plan, an invalid one; None at first.
        offer: What the condition's critic offers for it, or None.
    """
    begun: tuple[Step, ...] = ()
    ahead = 0
    if attempt is not None and condition in (
        Condition.REST,
        Condition.SKETCHED,
        Condition.REPAIRED,
    ):
        begun, ahead, task = rest_of(task, attempt, offer)
        attempt = None
    if condition is Condition.AFRESH:
        attempt = None
    ask = Ask(
        proposer="apprentice",
        seed=seed,
        after=None if attempt is None else attempt.number,
        feedback=Feedback.FIRST_FLAW,
    )
    prompt = ApprenticeWording().word(task, ask, () if attempt is None else (attempt,))
    content, names = prompt.messages[0].content, prompt.restore
    if attempt is not None and offer is not None and condition is Condition.LANDMARKS:
        symbols = {name: symbol for symbol, name in names.items()}
        facts = "".join(_fact(fact, symbols) for fact in offer.facts)
        content = f"{content.partition(say.OPEN)[0]}{say.OPEN}{facts}"
    own = "".join(_step(step, names) for step in begun[ahead:])
    return Told(content=f"{content}{say.PLAN}{own}", begun=begun, names=names)


def rest_of(
    task: Task, attempt: Attempt, offer: Offer | None
) -> tuple[tuple[Step, ...], int, Task]:
    """Take the steps of a flawed plan that can be executed, and those offered behind them.

    Of a sketch that is the first step that can be executed there; of a repair, what it puts
    in or leaves out, and the plan's own steps behind it as far as they can be executed then.
    Where that reaches the goal, the last step is left to the apprentice.

    Returns:
        The steps, how many of them stand before the last state with an empty hand, and what
        remains of the task there: it knows no tasks that begin with a block in the hand.
    """
    assert attempt.plan is not None
    assert isinstance(attempt.verdict, Invalid)
    steps, executed = attempt.plan.steps, attempt.verdict.executed
    for tried in _tried(steps, executed, offer):
        verdict = verify(task, Plan(steps=tried))
        done = verdict.executed if isinstance(verdict, Invalid) else len(tried)
        if done > executed:
            steps, executed = tried, done
            break
    while not isinstance(verify(task, Plan(steps=steps[:executed])), Invalid):
        executed -= 1
    for ahead in range(executed, -1, -1):
        verdict = verify(task, Plan(steps=steps[:ahead]))
        if isinstance(verdict, Invalid) and Literal("handempty") in verdict.state:
            lifted = replace(read_task(task), init=frozenset(verdict.state))
            return steps[:executed], ahead, write_task(lifted)
    message = "the hand is empty at first, and the goal is not reached there"
    raise AssertionError(message)


def _tried(
    steps: tuple[Step, ...], executed: int, offer: Offer | None
) -> Iterator[tuple[Step, ...]]:
    kept, after = steps[:executed], steps[executed + 1 :]
    if offer is None:
        return
    match offer.kind:
        case Kind.SKETCH:
            yield from ((*kept, step) for step in offer.steps)
        case Kind.INSERT:
            yield (*kept, *offer.steps, *steps[executed:])
        case Kind.REPLACE:
            yield (*kept, offer.steps[0], *after)
        case Kind.OMIT:
            yield (*kept, *after)
        case Kind.FACTS:
            pass


def _fact(fact: Literal, symbols: Mapping[str, str]) -> str:
    blocks = "".join(f" {symbols[name]}" for name in fact.arguments)
    return f"{_FACTS[fact.predicate]}{blocks}{say.NEW_LINE}"


def _step(step: Step, names: Mapping[str, str]) -> str:
    symbols = {name: symbol for symbol, name in names.items()}
    return f"({step.action}{''.join(f' {symbols[name]}' for name in step.arguments)}{say.END_STEP}"
