"""Second opinions on the wire. They go out only: whoever reads a log asks again."""

from pydantic import Field

from app.sessions.wire_step import Text, Wire
from planners.opinion import SecondOpinion, Stand


class OpinionWire(Wire):
    """How an independent validator stands to the verdict."""

    validator: str
    version: str = Field(description="Of a program that tells none, the start of its SHA-256.")
    stand: Stand
    reason: Text = Field(default="", description="What it found otherwise, or why it abstains.")

    @classmethod
    def of(cls, opinion: SecondOpinion) -> "OpinionWire":
        """Write an opinion."""
        return cls(
            validator=opinion.validator,
            version=opinion.version,
            stand=opinion.stand,
            reason=opinion.reason,
        )
