"""How often the apprentice plans well: `python -m app.apprentice.measure`.

Instances are drawn from the tenth that is never trained on; every plan is verified. Each
call names the blocks anew. It is told nothing of those before it, or else, at the level of
`--feedback`, of the last that gave a plan.
"""

import argparse
import asyncio
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from app.apprentice.corpus import draw_held_out
from app.apprentice.model import embedded_apprentice
from app.apprentice.wording import ApprenticeWording
from app.llm.chat import ChatModel, Sampling
from app.modulo.attempt import Ask, Attempt, Feedback, Proposal, Reading, Trace
from app.prompts.wording import Prompt
from planners import Plan, PlanSyntaxError, Step, Task, Valid, read_plan, verify

SIDE_BY_SIDE = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What was found for one set of tasks.

    Attributes:
        tasks: How many there were.
        solved_by: How many were solved within 1, 2, … calls.
        steps: Steps of all valid plans together.
        tokens: Prompt and completion tokens of all calls together.
        seconds: Wall-clock time.
    """

    tasks: int
    solved_by: tuple[int, ...]
    steps: int
    tokens: int
    seconds: float

    def share(self, calls: int) -> float:
        """Give the share of tasks solved within so many calls."""
        return self.solved_by[calls - 1] / self.tasks


async def measure(
    model: ChatModel,
    tasks: Sequence[Task],
    *,
    calls: int,
    seed: int,
    temperature: float = 0.0,
    feedback: Feedback = Feedback.NONE,
) -> Measured:
    """Ask for plans until one is valid, at most so many times each.

    Args:
        model: The apprentice, wherever it runs.
        tasks: Those of which none is refused.
        calls: Most calls of one task.
        seed: Same seed, same calls.
        temperature: Of every call. Unitless, at least 0.
        feedback: What a call is told of the one before; nothing unless said.
    """
    began = time.monotonic()
    places = asyncio.Semaphore(SIDE_BY_SIDE)

    async def one(number: int, task: Task) -> tuple[int | None, int, int]:
        async with places:
            first = seed * 1_000_003 + number * 1_009
            return await _solve(model, task, range(first, first + calls), temperature, feedback)

    found = await asyncio.gather(*(one(number, task) for number, task in enumerate(tasks)))
    needed = [calls_made for calls_made, _, _ in found if calls_made is not None]
    return Measured(
        tasks=len(tasks),
        solved_by=tuple(sum(n <= most for n in needed) for most in range(1, calls + 1)),
        steps=sum(steps for _, steps, _ in found),
        tokens=sum(tokens for _, _, tokens in found),
        seconds=time.monotonic() - began,
    )


async def _solve(
    model: ChatModel, task: Task, seeds: range, temperature: float, feedback: Feedback
) -> tuple[int | None, int, int]:
    """Say with which call a task was solved, in how many steps, and for how many tokens."""
    wording = ApprenticeWording()
    tokens = 0
    trace: Trace = ()
    for call, seed in enumerate(seeds, 1):
        after = trace[0].number if trace and feedback is not Feedback.NONE else None
        ask = Ask(proposer=model.name, seed=seed, after=after, feedback=feedback)
        prompt = wording.word(task, ask, trace)
        sampling = Sampling(temperature=temperature, seed=seed)
        answer = await model.complete(prompt.messages, sampling, timeout_seconds=600.0)
        tokens += answer.tokens.total
        plan = _plan(answer.text, prompt)
        if plan is None:
            continue
        verdict = verify(task, plan)
        if isinstance(verdict, Valid):
            return call, len(plan.steps), tokens
        trace = (
            Attempt(
                number=call,
                round=call,
                ask=ask,
                proposal=Proposal(text=answer.text),
                reading=Reading(plan=plan),
                verdict=verdict,
            ),
        )
    return None, 0, tokens


def _plan(text: str, prompt: Prompt) -> Plan | None:
    try:
        plan = read_plan(text)
    except PlanSyntaxError:
        return None
    names = prompt.restore
    return Plan(
        steps=tuple(
            Step(
                action=names.get(step.action, step.action),
                arguments=tuple(names.get(name, name) for name in step.arguments),
            )
            for step in plan.steps
        )
    )


def held_out(blocks: int, count: int, seed: int) -> list[Task]:
    """Draw tasks that were never trained on."""
    random = Random(f"{seed} {blocks}")  # noqa: S311 (instances keep no secret)
    return [draw_held_out(blocks, random).task() for _ in range(count)]


def of_folder(folder: Path) -> list[Task]:
    """Read a `domain.pddl` and the problems beside it, but for tasks that are refused."""
    domain = (folder / "domain.pddl").read_text(encoding="utf-8")
    files = sorted(file for file in folder.glob("*.pddl") if file.name != "domain.pddl")
    tasks = [Task(domain=domain, problem=file.read_text(encoding="utf-8")) for file in files]
    return [task for task in tasks if ApprenticeWording().refuses(task) is None]


def main() -> None:
    """Read the command line, measure and print one line for each set of tasks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="*", default=[3, 4, 5, 6, 7, 8])
    parser.add_argument("--instances", type=int, default=200)
    parser.add_argument("--calls", type=int, default=16)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--temperature", type=float, default=0.0)
    parser.add_argument("--feedback", type=Feedback, choices=Feedback, default=Feedback.NONE)
    parser.add_argument("--weights", type=Path, help="other weights than those shipped")
    parser.add_argument("--folders", type=Path, nargs="*", default=[], help="of PDDL tasks")
    options = parser.parse_args()
    model = embedded_apprentice(options.weights)
    sets = {
        f"{size} blocks": held_out(size, options.instances, options.seed) for size in options.sizes
    } | {folder.name: of_folder(folder) for folder in options.folders}
    for name, tasks in sets.items():
        found = asyncio.run(
            measure(
                model,
                tasks,
                calls=options.calls,
                seed=options.seed,
                temperature=options.temperature,
                feedback=options.feedback,
            )
        )
        shares = ", ".join(
            f"{calls}: {found.share(calls):.1%}"
            for calls in (1, 2, 4, 8, 16)
            if calls <= options.calls
        )
        sys.stdout.write(
            f"{name}: {found.tasks} tasks, solved within calls {shares}; "
            f"{found.steps / max(1, found.solved_by[-1]):.1f} steps a plan, "
            f"{found.tokens / found.tasks:.0f} tokens and "
            f"{found.seconds / found.tasks * 1000:.0f} ms a task\n"
        )
        sys.stdout.flush()


if __name__ == "__main__":
    main()
