"""A model whose calls carry more fields than the caller knows of."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from app.llm.chat import Completion, Message, Sampling


class TakesFields(Protocol):
    """A model that can be given fields for the body of one call."""

    @property
    def name(self) -> str:
        """The model's name as users and logs know it."""
        ...

    async def complete_with(
        self,
        extra: Mapping[str, object],
        messages: Sequence[Message],
        sampling: Sampling,
        *,
        timeout_seconds: float,
    ) -> Completion:
        """Answer as `ChatModel.complete` does; the fields of `extra` are sent with the call."""
        ...


class Sending:
    """A model, with more fields in the body of each call; whoever made the model closes it."""

    def __init__(self, model: TakesFields, extra: Mapping[str, object]) -> None:
        self._model = model
        self._extra = dict(extra)

    @property
    def name(self) -> str:
        """The model's name as users and logs know it."""
        return self._model.name

    async def complete(
        self, messages: Sequence[Message], sampling: Sampling, *, timeout_seconds: float
    ) -> Completion:
        """Answer the last message. See `ChatModel.complete`."""
        return await self._model.complete_with(
            self._extra, messages, sampling, timeout_seconds=timeout_seconds
        )
