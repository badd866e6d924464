"""Tasks of any size with a plan each, for measuring: a robot carries parcels round a ring."""

from planners import Task

DOMAIN = """(define (domain deliveries)
  (:requirements :strips :typing)
  (:types room parcel)
  (:predicates
    (link ?a ?b - room) (robot ?r - room) (lies ?p - parcel ?r - room) (held ?p - parcel) (idle))
  (:action walk
    :parameters (?a ?b - room)
    :precondition (and (robot ?a) (link ?a ?b))
    :effect (and (not (robot ?a)) (robot ?b)))
  (:action lift
    :parameters (?p - parcel ?r - room)
    :precondition (and (robot ?r) (lies ?p ?r) (idle))
    :effect (and (held ?p) (not (lies ?p ?r)) (not (idle))))
  (:action drop
    :parameters (?p - parcel ?r - room)
    :precondition (and (robot ?r) (held ?p))
    :effect (and (lies ?p ?r) (not (held ?p)) (idle))))
"""


def delivery(rooms: int, parcels: int, carried: int) -> tuple[Task, str]:
    """Make a task and a plan that solves it.

    Args:
        rooms: How many rooms the ring has.
        parcels: How many parcels there are; all begin in the first room.
        carried: How many of them have to be carried two rooms on.

    Returns:
        The task and a plan in the IPC format.
    """
    here = [f"room{number}" for number in range(rooms)]
    things = [f"parcel{number}" for number in range(parcels)]
    links = [f"(link {a} {b})" for a, b in zip(here, [*here[1:], here[0]], strict=True)]
    links += [f"(link {b} {a})" for a, b in zip(here, [*here[1:], here[0]], strict=True)]
    lying = [f"(lies {thing} {here[0]})" for thing in things]
    goals = [f"(lies {thing} {here[2]})" for thing in things[:carried]]
    problem = f"""(define (problem ring) (:domain deliveries)
  (:objects {" ".join(here)} - room {" ".join(things)} - parcel)
  (:init (robot {here[0]}) (idle)
    {" ".join(links)}
    {" ".join(lying)})
  (:goal (and {" ".join(goals)})))
"""
    one, two, three = here[:3]
    steps: list[str] = []
    for thing in things[:carried]:
        steps += [f"(lift {thing} {one})", f"(walk {one} {two})", f"(walk {two} {three})"]
        steps += [f"(drop {thing} {three})", f"(walk {three} {two})", f"(walk {two} {one})"]
    return Task(domain=DOMAIN, problem=problem), "\n".join(steps[:-2])
