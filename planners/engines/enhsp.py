"""ENHSP: heuristic search for tasks with numbers. A program in Java.

It says "Problem unsolvable" where its search has ended, which is no proof: with numbers the
heuristic takes states for dead ends that are none.

Source:
    Scala, Haslum, Thiebaux & Ramirez 2020, Subgoaling techniques for satisficing and optimal
    numeric planning (JAIR 68).
"""

import re
import shutil
from pathlib import Path

from planners.engines.engine import GaveUp, PlanFound, Purpose, Result
from planners.engines.features import Feature
from planners.engines.installed import file_in
from planners.engines.program import DOMAIN, PLAN, PROBLEM, Answer, Call, Command, Program

# What a Java machine reserves beside its heap. With less it does not start.
MEBIBYTES_BESIDE_THE_HEAP = 1024
JAVA = (
    "-XX:+UseSerialGC",
    "-XX:CompressedClassSpaceSize=64m",
    "-XX:ReservedCodeCacheSize=64m",
    "-XX:+ExitOnOutOfMemoryError",
    # It would write a file outside its folder, and leave it there when it is killed.
    "-XX:-UsePerfData",
)
# Its main thread, two compilers and the collector.
THREADS = 4

_EXPANDED = re.compile(r"^Expanded Nodes:(\d+)$", re.MULTILINE)


def result(answer: Answer) -> Result:
    """Read what it says, and the plan."""
    plans = answer.plans(PLAN)
    if answer.code == 0 and plans and "Problem Solved" in answer.output:
        return PlanFound(plans=plans)
    if answer.code == 0 and "Problem unsolvable" in answer.output:
        return GaveUp("it found no plan, which proves nothing: with numbers it may miss one")
    return answer.failed()


def steps(output: str) -> int | None:
    """Read how many states it has expanded."""
    found = _EXPANDED.search(output)
    return int(found[1]) if found else None


def _command(call: Call) -> Command:
    java = shutil.which("java")
    assert java is not None
    return Command(
        program=Path(java),
        arguments=(
            *(f"-Xmx{call.limits.memory_mebibytes}m", *JAVA, "-jar", str(call.place)),
            *("-o", DOMAIN, "-f", PROBLEM, "-sp", PLAN, "-npm", "-h", "hadd", "-s", "gbfs"),
        ),
        more_mebibytes=MEBIBYTES_BESIDE_THE_HEAP,
        threads=THREADS,
    )


def _place() -> Path | None:
    return file_in("up_enhsp", "ENHSP", "enhsp.jar") if shutil.which("java") else None


ENHSP = Program(
    name="enhsp",
    summary="heuristic search for tasks with numbers; needs Java",
    licence="GPL",
    source='pip install "modulo-planning[enhsp]" and Java 17 or newer on the path',
    purposes=frozenset({Purpose.PLAN}),
    features=frozenset(
        {
            Feature.TYPES,
            Feature.EITHER,
            Feature.EQUALITY,
            Feature.NEGATION,
            Feature.DISJUNCTION,
            Feature.QUANTIFIERS,
            Feature.CONDITIONAL_EFFECTS,
            Feature.COSTS,
            Feature.NUMBERS,
        }
    ),
    distribution="up-enhsp",
    place=_place,
    command=_command,
    result=result,
    steps=steps,
)
