"""The queues under test, by kind; each call makes one, with little patience."""

from collections.abc import Callable
from typing import Any, TypeAlias

import pytest

from app.sessions.docket_lane import Pace
from app.sessions.docket_queue import DocketQueue
from app.sessions.local_queue import LocalQueue
from app.sessions.queue import Places, Queue

Make: TypeAlias = Callable[..., Queue]
KINDS = ("local", "docket", "redis")
RETRY_SECONDS = 0.05
REDELIVERY_SECONDS = 3.0


def make_queue(
    kind: str, url: str, *, retry_seconds: float = RETRY_SECONDS, **places: Any
) -> Queue:
    """Make a queue of its own; `places` are those of `Places`."""
    if kind == "local":
        return LocalQueue(places=Places(**places), retry_seconds=retry_seconds)
    pace = Pace(retry_seconds=retry_seconds, redelivery_seconds=REDELIVERY_SECONDS)
    return DocketQueue(url=url, places=Places(**places), pace=pace)


@pytest.fixture(params=KINDS)
def make(request: pytest.FixtureRequest) -> Make:
    """Make queues of one kind after another; a real Redis is started for the last."""
    kind = request.param
    url = request.getfixturevalue("redis_url") if kind == "redis" else "memory://"

    def made(**settings: Any) -> Queue:
        return make_queue(kind, url, **settings)

    return made
