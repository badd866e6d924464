"""The verdict as a critique: every step can be executed, and the goal holds at the end."""

from app.modulo.critique import Critique, Opinion
from app.prompts.feedback import verdict_in_words
from app.prompts.lexicon import PddlSpeech
from planners.plan import Plan
from planners.task import Task
from planners.verdict import Valid, Verdict


class Executability:
    """Accepts valid plans and rejects all others with their first flaw. Hard."""

    name = "executability"
    hard = True

    async def criticise(self, task: Task, plan: Plan, verdict: Verdict) -> Critique:
        """Say whether the plan is valid."""
        del task, plan  # the verdict says it all
        if isinstance(verdict, Valid):
            return Critique(critic=self.name, hard=self.hard, opinion=Opinion.ACCEPT)
        return Critique(
            critic=self.name,
            hard=self.hard,
            opinion=Opinion.REJECT,
            message=verdict_in_words(verdict, PddlSpeech()),
        )
