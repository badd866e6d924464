"""Hypothesis strategies: plans of a task that mostly can be executed, and mutations of them."""

from dataclasses import replace
from fractions import Fraction
from itertools import product

from hypothesis import strategies as st

from planners.pddl.model import LiftedTask
from planners.plan import Plan, Step
from tests.planners.naive.judge import judge
from tests.planners.naive.universe import Universe
from tests.planners.random_tasks import often
from tests.planners.random_wishes import MOMENTS, durations, misses

# More than the tolerance, as much, and less.
SHIFTS = tuple(map(Fraction, ("1", "0.5", "0.001", "0.0002", "0.0001", "0.00005", "0")))
# Few, so that steps meet, and one that stands a tenth of the tolerance behind another.
MEETINGS = (Fraction(1), Fraction(2), Fraction(2) + Fraction(1, 10_000), Fraction(0))
TRIES = 3


def fitting_steps(task: LiftedTask) -> list[Step]:
    """List the steps whose names, numbers of arguments and types fit."""
    universe = Universe(task)
    return [
        Step(action=schema.name, arguments=arguments)
        for schema in (*task.actions.values(), *task.durative_actions.values())
        for arguments in product(*map(universe.range_of, schema.parameters))
    ]


@st.composite
def plans(draw: st.DrawFn, task: LiftedTask, *, stamped: bool = False) -> Plan:
    """Mostly steps that fit the task, now and then others."""
    fitting = fitting_steps(task)
    steps = []
    for place in range(draw(often((4, 5, 3, 2, 1), 0))):
        odd = not fitting or draw(st.integers(0, 9)) == 9
        step = draw(any_step(task) if odd else st.sampled_from(fitting))
        steps.append(draw(timed(task, step, place)) if stamped else step)
    return in_order(steps)


@st.composite
def crowds(draw: st.DrawFn, task: LiftedTask) -> Plan:
    """Plans whose steps meet at few instants, and so often interfere."""
    fitting = fitting_steps(task)
    if not fitting:
        return Plan(steps=())
    steps = draw(st.lists(st.sampled_from(fitting), min_size=2, max_size=4))
    return in_order(
        [
            replace(draw(timed(task, step)), start=draw(st.sampled_from(MEETINGS[1:3])))
            for step in steps
        ]
    )


def any_step(task: LiftedTask) -> st.SearchStrategy[Step]:
    objects = st.sampled_from([*sorted(task.objects), "nobody"])
    names = [*sorted(task.actions), *sorted(task.durative_actions), "nothing"]
    return st.builds(
        Step,
        action=st.sampled_from(names),
        arguments=st.lists(objects, max_size=3).map(tuple),
    )


@st.composite
def timed(draw: st.DrawFn, task: LiftedTask, step: Step, earliest: int = 0) -> Step:
    durative = step.action in task.durative_actions
    meeting = draw(st.booleans())
    return replace(
        step,
        start=draw(st.sampled_from(MEETINGS if meeting else MOMENTS))
        + (0 if meeting else earliest),
        duration=draw(durations) + draw(misses) if durative else None,
    )


@st.composite
def walks(draw: st.DrawFn, task: LiftedTask, *, longest: int = 5, stamped: bool = False) -> Plan:
    """Plans of which every step can be executed."""
    fitting = fitting_steps(task)
    plan = Plan(steps=())
    if not fitting:
        return plan
    for place in range(longest):
        for _ in range(TRIES):
            step = draw(st.sampled_from(fitting))
            step = draw(timed(task, step, place)) if stamped else step
            longer = in_order([*plan.steps, step])
            if not judge(task, longer).stopped:
                plan = longer
                break
    return plan


@st.composite
def mutants(draw: st.DrawFn, task: LiftedTask, plan: Plan) -> Plan:
    """A plan with one thing changed."""
    steps = list(plan.steps)
    if not steps:
        return plan
    at = draw(st.integers(0, len(steps) - 1))
    step = steps[at]
    kinds = ["drop", "repeat", "swap", "insert", "insert", "action", "argument"]
    kinds += ["shift", "shift", "stretch", *["together"] * 4] * (step.start is not None)
    match draw(st.sampled_from(kinds)):
        case "drop":
            del steps[at]
        case "repeat":
            steps.insert(at, step)
        case "swap":
            other = draw(st.integers(0, len(steps) - 1))
            steps[at], steps[other] = exchanged(step, steps[other])
        case "insert":
            new = draw(st.sampled_from(fitting_steps(task)))
            steps.insert(at, draw(timed(task, new, at)) if step.start is not None else new)
        case "action":
            names = sorted({*task.actions, *task.durative_actions, "nothing"})
            steps[at] = replace(step, action=draw(st.sampled_from(names)))
        case "argument":
            steps[at] = draw(other_argument(task, step))
        case "shift":
            by = draw(st.sampled_from(SHIFTS)) * draw(st.sampled_from((1, -1)))
            steps[at] = replace(step, start=max(Fraction(0), step.start + by))
        case "stretch":
            by = draw(st.sampled_from((*SHIFTS, None)))
            longer = None if by is None else (step.duration or 0) + by
            steps[at] = replace(step, duration=longer)
        case "together":
            steps[at] = replace(step, start=draw(st.sampled_from(steps)).start)
    return in_order(steps)


def exchanged(one: Step, other: Step) -> tuple[Step, Step]:
    return (
        replace(other, start=one.start),
        replace(one, start=other.start),
    )


@st.composite
def other_argument(draw: st.DrawFn, task: LiftedTask, step: Step) -> Step:
    arguments = list(step.arguments)
    name = draw(st.sampled_from([*sorted(task.objects), "nobody"]))
    if arguments:
        arguments[draw(st.integers(0, len(arguments) - 1))] = name
    else:
        arguments.append(name)
    return replace(step, arguments=tuple(arguments))


def in_order(steps: list[Step]) -> Plan:
    """Make a plan as one that was read: time stamps sort it."""
    if any(step.start is not None for step in steps):
        steps = sorted(steps, key=lambda step: step.start)
    return Plan(steps=tuple(steps))
