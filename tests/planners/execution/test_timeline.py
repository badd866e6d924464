from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planners import (
    Cause,
    ConflictingEffects,
    Inequality,
    Interference,
    Invalid,
    Literal,
    Plan,
    Step,
    Task,
    UnknownAction,
    UnsatisfiedGoal,
    UnsatisfiedPrecondition,
    Valid,
    WrongDuration,
    WrongTime,
    read_plan,
    verify,
)
from tests.planners.execution.lights import DOMAIN, SWITCHES, lights


def judged(plan: str, task: Task | None = None) -> Valid | Invalid:
    return verify(task or lights(), read_plan(plan))


def flaw(plan: str, task: Task | None = None) -> object:
    verdict = judged(plan, task)
    assert isinstance(verdict, Invalid)
    return verdict.flaw


def test_a_temporal_plan_is_valid_with_its_makespan_and_the_tolerance():
    verdict = judged("2: (light) [5]", lights("(= (burnt) 5)"))
    tolerance = Fraction(1, 1000)
    assert verdict == Valid(cost=Fraction(1), steps=1, makespan=Fraction(7), tolerance=tolerance)


def test_what_holds_over_all_need_not_hold_before_the_start_nor_behind_the_end():
    assert isinstance(judged("1: (light) [5]"), Valid)


def test_what_has_to_hold_over_all_is_looked_at_behind_each_instant_between():
    found = flaw("0: (light) [5]\n1: (ring)\n2: (blow)")
    assert isinstance(found, UnsatisfiedPrecondition)
    assert (found.index, found.phase, found.time) == (0, "over all", Fraction(2))
    cause = Cause(
        literal=Literal("lit"),
        undone_by=2,
        step=Step(action="blow", start=Fraction(2)),
        producers=("light",),
    )
    assert (found.unmet, found.causes) == ((Literal("lit"),), (cause,))


def test_what_has_to_hold_at_the_end_is_read_just_before_it():
    found = flaw("0: (listen) [2]\n3: (ring)")
    assert isinstance(found, UnsatisfiedPrecondition)
    assert (found.index, found.phase, found.time) == (0, "end", Fraction(2))
    assert isinstance(judged("0: (listen) [2]\n1: (ring)"), Valid)


def test_the_end_of_one_step_and_the_start_of_the_next_must_not_fall_together():
    found = flaw("0: (light) [5]\n5: (light) [5]")
    assert isinstance(found, UnsatisfiedPrecondition)
    assert isinstance(judged("0: (light) [5]\n5.001: (light) [5]"), Valid)


@pytest.mark.parametrize("gap", ["0", "0.00005", "0.0001"])
def test_steps_up_to_a_tenth_of_the_tolerance_apart_must_not_interfere(gap):
    later = Fraction(1) + Fraction(gap)
    steps = (Step(action="ring", start=Fraction(1)), Step(action="hush", start=later))
    found = verify(lights(init="(rung)"), Plan(steps=steps)).flaw
    assert found == Interference(
        index=1, step=steps[1], other=0, other_step=steps[0], term="(rung)", time=later
    )


def test_steps_further_apart_follow_each_other():
    assert isinstance(judged("1: (ring)\n1.0002: (hush)"), Valid)


def test_the_tolerance_can_be_said():
    plan = read_plan("1: (ring)\n1.05: (hush)")
    assert isinstance(verify(lights(), plan), Valid)
    task = lights(init="(rung)")
    assert isinstance(verify(task, plan, tolerance=Fraction(1)).flaw, Interference)
    near = read_plan("0: (light) [5.5]")
    assert isinstance(verify(lights(), near).flaw, WrongDuration)
    assert isinstance(verify(lights(), near, tolerance=Fraction(1)), Valid)


def test_all_of_one_instant_reads_the_state_before_it():
    found = flaw("1: (ring)\n1: (hush)")
    assert isinstance(found, UnsatisfiedPrecondition)
    assert (found.index, found.unmet) == (1, (Literal("rung"),))


def test_rises_of_one_instant_add_up():
    assert isinstance(judged("1: (ring)\n1: (ring)\n1: (ring)", lights("(= (rings) 3)")), Valid)


def test_two_of_one_instant_must_not_give_a_number_two_ways():
    found = flaw("1: (ring)\n1: (count)")
    assert isinstance(found, Interference)
    assert found.term == "(rings)"


def test_a_wrong_duration_is_told_with_its_bound_and_the_values():
    bound = Inequality("(= ?duration 5)", Fraction(4), Fraction(5))
    step = Step(action="light", start=Fraction(0), duration=Fraction(4))
    wrong = WrongDuration(index=0, step=step, found=Fraction(4), expected=(bound,))
    assert flaw("0: (light) [4]") == wrong


def test_a_bound_at_the_end_is_computed_there():
    assert isinstance(judged("0: (listen) [5]\n1: (ring)\n2: (stretch)"), Valid)
    found = flaw("0: (listen) [5]\n1: (ring)\n7: (stretch)")
    assert isinstance(found, WrongDuration)
    assert found.expected == (Inequality("(<= ?duration (span))", Fraction(5), Fraction(3)),)


def test_the_duration_in_the_plan_counts_even_where_it_misses_its_bound_a_little():
    assert isinstance(judged("0: (light) [5.0004]", lights("(= (burnt) 5.0004)")), Valid)


def test_a_durative_step_without_a_duration_is_told_its_bounds():
    bound = Inequality("(= ?duration 5)", None, Fraction(5))
    step = Step(action="light", start=Fraction(0))
    assert flaw("0: (light)") == WrongDuration(index=0, step=step, found=None, expected=(bound,))


def test_a_step_that_takes_no_time_may_be_given_none_worth_speaking_of():
    assert isinstance(judged("0: (ring) [0.001]"), Valid)
    step = Step(action="ring", start=Fraction(0), duration=Fraction(1))
    wrong = WrongDuration(index=0, step=step, found=Fraction(1), expected=())
    assert flaw("0: (ring) [1]") == wrong


def test_a_temporal_task_asks_for_time_stamps():
    found = flaw("(ring) (light)")
    assert isinstance(found, WrongTime)
    assert (found.index, found.step) == (0, Step(action="ring"))


def test_a_step_that_does_not_fit_the_task_is_told_before_anything_happens():
    verdict = judged("0: (light) [5]\n1: (shout)")
    assert isinstance(verdict, Invalid)
    assert isinstance(verdict.flaw, UnknownAction)
    assert (verdict.executed, verdict.state) == (0, (Literal("match"),))


def test_a_step_whose_ends_fall_together_must_not_interfere_with_itself():
    anytime = DOMAIN.replace("(= ?duration 5)", "()")
    task = Task(domain=anytime, problem=lights(init="(lit)").problem)
    found = verify(task, read_plan("1: (light) [0]")).flaw
    assert isinstance(found, WrongTime)
    assert "its start and its end" in found.reason


def test_a_fault_in_an_effect_names_its_step():
    domain = DOMAIN.replace("(assign (rings) 7)", "(and (assign (rings) 7) (assign (rings) 8))")
    task = Task(domain=domain, problem=lights().problem)
    found = verify(task, read_plan("1: (count)")).flaw
    assert found == ConflictingEffects(
        index=0, step=Step(action="count", start=Fraction(1)), term="(rings)"
    )


def test_what_the_task_states_happens_whatever_the_plan_does():
    task = lights("(day)", init="(at 5 (day)) (at 6 (not (match)))")
    assert isinstance(judged("", task), Valid)
    found = flaw("7: (light) [5]", task)
    assert isinstance(found, UnsatisfiedPrecondition)
    assert found.causes == (Cause(literal=Literal("match"), producers=("light",)),)


def test_what_the_task_states_behind_the_last_step_can_undo_the_goal():
    found = flaw("1: (ring)", lights("(rung)", init="(at 9 (not (rung)))"))
    assert isinstance(found, UnsatisfiedGoal)
    assert isinstance(judged("10: (ring)", lights("(rung)", init="(at 9 (not (rung)))")), Valid)


def test_a_step_must_not_touch_what_the_task_changes_at_that_time():
    found = flaw("9: (hush)", lights(init="(rung) (at 9 (not (rung)))"))
    assert isinstance(found, WrongTime)
    assert "(rung)" in found.reason


def test_the_metric_looks_at_the_numbers_behind_the_last_step():
    metric = "(:metric minimize (+ (rings) total-time))"
    verdict = judged("4: (ring)", lights(init="(at 9 (= (rings) 50))", more=metric))
    assert isinstance(verdict, Valid)
    assert (verdict.cost, verdict.makespan) == (Fraction(5), Fraction(4))


def test_steps_of_one_stamp_are_no_sequence_in_a_task_without_time():
    verdict = judged("1: (flip a)\n1: (cut)", SWITCHES)
    assert isinstance(verdict, Invalid)
    assert isinstance(verdict.flaw, Interference)
    assert isinstance(judged("1: (cut)\n2: (flip a)\n3: (flip b)", SWITCHES), Valid)


def test_steps_of_one_stamp_that_do_not_interfere_are_joint():
    verdict = judged("1: (flip a)\n2: (cut)\n2: (cut)\n2: (cut)", SWITCHES)
    assert isinstance(verdict, Invalid)
    assert isinstance(verdict.flaw, UnsatisfiedGoal)
    assert (verdict.executed, verdict.flaw.index) == (4, 4)


LETTERS = st.sampled_from(["ring", "hush", "blow", "count", "stretch", "light", "listen"])
moments = st.sampled_from([Fraction(n, 4) for n in range(40)])


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    steps = []
    for _ in range(draw(st.integers(0, 6))):
        action = draw(LETTERS)
        durations = {"light": [5, 4], "listen": [1, 3, 8]}.get(action)
        duration = Fraction(draw(st.sampled_from(durations))) if durations else None
        steps.append(Step(action=action, start=draw(moments), duration=duration))
    return Plan(steps=tuple(sorted(steps, key=lambda step: step.start)))


def told(verdict):
    """Leave out what moves along with a plan: its times."""
    if isinstance(verdict, Valid):
        return "valid", verdict.cost
    return type(verdict.flaw), verdict.flaw.index, verdict.executed, verdict.state


@settings(max_examples=60, deadline=None)
@given(plans(), moments)
def test_a_whole_plan_may_be_put_off_where_the_task_states_nothing_for_a_time(plan, later):
    task = lights("(rung)")
    moved = Plan(
        steps=tuple(
            Step(action=step.action, start=step.start + later, duration=step.duration)
            for step in plan.steps
        )
    )
    assert told(verify(task, moved)) == told(verify(task, plan))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(["flip a", "flip b", "cut"]), max_size=6))
def test_steps_one_after_the_other_are_judged_as_the_sequence_they_are(names):
    stamped = "".join(f"{place}: ({name})\n" for place, name in enumerate(names))
    sequence = judged(" ".join(f"({name})" for name in names), SWITCHES)
    untimed = Task(
        domain=SWITCHES.domain,
        problem=SWITCHES.problem.replace(
            "(:constraints (and", "(:constraints (and (preference late (hold-after 99 (dark)))"
        ),
    )
    # The preference on times makes the other way of executing take the plan.
    timed = judged(stamped, untimed)
    assert told(timed)[:2] == told(sequence)[:2]


@settings(max_examples=60, deadline=None)
@given(plans(), st.randoms())
def test_the_order_in_which_steps_of_one_stamp_are_written_does_not_decide(plan, random):
    mixed = list(plan.steps)
    random.shuffle(mixed)
    mixed.sort(key=lambda step: step.start)
    first, second = (
        verify(lights("(rung)"), Plan(steps=tuple(each))) for each in (plan.steps, mixed)
    )
    assert isinstance(first, Valid) is isinstance(second, Valid)
