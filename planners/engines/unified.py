"""Aries and Tamer: temporal planners behind unified-planning, each run in a process of its own.

Their own word that a task has no plan is no proof here: Aries looks for plans of some number
of steps, and neither is asked to be complete.

Source:
    Bit-Monnot 2023, Enhancing hybrid CP-SAT search for disjunctive scheduling (ECAI), for
    Aries; Valentini, Micheli & Cimatti 2020, Temporal planning with intermediate conditions
    and effects (AAAI), for Tamer.
"""

import os
import sys
from collections import Counter
from fractions import Fraction
from math import prod
from pathlib import Path

from planners.engines import unified_program
from planners.engines.engine import GaveUp, Order, PlanFound, Purpose, Result
from planners.engines.features import Feature
from planners.engines.installed import file_in
from planners.engines.program import DOMAIN, PLAN, PROBLEM, Answer, Call, Command, Program
from planners.engines.unified_program import SOLVED, UNSOLVED, UNSUPPORTED
from planners.pddl.formula import OBJECT
from planners.pddl.model import LiftedTask

# What the libraries of Aries reserve and do not fill.
MORE_MEBIBYTES = 2048

_TEMPORAL = frozenset(
    {
        Feature.TYPES,
        Feature.EITHER,
        Feature.EQUALITY,
        Feature.NEGATION,
        Feature.DISJUNCTION,
        Feature.DURATIONS,
        Feature.TIMED_LITERALS,
    }
)


def result(answer: Answer) -> Result:
    """Read the last line, and the plan."""
    lines = answer.output.split("\n")
    word, *rest = next((line.split() for line in reversed(lines) if line.strip()), [""])
    plans = answer.plans(PLAN)
    if answer.code == 0 and word == SOLVED and plans:
        return PlanFound(plans=plans)
    if answer.code == 0 and word == UNSUPPORTED:
        return GaveUp(f"it does not support {', '.join(rest)}")
    if answer.code == 0 and word == UNSOLVED:
        if rest == ["INTERNAL_ERROR"]:
            return answer.broken("it broke")
        return GaveUp(f"it found no plan, which proves nothing here ({' '.join(rest)})")
    return answer.failed()


def whole_durations(task: LiftedTask, _order: Order) -> str | None:
    """Say whether there are durations that Aries cannot read."""
    bounds = (bound for schema in task.durative_actions.values() for bound in schema.bounds)
    if all(isinstance(each.value, Fraction) and each.value.denominator == 1 for each in bounds):
        return None
    return "it cannot read durations but whole numbers"


def too_much_for_tamer(task: LiftedTask, _order: Order) -> str | None:
    """Say whether there are types or numbers that Tamer cannot read."""
    if any(above not in ((), (OBJECT,)) for above in task.types.values()):
        return "it cannot read types below types"
    given = Counter(term.function for term in task.init_values)
    for name, parameters in task.functions.items():
        if given[name] < prod(len(task.objects_of(each.types)) for each in parameters):
            return f"it cannot read numbers without a value at first, as `{name}` has"
    return None


def _command(call: Call) -> Command:
    engine = {"up_aries": "up_aries:Aries", "up_tamer": "up_tamer.engine:EngineImpl"}
    name = call.place.parent.name
    return Command(
        program=Path(sys.executable),
        arguments=(
            *("-P", unified_program.__file__, engine[name]),
            *(DOMAIN, PROBLEM, PLAN),
        ),
        more_mebibytes=MORE_MEBIBYTES,
        threads=os.cpu_count() or 1,
        # Its library talks to its program over a port of this machine.
        online=name == "up_aries",
    )


def _aries() -> Path | None:
    return file_in("up_aries", "__init__.py")


def _tamer() -> Path | None:
    return file_in("up_tamer", "__init__.py")


ARIES = Program(
    name="aries",
    summary="constraint solving for temporal tasks; small ones, durations of whole numbers",
    licence="MIT",
    source='pip install "modulo-planning[aries]"',
    purposes=frozenset({Purpose.PLAN}),
    features=_TEMPORAL,
    distribution="up-aries",
    place=_aries,
    command=_command,
    result=result,
    obstacle=whole_durations,
)
TAMER = Program(
    name="tamer",
    summary="heuristic search for temporal tasks, with numbers too; only used when asked for",
    licence="free for educational use",
    source='pip install "modulo-planning[tamer]"',
    purposes=frozenset({Purpose.PLAN}),
    features=_TEMPORAL | {Feature.NUMBERS, Feature.COSTS},
    distribution="up-tamer",
    place=_tamer,
    command=_command,
    result=result,
    obstacle=too_much_for_tamer,
)
