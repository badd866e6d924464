from fractions import Fraction

import pytest

from planners.errors import TaskSemanticError, TaskSyntaxError, UnsupportedTask
from planners.pddl import read_task
from planners.pddl.formula import (
    And,
    Arithmetic,
    Atom,
    Forall,
    FunctionTerm,
    Imply,
    Not,
    Parameter,
    StepDuration,
    Violations,
)
from planners.pddl.model import (
    AndEffect,
    AtomEffect,
    DurationBound,
    DurativeSchema,
    ForallEffect,
    Metric,
    NumericEffect,
    StepPreference,
    When,
)
from planners.pddl.writing import write_task
from planners.task import Task
from tests.planners.pddl.texts import MOVE, read_yard, yard

FUNCTIONS = "(:functions (size ?c - crate) (load) - number)\n"
FREE, MARKED, AT = Atom("free"), Atom("marked", ("?c",)), Atom("at", ("?c", "?p"))
SIZE = FunctionTerm("size", ("?c",))
CRATE = (Parameter("?k", ("crate",)),)
AT_K = Atom("at", ("?k", "?p"))


def lift(parts: str) -> str:
    return FUNCTIONS + f"(:durative-action lift :parameters (?c - heavy ?p - place) {parts})"


def read_lift(parts: str) -> DurativeSchema:
    return read_yard(lift(parts)).durative_actions["lift"]


def test_a_durative_action_is_read_into_its_parts():
    schema = read_lift(
        """:duration (= ?duration 5)
        :condition (and (at start (at ?c ?p)) (over all (free)) (at end (marked ?c)))
        :effect (and (at start (not (at ?c ?p))) (at end (at ?c ?p)) (at end (free)))"""
    )
    assert schema == DurativeSchema(
        name="lift",
        parameters=(Parameter("?c", ("heavy",)), Parameter("?p", ("place",))),
        bounds=(DurationBound("=", Fraction(5)),),
        at_start=AT,
        over_all=FREE,
        at_end=MARKED,
        start_effect=AtomEffect(AT, positive=False),
        end_effect=AndEffect((AtomEffect(AT), AtomEffect(FREE))),
    )


def test_a_durative_action_may_lack_all_its_parts():
    task = read_yard("(:durative-action wait)")
    assert task.durative_actions["wait"] == DurativeSchema(
        name="wait",
        parameters=(),
        bounds=(),
        at_start=And(),
        over_all=And(),
        at_end=And(),
        start_effect=AndEffect(),
        end_effect=AndEffect(),
    )
    assert task.temporal
    assert "`wait` says nothing of its duration" in " ".join(map(str, task.warnings))


@pytest.mark.parametrize(
    ("written", "bounds"),
    [
        ("()", ()),
        ("(and)", ()),
        ("(= ?duration 2.5)", (DurationBound("=", Fraction(5, 2)),)),
        ("(<= ?duration (size ?c))", (DurationBound("<=", SIZE),)),
        ("(at end (>= ?duration (load)))", (DurationBound(">=", FunctionTerm("load"), True),)),
        (
            "(and (>= ?duration 1) (at start (<= ?duration (* 2 (size ?c)))))",
            (
                DurationBound(">=", Fraction(1)),
                DurationBound("<=", Arithmetic("*", (Fraction(2), SIZE))),
            ),
        ),
    ],
)
def test_bounds_of_the_duration_are_read(written, bounds):
    assert read_lift(f":duration {written}").bounds == bounds


def test_quantifiers_around_times_are_distributed():
    schema = read_lift(
        """:duration (= ?duration 1)
        :condition (forall (?k - crate) (and (at start (at ?k ?p)) (over all (not (at ?k ?p)))))
        :effect (forall (?k - crate) (and (at start (at ?k ?p)) (at end (not (at ?k ?p)))))"""
    )
    assert schema.at_start == Forall(CRATE, AT_K)
    assert schema.over_all == Forall(CRATE, Not(AT_K))
    assert schema.start_effect == ForallEffect(CRATE, AtomEffect(AT_K))
    assert schema.end_effect == ForallEffect(CRATE, AtomEffect(AT_K, positive=False))


def test_quantifiers_and_connectives_may_stand_inside_a_time():
    schema = read_lift(
        ":condition (at start (forall (?k - crate) (imply (at ?k ?p) (free))))"
        ":effect (at end (when (free) (at ?c ?p)))"
    )
    assert schema.at_start == Forall(CRATE, Imply(AT_K, FREE))
    assert schema.end_effect == When(FREE, AtomEffect(AT))


def test_a_conditional_effect_may_have_all_its_parts_at_one_time():
    schema = read_lift(
        """:effect (and
            (when (and (at start (free)) (at start (marked ?c))) (at start (at ?c ?p)))
            (when (at end (free)) (and (at end (at ?c ?p)) (at end (marked ?c))))
            (when () (at end (free))))"""
    )
    assert schema.start_effect == When(And((FREE, MARKED)), AtomEffect(AT))
    assert schema.end_effect == AndEffect(
        (
            When(FREE, AtomEffect(AT)),
            When(FREE, AtomEffect(MARKED)),
            When(And(), AtomEffect(FREE)),
        )
    )


def test_the_duration_may_be_read_in_amounts():
    schema = read_lift(":effect (at end (increase (load) (* ?duration 2)))")
    amount = Arithmetic("*", (StepDuration(), Fraction(2)))
    assert schema.end_effect == NumericEffect("increase", FunctionTerm("load"), amount)


def test_the_duration_is_no_number_in_an_action_that_takes_no_time():
    with pytest.raises(TaskSyntaxError, match=r"`\?duration`"):
        read_yard(FUNCTIONS + "(:action a :effect (increase (load) ?duration))")


def test_preferences_are_told_apart_from_a_condition_each_with_its_phase():
    schema = read_lift(
        """:condition (and (preference p (at start (free))) (at start (marked ?c))
          (forall (?k - crate) (and (over all (at ?k ?p)) (preference q (over all (at ?k ?p)))))
          (preference (at end (and (free) (at ?c ?p)))))"""
    )
    assert (schema.at_start, schema.at_end) == (MARKED, And())
    assert schema.over_all == Forall(CRATE, AT_K)
    assert schema.preferences == (
        StepPreference("p", FREE, (), "start"),
        StepPreference("q", AT_K, CRATE, "over all"),
        StepPreference("anonymous", And((FREE, AT)), (), "end"),
    )


def test_a_predicate_may_be_called_preference_beside_preferences_with_a_time():
    domain = """(define (domain d) (:predicates (preference ?x))
      (:durative-action a :parameters (?x) :duration ()
        :condition (and (at start (preference ?x)) (preference p (at end (preference ?x))))
        :effect {}))"""
    problem = "(define (problem q) (:domain d) (:goal (and)))"
    schema = read_task(Task(domain=domain.format("()"), problem=problem)).durative_actions["a"]
    atom = Atom("preference", ("?x",))
    assert schema.at_start == atom
    assert schema.preferences == (StepPreference("p", atom, (), "end"),)
    hidden = "(when (preference p (at end (preference ?x))) (at end (preference ?x)))"
    with pytest.raises(TaskSyntaxError, match="in the condition of an effect"):
        read_task(Task(domain=domain.format(hidden), problem=problem))


def test_a_metric_may_count_the_preferences_of_durative_actions():
    parts = lift(":condition (preference p (over all (free)))")
    counted = read_yard(parts, problem="(:metric minimize (is-violated p))").metric
    assert counted == Metric(Violations("p"))
    with pytest.raises(TaskSemanticError, match="no preference is called `q`"):
        read_yard(parts, problem="(:metric minimize (is-violated q))")


def test_an_atom_of_a_predicate_at_is_told_from_a_time():
    schema = read_lift(":condition (at start (at ?c ?p)) :effect (at end (at ?c ?p))")
    assert (schema.at_start, schema.end_effect) == (AT, AtomEffect(AT))
    with pytest.raises(TaskSyntaxError, match="expected the time of this condition"):
        read_lift(":condition (at ?c ?p)")


@pytest.mark.parametrize(
    ("parts", "kind", "message"),
    [
        (":duration (< ?duration 5)", TaskSyntaxError, "expected a bound"),
        (":duration (= 5 ?duration)", TaskSyntaxError, "expected a bound"),
        (":duration (= ?duration)", TaskSyntaxError, "expected a bound"),
        (":duration (or (= ?duration 1) (= ?duration 2))", TaskSyntaxError, "found `(or …)`"),
        (":duration 5", TaskSyntaxError, "in parentheses, found `5`"),
        (":duration ((= ?duration 5))", TaskSyntaxError, "found `(= …)`"),
        (":duration (over all (= ?duration 1))", TaskSyntaxError, "found `(over …)`"),
        (":duration (= ?duration ?c)", TaskSyntaxError, "expected a number"),
        (":precondition (free)", TaskSyntaxError, "found `:precondition`"),
        (":condition (free)", TaskSyntaxError, "`(at start …)` or `(over all …)`"),
        (":condition (or (at start (free)) (at end (free)))", TaskSyntaxError, "found `(or …)`"),
        (":condition (not (at start (free)))", TaskSyntaxError, "found `(not …)`"),
        (":condition (at noon (free))", TaskSyntaxError, "found `(at …)`"),
        (":condition (at start)", TaskSyntaxError, "found `(at …)`"),
        (":condition (at start (at end (free)))", TaskSemanticError, "called `end`"),
        (":condition (at start (over all (free)))", TaskSyntaxError, "`over` stands in"),
        (":condition (forall (?k - crate))", TaskSyntaxError, "joins 2 parts, found 1"),
        (":condition (preference p (free))", TaskSyntaxError, "expected the time of this cond"),
        (":condition (preference p ())", TaskSyntaxError, "the time of this condition"),
        (":condition (preference p)", TaskSyntaxError, "expected `(preference NAME CONDITION)`"),
        (
            ":condition (preference p (and (at start (free)) (at end (free))))",
            TaskSyntaxError,
            "found `(and …)`",
        ),
        (
            ":condition (preference p (preference q (at start (free))))",
            TaskSyntaxError,
            "inside a preference",
        ),
        (":condition (at start (preference p (free)))", TaskSyntaxError, "or around a time"),
        (":condition (or (preference p (at end (free))))", TaskSyntaxError, "found `(or …)`"),
        (":condition (preference p (at end (flies)))", TaskSemanticError, "called `flies`"),
        (
            ":effect (when (and (preference p (at end (free)))) (at end (free)))",
            TaskSyntaxError,
            "`preference` stands in the condition of an effect",
        ),
        (
            ":effect (when (forall (?k) (preference p (at end (free)))) (at end (free)))",
            TaskSyntaxError,
            "`preference` stands in the condition of an effect",
        ),
        (":effect (free)", TaskSyntaxError, "`(at start …)` or `(at end …)`"),
        (":effect (over all (free))", TaskSyntaxError, "found `(over …)`"),
        (":effect (not (at start (free)))", TaskSyntaxError, "found `(not …)`"),
        (
            ":effect (when (at start (free)) (at end (free)))",
            UnsupportedTask,
            "an effect `at end` under a condition `at start`",
        ),
        (
            ":effect (when (over all (free)) (at end (free)))",
            UnsupportedTask,
            "an effect `at end` under a condition `over all`",
        ),
        (
            ":effect (when (at start (free)) (and (at start (free)) (at end (free))))",
            UnsupportedTask,
            "an effect `at end` under",
        ),
        (":effect (when (at start (free)))", TaskSyntaxError, "`when` joins 2 parts, found 1"),
        (":effect (increase (load) (* #t 2))", UnsupportedTask, "`#t`"),
        (":effect (at end (increase (load) (* 1 #t)))", UnsupportedTask, "`#t`"),
        (":effect (increase (load) 2)", TaskSyntaxError, "expected the time of this effect"),
    ],
)
def test_what_is_wrong_in_a_durative_action_is_named_with_its_place(parts, kind, message):
    with pytest.raises(kind) as caught:
        read_yard(lift(f"\n{parts}"))
    assert caught.value.source == "domain"
    assert caught.value.line == 8
    assert message in caught.value.message


@pytest.mark.parametrize("keyword", [":action", ":durative-action"])
def test_one_name_is_not_shared_by_two_actions(keyword):
    with pytest.raises(TaskSemanticError, match="two actions are called `lift`"):
        read_yard(lift(":duration (= ?duration 1)") + f"({keyword} lift)")


def test_the_requirements_of_durative_actions_are_warned_of_when_missing():
    task = read_yard(lift(":duration (<= ?duration 5)"))
    warnings = " ".join(map(str, task.warnings))
    assert "needs :durative-actions" in warnings
    assert "needs :duration-inequalities" in warnings
    task = read_yard(lift(":condition (preference p (at end (free)))"))
    assert "needs :preferences" in " ".join(map(str, task.warnings))


def test_a_task_without_durative_actions_and_times_is_not_temporal():
    assert not read_yard(MOVE).temporal


@pytest.mark.parametrize(
    "parts",
    [
        "",
        ":duration (= ?duration 0.5) :condition () :effect ()",
        """:duration (and (at end (<= ?duration (load))) (>= ?duration (- (size ?c) 1)))
        :condition (and (at start (and (free) (marked ?c))) (at start (free)) (over all (and))
          (forall (?k - crate) (over all (at ?k ?p))) (at end (not (at ?c ?p))))
        :effect (and (at start (and)) (forall (?k - crate) (when (at end (at ?k ?p))
          (and (at end (free)) (at end (decrease (load) ?duration))))) (at start (not (free))))""",
        ":condition (preference (at start (free)))",
        """:condition (and (preference p (at end (free))) (over all (free))
          (forall (?k - crate) (forall (?k - place) (preference p (over all (at ?c ?k))))))""",
    ],
)
def test_a_durative_action_is_written_so_that_it_reads_the_same(parts):
    task = read_task(yard(lift(parts)))
    written = write_task(task)
    assert read_task(written) == task
    assert write_task(read_task(written)) == written
