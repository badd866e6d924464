"""Lines gathered into blocks: what stands between marks, in a code fence, or in one run."""

import re

from app.reading.blocks import Block, Kind
from app.reading.english import ANNOUNCING, CORRECTING, EXPLAINING
from app.reading.found import Found
from app.reading.lines import Line

MAX_OTHERS = 1000

_WORDS = re.compile(r"[a-z]+")


class Grouping:
    """Takes an answer line by line and gathers its blocks."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.over = False
        self._era = 0
        self._passing: list[Block] = []
        self._region: Block | None = None
        self._run: Block | None = None
        self._values: Block | None = None
        self._announced = False
        self._corrected = False
        self._explaining = False
        self._apart = False
        self._near = False
        self._spoken = False
        self._in_fence = False

    def steps(self, line: Line, found: Found) -> None:
        """Add the steps of a line."""
        if any(step.duration is not None for step in found.steps):
            # `7: (a b) [5]` says when, so a smaller number below it begins no new list.
            line = line._replace(item=None)
        if self._region is None and self._restates(line, found):
            return
        block = self._region or self._run_of(line)
        block.steps.extend(found.steps)
        block.lines += 1
        block.bare += found.bare
        if self._region is None:
            self._count(block, line)
            self._announced = self._corrected = self._apart = False
            self._near = True

    def passing(self, found: Found) -> None:
        """Add steps named in passing or commented out; they count where no others do."""
        if not self._passing or self._passing[-1].era != self._era:
            self._passing.append(Block(kind=Kind.PASSING, era=self._era))
        self._passing[-1].steps.extend(found.steps)

    def suspect(self, line: Line, reason: str) -> None:
        """Add a line that looks like a step and could not be read."""
        block = self._region
        if block is None:
            # A sentence in passing that begins like a step is none of the plan's.
            if not (line.listed or line.body[:1] == "(" or self._near):
                self.prose(line)
                return
            block = self._run_of(line)
            self._count(block, line)
        block.refuse(line.number, line.text, reason)

    def prose(self, line: Line) -> None:
        """Pass a line that is no step, and note what it means for those around it."""
        self._spoken = True
        if self._region is not None:
            if len(self._region.others) < MAX_OTHERS:
                self._region.others.append(line)
            return
        self._near = False
        if self._run is None and not self.blocks:
            return
        run = self._run
        if run is not None and run.steps and _continues(run, line):
            self._count(run, line)
            run.refuse(line.number, line.text, "this item of the list is no step of the task")
            return
        if line.listed or (run is not None and line.indent > run.indent):
            # Remarks on a single step say nothing of the plan as a whole.
            return
        self._apart = True
        words = set(_WORDS.findall(line.text[:400].lower()))
        if words & EXPLAINING and _is_heading(line):
            self._announced = self._explaining = True
        elif words & (ANNOUNCING | CORRECTING):
            self._announced, self._explaining = True, False
            self._corrected = self._corrected or bool(words & CORRECTING)

    def value(self, line: int, elements: list[tuple[str, Found]]) -> None:
        """Add a plan that was written as JSON."""
        block = self._region or self._open_value(elements)
        for written, found in elements:
            block.steps.extend(found.steps)
            block.lines += 1
            block.bare += 1
            if found.suspect:
                block.refuse(line, written, found.suspect)
        block.ended = block.ended or self._region is None or not elements
        self._near = True

    def open_marks(self) -> None:
        """Begin a plan between marks such as `[PLAN]`."""
        self._region = self._open(Kind.SET_APART)
        self._region.fenced = self._in_fence

    def close_marks(self) -> None:
        """End a plan between marks; the opening one may have stood in the prompt."""
        block = self._region or self._run or (self.blocks[-1] if self.blocks else None)
        if block is None and not self._spoken:
            block = self._open(Kind.MARKED)
        if block is not None:
            block.kind = Kind.MARKED
            block.ended = True
        self._region = self._run = None

    def fence(self, *, labelled: bool) -> None:
        """Begin or end a code fence. Marks inside a fence end with it at the latest."""
        closing = self._in_fence and not labelled
        if self._region is not None and self._region.fenced:
            self._region = None
        if self._region is None and not closing:
            self._region = self._open(Kind.SET_APART)
            self._region.fenced = True
        self._in_fence = not closing

    def other_task(self) -> None:
        """Meet the statement of a further task: what follows answers another question."""
        self.over = any(block.steps or block.ended for block in self.blocks)

    def finish(self) -> list[Block]:
        """Judge the blocks gathered and give them, in order."""
        for block in self.blocks:
            if block.kind is Kind.BARE and 2 * block.bare < block.lines:
                block.kind = Kind.ANNOTATED
            if block.steps and len(block.others) <= block.lines:
                for line in block.others:
                    block.refuse(line.number, line.text, "it is no step of the task")
                block.unread.sort(key=lambda unread: unread.line)
        return self._passing + self.blocks

    def _open(self, kind: Kind) -> Block:
        self._era += self._corrected
        block = Block(kind=kind, era=self._era)
        self.blocks.append(block)
        self._run = None
        self._announced = self._corrected = self._apart = False
        return block

    def _open_value(self, elements: list[tuple[str, Found]]) -> Block:
        """Open a block for a JSON value, or go on with that of the value on the line before."""
        last = self.blocks[-1] if self.blocks else None
        if last is not None and last is self._values and self._near and len(elements) == 1:
            return last
        self._values = self._open(Kind.SET_APART)
        return self._values

    def _run_of(self, line: Line) -> Block:
        if self._run is None or self._begins_anew(self._run, line):
            self._run = self._open(Kind.ANNOTATED if self._explaining else Kind.BARE)
        return self._run

    def _restates(self, line: Line, found: Found) -> bool:
        """Say whether a line repeats the item of a list above it, in another notation."""
        run = self._run
        if run is None or run.item is None or line.item is not None or self._announced:
            return False
        close = self._near or line.indent > run.indent
        return close and list(found.steps) == run.steps[-1:]

    def _begins_anew(self, run: Block, line: Line) -> bool:
        deeper = run.item is not None and line.indent > run.indent + 1
        if line.item is None or deeper:
            apart = run.item is not None and self._apart
            return (self._announced or apart) and bool(run.steps)
        if run.item is None:
            return line.item == 1 and bool(run.steps)
        # Every item may bear the same number where a list is left to the renderer to count.
        lazy = line.item == run.item and self._near
        return line.item <= run.item and not lazy

    @staticmethod
    def _count(block: Block, line: Line) -> None:
        if line.item is not None and (block.item is None or line.indent <= block.indent + 1):
            block.item, block.indent = line.item, line.indent


def _is_heading(line: Line) -> bool:
    ends = line.text.rstrip("*_ ")
    return len(line.text) < 80 and (line.text[0] == "#" or ends.endswith(":"))


def _continues(run: Block, line: Line) -> bool:
    return (
        line.item is not None
        and run.item is not None
        and line.item == run.item + 1
        and line.indent <= run.indent + 1
    )
