"""Lorries on a ring road with fuel, as a numeric task and as a temporal one, with plans."""

from random import Random

from planners import Task

NUMERIC = """(define (domain hauls)
  (:requirements :typing :numeric-fluents)
  (:types stop lorry)
  (:predicates (at-stop ?l - lorry ?s - stop) (road ?a ?b - stop) (seen ?s - stop) (pump ?s - stop))
  (:functions (fuel ?l - lorry) (tank ?l - lorry) (distance ?a ?b - stop) (driven))
  (:action drive
    :parameters (?l - lorry ?a ?b - stop)
    :precondition (and (at-stop ?l ?a) (road ?a ?b) (>= (fuel ?l) (distance ?a ?b)))
    :effect (and (not (at-stop ?l ?a)) (at-stop ?l ?b) (seen ?b)
      (decrease (fuel ?l) (distance ?a ?b)) (increase (driven) (distance ?a ?b))))
  (:action refuel
    :parameters (?l - lorry ?a - stop)
    :precondition (and (at-stop ?l ?a) (pump ?a) (< (fuel ?l) (tank ?l)))
    :effect (assign (fuel ?l) (tank ?l))))
"""
TEMPORAL = """(define (domain hauls)
  (:requirements :typing :durative-actions :numeric-fluents)
  (:types stop lorry)
  (:predicates (at-stop ?l - lorry ?s - stop) (road ?a ?b - stop) (seen ?s - stop) (pump ?s - stop)
    (awake ?l - lorry))
  (:functions (fuel ?l - lorry) (tank ?l - lorry) (distance ?a ?b - stop))
  (:durative-action drive
    :parameters (?l - lorry ?a ?b - stop)
    :duration (= ?duration (distance ?a ?b))
    :condition (and (at start (at-stop ?l ?a)) (at start (road ?a ?b)) (over all (awake ?l))
      (at start (>= (fuel ?l) (distance ?a ?b))))
    :effect (and (at start (not (at-stop ?l ?a))) (at end (at-stop ?l ?b)) (at end (seen ?b))
      (at start (decrease (fuel ?l) (distance ?a ?b)))))
  (:durative-action refuel
    :parameters (?l - lorry ?a - stop)
    :duration (= ?duration 2)
    :condition (and (at start (at-stop ?l ?a)) (over all (at-stop ?l ?a)) (at start (pump ?a)))
    :effect (at end (assign (fuel ?l) (tank ?l)))))
"""
# Between the end of a step and the start of the next that needs it.
GAP = 0.01
# Between lorries, so that no two arrive at one instant.
SHIFT = 0.002


def haul(
    lorries: int, stops: int, drives: int, *, temporal: bool, seed: int = 0
) -> tuple[Task, str]:
    """Make a task and a plan that solves it: lorries drive round, and refuel where they must.

    Args:
        lorries: How many there are, at most 5; in a temporal plan they drive at the same time.
        stops: How many the ring has; each third has a pump.
        drives: How many steps each lorry drives; at most `stops`.
        temporal: Whether steps take time.
        seed: Same seed, same task.
    """
    random = Random(seed)
    ring = [f"stop{at}" for at in range(stops)]
    ways = {(a, b): random.randrange(1, 9) for a, b in zip(ring, [*ring[1:], ring[0]], strict=True)}
    names = [f"lorry{each}" for each in range(lorries)]
    tank = 30
    facts = [f"(road {a} {b}) (= (distance {a} {b}) {far})" for (a, b), far in ways.items()]
    facts += [f"(pump {stop})" for stop in ring[::3]]
    seen: set[str] = set()
    timed: list[tuple[float, int, str]] = []
    for number, lorry in enumerate(names):
        at = random.randrange(stops)
        facts.append(
            f"(at-stop {lorry} {ring[at]}) (= (fuel {lorry}) {tank}) (= (tank {lorry}) {tank})"
        )
        facts.append(f"(awake {lorry})" if temporal else "")
        fuel, now = tank, number * SHIFT
        for _ in range(drives):
            if at % 3 == 0 and fuel < 27:
                timed.append((now, 2, f"(refuel {lorry} {ring[at]})"))
                fuel, now = tank, now + 2 + GAP
            start, at = ring[at], (at + 1) % stops
            far = ways[start, ring[at]]
            timed.append((now, far, f"(drive {lorry} {start} {ring[at]})"))
            seen.add(ring[at])
            fuel, now = fuel - far, now + far + GAP
    goals = [f"(seen {stop})" for stop in sorted(seen)]
    problem = f"""(define (problem ring) (:domain hauls)
  (:objects {" ".join(ring)} - stop {" ".join(names)} - lorry)
  (:init {"" if temporal else "(= (driven) 0)"} {" ".join(facts)})
  (:goal (and {" ".join(goals)}))
  (:metric minimize {"(total-time)" if temporal else "(driven)"}))
"""
    if not temporal:
        steps = [step for _, _, step in timed]
        return Task(domain=NUMERIC, problem=problem), "\n".join(steps)
    steps = [f"{start:.3f}: {step} [{taken}]" for start, taken, step in sorted(timed)]
    return Task(domain=TEMPORAL, problem=problem), "\n".join(steps)
