"""Models on offer, each with the words it is asked in."""

from dataclasses import dataclass

from app.apprentice.wording import ApprenticeWording
from app.llm.chat import ChatModel
from app.modulo.strategies.batches import Batch
from app.prompts.task_wording import TaskWording
from app.prompts.wording import Wording
from app.proposers.prompted import Prompted
from app.settings import Settings, Words

# Each attempt names the blocks anew, which is all the variety it needs: any temperature
# above 0 only costs (`docs/apprentice.md` has the figures).
APPRENTICE_TEMPERATURES = (0.0,)


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
    """

    chat: ChatModel
    proposer: Prompted
    temperatures: tuple[float, ...]
    variants: tuple[str, ...]
    general: bool
    summary: str


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
