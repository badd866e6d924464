"""A worker in a process of its own: `python -m tests.app.sessions.working URL [OPTION ...]`.

Runs the sessions that stand in a Redis, as `app.worker` does, with a small bank: one proposer
that answers after a while, and is right at its last attempt. Writes a line once it works.
Ends as a worker does: SIGTERM drains it.
"""

import argparse
import asyncio
import signal
import sys
from datetime import timedelta

from app.sessions.docket_lane import Pace
from app.sessions.docket_queue import DocketQueue
from app.sessions.keeping import Rounds, keeping
from app.sessions.queue import Places
from app.sessions.redis_store import RedisStore
from app.sessions.runner import Runner
from tests.app.modulo.lamps import GOOD, HALF
from tests.app.sessions.parts import Patient, SmallBank

QUEUE_NAME = "modulo"


def options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("--attempts", type=int, default=4, help="until one is right")
    parser.add_argument("--seconds", type=float, default=0.1, help="of one proposal")
    parser.add_argument("--places", type=int, default=64)
    parser.add_argument("--tenant", type=int, help="places of one tenant")
    parser.add_argument("--redelivery", type=float, default=2.0, help="seconds")
    parser.add_argument("--sweep", type=float, default=2.0, help="seconds")
    parser.add_argument("--drain", type=float, default=5.0, help="seconds")
    return parser.parse_args(arguments)


def queue_of(chosen: argparse.Namespace) -> DocketQueue:
    return DocketQueue(
        url=chosen.url,
        name=QUEUE_NAME,
        places=Places(interactive=chosen.places, batch=chosen.places, tenant=chosen.tenant),
        pace=Pace(redelivery_seconds=chosen.redelivery, retry_seconds=0.2),
    )


async def work(chosen: argparse.Namespace) -> None:
    answers = [HALF] * (chosen.attempts - 1) + [GOOD]
    bank = SmallBank(Patient(answers, seconds=chosen.seconds))
    async with (
        RedisStore(chosen.url) as store,
        Runner(
            store=store, composer=bank, verifier=bank.verifier, queue=queue_of(chosen)
        ) as runner,
        keeping(
            store,
            retention=timedelta(days=1),
            sweep=runner.sweep,
            rounds=Rounds(sweep_seconds=chosen.sweep),
        ),
    ):
        asked = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, asked.set)
        sys.stdout.write("works\n")
        sys.stdout.flush()
        await asked.wait()
        await runner.drain(seconds=chosen.drain)


if __name__ == "__main__":
    asyncio.run(work(options(sys.argv[1:])))
