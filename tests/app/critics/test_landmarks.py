"""The critic that offers landmarks: in words, from where a plan fails, and within bounds."""

import pytest

from app import offering
from app.critics.landmarks import Landmarks
from app.modulo.critique import Critic, Critique, Opinion
from app.modulo.offer import Kind
from planners import Invalid, Literal, Plan, Task, read_plan, verify
from planners.generators.blocksworld import generate


async def criticised(task: Task, plan: Plan) -> Critique:
    critic: Critic = Landmarks()
    return await critic.criticise(task, plan, verify(task, plan))


async def test_the_facts_that_are_still_missing_are_offered(walk: Task, wrong: Plan) -> None:
    critique = await criticised(walk, wrong)
    assert (critique.hard, critique.opinion) == (False, Opinion.ABSTAIN)
    assert critique.offer is not None
    assert (critique.offer.kind, critique.offer.place) == (Kind.FACTS, 0)
    # There is a path from a to c, so b is no landmark.
    assert critique.offer.facts == (Literal("at", ("c",)),)
    assert critique.message == (
        "From step 1 on, every way to the goal has to make these true at one time or another: "
        "(at c)."
    )


async def test_what_a_plan_has_reached_is_not_offered_again() -> None:
    task = generate(12, 3)
    afresh = await criticised(task, Plan(steps=()))
    assert afresh.offer is not None
    verdict = verify(task, Plan(steps=()))
    assert isinstance(verdict, Invalid)
    assert not set(verdict.state) & set(afresh.offer.facts)
    assert len(afresh.offer.facts) == 12
    assert f"and {afresh.offer.more} more" in afresh.message


async def test_what_it_took_is_counted() -> None:
    critique = await criticised(generate(12, 3), Plan(steps=()))
    assert 0.0 < critique.seconds < 5.0
    assert critique.tokens.total == 0


async def test_nothing_is_offered_for_a_valid_plan(walk: Task, cheap: Plan) -> None:
    critique = await criticised(walk, cheap)
    assert critique.offer is None
    assert critique.seconds == 0.0


async def test_nothing_is_offered_where_the_goal_is_out_of_reach(walk: Task) -> None:
    # From c no path leads back, and the goal is behind.
    task = Task(
        domain=walk.domain, problem=walk.problem.replace("(:goal (at c))", "(:goal (at d))")
    )
    task = Task(domain=task.domain, problem=task.problem.replace("a b c)\n", "a b c d)\n"))
    assert (await criticised(task, read_plan("(go a b)"))).offer is None


async def test_a_task_past_the_bound_gets_no_offer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(offering, "MOST_PARTS", 100)
    critique = await criticised(generate(12, 3), Plan(steps=()))
    assert critique.offer is None
    assert critique.message == "the task is too large to look for landmarks."


async def test_nothing_is_offered_where_time_counts(clock: Task) -> None:
    critique = await criticised(clock, Plan(steps=()))
    assert critique.offer is None
    assert critique.opinion is Opinion.ABSTAIN
