"""`modulo plan` and `modulo repair`: sound planners are asked, and their plans judged."""

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from app.bank import planners_of
from app.console import (
    AsJson,
    DomainFile,
    Exit,
    ProblemFile,
    problems_told,
    settings_with,
    stop,
    task_of,
    text_of,
)
from app.proposers import judged as judging
from app.proposers.judged import Found, Judged, Repaired
from app.proposers.sound import SoundPlanners
from app.sessions.wire_planner import planned_wire, repaired_wire
from app.terminal import cost_in_words, counted, verdict_in_words
from planners.engines.engine import PlanFound
from planners.pddl import read_task
from planners.plan import Plan, read_plan
from planners.repair.ways import Way
from planners.workers import VerifierThreads

Value = TypeVar("Value")

EngineName = Annotated[str | None, typer.Option(help="Ask this one alone; see `modulo catalogue`.")]
Seconds = Annotated[
    float | None,
    typer.Option(min=0.001, help="Wall-clock time; MODULO_PLANNER_SECONDS unless said."),
]
Memory = Annotated[
    int | None,
    typer.Option(min=256, help="Mebibytes; MODULO_PLANNER_MEMORY unless said."),
]
Seed = Annotated[int, typer.Option(min=0, help="Source of randomness, for engines with any.")]
Out = Annotated[Path | None, typer.Option(help="Write the plan to this file, in the IPC format.")]

EXITS = {
    Found.SOLVED: Exit.SOLVED,
    Found.UNSOLVABLE: Exit.UNSOLVABLE,
    Found.REFUSED: Exit.BAD_INPUT,
    Found.BROKEN: Exit.BROKEN,
}


def plan(
    domain: DomainFile,
    problem: ProblemFile,
    *,
    engine: EngineName = None,
    optimal: Annotated[bool, typer.Option("--optimal", help="A cheapest plan.")] = False,
    seconds: Seconds = None,
    memory: Memory = None,
    seed: Seed = 0,
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """Have a sound planner solve a task, or prove that it has no plan. No model is asked."""
    with problems_told(domain=domain, problem=problem):
        planners = _planners(engine, seconds, memory)
        task = task_of(domain, problem)
        read_task(task)

        async def run() -> Judged:
            report = await planners.plan(task, optimal=optimal, engine=engine, seed=seed)
            return await judging.judge(task, report, VerifierThreads())

        judged = _ended(run())
        if as_json:
            print(planned_wire(judged).model_dump_json())
        elif judged.found is not Found.REFUSED:
            print(planned_in_words(judged))
        _finish(judged, out, as_json=as_json)


def repair(
    domain: DomainFile,
    problem: ProblemFile,
    plan: Annotated[Path, typer.Argument(help="Plan to start from, in the IPC format.")],
    *,
    way: Annotated[
        Way,
        typer.Option(
            help="repair: a local search starts from it; complete: its longest executable "
            "beginning is kept; keep: as many of its steps as can be; plan: from scratch."
        ),
    ] = Way.REPAIR,
    engine: EngineName = None,
    seconds: Seconds = None,
    memory: Memory = None,
    seed: Seed = 0,
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """Have a sound planner make a plan of a flawed one, and compare the two."""
    with problems_told(domain=domain, problem=problem):
        planners = _planners(engine, seconds, memory)
        task = task_of(domain, problem)
        read_task(task)
        given = read_plan(text_of(plan))
        repaired = _ended(
            judging.repair(
                planners,
                VerifierThreads(),
                way=way,
                task=task,
                plan=given,
                engine=engine,
                seed=seed,
            )
        )
        if as_json:
            print(repaired_wire(repaired).model_dump_json())
        else:
            print(repaired_in_words(repaired, given))
        _finish(repaired.judged, out, as_json=as_json)


def planned_in_words(judged: Judged) -> str:
    """Say what came of asking planners, who answered first."""
    return "\n".join([_ending(judged), *(f"note: {note}" for note in judged.report.notes)])


def _ending(judged: Judged) -> str:
    report = judged.report
    took = f"{report.seconds:.2f} s"
    if report.steps is not None:
        took += f", {counted(report.steps, 'search step')}"
    if judged.plan is not None and judged.proof is not None:
        said = [counted(len(judged.plan.steps), "step"), cost_in_words(judged.proof)]
        if isinstance(report.result, PlanFound) and report.result.optimal:
            said.append("no plan is cheaper, says the engine")
        return f"solved by {report} ({took}): {', '.join(said)}, executed and at the goal"
    if judged.found is Found.UNSOLVABLE:
        return f"unsolvable, proven by {report} ({took})"
    who = f"{report}: " if report.engine else ""
    head = "broken" if judged.found is Found.BROKEN else "not solved"
    return f"{head}: {who}{judged.reason} ({took})"


def repaired_in_words(repaired: Repaired, given: Plan) -> str:
    """Say what is wrong with the given plan, who made what of it, and how far that is."""
    if repaired.given is None:
        lines = ["the given plan could not be judged within bounds"]
    else:
        lines = [f"the given plan is {verdict_in_words(repaired.given, given)}"]
    judged = repaired.judged
    if judged.plan is not None and not judged.report.engine:
        return "\n".join([*lines, "there is nothing to repair; no planner was asked"])
    if judged.found is not Found.REFUSED:
        lines.append(f"{repaired.way}: {planned_in_words(judged)}")
    if repaired.kept is not None:
        far = "too far to tell" if repaired.distance is None else repaired.distance
        lines.append(
            f"{float(repaired.kept):.0%} of the given steps kept, distance {far}; "
            f"the given plan has {counted(len(given.steps), 'step')}"
        )
    return "\n".join(lines)


def _planners(engine: str | None, seconds: float | None, memory: int | None) -> SoundPlanners:
    """Make the planners of the settings, with what was said on the command line before them."""
    planners = planners_of(settings_with(planner_seconds=seconds, planner_memory=memory))
    names = [offered.name for offered in planners.engines]
    if engine is not None and engine not in names:
        said = f"there is no engine {engine!r}; on offer: {', '.join(names)}"
        stop(Exit.BAD_INPUT, f"--engine: {said}")
    return planners


def _ended(work: Coroutine[Any, Any, Value]) -> Value:
    """Run to the end; an interrupt ends the planner first, and then us."""
    try:
        return asyncio.run(work)
    except KeyboardInterrupt:
        stop(Exit.CANCELLED, "cancelled")


def _finish(judged: Judged, out: Path | None, *, as_json: bool) -> None:
    """Give the plan where one was proven, and exit by what came of it."""
    if judged.plan is not None:
        if not as_json:
            print(f"\n{judged.plan}", end="")
        if out is not None:
            out.write_text(str(judged.plan), encoding="utf-8")
    if judged.found is Found.REFUSED and not as_json:
        stop(Exit.BAD_INPUT, judged.reason)
    raise typer.Exit(EXITS.get(judged.found, Exit.NOT_SOLVED))
