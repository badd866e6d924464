"""Lines of the log, as whoever collects them gets them."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from app.sessions.runner import Runner
from app.sessions.sqlite import SqliteStore
from app.sessions.wire_request import SessionCreatedWire
from app.telemetry.logs import SessionLines, configure_logs
from tests.app.modulo.lamps import GOOD, HALF
from tests.app.sessions.parts import CREATED, Patient, SmallBank

log = logging.getLogger("app.somewhere")


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """The log is the whole process's, so each test gives it back as it was."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


@pytest.fixture
def written() -> io.StringIO:
    return io.StringIO()


def lines(written: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in written.getvalue().splitlines()]


def test_a_line_of_the_standard_library_is_one_json_object(written):
    configure_logs(json=True, level="info", stream=written)
    log.warning("session %s waits", "abc", extra={"seconds": 1.5})
    (line,) = lines(written)
    assert line.pop("time")
    assert line == {
        "event": "session abc waits",
        "template": "session %s waits",
        "level": "warning",
        "logger": "app.somewhere",
        "seconds": 1.5,
    }


def test_a_word_is_its_own_template(written):
    configure_logs(json=True, level="info", stream=written)
    log.info("session_ended", extra={"outcome": "solved"})
    (line,) = lines(written)
    assert line["event"] == "session_ended"
    assert "template" not in line


def test_a_line_of_structlog_has_the_same_form(written):
    configure_logs(json=True, level="info", stream=written)
    structlog.get_logger("app.elsewhere").info("key_created", prefix="mk_1")
    (line,) = lines(written)
    assert line.pop("time")
    assert line == {
        "event": "key_created",
        "level": "info",
        "logger": "app.elsewhere",
        "prefix": "mk_1",
    }


@pytest.mark.parametrize("made_json", [True, False], ids=["json", "text"])
def test_lines_below_the_level_are_not_written(written, made_json):
    configure_logs(json=made_json, level="warning", stream=written)
    log.info("quiet")
    structlog.get_logger().info("quiet")
    log.error("loud")
    assert "quiet" not in written.getvalue()
    assert "loud" in written.getvalue()


def test_a_line_of_the_server_comes_in_the_same_form(written):
    configure_logs(json=True, level="info", stream=written)
    logging.getLogger("uvicorn.error").error("Exception in ASGI application")
    assert lines(written)[0]["logger"] == "uvicorn.error"


def test_libraries_that_tell_of_every_call_are_quiet_even_for_debug(written):
    configure_logs(json=True, level="debug", stream=written)
    logging.getLogger("httpcore.http11").debug("send_request_headers.started")
    logging.getLogger("httpx").info("HTTP Request")
    assert lines(written) == []


def test_a_second_configuration_takes_the_place_of_the_first(written):
    configure_logs(json=True, level="info", stream=io.StringIO())
    configure_logs(json=True, level="info", stream=written)
    log.info("once")
    assert len(lines(written)) == 1


def test_a_line_of_text_is_one_for_people(written):
    configure_logs(json=False, level="info", stream=written)
    log.warning("session %s waits", "abc", extra={"seconds": 1.5})
    (line,) = written.getvalue().splitlines()
    for part in ("warning", "session abc waits", "seconds", "1.5", "app.somewhere"):
        assert part in line
    assert "\x1b" not in line


@pytest.mark.parametrize("made_json", [True, False], ids=["json", "text"])
def test_a_traceback_shows_no_values_of_variables(written, made_json):
    configure_logs(json=made_json, level="info", stream=written)

    def ask(prompt: str) -> None:
        raise RuntimeError(f"broke after {len(prompt)} characters")

    try:
        ask("".join(["can", "ary"]))
    except RuntimeError:
        log.exception("session broke")
    assert "broke after 6 characters" in written.getvalue()
    assert "Traceback" in written.getvalue()
    assert "canary" not in written.getvalue()


class Talking(Patient):
    """A proposer that logs while it proposes."""

    async def propose(self, task, ask, trace, remaining):
        log.warning("model is slow")
        return await super().propose(task, ask, trace, remaining)


async def run(tmp_path, proposer: Patient, created: SessionCreatedWire = CREATED) -> None:
    bank = SmallBank(proposer)
    async with (
        SqliteStore(tmp_path / "sessions.db") as store,
        Runner(
            store=store, composer=bank, verifier=bank.verifier, observers=[SessionLines()]
        ) as runner,
    ):
        await runner.submit(await store.create("abc", created))
        await store.wait_for_end("abc", timeout_seconds=20)


async def test_what_is_logged_in_an_attempt_names_session_tenant_and_attempt(tmp_path, written):
    configure_logs(json=True, level="info", stream=written)
    # The request that began the session is not what its lines belong to.
    structlog.contextvars.bind_contextvars(request="r1")
    await run(tmp_path, Talking([HALF, GOOD]))
    slow = [line for line in lines(written) if line["event"] == "model is slow"]
    assert [line["attempt"] for line in slow] == [1, 2]
    for line in slow:
        assert (line["session"], line["tenant"]) == ("abc", "default")
        assert "request" not in line


async def test_the_end_of_a_session_is_a_line(tmp_path, written):
    configure_logs(json=True, level="info", stream=written)
    await run(tmp_path, Patient([GOOD]))
    (ended,) = [line for line in lines(written) if line["event"] == "session_ended"]
    assert (ended["session"], ended["outcome"]) == ("abc", "solved")
    assert "attempt" not in ended


async def test_attempts_are_lines_for_debug(tmp_path, written):
    configure_logs(json=True, level="debug", stream=written)
    await run(tmp_path, Patient([HALF, GOOD]))
    made = [line for line in lines(written) if line["event"] == "attempt_finished"]
    assert [(line["attempt"], line["result"]) for line in made] == [(1, "flawed"), (2, "valid")]


@pytest.mark.parametrize("made_json", [True, False], ids=["json", "text"])
async def test_tasks_answers_and_plans_are_never_logged(tmp_path, written, made_json):
    """Each text has a bird of its own in it, and none is heard, whatever goes wrong."""
    configure_logs(json=made_json, level="debug", stream=written)
    created = CREATED.model_copy(
        update={
            "domain": f"{CREATED.domain}; canary",
            "problem": f"{CREATED.problem}; siskin",
            "preference": "finch",
        }
    )
    await run(tmp_path, Patient([f"warbler\n{HALF}", "(switch-on wren)\n", GOOD]), created)
    assert "session_ended" in written.getvalue()
    for bird in ("canary", "siskin", "finch", "warbler", "wren", "switch-on"):
        assert bird not in written.getvalue()
