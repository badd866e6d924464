"""Examples are proven when they are taken, and shown only where they belong."""

from dataclasses import replace

import pytest

from app.prompts.examples import Example, InvalidExample, examples_for, proven
from planners import Task, TaskSyntaxError, read_plan

SOLVING = read_plan("(unstack c a)(put-down c)(pick-up b)(stack b c)(pick-up a)(stack a b)")


def test_an_example_whose_plan_is_wrong_is_refused(blocks: Task) -> None:
    example = Example(task=blocks, plan=read_plan("(pick-up a)"))
    with pytest.raises(InvalidExample, match=r"'three' does not solve it: .*pick-up") as caught:
        proven((Example(task=blocks, plan=SOLVING), example))
    assert caught.value.example is example


def test_an_example_that_cannot_be_read_is_refused(blocks: Task) -> None:
    with pytest.raises(TaskSyntaxError):
        proven((Example(task=replace(blocks, problem="(define"), plan=SOLVING),))


def test_examples_are_shown_for_other_problems_of_their_domain_alone(
    blocks: Task, museum: Task
) -> None:
    examples = (Example(task=blocks, plan=SOLVING),)
    other = replace(blocks, problem=blocks.problem.replace("(on B C)", "(on C B)"))
    assert examples_for(other, examples) == examples
    assert examples_for(museum, examples) == ()


def test_a_task_is_never_shown_its_own_solution(blocks: Task) -> None:
    examples = (Example(task=blocks, plan=SOLVING),)
    assert examples_for(blocks, examples) == ()
    rewritten = replace(blocks, problem=blocks.problem.replace("three", "4").upper())
    assert examples_for(rewritten, examples) == ()


def test_the_way_a_domain_is_written_does_not_matter(blocks: Task) -> None:
    examples = (Example(task=blocks, plan=SOLVING),)
    other = Task(
        domain=blocks.domain.upper(),
        problem=blocks.problem.replace("(on B C)", "(on C B)"),
    )
    assert examples_for(other, examples) == examples
