"""Crates between cities: lorries within a city, planes between airfields, and a plan each."""

from dataclasses import dataclass
from random import Random

from planners import Task

DOMAIN = """(define (domain freight)
  (:requirements :strips :typing)
  (:types place city crate carrier - object airfield - place lorry plane - carrier)
  (:predicates
    (within ?p - place ?c - city) (parked ?v - carrier ?p - place)
    (stored ?x - crate ?p - place) (aboard ?x - crate ?v - carrier))
  (:action load
    :parameters (?x - crate ?v - carrier ?p - place)
    :precondition (and (parked ?v ?p) (stored ?x ?p))
    :effect (and (not (stored ?x ?p)) (aboard ?x ?v)))
  (:action unload
    :parameters (?x - crate ?v - carrier ?p - place)
    :precondition (and (parked ?v ?p) (aboard ?x ?v))
    :effect (and (not (aboard ?x ?v)) (stored ?x ?p)))
  (:action drive
    :parameters (?v - lorry ?from ?to - place ?c - city)
    :precondition (and (parked ?v ?from) (within ?from ?c) (within ?to ?c))
    :effect (and (not (parked ?v ?from)) (parked ?v ?to)))
  (:action fly
    :parameters (?v - plane ?from ?to - airfield)
    :precondition (parked ?v ?from)
    :effect (and (not (parked ?v ?from)) (parked ?v ?to))))
"""


@dataclass(frozen=True)
class Freight:
    """A task with a plan that solves it.

    Attributes:
        task: The task.
        plan: In the IPC format.
        ground_actions: In how many ways steps can be made, by types and fixed facts.
    """

    task: Task
    plan: str
    ground_actions: int


def freight(cities: int, places: int, planes: int, crates: int, seed: int = 0) -> Freight:
    """Make a task and a plan.

    Args:
        cities: How many there are, with a lorry each; at least 2.
        places: How many each has; the first is its airfield.
        planes: How many fly between airfields.
        crates: How many have to be brought to another city.
        seed: Same seed, same task.
    """
    random = Random(seed)
    names = [[f"place{city}-{at}" for at in range(places)] for city in range(cities)]
    where = {f"lorry{city}": random.choice(names[city]) for city in range(cities)}
    where |= {f"plane{each}": random.choice(names)[0] for each in range(planes)}
    facts = [f"(within {each} city{city})" for city in range(cities) for each in names[city]]
    facts += [f"(parked {carrier} {place})" for carrier, place in where.items()]
    goals, steps = [], []

    def carry(crate: str, carrier: str, start: str, end: str, city: str) -> None:
        for place, act in ((start, "load"), (end, "unload")):
            if where[carrier] != place:
                way = f"{carrier} {where[carrier]} {place}"
                steps.append(f"(drive {way} {city})" if city else f"(fly {way})")
                where[carrier] = place
            steps.append(f"({act} {crate} {carrier} {place})")

    for number in range(crates):
        crate = f"crate{number}"
        origin, goal = random.sample(range(cities), 2)
        start, end = random.choice(names[origin][1:]), random.choice(names[goal][1:])
        facts.append(f"(stored {crate} {start})")
        goals.append(f"(stored {crate} {end})")
        carry(crate, f"lorry{origin}", start, names[origin][0], f"city{origin}")
        carry(crate, f"plane{random.randrange(planes)}", names[origin][0], names[goal][0], "")
        carry(crate, f"lorry{goal}", names[goal][0], end, f"city{goal}")
    problem = f"""(define (problem crates) (:domain freight)
  (:objects {" ".join(f"city{city}" for city in range(cities))} - city
    {" ".join(each[0] for each in names)} - airfield
    {" ".join(name for each in names for name in each[1:])} - place
    {" ".join(f"lorry{city}" for city in range(cities))} - lorry
    {" ".join(f"plane{each}" for each in range(planes))} - plane
    {" ".join(f"crate{each}" for each in range(crates))} - crate)
  (:init {" ".join(facts)})
  (:goal (and {" ".join(goals)})))
"""
    loading = 2 * crates * (cities + planes) * cities * places
    moving = cities * cities * places**2 + planes * cities**2
    return Freight(Task(domain=DOMAIN, problem=problem), "\n".join(steps), loading + moving)
