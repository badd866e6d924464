"""Recorded answers of 16 models read and verified, against the verdicts recorded for them."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from app.evaluation.planbench import RESPONSES, rows, task_of
from app.modulo.attempt import Reading

DOCS = Path(__file__).resolve().parents[3] / "docs" / "reading.md"
WRONG_LABELS = "obfuscated_randomized_logistics"
PER_GROUP = 5


@dataclass(frozen=True)
class Answer:
    """A recorded answer, and what this reader and the verifier make of it."""

    row: dict[str, Any]
    reading: Reading
    valid: bool

    @property
    def recorded(self) -> bool:
        return bool(self.row["recorded_valid"])

    @property
    def checked(self) -> bool:
        return self.row["checker"] == "valid"

    @property
    def name(self) -> tuple[str, ...]:
        keys = ("set", "prompt", "shots", "model", "instance")
        return tuple(str(self.row[key]) for key in keys)


def answers_of(folder: Path) -> Iterator[dict[str, Any]]:
    for row in rows(folder / RESPONSES):
        # The labels of the unsolvable sets are no verdicts.
        if row["raw_response"] is not None and not row["set"].startswith("unsolvable"):
            yield row


def judge(row: dict[str, Any], folder: Path, planbench: ModuleType) -> Answer:
    task = task_of(folder, row["instance_set"], row["instance"])
    reading = planbench.read(row["raw_response"], task.domain, task.problem)
    valid = reading.plan is not None and planbench.judge(reading.plan, task.domain, task.problem)
    return Answer(row=row, reading=reading, valid=valid)


@pytest.fixture(scope="module")
def sample(shared_data: Path, planbench: ModuleType) -> list[Answer]:
    """Answers of every set, prompt and model, evenly spaced."""
    folder = shared_data / "planbench"
    groups: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    for row in answers_of(folder):
        groups[tuple(str(row[key]) for key in ("set", "prompt", "shots", "cot", "model"))].append(
            row
        )
    return [
        judge(row, folder, planbench)
        for group in groups.values()
        for row in group[:: max(1, len(group) // PER_GROUP)][:PER_GROUP]
    ]


@pytest.fixture(scope="module")
def everything(shared_data: Path, planbench: ModuleType) -> list[Answer]:
    folder = shared_data / "planbench"
    return [judge(row, folder, planbench) for row in answers_of(folder)]


def share(answers: list[Answer], *, against: str) -> float:
    return sum(each.valid == getattr(each, against) for each in answers) / len(answers)


def prompted(answers: list[Answer], prompt: str) -> list[Answer]:
    return [answer for answer in answers if answer.row["prompt"] == prompt]


def listed(heading: str) -> set[tuple[str, ...]]:
    """Read the table under a heading of docs/reading.md: its first five columns."""
    section = DOCS.read_text(encoding="utf-8").partition(f"### {heading}\n")[2].partition("\n#")[0]
    table = [line for line in section.splitlines() if line.startswith("| ")]
    cells = ([cell.strip() for cell in line.strip("|").split("|")] for line in table[1:])
    return {tuple(row[:5]) for row in cells if not row[0].startswith("-")}


def test_a_sample_of_answers_in_pddl_reaches_the_verdict_of_the_checker(sample: list[Answer]):
    answers = prompted(sample, "pddl")
    assert len(answers) >= 75
    wrong = {answer.name for answer in answers if answer.valid != answer.checked}
    assert wrong <= listed("Answers in PDDL")


def test_a_sample_of_answers_in_words_reaches_the_verdict_of_the_checker(sample: list[Answer]):
    answers = prompted(sample, "nl")
    assert len(answers) >= 450
    assert share(answers, against="checked") >= 0.97


@pytest.mark.sweep
def test_answers_in_pddl_reach_the_recorded_verdict(everything: list[Answer]):
    answers = prompted(everything, "pddl")
    sound = [answer for answer in answers if answer.row["set"] != WRONG_LABELS]
    assert len(answers) == 1860
    assert share(answers, against="checked") >= 0.995
    # The labels of that set are known to be wrong; see the README of the data.
    assert share(sound, against="recorded") >= 0.995


@pytest.mark.sweep
def test_every_difference_of_an_answer_in_pddl_is_listed(everything: list[Answer]):
    answers = prompted(everything, "pddl")
    found = {answer.name for answer in answers if answer.valid != answer.recorded}
    assert found == listed("Answers in PDDL")


@pytest.mark.sweep
def test_answers_in_words_reach_the_recorded_verdict(everything: list[Answer]):
    answers = prompted(everything, "nl")
    assert len(answers) == 14535
    assert share(answers, against="recorded") >= 0.98
    lost = {answer.name for answer in answers if answer.recorded and not answer.valid}
    assert lost == listed("Answers in words")


@pytest.mark.sweep
def test_no_answer_that_holds_a_valid_plan_is_said_to_claim_there_is_none(everything: list[Answer]):
    assert not any(answer.reading.claims_unsolvable and answer.recorded for answer in everything)
