import contextlib
import time
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planners import plan as plans
from planners.errors import BoundReached, PlanSyntaxError
from planners.plan import MAX_CHARACTERS, Plan, Step, decimal, read_plan

TWO = Plan(steps=(Step(action="go", arguments=("a", "b")), Step(action="stop")))
NAMES = st.text(alphabet="abcxyz0189-_é", min_size=1, max_size=8)
ARGUMENTS = st.lists(NAMES, max_size=4).map(tuple)
TIMES = st.decimals(0, 10**6, places=3).map(Fraction)
STEPS = st.builds(Step, action=NAMES, arguments=ARGUMENTS, duration=st.none() | TIMES)
STAMPED = st.builds(
    Step, action=NAMES, arguments=ARGUMENTS, start=TIMES, duration=st.none() | TIMES
)
PLANS = st.one_of(
    st.lists(STEPS, max_size=6),
    st.lists(STAMPED, max_size=6).map(lambda steps: sorted(steps, key=lambda step: step.start)),
).map(lambda steps: Plan(steps=tuple(steps)))


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


def test_steps_of_one_time_stamp_are_all_kept_in_the_order_of_the_text():
    plan = read_plan("1: (c)\n0: (b)\n0.0: (a)\n1: (a)\n0: (d)\n")
    assert [(step.action, step.start) for step in plan.steps] == [
        ("b", Fraction(0)),
        ("a", Fraction(0)),
        ("d", Fraction(0)),
        ("c", Fraction(1)),
        ("a", Fraction(1)),
    ]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("(go a b)", "(go a b)\n"),
        ("0.10: (go a) [2.50]", "0.1: (go a) [2.5]\n"),
        ("3: (go)\n0.001: (wait) [0]", "0.001: (wait) [0]\n3: (go)\n"),
        ("(go) [1]", "(go) [1]\n"),
    ],
)
def test_stamps_and_durations_are_written_as_decimals_where_steps_have_them(text, written):
    assert str(read_plan(text)) == written


@pytest.mark.parametrize(
    ("value", "written"),
    [("0", "0"), ("-3", "-3"), ("1/8", "0.125"), ("-1/20", "-0.05"), ("300", "300")],
)
def test_a_decimal_is_written_exactly(value, written):
    assert decimal(Fraction(value)) == written


@pytest.mark.parametrize("value", ["1/3", "-7/60"])
def test_a_number_that_is_no_decimal_is_never_written_as_one(value):
    with pytest.raises(ValueError, match=f"{value} is not a decimal number"):
        str(Plan(steps=(Step(action="a", start=Fraction(value)),)))


@given(st.integers(), st.integers(0, 40), st.integers(0, 40))
def test_every_decimal_is_written_to_the_last_digit(numerator, twos, fives):
    value = Fraction(numerator, 2**twos * 5**fives)
    assert Fraction(decimal(value)) == value


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
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


@given(PLANS)
def test_a_plan_that_is_written_is_read_the_same(plan):
    assert read_plan(str(plan)) == plan


@given(PLANS)
def test_a_plan_is_read_alike_however_often_its_lines_were_read_before(plan):
    written = str(plan)
    for text in (written, written.replace("\n", "\r\n"), f"{written}\n\n", f"{written}; cost"):
        assert [read_plan(text) for _ in range(3)] == [plan] * 3


def test_lines_are_named_where_each_holds_one_step_that_was_read_before():
    text = "(lines a b)\n(LINES b)\n(lines a b) ; again\n"
    first, second = read_plan(text), read_plan(text)
    assert first.lines is None
    assert second.lines == ("(lines a b)", "(LINES b)", "(lines a b) ; again")
    assert (first, hash(first), repr(first)) == (second, hash(second), repr(second))
    assert replace(second, steps=second.steps[:1]).lines is None


@pytest.mark.parametrize(
    "text",
    ["0: (go)\n1: (stop)", "(go)(stop)\n(go)", "(go)\n\n(stop)", "; plan\n(go)", "", "\n"],
)
def test_lines_are_not_named_where_any_holds_more_or_less_than_a_step_without_a_stamp(text):
    assert [read_plan(text).lines for _ in range(3)] == [None] * 3


def test_a_stamp_that_only_some_steps_have_is_found_though_all_lines_were_read_before():
    for line in ("(go)", "1: (stop)"):
        read_plan(line)
        read_plan(line)
    with pytest.raises(PlanSyntaxError, match="line 2 is not a step"):
        read_plan("(go)\n1: (stop)")


def test_the_lines_that_are_remembered_are_bounded(monkeypatch):
    monkeypatch.setattr(plans, "_KEPT_LINES", 10)
    for number in range(100):
        text = f"(go a{number})\n(go b{number})\n(go a0)\n"
        read = [read_plan(text) for _ in range(3)]
        assert read[0] == read[1] == read[2]
        assert len(plans._LONE_STEPS) <= 11
        assert plans._kept_steps_of.cache_info().currsize <= 11


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


def test_a_line_is_read_alike_whether_it_is_kept_or_too_long_for_that():
    steps = "(go a b) (stop)"
    spaced = f"(GO{' ' * 300}a b) (stop)"
    assert read_plan(spaced) == read_plan(steps) == read_plan(steps) == TWO
    for text in (f"{steps} (", f"{spaced} ("):
        with pytest.raises(PlanSyntaxError):
            read_plan(f"{steps}\n{text}\n{steps}")
        assert read_plan(steps) == TWO


def test_a_line_too_long_to_be_kept_is_not_kept():
    long = f"(go{' ' * 300}a b)"
    assert read_plan(long).steps == TWO.steps[:1]
    assert long not in plans._LONE_STEPS
