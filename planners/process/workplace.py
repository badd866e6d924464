"""Folders for programs to work in, which are gone afterwards.

Where this process is killed in a workplace, the guard of the program that runs there removes
it. If none runs, the next process does, when it makes its first workplace: each is locked by
the process that made it, and a lock ends with its holder.
"""

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from tempfile import gettempdir, mkdtemp

from planners.process.guard import remove
from planners.process.waiting import to_the_end

PREFIX = "modulo-work-"


@asynccontextmanager
async def workplace(texts: Mapping[str, str] | None = None) -> AsyncIterator[Path]:
    """Make a folder for programs; it is removed in the end with all that is in it.

    Args:
        texts: What is written there first, by the name of the file.

    Yields:
        The folder.

    Raises:
        OSError: it cannot be made or written to.
    """
    await asyncio.to_thread(_tidy_once, gettempdir())
    folder, lock = _claimed()
    try:
        await to_the_end(asyncio.to_thread(_write, folder, texts or {}))
        yield folder
    finally:
        await to_the_end(asyncio.to_thread(_leave, folder, lock))


def workplace_around(folder: Path) -> str:
    """Give the path of the workplace that a folder is, or is in; empty if there is none."""
    around = (folder.absolute(), *folder.absolute().parents)
    return next((str(place) for place in around if place.name.startswith(PREFIX)), "")


def remove_forsaken(root: str) -> None:
    """Remove the workplaces in a folder whose processes have been killed."""
    with os.scandir(root) as entries:
        found = [
            entry.path
            for entry in entries
            if entry.name.startswith(PREFIX) and entry.is_dir(follow_symlinks=False)
        ]
    for path in found:
        lock = _locked(path)
        if lock is not None:
            _leave(Path(path), lock)


@cache
def _tidy_once(root: str) -> None:
    remove_forsaken(root)


def _claimed() -> tuple[Path, int]:
    """Make a folder and lock it, before another process could take it for forsaken."""
    while True:
        path = mkdtemp(prefix=PREFIX)
        lock = _locked(path)
        if lock is not None:
            return Path(path), lock


def _locked(path: str) -> int | None:
    """Lock a folder of ours, or give None where another process has, or has removed it."""
    try:
        lock = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        held, found = os.fstat(lock), Path(path).stat()
        if os.path.samestat(held, found) and held.st_uid == os.geteuid():
            return lock
    except OSError:
        pass
    os.close(lock)
    return None


def _write(folder: Path, texts: Mapping[str, str]) -> None:
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")


def _leave(folder: Path, lock: int) -> None:
    try:
        remove(str(folder))
    finally:
        os.close(lock)
