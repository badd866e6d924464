"""What is seen of a service from outside."""

import asyncio
import json
import os

from deploy.loadtest.probe import Prober
from deploy.loadtest.stage import Stage
from deploy.loadtest.watching import CLIENTS, Watch, sample_of
from tests.deploy.loadtest.scripted import answer, scripted

LOOK, LIST = "GET /v1/plans/s1", "GET /v1/plans?limit=20"


async def until(there) -> None:
    async with asyncio.timeout(40.0):
        while True:
            if there():
                return
            await asyncio.sleep(0.05)


async def test_gets_are_timed_by_a_process_of_its_own_once_a_session_is_known(tmp_path):
    async with scripted({LOOK: [answer(200, b"{}")], LIST: [answer(503)]}) as service:
        stage = Stage(address=service.address, folder=tmp_path)
        async with Watch(stage, gets_per_second=100.0, key="k1") as watch:
            watch.know("s1")
            await until(lambda: len(service.asked) >= 40)
    assert len(watch.probes) >= 40
    by_kind = {probe.what: probe.status for probe in watch.probes}
    assert by_kind == {"session": 200, "list": 503}
    assert all(0.0 < probe.seconds < 30.0 for probe in watch.probes)
    assert {asked.headers["authorization"] for asked in service.asked} == {"Bearer k1"}


async def test_a_service_that_is_gone_gives_no_answer(capsys):
    async with scripted({}) as service:
        address = service.address
    prober = Prober(address, rate=200.0)
    prober.known.append("s1")
    ended = asyncio.Event()
    asyncio.get_running_loop().call_later(0.5, ended.set)
    await prober.run(ended)
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {(each["status"], each["what"]) for each in told} == {(0, "session"), (0, "list")}


async def test_nothing_is_asked_where_that_is_not_wanted(tmp_path):
    async with scripted({}) as service:
        stage = Stage(address=service.address, folder=tmp_path)
        async with Watch(stage, gets_per_second=0.0) as watch:
            watch.know("s1")
            await asyncio.sleep(0.1)
    assert (service.asked, watch.probes) == ([], [])
    assert {sample.program for sample in watch.samples} == {CLIENTS}


def test_a_process_is_looked_at_while_it_runs():
    found = sample_of("one", os.getpid())
    assert (found.program, found.pid) == ("one", os.getpid())
    assert found.rss_mebibytes > 5.0
    assert sample_of("none", None) is None
