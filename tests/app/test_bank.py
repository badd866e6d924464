import hashlib
from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import replace

import pytest

from app.bank import open_bank
from app.choices import sampled
from app.llm.chat import Sampling
from app.modulo.assurance import Assurance
from app.modulo.budget import Budget
from app.modulo.events import AttemptFinished
from app.modulo.quality import Goal
from app.modulo.strategies.ladder import Rung
from app.modulo.watch import Watch
from app.sessions.errors import RequestRefused
from app.sessions.origin import Lane, Origin
from app.sessions.request import LadderRequest, PlanRequest
from app.settings import Settings
from planners.generators.blocksworld import generate
from tests.app.llm.simulated_server import Answer, simulated_server


def request(seed: int) -> PlanRequest:
    return PlanRequest(task=generate(blocks=3, seed=1), seed=seed)


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.9])
def test_about_the_share_of_sessions_that_the_settings_say_is_sampled(rate):
    share = sum(sampled(request(seed), rate) for seed in range(2_000)) / 2_000
    assert abs(share - rate) < 0.05


def test_no_session_is_sampled_at_0_and_every_one_at_1():
    assert not any(sampled(request(seed), 0.0) for seed in range(200))
    assert all(sampled(request(seed), 1.0) for seed in range(200))


def test_the_same_request_is_sampled_or_not_each_time_alike_and_at_any_greater_rate():
    for seed in range(200):
        assert sampled(request(seed), 0.3) == sampled(request(seed), 0.3)
        assert sampled(request(seed), 0.6) >= sampled(request(seed), 0.3)


@pytest.mark.parametrize(
    ("assurance", "rate", "refereed"),
    [
        (Assurance.SINGLE, "0", False),
        (Assurance.SINGLE, "1", True),
        (Assurance.DOUBLE, "0", True),
    ],
)
async def test_a_session_is_refereed_on_request_and_by_sampling(
    tmp_path, monkeypatch, assurance, rate, refereed
):
    monkeypatch.setenv("MODULO_REFEREE_RATE", rate)
    monkeypatch.setenv("MODULO_REFEREE_FOLDER", str(tmp_path))
    async with open_bank(Settings()) as bank:
        loop = bank.compose(replace(request(5), assurance=assurance))
        assert (loop._bench.referee is bank.referee) is refereed
        assert bank.referee.folder == tmp_path


async def test_a_request_with_a_ladder_and_no_strategy_gets_the_ladder():
    async with open_bank(Settings()) as bank:
        asked = replace(request(5), ladder=LadderRequest(rungs=(Rung.PLAN,), after=2))
        assert bank.names(asked) == ("apprentice", "ladder")
        loop = bank.compose(asked)
        assert loop._strategy.rungs == (Rung.PLAN,)
        assert loop._strategy.after == 2
        assert set(loop._bench.proposers) == {"apprentice", "planner:plan"}


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"strategy": "resample", "ladder": LadderRequest()}, "/ladder"),
        ({"watch": (Watch.BOUND,)}, "/watch"),
        ({"critics": ("flattery",)}, "/critics/constructive"),
        # The apprentice has no words for what it is offered.
        ({"critics": ("landmarks",)}, "/critics/constructive"),
    ],
)
async def test_what_makes_no_sense_together_is_refused(changes, pointer):
    async with open_bank(Settings()) as bank:
        with pytest.raises(RequestRefused) as refused:
            bank.compose(replace(request(5), **changes))
    assert refused.value.pointer == pointer


async def test_each_watcher_is_there_once_however_often_it_was_named():
    async with open_bank(Settings()) as bank:
        watch = (Watch.UNSOLVABILITY, Watch.BOUND, Watch.UNSOLVABILITY)
        loop = bank.compose(replace(request(5), watch=watch, goal=Goal.BEST))
        assert len(loop._watchers) == 2


async def test_what_a_critic_offers_reaches_the_model_with_the_next_prompt():
    async with simulated_server() as server:
        server.replies(Answer(pieces=("(stack b1 b2)",)))
        settings = Settings(model_url=server.url, model="someone")
        async with open_bank(settings) as bank:
            asked = replace(
                request(5),
                strategy="backprompt",
                critics=("nearest_repair",),
                budget=Budget(attempts=2),
            )
            async with aclosing(bank.compose(asked).solve(asked.task, asked.budget)) as events:
                attempts = [
                    event.attempt async for event in events if isinstance(event, AttemptFinished)
                ]
    offered = attempts[0].critiques[-1]
    assert offered.offer is not None
    assert offered.message in server.received[1].body["messages"][-1]["content"]


async def test_constructive_critics_are_there_where_they_are_named(monkeypatch):
    monkeypatch.setenv("MODULO_MODEL_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("MODULO_MODEL", "someone")
    async with open_bank(Settings()) as bank:
        offered = {offer["name"] for offer in bank.catalogue()["critics"]}
        names = ("landmarks", "relaxed_plan", "nearest_repair")
        assert offered >= set(names)
        asked = replace(request(5), critics=(*names, "landmarks"))
        chosen = [critic.name for critic in bank.compose(asked)._bench.critics]
        assert chosen == ["executability", *names]
        assert [critic.name for critic in bank.compose(request(5))._bench.critics] == chosen[:1]


async def bodies_of(tmp_path, *origins: Origin, **settings) -> list[Mapping[str, object]]:
    """Run a session for each origin with its preference judged; give what the server got."""
    async with simulated_server() as server:
        at = Settings(model_url=server.url, model="m", keys=tmp_path / "keys.db", **settings)
        async with open_bank(at) as bank:
            for origin in origins:
                asked = replace(
                    request(5), origin=origin, preference="short", budget=Budget(attempts=1)
                )
                loop = bank.compose(asked)
                async with aclosing(loop.solve(asked.task, asked.budget)) as events:
                    assert [event async for event in events]
                preference = next(
                    critic for critic in loop._bench.critics if critic.name == "preference"
                )
                await preference._model.complete((), Sampling(), timeout_seconds=5)
    assert len(server.received) == 2 * len(origins)
    return [received.body for received in server.received]


async def test_a_model_server_is_told_nothing_of_tenants_unless_the_settings_say_so(tmp_path):
    for body in await bodies_of(tmp_path, Origin(tenant="lab", lane=Lane.BATCH)):
        assert "cache_salt" not in body
        assert "priority" not in body
    assert not (tmp_path / "keys.db").exists()


async def test_batches_are_served_behind_interactive_sessions(tmp_path):
    origins = (Origin(lane=Lane.INTERACTIVE), Origin(lane=Lane.BATCH))
    bodies = await bodies_of(tmp_path, *origins, model_priority=True)
    assert [body["priority"] for body in bodies] == [0, 0, 10, 10]
    assert not any("cache_salt" in body for body in bodies)


async def test_each_tenant_has_a_salt_that_does_not_tell_its_name(tmp_path):
    origins = (Origin(tenant="lab"), Origin(tenant="rival"), Origin(tenant="lab", key="k"))
    first = await bodies_of(tmp_path, *origins, model_cache_salt=True)
    salts = [body["cache_salt"] for body in first]
    lab, rival = salts[0], salts[2]
    assert salts == [lab, lab, rival, rival, lab, lab]
    assert lab != rival
    assert len(lab) == 64
    assert hashlib.sha256(b"lab").hexdigest() != lab
    # The same after a restart, or the cache would be of no use; another elsewhere.
    assert (await bodies_of(tmp_path, origins[0], model_cache_salt=True))[0]["cache_salt"] == lab
    other = await bodies_of(tmp_path / "other", origins[0], model_cache_salt=True)
    assert other[0]["cache_salt"] != lab


async def test_the_embedded_model_takes_no_fields(tmp_path):
    async with open_bank(Settings(keys=tmp_path / "keys.db", model_priority=True)) as bank:
        asked = replace(request(5), origin=Origin(lane=Lane.BATCH))
        assert bank.compose(asked)._bench.proposers["apprentice"].name == "apprentice"
