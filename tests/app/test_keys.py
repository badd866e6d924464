"""`modulo keys`, as an operator runs it, over a file and over Redis."""

import json
from collections.abc import Callable

import pytest
from click.testing import Result
from typer.testing import CliRunner

from app.access.keys import parts
from app.cli import commands


@pytest.fixture
def keys(tmp_path, monkeypatch) -> Callable[..., Result]:
    """Run `modulo keys` with a register of the test's own."""
    monkeypatch.setenv("MODULO_KEYS", str(tmp_path / "keys.db"))

    def run(*arguments: object) -> Result:
        return CliRunner().invoke(commands, ["keys", *map(str, arguments)])

    return run


@pytest.fixture(params=["sqlite", "redis"])
def at_home(request, monkeypatch) -> str:
    """Have the register in a file, or in Redis."""
    if request.param == "redis":
        monkeypatch.setenv("MODULO_REDIS_URL", request.getfixturevalue("redis_url"))
    return str(request.param)


def listed(keys: Callable[..., Result]) -> list[dict]:
    return json.loads(keys("list", "--json").stdout)


def test_keys_are_made_listed_and_revoked(keys, at_home, tmp_path):
    made = keys(
        *("create", "--tenant", "lab", "--note", "for the demo", "--sessions", 4),
        *("--per-minute", 60, "--tokens-per-day", 1_000_000, "--budget-attempts", 32),
        *("--budget-tokens", 50_000, "--budget-seconds", 90.5, "--metrics"),
    )
    assert made.exit_code == 0
    key_id, secret = parts(made.stdout.strip())
    assert made.stdout.count("\n") == 1
    assert "shown this once" in made.stderr
    assert secret not in made.stderr

    (one,) = listed(keys)
    assert (one["id"], one["tenant"], one["note"]) == (key_id, "lab", "for the demo")
    assert (one["metrics"], one["tokens_today"]) == (True, 0)
    assert one["quota"] == {
        "sessions": 4,
        "per_minute": 60,
        "tokens_per_day": 1_000_000,
        "budget_attempts": 32,
        "budget_tokens": 50_000,
        "budget_seconds": 90.5,
    }
    table = keys("list").stdout
    assert f"mk_{key_id}  lab" in table
    assert "tokens_per_day=1000000" in table
    assert secret not in table + json.dumps(one)

    revoked = keys("revoke", f"mk_{key_id}")
    assert (revoked.exit_code, revoked.stderr) == (0, "")
    assert revoked.stdout == f"mk_{key_id} of tenant lab is revoked\n"
    assert listed(keys)[0]["revoked_at"] is not None
    assert "revoked" in keys("list").stdout
    assert (tmp_path / "keys.db").exists() is (at_home == "sqlite")


def test_a_key_is_revoked_by_its_id_or_as_a_whole(keys):
    first, second = (keys("create", "--tenant", "lab").stdout.strip() for _ in range(2))
    assert keys("revoke", parts(first)[0]).exit_code == 0
    assert keys("revoke", second).exit_code == 0
    assert all(one["revoked_at"] for one in listed(keys))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("revoke", "mk_nobody"), "there is no key 'nobody'"),
        (("create", "--tenant", "a b"), "no name of a tenant"),
        (("create", "--tenant", "lab", "--sessions", "0"), "--sessions"),
        (("create",), "--tenant"),
    ],
)
def test_what_is_wrong_is_told_and_makes_no_key(keys, arguments, said):
    done = keys(*arguments)
    assert done.exit_code == 2
    assert said in done.stderr
    assert keys("list").stdout == "no key was made yet\n"


def test_a_register_that_is_away_is_told_as_such(keys, monkeypatch):
    monkeypatch.setenv("MODULO_REDIS_URL", "redis://127.0.0.1:9/0")
    done = keys("list")
    assert done.exit_code == 3
    assert "the register of keys is not available" in done.stderr
