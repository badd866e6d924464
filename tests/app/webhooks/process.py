"""A process that sends webhooks: `python -m tests.app.webhooks.process PLACE PREFIX LEASE`.

PLACE is the URL of a Redis, or a SQLite file.
"""

import asyncio
import sys
from pathlib import Path

from app.sessions.redis_store import RedisStore
from app.sessions.sqlite import SqliteStore
from app.webhooks.addresses import Allowed
from app.webhooks.sending import Pace, sending
from tests.app.webhooks.test_sending import SECRET


async def main(place: str, prefix: str, lease_seconds: float) -> None:
    opened = RedisStore(place) if place.startswith("redis://") else SqliteStore(Path(place))
    pace = Pace(poll_seconds=0.05, lease_seconds=lease_seconds)
    async with (
        opened as store,
        sending(store.notices, store, secret=SECRET, allowed=Allowed([prefix]), pace=pace),
    ):
        await asyncio.sleep(60)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], float(sys.argv[3])))
