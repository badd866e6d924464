"""Generated logistics: seeded, readable, unsolved at the start, and with a plan that is valid."""

from itertools import pairwise

import pytest

from planners import Invalid, Plan, Valid, verify
from planners.generators.logistics import generate
from planners.pddl import read_task


def test_the_same_seed_gives_the_same_instance():
    sizes = {"cities": 3, "places": 3, "packages": 4}
    assert generate(**sizes, seed=3) == generate(**sizes, seed=3)
    assert generate(**sizes, seed=3) != generate(**sizes, seed=4)


@pytest.mark.parametrize(
    ("cities", "places", "packages", "airplanes"), [(2, 2, 1, 1), (3, 4, 5, 2), (6, 3, 20, 3)]
)
def test_a_generated_instance_is_unsolved_and_its_plan_solves_it(
    cities, places, packages, airplanes
):
    for seed in range(10):
        made = generate(
            cities=cities, places=places, packages=packages, airplanes=airplanes, seed=seed
        )
        assert isinstance(verify(made.task, Plan(steps=())), Invalid)
        assert isinstance(verify(made.task, made.plan), Valid)


def test_an_instance_holds_what_was_asked_for():
    task = read_task(generate(cities=3, places=4, packages=5, airplanes=2).task)
    counted = {kind: len(task.objects_of((kind,))) for kind in task.types if kind != "object"}
    assert counted == {
        "place": 12,
        "airport": 3,
        "city": 3,
        "package": 5,
        "truck": 3,
        "airplane": 2,
        "vehicle": 5,
    }


def test_no_vehicle_goes_to_where_it_stands():
    moves = [
        step.arguments[1:3]
        for step in generate(cities=3, places=3, packages=30, seed=1).plan.steps
        if step.action in {"drive", "fly"}
    ]
    assert moves
    assert all(start != end for start, end in moves)


def test_more_packages_make_longer_plans():
    lengths = [
        len(generate(cities=4, places=4, packages=packages, seed=1).plan.steps)
        for packages in (1, 5, 25)
    ]
    assert all(shorter < longer for shorter, longer in pairwise(lengths))


@pytest.mark.parametrize(
    "sizes",
    [
        {"cities": 1, "places": 2, "packages": 1},
        {"cities": 2, "places": 1, "packages": 1},
        {"cities": 2, "places": 2, "packages": 0},
        {"cities": 2, "places": 2, "packages": 1, "airplanes": 0},
    ],
)
def test_too_little_of_anything_is_refused(sizes):
    with pytest.raises(ValueError, match="at least"):
        generate(**sizes)
