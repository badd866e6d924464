"""Finding what programs have left behind: processes that know of a folder, and zombies."""

import asyncio
import os
import time
from pathlib import Path

PATIENCE = 30.0


def _state_and_parent(pid: int) -> tuple[str, int]:
    # The name may hold anything, a parenthesis too.
    rest = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
    return rest[0], int(rest[1])


def marked(place: Path) -> set[int]:
    """Find the processes other than this one that have a path in environment or arguments.

    Programs that work in a workplace have its path as their `HOME`, and so have their children.
    """
    found = set()
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            texts = (entry / "environ").read_bytes() + (entry / "cmdline").read_bytes()
            if bytes(place) in texts:
                found.add(int(entry.name))
        except OSError:
            continue
    return found


def zombies() -> set[int]:
    """Find the dead children of this process that it has not taken leave of."""
    found = set()
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and _state_and_parent(int(entry.name)) == ("Z", os.getpid()):
                found.add(int(entry.name))
        except OSError:
            continue
    return found


async def until(holds, seconds: float = PATIENCE) -> bool:
    """Wait until something holds; say whether it came to that."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            return False
        await asyncio.sleep(0.02)
    return True
