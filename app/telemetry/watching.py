"""How parts are put under watch: what whoever puts them together needs to know of it."""

from typing import Protocol

from app.llm.chat import ChatModel
from app.modulo.proposer import Verifier


class Watching(Protocol):
    """Puts parts under watch; what it gives does what the part does."""

    def verifier(self, verifier: Verifier) -> Verifier:
        """Give a verifier whose judgements are watched."""
        ...

    def model(self, model: ChatModel) -> ChatModel:
        """Give a model whose calls are watched."""
        ...


class Unwatched:
    """Leaves parts as they are."""

    def verifier(self, verifier: Verifier) -> Verifier:
        """Give the verifier back."""
        return verifier

    def model(self, model: ChatModel) -> ChatModel:
        """Give the model back."""
        return model
