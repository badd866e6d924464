from prometheus_client.parser import text_string_to_metric_families

from tests.app.api.test_plans import ASKED


async def samples(served) -> dict[tuple[str, ...], float]:
    response = await served.client.get("/metrics")
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/plain")
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(response.text)
        for sample in family.samples
    }


async def test_sessions_are_counted_by_status(served):
    response = await served.client.post("/v1/plans", json=ASKED)
    assert response.json()["status"] == "solved"
    found = await samples(served)
    assert found["modulo_sessions", "solved"] == 1
    assert found["modulo_sessions", "running"] == 0


async def test_a_store_that_is_away_does_not_hide_the_other_metrics(served):
    await samples(served)
    await served.service.store.__aexit__(None, None, None)
    found = await samples(served)
    assert ("modulo_sessions", "running") not in found
    assert found["modulo_http_request_seconds_count", "GET", "/metrics", "200"] == 1


async def test_requests_are_timed_by_route_and_not_by_path(served):
    for name in ("a", "b"):
        assert (await served.client.get(f"/v1/plans/{name}")).status_code == 404
    found = await samples(served)
    assert found["modulo_http_request_seconds_count", "GET", "/v1/plans/{session_id}", "404"] == 2


async def test_paths_that_are_no_route_make_one_series(served):
    for name in ("x", "y", "z"):
        assert (await served.client.get(f"/{name}")).status_code == 404
    found = await samples(served)
    assert found["modulo_http_request_seconds_count", "any", "none", "404"] == 3
