import sqlite3

import pytest

from app.access.errors import RegisterUnavailable
from app.access.sqlite_register import SqliteRegister


async def test_nobody_but_its_owner_may_read_the_file(tmp_path):
    path = tmp_path / "keys.db"
    path.touch(mode=0o644)
    async with SqliteRegister(path) as register:
        await register.secret()
        files = sorted(tmp_path.iterdir())
        assert [file.name for file in files] == ["keys.db", "keys.db-shm", "keys.db-wal"]
        assert {file.stat().st_mode & 0o777 for file in files} == {0o600}


async def test_a_file_of_a_later_version_is_left_alone(tmp_path):
    path = tmp_path / "keys.db"
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(RegisterUnavailable, match="later version"):
        async with SqliteRegister(path):
            pass


async def test_a_file_that_is_no_database_is_told_as_such(tmp_path):
    path = tmp_path / "keys.db"
    path.write_text("no database, and long enough to be looked at " * 100)
    with pytest.raises(RegisterUnavailable, match=r"keys\.db"):
        async with SqliteRegister(path):
            pass


async def test_a_closed_register_says_so(tmp_path):
    register = SqliteRegister(tmp_path / "keys.db")
    async with register:
        assert await register.empty()
    with pytest.raises(RegisterUnavailable, match="closed"):
        await register.empty()


async def test_a_quota_that_cannot_be_read_lets_nobody_in(tmp_path):
    path = tmp_path / "keys.db"
    async with SqliteRegister(path) as register:
        assert await register.empty()
    with sqlite3.connect(path) as connection:
        connection.execute(
            "INSERT INTO keys VALUES ('k', x'00', 't', '{\"sessions\": \"many\"}', '', 0, 0, 0, 0)"
        )
    connection.close()
    async with SqliteRegister(path) as register:
        with pytest.raises(RegisterUnavailable, match="quota"):
            await register.find("k")
