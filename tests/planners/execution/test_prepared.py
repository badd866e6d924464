from fractions import Fraction

import pytest

from planners.condition import Literal
from planners.errors import BoundReached
from planners.execution.ground import Condition, Effects
from planners.execution.meter import Meter
from planners.execution.prepared import MAX_KEPT, PreparedTask, prepare
from planners.execution.state import State, Update
from planners.pddl import read_task
from planners.pddl.formula import Atom, Comparison, FunctionTerm, Not, Parameter, StepDuration
from planners.pddl.model import (
    AndEffect,
    AtomEffect,
    DurativeSchema,
    LiftedTask,
    NumericEffect,
)
from planners.plan import Step, read_plan
from planners.task import Task
from tests.planners.pddl.texts import yard

ROADS = Task(
    domain="""(define (domain roads) (:requirements :adl)
      (:predicates (road ?a ?b) (at ?a) (seen ?a))
      (:action go :parameters (?a ?b)
        :precondition (and (at ?a) (or (road ?a ?b) (road ?b ?a)))
        :effect (and (not (at ?a)) (at ?b)
          (forall (?c) (when (exists (?d) (and (road ?b ?d) (road ?d ?c))) (seen ?c))))))""",
    problem="""(define (problem q) (:domain roads) (:objects a b c d)
      (:init (at a) (road a b) (road b c) (road c d)) (:goal (seen d)))""",
)


def test_what_never_changes_is_settled_when_a_step_is_made():
    prepared = PreparedTask(read_task(ROADS))
    (there, nowhere), flaws = prepared.ground(read_plan("(go a b) (go a c)").steps, Meter())
    assert flaws == []
    assert there.condition == Condition(needs=frozenset({("at", "a")}))
    assert there.effects.adds == {("at", "b"), ("seen", "d")}
    assert there.effects.whens == ()
    assert nowhere.condition is None


def test_a_step_is_made_once_and_charged_each_time():
    prepared = PreparedTask(read_task(ROADS))
    steps = read_plan("(go a b)").steps
    first, again = Meter(), Meter()
    assert prepared.ground(steps, first)[0][0] is prepared.ground(steps, again)[0][0]
    assert first.spent == again.spent > 0


def test_the_goal_is_made_once_and_charged_each_time():
    prepared = PreparedTask(read_task(ROADS))
    first, again = Meter(), Meter()
    assert prepared.goal(first) is prepared.goal(again)
    assert first.spent == again.spent > 0


def test_a_meter_that_is_exhausted_leaves_nothing_half_made():
    prepared = PreparedTask(read_task(ROADS))
    steps = read_plan("(go a b)").steps
    with pytest.raises(BoundReached):
        prepared.ground(steps, Meter(limit=3))
    (step,), _ = prepared.ground(steps, Meter())
    assert step.effects.adds == {("at", "b"), ("seen", "d")}


def test_what_is_kept_of_a_task_is_bounded():
    names = [f"o{number}" for number in range(40)]
    task = Task(
        domain="""(define (domain d) (:predicates (p ?a ?b ?c))
          (:action a :parameters (?a ?b ?c) :effect (p ?a ?b ?c)))""",
        problem=f"(define (problem q) (:domain d) (:objects {' '.join(names)}) (:goal (and)))",
    )
    prepared = PreparedTask(read_task(task))
    made = 0
    for first in names:
        steps = [Step(action="a", arguments=(first, x, y)) for x in names for y in names]
        made += len(prepared.ground(tuple(steps), Meter())[0])
        kept = (step for steps in prepared._steps.values() for step in steps.values())
        assert sum(step.weight for step in kept) <= MAX_KEPT
        assert len(prepared.world.atoms) <= MAX_KEPT
    assert made == 40**3


def swift(prepared: PreparedTask, text: str):
    found = prepared.swift(read_plan(text))
    return None if found is None else list(found[0])


def test_steps_are_looked_up_where_they_and_the_goal_were_made_before():
    prepared = PreparedTask(read_task(ROADS))
    text = "(go a b)\n(go b c)\n(go a b)\n"
    read_plan(text)
    assert swift(prepared, text) is None
    made, _ = prepared.ground(read_plan(text).steps, Meter())
    assert swift(prepared, text) is None
    goal = prepared.goal(Meter())
    # First by names, then by lines; and of one line, of lines with two steps, and of none.
    for _ in range(2):
        assert prepared.swift(read_plan(text))[1] is goal
        assert swift(prepared, text) == [step.swift for step in made]
        assert swift(prepared, "(go b c)") == [made[1].swift]
        assert swift(prepared, "(go a b)(go b c)") == [made[0].swift, made[1].swift]
        assert swift(prepared, "") == []
    assert set(prepared._lines) == {"(go a b)", "(go b c)"}
    assert swift(prepared, f"{text}(go c d)") is None


def test_what_is_found_by_lines_is_dropped_with_the_steps(monkeypatch):
    prepared = PreparedTask(read_task(ROADS))
    prepared.goal(Meter())
    text = "(go a b)\n(go b c)\n"
    monkeypatch.setattr("planners.execution.prepared.MAX_KEPT", 60)
    expected = [step.swift for step in prepared.ground(read_plan(text).steps, Meter())[0]]
    found = []
    for number in range(60):
        prepared.ground(read_plan(text).steps, Meter())
        spaced = text.replace("a", "a" + " " * number)
        read_plan(spaced)
        found.append(swift(prepared, spaced))
        assert prepared._kept <= 60
        assert len(prepared._lines) <= 30
    assert all(each == expected for each in found if each is not None)
    assert any(each is not None for each in found)


def test_steps_are_counted_and_so_not_looked_up_where_one_is_big():
    names = " ".join(f"o{number}" for number in range(200))
    task = Task(
        domain="""(define (domain d) (:predicates (p ?a) (q))
          (:action all :effect (forall (?a) (p ?a))) (:action one :effect (q)))""",
        problem=f"(define (problem q) (:domain d) (:objects {names}) (:goal (and)))",
    )
    prepared = PreparedTask(read_task(task))
    prepared.goal(Meter())
    prepared.ground(read_plan("(one)").steps, Meter())
    assert swift(prepared, "(one)") is not None
    prepared.ground(read_plan("(all)").steps, Meter())
    assert swift(prepared, "(all)") is None
    assert swift(prepared, "(one)") is None


def test_a_step_too_big_to_be_kept_is_made_each_time():
    names = " ".join(f"o{number}" for number in range(250))
    task = Task(
        domain="""(define (domain d) (:predicates (p ?a ?b))
          (:action a :effect (forall (?a ?b) (p ?a ?b))))""",
        problem=f"(define (problem q) (:domain d) (:objects {names}) (:goal (and)))",
    )
    prepared = PreparedTask(read_task(task))
    steps = read_plan("(a)").steps
    first, again = Meter(), Meter()
    (one,), _ = prepared.ground(steps, first)
    (other,), _ = prepared.ground(steps, again)
    assert one == other
    assert one is not other
    assert first.spent == again.spent
    assert prepared.world.atoms == {}


def test_the_state_is_shown_sorted_with_what_never_changes():
    prepared = prepare(ROADS)
    assert prepared.literals(State({("at", "b"), ("seen", "a")}, {})) == (
        Literal("at", ("b",)),
        Literal("road", ("a", "b")),
        Literal("road", ("b", "c")),
        Literal("road", ("c", "d")),
        Literal("seen", ("a",)),
    )


def test_a_task_is_made_ready_once():
    assert prepare(yard()) is prepare(yard())


TRIPS = LiftedTask(
    domain_name="trips",
    problem_name="p",
    types={"object": ()},
    objects={"a": ("object",)},
    predicates={"here": (Parameter("?x"),), "busy": ()},
    functions={"fuel": ()},
    actions={},
    durative_actions={
        "go": DurativeSchema(
            name="go",
            parameters=(Parameter("?x"),),
            bounds=(),
            at_start=Atom("here", ("?x",)),
            over_all=Not(Atom("busy")),
            at_end=Comparison(">=", FunctionTerm("fuel"), StepDuration()),
            start_effect=AtomEffect(Atom("busy"), positive=False),
            end_effect=AndEffect(
                (
                    AtomEffect(Atom("here", ("?x",))),
                    NumericEffect("decrease", FunctionTerm("fuel"), StepDuration()),
                )
            ),
        )
    },
    init=frozenset({Literal("here", ("a",))}),
    init_values={FunctionTerm("fuel"): Fraction(10)},
    goal=Atom("here", ("a",)),
)


def test_each_part_of_a_durative_action_is_made_ground_on_its_own():
    prepared = PreparedTask(TRIPS)
    start, between, end = (
        prepared.ground_part(("go", part), ("a",), Fraction(7, 2), Meter())
        for part in ("start", "over all", "end")
    )
    assert start.condition == Condition(needs=frozenset({("here", "a")}))
    assert start.effects == Effects(deletes=frozenset({("busy",)}))
    assert between.condition == Condition(bans=frozenset({("busy",)}))
    assert between.effects == Effects()
    state = prepared.start(Meter())
    assert end.condition is not None
    assert end.condition.holds(state)
    assert end.effects.in_state(state) == Update(
        {("here", "a")}, set(), {("fuel",): Fraction(13, 2)}
    )


def test_parts_of_other_durations_are_never_mixed_up():
    prepared = PreparedTask(TRIPS)
    state = prepared.start(Meter())
    for duration, left in ((Fraction(3), 7), (Fraction(10), 0), (Fraction(3), 7)):
        part = prepared.ground_part(("go", "end"), ("a",), duration, Meter())
        assert part.condition.holds(state)
        assert part.effects.in_state(state).numbers == {("fuel",): left}
    long = prepared.ground_part(("go", "end"), ("a",), Fraction(21, 2), Meter())
    assert not long.condition.holds(state)


def test_a_part_is_made_once_and_charged_each_time():
    prepared = PreparedTask(TRIPS)
    first, again = Meter(), Meter()
    one = prepared.ground_part(("go", "end"), ("a",), Fraction(3), first)
    assert prepared.ground_part(("go", "end"), ("a",), Fraction(3), again) is one
    assert first.spent == again.spent > 0


def test_what_conditions_and_effects_read_is_named():
    part = PreparedTask(TRIPS).ground_part(("go", "end"), ("a",), Fraction(3), Meter())
    assert part.condition.reads() == {("fuel",)}
    assert part.effects.reads() == set()
    conditional = Effects(whens=((part.condition, part.effects),))
    assert conditional.reads() == {("fuel",)}
    assert list(conditional.parts()) == [conditional, part.effects]
