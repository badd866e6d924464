"""A program of its own: one task solved by one of unified-planning's engines.

`python -P unified_program.py ENGINE DOMAIN PROBLEM PLAN`, where an engine is `module:class`. It
imports nothing of ours, for it is started wherever unified-planning is: which is slow to import
and not safe to share among threads. What came of it stands in the last line that it writes:
`solved`, `unsupported FEATURE …` or `unsolved STATUS`. The plan is written in the IPC format.
"""

import sys
import warnings
from decimal import Decimal, localcontext
from fractions import Fraction
from importlib import import_module
from pathlib import Path
from typing import Any

SOLVED, UNSUPPORTED, UNSOLVED = "solved", "unsupported", "unsolved"
_DIGITS = 60
_DECIMAL_PLACES = Decimal("1e-9")


def main(engine: str, domain: str, problem: str, plan: str) -> None:
    """Solve a task and say how it went."""
    from unified_planning.io import PDDLReader  # noqa: PLC0415 (an optional extra)

    warnings.simplefilter("ignore")
    module, _, name = engine.partition(":")
    solver = getattr(import_module(module), name)
    task = PDDLReader().parse_problem(domain, problem)
    # Any plan will do, and some metrics they refuse.
    task.clear_quality_metrics()
    surplus = sorted(task.kind.features - solver.supported_kind().features)
    if surplus:
        print(UNSUPPORTED, *surplus)  # noqa: T201
        return
    with solver() as started:
        result = started.solve(task)
    if result.plan is None:
        messages = [message.message for message in result.log_messages or ()]
        print(*messages, sep="\n")  # noqa: T201
        print(UNSOLVED, result.status.name)  # noqa: T201
        return
    Path(plan).write_text("".join(f"{line}\n" for line in _lines(result.plan)), encoding="utf-8")
    print(SOLVED)  # noqa: T201


def _lines(plan: Any) -> list[str]:
    if hasattr(plan, "timed_actions"):
        return [
            f"{_number(start)}: {_step(action)}"
            + ("" if duration is None else f" [{_number(duration)}]")
            for start, action, duration in plan.timed_actions
        ]
    return [_step(action) for action in plan.actions]


def _step(action: Any) -> str:
    return "(" + " ".join((action.action.name, *map(str, action.actual_parameters))) + ")"


def _number(value: Fraction) -> str:
    """Write a time as a decimal, rounded up where it is none."""
    with localcontext() as context:
        context.prec = _DIGITS
        exact = Decimal(value.numerator) / Decimal(value.denominator)
        if Fraction(exact) != value:
            exact = exact.quantize(_DECIMAL_PLACES, rounding="ROUND_CEILING")
        return format(exact, "f")


if __name__ == "__main__":
    main(*sys.argv[1:])
