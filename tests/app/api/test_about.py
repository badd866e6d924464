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
