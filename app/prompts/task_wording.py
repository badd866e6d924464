"""The wording for any model that reads: PDDL or natural language, with or without examples.

What stays the same over a session comes first (system, domain, examples, problem), so that
a server's prefix cache holds it; what changes comes last.
"""

from sys import intern

from app.llm.chat import Message
from app.modulo.attempt import Ask, Attempt, History, Trace
from app.prompts.examples import Example, examples_for, proven
from app.prompts.feedback import tell
from app.prompts.grammar import PLAN_BEGINS, PLAN_ENDS, plan_grammar
from app.prompts.lexicon import NaturalSpeech, PddlSpeech, Speech
from app.prompts.natural import domain_in_words, problem_in_words
from app.prompts.pddl import domain_as_pddl, problem_as_pddl
from app.prompts.quoting import encodable, shortened, without_reasoning
from app.prompts.wording import Prompt
from planners.errors import TaskError
from planners.pddl import read_task
from planners.pddl.cache import TaskCache
from planners.plan import Plan
from planners.task import Task

PDDL = "pddl"
NATURAL = "natural"
WITH_EXAMPLES = "+examples"

MOST_CHARACTERS_OF_AN_ANSWER = 8_000

SYSTEM = """\
You solve planning tasks. A domain says what actions there are, when each can be done and \
what it changes; a problem says what objects there are, what holds at first and what must \
hold at the end. Find a plan: steps that can be done one after the other from the initial \
state, after the last of which the goal holds. Every step is executed exactly as you write \
it and checked against the domain."""

FREE_FORM = f"""\
First think as far as it helps, without square brackets. Then write the plan between a line \
{PLAN_BEGINS} and a line {PLAN_ENDS}, and nothing after it. Each step stands on a line of its \
own, in parentheses: the name of an action, then objects of the problem for its parameters \
in their order, such as (name-of-action object1 object2). Write names exactly as they are \
given."""

STRICT_FORM = """\
Answer with the plan alone. Each step stands on a line of its own, in parentheses: the name \
of an action, then objects of the problem for its parameters in their order, such as \
(name-of-action object1 object2). Write names exactly as they are given."""

TIMED_FORM = """\
Steps have times here. In front of each step stand the time at which it starts and a colon; \
behind a step that takes time stands its duration in brackets: 0.5: (name-of-action object1) \
[10]. Steps may go on side by side; what one needs at the moment another changes it has to be \
apart by more than 0.001."""

DOMAIN_TITLE = "The domain:"
EXAMPLE_TITLE = "Example"
PROBLEM_TITLE = "The problem to solve:"
EARLIER_TITLE = "About an earlier attempt at this problem, not shown here:"

FIRST_REQUEST = "Give a plan that solves this problem."
NEXT_REQUEST = "Give a plan for the whole problem, from its initial state to its goal."


class TaskWording:
    """Words any task that can be read. See `app.prompts.wording.Wording`.

    Args:
        examples: Solved problems, in the order in which they are shown. Those of a task's
            own domain make the variants `pddl+examples` and `natural+examples`.
        structured: Give prompts a grammar that answers must follow.
        strict: Ask for steps alone, without room to think.

    Raises:
        InvalidExample: if an example's plan does not solve its task.
        TaskError: if an example's task cannot be read.
    """

    def __init__(
        self,
        examples: tuple[Example, ...] = (),
        *,
        structured: bool = False,
        strict: bool = False,
    ) -> None:
        self._examples = proven(examples)
        self._structured = structured
        self._strict = strict

    @property
    def variants(self) -> tuple[str, ...]:
        """All variants there are; a task has those of `variants_for`."""
        plain = (PDDL, NATURAL)
        if not self._examples:
            return plain
        return (*plain, *(variant + WITH_EXAMPLES for variant in plain))

    def variants_for(self, task: Task) -> tuple[str, ...]:
        """Name the variants on offer for a task: with examples only where there are some."""
        if examples_for(task, self._examples):
            return self.variants
        return (PDDL, NATURAL)

    def refuses(self, task: Task) -> str | None:
        """Say why a task cannot be worded, or None if it can."""
        try:
            read_task(task)
        except TaskError as problem:
            return str(problem)
        return None

    def word(self, task: Task, ask: Ask, trace: Trace) -> Prompt:
        """Word an ask.

        Raises:
            ValueError: if the variant is not on offer for the task, or the trace lacks an
                attempt that the ask goes back to.
        """
        variant = ask.variant or PDDL
        examples = self._examples_of(task, variant)
        natural = variant.removesuffix(WITH_EXAMPLES) == NATURAL
        opening = _task_text(task, natural=natural, examples=examples)
        speech = _natural_speech(task) if natural else PddlSpeech()
        turns = _turns(task, ask, trace, speech)
        system = f"{SYSTEM}\n\n{STRICT_FORM if self._strict else FREE_FORM}"
        if read_task(task).temporal:
            system += f"\n\n{TIMED_FORM}"
        return Prompt(
            messages=(Message(role="system", content=system), *self._chat(opening, ask, turns)),
            grammar=self._grammar(task) if self._structured else None,
        )

    def _examples_of(self, task: Task, variant: str) -> tuple[Example, ...]:
        if variant in (PDDL, NATURAL):
            return ()
        examples = examples_for(task, self._examples)
        if variant not in self.variants or not examples:
            offered = ", ".join(self.variants_for(task))
            raise ValueError(f"no variant {variant!r} for this task; there are: {offered}")
        return examples

    def _grammar(self, task: Task) -> str:
        return _strict_grammar(task) if self._strict else _free_grammar(task)

    def _chat(self, opening: str, ask: Ask, turns: list[tuple[Attempt, str]]) -> list[Message]:
        """Put the task and the turns to be repeated, oldest first, into messages."""
        first = Message(role="user", content=f"{opening}\n\n{FIRST_REQUEST}")
        if ask.history is History.NONE:
            if not turns or not turns[-1][1]:
                return [first]
            told = f"{EARLIER_TITLE}\n{turns[-1][1]}"
            return [Message(role="user", content=f"{opening}\n\n{told}\n\n{NEXT_REQUEST}")]
        messages = [first]
        for attempt, told in turns:
            last = ask.history is History.LAST
            answer = self._plan_alone(attempt) if last else _answer(attempt)
            request = f"{told}\n\n{NEXT_REQUEST}" if told else NEXT_REQUEST
            messages.append(Message(role="assistant", content=answer))
            messages.append(Message(role="user", content=request))
        return messages

    def _plan_alone(self, attempt: Attempt) -> str:
        """Repeat the plan as it was read; the answer itself where something was not."""
        if attempt.plan is None or attempt.reading.unread:
            return _answer(attempt)
        plan = str(attempt.plan).rstrip() if self._strict else _between_marks(attempt.plan)
        return shortened(plan, MOST_CHARACTERS_OF_AN_ANSWER) or "(no step)"


def _turns(task: Task, ask: Ask, trace: Trace, speech: Speech) -> list[tuple[Attempt, str]]:
    """Follow `after` back; give each attempt with what it is, or was, told, oldest first."""
    known = {attempt.number: attempt for attempt in trace}
    turns: list[tuple[Attempt, str]] = []
    asked, below = ask, len(known) + max(known, default=0) + 1
    while asked.after is not None:
        attempt = known.get(asked.after)
        if attempt is None or attempt.number >= below:
            raise ValueError(f"the trace has no earlier attempt {asked.after}")
        # Each turn is told at its own level: what was sent before stays as it was.
        turns.append((attempt, tell(task, attempt, trace, asked.feedback, speech)))
        if ask.history is not History.FULL:
            break
        asked, below = attempt.ask, attempt.number
    return turns[::-1]


def _answer(attempt: Attempt) -> str:
    """Repeat an answer without the reasoning that came apart from it."""
    text = encodable(without_reasoning(attempt.proposal.text))
    return shortened(text, MOST_CHARACTERS_OF_AN_ANSWER) or "(no answer)"


def _between_marks(plan: Plan) -> str:
    return f"{PLAN_BEGINS}\n{plan}{PLAN_ENDS}"


def _task_text(task: Task, *, natural: bool, examples: tuple[Example, ...]) -> str:
    texts = _worded if natural else _tidied
    domain, problem = texts(task)
    parts = [f"{DOMAIN_TITLE}\n\n{domain}"]
    for number, example in enumerate(examples, 1):
        _, shown = texts(example.task)
        parts.append(f"{EXAMPLE_TITLE} {number}, a problem of this domain:\n\n{shown}")
        parts.append(f"A plan that solves example {number}:\n\n{_between_marks(example.plan)}")
    parts.append(f"{PROBLEM_TITLE}\n\n{problem}")
    return "\n\n".join(parts)


# The words for a domain are kept once, however many of its problems are.
_tidied = TaskCache(lambda task: (intern(domain_as_pddl(task)), problem_as_pddl(task)))
_worded = TaskCache(lambda task: (intern(domain_in_words(task)), problem_in_words(task)))
_natural_speech = TaskCache(lambda task: NaturalSpeech(read_task(task)))
_free_grammar = TaskCache(lambda task: plan_grammar(read_task(task)))
_strict_grammar = TaskCache(lambda task: plan_grammar(read_task(task), strict=True))
