"""Models on offer, each with the words it is asked in."""

import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from app.apprentice.wording import ApprenticeWording
from app.llm.chat import ChatModel
from app.modulo.strategies.batches import Batch
from app.prompts.task_wording import TaskWording
from app.prompts.wording import Wording
from app.proposers.prompted import Prompted
from app.sessions.origin import Lane, Origin
from app.settings import Settings, Words

# Each attempt names the blocks anew, which is all the variety it needs: any temperature
# above 0 only costs (`docs/apprentice.md` has the figures).
APPRENTICE_TEMPERATURES = (0.0,)

# What is lower is served first. The gap leaves room for lanes to come.
PRIORITY = {Lane.INTERACTIVE: 0, Lane.BATCH: 10}


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A model on offer, with the words it is asked in.

    Attributes:
        chat: The model itself.
        proposer: What the loop asks.
        temperatures: Of fresh asks, taken in turn.
        variants: Wordings, taken in turn.
        general: It understands any words, so it can judge a preference too.
        summary: What it is, in one line for the user.
        sending: Gives it with more fields in the body of each call; None where it takes none.
    """

    chat: ChatModel
    proposer: Prompted
    temperatures: tuple[float, ...]
    variants: tuple[str, ...]
    general: bool
    summary: str
    sending: Callable[[Mapping[str, object]], ChatModel] | None = None

    def with_fields(self, extra: Mapping[str, object]) -> "Model":
        """Give this model with more fields in its calls, where its server takes any."""
        if self.sending is None or not extra:
            return self
        chat = self.sending(extra)
        return replace(self, chat=chat, proposer=self.proposer.asking(chat))


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a model server is told of whose a call is: nothing, unless the settings say so.

    Attributes:
        priority: It is told which calls may wait.
        secret: Of this installation, for the salt of its cache; None sends no salt.
    """

    priority: bool = False
    secret: bytes | None = field(default=None, repr=False)

    def of(self, origin: Origin) -> dict[str, object]:
        """Give the fields of vLLM for the calls of a session.

        Prompts of two salts share no cache, so nobody learns by the time of an answer what
        another tenant has asked. The salt is not the tenant's name: who may ask the server
        by other ways cannot guess it.
        """
        fields: dict[str, object] = {}
        if self.priority:
            fields["priority"] = PRIORITY[origin.lane]
        if self.secret is not None:
            fields["cache_salt"] = hmac.new(
                self.secret, origin.tenant.encode(), hashlib.sha256
            ).hexdigest()
        return fields


def configured(settings: Settings, chat: ChatModel) -> Model:
    """Offer the model of a server, asked in the words that the settings say."""
    if settings.words is Words.APPRENTICE:
        return apprentice(chat.name, chat, f"served at {settings.model_url}")
    wording = TaskWording(structured=settings.structured)
    return Model(
        chat=chat,
        proposer=Prompted(name=chat.name, model=chat, wording=wording),
        temperatures=Batch(proposer=chat.name).temperatures,
        variants=wording.variants,
        general=True,
        summary=f"served at {settings.model_url}",
    )


def apprentice(name: str, chat: ChatModel, where: str) -> Model:
    """Offer a model that speaks the apprentice's own words."""
    wording: Wording = ApprenticeWording()
    return Model(
        chat=chat,
        proposer=Prompted(name=name, model=chat, wording=wording),
        temperatures=APPRENTICE_TEMPERATURES,
        variants=wording.variants,
        general=False,
        summary=f"our own small model, {where}; knows blocksworld",
    )
