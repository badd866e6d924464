"""The queues under test, by kind; each call makes one, with little patience."""

from functools import partial

import pytest

from app.sessions.docket_queue import DocketQueue
from app.sessions.local_queue import LocalQueue

QUEUES = [
    pytest.param(partial(LocalQueue, retry_seconds=0.05), id="local"),
    pytest.param(partial(DocketQueue, url="memory://", retry_seconds=0.05), id="docket"),
]
