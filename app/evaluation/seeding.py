"""The seeding experiment: does a model's plan shorten the search of a sound planner?

LPG starts from nothing, from a random plan and from the model's plan, with several seeds of
its own, and its search steps are counted. Each plan it finds is verified.

Source:
    Valmeekam, Marquez, Sreedharan & Kambhampati 2023, On the planning abilities of large
    language models: a critical investigation (arXiv:2305.15771), LLM-generated plans as
    seeds of LPG.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from random import Random

from app.evaluation.cases import Case, is_flawed
from app.evaluation.journal import Journal, Row
from app.evaluation.random_plans import random_plan, reachable_steps
from app.evaluation.running import Told, Work, carry_out
from planners.engines.engine import Engine, Order, PlanFound, Purpose, Report
from planners.pddl import read_task
from planners.plan import Plan
from planners.pool import Limits
from planners.repair.distance import distance, kept
from planners.repair.seeds import cleaned

EMPTY, RANDOM = "empty", "random"
KEY = ("set", "task", "flawed", "condition", "seed", "limit_seconds")
NOTHING = Plan(steps=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How the experiment is made.

    Attributes:
        seeds: How many seeds of the planner, at least 1; they are numbered from 0.
        limits: Of one run of the planner.
        jobs: How many runs at once, at least 1.
    """

    seeds: int
    limits: Limits
    jobs: int = 1


async def run_seeding(
    cases: Sequence[Case], journal: Journal, *, engine: Engine, terms: Terms, told: Told
) -> list[Row]:
    """Make all runs that are not in the journal yet.

    Args:
        cases: Of any sets.
        journal: Its rows are known by `KEY`.
        engine: What is seeded; a local search that counts its steps.
        terms: How many runs, and how long.
        told: Called with each new row.

    Returns:
        The rows of all these runs, old and new.
    """
    work = (each for case in cases for each in _runs(case, journal, engine, terms))
    await carry_out(work, journal, jobs=terms.jobs, told=told)
    return [journal[key] for case in cases for key in _keys(case, terms)]


def _keys(case: Case, terms: Terms) -> list[tuple[str, str, bool, str, int, float]]:
    """List what is to be done for a case: each condition with each seed."""
    return [
        (case.set, case.name, case.flawed, condition, seed, terms.limits.seconds)
        for seed in range(terms.seeds)
        for condition in (EMPTY, RANDOM, *case.starts)
    ]


def _runs(case: Case, journal: Journal, engine: Engine, terms: Terms) -> Iterator[Work]:
    missing = [key for key in _keys(case, terms) if key not in journal]
    if not missing:
        return
    starts = {name: cleaned(case.task, plan) for name, plan in case.starts.items()}
    steps = reachable_steps(read_task(case.task))
    length = len(next(iter(starts.values())).steps)
    for _, _, _, condition, seed, _ in missing:
        given, used = case.starts.get(condition, NOTHING), starts.get(condition, NOTHING)
        if condition == RANDOM and steps:
            # Text as a seed: the same draw in every process.
            random = Random(f"{case.set}/{case.name}/{seed}")  # noqa: S311 (keeps no secret)
            given = used = random_plan(steps, length, random)
        run = _Run(case=case, condition=condition, seed=seed, given=given, used=used)
        yield partial(run.row, engine, terms.limits)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """One run of the planner: from a plan as it was given, and as it was cleaned."""

    case: Case
    condition: str
    seed: int
    given: Plan
    used: Plan

    async def row(self, engine: Engine, limits: Limits) -> Row:
        """Make the run, and say what came of it."""
        task, used = self.case.task, self.used
        if used.steps:
            order = Order(task=task, purpose=Purpose.REPAIR, start=used, seed=self.seed)
        else:
            order = Order(task=task, purpose=Purpose.PLAN, seed=self.seed)
        report = await engine.run(order, limits)
        anew = self.condition in {EMPTY, RANDOM}
        return {
            "set": self.case.set,
            "task": self.case.name,
            "source": self.case.source,
            "flawed": self.case.flawed,
            "condition": self.condition,
            "seed": self.seed,
            "limit_seconds": limits.seconds,
            "given": len(self.given.steps),
            "dropped": len(self.given.steps) - len(used.steps),
        } | outcome(self.case, report, compared=self.case.plan if anew else self.given)


def outcome(case: Case, report: Report, *, compared: Plan) -> Row:
    """Say what came of a run, its plan verified and compared with the one given.

    Returns:
        The engine and its version, the kind of result, whether it is a valid plan, search
        steps, wall-clock seconds, and notes on what was done otherwise than asked; of valid
        plans also the plan, its length in steps, its distance from the given plan in steps
        and the share of that which is kept.
    """
    result = report.result
    found = result.plans[0] if isinstance(result, PlanFound) else None
    valid = found is not None and not is_flawed(case.task, found)
    row: Row = {
        "engine": f"{report.engine} {report.version}".strip(),
        "result": type(result).__name__,
        "valid": valid,
        "flips": report.steps,
        "seconds": round(report.seconds, 4),
        "notes": list(report.notes),
    }
    if found is None or not valid:
        return row | {"plan": None, "length": None, "distance": None, "kept": None}
    return row | {
        "plan": str(found),
        "length": len(found.steps),
        "distance": distance(found, compared),
        "kept": round(float(kept(found, compared)), 4),
    }
