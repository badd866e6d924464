"""SymK: symbolic search for optimal plans, and for several, the cheapest first.

It is built on Fast Downward, whose driver and translator it brings along. It supports axioms
in its search. Its proofs that there is no plan are not believed: it calls them incomplete.

Source:
    Speck, Mattmueller & Nebel 2020, Symbolic top-k planning (AAAI).
"""

import sys
from pathlib import Path

from planners.engines.engine import PlanFound, Purpose, Result
from planners.engines.fast_downward import FEATURES, fruitless, numbered, too_dear
from planners.engines.installed import file_in
from planners.engines.program import DOMAIN, PLAN, PROBLEM, Answer, Call, Command, Program

ONE = "sym_bd()"
# Without `simple`, a plan that goes in a circle counts as another one.
SEVERAL = "symk_bd(simple=true,plan_selection=top_k(num_plans={count},dump_plans=false))"
# Its decision diagrams take some 500 MiB before they hold anything.
MOST_PLANS = 1_000


def result(answer: Answer) -> Result:
    """Read the exit code of the driver, and the plans."""
    plans = answer.plans(PLAN, *numbered(answer.folder))
    # It writes each as it finds it, and may not notice that there are no more.
    if answer.code in {*range(10), None} and plans:
        return PlanFound(plans=plans, optimal=True)
    return fruitless(answer)


def _command(call: Call) -> Command:
    several = call.order.purpose is Purpose.SEVERAL
    search = SEVERAL.format(count=min(call.order.count, MOST_PLANS)) if several else ONE
    return Command(
        program=Path(sys.executable),
        arguments=(str(call.place), "--plan-file", PLAN, DOMAIN, PROBLEM, "--search", search),
    )


def _place() -> Path | None:
    return file_in("up_symk", "symk", "fast-downward.py")


SYMK = Program(
    name="symk",
    summary="symbolic search; optimal plans, and several of them, the cheapest first",
    licence="GPL-3.0-only",
    source='pip install "modulo-planning[symk]"',
    purposes=frozenset({Purpose.OPTIMAL, Purpose.SEVERAL}),
    features=FEATURES,
    distribution="up-symk",
    place=_place,
    command=_command,
    result=result,
    obstacle=too_dear,
    keeps=True,
)
