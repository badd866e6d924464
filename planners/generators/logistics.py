"""Seeded instances of logistics, each with a plan: packages between cities, by truck and air.

The plan is made by rule, one package after another, so that tasks of any size have one at
once. It is valid and rarely short: nothing is carried together.
"""

from dataclasses import dataclass, field
from random import Random

from planners.domains import domain_text
from planners.plan import Plan, Step
from planners.task import Task


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """A task, and how to solve it.

    Attributes:
        task: In the shipped domain.
        plan: It solves the task.
    """

    task: Task
    plan: Plan


@dataclass(slots=True)
class Fleet:
    """Where the vehicles stand, and what they have done."""

    stands: dict[str, str]
    steps: list[Step] = field(default_factory=list)

    def carry(self, package: str, vehicle: str, start: str, end: str, city: str | None) -> None:
        """Bring a package from a place to another, by truck where a city is named."""
        for place, action in ((start, "load"), (end, "unload")):
            here = self.stands[vehicle]
            if here != place and city is not None:
                self.steps.append(Step(action="drive", arguments=(vehicle, here, place, city)))
            elif here != place:
                self.steps.append(Step(action="fly", arguments=(vehicle, here, place)))
            self.stands[vehicle] = place
            self.steps.append(Step(action=action, arguments=(package, vehicle, place)))


def generate(
    *, cities: int, places: int, packages: int, airplanes: int = 1, seed: int = 0
) -> Instance:
    """Generate one instance: every package has to go from a place to one in another city.

    Each city has a truck. The first place of a city is its airport; packages neither begin
    nor end there. All that is drawn is drawn uniformly.

    Args:
        cities: How many, at least 2.
        places: How many in each city, at least 2.
        packages: How many, at least 1.
        airplanes: How many, at least 1.
        seed: Same seed, same instance.

    Raises:
        ValueError: if there is less than that of anything.
    """
    _demand(cities=(cities, 2), places=(places, 2))
    _demand(airplanes=(airplanes, 1), packages=(packages, 1))
    random = Random(seed)  # noqa: S311 (instances keep no secret)
    names = [[f"place{city}-{at}" for at in range(places)] for city in range(cities)]
    stands = {f"truck{city}": random.choice(names[city]) for city in range(cities)}
    stands |= {f"airplane{each}": random.choice(names)[0] for each in range(airplanes)}
    facts = [f"(lies-in {each} city{city})" for city in range(cities) for each in names[city]]
    facts += [f"(stands {vehicle} {place})" for vehicle, place in stands.items()]
    goals: list[str] = []
    fleet = Fleet(stands)
    for number in range(packages):
        package = f"package{number}"
        here, there = random.sample(range(cities), 2)
        start, end = random.choice(names[here][1:]), random.choice(names[there][1:])
        facts.append(f"(waits {package} {start})")
        goals.append(f"(waits {package} {end})")
        leaves, arrives = names[here][0], names[there][0]
        fleet.carry(package, f"truck{here}", start, leaves, f"city{here}")
        fleet.carry(package, f"airplane{random.randrange(airplanes)}", leaves, arrives, None)
        fleet.carry(package, f"truck{there}", arrives, end, f"city{there}")
    problem = _problem(names, airplanes, packages, facts, goals)
    task = Task(domain=domain_text("logistics"), problem=problem)
    return Instance(task=task, plan=Plan(steps=tuple(fleet.steps)))


def _problem(
    names: list[list[str]], airplanes: int, packages: int, facts: list[str], goals: list[str]
) -> str:
    cities = range(len(names))
    return f"""(define (problem logistics-{len(names)}-{len(names[0])}-{airplanes}-{packages})
  (:domain logistics)
  (:objects
    {" ".join(f"city{city}" for city in cities)} - city
    {" ".join(each[0] for each in names)} - airport
    {" ".join(place for each in names for place in each[1:])} - place
    {" ".join(f"truck{city}" for city in cities)} - truck
    {" ".join(f"airplane{each}" for each in range(airplanes))} - airplane
    {" ".join(f"package{each}" for each in range(packages))} - package)
  (:init {" ".join(facts)})
  (:goal (and {" ".join(goals)})))
"""


def _demand(**numbers: tuple[int, int]) -> None:
    for what, (given, least) in numbers.items():
        if given < least:
            raise ValueError(f"an instance needs at least {least} {what}, not {given}")
