from dataclasses import replace

import pytest

from app.bank import open_bank, sampled
from app.modulo.assurance import Assurance
from app.sessions.request import PlanRequest
from app.settings import Settings
from planners.generators.blocksworld import generate


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
        assert (loop._referee is bank.referee) is refereed
        assert bank.referee.folder == tmp_path
