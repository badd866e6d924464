"""Fast Downward: heuristic search over states, for classical tasks with costs and axioms.

Its driver's exit codes stand in blocks of ten, and say more than the plan files: whether
the search was complete, too. They are documented at
https://www.fast-downward.org/latest/documentation/exit-codes/.

Source:
    Helmert 2006, The Fast Downward planning system (JAIR 26); LAMA: Richter & Westphal 2010
    (JAIR 39); LM-cut: Helmert & Domshlak 2009 (ICAPS).
"""

import re
import sys
from pathlib import Path

from planners.engines.costs import dearest, scale_of
from planners.engines.engine import (
    GaveUp,
    Order,
    PlanFound,
    ProvenUnsolvable,
    Purpose,
    Result,
)
from planners.engines.features import Feature
from planners.engines.installed import file_in
from planners.engines.program import DOMAIN, PLAN, PROBLEM, Answer, Call, Command, Program
from planners.pddl.model import LiftedTask

FEATURES = frozenset(
    {
        Feature.TYPES,
        Feature.EITHER,
        Feature.EQUALITY,
        Feature.NEGATION,
        Feature.DISJUNCTION,
        Feature.QUANTIFIERS,
        Feature.CONDITIONAL_EFFECTS,
        Feature.COSTS,
        Feature.AXIOMS,
    }
)
# Its translator may make axioms of these, too. With axioms, heuristics may take a state for a
# dead end that is none, so that only a blind search is complete, or optimal. What is told by
# another is believed where the translator says that there are no axioms.
NO_AXIOMS = "Translator axioms: 0\n"
WITH_AXIOMS = frozenset({Feature.AXIOMS, Feature.DISJUNCTION, Feature.QUANTIFIERS})
# It adds costs up in 32 bits, and is silent when they run over.
MOST_COST = 100_000

# Its driver takes an alias before the files, and a search behind them.
FIRST_PLAN = ("--alias", "lama-first", DOMAIN, PROBLEM)
BLIND = (DOMAIN, PROBLEM, "--search", "astar(blind())")
PROVING = (DOMAIN, PROBLEM, "--search", "eager_greedy([ff()])")
LM_CUT = (DOMAIN, PROBLEM, "--search", "astar(lmcut())")
# LM-cut refuses conditional effects.
MAXIMUM = (DOMAIN, PROBLEM, "--search", "astar(hmax())")

_EXPANDED = re.compile(r"\] Expanded (\d+) state")


def search(order: Order, features: frozenset[Feature]) -> tuple[str, ...]:
    """Choose the search for an order."""
    if order.purpose is Purpose.PLAN:
        return FIRST_PLAN
    if features & WITH_AXIOMS:
        return BLIND
    if order.purpose is Purpose.PROOF:
        return PROVING
    return MAXIMUM if Feature.CONDITIONAL_EFFECTS in features else LM_CUT


def too_dear(task: LiftedTask, order: Order) -> str | None:
    """Say whether costs are such as it cannot add up, for an order in which they matter."""
    most = dearest(task) * scale_of(task)
    if any_plan_will_do(order) or most <= MOST_COST:
        return None
    return f"it adds up whole numbers, and a step would cost {most}, past {MOST_COST}"


def with_costs(task: LiftedTask, order: Order) -> bool:
    """Say whether it is told the costs: not where it could not add them up."""
    return not any_plan_will_do(order) or dearest(task) * scale_of(task) <= MOST_COST


def any_plan_will_do(order: Order) -> bool:
    """Say whether an order asks for no more than a plan or none."""
    return order.purpose in {Purpose.PLAN, Purpose.PROOF}


def result(answer: Answer) -> Result:
    """Read the exit code of the driver, and the plan."""
    call = answer.call
    sure = NO_AXIOMS in answer.output or search(call.order, call.features) == BLIND
    # A search that goes on writes each better plan into the next file.
    plans = answer.plans(PLAN, *numbered(answer.folder))
    if answer.code in range(10) and plans:
        optimal = answer.code == 0 and call.order.purpose is Purpose.OPTIMAL
        return PlanFound(plans=plans[-1:], optimal=optimal and sure)
    if answer.code == 11 and not sure:
        return GaveUp("its search ended without a plan; with axioms that proves nothing")
    return fruitless(answer)


def fruitless(answer: Answer) -> Result:
    """Say what the exit code of a driver of Fast Downward means where there is no plan."""
    match answer.code:
        case 10 | 11:
            return ProvenUnsolvable()
        case 12 | 13:
            return GaveUp("its search came to its end without a plan, and proves nothing")
        case 20 | 22 | 24:
            return answer.out_of_memory()
        case 21 | 23:
            return answer.out_of_time()
    return answer.failed()


def steps(output: str) -> int | None:
    """Read how many states it has expanded, in all its searches."""
    found = [int(number) for number in _EXPANDED.findall(output)]
    return sum(found) if found else None


def numbered(folder: Path) -> list[str]:
    """List the files of several plans, in their order."""
    found = (path.name for path in folder.glob(f"{PLAN}.*"))
    return sorted(found, key=lambda name: int(name.rpartition(".")[2]))


def _command(call: Call) -> Command:
    return Command(
        program=Path(sys.executable),
        arguments=(
            *(str(call.place), "--plan-file", PLAN),
            *search(call.order, call.features),
        ),
    )


def _place() -> Path | None:
    return file_in("up_fast_downward", "downward", "fast-downward.py")


FAST_DOWNWARD = Program(
    name="fast-downward",
    summary="heuristic search; good plans soon, optimal plans, proofs that there is none",
    licence="GPL-3.0-only",
    source='pip install "modulo-planning[fast-downward]"',
    purposes=frozenset({Purpose.PLAN, Purpose.OPTIMAL, Purpose.PROOF}),
    features=FEATURES,
    distribution="up-fast-downward",
    place=_place,
    command=_command,
    result=result,
    steps=steps,
    obstacle=too_dear,
    with_costs=with_costs,
)
