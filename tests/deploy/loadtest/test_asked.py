"""The task and the round, read out of the prompts that Modulo's own wording makes."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.llm.chat import Message
from app.modulo.attempt import History
from app.prompts.examples import Example
from app.prompts.task_wording import TaskWording
from deploy.loadtest.asked import understand
from deploy.loadtest.rules import plan_by_rule
from planners import Plan, Task, Valid, verify
from planners.generators import blocksworld, logistics
from tests.app.modulo.lamps import DOMAIN, PROBLEM
from tests.deploy.loadtest.asking import BLOCKS, PARCELS, asked, asked_again

VARIANTS = ("pddl", "natural")
WRONG = [Plan(steps=plan_by_rule(BLOCKS).steps[:keep]) for keep in (3, 2, 1)]


def solves(task: Task, found: Task) -> bool:
    """A plan for what was understood solves what was meant."""
    return isinstance(verify(task, plan_by_rule(found)), Valid)


@pytest.mark.parametrize("variant", VARIANTS)
@given(blocks=st.integers(2, 9), seed=st.integers(0, 1000), full=st.booleans())
@settings(max_examples=20)
def test_a_blocksworld_task_is_recognised_in_every_wording(variant, blocks, seed, full):
    task = blocksworld.generate(blocks, seed, full=full)
    assert solves(task, understand(asked(task, variant=variant)).task)


@pytest.mark.parametrize("variant", VARIANTS)
@given(packages=st.integers(1, 4), seed=st.integers(0, 1000))
@settings(max_examples=20)
def test_a_logistics_task_is_recognised_in_every_wording(variant, packages, seed):
    task = logistics.generate(cities=2, places=3, packages=packages, seed=seed).task
    assert solves(task, understand(asked(task, variant=variant)).task)


@pytest.mark.parametrize("variant", ["pddl+examples", "natural+examples"])
@pytest.mark.parametrize("task", [BLOCKS, PARCELS], ids=["blocksworld", "logistics"])
def test_examples_are_not_taken_for_the_task(variant, task):
    shown = blocksworld.generate(3, 1), logistics.generate(cities=2, places=2, packages=1).task
    wording = TaskWording(tuple(Example(task=each, plan=plan_by_rule(each)) for each in shown))
    assert solves(task, understand(asked(task, wording=wording, variant=variant)).task)


@pytest.mark.parametrize(
    ("history", "counted"), [(History.NONE, 1), (History.LAST, 1), (History.FULL, 3)]
)
def test_the_backprompts_that_a_chat_holds_are_counted(history, counted):
    found = understand(asked_again(BLOCKS, WRONG, history))
    assert found.backprompts == counted
    assert solves(BLOCKS, found.task)
    assert understand(asked(BLOCKS)).backprompts == 0


def test_a_wish_for_the_plan_alone_is_understood():
    assert understand(asked(wording=TaskWording(strict=True))).strict
    assert not understand(asked()).strict


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_task_of_another_domain_has_no_plan(variant):
    found = understand(asked(Task(domain=DOMAIN, problem=PROBLEM), variant=variant)).task
    assert found is None or plan_by_rule(found) is None


@pytest.mark.parametrize("text", ["", "Hello.", "The domain:\n\nx\n\nThe problem to solve:\n\ny"])
def test_any_other_chat_holds_no_task(text):
    assert understand([Message(role="user", content=text)]).task is None
