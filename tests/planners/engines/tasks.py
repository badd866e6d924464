"""Small tasks for engines: each with another part of PDDL, some with no plan at all."""

from pathlib import Path

from planners.generators.blocksworld import generate
from planners.task import Task

TESTS = Path(__file__).resolve().parents[2]

ISLANDS = """(define (domain islands) (:requirements :strips :typing{more})
  (:types island - object small - island)
  (:predicates (at ?i - island) (bridge ?from ?to - island) (burnt ?from ?to - island))
  (:functions (total-cost) (toll ?to - island) - number)
  (:action cross
    :parameters (?from ?to - {types})
    :precondition (and (at ?from) (bridge ?from ?to){also})
    :effect (and (not (at ?from)) (at ?to) (not (bridge ?from ?to)) (burnt ?from ?to){effect})))
"""
# From each of them one bridge leads on, so whoever goes to one cannot see the other.
SHORE = """(define (problem shore) (:domain islands) (:objects a - island b c d - small)
  (:init (at a) (bridge a b) (bridge a c) (bridge b d) (bridge c d)
    (= (toll b) 2.5) (= (toll c) 0.25) (= (toll d) 1)) (:goal {goal}){metric})
"""
TOLL = " (increase (total-cost) (toll ?to))"
WHEN = " (when (bridge ?to ?from) (burnt ?to ?from))"
BOTH = "(and (burnt b d) (burnt c d))"

SHOP = """(define (domain shop)
  (:requirements :strips :typing :durative-actions)
  (:types piece saw - object)
  (:predicates (raw ?p - piece) (cut ?p - piece) (painted ?p - piece) (idle ?s - saw) (lit))
  (:durative-action cut :parameters (?p - piece ?s - saw) :duration (= ?duration 4)
    :condition (and (at start (raw ?p)) (at start (idle ?s)) (over all (lit)))
    :effect (and (at start (not (raw ?p))) (at start (not (idle ?s))) (at end (cut ?p))
      (at end (idle ?s))))
  (:durative-action paint :parameters (?p - piece) :duration (= ?duration 3)
    :condition (and (at start (cut ?p)) (over all (lit))) :effect (at end (painted ?p))))
"""
PIECES = """(define (problem pieces) (:domain shop) (:objects a b - piece s - saw)
  (:init (raw a) (raw b) (idle s) {lit}) (:goal (and (painted a) (painted b))))
"""


def written(*folder: str) -> Task:
    place = TESTS.joinpath(*folder)
    return Task(
        domain=(place / "domain.pddl").read_text(encoding="utf-8"),
        problem=(place / "problem.pddl").read_text(encoding="utf-8"),
    )


def islands(
    goal: str,
    *,
    also: str = "",
    effect: str = "",
    more: str = "",
    types: str = "island",
    metric: str = "",
) -> Task:
    return Task(
        domain=ISLANDS.format(also=also, effect=effect, more=more, types=types),
        problem=SHORE.format(goal=goal, metric=metric),
    )


def impossible_blocks() -> Task:
    task = generate(4, 1)
    return Task(
        domain=task.domain,
        problem=task.problem[: task.problem.index("(:goal")]
        + "(:goal (and (on b1 b2) (on b2 b1))))",
    )


# What the cheapest plan costs is known from trying everything (`exhaustive`).
SOLVABLE = {
    "blocks": generate(4, 1),
    "ferry": written("corpus", "ferry"),
    "islands": islands("(burnt b d)"),
    "already": islands("(at a)"),
    "no goal": islands("(and)"),
    "negation": islands("(not (bridge b d))", also=" (not (burnt ?to ?from))", more=" :adl"),
    "equality": islands("(at d)", also=" (not (= ?from ?to))", more=" :adl"),
    "disjunction": islands("(or (burnt b d) (at b))", more=" :adl"),
    "quantifier": islands(
        "(exists (?i - small) (at ?i))",
        also=" (forall (?i - small) (not (at ?i)))",
        more=" :adl",
    ),
    "conditional": islands(
        "(and (at d) (not (at a)))",
        effect=" (when (bridge ?to ?from) (burnt ?to ?from))",
        more=" :adl",
    ),
    "costs": islands(
        "(at d)", effect=TOLL, more=" :action-costs", metric=" (:metric minimize (total-cost))"
    ),
    "either": islands("(at d)", types="(either small island)"),
    "library": written("corpus", "library"),
    "network": written("planners", "solved", "network"),
    "harbour": written("planners", "solved", "harbour"),
    "tanker": written("planners", "solved", "tanker"),
    "kitchen": written("corpus", "kitchen"),
    "workshop": written("planners", "solved", "workshop"),
    "shop": Task(domain=SHOP, problem=PIECES.format(lit="(lit)")),
    "shop at night": Task(domain=SHOP, problem=PIECES.format(lit="(at 2 (lit))")),
}
UNSOLVABLE = {
    "blocks": impossible_blocks(),
    "islands": islands(BOTH),
    "negation": islands(BOTH, also=" (not (burnt ?to ?from))", more=" :adl"),
    "disjunction": islands(f"(or {BOTH} (and (at b) (at c)))", more=" :adl"),
    "quantifier": islands("(forall (?i - small) (or (at ?i) (burnt ?i d)))", more=" :adl"),
    "conditional": islands(
        BOTH, effect=" (when (bridge ?to ?from) (burnt ?to ?from))", more=" :adl"
    ),
    "shop in the dark": Task(domain=SHOP, problem=PIECES.format(lit="")),
}
