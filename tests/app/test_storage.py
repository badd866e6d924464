import pytest

from app.sessions.errors import StoreUnavailable
from app.sessions.redis_store import RedisStore
from app.sessions.sqlite import SqliteStore
from app.sessions.wire import CancelledWire
from app.settings import Settings
from app.storage import open_storage
from tests.app.sessions.parts import CREATED

HOOKED = CREATED.model_copy(update={"webhook": "https://hooks.example.org"})


@pytest.mark.parametrize("kind", [SqliteStore, RedisStore], ids=["sqlite", "redis"])
async def test_the_settings_say_where_sessions_notices_and_batches_are_kept(
    kind, request, tmp_path
):
    settings = Settings(database=tmp_path / "sessions.db")
    if kind is RedisStore:
        settings = settings.model_copy(update={"redis_url": request.getfixturevalue("redis_url")})
    for _ in range(2):
        async with open_storage(settings) as storage:
            assert isinstance(storage.store, kind)
            begun = await storage.batches.begin("b", tenant="t", total=1)
            assert await storage.batches.batch("b") == begun
            head = await storage.store.create("s", HOOKED)
            await storage.store.append("s", CancelledWire(), expected=head.sequence)
            notice = await storage.notices.claim(lease_seconds=60)
            assert notice is not None
            assert notice.session_id == "s"
            await storage.store.erase("s")
    assert settings.database.exists() is (kind is SqliteStore)


async def test_a_storage_that_cannot_be_opened_says_why(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(StoreUnavailable):
        async with open_storage(Settings(database=tmp_path / "file" / "sessions.db")):
            pass
