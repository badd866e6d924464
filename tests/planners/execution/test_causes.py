import pytest

from planners.condition import Cause, Compound, Inequality, Literal
from planners.execution.causes import literals_in, producers
from planners.execution.world import World
from planners.pddl import read_task
from planners.plan import Step, read_plan
from planners.task import Task
from planners.verdict import Invalid, UnsatisfiedGoal, UnsatisfiedPrecondition
from planners.verifier import verify

SHOP = Task(
    domain="""(define (domain shop) (:requirements :adl :derived-predicates)
      (:types lamp shop - object small big - lamp)
      (:constants main - shop)
      (:predicates (on ?l - lamp) (open ?s - shop) (sold ?l - lamp ?s - shop) (twin ?a ?b - lamp)
        (bright))
      (:derived (bright) (exists (?l - lamp) (on ?l)))
      (:action light :parameters (?l - big) :effect (on ?l))
      (:action light-all :effect (forall (?l - small) (on ?l)))
      (:action close :effect (and (not (open main))
        (forall (?l - lamp) (when (on ?l) (not (on ?l))))))
      (:action unlock :parameters (?s - shop) :effect (open ?s))
      (:action pair :parameters (?l - lamp) :effect (twin ?l ?l))
      (:action sell :parameters (?l - lamp) :precondition (and (on ?l) (open main))
        :effect (sold ?l main)))""",
    problem="""(define (problem q) (:domain shop) (:objects a - small b - big side - shop)
      (:init (open main)) (:goal (and (on b) (not (sold b main)) (open main))))""",
)
WORLD = World(read_task(SHOP))


@pytest.mark.parametrize(
    ("literal", "names"),
    [
        (Literal("on", ("b",)), ("light",)),
        (Literal("on", ("a",)), ("light-all",)),
        (Literal("on", ("a",), positive=False), ("close",)),
        (Literal("open", ("main",), positive=False), ("close",)),
        (Literal("open", ("side",), positive=False), ()),
        (Literal("open", ("side",)), ("unlock",)),
        (Literal("twin", ("a", "a")), ("pair",)),
        (Literal("twin", ("a", "b")), ()),
        (Literal("sold", ("a", "main")), ("sell",)),
        (Literal("sold", ("a", "side")), ()),
        (Literal("bright"), ()),
    ],
)
def test_only_actions_that_can_have_a_literal_among_their_effects_produce_it(literal, names):
    assert producers(WORLD, literal) == names


def test_literals_are_found_in_the_nearest_option_too_and_equalities_are_passed_over():
    inner = Compound("(or …)", (Literal("q"), Inequality("(> 0 1)", None, None)))
    listed = (Literal("p"), Literal("=", ("a", "b")), Compound("(or …)", (inner, Literal("r"))))
    assert list(literals_in(listed)) == [Literal("p"), Literal("q"), Literal("r")]


def causes(plan: str) -> tuple[Cause, ...]:
    verdict = verify(SHOP, read_plan(plan))
    assert isinstance(verdict, Invalid)
    assert isinstance(verdict.flaw, UnsatisfiedPrecondition | UnsatisfiedGoal)
    return verdict.flaw.causes


def test_the_last_step_that_undid_a_literal_is_named():
    close = Step(action="close")
    assert causes("(light b) (close) (unlock main) (light b) (close) (sell b)") == (
        Cause(literal=Literal("on", ("b",)), undone_by=4, step=close, producers=("light",)),
        Cause(literal=Literal("open", ("main",)), undone_by=4, step=close, producers=("unlock",)),
    )


def test_a_step_that_deletes_what_did_not_hold_undid_nothing():
    found = causes("(close) (unlock main) (sell b)")
    assert found == (Cause(literal=Literal("on", ("b",)), producers=("light",)),)


def test_a_step_that_deletes_and_adds_a_literal_did_not_undo_it():
    task = Task(
        domain="""(define (domain d) (:predicates (p ?x) (g))
          (:action move :parameters (?x ?y) :precondition (p ?x)
            :effect (and (not (p ?x)) (p ?y))))""",
        problem="(define (problem q) (:domain d) (:objects a) (:init (p a)) (:goal (g)))",
    )
    verdict = verify(task, read_plan("(move a a)"))
    assert verdict.flaw.causes == (Cause(literal=Literal("g")),)
    assert Literal("p", ("a",)) in verdict.state


def test_the_step_that_made_a_literal_hold_undid_its_negation():
    (found,) = causes("(light b) (sell b) (unlock side) (unlock main)")
    assert found.literal == Literal("sold", ("b", "main"), positive=False)
    assert (found.undone_by, found.step) == (1, Step(action="sell", arguments=("b",)))
    assert found.producers == ()


def test_effects_undo_only_where_their_conditions_held():
    (found,) = causes("(light b) (close) (close) (unlock main)")
    assert (found.literal, found.undone_by) == (Literal("on", ("b",)), 1)
