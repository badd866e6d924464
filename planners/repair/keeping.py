"""A flawed plan as something to keep to: planning in which every departure from it costs 1.

Beside the actions of the task, which cost 1 now, stands a step of its own for each step of the
plan: `keep` does what it does and costs nothing, `skip` does nothing and costs 1. Each moves
on to the next, and at the end all have to be behind. So an optimal plan is one with the fewest
steps inserted and deleted.

Source:
    After Saetti & Scala 2022, Optimally stable plan repair (ICAPS), where kept steps may
    change places, and steps are dropped behind the goal. In order, A* with LM-cut found more
    of the closest plans in the same time.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from fractions import Fraction

from planners.condition import Literal
from planners.engines.engine import GaveUp, PlanFound, Purpose, Report
from planners.pddl.formula import TOTAL_COST, And, Atom, FunctionTerm
from planners.pddl.model import (
    ActionSchema,
    AndEffect,
    AtomEffect,
    Effect,
    ForallEffect,
    LiftedTask,
    Metric,
    NumericEffect,
    When,
)
from planners.pddl.reading import read_task
from planners.pddl.renaming import renamed
from planners.pddl.writing import write_task
from planners.plan import Plan, Step
from planners.repair.errand import FIRST_SHARE, NOBODY, Errand
from planners.task import Task

# Longer ones are seldom done in time, and it is better spent otherwise.
MOST_STEPS = 30
COST = FunctionTerm(TOTAL_COST)
PAID = NumericEffect("increase", COST, Fraction(1))
NOTHING: Mapping[str, str] = {}


class Keeping:
    """A task in which it costs to depart from a plan.

    It has a plan where, and only where, the task has one.

    Args:
        task: A classical task; what its actions cost is dropped.
        steps: Those of the plan; they fit the task.

    Attributes:
        task: Its text.
    """

    def __init__(self, task: LiftedTask, steps: tuple[Step, ...]) -> None:
        keep, skip = (_fresh(word, task.actions) for word in ("keep", "skip"))
        behind = _fresh("behind", task.predicates)
        at = [Atom(f"{behind}{index}") for index in range(len(steps) + 1)]
        self._kept = {f"{keep}{index}": step for index, step in enumerate(steps)}
        self._skipped = {f"{skip}{index}" for index in range(len(steps))}
        actions = [
            replace(schema, effect=AndEffect((_instance(schema.effect, NOTHING), PAID)))
            for schema in task.actions.values()
        ]
        for index, step in enumerate(steps):
            move = (AtomEffect(at[index], False), AtomEffect(at[index + 1]))
            actions.append(
                _kept(f"{keep}{index}", task.actions[step.action], step, at[index], move)
            )
            actions.append(
                ActionSchema(
                    name=f"{skip}{index}",
                    parameters=(),
                    precondition=at[index],
                    effect=AndEffect((*move, PAID)),
                )
            )
        named = {name for step in steps for name in step.arguments}
        self.task: Task = write_task(
            replace(
                task,
                constants=task.constants | named,
                predicates={**task.predicates, **{atom.predicate: () for atom in at}},
                functions={TOTAL_COST: ()},
                actions={schema.name: schema for schema in actions},
                init=task.init | {Literal(at[0].predicate)},
                init_values={COST: Fraction(0)},
                goal=And((task.goal, at[-1])),
                metric=Metric(COST),
            )
        )

    def plan(self, found: Plan) -> Plan:
        """Give the plan of the task itself that a plan of this one stands for."""
        return Plan(
            steps=tuple(
                self._kept.get(step.action, step)
                for step in found.steps
                if step.action not in self._skipped
            )
        )


async def keep(errand: Errand, task: Task, plan: Plan) -> Report:
    """Have the closest plan made.

    Args:
        errand: The errand that this is part of.
        task: A classical task.
        plan: At least one step, all of them usable.

    Returns:
        A plan to which none is closer, a proof that there is none at all, or why neither was
        found.

    Raises:
        TaskError: the task cannot be read.
    """
    if len(plan.steps) > MOST_STEPS:
        reason = f"the plan to keep to is longer than {MOST_STEPS} steps"
        return Report(engine=NOBODY, version="", result=GaveUp(reason))
    keeping = Keeping(read_task(task), plan.steps)
    report = await errand.ask(keeping.task, Purpose.OPTIMAL, share=FIRST_SHARE)
    if not isinstance(report.result, PlanFound):
        return report
    plans = tuple(map(keeping.plan, report.result.plans))
    return replace(report, result=PlanFound(plans=plans))


def _fresh(word: str, taken: Iterable[str]) -> str:
    """Give a word with which no name that is taken begins."""
    names = tuple(taken)
    word += "-"
    while any(name.startswith(word) for name in names):
        word += "-"
    return word


def _kept(
    name: str, schema: ActionSchema, step: Step, here: Atom, move: tuple[AtomEffect, ...]
) -> ActionSchema:
    names = [parameter.name for parameter in schema.parameters]
    binding = dict(zip(names, step.arguments, strict=True))
    return ActionSchema(
        name=name,
        parameters=(),
        precondition=And((here, renamed(schema.precondition, binding))),
        effect=AndEffect((*move, _instance(schema.effect, binding))),
    )


def _instance(effect: Effect, binding: Mapping[str, str]) -> Effect:
    """Put objects in place of variables of an effect, and leave out what it does with numbers."""
    match effect:
        case AtomEffect(atom, positive):
            terms = tuple(binding.get(term, term) for term in atom.terms)
            return AtomEffect(Atom(atom.predicate, terms), positive)
        case AndEffect(effects):
            parts = (each for each in effects if not isinstance(each, NumericEffect))
            return AndEffect(tuple(_instance(each, binding) for each in parts))
        case ForallEffect(parameters, inner):
            bound = {each.name for each in parameters}
            free = {name: value for name, value in binding.items() if name not in bound}
            return ForallEffect(parameters, _instance(inner, free))
        case When(condition, inner):
            return When(renamed(condition, binding), _instance(inner, binding))
        case NumericEffect():
            return AndEffect()
