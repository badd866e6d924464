"""LPG-td: local search for classical, numeric and temporal plans, also from a given plan.

The program comes with the package `up-lpg`, whose own repairer hands over no plan: so it is
called by itself, here with `-input_plan`. What it can read and writes is in `lpg_texts`.

Source:
    Gerevini, Saetti & Serina 2003, Planning through stochastic local search and temporal
    action graphs (JAIR 20).
"""

import re
from collections.abc import Mapping
from pathlib import Path

from planners.engines.engine import GaveUp, Order, PlanFound, Purpose, Result
from planners.engines.features import Feature
from planners.engines.installed import file_in
from planners.engines.lpg_texts import obstacle, plan_of, readable, seed_text
from planners.engines.plain import Plain
from planners.engines.program import DOMAIN, PLAN, PROBLEM, Answer, Call, Command, Program
from planners.pddl.model import LiftedTask
from planners.plan import Plan

# With less it crashes before it can say why.
LEAST_MEBIBYTES = 160
START = "start"
OUT_OF_REACH = ("goal can be simplified to FALSE", "Goals of the planning problem can not be")
NOTHING = GaveUp("it found no plan; that is no proof, as its search is not complete")

# Without, it leaves out such steps as `(stack a a)`, and crashes where it is to start from one.
WITH_REPEATS = "-inst_with_contraddicting_objects"

_FLIPS = re.compile(r"^\s*Total Num Flips: (\d+)", re.MULTILINE)


def result(answer: Answer) -> Result:
    """Read what came of it: its exit code is 0 for more than plans."""
    path = answer.folder / f"{PLAN}_1.SOL"
    if answer.code == 0 and path.exists():
        text = path.read_text(encoding="utf-8", errors="replace")
        timed = Feature.DURATIONS in answer.call.features
        return NOTHING if "no solution" in text else PlanFound(plans=(plan_of(text, timed=timed),))
    if "goal can be simplified to TRUE" in answer.output:
        return PlanFound(plans=(Plan(steps=()),))
    if "Max time exceeded" in answer.output:
        return answer.out_of_time()
    if answer.code == 0 or any(words in answer.output for words in OUT_OF_REACH):
        return NOTHING
    short = answer.call.limits.memory_mebibytes < LEAST_MEBIBYTES
    if short or "out of dynamic memory" in answer.output:
        return answer.out_of_memory()
    return answer.failed()


def steps(output: str) -> int | None:
    """Read how many search steps it has made."""
    found = _FLIPS.search(output)
    return int(found[1]) if found else None


def _obstacle(task: LiftedTask, order: Order) -> str | None:
    if _repairs(order) and (order.start is None or not order.start.steps):
        return "there is no step to start from"
    return obstacle(task)


def _told(task: LiftedTask, order: Order) -> LiftedTask:
    return readable(task, repair=_repairs(order))


def _texts(call: Call, plain: Plain) -> Mapping[str, str]:
    start = call.order.start
    if not _repairs(call.order) or start is None:
        return {}
    return {START: seed_text(plain.engines(start), timed=Feature.DURATIONS in call.features)}


def _command(call: Call) -> Command:
    # It hands the names of its files to a shell, so they are ours. Its generator makes the
    # same of the seeds 0 and 1.
    arguments = ["-o", DOMAIN, "-f", PROBLEM, "-n", "1", "-out", PLAN]
    arguments += ["-seed", str(1 + call.order.seed % 2**31)]
    arguments += ["-cputime", f"{call.limits.seconds:.2f}"]
    if _repairs(call.order):
        arguments += ["-input_plan", START]
        if _repeats(call.order.start):
            arguments.append(WITH_REPEATS)
    return Command(program=call.place, arguments=tuple(arguments))


def _repairs(order: Order) -> bool:
    return order.purpose is Purpose.REPAIR


def _repeats(start: Plan | None) -> bool:
    """Say whether a step names an object twice."""
    steps = start.steps if start is not None else ()
    return any(len(set(step.arguments)) < len(step.arguments) for step in steps)


def _place() -> Path | None:
    return file_in("up_lpg", "lpg")


LPG = Program(
    name="lpg",
    summary="local search for classical, numeric and temporal plans; repairs a given plan",
    licence="none stated for the program; Apache-2.0 for what it is packaged in",
    source='pip install "modulo-planning[lpg]"',
    purposes=frozenset({Purpose.PLAN, Purpose.REPAIR}),
    features=frozenset(
        {
            Feature.TYPES,
            Feature.EITHER,
            Feature.EQUALITY,
            Feature.NEGATION,
            Feature.DISJUNCTION,
            Feature.QUANTIFIERS,
            Feature.COSTS,
            Feature.NUMBERS,
            Feature.DURATIONS,
        }
    ),
    distribution="up-lpg",
    place=_place,
    command=_command,
    result=result,
    steps=steps,
    obstacle=_obstacle,
    with_costs=lambda _task, order: not _repairs(order),
    told=_told,
    texts=_texts,
)
