"""`modulo evaluate`: experiments with sound planners, on recorded and generated plans."""

import asyncio
import json
import sys
from collections.abc import Coroutine
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from app.console import EXIT_CODES, Exit, problems_told, stop
from app.evaluation.cases import SETS, cases_of
from app.evaluation.errors import EngineMissing
from app.evaluation.journal import Journal, Row
from app.evaluation.report import seeding_report, ways_report
from app.evaluation.seeding import KEY as SEEDING_KEY
from app.evaluation.seeding import Terms as SeedingTerms
from app.evaluation.seeding import run_seeding
from app.evaluation.summaries import Summary, seeding_summary, ways_summary
from app.evaluation.ways import KEY as WAYS_KEY
from app.evaluation.ways import Terms as WaysTerms
from app.evaluation.ways import run_ways
from planners.engines.engine import Engine
from planners.engines.lpg import LPG
from planners.pool import Limits

experiments = typer.Typer(
    help="Experiments on many tasks; every plan is verified.",
    epilog=EXIT_CODES,
    no_args_is_help=True,
)

OUT = Path("evaluation")

Data = Annotated[
    Path | None, typer.Option(help="Folder of the PlanBench data, for the recorded sets.")
]
Sets = Annotated[
    list[str] | None,
    typer.Option(help=f"Once for each set; all of {', '.join(SETS)} unless said."),
]
Out = Annotated[
    Path, typer.Option(help="Folder for the journal, which a later run goes on from, and tables.")
]
Tasks = Annotated[int, typer.Option(min=1, help="Tasks of each set at most.")]
Seconds = Annotated[float, typer.Option(min=0.1, help="Wall-clock time of each run at most.")]
Jobs = Annotated[int, typer.Option(min=1, max=64, help="Runs at once.")]


@experiments.command(epilog=EXIT_CODES)
def seeding(
    *,
    data: Data = None,
    sets: Sets = None,
    tasks: Tasks = 100,
    seeds: Annotated[int, typer.Option(min=1, help="Seeds of the planner for each.")] = 5,
    correct: Annotated[
        bool,
        typer.Option(
            "--correct", help="Start from plans of models that are right, not wrong ones."
        ),
    ] = False,
    seconds: Seconds = 10.0,
    jobs: Jobs = 1,
    out: Out = OUT,
) -> None:
    """Start LPG from nothing, from random plans and from those of models; compare its search."""
    with problems_told():
        engine = installed(LPG)
        cases = [*cases_of(sets or SETS, data=data, tasks=tasks, flawed=not correct)]
        terms = SeedingTerms(seeds=seeds, limits=limits(seconds, jobs), jobs=jobs)
        journal = Journal(out / "seeding.jsonl", SEEDING_KEY)
        rows = ended(run_seeding(cases, journal, engine=engine, terms=terms, told=Progress()))
        summaries = seeding_summary(rows)
        give(out, "seeding", summaries, seeding_report(summaries))


@experiments.command(epilog=EXIT_CODES)
def ways(
    *,
    data: Data = None,
    sets: Sets = None,
    tasks: Tasks = 40,
    seconds: Seconds = 12.0,
    jobs: Jobs = 1,
    out: Out = OUT,
) -> None:
    """Repair flawed plans in each way: what is solved, how fast, how good, how close."""
    with problems_told():
        cases = [*cases_of(sets or SETS, data=data, tasks=tasks)]
        terms = WaysTerms(limits=limits(seconds, jobs), jobs=jobs)
        journal = Journal(out / "ways.jsonl", WAYS_KEY)
        summaries = ways_summary(ended(run_ways(cases, journal, terms=terms, told=Progress())))
        give(out, "ways", summaries, ways_report(summaries))


class Progress:
    """Counts runs on standard error, on one line where that is a terminal."""

    def __init__(self) -> None:
        self._done = 0

    def __call__(self, row: Row) -> None:
        """Tell of a run that has ended."""
        self._done += 1
        if sys.stderr.isatty():
            told = f"{self._done} runs; {row['set']}, task {row['task']}"
            print(f"\r{told:<79}", end="", file=sys.stderr, flush=True)


def installed(engine: Engine) -> Engine:
    """Give an engine that is installed.

    Raises:
        EngineMissing: it is not.
    """
    if engine.version() is None:
        raise EngineMissing(f"{engine.name} is not installed; get it with {engine.source}")
    return engine


def limits(seconds: float, jobs: int) -> Limits:
    """Limit each run."""
    return Limits(processes=jobs, seconds=seconds)


def ended(experiment: Coroutine[Any, Any, list[Row]]) -> list[Row]:
    """Make an experiment; what is done when it is interrupted is in its journal."""
    try:
        return asyncio.run(experiment)
    except KeyboardInterrupt:
        stop(Exit.CANCELLED, "interrupted; the same command goes on from the journal")
    finally:
        if sys.stderr.isatty():
            print(file=sys.stderr)


def give(out: Path, name: str, summaries: list[Summary], tables: str) -> None:
    """Write the summaries and the tables beside the journal, and print the tables."""
    text = json.dumps(summaries, indent=2, default=asdict)
    (out / f"{name}.json").write_text(text + "\n", encoding="utf-8")
    (out / f"{name}.md").write_text(tables, encoding="utf-8")
    print(tables, end="")
