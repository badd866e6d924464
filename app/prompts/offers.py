"""What constructive critics offer, in words: said as an offer, never as a fact about a plan."""

from app.modulo.critique import Critique, Opinion
from app.modulo.offer import Kind, Offer
from app.prompts.flaws import MOST_CHARACTERS_OF_A_CONDITION
from app.prompts.lexicon import PddlSpeech, Speech
from app.prompts.quoting import clipped

# So much of a sketch or of a list of facts is told; the rest is counted.
MOST_OFFERED = 12


def offer_in_words(offer: Offer, speech: Speech) -> str:
    """Say an offer in whole sentences."""
    place = offer.place
    match offer.kind:
        case Kind.SKETCH:
            return (
                f"A sketch of the plan from step {place + 1} on, made as if nothing were ever "
                "undone; steps may be missing and their order may be wrong: "
                f"{_steps(offer)}."
            )
        case Kind.FACTS:
            said = [
                clipped(speech.condition(fact), MOST_CHARACTERS_OF_A_CONDITION)
                for fact in offer.facts
            ]
            return (
                f"From step {place + 1} on, every way to the goal has to make these true at one "
                f"time or another: {_listed(said, offer.more)}."
            )
        case Kind.INSERT:
            where = f"behind step {place}" if place else "at the beginning"
            return f"A way to go on, which need not lead to the goal: put {_steps(offer)} {where}."
        case Kind.REPLACE:
            return (
                f"What can be executed in the place of step {place + 1}, and need not lead to "
                f"the goal: {_steps(offer)}."
            )
        case Kind.OMIT:
            return f"A way to go on, which need not lead to the goal: leave step {place + 1} out."


def critique_of(critic: str, offer: Offer | None, *, seconds: float, reason: str = "") -> Critique:
    """Make the critique of a constructive critic. It judges nothing: the flaw does.

    Args:
        critic: The critic's name.
        offer: What it offers, or None.
        seconds: CPU time that it took.
        reason: Why it offers nothing, where it does not.
    """
    return Critique(
        critic=critic,
        hard=False,
        opinion=Opinion.ABSTAIN,
        message=reason if offer is None else offer_in_words(offer, PddlSpeech()),
        offer=offer,
        seconds=seconds,
    )


def _steps(offer: Offer) -> str:
    return _listed([clipped(str(step)) for step in offer.steps], offer.more)


def _listed(said: list[str], more: int) -> str:
    return "; ".join([*said, f"and {more} more"] if more else said)
