"""Cases: tasks with the plans that a repair starts from, recorded or made wrong on purpose.

A set of recorded cases is named by its folder of instances and its model, such as
`logistics/gpt-4_chat`, and may be narrowed to a prompt and its number of examples, such as
`logistics/gpt-4_chat/pddl-0`; `larger/blocksworld` and `larger/logistics` are generated.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random

from app.apprentice.teacher import plan_of, teach
from app.evaluation.corruption import Corruption, corrupted
from app.evaluation.errors import UnknownSet
from app.evaluation.planbench import RecordedPlan, response_plans, task_of, transcript_plans
from app.evaluation.random_plans import reachable_steps
from planners.generators.blocksworld import draw_instance
from planners.generators.logistics import generate
from planners.pddl import read_task
from planners.plan import Plan
from planners.task import Task
from planners.verdict import Valid
from planners.verifier import verify

LARGER = "larger"
MODEL, CORRECT = "model", "correct"
SETS = (
    "blocksworld/gpt-4_chat",
    "mystery_blocksworld/gpt-4_chat",
    "logistics/gpt-4_chat",
    "blocksworld/gpt-4_chat/pddl-0",
    "mystery_blocksworld/gpt-4_chat/pddl-0",
    "blocksworld/llama-3.1-405b_aws",
    "mystery_blocksworld/llama-3.1-405b_aws",
    "logistics/llama-3.1-405b_aws",
    "blocksworld_hard/o1-mini_chat",
    "larger/blocksworld",
    "larger/logistics",
)
# Of one model's answers to a task the first that fits is taken.
PROMPTS = (("nl", 1), ("nl", 0), ("pddl", 1), ("pddl", 0))
SHARES = {
    Corruption.REMOVED: 0.2,
    Corruption.SWAPPED: 0.2,
    Corruption.REPLACED: 0.2,
    Corruption.TRUNCATED: 0.5,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A task with plans for it.

    Attributes:
        set: Name of its set.
        name: Name of the task in its set.
        source: Where the plans are from: prompt and examples, or the size of the task.
        task: The task.
        plan: The model's plan; of generated tasks one that solves it.
        starts: What a repair may start from, each by its condition: `model` of recorded
            cases, and `correct` and the corruptions of generated ones.
        flawed: Whether the plans to start from, but for `correct`, do not solve the task.
    """

    set: str
    name: str
    source: str
    task: Task
    plan: Plan
    starts: Mapping[str, Plan]
    flawed: bool = True


def is_flawed(task: Task, plan: Plan) -> bool:
    """Say whether a plan does not solve a task."""
    return not isinstance(verify(task, plan), Valid)


def cases_of(
    sets: Iterable[str], *, data: Path | None, tasks: int, flawed: bool = True
) -> Iterator[Case]:
    """Run through the cases of some sets, no more than so many of each.

    Args:
        sets: Their names.
        data: Folder of PlanBench; for generated sets none is needed.
        tasks: How many of each set at most.
        flawed: Whether the plans of models are to be wrong ones or right ones. Generated
            sets hold none but wrong ones.

    Raises:
        UnknownSet: there is nothing of that name.
        BrokenDataSet: the recorded data are not what they should be.
        OSError: they cannot be read.
    """
    recorded: dict[str, list[RecordedPlan]] | None = None
    for name in sets:
        kind, _, of = name.partition("/")
        if kind == LARGER:
            if flawed:
                yield from _larger(name, of, tasks)
            continue
        if data is None:
            raise UnknownSet(name, "it is recorded: say with --data where PlanBench is")
        if recorded is None:
            recorded = _by_set(data)
        if name not in recorded:
            known = ", ".join(sorted(recorded))
            raise UnknownSet(name, f"there are {known} and {' and '.join(SETS[-2:])}")
        yield from _recorded(name, data, recorded[name], tasks, flawed=flawed)


def _by_set(data: Path) -> dict[str, list[RecordedPlan]]:
    """Gather the plans that models proposed at once and without further advice."""
    found: dict[str, list[RecordedPlan]] = defaultdict(list)
    for each in (*response_plans(data), *transcript_plans(data)):
        told = each.round is not None and each.round > 1
        if each.plan.steps and not (told or each.thoughts or each.run):
            name = f"{each.instance_set}/{each.model}"
            found[name].append(each)
            found[f"{name}/{each.prompt}-{each.shots}"].append(each)
    return found


def _recorded(
    name: str, data: Path, plans: list[RecordedPlan], tasks: int, *, flawed: bool
) -> Iterator[Case]:
    by_instance: dict[str, list[RecordedPlan]] = defaultdict(list)
    for each in plans:
        by_instance[each.instance].append(each)
    found = 0
    for instance in sorted(by_instance, key=lambda name: (len(name), name)):
        if found == tasks:
            return
        task = task_of(data, by_instance[instance][0].instance_set, instance)
        fitting = (each for each in by_instance[instance] if is_flawed(task, each.plan) is flawed)
        chosen = min(fitting, key=_preference, default=None)
        if chosen is not None:
            found += 1
            yield Case(
                set=name,
                name=instance,
                source=f"{chosen.prompt}, {chosen.shots} shots",
                task=task,
                plan=chosen.plan,
                starts={MODEL: chosen.plan},
                flawed=flawed,
            )


def _preference(plan: RecordedPlan) -> tuple[bool, int]:
    """Answers come before replies of longer talks, and prompts in the order of `PROMPTS`."""
    prompt = (plan.prompt, plan.shots)
    known = prompt in PROMPTS
    return plan.round is not None, PROMPTS.index(prompt) if known else len(PROMPTS)


def _larger(name: str, of: str, tasks: int) -> Iterator[Case]:
    for number in range(tasks):
        random = Random(number)  # noqa: S311 (cases keep no secret)
        match of:
            case "blocksworld":
                drawn = draw_instance(20 + number % 21, random, full=True)
                task, plan = drawn.task(), plan_of(teach(drawn))
            case "logistics":
                made = generate(cities=4, places=4, airplanes=2, packages=9, seed=number)
                task, plan = made.task, made.plan
            case _:
                raise UnknownSet(name, f"there are {' and '.join(SETS[-2:])}")
        yield Case(
            set=name,
            name=str(number),
            source=f"{len(read_task(task).objects)} objects",
            task=task,
            plan=plan,
            starts={CORRECT: plan} | _corrupted(task, plan, random),
        )


def _corrupted(task: Task, plan: Plan, random: Random) -> dict[str, Plan]:
    steps = reachable_steps(read_task(task))
    made = {
        str(corruption): corrupted(
            plan,
            corruption,
            share=share,
            steps=steps,
            random=random,
            is_flawed=lambda drawn: is_flawed(task, drawn),
        )
        for corruption, share in SHARES.items()
    }
    return {corruption: each for corruption, each in made.items() if each is not None}
