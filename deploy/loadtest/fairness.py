"""`python -m deploy.loadtest.fairness`: one tenant floods; what does another one notice?"""

from typing import Annotated

import typer

from deploy.loadtest.bounds import at_most, nothing_lost, some_solved
from deploy.loadtest.command import (
    FOLDER,
    CallSeconds,
    Gets,
    Out,
    Picture,
    Rate,
    Seconds,
    Seed,
    Slots,
    Workers,
    command,
    finish,
)
from deploy.loadtest.report import Bound, Report
from deploy.loadtest.requests import Requests
from deploy.loadtest.run import Wanted, perform
from deploy.loadtest.scenarios import ALONE, BESIDE, LOUD, QUIET, flooded
from deploy.loadtest.stage import ModelSetup, Setup

MOST_TIMES = 1.2
MOST = 20_000


def times_slower(report: Report) -> float | None:
    """Compare p95 to a valid plan of the quiet tenant: beside the flood over alone."""
    p95 = {phase.phase: phase.plan_seconds.p95 for phase in report.phases if phase.tenant == QUIET}
    alone, beside = p95.get(ALONE), p95.get(BESIDE)
    return None if not alone or not beside else round(beside / alone, 4)


def judged(report: Report) -> tuple[Bound, ...]:
    """Hold a run to its bounds."""
    return (
        *nothing_lost(report),
        some_solved(report, 0.9),
        at_most("p95 of the quiet tenant, times", times_slower(report), MOST_TIMES),
    )


def fairness(
    *,
    rate: Rate = 4.0,
    flood: Annotated[
        int, typer.Option(min=1, max=2000, help="Sessions that the other keeps in flight.")
    ] = 200,
    seconds: Seconds = 30.0,
    tenant_concurrency: Annotated[
        int, typer.Option(min=1, max=1000, help="Sessions of one tenant that run at once.")
    ] = 32,
    workers: Workers = 1,
    slots: Slots = 64,
    call_seconds: CallSeconds = 0.5,
    gets: Gets = 10.0,
    seed: Seed = 0,
    out: Out = FOLDER,
    picture: Picture = True,
) -> None:
    """A tenant asks at a low rate, alone and then beside one that floods the service."""
    wanted = Wanted(
        scenario="fairness",
        setup=Setup(
            workers=workers,
            # Every session takes one attempt or two, so that chance is in no p95.
            model=ModelSetup(slots=slots, call_seconds=call_seconds, falling=0.0, seed=seed),
            environment={"MODULO_TENANT_CONCURRENCY": str(tenant_concurrency)},
        ),
        requests=Requests(seed=seed, seconds=600.0),
        seed=seed,
        gets_per_second=gets,
        patience_seconds=180.0,
        tenants=(QUIET, LOUD),
        more={"rate": rate, "flood": flood, "seconds": seconds},
    )
    scenario = flooded(rate=rate, flood=flood, seconds=seconds, most=MOST)
    finish(perform(wanted, scenario, judged), out=out, picture=picture)


if __name__ == "__main__":
    command(fairness)
