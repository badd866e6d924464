"""The reader that the loop is given."""

import pytest

from app.modulo.proposer import Reader
from app.reading import AnswerReader
from planners import Task, TaskError

DOMAIN = """
(define (domain doors) (:requirements :strips :typing) (:types door room) (:constants hall - room)
  (:predicates (open ?d - door) (in ?r - room))
  (:action open-door :parameters (?d - door) :effect (open ?d))
  (:action go :parameters (?d - door ?to - room) :precondition (open ?d) :effect (in ?to)))
"""
PROBLEM = "(define (problem p) (:domain doors) (:objects red - door) (:init) (:goal (in hall)))"
TASK = Task(domain=DOMAIN, problem=PROBLEM)


async def test_the_names_of_a_task_are_taken_from_its_pddl():
    reader: Reader = AnswerReader()
    reading = await reader.read(TASK, "(in hall)\n1. Open door red\n2. Go through red to the Hall.")
    assert str(reading.plan) == "(open-door red)\n(go red hall)\n"


async def test_a_long_answer_is_read_in_a_thread():
    reading = await AnswerReader().read(TASK, "Well. " * 2000 + "\n(open-door red)")
    assert str(reading.plan) == "(open-door red)\n"


async def test_what_cannot_be_read_does_not_raise():
    assert (await AnswerReader().read(TASK, "\x00([{<think>")).plan is None


async def test_a_task_that_cannot_be_read_raises():
    with pytest.raises(TaskError):
        await AnswerReader().read(Task(domain="(", problem=PROBLEM), "(open-door red)")
