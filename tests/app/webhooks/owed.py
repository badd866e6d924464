"""Notices in memory, for what a sender does with them."""

from datetime import UTC, datetime, timedelta

from app.sessions.notices import Notice


class Owed:
    """`Notices` of named sessions; `settled` tells what was said of each, in turn."""

    def __init__(self, *session_ids: str) -> None:
        self.due = dict.fromkeys(session_ids, datetime.now(UTC))
        self.tries = dict.fromkeys(session_ids, 0)
        self.settled: list[tuple[str, datetime | None]] = []

    async def claim(self, *, lease_seconds: float) -> Notice | None:
        now = datetime.now(UTC)
        for session_id, due in sorted(self.due.items(), key=lambda each: each[1]):
            if due <= now:
                self.due[session_id] = now + timedelta(seconds=lease_seconds)
                self.tries[session_id] += 1
                return Notice(session_id=session_id, tries=self.tries[session_id] - 1)
        return None

    async def settle(self, session_id: str, *, again_at: datetime | None) -> None:
        self.settled.append((session_id, again_at))
        if again_at is None:
            self.due.pop(session_id)
        else:
            self.due[session_id] = again_at
