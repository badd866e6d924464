"""How clients are sent on their way."""

import asyncio
import json
import time

from deploy.loadtest.client import Client, Deadline
from deploy.loadtest.driver import Driver
from deploy.loadtest.requests import Requests
from planners import Task
from planners.pddl import read_task
from tests.deploy.loadtest.scripted import Scripted, answer, event, scripted, stream

TAKEN = answer(202, b'{"id": "s1", "status": "queued"}')
ANSWERS = {
    "POST /v1/plans": [TAKEN],
    "GET /v1/plans/s1/events": [stream(event(1, "session_created"), event(2, "solved"))],
}


def driver_of(service: Scripted, **more: object) -> Driver:
    client = Client(address=service.address, deadline=Deadline(time.time() + 20.0))
    return Driver(client=client, requests=Requests(), **more)


async def test_arrivals_do_not_wait_for_a_slow_service_and_latency_counts_from_them():
    async with scripted(ANSWERS, delay_seconds=0.5) as service:
        driver = driver_of(service)
        began = time.time()
        await driver.open_loop((0.0, 0.1, 0.2), began)
        took = time.time() - began
    assert [round(record.scheduled - began, 3) for record in driver.records] == [0.0, 0.1, 0.2]
    # Two requests each, half a second both: one after the other would take three seconds.
    assert took < 2.5
    assert all(record.plan_seconds >= 1.0 for record in driver.records)


async def test_one_that_could_not_begin_in_time_has_waited_since_it_was_due():
    async with scripted(ANSWERS) as service:
        driver = driver_of(service)
        await driver.open_loop((0.0,), time.time() - 5.0)
    assert driver.records[0].plan_seconds >= 5.0


async def test_one_that_ends_makes_room_for_the_next_until_there_were_enough():
    async with scripted(ANSWERS) as service:
        known: list[str] = []
        driver = driver_of(service, know=known.append, tenant="a", first=100)
        await driver.keep(3, 10, asyncio.Event())
    assert [record.index for record in driver.records] == list(range(100, 110))
    assert {record.tenant for record in driver.records} == {"a"}
    assert known == ["s1"] * 10


async def test_the_first_ones_come_one_after_the_other():
    async with scripted(ANSWERS, delay_seconds=0.5) as service:
        driver = driver_of(service)
        await driver.keep(3, 3, asyncio.Event(), pauses=(0.3, 0.1, 0.0))
    first, second, third = sorted(record.scheduled for record in driver.records)
    assert second - first >= 0.3
    assert third - second >= 0.1


async def test_none_begins_after_the_end():
    async with scripted(ANSWERS) as service:
        driver = driver_of(service)
        ended = asyncio.Event()
        ended.set()
        await driver.keep(3, 10, ended)
    assert driver.records == []


def test_requests_follow_from_their_seed_and_differ_from_each_other():
    bodies = [Requests(seed=1).body(index) for index in range(50)]
    assert bodies == [Requests(seed=1).body(index) for index in range(50)]
    assert len({json.loads(body)["seed"] for body in bodies}) == 50
    assert len(set(bodies)) == 50


def test_a_request_holds_a_task_that_can_be_read():
    asked = json.loads(Requests(seed=2, fewest_blocks=5, most_blocks=5).body(7))
    task = read_task(Task(domain=asked["domain"], problem=asked["problem"]))
    assert len(task.objects) == 5


def test_a_share_of_the_tasks_is_large():
    requests = Requests(large_share=0.5, large_blocks=30, most_blocks=4)
    sizes = [json.loads(requests.body(n))["problem"].count("(on ") for n in range(40)]
    assert 5 < sum(size > 8 for size in sizes) < 35
