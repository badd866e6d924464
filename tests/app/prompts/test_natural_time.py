"""Numbers, derived facts, durations and constraints are said, and nothing of them is left out."""

from app.llm.chat import Message
from app.modulo.attempt import Ask
from app.prompts.grammar import plan_grammar
from app.prompts.natural import domain_in_words, problem_in_words
from app.prompts.task_wording import TIMED_FORM, TaskWording
from planners import Task, Valid, read_plan, verify
from planners.pddl import read_task

FERRY = Task(
    domain="""\
(define (domain ferry)
  (:requirements :durative-actions :numeric-fluents :timed-initial-literals :preferences
    :constraints :derived-predicates :duration-inequalities :typing)
  (:types boat port)
  (:predicates (at ?b - boat ?p - port) (open ?p - port) (near ?p ?q - port))
  (:functions (fuel ?b - boat) (miles ?p ?q - port))
  (:derived (near ?p ?q - port) (< (miles ?p ?q) 10))
  (:durative-action sail
    :parameters (?b - boat ?p ?q - port)
    :duration (and (>= ?duration (/ (miles ?p ?q) 2)) (<= ?duration 60))
    :condition (and (at start (at ?b ?p)) (at start (near ?p ?q)) (over all (open ?q))
                    (preference dry (at start (< (fuel ?b) 90)))
                    (forall (?r - port) (preference wide (over all (open ?r))))
                    (preference home (at end (open ?p))))
    :effect (and (at start (not (at ?b ?p))) (at end (at ?b ?q))
                 (at end (decrease (fuel ?b) (* 2 (miles ?p ?q))))))
  (:action refuel
    :parameters (?b - boat)
    :precondition (preference half (< (fuel ?b) 50))
    :effect (assign (fuel ?b) 100)))
""",
    problem="""\
(define (problem one)
  (:domain ferry)
  (:objects b - boat p q - port)
  (:init (at b p) (= (fuel b) 20) (= (miles p q) 8) (at 5 (open q)) (at 50 (not (open q))))
  (:goal (and (at b q) (preference back (at b p))))
  (:constraints (and (always (>= (fuel b) 0)) (preference soon (within 30 (at b q)))))
  (:metric minimize (+ (total-time) (* 3 (is-violated soon)))))
""",
)


def test_the_domain_is_said_with_its_rules_its_times_and_its_numbers():
    said = domain_in_words(FERRY)
    for line in (
        "?p is near ?q, where ?p is of type port and ?q is of type port, if:",
        "- miles ?p ?q < 10",
        "Written in a plan as: (sail ?b ?p ?q) [duration]",
        "It takes: at least (miles ?p ?q / 2) and at most 60",
        "All the time between its start and its end, all of this must be true:",
        "Just after its end:",
        "- fuel ?b falls by (2 * miles ?p ?q)",
        "Better, but not needed (preference half), before it:",
        "- fuel ?b becomes 100",
        "Better, but not needed (preference dry), at its start:",
        "- fuel ?b < 90",
        "Better, but not needed (preference wide), all the time between its start and its end: "
        "for each object ?r of type port:",
        "Better, but not needed (preference home), at its end:",
    ):
        assert line in said.splitlines(), said


def test_the_problem_is_said_with_what_happens_by_itself_and_what_is_to_be_kept():
    said = problem_in_words(FERRY)
    for line in (
        "- at time 5: now true: open q",
        "- at time 50: no longer true: open q",
        "From beginning to end, this must be true:",
        "- fuel b >= 0",
        "Preference back:",
        "Preference soon:",
        "At time 30 at the latest, this must have been true:",
        "Every plan that leads there solves the problem; the smaller (the time at which the last "
        "step ends + (3 * the number of violations of the preference soon)) is at the end, the "
        "better.",
    ):
        assert line in said.splitlines(), said


def test_a_model_is_told_how_times_are_written_where_steps_have_times(blocks: Task) -> None:
    wording = TaskWording()

    def system(task: Task) -> Message:
        return wording.word(task, Ask(proposer="m"), ()).messages[0]

    assert system(FERRY).content.endswith(TIMED_FORM)
    assert TIMED_FORM not in system(blocks).content


def test_the_grammar_asks_for_times_and_durations():
    rules = plan_grammar(read_task(FERRY), strict=True).splitlines()
    assert r'time ::= [0-9]+ ("." [0-9]+)?' in rules
    assert r'action0 ::= time ": (refuel " type1 ")\n"' in rules
    assert r'action1 ::= time ": (sail " type1 " " type2 " " type2 ") [" time "]\n"' in rules


def test_what_is_said_is_what_is_judged():
    verdict = verify(FERRY, read_plan("5.1: (sail b p q) [10]"))
    assert isinstance(verdict, Valid)
    assert verdict.violated == (("back", 1), ("home", 1), ("wide", 1))
    assert str(verdict.makespan) == "151/10"
