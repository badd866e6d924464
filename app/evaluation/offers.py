"""Whether offers of constructive critics help the apprentice: `python -m app.evaluation.offers`.

Blocksworld tasks it never saw; a call after another until one plan is valid or the tokens of
the task are spent. The first call of a task is the same under every condition, and so are the
seeds of all others. Every plan is verified.
"""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field

from app.apprentice.measure import held_out
from app.apprentice.model import NAME, weights_folder
from app.evaluation.statistics import Estimate, estimate, mean, mean_difference
from app.evaluation.telling import Condition, Told, told
from app.llm.chat import ChatModel, Message, Sampling
from app.llm.embedded import EmbeddedModel
from app.modulo.attempt import Ask, Attempt, Proposal, Reading
from planners import Plan, PlanSyntaxError, Step, Task, Valid, Verdict, read_plan, verify

SIDE_BY_SIDE = 8


@dataclass(slots=True, kw_only=True)
class Run:
    """What came of one task under one condition.

    Attributes:
        solved: Whether a plan was valid in the end.
        calls: How many were made.
        tokens: Prompt and completion tokens of all calls.
        critic_seconds: CPU time of the critic.
        offers: How many offers it made.
    """

    solved: bool = False
    calls: int = 0
    tokens: int = 0
    critic_seconds: float = 0.0
    offers: int = 0

    def within(self, tokens: int) -> bool:
        """Say whether so many tokens were enough."""
        return self.solved and self.tokens <= tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One answer: the plan in it and its verdict, or None, and what it cost."""

    plan: Plan | None
    verdict: Verdict | None
    tokens: int


@dataclass(slots=True, kw_only=True)
class Runs:
    """All runs under one condition, in the order of the tasks."""

    condition: Condition
    runs: list[Run] = field(default_factory=list)

    def of(self, tasks: Sequence[int]) -> list[Run]:
        """Give the runs of some tasks."""
        return [self.runs[task] for task in tasks]


async def compare(
    tasks: Sequence[Task], *, tokens: int, seed: int, conditions: Sequence[Condition]
) -> list[Runs]:
    """Run every task under every condition.

    Args:
        tasks: Those of which the apprentice refuses none.
        tokens: Calls are made until they are spent; so the last may pass them.
        seed: Same seed, same calls.
        conditions: What calls are told.
    """
    # Its answers are opened here, so that they can begin with steps.
    model = EmbeddedModel(weights_folder(), name=NAME, opening="")
    places = asyncio.Semaphore(SIDE_BY_SIDE)

    async def one(number: int, task: Task) -> list[Run]:
        async with places:
            own = seed * 1_000_003 + number * 1_009
            words = told(task, Condition.AFRESH, own, None, None)
            first = await call(model, task, words)
            return [
                await solve(model, task, each, seed=own, first=first, tokens=tokens)
                for each in conditions
            ]

    rows = await asyncio.gather(*(one(number, task) for number, task in enumerate(tasks)))
    columns = zip(*rows, strict=True)
    return [
        Runs(condition=each, runs=list(runs))
        for each, runs in zip(conditions, columns, strict=True)
    ]


async def call(model: ChatModel, task: Task, words: Told) -> Call:
    """Ask once."""
    message = Message(role="user", content=words.content)
    answer = await model.complete((message,), Sampling(), timeout_seconds=600.0)
    plan = plan_of(words, answer.text)
    verdict = None if plan is None else verify(task, plan)
    return Call(plan=plan, verdict=verdict, tokens=answer.tokens.total)


async def solve(
    model: ChatModel, task: Task, condition: Condition, *, seed: int, first: Call, tokens: int
) -> Run:
    """Ask until a plan is valid or the tokens are spent.

    Args:
        model: The apprentice; its answers are not opened.
        task: What is to be planned.
        condition: What each call is told of the one before.
        seed: Each call has its own, counted from here on.
        first: The first call.
        tokens: No call is begun when they are spent.
    """
    run, critic, made = Run(), condition.critic, first
    last, offer = None, None
    while True:
        run.calls += 1
        run.tokens += made.tokens
        if isinstance(made.verdict, Valid) or run.tokens >= tokens:
            run.solved = isinstance(made.verdict, Valid)
            return run
        if made.plan is not None and made.verdict is not None:
            last = Attempt(
                number=run.calls,
                round=run.calls,
                ask=Ask(proposer=NAME),
                proposal=Proposal(text=str(made.plan)),
                reading=Reading(plan=made.plan),
                verdict=made.verdict,
            )
            if critic is not None:
                critique = await critic.criticise(task, made.plan, made.verdict)
                offer = critique.offer
                run.critic_seconds += critique.seconds
                run.offers += offer is not None
        made = await call(model, task, told(task, condition, seed + run.calls, last, offer))


def plan_of(words: Told, text: str) -> Plan | None:
    """Read an answer, and put the steps before it that it goes on from."""
    try:
        read = read_plan(text)
    except PlanSyntaxError:
        return None
    names = words.names
    own = (
        Step(action=step.action, arguments=tuple(names.get(name, name) for name in step.arguments))
        for step in read.steps
    )
    return Plan(steps=(*words.begun, *own))


def table(compared: Sequence[Runs], budgets: Sequence[int]) -> str:
    """Write what was found in Markdown: of all tasks, and of those that one call does not solve.

    Args:
        compared: What was found; the plain flaw is among it.
        budgets: Tokens of a task.
    """
    plain = next(runs for runs in compared if runs.condition is Condition.FLAW)
    everything = range(len(plain.runs))
    # The first call is the same everywhere, so any condition tells which tasks it leaves.
    hard = [number for number in everything if not _at_once(plain.runs[number])]
    most = max(budgets)
    heads = [
        "told",
        *(f"solved within {tokens} tokens" for tokens in budgets),
        f"difference to the flaw at {most}",
        "calls",
        "tokens",
        "offers",
        "CPU ms an offer",
    ]
    lines = []
    for title, tasks in (("all tasks", everything), ("tasks left by the first call", hard)):
        lines += [f"{title}: {len(tasks)}", "", _row(heads), _row(["---"] * len(heads))]
        lines += [_row(_cells(runs, plain, tasks, budgets)) for runs in compared]
        lines.append("")
    return "\n".join(lines)


def _cells(runs: Runs, plain: Runs, tasks: Sequence[int], budgets: Sequence[int]) -> list[str]:
    own, other, most = runs.of(tasks), plain.of(tasks), max(budgets)
    offers = sum(run.offers for run in own)
    cost = sum(run.critic_seconds for run in own) / max(1, offers) * 1000
    number = max(1, len(own))
    against = [[float(run.within(most)) for run in each] for each in (own, other)]
    return [
        runs.condition.value,
        *(_share(estimate(mean, [float(run.within(tokens)) for run in own])) for tokens in budgets),
        "" if runs is plain else _share(estimate(mean_difference, *against)),
        f"{sum(run.calls for run in own) / number:.2f}",
        f"{sum(run.tokens for run in own) / number:.0f}",
        str(offers) if offers else "",
        f"{cost:.1f}" if offers else "",
    ]


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _at_once(run: Run) -> bool:
    return run.solved and run.calls == 1


def _share(found: Estimate | None) -> str:
    if found is None:
        return ""
    return f"{found.value:.1%} [{found.low:.1%}, {found.high:.1%}]"


def main() -> None:
    """Read the command line, compare and print two tables for each size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="*", default=[12, 15])
    parser.add_argument("--instances", type=int, default=200)
    parser.add_argument("--tokens", type=int, nargs="*", default=[500, 1_000], help="of a task")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    for size in options.sizes:
        tasks = held_out(size, options.instances, options.seed)
        tokens = max(options.tokens)
        runs = compare(tasks, tokens=tokens, seed=options.seed, conditions=tuple(Condition))
        found = table(asyncio.run(runs), options.tokens)
        sys.stdout.write(f"## {size} blocks\n\n{found}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
