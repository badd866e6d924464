"""A server in a process of its own: `python -m tests.app.api.process FOLDER`.

Prints its port. Each proposal takes a second; the second one is right.
"""

import asyncio
import sys
from pathlib import Path

from tests.app.api.serving import serve
from tests.app.modulo.lamps import GOOD, HALF
from tests.app.sessions.parts import Patient


async def main(folder: Path) -> None:
    async with serve(folder, Patient([HALF, GOOD], seconds=1.0)) as served:
        sys.stdout.write(f"{served.client.base_url.port}\n")
        sys.stdout.flush()
        await served.service.closing.wait()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
