"""The verdict as a critique."""

from app.critics.executability import Executability
from app.modulo.critique import Critic, Opinion
from planners import Plan, Task, verify


async def test_a_valid_plan_is_accepted(walk: Task, cheap: Plan) -> None:
    critic: Critic = Executability()
    critique = await critic.criticise(walk, cheap, verify(walk, cheap))
    assert critique.hard
    assert critique.opinion is Opinion.ACCEPT
    assert critique.message == ""


async def test_an_invalid_plan_is_rejected_with_its_first_flaw(walk: Task, wrong: Plan) -> None:
    critique = await Executability().criticise(walk, wrong, verify(walk, wrong))
    assert critique.opinion is Opinion.REJECT
    assert critique.message == (
        "The plan does not solve the problem. Step 1, (go b c), cannot be executed. Conditions "
        "that must hold before it and do not: (at b)."
    )
