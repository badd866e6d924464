"""`python -m deploy.loadtest.probe`: times `GET` requests beside a load test.

In a process of its own, or the work of the test's many clients would be counted as the
service's. Reads names of sessions from standard input, one a line, and writes a line of JSON
for each request; ends with its input.
"""

import asyncio
import json
import os
import sys
import time
from collections import deque
from pathlib import Path
from random import Random

import uvloop

from deploy.loadtest.arrivals import wait_until
from deploy.loadtest.connection import Request, ask
from deploy.loadtest.loopback import Address, loopback

KNOWN = 500
KEY = "LOADTEST_KEY"
ANSWER_SECONDS = 30.0


class Prober:
    """Sends requests at times drawn beforehand, and tells how long each took from its time.

    Four of five look at a session, the fifth lists sessions.

    Args:
        address: Of the service.
        rate: Requests per second on average.
        seed: Same seed, same times.
        key: API key, or nothing.
    """

    def __init__(self, address: Address, *, rate: float, seed: int = 0, key: str = "") -> None:
        self._address = address
        self._rate = rate
        self._random = Random(seed)  # noqa: S311 (no secrets)
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}
        self.known: deque[str] = deque(maxlen=KNOWN)

    async def run(self, ended: asyncio.Event) -> None:
        """Go on until the event is set, and wait for what is under way."""
        at = time.time()
        async with asyncio.TaskGroup() as group:
            while not ended.is_set():
                at += self._random.expovariate(self._rate)
                await wait_until(at)
                if self.known:
                    group.create_task(self._one(at))

    async def _one(self, at: float) -> None:
        listing = self._random.random() < 0.2
        path = f"/v1/plans/{self._random.choice(self.known)}"
        request = Request(path="/v1/plans?limit=20" if listing else path, headers=self._headers)
        try:
            status = (await ask(self._address, request, seconds=ANSWER_SECONDS)).status
        except (OSError, TimeoutError):
            status = 0
        what = "list" if listing else "session"
        told = {"at": at, "seconds": time.time() - at, "status": status, "what": what}
        print(json.dumps(told), flush=True)


async def _probe(prober: Prober) -> None:
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)

    async def listen() -> None:
        while line := await reader.readline():
            prober.known.append(line.decode().strip())
        ended.set()

    async with asyncio.TaskGroup() as group:
        group.create_task(listen())
        group.create_task(prober.run(ended))


def main() -> None:
    """Probe the service whose URL is the first argument, at the rate that is the second."""
    if len(sys.argv) != 3:
        raise SystemExit(f"{Path(sys.argv[0]).name} URL REQUESTS_PER_SECOND < names of sessions")
    key = os.environ.get(KEY, "")
    uvloop.run(_probe(Prober(loopback(sys.argv[1]), rate=float(sys.argv[2]), key=key)))


if __name__ == "__main__":
    main()
