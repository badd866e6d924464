"""`POST /v1/validations` of a server in one process, beside other ways to judge the same plans.

The others get a head start: unified-planning has the task and the plan read already, and is
asked without HTTP; and of the way of a process for each plan only the process is counted, one
that does nothing (`true`). CPU times, of the server with all of its processes: they hold on a
machine that does other things as well. Run with `make bench`.
"""

import asyncio
import json
import os
import resource
import socket
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from planners import Task
from tests.benchmarks.deliveries import delivery
from tests.benchmarks.test_verifying import logistics
from tests.benchmarks.towers import turned_tower

ROOT = Path(__file__).resolve().parents[2]
CONNECTIONS = 4
REQUESTS = 2_000
TICKS = os.sysconf("SC_CLK_TCK")


def corpus() -> list[tuple[Task, str, str]]:
    """Give tasks with plans and what they are: each plan as it is, and with a step left out."""
    plans = []
    for task, text in (turned_tower(), logistics(4, 2, 9, 2), delivery(40, 20, 17)):
        steps = text.strip().split("\n")
        half = len(steps) // 2
        plans.append((task, "\n".join(steps), "valid"))
        plans.append((task, "\n".join([*steps[:half], *steps[half + 1 :]]), "invalid"))
    return plans


@contextmanager
def serving(folder: Path) -> Iterator[tuple[int, int]]:
    """Run the application with one verifier process; gives its id and port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = {
        "MODULO_PORT": str(port),
        "MODULO_VERIFIER_PROCESSES": "1",
        "XDG_STATE_HOME": str(folder),
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "app.main"], cwd=ROOT, env={**os.environ, **settings}
    )
    try:
        deadline = time.monotonic() + 60
        while True:
            assert process.poll() is None
            assert time.monotonic() < deadline
            with socket.socket() as tried:
                if tried.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield process.pid, port
    finally:
        process.terminate()
        process.wait(30)


def cpu_seconds(pid: int) -> float:
    """Give the CPU time of a process and of those it has started, living and gone."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    own = sum(map(int, fields[11:15])) / TICKS
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return own + sum(cpu_seconds(int(child)) for child in children)


def request(task: Task, plans: list[str]) -> bytes:
    asked = {"domain": task.domain, "problem": task.problem, "plans": plans}
    body = json.dumps(asked).encode()
    head = (
        "POST /v1/validations HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def drive(port: int, asked: list[bytes]) -> list[dict]:
    """Send requests over a few connections that stay open; gives the answers in their order."""
    told: list[dict] = [{}] * len(asked)
    numbers = iter(range(len(asked)))

    async def one() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**24)
        for number in numbers:
            writer.write(asked[number])
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            length = int(head.partition("content-length: ")[2].partition("\r\n")[0])
            told[number] = json.loads(await reader.readexactly(length))
        writer.close()

    await asyncio.gather(*(one() for _ in range(CONNECTIONS)))
    return told


def of_unified_planning(unified_planning, seconds_of, plans) -> float:
    """Give the CPU seconds of a plan, on average."""
    validators = unified_planning.engines.plan_validator
    reader = unified_planning.io.PDDLReader()
    total = 0.0
    for task, text, _ in plans:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            problem = reader.parse_problem_string(task.domain, task.problem)
            theirs = reader.parse_plan_string(problem, text)
        validator = validators.SequentialPlanValidator()
        validator.skip_checks = True
        total += seconds_of(partial(validator.validate, problem, theirs))
    return total / len(plans)


def of_a_process(times: int = 300) -> float:
    """Give the CPU seconds of starting a process that does nothing, and of waiting for it."""

    def used() -> float:
        both = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
        return sum(sum(resource.getrusage(who)[:2]) for who in both)

    before = used()
    for _ in range(times):
        subprocess.run(["true"], check=True, stdout=subprocess.PIPE)
    return (used() - before) / times


@pytest.mark.parametrize("in_a_request", [1, 100], ids=["a plan a request", "100 plans a request"])
def test_plans_are_judged_over_http_far_faster_than_in_other_ways(
    benchmark, tmp_path, unified_planning, seconds_of, in_a_request
):
    plans = corpus()
    one_of_each = [(request(task, [text] * in_a_request), kind) for task, text, kind in plans]
    asked = one_of_each * (REQUESTS // in_a_request // len(plans) + 1)
    with serving(tmp_path) as (pid, port):
        asyncio.run(drive(port, [body for body, _ in one_of_each]))
        before = cpu_seconds(pid)
        bodies = [body for body, _ in asked]
        told = benchmark.pedantic(lambda: asyncio.run(drive(port, bodies)), rounds=3, iterations=1)
        judged = 3 * len(asked) * in_a_request
        ours = (cpu_seconds(pid) - before) / judged
    for answer, (_, kind) in zip(told, asked, strict=True):
        assert [result["type"] for result in answer["results"]] == [kind] * in_a_request
    theirs = of_unified_planning(unified_planning, seconds_of, plans)
    process = of_a_process()
    benchmark.extra_info["plans_per_second"] = round(judged / 3 / benchmark.stats.stats.median)
    benchmark.extra_info["server: CPU seconds a plan"] = ours
    benchmark.extra_info["unified-planning: CPU seconds a plan"] = theirs
    benchmark.extra_info["unified-planning: times faster"] = round(theirs / ours)
    benchmark.extra_info["a process a plan: CPU seconds a plan"] = process
    benchmark.extra_info["a process a plan: times faster"] = round(process / ours, 1)
    assert theirs / ours > 10
