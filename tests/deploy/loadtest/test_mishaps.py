"""What is done to a service: drawn from a seed, done in order, and everything runs again."""

import os
import signal
import sys
import time
from itertools import pairwise

import pytest

from deploy.loadtest.loopback import Address
from deploy.loadtest.mishaps import Kind, Mishap, drawn, inflict
from deploy.loadtest.programs import Program
from deploy.loadtest.stage import Stage


def test_the_same_seed_draws_the_same_mishaps():
    wanted = {"kills": 5, "every_seconds": 3.0, "model_away_seconds": 1.0}
    assert drawn(**wanted, seed=1) == drawn(**wanted, seed=1)
    assert drawn(**wanted, seed=1) != drawn(**wanted, seed=2)


def test_as_many_are_drawn_as_were_asked_for_and_in_order():
    found = drawn(
        kills=20,
        every_seconds=2.0,
        seed=3,
        redis_restarts=2,
        model_away_seconds=1.0,
        verifier_stopped_seconds=2.0,
    )
    kinds = [mishap.kind for mishap in found]
    assert [kinds.count(kind) for kind in Kind] == [20, 2, 1, 1]
    times = [mishap.at for mishap in found]
    assert times == sorted(times)
    kills = [0.0, *(mishap.at for mishap in found if mishap.kind is Kind.KILL_WORKER)]
    waits = [later - earlier for earlier, later in pairwise(kills)]
    assert all(1.0 <= wait <= 3.0 for wait in waits)
    # The rest comes while there are still kills to come.
    assert max(mishap.at for mishap in found if mishap.kind is not Kind.KILL_WORKER) < kills[-1]


def test_nothing_else_is_drawn_unless_it_is_asked_for():
    found = drawn(kills=3, every_seconds=1.0, seed=0, redis_restarts=0)
    assert {mishap.kind for mishap in found} == {Kind.KILL_WORKER}


class Standing(Stage):
    """A stage whose programs are ready as soon as they run."""

    async def start(self, name: str) -> None:
        self.programs[name].start()


@pytest.fixture
def stage(tmp_path):
    sleeping = (sys.executable, "-c", "import time; time.sleep(60)")
    programs = {
        name: Program(name, sleeping, environment=dict(os.environ), folder=tmp_path)
        for name in ("worker-1", "worker-2")
    }
    for program in programs.values():
        program.start()
    yield Standing(address=Address(host="127.0.0.1", port=1), folder=tmp_path, programs=programs)
    for program in programs.values():
        os.killpg(program.pid, signal.SIGKILL)
        program.kill()


async def test_a_killed_worker_runs_again_and_the_incident_says_which(stage):
    before = {name: program.pid for name, program in stage.programs.items()}
    mishaps = [Mishap(at=0.0, kind=Kind.KILL_WORKER, draw=0.9)]
    incidents = await inflict(mishaps, stage, time.time())
    after = {name: program.pid for name, program in stage.programs.items()}
    assert [incident.what for incident in incidents] == ["worker-2 killed"]
    assert after["worker-1"] == before["worker-1"]
    assert after["worker-2"] not in {None, before["worker-2"]}
