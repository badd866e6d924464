"""A journal of runs: one JSON object on each line, written as they end, so that runs resume."""

import json
from pathlib import Path
from typing import Any

from app.evaluation.errors import BrokenJournal

Row = dict[str, Any]


class Journal:
    """Rows in a file, each known by some of its fields.

    A last line without an end was cut off when a run was killed; it is taken away.

    Args:
        file: Where; made with its folder if it is not there.
        key: The fields by which a row is known; all rows have them.

    Raises:
        BrokenJournal: there is something else in the file.
        OSError: it cannot be read or written.
    """

    def __init__(self, file: Path, key: tuple[str, ...]) -> None:
        self._file = file
        self._key = key
        self._rows: dict[tuple[Any, ...], Row] = {}
        file.parent.mkdir(parents=True, exist_ok=True)
        text = file.read_text(encoding="utf-8") if file.exists() else ""
        whole, _, cut_off = text.rpartition("\n")
        for number, line in enumerate(whole.splitlines(), start=1):
            self._keep(_row(file, number, line), number)
        if cut_off:
            file.write_text(whole + "\n" if whole else "", encoding="utf-8")

    def __contains__(self, key: tuple[Any, ...]) -> bool:
        return key in self._rows

    def __getitem__(self, key: tuple[Any, ...]) -> Row:
        return self._rows[key]

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, row: Row) -> None:
        """Write a row down, and remember it."""
        self._keep(row)
        with self._file.open("a", encoding="utf-8") as lines:
            lines.write(json.dumps(row) + "\n")

    def _keep(self, row: Row, line: int = 0) -> None:
        try:
            key = tuple(row[field] for field in self._key)
        except KeyError as missing:
            raise BrokenJournal(self._file, line, f"a row has no {missing}") from None
        self._rows[key] = row


def _row(file: Path, number: int, line: str) -> Row:
    try:
        row = json.loads(line)
    except ValueError as problem:
        raise BrokenJournal(file, number, f"no JSON: {problem}") from None
    if not isinstance(row, dict):
        raise BrokenJournal(file, number, "no JSON object")
    return row
