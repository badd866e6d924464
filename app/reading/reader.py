"""The reader that the loop is given: a lexicon for each task, and threads for long answers."""

import asyncio

from app.modulo.attempt import Reading
from app.reading.answer import read_answer
from app.reading.lexicon import Lexicon
from planners.pddl import read_task
from planners.pddl.cache import TaskCache
from planners.pddl.model import ActionSchema, DurativeSchema
from planners.task import Task

# Above it an answer takes longer to read than an event loop may stand still.
MAX_INLINE_CHARACTERS = 5_000


def make_lexicon(task: Task) -> Lexicon:
    """Make the lexicon of a task from its PDDL.

    Raises:
        TaskError: the task cannot be read.
    """
    lifted = read_task(task)
    schemas: dict[str, ActionSchema | DurativeSchema]
    schemas = {**lifted.actions, **lifted.durative_actions}
    return Lexicon(
        actions={name: len(schema.parameters) for name, schema in schemas.items()},
        objects=lifted.objects,
        predicates=lifted.predicates,
        temporal=lifted.temporal,
    )


class AnswerReader:
    """Implements `app.modulo.proposer.Reader`. Holds no state but a cache; share it."""

    def __init__(self) -> None:
        self._lexicon = TaskCache(make_lexicon)

    async def read(self, task: Task, text: str) -> Reading:
        """Read the last complete plan of an answer.

        Args:
            task: The task that was asked about.
            text: The answer as it came, in the task's own names.

        Raises:
            TaskError: the task itself cannot be read; nothing in `text` raises.
        """
        if len(text) <= MAX_INLINE_CHARACTERS:
            return read_answer(text, self._lexicon(task))
        return await asyncio.to_thread(lambda: read_answer(text, self._lexicon(task)))
