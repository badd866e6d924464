"""Lint finds what was probably not meant, and says where it stands."""

import pytest

from planners.domains import domain_text
from planners.generators.blocksworld import generate
from planners.pddl.lint import Finding, Severity, lint

DOMAIN = """\
(define (domain yard)
  (:requirements :strips :typing :negative-preconditions)
  (:types crate place)
  (:predicates (at ?c - crate ?p - place) (free ?p - place))
  (:action move
    :parameters (?c - crate ?from ?to - place)
    :precondition (and (at ?c ?from) (free ?to))
    :effect (and (at ?c ?to) (not (at ?c ?from)) (free ?from) (not (free ?to)))))
"""
PROBLEM = """\
(define (problem one)
  (:domain yard)
  (:objects c1 - crate dock quay - place)
  (:init (at c1 dock) (free quay))
  (:goal (at c1 quay)))
"""


def with_domain(old: str, new: str) -> str:
    assert old in DOMAIN
    return DOMAIN.replace(old, new)


def with_problem(old: str, new: str) -> str:
    assert old in PROBLEM
    return PROBLEM.replace(old, new)


def only(findings: tuple[Finding, ...]) -> Finding:
    assert len(findings) == 1, [str(finding) for finding in findings]
    return findings[0]


def test_nothing_is_found_in_a_tidy_task():
    assert lint(DOMAIN, PROBLEM) == ()
    assert lint(DOMAIN) == ()


def test_nothing_is_found_in_what_we_ship():
    task = generate(blocks=4, seed=1)
    assert lint(task.domain, task.problem) == ()
    assert lint(domain_text("blocksworld")) == ()


@pytest.mark.parametrize(
    ("domain", "problem", "rule", "place", "text"),
    [
        (
            with_domain("(free ?p - place))\n", "(free ?p - place)\n    (heavy ?c - crate))\n"),
            PROBLEM,
            "unused-predicate",
            ("domain", 5, 6),
            "(heavy ?c - crate))",
        ),
        (
            with_domain("(free ?to)))))", "(free ?to)) (moved ?c))))").replace(
                "(free ?p - place))", "(free ?p - place) (moved ?c - crate))"
            ),
            PROBLEM,
            "unread-predicate",
            ("domain", 4, 62),
            None,
        ),
        (
            with_domain("crate place)", "crate place ship)"),
            PROBLEM,
            "unused-type",
            ("domain", 3, 23),
            "(:types crate place ship)",
        ),
        (
            with_domain("?to - place)\n    :pre", "?to - place ?by - crate)\n    :pre"),
            PROBLEM,
            "unused-parameter",
            ("domain", 6, 47),
            None,
        ),
        (
            with_domain("(and (at ?c ?from) (free ?to))\n", "(and (at ?c ?from))\n").replace(
                "(at ?c ?from))\n", "(at ?c ?from) (free ?to) (not (free ?to)))\n"
            ),
            PROBLEM,
            "contradiction",
            ("domain", 5, 12),
            "(:action move",
        ),
        (
            DOMAIN,
            with_problem("c1 - crate dock quay - place", "dock quay - place")
            .replace("(at c1 dock) ", "")
            .replace("(at c1 quay)", "(free dock)"),
            "unreachable-action",
            ("domain", 6, 18),
            None,
        ),
        (
            with_domain("(free ?to))\n", "(free ?to) (crane))\n").replace(
                "(free ?p - place))", "(free ?p - place) (crane))"
            ),
            PROBLEM,
            "never-true",
            ("domain", 4, 62),
            None,
        ),
        (
            with_domain("(free ?to))\n", "(free ?to) (link ?from ?to))\n").replace(
                "(free ?p - place))", "(free ?p - place) (link ?a ?b - place))"
            ),
            with_problem("(free quay)", "(free quay) (link dock quay)").replace(
                "(at c1 quay)", "(link quay dock)"
            ),
            "unreachable-goal",
            ("problem", 5, 4),
            "(:goal (link quay dock)))",
        ),
        (
            with_domain("(:predicates (at", "(:predicates (move) (at").replace(
                "(free ?to))\n", "(free ?to) (move))\n"
            ),
            with_problem("(free quay)", "(free quay) (move)"),
            "shared-name",
            ("domain", 5, 12),
            None,
        ),
        (
            with_domain("(not (free ?to))", "(not (free ?from)) (not (free ?to))"),
            PROBLEM,
            "add-and-delete",
            ("domain", 5, 12),
            None,
        ),
        (
            DOMAIN,
            with_problem("quay - place)", "quay - place dock - place)"),
            "reading",
            ("problem", 3, 42),
            "(:objects c1 - crate dock quay - place dock - place)",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) and "\n" not in value else "",
)
def test_what_is_odd_is_found_where_it_stands(domain, problem, rule, place, text):
    finding = only(lint(domain, problem))
    assert (finding.rule, (finding.source, finding.line, finding.column)) == (rule, place)
    assert finding.severity in (Severity.WARNING, Severity.NOTE)
    assert text is None or finding.text == text


@pytest.mark.parametrize(
    "action",
    [
        """(:action wait :parameters (?c - crate) :precondition (and (free dock)
          (forall (?s - ship) (preference p (near ?s ?c)))) :effect (not (free dock)))""",
        """(:durative-action wait :parameters (?c - crate) :duration (= ?duration 5)
          :condition (and (at start (free dock))
            (forall (?s - ship) (preference p (over all (near ?s ?c)))))
          :effect (at end (not (free dock))))""",
    ],
    ids=["at once", "durative"],
)
def test_what_only_a_preference_of_an_action_asks_for_is_made_use_of(action):
    domain = with_domain(
        ":strips", ":strips :preferences :universal-preconditions :durative-actions"
    )
    domain = domain.replace("crate place)", "crate place ship)\n  (:constants dock - place)")
    domain = domain.replace("(free ?p - place))", "(free ?p - place) (near ?s - ship ?c - crate))")
    domain = domain.rstrip()[:-1] + action + ")"
    problem = with_problem("dock quay", "quay")
    assert (
        lint(
            domain,
            problem.replace("(free quay)", "(free quay) (near s c1)").replace(
                "quay - place)", "quay - place s - ship)"
            ),
        )
        == ()
    )
    assert lint(domain) == ()


def test_an_action_without_effect_is_noted():
    domain = DOMAIN.rstrip()[:-1] + "\n  (:action wait))\n"
    assert only(lint(domain, PROBLEM)).rule == "no-effect"


def test_what_cannot_be_read_is_one_error_with_its_line():
    finding = only(lint(with_domain("(free ?to))\n", "(free ?to ?to))\n"), PROBLEM))
    assert finding.severity is Severity.ERROR
    assert (finding.source, finding.line, finding.column) == ("domain", 7, 39)
    assert finding.text == ":precondition (and (at ?c ?from) (free ?to ?to))"


def test_a_domain_alone_is_not_blamed_for_what_a_problem_would_say():
    domain = with_domain("(free ?to))\n", "(free ?to) (crane))\n").replace(
        "(free ?p - place))", "(free ?p - place) (crane))"
    )
    assert lint(domain) == ()


def test_findings_say_their_place_their_severity_and_their_rule():
    finding = only(lint(with_domain("crate place)", "crate place ship)"), PROBLEM))
    assert str(finding) == (
        "domain, line 3, column 23: note: nothing is of the type `ship` [unused-type]"
    )
