"""`python -m deploy.loadtest.chaos`: workers killed, Redis restarted, the model server gone."""

from typing import Annotated

import typer

from deploy.loadtest.bounds import at_least, at_most, given_up, nothing_lost
from deploy.loadtest.client import Manners
from deploy.loadtest.command import (
    FOLDER,
    CallSeconds,
    Falling,
    Flawed,
    Gets,
    HangUp,
    Out,
    Picture,
    Seed,
    Slots,
    command,
    finish,
)
from deploy.loadtest.mishaps import drawn
from deploy.loadtest.report import Bound, Report
from deploy.loadtest.requests import Requests
from deploy.loadtest.run import Wanted, perform
from deploy.loadtest.scenarios import beset
from deploy.loadtest.stage import ModelSetup, Setup

MOST = 20_000
MOST_TAKEOVER_SECONDS = 20.0
# A session over which three workers are lost in a row fails, which is as it should be: it may be
# what kills them. With a kill every few seconds that hits some by chance.
MOST_GIVEN_UP = 0.02


def chaos(
    *,
    in_flight: Annotated[
        int, typer.Option(min=1, max=2000, help="Sessions in flight until all is done.")
    ] = 200,
    kills: Annotated[int, typer.Option(min=1, max=200, help="Workers killed with -9.")] = 20,
    every: Annotated[
        float,
        typer.Option(
            min=0.5,
            max=120.0,
            help="Seconds from when a killed worker is up again to the next kill, on average.",
        ),
    ] = 8.0,
    redis_restarts: Annotated[
        int, typer.Option(min=0, max=20, help="Of a Redis with an append-only file.")
    ] = 1,
    model_away: Annotated[
        float, typer.Option(min=0.0, max=60.0, help="Seconds that the model server is gone.")
    ] = 3.0,
    verifier_stopped: Annotated[
        float,
        typer.Option(min=0.0, max=20.0, help="Seconds that those who judge plans stand still."),
    ] = 3.0,
    workers: Annotated[int, typer.Option(min=1, max=8, help="`modulo worker`s.")] = 2,
    redelivery: Annotated[
        float,
        typer.Option(min=1.0, max=60.0, help="MODULO_REDELIVERY_SECONDS of the workers."),
    ] = 5.0,
    slots: Slots = 64,
    call_seconds: CallSeconds = 0.3,
    flawed: Flawed = 0.9,
    falling: Falling = 0.9,
    hang_up: HangUp = 0.02,
    gets: Gets = 10.0,
    seed: Seed = 0,
    out: Out = FOLDER,
    picture: Picture = True,
) -> None:
    """Keep sessions in flight while all that can fails; no session and no attempt may be lost."""
    wanted = Wanted(
        scenario="chaos",
        setup=Setup(
            workers=workers,
            model=ModelSetup(
                slots=slots, call_seconds=call_seconds, flawed=flawed, falling=falling, seed=seed
            ),
            environment={"MODULO_REDELIVERY_SECONDS": str(redelivery)},
        ),
        requests=Requests(seed=seed, attempts=15, seconds=900.0, large_share=0.01),
        manners=Manners(hang_up=hang_up, reread=True),
        seed=seed,
        gets_per_second=gets,
        patience_seconds=180.0,
        more={
            "in_flight": in_flight,
            "kills": kills,
            "every": every,
            "redis_restarts": redis_restarts,
            "model_away": model_away,
            "verifier_stopped": verifier_stopped,
        },
    )

    def judged(report: Report) -> tuple[Bound, ...]:
        takeover = None if report.takeover_seconds is None else report.takeover_seconds.p99
        killed = sum(incident.what.endswith("killed") for incident in report.incidents)
        lost_over = given_up(report)
        share = round(lost_over / max(1, report.ends.accepted), 5)
        return (
            *nothing_lost(report, excused=lost_over),
            at_most("share given up after three lost workers", share, MOST_GIVEN_UP),
            at_least("workers killed", killed, kills),
            at_least("sessions in flight at once", report.figures.most_in_flight, in_flight),
            at_most("p99 from a kill to another worker", takeover, MOST_TAKEOVER_SECONDS, " s"),
        )

    mishaps = drawn(
        kills=kills,
        every_seconds=every,
        seed=seed,
        redis_restarts=redis_restarts,
        model_away_seconds=model_away,
        verifier_stopped_seconds=verifier_stopped,
    )
    scenario = beset(mishaps, in_flight, most=MOST)
    finish(perform(wanted, scenario, judged), out=out, picture=picture)


if __name__ == "__main__":
    command(chaos)
