"""Which problem document each error of the rooms below becomes."""

from collections.abc import Mapping
from http import HTTPStatus

from app.access.errors import (
    BudgetOverQuota,
    KeyRefused,
    OverQuota,
    RegisterUnavailable,
    TooMuchAtOnce,
)
from app.sessions.errors import (
    KeyReused,
    RequestRefused,
    SessionUnfinished,
    StoreUnavailable,
    TooManyAtOnce,
    UnknownBatch,
    UnknownCursor,
    UnknownSession,
)
from planners.errors import (
    PlanSyntaxError,
    TaskSemanticError,
    TaskSyntaxError,
    TaskTooLarge,
    UnsupportedTask,
)

# By class: status, name, title. An error that is not here is a mistake of ours.
KINDS: Mapping[type[Exception], tuple[HTTPStatus, str, str]] = {
    UnknownSession: (HTTPStatus.NOT_FOUND, "unknown-session", "There is no such session"),
    UnknownBatch: (HTTPStatus.NOT_FOUND, "unknown-batch", "There is no such batch"),
    SessionUnfinished: (HTTPStatus.CONFLICT, "session-unfinished", "The session has not ended"),
    KeyReused: (
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "key-reused",
        "The idempotency key belongs to another request",
    ),
    UnknownCursor: (
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "invalid-request",
        "The request is not as it must be",
    ),
    RequestRefused: (
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "request-refused",
        "The parts on offer cannot serve this request",
    ),
    KeyRefused: (HTTPStatus.UNAUTHORIZED, "key-needed", "This needs an API key"),
    OverQuota: (HTTPStatus.TOO_MANY_REQUESTS, "over-quota", "The quota of the key is used up"),
    TooManyAtOnce: (HTTPStatus.TOO_MANY_REQUESTS, "over-quota", "The quota of the key is used up"),
    BudgetOverQuota: (
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "budget-over-quota",
        "The key allows no such budget",
    ),
    TooMuchAtOnce: (
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "too-much-at-once",
        "The key allows less in a minute than this asks for at once",
    ),
    RegisterUnavailable: (
        HTTPStatus.SERVICE_UNAVAILABLE,
        "register-unavailable",
        "API keys cannot be looked up now",
    ),
    StoreUnavailable: (
        HTTPStatus.SERVICE_UNAVAILABLE,
        "store-unavailable",
        "Sessions cannot be read or written now",
    ),
    TaskSyntaxError: (
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "task-syntax",
        "The task is not well formed",
    ),
    TaskSemanticError: (
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "task-semantics",
        "The task is well formed but makes no sense",
    ),
    UnsupportedTask: (
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "unsupported-task",
        "The task uses a part of PDDL that is not supported",
    ),
    TaskTooLarge: (
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "task-too-large",
        "The task is past a bound",
    ),
    PlanSyntaxError: (
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "plan-syntax",
        "The plan is not in the IPC format",
    ),
}
