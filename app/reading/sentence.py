"""One line, or one text of a JSON list, read in whichever notation it is in."""

from app.reading.formal import read_embedded, read_formal
from app.reading.found import NOTHING, Found
from app.reading.lexicon import Lexicon
from app.reading.lines import MAX_LABEL, Line, cells, make_line, strip_label
from app.reading.spoken import read_spoken


def read_line(line: Line, lexicon: Lexicon) -> Found:
    """Read what a line holds: steps, or something like one, or nothing of the kind."""
    if not line.body or line.body[0] == ";":
        return NOTHING
    if line.text[0] == "|":
        return _read_row(line, lexicon)
    return _read(line.body, lexicon, listed=line.listed)


def read_phrase(text: str, lexicon: Lexicon) -> Found:
    """Read a text of a JSON list, which may bear the marks of a list of its own."""
    line = make_line(0, text)
    return _read(line.body, lexicon, listed=True) if line.body else NOTHING


def _read(body: str, lexicon: Lexicon, *, listed: bool) -> Found:
    first = NOTHING
    for _ in range(3):
        found = read_formal(body, lexicon) if "(" in body else NOTHING
        if not found.steps and not found.suspect:
            found = read_spoken(body, lexicon)
        if found.steps:
            return found
        first = first if first.suspect else found
        unlabelled = strip_label(body)
        if unlabelled is None and found.suspect and ":" in body[:MAX_LABEL]:
            # `stack R B: stack the red block onto the blue block` explains its own shorthand.
            unlabelled = body.partition(":")[2].strip()
        if not unlabelled:
            break
        body, listed = unlabelled, True
    if listed and "(" in body:
        embedded = read_embedded(body, lexicon)
        if embedded.steps:
            return embedded
    return first


def _read_row(line: Line, lexicon: Lexicon) -> Found:
    """Read a row of a table: a step in one cell, or its name and arguments in several."""
    contents = list(cells(line.text))
    for content in contents:
        found = _read(content, lexicon, listed=False)
        if found.steps:
            return found
    found = read_spoken(" ".join(contents), lexicon)
    return found if found.steps else NOTHING
