"""The shipped weights as a chat model inside this process."""

from importlib import resources
from pathlib import Path

from app.apprentice.vocabulary import PLAN
from app.llm.embedded import EmbeddedModel

NAME = "apprentice"
# What it was taught, by name; each with a line about it.
DOMAINS = {
    "blocksworld": "blocks on a table and one hand; the apprentice knows it by its actions, "
    "whatever they are called"
}


def weights_folder() -> Path:
    """Give the folder of the shipped weights, in Hugging Face's layout.

    A vLLM server, too, can serve this folder.
    """
    return Path(str(resources.files("app.apprentice"))) / "weights"


def embedded_apprentice(folder: Path | None = None) -> EmbeddedModel:
    """Load the apprentice into this process.

    Args:
        folder: Other weights than those shipped, as `app.apprentice.export` wrote them.
    """
    return EmbeddedModel(folder or weights_folder(), name=NAME, opening=PLAN)
