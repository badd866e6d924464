"""Cases: recorded plans that are flawed or right, as asked for, and generated ones made wrong."""

import pytest

from app.evaluation.cases import CORRECT, MODEL, SHARES, cases_of, is_flawed
from app.evaluation.errors import UnknownSet
from tests.app.evaluation.recordings import SET, response, steps_of, write_data


@pytest.mark.parametrize("flawed", [True, False], ids=["flawed", "right"])
def test_recorded_cases_hold_plans_that_are_as_asked_for(planbench, flawed):
    cases = list(cases_of([SET], data=planbench, tasks=10, flawed=flawed))
    assert [case.name for case in cases] == ["1", "2", "3"]
    for case in cases:
        assert case.starts == {MODEL: case.plan}
        assert is_flawed(case.task, case.plan) is flawed
        assert case.flawed is flawed


def test_the_verifier_and_not_the_record_says_what_is_flawed(planbench):
    (right,) = cases_of([SET], data=planbench, tasks=1, flawed=False)
    called_wrong = response(1, steps_of(right.plan), checker="goal")
    write_data(planbench, [called_wrong], [])
    assert list(cases_of([SET], data=planbench, tasks=10)) == []
    assert len(list(cases_of([SET], data=planbench, tasks=10, flawed=False))) == 1


def test_of_several_answers_the_one_with_an_example_in_words_is_taken(planbench):
    one, other = ["(pick-up b1)"], ["(pick-up b2)"]
    rows = [response(1, other, prompt="pddl"), response(1, one), response(1, other, shots=0)]
    write_data(planbench, rows, [])
    (case,) = cases_of([SET], data=planbench, tasks=10)
    assert steps_of(case.plan) == one
    assert case.source == "nl, 1 shots"


def test_a_set_can_be_narrowed_to_a_prompt(planbench):
    rows = [response(1, ["(pick-up b1)"], prompt="pddl", shots=0), response(1, ["(pick-up b2)"])]
    write_data(planbench, rows, [])
    (case,) = cases_of([f"{SET}/pddl-0"], data=planbench, tasks=10)
    assert (steps_of(case.plan), case.source) == (["(pick-up b1)"], "pddl, 0 shots")


def test_replies_to_feedback_and_answers_without_a_plan_are_no_cases(planbench):
    told = {"checker": "goal", "failing_step": None, "plan": ["(pick-up b1)"]}
    advised = response(1, None) | {"rounds": [{"plan": None}, told]}
    write_data(planbench, [response(2, [], checker="no_plan")], [advised])
    with pytest.raises(UnknownSet):
        list(cases_of([SET], data=planbench, tasks=10))


def test_no_more_tasks_are_taken_than_asked_for(planbench):
    assert len(list(cases_of([SET], data=planbench, tasks=2))) == 2


@pytest.mark.parametrize("name", ["larger/blocksworld", "larger/logistics"])
def test_larger_cases_have_a_right_plan_and_wrong_ones_of_every_kind(name):
    for case in cases_of([name], data=None, tasks=3):
        assert set(case.starts) == {CORRECT, *SHARES}
        assert not is_flawed(case.task, case.starts[CORRECT])
        assert all(is_flawed(case.task, case.starts[corruption]) for corruption in SHARES)
        assert 40 <= len(case.plan.steps) <= 160


def test_larger_cases_are_the_same_each_time():
    first, again = (list(cases_of(["larger/blocksworld"], data=None, tasks=2)) for _ in range(2))
    assert first == again


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("blocksworld/nobody", f"{SET}"),
        ("larger/sokoban", "larger/logistics"),
        ("nonsense", "larger/logistics"),
    ],
)
def test_an_unknown_set_is_refused_with_the_names_that_there_are(planbench, name, reason):
    with pytest.raises(UnknownSet) as refused:
        list(cases_of([name], data=planbench, tasks=1))
    assert reason in str(refused.value)


def test_recorded_sets_need_the_folder_of_the_data():
    with pytest.raises(UnknownSet, match="--data"):
        list(cases_of([SET], data=None, tasks=1))
