"""Offers of constructive critics on the wire, both ways."""

from pydantic import Field

from app.modulo.offer import Kind, Offer
from app.sessions.wire_step import StepWire, Text, Wire
from planners.condition import Literal


class FactWire(Wire):
    """A ground atom."""

    predicate: Text
    arguments: tuple[Text, ...] = ()


class OfferWire(Wire):
    """What a critic offers with the flaw."""

    kind: Kind = Field(
        description="`sketch`: steps that would reach the goal if nothing were undone. `facts`: "
        "what every way to the goal passes. `insert`: steps to insert. `replace`: steps of which "
        "each can be executed in the place of the failing one. `omit`: the failing step, which "
        "can be left out."
    )
    place: int = Field(description="How many steps stand before the place it is meant for.")
    steps: tuple[StepWire, ...] = ()
    facts: tuple[FactWire, ...] = ()
    more: int = Field(default=0, description="Further steps or facts that are left out here.")

    @classmethod
    def of(cls, offer: Offer) -> "OfferWire":
        """Write an offer."""
        return cls(
            kind=offer.kind,
            place=offer.place,
            steps=tuple(StepWire.of(step) for step in offer.steps),
            facts=tuple(
                FactWire(predicate=fact.predicate, arguments=fact.arguments) for fact in offer.facts
            ),
            more=offer.more,
        )

    def offer(self) -> Offer:
        """Read the offer back.

        Raises:
            ValueError: a time in a step is no number.
        """
        return Offer(
            kind=self.kind,
            place=self.place,
            steps=tuple(step.step() for step in self.steps),
            facts=tuple(Literal(fact.predicate, fact.arguments) for fact in self.facts),
            more=self.more,
        )
