import contextlib
import time
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planners.errors import BoundReached, PlanSyntaxError
from planners.plan import MAX_CHARACTERS, Plan, Step, read_plan

TWO = Plan(steps=(Step(action="go", arguments=("a", "b")), Step(action="stop")))
NAMES = st.text(alphabet="abcxyz0189-_é", min_size=1, max_size=8)
STEPS = st.builds(Step, action=NAMES, arguments=st.lists(NAMES, max_size=4).map(tuple))


@pytest.mark.parametrize(
    "text",
    [
        "(go a b)\n(stop)\n",
        "(go a b)\n(stop)",
        "(GO A B)(Stop)",
        "; plan\n\n(go a b) ; first\n(stop)\n; cost = 2 (unit cost)\n",
        "\t( go  a\tb ) \r\n (stop)\r\n",
        "(go a b)\r(stop)",
    ],
)
def test_a_plan_is_read_whatever_its_spacing_case_and_comments(text):
    assert read_plan(text) == TWO


@pytest.mark.parametrize("text", ["", "\n\n", "; nothing", "  ;(go a b)"])
def test_a_text_without_steps_is_the_empty_plan(text):
    assert read_plan(text) == Plan(steps=())


def test_time_stamps_and_durations_are_read_exactly():
    plan = read_plan("0.001: (go a b) [1.0]\n1.1 : (stop)\n")
    assert plan.steps == (
        Step(action="go", arguments=("a", "b"), start=Fraction(1, 1000), duration=Fraction(1)),
        Step(action="stop", start=Fraction(11, 10)),
    )


def test_time_stamps_sort_the_plan():
    plan = read_plan("2: (c)\n10: (d)\n0.5: (a)\n1: (b)\n")
    assert [step.action for step in plan.steps] == ["a", "b", "c", "d"]


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("0: (a)\n0.0: (b)\n", 2, "two steps of one time stamp"),
        ("0: (a)\n(b)\n", 2, "all steps have a time stamp or none has"),
        ("(a)\n1: (b)\n", 2, "all steps have a time stamp or none has"),
        ("(a)\n()\n", 2, ""),
        ("(a)\n\n(b\n", 3, ""),
        ("((a))", 1, ""),
        ("(a))", 1, ""),
        ("a b", 1, ""),
        ("1. (a)", 1, ""),
        ("Here is the plan:\n(a)", 1, ""),
        ("(a)\nThis plan achieves the goal.", 2, ""),
        ("```\n(a)\n```", 1, ""),
        ('["(a)"]', 1, ""),
        ("(a ?x)", 1, ""),
        ("(a) [", 1, ""),
        ("(a) [1] [2]", 1, ""),
        (": (a)", 1, ""),
        ("-1: (a)", 1, ""),
        ("1e9: (a)", 1, ""),
        (f"{'9' * 200}: (a)", 1, "digits"),
        ("(a)(b", 1, ""),
        ("(a\nb)", 1, ""),
    ],
)
def test_what_is_no_step_is_refused_with_its_line(text, line, reason):
    with pytest.raises(PlanSyntaxError) as caught:
        read_plan(text)
    assert caught.value.line == line
    assert caught.value.found == text.split("\n")[line - 1]
    assert reason in caught.value.reason
    assert f"line {line} is not a step" in str(caught.value)


@given(st.lists(STEPS, max_size=6).map(lambda steps: Plan(steps=tuple(steps))))
def test_a_plan_that_is_written_is_read_the_same(plan):
    assert read_plan(str(plan)) == plan


@given(st.text(alphabet="() ab;:.01[]?\n-", max_size=80))
def test_any_text_is_a_plan_or_refused(text):
    with contextlib.suppress(PlanSyntaxError):
        assert len(read_plan(text).steps) <= text.count("(")


@pytest.mark.parametrize(
    "text",
    ["(" * 4_000_000, " " * 4_000_000 + "x", "(a" + " " * 4_000_000, "1" * 4_000_000],
    ids=range(4),
)
def test_a_hostile_text_is_refused_in_linear_time(text):
    before = time.process_time()
    with pytest.raises(PlanSyntaxError) as caught:
        read_plan(text)
    assert time.process_time() - before < 5
    assert len(str(caught.value)) < 1_000


def test_a_text_past_the_bound_is_refused():
    with pytest.raises(BoundReached, match="characters"):
        read_plan(" " * (MAX_CHARACTERS + 1))
