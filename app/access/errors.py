"""What can go wrong around API keys.

AccessError
├── KeyRefused           no key was sent, or it is none of ours
├── UnknownKey           there is no key of that id
├── OverQuota            as much was asked for as the key may
├── BudgetOverQuota      one session asks for a higher budget than the key may
├── TooMuchAtOnce        one request asks for more than the key may in a minute
└── RegisterUnavailable  the register of keys cannot be read or written now
"""


class AccessError(Exception):
    """The root of the tree."""


class KeyRefused(AccessError):
    """No key was sent, or it is none of ours; what is wrong with it is not told.

    Attributes:
        sent: Something was sent.
        password: It may be sent as a password, too.
    """

    def __init__(self, sent: bool, password: bool = False) -> None:
        super().__init__(sent, password)
        self.sent = sent
        self.password = password

    def __str__(self) -> str:
        return "this needs an API key that is in use"


class UnknownKey(AccessError):
    """There is no key of that id."""

    def __init__(self, key_id: str) -> None:
        super().__init__(key_id)
        self.key_id = key_id

    def __str__(self) -> str:
        return f"there is no key {self.key_id!r}; `modulo keys list` shows them"


class OverQuota(AccessError):
    """As much was asked for as the key may.

    Attributes:
        quota: Which: a field of `Quota`.
        most: How much it allows.
        retry_after_seconds: When asking again helps, if nobody else asks before; whole seconds.
    """

    def __init__(self, quota: str, most: int, retry_after_seconds: int) -> None:
        super().__init__(quota, most, retry_after_seconds)
        self.quota = quota
        self.most = most
        self.retry_after_seconds = retry_after_seconds

    def __str__(self) -> str:
        allowed = {
            "per_minute": f"this key may begin {self.most} pieces of work in a minute",
            "tokens_per_day": f"sessions of this key may spend {self.most} tokens in a day (UTC)",
        }[self.quota]
        return f"{allowed}; ask again in {self.retry_after_seconds} s"


class BudgetOverQuota(AccessError):
    """One session asks for a higher budget than its key may.

    Attributes:
        limit: Which of the budget: `attempts`, `tokens` or `seconds`.
        most: How much of it one session may ask for.
    """

    def __init__(self, limit: str, most: float) -> None:
        super().__init__(limit, most)
        self.limit = limit
        self.most = most

    def __str__(self) -> str:
        return f"with this key one session may ask for {self.most:.15g} {self.limit} at most"


class TooMuchAtOnce(AccessError):
    """One request asks for more than its key may in a minute, so it can never be done.

    Attributes:
        asked: How many pieces of work.
        most: How many there may be in a minute.
    """

    def __init__(self, asked: int, most: int) -> None:
        super().__init__(asked, most)
        self.asked = asked
        self.most = most

    def __str__(self) -> str:
        return (
            f"this asks for {self.asked} pieces of work at once, and this key may begin "
            f"{self.most} in a minute; send fewer at once"
        )


class RegisterUnavailable(AccessError):
    """The register of keys cannot be read or written now."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return f"the register of keys is not available: {self.reason}"
