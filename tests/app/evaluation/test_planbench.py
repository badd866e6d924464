"""PlanBench's data, read: plans with their verdicts, and faults with their place."""

import gzip

import pytest

from app.evaluation.errors import BrokenDataSet
from app.evaluation.planbench import response_plans, task_of, transcript_plans
from planners import Plan
from planners.pddl import read_task
from tests.app.evaluation.recordings import response, write_data


def test_plans_of_answers_and_of_transcripts_are_read(planbench):
    answers = list(response_plans(planbench))
    assert [(each.instance, each.shots, each.round) for each in answers] == [
        (str(number), shots, None) for number in (1, 2, 3) for shots in (1, 0)
    ]
    (told,) = transcript_plans(planbench)
    # The reply before it held no plan.
    assert (told.model, told.round, told.plan) == ("teller", 2, answers[0].plan)


def test_a_task_is_read_with_the_domain_of_its_set(planbench):
    assert len(read_task(task_of(planbench, "blocksworld", "2")).objects) == 4
    with pytest.raises(FileNotFoundError):
        task_of(planbench, "blocksworld", "9")


def test_an_answer_without_a_plan_is_an_empty_plan_and_without_extraction_none(tmp_path):
    nothing = response(1, [], checker="no_plan")
    unknown = response(2, None)
    write_data(tmp_path, [nothing, unknown], [])
    assert [(each.instance, each.plan) for each in response_plans(tmp_path)] == [
        ("1", Plan(steps=()))
    ]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("junk", "line 1 is no JSON"),
        ("[]", "line 1 is no JSON object"),
        ('{"extracted_plan": []}', "no 'set'"),
    ],
    ids=["junk", "a list", "a field is missing"],
)
def test_broken_data_are_refused_with_file_and_reason(tmp_path, line, reason):
    with gzip.open(tmp_path / "responses.jsonl.gz", "wt") as lines:
        lines.write(line + "\n")
    with pytest.raises(BrokenDataSet, match=r"responses\.jsonl\.gz") as refused:
        list(response_plans(tmp_path))
    assert reason in str(refused.value)


def test_a_recorded_plan_that_cannot_be_read_is_a_fault_of_the_data(tmp_path):
    write_data(tmp_path, [response(1, ["(stack"])], [])
    with pytest.raises(BrokenDataSet, match="cannot be read"):
        list(response_plans(tmp_path))
