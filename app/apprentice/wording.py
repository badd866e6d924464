"""Blocksworld tasks and flaws in the apprentice's words, under fresh names each time.

The names and the orders of towers and chains are drawn by the ask's seed: to the apprentice
every attempt is a new task, so its attempts fail independently even at temperature 0.
"""

from collections.abc import Iterable, Mapping
from random import Random

from app.apprentice import vocabulary as say
from app.apprentice.recognition import NotTaught, Scene, recognise
from app.apprentice.scene import fact_words, goal_words, start_words, state_words
from app.llm.chat import Message
from app.modulo.attempt import Ask, Attempt, Feedback, Trace
from app.prompts.wording import Prompt
from planners.condition import Condition, Literal
from planners.errors import TaskError
from planners.generators.blocksworld import Chain
from planners.plan import Step
from planners.task import Task
from planners.verdict import Invalid, UnsatisfiedGoal, UnsatisfiedPrecondition

MOST_WORDS = 700
"""Longest prompt: what remains of the 1,024 tokens is room for any plan that was taught."""


class ApprenticeWording:
    """See `app.prompts.wording.Wording`."""

    @property
    def variants(self) -> tuple[str, ...]:
        """The only one: under fresh names."""
        return ("renamed",)

    def refuses(self, task: Task) -> str | None:
        """Say why the apprentice cannot work on a task, what it knows and what would do."""
        try:
            recognise(task)
        except TaskError as error:
            return str(error)
        except NotTaught as error:
            return (
                f"The apprentice plans for blocksworld with up to {say.BLOCKS} blocks alone, "
                f"under any names; {error}. For other tasks configure a language model: "
                "--model-url and --model take a vLLM or any other OpenAI-compatible server."
            )
        return None

    def word(self, task: Task, ask: Ask, trace: Trace) -> Prompt:
        """Word an ask. With `ask.after`, the plan of that attempt and its flaw are told.

        Of a chain of revisions the last alone is told, whatever `ask.history` says: longer
        ones were not taught.

        Raises:
            TaskError: if the task cannot be read.
            NotTaught: if the task is refused.
        """
        scene = recognise(task)
        random = Random(ask.seed)  # noqa: S311 (names keep no secret)
        speaker = _Speaker(scene, random)
        words = speaker.task()
        told = _after(ask, trace)
        if told is not None and ask.feedback is not Feedback.NONE:
            revised = [*words, *speaker.flaw(told, ask.feedback)]
            # A plan far longer than any it was taught would only confuse it.
            words = revised if len(revised) <= MOST_WORDS else words
        message = Message(role="user", content="".join(words))
        return Prompt(messages=(message,), restore=speaker.restore)


def _after(ask: Ask, trace: Trace) -> Attempt | None:
    found = next((attempt for attempt in trace if attempt.number == ask.after), None)
    if found is None or found.plan is None or not isinstance(found.verdict, Invalid):
        return None
    return found


class _Speaker:
    """One task under one drawing of names and orders."""

    def __init__(self, scene: Scene, random: Random) -> None:
        blocks = sorted(block for tower in scene.towers for block in tower)
        self._numbers = {block: number for number, block in enumerate(blocks)}
        self._symbols = dict(enumerate(random.sample(say.SYMBOLS, len(blocks))))
        self._actions = scene.names.actions
        self._predicates = scene.names.predicates
        self._upside_down = scene.names.upside_down
        self._towers = [tuple(self._numbers[block] for block in t) for t in scene.towers]
        random.shuffle(self._towers)
        self._chains = self._drawn_chains(scene, random)
        symbols = {self._symbols[number]: block for block, number in self._numbers.items()}
        self.restore = symbols | {ours: theirs for theirs, ours in self._actions.items()}

    def task(self) -> list[str]:
        """Tell the goal and the initial state."""
        return [
            *goal_words(self._chains, self._symbols),
            *start_words(tuple(self._towers), self._symbols),
        ]

    def flaw(self, attempt: Attempt, feedback: Feedback) -> list[str]:
        """Tell an attempt's plan, up to where it fails, and what was wrong there."""
        plan, verdict = attempt.plan, attempt.verdict
        if plan is None or not isinstance(verdict, Invalid):
            return []
        flaw = verdict.flaw
        if feedback is Feedback.BINARY:
            return [say.TRIED, *self._steps(plan.steps), say.WRONG]
        words = [say.TRIED, *self._steps(plan.steps[: flaw.index + 1])]
        if isinstance(flaw, UnsatisfiedPrecondition):
            words += [say.UNMET, *self._facts(flaw.unmet)]
        elif not isinstance(flaw, UnsatisfiedGoal):
            return [*words, say.WRONG]
        if feedback is Feedback.ALL_FLAWS or isinstance(flaw, UnsatisfiedGoal):
            words += [say.OPEN, *self._facts(verdict.open_goals)]
        if feedback is Feedback.FIRST_FLAW_AND_STATE:
            words += self._state(verdict.state)
        return words

    def _drawn_chains(self, scene: Scene, random: Random) -> list[Chain]:
        chains = [
            Chain(
                blocks=tuple(self._numbers[block] for block in blocks),
                on_table=blocks[0] in scene.wanted_on_table,
                clear=blocks[-1] in scene.wanted_clear,
            )
            for blocks in _chains(scene)
        ]
        random.shuffle(chains)
        return chains

    def _steps(self, steps: Iterable[Step]) -> list[str]:
        words: list[str] = []
        for step in steps:
            action = self._actions.get(step.action)
            blocks = [self._numbers.get(block) for block in step.arguments]
            words.append(say.UNREADABLE if action is None else f"({action}")
            words.extend(f" {self._symbols[block]}" for block in blocks if block is not None)
            words.append(say.END_STEP)
        return words

    def _facts(self, conditions: Iterable[Condition]) -> list[str]:
        literals = [self._literal(one) for one in conditions if isinstance(one, Literal)]
        return fact_words((fact for fact in literals if fact is not None), self._symbols)

    def _literal(self, literal: Literal) -> tuple[str, int, int] | None:
        predicate = self._predicates.get(literal.predicate)
        if predicate is None:
            return None
        blocks = [self._numbers[block] for block in literal.arguments]
        if self._upside_down:
            blocks.reverse()
        first, second = (*blocks, -1, -1)[:2]
        return predicate, first, second

    def _state(self, state: Iterable[Literal]) -> list[str]:
        facts = [fact for fact in map(self._literal, state) if fact is not None]
        above = {lower: upper for predicate, upper, lower in facts if predicate == "on"}
        held = next((block for predicate, block, _ in facts if predicate == "holding"), -1)
        bases = {block for predicate, block, _ in facts if predicate == "ontable"}
        # In the order of the initial towers, as in training.
        order = [block for tower in self._towers for block in tower if block in bases]
        return state_words(tuple(_upwards(base, above) for base in order), held, self._symbols)


def _upwards(base: int, above: Mapping[int, int]) -> tuple[int, ...]:
    tower = [base]
    while tower[-1] in above:
        tower.append(above[tower[-1]])
    return tuple(tower)


def _chains(scene: Scene) -> list[tuple[str, ...]]:
    """Join the pairs of a goal into chains; pairs that make no chains stay as they are.

    A goal that contradicts itself is told all the same: whether a task can be solved is not
    for the apprentice to say.
    """
    lowers = [lower for _, lower in scene.wanted_on]
    uppers = [upper for upper, _ in scene.wanted_on]
    bases = [block for block in dict.fromkeys(lowers) if block not in uppers]
    above = dict(zip(lowers, uppers, strict=True))
    chains: list[tuple[str, ...]] = []
    for base in bases:
        chain = [base]
        while chain[-1] in above and len(chain) <= len(above):
            chain.append(above[chain[-1]])
        chains.append(tuple(chain))
    joined = len(set(lowers)) == len(lowers) and len(set(uppers)) == len(uppers)
    if not joined or sum(len(chain) - 1 for chain in chains) != len(scene.wanted_on):
        chains = [(lower, upper) for upper, lower in scene.wanted_on]
    chains += [(block,) for block in sorted(scene.wanted_on_table - {c[0] for c in chains})]
    chains += [(block,) for block in sorted(scene.wanted_clear - {c[-1] for c in chains})]
    return chains
