import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from app.api import examples
from app.proposers.sound import SoundPlanners
from planners import Task, Valid, read_plan, verify
from planners.engines.catalogue import engine_called
from planners.engines.engine import (
    Broken,
    GaveUp,
    OutOfMemory,
    OutOfTime,
    ProvenUnsolvable,
    Purpose,
    Refused,
    Result,
)
from planners.pool import Limits
from tests.app.api.serving import LIMITS, Served, serve
from tests.app.api.test_plans import problem
from tests.app.modulo.lamps import BROKEN, DOMAIN, GOOD, HALF, PROBLEM, TWICE
from tests.app.sessions.parts import Patient
from tests.planners.engines.replaying import ReplayingEngine, found

ASKED = {"domain": DOMAIN, "problem": PROBLEM, "plan": TWICE}
BLOCKS = {"domain": examples.DOMAIN, "problem": examples.PROBLEM, "plan": examples.FLAWED}
UNSOLVABLE = examples.PROBLEM.replace("(on a b) (on b c)", "(on a b) (on b a)")


@asynccontextmanager
async def serving(
    folder: Path, *engines: ReplayingEngine, processes: int = 2, limits=LIMITS
) -> AsyncIterator[Served]:
    planners = SoundPlanners(Limits(processes=processes, seconds=20.0), engines=engines)
    async with serve(folder, Patient([GOOD]), limits, planners=planners) as served:
        yield served


@pytest.fixture
async def real(tmp_path) -> AsyncIterator[Served]:
    """A server with the engines that are installed here."""
    planners = SoundPlanners(Limits(processes=2, seconds=60.0, memory_mebibytes=2048))
    async with serve(tmp_path, Patient([GOOD]), planners=planners) as served:
        served.client.timeout = httpx.Timeout(60)
        yield served


async def answer(served: Served, asked: dict) -> dict:
    response = await served.client.post("/v1/repairs", json=asked)
    assert response.status_code == 200, response.text
    return response.json()


async def test_a_repair_tells_who_did_it_how_and_what_of_the_given_plan_is_left(tmp_path):
    async with serving(tmp_path, ReplayingEngine([found(GOOD)])) as served:
        told = await answer(served, ASKED)
    assert told.pop("seconds") >= 0
    given = told.pop("given")
    assert told == {
        "outcome": "solved",
        "reason": None,
        "plan": GOOD,
        "verdict": {"type": "valid", "cost": 2, "steps": 2},
        "optimal": False,
        "engine": "replaying",
        "version": "1.0",
        "steps": 1,
        "notes": [],
        "way": "repair",
        "distance": 2,
        "kept": 0.5,
    }
    assert given["type"] == "invalid"
    assert given["flaw"]["step_number"] == 2
    assert given["words"].startswith("Step 2, (switch-on a), cannot be executed.")


@pytest.mark.parametrize("wrong", [HALF, TWICE, BROKEN, "", "(fly a)"])
async def test_an_engine_with_a_wrong_plan_is_broken_and_its_plan_is_not_given(tmp_path, wrong):
    async with serving(tmp_path, ReplayingEngine([found(wrong)] * 3)) as served:
        told = await answer(served, ASKED)
    assert (told["outcome"], told["plan"], told["verdict"]) == ("broken", None, None)
    assert told["engine"] == "replaying"
    assert "does not solve the task" in told["reason"]


@pytest.mark.parametrize(
    ("result", "outcome"),
    [
        (ProvenUnsolvable(), "unsolvable"),
        (GaveUp("bored"), "gave_up"),
        (OutOfTime(2.0), "out_of_time"),
        (OutOfMemory(64), "out_of_memory"),
        (Refused("no numbers"), "refused"),
        (Broken("signal 11"), "broken"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_each_way_of_finding_no_plan_is_a_result_of_its_own(
    tmp_path, result: Result, outcome: str
):
    async with serving(tmp_path, ReplayingEngine([result] * 3)) as served:
        told = await answer(served, {**ASKED, "way": "plan"})
    assert (told["outcome"], told["plan"], told["distance"]) == (outcome, None, None)
    assert told["reason"]


async def test_a_task_that_no_engine_can_read_is_refused_with_the_reasons(tmp_path):
    engine = ReplayingEngine(purposes=frozenset({Purpose.PROOF}))
    async with serving(tmp_path, engine) as served:
        told = await answer(served, {**ASKED, "way": "plan"})
    assert told["outcome"] == "refused"
    assert "replaying is not made for: plan" in told["reason"]


async def test_a_plan_that_solves_its_task_is_given_back_and_no_engine_asked(tmp_path):
    engine = ReplayingEngine()
    async with serving(tmp_path, engine) as served:
        told = await answer(served, {**ASKED, "plan": GOOD})
    assert (told["outcome"], told["plan"], told["engine"]) == ("solved", GOOD, None)
    assert (told["distance"], told["kept"], told["given"]["type"]) == (0, 1, "valid")
    assert not engine.orders


async def test_from_scratch_no_plan_is_needed(tmp_path):
    asked = {"domain": DOMAIN, "problem": PROBLEM, "way": "plan"}
    async with serving(tmp_path, ReplayingEngine([found(GOOD)])) as served:
        told = await answer(served, asked)
    assert (told["outcome"], told["plan"]) == ("solved", GOOD)
    assert (told["given"], told["distance"], told["kept"]) == (None, None, None)


@pytest.mark.parametrize(
    ("change", "kind", "pointer"),
    [
        ({"domain": None}, "invalid-request", "#/domain"),
        ({"domain": ""}, "invalid-request", "#/domain"),
        ({"problem": 7}, "invalid-request", "#/problem"),
        ({"plan": ["(a)"]}, "invalid-request", "#/plan"),
        ({"plan": "(switch-on a)\nand so on\n"}, "plan-syntax", "#/plan"),
        ({"plan": "(switch-on a)\n0.1: (switch-on b)\n"}, "plan-syntax", "#/plan"),
        ({"plan": None}, "request-refused", "#/plan"),
        ({"plan": None, "way": "keep"}, "request-refused", "#/plan"),
        ({"way": "magic"}, "invalid-request", "#/way"),
        ({"way": None}, "invalid-request", "#/way"),
        ({"engine": "oracle"}, "request-refused", "#/engine"),
        ({"engine": "x" * 101}, "invalid-request", "#/engine"),
        ({"seconds": 0}, "invalid-request", "#/seconds"),
        ({"seconds": -1}, "invalid-request", "#/seconds"),
        ({"seconds": 21}, "request-refused", "#/seconds"),
        ({"seconds": 1e99}, "invalid-request", "#/seconds"),
        ({"seconds": "soon"}, "invalid-request", "#/seconds"),
        ({"seed": -1}, "invalid-request", "#/seed"),
        ({"seed": 2**31}, "invalid-request", "#/seed"),
        ({"seed": 0.5}, "invalid-request", "#/seed"),
        ({"memory": 10**9}, "invalid-request", "#/memory"),
        ({"domain": "(define (domain d)"}, "task-syntax", "#/domain"),
        ({"problem": PROBLEM.replace("(lit a)", "(lot a)")}, "task-semantics", "#/problem"),
    ],
    ids=str,
)
async def test_bad_input_is_a_problem_with_its_place_and_reaches_no_engine(
    tmp_path, change, kind, pointer
):
    engine = ReplayingEngine([found(GOOD)])
    async with serving(tmp_path, engine) as served:
        response = await served.client.post("/v1/repairs", json={**ASKED, **change})
    document = problem(response, 422, kind)
    assert document["errors"][0]["pointer"] == pointer
    assert not engine.orders


async def test_a_plan_that_cannot_be_read_is_told_with_its_line(tmp_path):
    async with serving(tmp_path, ReplayingEngine()) as served:
        asked = {**ASKED, "plan": "(switch-on a)\nand so on\n"}
        document = problem(await served.client.post("/v1/repairs", json=asked), 422, "plan-syntax")
    assert (document["source"], document["line"]) == ("plan", 2)


async def test_a_client_that_hangs_up_ends_the_planner(tmp_path):
    engine = ReplayingEngine([found(GOOD)] * 3, seconds=15.0)
    async with serving(tmp_path, engine) as served:
        for _ in range(3):
            with suppress(httpx.ReadTimeout):
                await served.client.post("/v1/repairs", json=ASKED, timeout=0.3)
        for _ in range(100):
            if engine.cancelled == 3:
                break
            await asyncio.sleep(0.02)
        assert (len(engine.orders), engine.cancelled, engine.running) == (3, 3, 0)


async def test_requests_beyond_the_places_wait_and_beyond_that_are_refused(tmp_path):
    engine = ReplayingEngine([found(GOOD)] * 8, seconds=0.5)
    few = replace(LIMITS, most_waiting=2)
    async with serving(tmp_path, engine, processes=1, limits=few) as served:
        asking = [
            asyncio.create_task(served.client.post("/v1/repairs", json=ASKED)) for _ in range(6)
        ]
        responses = await asyncio.gather(*asking)
        statuses = [response.status_code for response in responses]
        assert (statuses.count(200), statuses.count(503)) == (3, 3)
        assert engine.most_running == 1
        busy = next(response for response in responses if response.status_code != 200)
        problem(busy, 503, "planners-busy")
        assert busy.headers["retry-after"] == "1"


async def test_a_process_that_ends_ends_its_planners_and_says_so(tmp_path):
    engine = ReplayingEngine([found(GOOD)], seconds=15.0)
    async with serving(tmp_path, engine) as served:
        asking = asyncio.create_task(served.client.post("/v1/repairs", json=ASKED))
        await engine.asked.wait()
        served.service.closing.set()
        problem(await asking, 503, "closing")
        assert (engine.cancelled, engine.running) == (1, 0)
        problem(await served.client.post("/v1/repairs", json=ASKED), 503, "closing")


needs_lpg = pytest.mark.skipif(engine_called("lpg").version() is None, reason="needs LPG")
needs_downward = pytest.mark.skipif(
    engine_called("fast-downward").version() is None, reason="needs Fast Downward"
)


@pytest.mark.parametrize(
    "way",
    [
        pytest.param("repair", marks=needs_lpg),
        pytest.param("complete", marks=needs_downward),
        pytest.param("keep", marks=needs_downward),
        pytest.param("plan", marks=needs_downward),
    ],
)
async def test_real_planners_solve_in_each_way(real, way):
    told = await answer(real, {**BLOCKS, "way": way, "seed": 1})
    assert told["outcome"] == "solved", told
    assert (told["way"], told["reason"]) == (way, None)
    task = Task(domain=BLOCKS["domain"], problem=BLOCKS["problem"])
    assert isinstance(verify(task, read_plan(told["plan"])), Valid)
    assert told["engine"]
    assert told["version"]
    assert told["seconds"] > 0
    assert told["distance"] >= 0
    assert 0 <= told["kept"] <= 1
    assert told["given"]["type"] == "invalid"


@needs_downward
async def test_a_real_planner_proves_that_there_is_no_plan(real):
    told = await answer(real, {**BLOCKS, "problem": UNSOLVABLE, "way": "plan"})
    assert (told["outcome"], told["plan"]) == ("unsolvable", None)
    assert told["engine"]
