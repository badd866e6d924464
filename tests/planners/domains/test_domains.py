"""Shipped domains: they read, and a name that is not shipped is an error."""

import pytest

from planners import Task
from planners.domains import domain_text
from planners.pddl import read_task

EMPTY = "(define (problem none) (:domain blocksworld) (:init) (:goal (and)))"


def test_the_shipped_blocksworld_has_the_four_actions():
    lifted = read_task(Task(domain=domain_text("blocksworld"), problem=EMPTY))
    assert set(lifted.actions) == {"pick-up", "put-down", "stack", "unstack"}


def test_a_domain_that_is_not_shipped_is_not_found():
    with pytest.raises(FileNotFoundError):
        domain_text("sokoban")


def test_the_shipped_logistics_has_trucks_for_cities_and_airplanes_between_airports():
    empty = "(define (problem none) (:domain logistics) (:init) (:goal (and)))"
    lifted = read_task(Task(domain=domain_text("logistics"), problem=empty))
    assert set(lifted.actions) == {"load", "unload", "drive", "fly"}
    assert {each.types for each in lifted.actions["fly"].parameters[1:]} == {("airport",)}
    assert lifted.is_a(("truck",), ("vehicle",))
