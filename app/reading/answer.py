"""A model's answer read: the last complete plan in it, and what could not be read of it."""

import re
from dataclasses import replace

from app.modulo.attempt import Reading, Unread
from app.reading.blocks import MAX_QUOTED, Block, Kind, notes, quote
from app.reading.claims import claims_unsolvable, concludes_unsolvable, means_empty_plan
from app.reading.data import find_values, read_value
from app.reading.english import ANNOUNCING
from app.reading.formal import is_sound, is_structure, read_embedded, read_formal
from app.reading.found import NOTHING, Found
from app.reading.grouping import Grouping
from app.reading.lexicon import Lexicon
from app.reading.lines import Line, make_line
from app.reading.plain import read_plain
from app.reading.reasoning import Part, split_reasoning
from app.reading.sentence import read_line
from app.reading.stamps import in_time_order
from planners.plan import Plan

_VALUE = re.compile(
    r"^[^\S\n]{0,40}(?:[\w \"']{0,40}[:=][^\S\n]{0,4})?([\[{])\s{0,40}[\"{\[\]]", re.MULTILINE
)
_MARK = re.compile(r"[\[<]/?[A-Za-z][A-Za-z_ ]{0,30}[\]>]")
# Lines that open or close something around the steps, and there may be many of them.
_TRIVIAL = frozenset(["", "(", ")", "[", "]", "{", "}", "],", "},", "---"])

# About 500,000 tokens. What stands before the last of them is not read, and that is noted.
MAX_CHARACTERS = 2_000_000


def read_answer(text: str, lexicon: Lexicon) -> Reading:
    """Read the plan in a model's answer.

    Args:
        text: The answer as it came. Its length costs linear time; of one longer than
            `MAX_CHARACTERS` the end is read.
        lexicon: The names of the task.

    Returns:
        The last complete plan of the answer. Where the answer holds none, that of the
        reasoning before it, if the answer says nothing at all.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    skipped = len(text) - MAX_CHARACTERS
    if skipped > 0:
        return _read_end(text, skipped, lexicon)
    plan = read_plain(text, lexicon)
    return read_fully(text, lexicon) if plan is None else Reading(plan=plan)


def read_fully(text: str, lexicon: Lexicon) -> Reading:
    """Read an answer that may be anything; its lines end in line feeds alone."""
    answer, reasoning = split_reasoning(text)
    said = "".join(text[part.start : part.end] for part in answer)
    reading = _read_parts(text, answer, said, lexicon)
    if said.strip() or not reasoning:
        return reading
    return _read_parts(text, reasoning, "", lexicon)


def _read_end(text: str, skipped: int, lexicon: Lexicon) -> Reading:
    """Read the end of a text that is too long, from a line break on where there is one."""
    start = text.find("\n", skipped, skipped + MAX_QUOTED) + 1 or skipped
    before = text.count("\n", 0, start)
    reading = read_answer(text[start:], lexicon)
    note = Unread(
        line=1,
        text=quote(text[: MAX_QUOTED + 1].partition("\n")[0]),
        reason=f"of the answer only the last {len(text) - start} characters were read",
    )
    moved = (replace(each, line=each.line + before) for each in reading.unread)
    return replace(reading, unread=(note, *moved))


def _read_parts(text: str, parts: list[Part], said: str, lexicon: Lexicon) -> Reading:
    grouping = Grouping()
    number, at = 1, 0
    for part in parts:
        number += text.count("\n", at, part.start)
        number = _gather(text, part, number, lexicon, grouping)
        at = part.end
    blocks = grouping.finish()
    chosen = _choose(blocks, lexicon)
    if chosen is not None and _is_passing(chosen, lexicon) and concludes_unsolvable(said):
        chosen = None
    if chosen is not None:
        steps, parallel = in_time_order(chosen.steps, text, temporal=lexicon.temporal)
        return Reading(plan=Plan(steps=steps), unread=(*notes([chosen]), *parallel))
    unread = notes(blocks)
    if claims_unsolvable(said):
        return Reading(plan=None, unread=unread, claims_unsolvable=True)
    if not unread and (any(block.empty for block in blocks) or means_empty_plan(said)):
        return Reading(plan=Plan(steps=()))
    return Reading(plan=None, unread=unread)


def _choose(blocks: list[Block], lexicon: Lexicon) -> Block | None:
    """Choose the last complete block of those that claim most firmly to be the plan."""
    candidates = [block for block in blocks if block.steps]
    candidates = [block for block in candidates if _is_complete(block, lexicon)] or candidates
    firm = [block.era for block in candidates if block.kind > Kind.ANNOTATED]
    if firm:
        # What stands before a correction was taken back by it.
        latest = max(firm)
        candidates = [block for block in candidates if block.era >= latest]
    if not candidates:
        return None
    kind = max(block.kind for block in candidates)
    last = [block for block in candidates if block.kind is kind][-1]
    if last.fenced and last.lines == 1 and kind is Kind.SET_APART:
        return _join_fences(candidates, last)
    return last


def _is_passing(block: Block, lexicon: Lexicon) -> bool:
    """Say whether steps may be named in passing, as to say why they cannot be taken."""
    return block.kind <= Kind.ANNOTATED or not _is_complete(block, lexicon)


def _is_complete(block: Block, lexicon: Lexicon) -> bool:
    """Say whether most of a block are steps of the task and not, say, a model's own shorthand."""
    sound = sum(is_sound(step, lexicon) for step in block.steps)
    return 2 * sound > len(block.steps) + block.refused


def _join_fences(blocks: list[Block], last: Block) -> Block:
    """Join fences of one step each that follow each other: they are one plan."""
    joined: list[Block] = []
    for block in reversed(blocks):
        if block.fenced and block.lines == 1:
            joined.append(block)
        elif joined and block.fenced:
            break
    joined.reverse()
    return Block(
        kind=last.kind,
        steps=[step for block in joined for step in block.steps],
        unread=[note for block in joined for note in block.unread],
        refused=sum(block.refused for block in joined),
    )


def _gather(text: str, part: Part, number: int, lexicon: Lexicon, grouping: Grouping) -> int:
    """Gather the blocks of a part whose first line has a number; return that of its last."""
    starts = (found.start(1) for found in _VALUE.finditer(text, part.start, part.end))
    values = find_values(text, starts)
    value = next(values, None)
    at = part.start
    while at <= part.end and not grouping.over:
        end = text.find("\n", at, part.end)
        end = part.end if end < 0 else end
        while value is not None and value.start < at:
            value = next(values, None)
        if value is not None and value.start <= end and value.end <= part.end:
            elements = read_value(value.content, lexicon)
            if elements is not None and _is_meant(elements, text[at : value.start]):
                grouping.value(number, elements)
                number += text.count("\n", at, value.end)
                at = value.end
                continue
        _take_line(number, text[at:end], lexicon, grouping)
        number += end < part.end
        at = end + 1
    return number


def _is_meant(elements: list[tuple[str, Found]], label: str) -> bool:
    """Say whether a list is meant as the plan: an empty one may be empty for other reasons."""
    named = set(label.lower().replace('"', " ").replace(":", " ").split())
    return bool(elements or not named or named & ANNOUNCING)


def _take_line(number: int, written: str, lexicon: Lexicon, grouping: Grouping) -> None:
    text = written.strip()
    if text in _TRIVIAL:
        return
    if text.startswith(("```", "~~~")):
        content = text.strip("`~")
        # A fence opened and closed on one line holds a step, not a language.
        if content and text.endswith(("```", "~~~")):
            _take_piece(number, content, lexicon, grouping)
        else:
            grouping.fence(labelled=bool(content.strip()))
        return
    if "[" not in text and "<" not in text:
        _take_piece(number, written, lexicon, grouping)
        return
    at = 0
    for mark in _MARK.finditer(written):
        words = mark.group(0).strip("[]<>/").lower().replace("_", " ").split()
        ends = "end" in words or mark.group(0)[1] == "/"
        if {"plan", "answer", "solution", "end"} & set(words):
            _take_piece(number, written[at : mark.start()], lexicon, grouping)
            if ends:
                grouping.close_marks()
            else:
                grouping.open_marks()
        elif "statement" in words or "query" in words:
            grouping.other_task()
        else:
            continue
        at = mark.end()
    _take_piece(number, written[at:], lexicon, grouping)


def _take_piece(number: int, written: str, lexicon: Lexicon, grouping: Grouping) -> None:
    if not written.strip() or grouping.over:
        return
    line = make_line(number, written)
    found = read_line(line, lexicon)
    if found.steps:
        grouping.steps(line, found)
        return
    if found.suspect:
        grouping.suspect(line, found.suspect)
        return
    passing = _in_passing(line, lexicon)
    if passing.steps:
        grouping.passing(passing)
    commented = line.text.startswith((";", "//"))
    if not commented and (line.body[:1].isalnum() or not is_structure(line.body)):
        grouping.prose(line)


def _in_passing(line: Line, lexicon: Lexicon) -> Found:
    """Read steps that are commented out, or stand in parentheses in a sentence."""
    if "(" not in line.body:
        return NOTHING
    if line.text.startswith((";", "//")):
        return read_formal(line.text.lstrip("; /"), lexicon)
    return read_embedded(line.body, lexicon)
