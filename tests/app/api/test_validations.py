import pytest

from tests.app.api.test_plans import problem
from tests.app.modulo.lamps import BROKEN, DOMAIN, GOOD, HALF, PROBLEM, TWICE


async def judged(served, *plans: str) -> list[dict]:
    response = await served.client.post(
        "/v1/validations", json={"domain": DOMAIN, "problem": PROBLEM, "plans": plans}
    )
    assert response.status_code == 200, response.text
    return response.json()["results"]


async def test_a_valid_plan_has_its_cost(served):
    assert await judged(served, GOOD) == [{"type": "valid", "cost": 2, "steps": 2}]


async def test_a_wrong_plan_has_its_first_flaw_with_the_step_counted_from_one(served):
    (result,) = await judged(served, TWICE)
    assert result["type"] == "invalid"
    assert result["flaw"]["step_number"] == 2
    assert result["flaw"]["unmet"] == ["(not (lit a))"]
    assert result["executed"] == 1
    assert result["open_goals"] == ["(lit b)"]
    assert result["state"] == ["(broken c)", "(lit a)"]
    assert result["words"].startswith("Step 2, (switch-on a), cannot be executed.")


async def test_a_plan_that_falls_short_of_the_goal_says_what_is_open(served):
    (result,) = await judged(served, HALF)
    assert result["flaw"] == {
        "type": "unsatisfied_goal",
        "unmet": ["(lit b)"],
        "causes": [{"literal": "(lit b)", "undone_by": None, "producers": ["switch-on"]}],
    }


async def test_a_text_that_is_no_plan_is_a_result_with_its_line(served):
    (result,) = await judged(served, "(switch-on a)\nthen the other one\n")
    assert result == {
        "type": "unreadable",
        "line": 2,
        "found": "then the other one",
        "words": "line 2 is not a step: 'then the other one'",
    }


async def test_many_plans_are_judged_in_their_order(served):
    results = await judged(served, GOOD, BROKEN, "?", "", GOOD.upper() + "; done")
    assert [result["type"] for result in results] == [
        "valid",
        "invalid",
        "unreadable",
        "invalid",
        "valid",
    ]


async def test_a_plan_past_a_bound_is_neither_valid_nor_invalid(served):
    (result,) = await judged(served, "(switch-on a)" * 7_000)
    assert result["type"] in {"unjudged", "invalid"}


@pytest.mark.parametrize("plans", [[], ["(a)"] * 101, "(a)", [5]], ids=["none", "many", "one", "5"])
async def test_plans_come_as_a_list_of_one_to_a_hundred_texts(served, plans):
    response = await served.client.post(
        "/v1/validations", json={"domain": DOMAIN, "problem": PROBLEM, "plans": plans}
    )
    document = problem(response, 422, "invalid-request")
    assert document["errors"][0]["pointer"].startswith("#/plans")


async def test_a_task_that_cannot_be_read_is_a_problem(served):
    response = await served.client.post(
        "/v1/validations", json={"domain": DOMAIN, "problem": "(define", "plans": [GOOD]}
    )
    assert problem(response, 422, "task-syntax")["source"] == "problem"
