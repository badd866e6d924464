"""What can go wrong around a session. Besides: `RequestRefused`.

SessionError
├── UnknownSession     there is no session of that id, or it was erased
├── UnknownBatch       there is no batch of that id, or it was forgotten
├── StaleWriter        somebody else wrote to the log first, or it has ended
├── SessionUnfinished  the session must end before this can be done
├── TooManyAtOnce      an API key has as many unfinished sessions as it may
├── KeyReused          the idempotency key came with another request before
├── UnknownCursor      the cursor is none of ours
├── BrokenLog          what is stored makes no session
├── TakenUpTooOften    worker after worker was lost over the session
└── StoreUnavailable   the store cannot read or write now
"""


class SessionError(Exception):
    """The root of the tree."""


class UnknownSession(SessionError):
    """There is no session of that id, or it was erased."""

    def __init__(self, session_id: str) -> None:
        super().__init__(session_id)
        self.session_id = session_id

    def __str__(self) -> str:
        return f"there is no session {self.session_id!r}"


class UnknownBatch(SessionError):
    """There is no batch of that id, or it was forgotten with the last of its sessions."""

    def __init__(self, batch_id: str) -> None:
        super().__init__(batch_id)
        self.batch_id = batch_id

    def __str__(self) -> str:
        return f"there is no batch {self.batch_id!r}"


class StaleWriter(SessionError):
    """The log has gone on without this writer, or has ended: it must stop.

    Attributes:
        expected: The sequence number that the writer took for the last one.
        found: The last one.
    """

    def __init__(self, session_id: str, expected: int, found: int) -> None:
        super().__init__(session_id, expected, found)
        self.session_id = session_id
        self.expected = expected
        self.found = found

    def __str__(self) -> str:
        return (
            f"session {self.session_id!r} takes no event after {self.expected}: "
            f"its log is at {self.found}"
        )


class SessionUnfinished(SessionError):
    """The session has no outcome yet."""

    def __init__(self, session_id: str) -> None:
        super().__init__(session_id)
        self.session_id = session_id

    def __str__(self) -> str:
        return f"session {self.session_id!r} has not ended"


class KeyReused(SessionError):
    """The idempotency key belongs to a session with another request."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key

    def __str__(self) -> str:
        return f"the key {self.key!r} was used with another request"


class TooManyAtOnce(SessionError):
    """An API key has as many unfinished sessions as it may.

    Attributes:
        most: How many it may have.
    """

    def __init__(self, most: int) -> None:
        super().__init__(most)
        self.most = most

    def __str__(self) -> str:
        return f"this key has {self.most} unfinished sessions, and may have no more at once"


class UnknownCursor(SessionError):
    """The cursor was not made by this store."""

    def __init__(self, cursor: str) -> None:
        super().__init__(cursor)
        self.cursor = cursor

    def __str__(self) -> str:
        return f"{self.cursor!r} is no cursor of this list"


class BrokenLog(SessionError):
    """What is stored makes no session: damaged, or written by a version to come.

    Attributes:
        reason: What is wrong with it.
    """

    def __init__(self, session_id: str, reason: str) -> None:
        super().__init__(session_id, reason)
        self.session_id = session_id
        self.reason = reason

    def __str__(self) -> str:
        return f"the log of session {self.session_id!r} cannot be used: {self.reason}"


class TakenUpTooOften(SessionError):
    """Worker after worker was lost over a session.

    Attributes:
        times: How many, one after another, none of which finished an attempt.
    """

    def __init__(self, session_id: str, times: int) -> None:
        super().__init__(session_id, times)
        self.session_id = session_id
        self.times = times

    def __str__(self) -> str:
        return (
            f"the session was taken up {self.times} times, and each time the process was "
            "lost before an attempt was finished"
        )


class StoreUnavailable(SessionError):
    """The store cannot read or write now; what was asked for did not happen."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return f"the store is not available: {self.reason}"


class RequestRefused(Exception):
    """The parts on offer cannot serve a request.

    Attributes:
        pointer: JSON pointer into the request, such as `/strategy`; empty for the whole.
        reason: Why, and what would do instead, in words for the user.
    """

    def __init__(self, pointer: str, reason: str) -> None:
        super().__init__(pointer, reason)
        self.pointer = pointer
        self.reason = reason

    def __str__(self) -> str:
        return self.reason
