"""All that is remembered, in one place: sessions, notices that are owed, batches."""

from dataclasses import dataclass

from app.sessions.batches import Batches
from app.sessions.notices import Notices
from app.sessions.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Storage:
    """What one database remembers, open.

    Attributes:
        store: The sessions.
        notices: What is owed to webhooks.
        batches: What was asked for together.
    """

    store: Store
    notices: Notices
    batches: Batches
