"""A server in a process of its own: `… tests.app.api.process FOLDER [SECONDS [SIZE [DRAIN]]]`.

Prints its port. Each proposal takes SECONDS (1 unless said). The second one is right; with a
SIZE none is, and each is prose of so many characters. Asked to end, it gives attempts in
flight DRAIN seconds (none unless said).
"""

import asyncio
import sys
from pathlib import Path

from tests.app.api.serving import serve
from tests.app.modulo.lamps import GOOD, HALF
from tests.app.sessions.parts import Patient


async def main(
    folder: Path, seconds: float = 1.0, size: int = 0, drain_seconds: float = 0.0
) -> None:
    texts = ["I see. " * (size // 7)] if size else [HALF, GOOD]
    proposer = Patient(texts, seconds=seconds)
    async with serve(folder, proposer, drain_seconds=drain_seconds) as served:
        sys.stdout.write(f"{served.client.base_url.port}\n")
        sys.stdout.flush()
        while not served.server.should_exit:  # noqa: ASYNC110  # uvicorn has no event for it
            await asyncio.sleep(0.02)


if __name__ == "__main__":
    given = dict(zip(("folder", "seconds", "size", "drain"), sys.argv[1:], strict=False))
    asyncio.run(
        main(
            Path(given["folder"]),
            float(given.get("seconds", "1")),
            int(given.get("size", "0")),
            float(given.get("drain", "0")),
        )
    )
