import pickle
from datetime import UTC, datetime

import pytest

from app.access.caller import Quota
from app.access.errors import KeyRefused, OverQuota
from app.access.keys import SECRET_BYTES, Registered, matches, mint, parts

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def made(tenant: str = "lab") -> tuple[Registered, str]:
    return mint(tenant=tenant, quota=Quota(), note="", metrics=False, created_at=NOW)


def test_a_key_is_its_id_and_a_secret_of_32_random_bytes():
    registered, text = made()
    key_id, secret = parts(text)
    assert key_id == registered.key.key_id
    assert text == f"{registered.key.prefix}_{secret}"
    assert len(secret) * 6 // 8 >= SECRET_BYTES
    assert len({made()[1] for _ in range(100)}) == 100


def test_the_secret_is_not_in_what_is_remembered():
    registered, text = made()
    _, secret = parts(text)
    assert secret not in repr(registered)
    assert secret.encode() not in pickle.dumps(registered)


def test_a_key_matches_its_own_secret_alone():
    registered, text = made()
    other, _ = made()
    _, secret = parts(text)
    assert matches(registered, secret)
    assert not matches(registered, secret[:-1])
    assert not matches(other, secret)
    assert not matches(None, secret)


@pytest.mark.parametrize(
    "text", ["", "mk_", "mk_abc_def", "key", "mk_" + "a" * 10 + "_" + "b" * 42, "mk_a\0_b", "é"]
)
def test_what_has_not_the_form_of_a_key_is_none(text):
    assert parts(text) is None
    _, key = made()
    assert parts(f"{key} ") is None
    assert parts(f"{key}\n") is None


@pytest.mark.parametrize("tenant", ["", "-a", "a b", "a/b", "a\n", "x" * 65, "ü"])
def test_a_tenant_has_a_name_that_can_stand_anywhere(tenant):
    with pytest.raises(ValueError, match="no name of a tenant"):
        made(tenant)


@pytest.mark.parametrize("error", [KeyRefused(sent=True), OverQuota("per_minute", 3, 7)])
def test_errors_survive_the_way_between_processes(error):
    assert str(pickle.loads(pickle.dumps(error))) == str(error)
