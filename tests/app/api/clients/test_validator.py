"""The validators of the PDDL extension of VS Code, as the extension uses them.

Requests are written after `PlanValidatorService.ts` (`validate`, `convert`) and
`ValidatorService.ts` (`validate`, `toRange`, `toDiagnostic`) of jan-dolejsi/vscode-pddl:
places count from 1, and every fault of one text is marked at once.
"""

from planners.generators.blocksworld import generate
from tests.app.api.serving import Served
from tests.app.api.test_plans import problem
from tests.app.modulo.lamps import DOMAIN, GOOD, HALF, PROBLEM

HEADERS = {"evaluations": "validation", "epsilon": "0.001"}


async def marks(served: Served, plan: str, **change: str) -> list[tuple[int, int, str]]:
    body = {"domain": DOMAIN, "problem": PROBLEM, "plan": plan, **change}
    response = await served.client.post("/validate", json=body, headers=HEADERS)
    assert response.status_code == 200, response.text
    validation = response.json()["validation"]
    assert set(validation) == {"problems"}
    for mark in validation["problems"]:
        assert (mark["location"], mark["severity"]) == ("PLAN", "error")
    return [
        (mark["position"]["line"], mark["position"]["character"], mark["message"])
        for mark in validation["problems"]
    ]


async def parsed(served: Served, domain: str, *problems: str) -> list[dict]:
    body = {"domain": domain, "problems": list(problems)}
    response = await served.client.post("/parse", json=body)
    assert response.status_code == 200, response.text
    return response.json()


async def test_of_a_valid_plan_nothing_is_marked(served):
    assert await marks(served, GOOD) == []


async def test_each_open_part_of_the_goal_is_marked_at_the_last_step(served):
    found = await marks(served, "; nothing yet\n\n  (switch-on c) ; broken\n")
    assert [place[:2] for place in found] == [(3, 3)]
    found = await marks(served, "")
    assert [place[:2] for place in found] == [(1, 1), (1, 1)]
    assert ["(lit a)" in found[0][2], "(lit b)" in found[1][2]] == [True, True]
    [(line, _, message)] = await marks(served, f"; a comment\n{HALF}\n; the end\n")
    assert line == 2
    assert message == "The goal is not reached; this does not hold at the end: (lit b)."


async def test_a_step_that_cannot_be_executed_is_marked_on_its_line(served):
    [(line, character, message)] = await marks(served, "; one\n(switch-on a)\n\n  (switch-on a)\n")
    assert (line, character) == (4, 3)
    assert message.startswith("Step 2, (switch-on a), cannot be executed.")


async def test_every_line_with_a_name_that_there_is_not_is_marked(served):
    found = await marks(served, "(fly a)\n(switch-on a)\n(switch-on z)\n(switch-on)\n")
    assert [line for line, _, _ in found] == [1, 3, 4]


async def test_every_line_that_is_no_step_is_marked(served):
    found = await marks(served, "first\n(switch-on a)\nthen\n\r\n")
    assert [line for line, _, _ in found] == [1, 3]
    assert found[1][2] == "line 3 is not a step: 'then'"
    [(line, _, message)] = await marks(served, "(switch-on a)\n0.1: (switch-on b)\n")
    assert line == 2
    assert "time stamp" in message


async def test_steps_that_stand_in_another_order_than_their_times_are_marked_on_their_lines(served):
    # The third line comes first, and so the first line is the step that is one too many.
    plan = "0.9: (switch-on a)\n0.5: (switch-on b)\n0.1: (switch-on a)\n"
    [(line, _, message)] = await marks(served, plan)
    assert line == 1
    assert message.startswith("Step 3, (switch-on a)")


async def test_a_check_that_cannot_be_made_says_why_and_marks_nothing(served):
    body = {"domain": "(define (domain", "problem": PROBLEM, "plan": GOOD}
    validation = (await served.client.post("/validate", json=body)).json()["validation"]
    assert validation["problems"] == []
    assert validation["error"].startswith("domain, line 1")


async def test_of_a_task_with_nothing_odd_nothing_is_marked(served):
    task = generate(blocks=3, seed=1)
    assert await parsed(served, task.domain, task.problem) == []


async def test_what_cannot_be_read_is_marked_in_each_text(served):
    found = await parsed(
        served,
        DOMAIN,
        PROBLEM,
        PROBLEM.replace("(lit a)", "(lot a)"),
        PROBLEM.replace("(broken c)", "(broken d)"),
    )
    errors = [mark for mark in found if mark["severity"] == "error"]
    assert [mark["location"] for mark in errors] == ["PROBLEM:1", "PROBLEM:2"]
    assert [mark["position"] for mark in errors] == [
        {"line": 3, "character": 35},
        {"line": 3, "character": 18},
    ]
    assert "lot" in errors[0]["message"]


async def test_a_domain_that_cannot_be_read_is_marked_once_however_many_problems_there_are(served):
    found = await parsed(
        served, DOMAIN.replace(":effect (lit ?l)", ":effect (lot ?l)"), *[PROBLEM] * 3
    )
    assert [mark["location"] for mark in found] == ["DOMAIN"]
    assert found[0]["position"]["line"] == 7


async def test_a_domain_without_problems_is_looked_over_by_itself(served):
    odd = DOMAIN.replace("(broken ?l))", "(broken ?l) (unheard-of ?l))", 1)
    [mark] = await parsed(served, odd)
    assert (mark["location"], mark["severity"]) == ("DOMAIN", "info")
    assert "unheard-of" in mark["message"]
    assert mark["position"]["line"] == 4


async def test_characters_count_as_the_editor_counts_them(served):
    # A character beyond the basic plane is two in UTF-16, and one in Python.
    commented = PROBLEM.replace("(lit a)", "(lit a)\n; 𝄞𝄞\n").replace("(lit b)", "(lot b)")
    [mark] = [m for m in await parsed(served, DOMAIN, commented) if m["severity"] == "error"]
    assert mark["position"] == {"line": 5, "character": 3}


async def test_an_empty_file_is_marked_and_no_failure(served):
    [mark] = await parsed(served, "", PROBLEM)
    assert (mark["location"], mark["severity"]) == ("DOMAIN", "error")


BAD = [
    ("/validate", {"domain": DOMAIN, "problem": PROBLEM}, "#/plan"),
    ("/validate", {"domain": DOMAIN, "problem": PROBLEM, "plan": "http://a/b"}, "#/plan"),
    ("/validate", {"domain": 1, "problem": PROBLEM, "plan": GOOD}, "#/domain"),
    ("/parse", {"domain": DOMAIN, "problem": PROBLEM}, "#/problem"),
    ("/parse", {"domain": "file:///etc/passwd", "problems": []}, "#/domain"),
    ("/parse", {"domain": DOMAIN, "problems": [PROBLEM] * 101}, "#/problems"),
    ("/parse", {"domain": DOMAIN, "problems": ["http://a/b"]}, "#/problems/0"),
]


async def test_bad_input_is_a_problem_that_names_its_place(served):
    for path, body, pointer in BAD:
        document = problem(await served.client.post(path, json=body), 422, "invalid-request")
        assert document["errors"][0]["pointer"] == pointer, body


async def test_many_problems_may_not_make_much_of_a_large_domain(served):
    body = {"domain": f"{DOMAIN}{' ' * 30_000}", "problems": [PROBLEM] * 70}
    document = problem(await served.client.post("/parse", json=body), 422, "invalid-request")
    assert "the domain's once for each problem" in document["detail"]
