"""Journals: what was written down is there again, also after a run that was killed."""

import pytest

from app.evaluation.errors import BrokenJournal
from app.evaluation.journal import Journal

KEY = ("task", "seed")


def test_rows_are_known_again_when_the_file_is_opened_anew(tmp_path):
    file = tmp_path / "made" / "runs.jsonl"
    Journal(file, KEY).add({"task": "a", "seed": 1, "flips": 7})
    again = Journal(file, KEY)
    assert ("a", 1) in again
    assert ("a", 2) not in again
    assert again["a", 1]["flips"] == 7
    assert len(again) == 1


def test_a_line_that_was_cut_off_is_taken_away_and_the_rest_is_kept(tmp_path):
    file = tmp_path / "runs.jsonl"
    first = Journal(file, KEY)
    first.add({"task": "a", "seed": 1})
    with file.open("a") as lines:
        lines.write('{"task": "b", "se')
    again = Journal(file, KEY)
    again.add({"task": "c", "seed": 1})
    assert [line[:13] for line in file.read_text().splitlines()] == [
        '{"task": "a",',
        '{"task": "c",',
    ]
    assert len(Journal(file, KEY)) == 2


@pytest.mark.parametrize(
    ("line", "reason"),
    [("junk", "no JSON"), ("[1]", "no JSON object"), ('{"task": "a"}', "'seed'")],
    ids=["junk", "a list", "a field is missing"],
)
def test_what_is_no_journal_is_refused_with_the_line(tmp_path, line, reason):
    file = tmp_path / "runs.jsonl"
    file.write_text(f'{{"task": "a", "seed": 1}}\n{line}\n')
    with pytest.raises(BrokenJournal, match="line 2") as refused:
        Journal(file, KEY)
    assert reason in str(refused.value)
    assert "move it away" in str(refused.value)
