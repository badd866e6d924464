"""The lines of requests, and the names that they are found by."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from app.telemetry.logs import configure_logs
from tests.app.api.test_plans import ASKED


class Lines:
    """What has been logged since the start of a test."""

    def __init__(self) -> None:
        self.stream = io.StringIO()

    def of(self, event: str) -> list[dict]:
        lines = map(json.loads, self.stream.getvalue().splitlines())
        return [line for line in lines if line["event"] == event]


@pytest.fixture
def lines() -> Iterator[Lines]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    lines = Lines()
    configure_logs(json=True, level="info", stream=lines.stream)
    yield lines
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


async def test_a_request_is_a_line_without_its_query(served, lines):
    await served.client.get("/v1/plans", params={"limit": 3})
    (line,) = lines.of("request_served")
    assert (line["method"], line["path"], line["status"]) == ("GET", "/v1/plans", 200)
    assert 0 <= line["seconds"] < 20


async def test_an_answer_carries_the_name_that_the_client_gave_its_request(served, lines):
    response = await served.client.get("/v1/catalogue", headers={"X-Request-Id": "my-name.7"})
    assert response.headers["X-Request-Id"] == "my-name.7"
    (line,) = lines.of("request_served")
    assert line["request"] == "my-name.7"


@pytest.mark.parametrize("name", ["", "two words", "x" * 65, 'a"b', "new\tline"])
async def test_what_is_no_plain_name_is_not_taken_over(served, lines, name):
    response = await served.client.get("/v1/catalogue", headers={"X-Request-Id": name})
    given = response.headers["X-Request-Id"]
    assert given != name
    assert len(given) == 16
    assert lines.of("request_served")[0]["request"] == given


async def test_two_requests_have_two_names(served):
    answers = [await served.client.get("/v1/catalogue") for _ in range(2)]
    assert len({answer.headers["X-Request-Id"] for answer in answers}) == 2


async def test_probes_are_lines_only_for_debug(served, lines):
    for path in ("/livez", "/readyz", "/metrics"):
        assert (await served.client.get(path)).status_code == 200
    assert lines.of("request_served") == []
    configure_logs(json=True, level="debug", stream=lines.stream)
    await served.client.get("/livez")
    assert [line["path"] for line in lines.of("request_served")] == ["/livez"]


async def test_requests_that_are_refused_are_lines_too(served, lines):
    await served.client.get("/nothing/here")
    await served.client.post("/v1/plans", content=b"{")
    assert [line["status"] for line in lines.of("request_served")] == [404, 415]


async def test_tasks_are_in_no_line(served, lines):
    configure_logs(json=True, level="debug", stream=lines.stream)
    asked = {**ASKED, "problem": f"{ASKED['problem']}; canary"}
    response = await served.client.post(
        "/v1/plans", json=asked, headers={"Authorization": "Bearer warbler"}
    )
    assert response.status_code in {200, 401}
    await served.client.post("/v1/validations", json={"domain": "siskin", "problem": "finch"})
    logged = lines.stream.getvalue()
    assert "request_served" in logged
    for bird in ("canary", "warbler", "siskin", "finch"):
        assert bird not in logged
