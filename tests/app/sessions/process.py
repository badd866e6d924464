"""A process of its own that runs sessions: `python -m tests.app.sessions.process FOLDER`.

Writes a line to FOLDER/asked for each proposal asked for; a proposal takes a tenth of a
second. Ends when no session is unfinished.
"""

import asyncio
import sys
from pathlib import Path

from app.modulo.attempt import Ask, Proposal, Trace
from app.modulo.budget import Budget
from app.sessions.runner import Runner
from app.sessions.sqlite import SqliteStore
from planners import Task
from tests.app.modulo.lamps import GOOD, HALF
from tests.app.sessions.parts import CREATED, Patient, SmallBank

SESSIONS = 5
ATTEMPTS = 4


class Noted(Patient):
    def __init__(self, file: Path) -> None:
        super().__init__([HALF] * (ATTEMPTS - 1) + [GOOD], seconds=0.1)
        self.file = file

    async def propose(self, task: Task, ask: Ask, trace: Trace, remaining: Budget) -> Proposal:
        with self.file.open("a") as asked:
            asked.write(f"{len(trace) + 1}\n")
        return await super().propose(task, ask, trace, remaining)


async def run(folder: Path) -> None:
    async with SqliteStore(folder / "sessions.db") as store:
        for number in range(SESSIONS):
            if not (folder / "asked").exists():
                await store.create(f"s{number}", CREATED)
        bank = SmallBank(Noted(folder / "asked"))
        async with Runner(store=store, composer=bank, verifier=bank.verifier):
            for head in await store.unfinished():
                await store.wait_for_end(head.session_id, timeout_seconds=30)


if __name__ == "__main__":
    asyncio.run(run(Path(sys.argv[1])))
