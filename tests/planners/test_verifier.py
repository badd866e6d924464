import sys
import threading
import time
from fractions import Fraction

import pytest

from planners import (
    BoundReached,
    Compound,
    ConflictingEffects,
    DivisionByZero,
    Inequality,
    Invalid,
    Literal,
    Plan,
    Step,
    Task,
    UndefinedValue,
    UnknownAction,
    UnknownObject,
    UnsatisfiedGoal,
    UnsatisfiedPrecondition,
    Valid,
    ViolatedConstraint,
    WrongArguments,
    WrongType,
    read_plan,
    verify,
)
from planners.condition import Cause
from planners.verifier import MAX_STEPS


def task(domain: str, problem: str = "(:goal (g))", requirements: str = ":adl") -> Task:
    return Task(
        domain=f"(define (domain d) (:requirements {requirements} :action-costs) {domain})",
        problem=f"(define (problem q) (:domain d) {problem})",
    )


LAMPS = task(
    """(:types lamp switch) (:predicates (on ?l - lamp) (broken ?l - lamp) (works ?s - switch))
    (:action flip :parameters (?s - switch ?l - lamp)
      :precondition (and (works ?s) (not (on ?l)) (not (broken ?l))) :effect (on ?l))""",
    """(:objects s - switch a b c - lamp) (:init (works s) (broken c))
    (:goal (and (on a) (on b)))""",
)


def judged(plan: str, of: Task = LAMPS) -> Valid | Invalid:
    return verify(of, read_plan(plan))


def test_a_plan_that_reaches_the_goal_is_valid_and_costs_its_steps():
    assert judged("(flip s a) (flip s b)") == Valid(cost=Fraction(2), steps=2)


def test_the_empty_plan_is_judged_by_the_goal_alone():
    goals = (Literal("on", ("a",)), Literal("on", ("b",)))
    why = tuple(Cause(literal=goal, producers=("flip",)) for goal in goals)
    assert judged("") == Invalid(
        flaw=UnsatisfiedGoal(index=0, unmet=goals, causes=why),
        executed=0,
        state=(Literal("broken", ("c",)), Literal("works", ("s",))),
        open_goals=goals,
    )


def test_a_step_that_cannot_be_executed_is_the_flaw_with_what_it_lacks():
    verdict = judged("(flip s a) (flip s c) (flip s a)")
    whole = Literal("broken", ("c",), positive=False)
    assert verdict == Invalid(
        flaw=UnsatisfiedPrecondition(
            index=1,
            step=Step(action="flip", arguments=("s", "c")),
            unmet=(whole,),
            causes=(Cause(literal=whole),),
        ),
        executed=1,
        state=(Literal("broken", ("c",)), Literal("on", ("a",)), Literal("works", ("s",))),
        open_goals=(Literal("on", ("b",)),),
    )


def test_names_are_checked_over_the_whole_plan_before_anything_is_executed():
    verdict = judged("(flip s c) (flip s a) (press s)")
    assert isinstance(verdict, Invalid)
    step = Step(action="press", arguments=("s",))
    assert verdict.flaw == UnknownAction(index=2, step=step, known=("flip",))
    assert [type(flaw) for flaw in verdict.also] == [UnsatisfiedPrecondition]
    assert verdict.executed == 0


def test_flaws_beside_the_first_come_in_order_of_their_steps():
    verdict = judged("(flip s a s) (flip s a) (flip x a) (flip a s)")
    assert isinstance(verdict, Invalid)
    step = Step(action="flip", arguments=("s", "a", "s"))
    assert verdict.flaw == WrongArguments(index=0, step=step, expected=2)
    assert verdict.also == (
        UnknownObject(index=2, step=Step(action="flip", arguments=("x", "a")), name="x"),
        WrongType(
            index=3,
            step=Step(action="flip", arguments=("a", "s")),
            name="a",
            parameter="?s",
            expected=("switch",),
            found=("lamp",),
        ),
    )


def test_execution_stops_at_a_step_that_does_not_fit():
    verdict = judged("(flip s a) (flip s nothing) (flip s b)")
    assert isinstance(verdict, Invalid)
    assert verdict.executed == 1
    assert Literal("on", ("a",)) in verdict.state
    assert verdict.open_goals == (Literal("on", ("b",)),)


def test_surplus_arguments_are_a_flaw_without_types_too():
    untyped = task("(:predicates (g)) (:action a :effect (g))", "(:objects o) (:goal (g))")
    assert isinstance(judged("(a)", untyped), Valid)
    verdict = judged("(a) (a o)", untyped)
    assert isinstance(verdict, Invalid)
    assert isinstance(verdict.flaw, WrongArguments)


def test_an_unknown_object_behind_the_reached_goal_is_a_flaw():
    untyped = task(
        "(:predicates (p ?x)) (:action a :parameters (?x) :effect (p ?x))",
        "(:objects o) (:goal (p o))",
    )
    assert isinstance(judged("(a o) (a o)", untyped), Valid)
    assert isinstance(judged("(a o) (a zz)", untyped), Invalid)


def test_atoms_are_never_confused_by_their_letters():
    close = task(
        """(:predicates (p ?x ?y) (g))
        (:action a :parameters (?x ?y) :precondition (p ?x ?y) :effect (g))""",
        "(:objects o oa b ab) (:init (p o ab)) (:goal (g))",
    )
    assert isinstance(judged("(a o ab)", close), Valid)
    assert isinstance(judged("(a oa b)", close), Invalid)


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("(forall (?e - empty) (p))", True),
        ("(exists (?e - empty) (q))", False),
        ("(or)", False),
        ("(and)", True),
        ("(not (or (p) (q)))", False),
        ("(imply (p) (q))", True),
        ("(imply (q) (p))", False),
        ("(not (imply (p) (p)))", False),
        ("(not (imply (q) (p)))", True),
        ("(exists (?x - sub2) (= ?x both))", True),
        ("(forall (?x - t) (imply (= ?x home) (r ?x)))", True),
        ("(forall (?x - t) (exists (?y - t) (not (or (r ?y) (= ?x ?y)))))", False),
        ("(exists (?x ?y - t) (and (r ?x) (not (r ?y))))", True),
        ("(not (forall (?x - t) (r ?x)))", True),
        ("(not (exists (?x - t) (r ?x)))", False),
        ("(forall (?x - (either sub1 sub2)) (r ?x))", True),
        ("(forall (?x - object) (r ?x))", False),
        ("(r home)", False),
    ],
)
def test_a_condition_holds_as_logic_says(condition, holds):
    ground = task(
        f"""(:types t empty - object sub1 sub2 - t)
        (:constants home - object both - (either sub1 sub2))
        (:predicates (g) (p) (q) (r ?x))
        (:action flip :effect (and (p) (r home)))
        (:action act :precondition {condition} :effect (g))""",
        """(:objects o1 - sub1 o2 - t) (:init (q) (r o1) (r both)) (:goal (g))""",
    )
    verdict = judged("(act)", ground)
    assert isinstance(verdict, Valid) is holds
    if isinstance(verdict, Invalid):
        assert isinstance(verdict.flaw, UnsatisfiedPrecondition)
        assert verdict.flaw.unmet


def test_a_disjunction_is_reported_with_the_option_that_lacks_least():
    either = task(
        "(:predicates (p) (q) (r) (g)) (:action a :precondition (or (and (p) (q)) (r)) :effect (g))"
    )
    verdict = judged("(a)", either)
    assert isinstance(verdict, Invalid)
    assert verdict.flaw == UnsatisfiedPrecondition(
        index=0,
        step=Step(action="a"),
        unmet=(Compound("(or (and (p) (q)) (r))", (Literal("r"),)),),
        causes=(Cause(literal=Literal("r")),),
    )


def test_costs_are_added_up_exactly_and_only_where_there_is_a_metric():
    actions = """(:predicates (g)) (:functions (total-cost) (price ?x) - number)
        (:action a :parameters (?x)
          :effect (and (g) (increase (total-cost) 0.1) (increase (total-cost) (price ?x))))"""
    init = "(:objects o) (:init (= (price o) 0.2) (= (total-cost) 1)) (:goal (g))"
    with_metric = task(actions, init + "(:metric minimize (total-cost))")
    assert judged("(a o) (a o)", with_metric) == Valid(cost=Fraction(16, 10), steps=2)
    assert judged("(a o) (a o)", task(actions, init)) == Valid(cost=Fraction(2), steps=2)


def test_an_amount_without_a_value_is_a_flaw_whether_there_is_a_metric_or_not():
    priced = task(
        """(:predicates (g)) (:functions (total-cost) (price ?x) - number)
        (:action a :parameters (?x) :effect (and (g) (increase (total-cost) (price ?x))))""",
        "(:objects o u) (:init (= (price o) 1)) (:goal (g))",
    )
    verdict = judged("(a o) (a u)", priced)
    assert isinstance(verdict, Invalid)
    step = Step(action="a", arguments=("u",))
    assert verdict.flaw == UndefinedValue(index=1, step=step, term="(price u)")
    assert verdict.executed == 1


def test_many_instances_reach_a_bound_and_no_verdict():
    objects = " ".join(f"o{number}" for number in range(2_000))
    wide = task(
        "(:predicates (p ?x ?y) (g)) (:action a :effect (forall (?x ?y) (p ?x ?y)))",
        f"(:objects {objects}) (:goal (g))",
    )
    before = time.process_time()
    for _ in range(2):
        with pytest.raises(BoundReached, match="ground conditions and effects"):
            judged("(a)", wide)
    assert time.process_time() - before < 5


def test_instances_are_counted_alike_for_steps_seen_before():
    objects = " ".join(f"o{number}" for number in range(400))
    wide = task(
        "(:predicates (p ?x ?y) (g)) (:action a :effect (forall (?x ?y) (p ?x ?y)))",
        f"(:objects {objects}) (:goal (not (g)))",
    )
    assert isinstance(judged("(a)", wide), Valid)
    with pytest.raises(BoundReached):
        judged("(a) (a) (a) (a) (a)", wide)


def test_the_many_small_parts_of_a_long_plan_are_counted_alike_whatever_was_seen_before():
    objects = " ".join(f"o{number}" for number in range(90))
    wide = task(
        "(:predicates (p ?x) (g)) (:action a :effect (forall (?x) (p ?x)))",
        f"(:objects {objects}) (:goal (not (g)))",
    )
    step = read_plan("(a)").steps
    for _ in range(2):
        with pytest.raises(BoundReached, match="ground conditions and effects"):
            verify(wide, Plan(steps=step * 7_400))
        for steps in (7_300, 1_000):
            assert verify(wide, Plan(steps=step * steps)).steps == steps


def test_nested_quantifiers_reach_a_bound_and_no_verdict():
    objects = " ".join(f"o{number}" for number in range(300))
    nested = task(
        "(:predicates (p ?x) (g)) (:action a :parameters (?x) :effect (p ?x))",
        f"""(:objects {objects})
        (:goal (forall (?x) (exists (?y) (forall (?z) (or (p ?x) (p ?y) (p ?z))))))""",
    )
    with pytest.raises(BoundReached):
        judged("", nested)


def test_a_plan_of_too_many_steps_reaches_a_bound():
    step = Step(action="flip", arguments=("s", "a"))
    with pytest.raises(BoundReached, match="steps"):
        verify(LAMPS, Plan(steps=(step,) * (MAX_STEPS + 1)))


def test_threads_that_share_a_task_get_the_same_verdicts():
    plans = [read_plan(text) for text in ("(flip s a) (flip s b)", "(flip s c)", "(flip s a)")]
    alone = [verify(LAMPS, plan) for plan in plans]
    results: list[list[Valid | Invalid]] = []

    def judge_all() -> None:
        fresh = Task(domain=LAMPS.domain + " ", problem=LAMPS.problem)
        results.append([verify(fresh, plan) for plan in plans * 50])

    threads = [threading.Thread(target=judge_all) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [alone * 50] * 4


def test_tasks_that_share_lines_of_text_are_not_mixed_up():
    text = "(flip s a)\n(flip s b)\n"
    twisted = Task(
        domain=LAMPS.domain.replace(":effect (on ?l)", ":effect (broken ?l)"),
        problem=LAMPS.problem.replace("(and (on a) (on b))", "(and (broken a) (not (on b)))"),
    )
    halved = Task(domain=LAMPS.domain, problem=LAMPS.problem.replace("(broken c)", "(broken b)"))
    first = [judged(text, of) for of in (LAMPS, twisted, halved)]
    assert [type(verdict) for verdict in first] == [Valid, Valid, Invalid]
    for _ in range(4):
        assert [judged(text, of) for of in (LAMPS, twisted, halved)] == first


def test_threads_get_the_same_verdicts_while_what_is_kept_is_dropped(monkeypatch):
    texts = [
        "(flip s a)\n(flip s b)\n",
        "(flip s b)\n(flip s a)\n(flip s c)\n",
        "(flip s a)\n(flip s a)\n",
        "(flip s b)\n(flip a s)\n",
        "(FLIP s a)\n(flip s b) ; last\n",
    ]
    alone = [judged(text) for text in texts]
    monkeypatch.setattr("planners.execution.prepared.MAX_KEPT", 40)
    monkeypatch.setattr("planners.plan._KEPT_LINES", 3)
    fresh = Task(domain=LAMPS.domain + "  ", problem=LAMPS.problem)
    results: list[list[Valid | Invalid]] = []

    def judge_all() -> None:
        results.append([judged(text, fresh) for text in texts * 200])

    threads = [threading.Thread(target=judge_all) for _ in range(4)]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert results == [alone * 200] * 4


TRUCK = task(
    """(:types place) (:constants b - place) (:predicates (at ?p - place) (g))
    (:functions (fuel) (far ?a ?b - place) (spare) (size ?p - place))
    (:action drive :parameters (?a ?b - place)
      :precondition (and (at ?a) (>= (fuel) (/ (far ?a ?b) 2)))
      :effect (and (not (at ?a)) (at ?b) (decrease (fuel) (/ (far ?a ?b) 2))))
    (:action fill :effect (increase (fuel) (spare)))
    (:action split :parameters (?p - place) :effect (scale-down (fuel) (size ?p)))
    (:action spill :effect (and (assign (fuel) 0) (when (at b) (increase (fuel) 1))))
    (:action shout :precondition (or (not (= (fuel) (fuel))) (> (spare) 1)) :effect (g))""",
    """(:objects a c - place)
    (:init (at a) (= (fuel) 2) (= (far a b) 3) (= (far b a) 3) (= (far b c) 1.1) (= (size a) 0)
      (= (size b) 3))
    (:goal (and (at c) (= (fuel) -0.05)))""",
    ":adl :numeric-fluents",
)


def test_numbers_are_changed_and_compared_exactly():
    verdict = judged("(drive a b) (drive b c)", TRUCK)
    assert verdict.flaw == UnsatisfiedPrecondition(
        index=1,
        step=Step(action="drive", arguments=("b", "c")),
        unmet=(Inequality("(>= (fuel) (/ (far b c) 2))", Fraction(1, 2), Fraction(11, 20)),),
    )
    assert verdict.values == (("(fuel)", Fraction(1, 2)),)
    (goal,) = judged("", TRUCK).flaw.unmet[1:]
    assert goal == Inequality("(= (fuel) -0.05)", Fraction(2), Fraction(-1, 20))
    (goal,) = judged("(split b)", TRUCK).flaw.unmet[1:]
    assert goal.left == Fraction(2, 3)


@pytest.mark.parametrize(
    ("plan", "kind", "term"),
    [
        ("(fill)", UndefinedValue, "(spare)"),
        ("(split c)", UndefinedValue, "(size c)"),
        ("(split a)", DivisionByZero, "(/ (fuel) (size a))"),
        ("(drive a b) (spill)", ConflictingEffects, "(fuel)"),
    ],
)
def test_effects_that_come_to_no_number_are_a_flaw_of_their_step(plan, kind, term):
    verdict = judged(plan, TRUCK)
    step = read_plan(plan).steps[-1]
    index = plan.count("(") - 1
    assert verdict.flaw == kind(index=index, step=step, term=term)
    assert verdict.executed == index


def test_effects_under_conditions_that_did_not_hold_are_in_no_conflict():
    assert judged("(spill)", TRUCK).values == (("(fuel)", Fraction(0)),)


def test_what_has_no_value_fulfils_no_comparison_and_no_negation_of_one():
    verdict = judged("(shout)", TRUCK)
    (unmet,) = verdict.flaw.unmet
    # Of the options that lack one thing each the first is told.
    assert unmet.nearest == (Inequality("(not (= (fuel) (fuel)))", Fraction(2), Fraction(2)),)
    missing = task(
        """(:predicates (g)) (:functions (f))
        (:action a :precondition (not (> (f) 1)) :effect (g))""",
        requirements=":adl :numeric-fluents",
    )
    assert judged("(a)", missing).flaw.unmet == (Inequality("(not (> (f) 1))", None, Fraction(1)),)


@pytest.mark.parametrize(
    ("metric", "cost"),
    [
        ("minimize (total-time)", Fraction(2)),
        ("maximize (+ (* 2 (f)) (/ 1 3))", Fraction(13, 3)),
        ("minimize (/ (f) (- (f) 2))", None),
        ("minimize (none)", None),
        ("minimize (+ (* 10 (is-violated lazy)) (is-violated kept))", Fraction(10)),
    ],
)
def test_the_cost_is_the_value_of_the_metric_behind_the_last_step(metric, cost):
    measured = task(
        """(:predicates (g) (p)) (:functions (f) (none))
        (:action a :effect (and (g) (increase (f) 1)))""",
        f"""(:init (= (f) 0)) (:goal (and (g) (preference lazy (not (g)))
        (preference kept (g)))) (:metric {metric})""",
        ":adl :numeric-fluents :preferences",
    )
    verdict = judged("(a) (a)", measured)
    assert verdict == Valid(cost=cost, steps=2, violated=(("lazy", 1),))


LIGHTS = task(
    """(:types room) (:predicates (lit ?r - room) (door ?a ?b - room) (seen ?a ?b - room) (g))
    (:derived (seen ?a ?b - room) (or (and (door ?a ?b) (lit ?b))
      (exists (?c - room) (and (door ?a ?c) (lit ?c) (seen ?c ?b)))))
    (:action light :parameters (?r - room) :effect (lit ?r))
    (:action dim :parameters (?r - room) :effect (not (lit ?r)))
    (:action look :parameters (?a ?b - room) :precondition (seen ?a ?b) :effect (g))
    (:action hide :parameters (?a ?b - room) :precondition (not (seen ?a ?b)) :effect (g))""",
    """(:objects a b c - room) (:init (door a b) (door b c) (door c b) (lit b))
    (:goal (and (g) (seen a c)))""",
    ":adl :derived-predicates",
)


@pytest.mark.parametrize(
    ("plan", "index"),
    [
        ("(light c) (look a c)", None),
        ("(look a c)", 0),
        ("(light c) (hide a c)", 1),
        ("(hide a c) (light c)", None),
        ("(light c) (look a c) (dim b) (look a c)", 3),
        ("(light c) (dim b) (hide a c) (light b)", None),
        ("(light c) (dim c) (hide a c)", 3),
    ],
)
def test_derived_atoms_hold_as_long_as_rules_support_them(plan, index):
    verdict = judged(plan, LIGHTS)
    assert (None if isinstance(verdict, Valid) else verdict.flaw.index) == index


def test_derived_atoms_are_shown_in_states_and_named_where_they_are_lacking():
    verdict = judged("(light c) (dim b) (look a c)", LIGHTS)
    lacking = Literal("seen", ("a", "c"))
    assert verdict.flaw.unmet == verdict.open_goals[1:] == (lacking,)
    assert verdict.flaw.causes == (Cause(literal=lacking),)
    seen = [literal.arguments for literal in verdict.state if literal.predicate == "seen"]
    assert seen == [("b", "c")]


WALK = Task(
    domain="""(define (domain d) (:requirements :adl :constraints :preferences)
      (:types spot) (:constants lake - spot) (:predicates (at ?s - spot) (wet))
      (:action go :parameters (?a ?b - spot)
        :precondition (and (at ?a) (preference dry (not (wet))))
        :effect (and (not (at ?a)) (at ?b) (when (at lake) (wet)))))""",
    problem="""(define (problem q) (:domain d) (:objects home hill - spot) (:init (at home))
      (:goal (at home)) (:constraints (and (sometime (at hill))
        (preference once (at-most-once (at home))) (preference shy (always (not (at lake)))))))""",
)


def test_constraints_are_judged_over_all_states_and_preferences_are_counted():
    verdict = judged("(go home hill) (go hill home)", WALK)
    assert verdict == Valid(cost=Fraction(2), steps=2, violated=(("once", 1),))
    wet = judged("(go home lake) (go lake hill) (go hill lake) (go lake home)", WALK)
    assert wet.violated == (("dry", 2), ("once", 1), ("shy", 1))
    verdict = judged("(go home lake) (go lake home)", WALK)
    assert verdict.flaw == ViolatedConstraint(index=2, constraint="(sometime (at hill))")
    assert verdict.open_goals == ()


def test_a_broken_constraint_and_an_open_goal_are_both_told_in_order():
    verdict = judged("(go home lake)", WALK)
    flaws = (verdict.flaw, *verdict.also)
    assert [type(flaw) for flaw in flaws] == [UnsatisfiedGoal, ViolatedConstraint]
    assert [flaw.index for flaw in flaws] == [1, 1]


def test_stamps_make_a_sequence_and_durations_of_steps_without_one_say_nothing():
    plain = judged("(flip s a) (flip s b)")
    assert judged("0.0: (flip s a) [1.0]\n1.5: (flip s b) [3]\n") == plain
    shuffled = judged("1.5: (flip s c)\n0.5: (flip s a)\n")
    assert shuffled.executed == 1


def test_verdicts_do_not_depend_on_what_was_judged_before():
    plans = ["(drive a b)", "(spill)", "(split b)", "(fill)", "(drive a b) (drive b a)"]
    alone = {
        plan: judged(plan, Task(domain=TRUCK.domain + "\n", problem=TRUCK.problem))
        for plan in plans
    }
    for plan in (*plans, *reversed(plans)):
        assert judged(plan, TRUCK) == alone[plan]
