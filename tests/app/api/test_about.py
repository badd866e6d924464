import asyncio
import time

import httpx
import pytest

from tests.app.api.serving import CATALOGUE


async def test_the_catalogue_lists_what_is_on_offer(served):
    response = await served.client.get("/v1/catalogue")
    assert response.status_code == 200
    assert response.json() == CATALOGUE


async def test_a_process_that_runs_is_alive_and_ready(served):
    assert (await served.client.get("/livez")).json() == {"status": "alive"}
    assert (await served.client.get("/readyz")).json() == {"status": "ready"}


async def test_a_process_that_runs_no_sessions_is_alive_but_not_ready(served):
    await served.service.runner.__aexit__(None, None, None)
    response = await served.client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["detail"] == "no sessions are being run"
    assert (await served.client.get("/livez")).status_code == 200


async def test_a_process_whose_store_is_away_is_not_ready(served):
    await served.service.store.__aexit__(None, None, None)
    response = await served.client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["detail"] == "the store does not answer"


async def test_a_process_that_is_about_to_end_is_alive_but_not_ready(served):
    served.service.closing.set()
    response = await served.client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["detail"] == "it is shutting down"
    assert (await served.client.get("/livez")).status_code == 200


async def test_an_event_loop_that_is_blocked_gives_no_sign_of_life(served):
    with httpx.Client(base_url=served.client.base_url, timeout=0.2) as probe:
        asked = asyncio.create_task(asyncio.to_thread(probe.get, "/livez"))
        await asyncio.sleep(0)
        time.sleep(1.0)  # noqa: ASYNC251 (this is what must not happen)
        with pytest.raises(httpx.ReadTimeout):
            await asked
    assert (await served.client.get("/livez")).status_code == 200
