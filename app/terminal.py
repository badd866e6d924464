"""A session as a person watches it: events in, lines on a terminal out."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.text import Text

from app.modulo.assurance import reached
from app.modulo.attempt import Attempt, Trace
from app.modulo.budget import Budget, spent
from app.modulo.critique import Opinion
from app.modulo.events import (
    AttemptFinished,
    AttemptStarted,
    Bounded,
    Cancelled,
    Disagreement,
    Event,
    Exhausted,
    Failed,
    Improved,
    Outcome,
    Solved,
    Unsolvable,
)
from app.prompts.flaws import flaw_in_words
from app.prompts.lexicon import PddlSpeech
from app.prompts.quoting import clipped, quoted
from planners.errors import TaskError
from planners.opinion import SecondOpinion, disputed
from planners.plan import Plan
from planners.verdict import Invalid, PlanFlaw, Valid, Verdict

_INDENT = "      "
_MOST_CHARACTERS_OF_AN_ANSWER = 120


class Screen:
    """Writes a session as it goes. Colours are the console's affair.

    Args:
        console: Where the lines go.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._trace: Trace = ()
        self._round: list[AttemptStarted] = []

    def show(self, event: Event) -> None:
        """Write what is to be seen of an event."""
        match event:
            case AttemptStarted():
                self._round.append(event)  # Told together, with the first that ends.
            case AttemptFinished(attempt=attempt):
                self._asked()
                self._trace = (*self._trace, attempt)
                self._attempt(attempt)
            case Disagreement(attempt=attempt):
                self._console.print(
                    Text(f"{_INDENT}{opinions_in_words(attempt.opinions)}", "bold red"),
                    soft_wrap=True,
                )
            case Improved(proof=proof):
                self._console.print(Text(f"{_INDENT}the best so far: {cost_in_words(proof)}"))
            case Bounded(bound=bound):
                said = f"no plan costs less than {bound.cost}, as {bound.engine} has proven"
                self._console.print(Text(said, "bold"), soft_wrap=True)
            case _:
                self._outcome(event)

    def opening(self, name: str, proposer: str, strategy: str, budget: Budget) -> None:
        """Write what is to be solved, by whom, and within what."""
        self._console.print(
            Text.assemble(
                (name, "bold"),
                f" · {proposer} proposes · {strategy} · at most {_limits(budget)}\n",
            )
        )

    def _asked(self) -> None:
        """Write what a round asked for: fresh plans, and backprompts by what they tell."""
        if not self._round:
            return
        asks = [started.ask for started in self._round]
        fresh = sum(ask.after is None for ask in asks)
        parts = [f"{counted(fresh, 'fresh proposal')}"] if fresh else []
        for number, told in Counter(ask.after for ask in asks if ask.after is not None).items():
            feedback = next(ask.feedback for ask in asks if ask.after == number)
            parts.append(f"{counted(told, 'backprompt')} on attempt {number} ({feedback.value})")
        self._console.print(
            Text(f"round {self._round[0].round}: asked for {', '.join(parts)}", "bold"),
            soft_wrap=True,
        )
        self._round.clear()

    def _attempt(self, attempt: Attempt) -> None:
        head = Text(f"{attempt.number:>4}  ")
        if attempt.accepted:
            head.append("✓ ", "bold green")
        else:
            head.append("✗ ", "bold red")
        if attempt.ask.after is not None:
            head.append(f"after {attempt.ask.after}: ", "dim")
        head.append(_finding(attempt))
        head.append(f"  {attempt.seconds * 1000:.0f} ms, {attempt.tokens.total} tokens", "dim")
        self._console.print(head, soft_wrap=True)
        if attempt.plan is not None:
            self._console.print(_marked(attempt.plan, attempt), soft_wrap=True)
        for critique in attempt.critiques:
            if critique.offer is not None:
                said = f"{_INDENT}{critique.critic}: {critique.message}"
                self._console.print(Text(said, "dim"), soft_wrap=True)
        for unread in attempt.reading.unread[:3]:
            self._console.print(
                Text(
                    f"{_INDENT}line {unread.line} could not be read: {quoted(unread.text)}", "dim"
                ),
                soft_wrap=True,
            )

    def _outcome(self, outcome: Outcome) -> None:
        cost = spent(self._trace)
        paid = f"{counted(cost.attempts, 'attempt')}, {cost.tokens} tokens, {cost.seconds:.1f} s"
        match outcome:
            case Solved(plan=plan, proof=proof):
                self._console.print(
                    Text.assemble(
                        ("\nsolved ", "bold green"),
                        f"by {_author(outcome)}, attempt {outcome.attempt}: "
                        f"{counted(len(plan.steps), 'step')}, {cost_in_words(proof)}, "
                        f"executed and at the goal ({paid})",
                    ),
                    soft_wrap=True,
                )
                if outcome.bound is not None and proof.cost == outcome.bound.cost:
                    said = f"no plan is cheaper, as {outcome.bound.engine} has proven"
                    self._console.print(said, soft_wrap=True)
                if outcome.opinions:
                    self._console.print(opinions_in_words(outcome.opinions), soft_wrap=True)
            case Exhausted(limit=limit, best=best):
                near = "no attempt held a plan" if best is None else f"best: attempt {best.number}"
                self._console.print(
                    Text.assemble(
                        ("\nnot solved", "bold red"), f": out of {limit.value}; {near} ({paid})"
                    ),
                    soft_wrap=True,
                )
            case Unsolvable(engine=engine):
                self._console.print(f"\nunsolvable, proven by {engine}")
            case Cancelled():
                self._console.print(f"\ncancelled ({paid})")
            case Failed(reason=reason):
                self._console.print(
                    Text.assemble(("\nbroken", "bold red"), f": {reason} ({paid})"),
                    soft_wrap=True,
                )


def _author(outcome: Solved) -> str:
    """Name who made the plan: a planner's is never told as the model's."""
    if outcome.engine is None:
        return outcome.proposer
    return f"{outcome.proposer} ({outcome.engine})"


def verdict_in_words(verdict: Verdict, plan: Plan) -> str:
    """Say a verdict for a person, the failing step first."""
    if isinstance(verdict, Valid):
        return f"valid: {counted(len(plan.steps), 'step')}, {cost_in_words(verdict)}"
    speech = PddlSpeech()
    lines = [f"invalid: {flaw_in_words(flaw, speech)}" for flaw in (verdict.flaw, *verdict.also)]
    lines.append(f"{verdict.executed} of {len(plan.steps)} steps can be executed")
    if verdict.open_goals:
        goals = " ".join(str(goal) for goal in verdict.open_goals)
        lines.append(f"goals open there: {goals}")
    return "\n".join(lines)


def opinions_in_words(opinions: Sequence[SecondOpinion]) -> str:
    """Say what assurance was reached, and what each validator said to that."""
    head = "disputed" if disputed(opinions) else f"assurance {reached(opinions)}"
    return f"{head} ({'; '.join(str(opinion) for opinion in opinions)})"


def cost_in_words(verdict: Valid) -> str:
    """Say what a valid plan costs, when it ends, and which preferences it violates."""
    said = ["no value for its cost" if verdict.cost is None else f"cost {verdict.cost}"]
    if verdict.makespan is not None:
        said.append(f"ends at {verdict.makespan}")
    for name, times in verdict.violated:
        said.append(f"violates {name}" + ("" if times == 1 else f" {times} times"))
    return ", ".join(said)


def placed(problem: TaskError, files: Mapping[str, Path]) -> str:
    """Say what is wrong with a task, with the file, the line and a mark below the place."""
    file = files.get(problem.source)
    if file is None or not file.is_file():
        return str(problem)
    head = f"{file}, line {problem.line}, column {problem.column}: {problem.message}"
    lines = file.read_text(encoding="utf-8").split("\n")
    if problem.line > len(lines):
        return head
    # A window around the place: a whole task may stand on one line.
    first = max(0, problem.column - 41)
    shown = lines[problem.line - 1][first : first + 80]
    if not shown.isprintable():
        return head
    return f"{head}\n    {shown}\n    {' ' * (problem.column - 1 - first)}^"


def _finding(attempt: Attempt) -> str:
    if attempt.verdict is None:
        answer = quoted(attempt.proposal.text.strip(), _MOST_CHARACTERS_OF_AN_ANSWER)
        if attempt.reading.claims_unsolvable:
            return f"no plan, but the claim that there is none: {answer}"
        return f"no plan in the answer: {answer}"
    if isinstance(attempt.verdict, Invalid):
        return flaw_in_words(attempt.verdict.flaw, PddlSpeech())
    rejected = [
        f"{critique.critic}: {clipped(critique.message)}"
        for critique in attempt.critiques
        if critique.hard and critique.opinion is Opinion.REJECT
    ]
    return "valid" if not rejected else f"valid, but rejected by {'; '.join(rejected)}"


def _marked(plan: Plan, attempt: Attempt) -> Text:
    """Write a plan on one line with its failing step marked and what follows it dimmed."""
    line = Text(_INDENT[1:])
    failing = _failing(attempt)
    for index, step in enumerate(plan.steps):
        line.append(" ")
        if failing is not None and index == failing:
            line.append("→", "bold red")
            line.append(str(step), "bold red underline")
            line.append("←", "bold red")
        elif failing is None or index < failing:
            line.append(str(step), "green" if isinstance(attempt.verdict, Valid) else "")
        else:
            line.append(str(step), "dim")
    if failing == len(plan.steps):
        line.append(" → goal", "bold red")
    return line


def _failing(attempt: Attempt) -> int | None:
    if not isinstance(attempt.verdict, Invalid):
        return None
    flaw = attempt.verdict.flaw
    if isinstance(flaw, PlanFlaw):
        return len(attempt.plan.steps) if attempt.plan is not None else None
    return flaw.index


def _limits(budget: Budget) -> str:
    limits = [counted(budget.attempts, "attempt")]
    if budget.tokens is not None:
        limits.append(f"{budget.tokens} tokens")
    if budget.seconds is not None:
        limits.append(f"{budget.seconds:g} s")
    return ", ".join(limits)


def counted(number: int, noun: str) -> str:
    """Say a number of things, such as `1 step` or `2 steps`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
