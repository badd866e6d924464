"""Pages of other origins: the ones that the settings name may use the API, and no others."""

import pytest

from tests.app.api.serving import serve
from tests.app.modulo.lamps import GOOD
from tests.app.sessions.parts import Patient

EDITOR = "https://editor.planning.domains"
# As a browser asks before `runPAS` of planning-as-a-service's `plugin.js` may post its JSON.
PREFLIGHT = {
    "Origin": EDITOR,
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "content-type",
}


@pytest.fixture
async def opened(tmp_path):
    async with serve(tmp_path, Patient([GOOD]), browser_origins=(EDITOR,)) as served:
        yield served


async def test_a_page_that_is_named_may_post_json_and_send_a_key(opened):
    asked = {**PREFLIGHT, "Access-Control-Request-Headers": "authorization,content-type"}
    response = await opened.client.options("/package/modulo/solve", headers=asked)
    assert response.status_code == 200
    assert response.headers["access-control-allow-origin"] == EDITOR
    assert "POST" in response.headers["access-control-allow-methods"]
    allowed = response.headers["access-control-allow-headers"].lower()
    assert "content-type" in allowed
    assert "authorization" in allowed
    assert "access-control-allow-credentials" not in response.headers


async def test_a_page_on_the_net_may_use_a_service_on_the_users_own_machine(opened):
    asked = {**PREFLIGHT, "Access-Control-Request-Private-Network": "true"}
    response = await opened.client.options("/package/modulo/solve", headers=asked)
    assert response.headers["access-control-allow-private-network"] == "true"


@pytest.mark.parametrize("path", ["/package", "/check/unknown"])
async def test_answers_and_problem_documents_can_be_read_by_the_page(opened, path):
    response = await opened.client.get(path, headers={"Origin": EDITOR})
    assert response.headers["access-control-allow-origin"] == EDITOR
    assert "Retry-After" in response.headers["access-control-expose-headers"]


async def test_a_body_that_is_too_large_is_refused_where_the_page_can_read_it(opened):
    response = await opened.client.post(
        "/package/modulo/solve", content=b"x" * 300_000, headers={"Origin": EDITOR}
    )
    assert response.status_code == 413
    assert response.headers["access-control-allow-origin"] == EDITOR


async def test_a_page_that_is_not_named_is_not_let_in(opened):
    asked = {**PREFLIGHT, "Origin": "https://elsewhere.example"}
    response = await opened.client.options("/package/modulo/solve", headers=asked)
    assert response.status_code == 400
    assert "access-control-allow-origin" not in response.headers


async def test_without_the_setting_no_page_is_let_in(served):
    response = await served.client.options("/package/modulo/solve", headers=PREFLIGHT)
    assert response.status_code == 405
    response = await served.client.get("/package", headers={"Origin": EDITOR})
    assert "access-control-allow-origin" not in response.headers
