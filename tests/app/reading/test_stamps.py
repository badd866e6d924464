from fractions import Fraction

from app.reading import Lexicon, read_answer

LEXICON = Lexicon(actions={"open": 1, "close": 1}, objects=["door", "gate"])


def steps_of(text: str) -> list[str]:
    plan = read_answer(text, LEXICON).plan
    assert plan is not None
    return [str(step) for step in plan.steps]


def test_stamps_sort_the_steps():
    assert steps_of("2.0: (close door)\n1.0: (open door)\n") == ["(open door)", "(close door)"]


def test_steps_without_stamps_stay_as_written():
    assert steps_of("(close door)\n(open door)\n") == ["(close door)", "(open door)"]


def test_two_steps_of_one_stamp_stay_parallel_and_are_never_read_as_a_sequence():
    reading = read_answer("1.000: (close door)\n0.000: (open door)\n0.000: (open gate)\n", LEXICON)
    assert reading.plan is not None
    assert [(str(step), step.start) for step in reading.plan.steps] == [
        ("(open door)", Fraction(0)),
        ("(open gate)", Fraction(0)),
        ("(close door)", Fraction(1)),
    ]
    assert reading.unread == ()


def test_stamps_that_only_some_steps_have_are_passed_over_and_told():
    reading = read_answer("1.5: (open door)\n1.5: (open gate)\n(close door)\n", LEXICON)
    assert reading.plan is not None
    assert [(str(step), step.start) for step in reading.plan.steps] == [
        ("(open door)", None),
        ("(open gate)", None),
        ("(close door)", None),
    ]
    (note,) = reading.unread
    assert (note.line, note.text) == (3, "(close door)")
    assert "no time stamp" in note.reason


def test_whole_numbers_that_steps_share_are_stamps_too():
    reading = read_answer("0: (open door)\n0: (open gate)\n1: (close door)\n", LEXICON)
    assert reading.plan is not None
    assert [step.start for step in reading.plan.steps] == [0, 0, 1]


def test_whole_numbers_that_differ_number_the_steps_and_are_dropped():
    reading = read_answer("1: (open door)\n2: (close door)\n", LEXICON)
    assert reading.plan is not None
    assert [(str(step), step.start) for step in reading.plan.steps] == [
        ("(open door)", None),
        ("(close door)", None),
    ]


def test_where_plans_have_times_whole_numbers_are_times():
    temporal = Lexicon(actions={"open": 1, "close": 1}, objects=["door"], temporal=True)
    reading = read_answer("1: (open door)\n2: (close door)\n", temporal)
    assert reading.plan is not None
    assert [step.start for step in reading.plan.steps] == [1, 2]


def test_times_of_steps_with_durations_may_go_down():
    reading = read_answer("2: (close door) [1]\n0: (open door) [2]\n", LEXICON)
    assert reading.plan is not None
    assert [(step.action, step.start, step.duration) for step in reading.plan.steps] == [
        ("open", 0, 2),
        ("close", 2, 1),
    ]


def test_a_plan_in_parentheses_of_its_own_is_read_from_its_first_step_on():
    assert steps_of("((open door)\n(open gate)\n(close door)\n)\n") == [
        "(open door)",
        "(open gate)",
        "(close door)",
    ]
