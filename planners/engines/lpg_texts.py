"""What LPG-td reads and writes, and what it must not be given.

Each of these was seen with the build of LPG-td 1.4 in `up-lpg` 0.1.3:

- An empty precondition, condition, effect or initial state is a syntax error or a crash.
- Equality is only understood as `(not (= ?x ?y))` among the conditions of an action: elsewhere
  it finds plans that are none, or says that there is none.
- Some steps that name an object twice, such as `(stack a a)`, it leaves out unless told.
- A choice in the goal makes it crash, and so does a comparison that must not hold.
- A plan to start from that is empty, names what is unknown, or holds a step that can never be
  executed makes it crash; so does any where the metric is one of numbers. Without a newline
  at its end it is read for ever.
- In its plans, a surplus parenthesis stands behind each duration of a durative action.
"""

import re
from dataclasses import replace

from planners.condition import Literal
from planners.engines.costs import parts_of_effect
from planners.pddl.formula import (
    EQUALS,
    And,
    Atom,
    Comparison,
    Exists,
    Formula,
    Imply,
    Not,
    Or,
    Parameter,
)
from planners.pddl.model import (
    ActionSchema,
    AndEffect,
    AtomEffect,
    DurativeSchema,
    Effect,
    LiftedTask,
    NumericEffect,
)
from planners.pddl.walks import conjuncts, parts_of, written_effects
from planners.plan import Plan, decimal, read_plan

MOST_PARAMETERS = 15
MOST_OBJECTS = 2_000

_SURPLUS = re.compile(r"(?<=\])\)")
_SCALES = frozenset({"scale-up", "scale-down"})


def obstacle(task: LiftedTask) -> str | None:
    """Say what stands in its way in a task all of whose features it reads, if anything."""
    schemas: list[ActionSchema | DurativeSchema] = [
        *task.actions.values(),
        *task.durative_actions.values(),
    ]
    conditions = [part for schema in schemas for part in _conditions(schema)]
    bounds = [schema.bounds for schema in task.durative_actions.values()]
    effects = [effect for _, effect, _ in written_effects(task)]
    obstacles = {
        f"it cannot read actions of more than {MOST_PARAMETERS} parameters": any(
            len(schema.parameters) > MOST_PARAMETERS for schema in schemas
        ),
        f"it cannot read more than {MOST_OBJECTS} objects": len(task.objects) > MOST_OBJECTS,
        "it reads equality only as `(not (= ?x ?y))` among the conditions of an action": (
            _has_equality(task.goal) or any(map(_is_misread, conditions))
        ),
        "it cannot read a choice in the goal": any(map(_is_choice, parts_of(task.goal))),
        "it cannot read that a comparison of numbers must not hold": any(
            map(_denies_comparison, (task.goal, *conditions))
        ),
        "it cannot read durations that may be chosen, or are only known at the end": any(
            len(each) != 1 or each[0].operator != "=" or each[0].at_end for each in bounds
        ),
        "it cannot read `scale-up` and `scale-down`": any(
            isinstance(each, NumericEffect) and each.operator in _SCALES for each in effects
        ),
    }
    return next((reason for reason, there in obstacles.items() if there), None)


def readable(task: LiftedTask, *, repair: bool) -> LiftedTask:
    """Change a task to one that it can read; the plans are the same.

    Args:
        task: A task in whose way there is no obstacle.
        repair: Whether it is given a plan to start from.
    """
    true, anything = _fresh("true", task), _fresh("anything", task)
    return replace(
        task,
        predicates={**task.predicates, true: (), anything: (Parameter("?x"),)},
        init=task.init | {Literal(true), *(Literal(anything, (name,)) for name in task.objects)},
        actions={
            key: _filled(schema, _truth(schema, true, anything))
            for key, schema in task.actions.items()
        },
        durative_actions={
            key: _filled_durative(schema, _truth(schema, true, anything))
            for key, schema in task.durative_actions.items()
        },
        metric=None if repair else task.metric,
    )


def seed_text(plan: Plan, *, timed: bool) -> str:
    """Write a plan as one to start from.

    Args:
        plan: The plan.
        timed: Whether time stamps and durations mean anything in the task.
    """
    if not timed:
        return "".join(f"{index}: {step} [1]\n" for index, step in enumerate(plan.steps))
    return "".join(
        f"{index if step.start is None else decimal(step.start)}: {step} "
        f"[{1 if step.duration is None else decimal(step.duration)}]\n"
        for index, step in enumerate(plan.steps)
    )


def plan_of(text: str, *, timed: bool) -> Plan:
    """Read one of its plans.

    Args:
        text: What it wrote.
        timed: Whether time stamps and durations mean anything in the task. Where they do
            not, what it writes at one stamp does not interfere, and makes a sequence.

    Raises:
        PlanSyntaxError: if it is no plan.
        BoundReached: if it is too long.
    """
    plan = read_plan(_SURPLUS.sub("", text))
    if timed:
        return plan
    return Plan(steps=tuple(replace(step, start=None, duration=None) for step in plan.steps))


def _conditions(schema: ActionSchema | DurativeSchema) -> tuple[Formula, ...]:
    if isinstance(schema, ActionSchema):
        return (schema.precondition,)
    return (schema.at_start, schema.over_all, schema.at_end)


def _is_misread(condition: Formula) -> bool:
    return any(_has_equality(part) and not _is_inequality(part) for part in conjuncts(condition))


def _is_inequality(part: Formula) -> bool:
    # An object on the left is a syntax error; objects on both sides make it crash.
    return (
        isinstance(part, Not)
        and isinstance(part.operand, Atom)
        and part.operand.terms[0].startswith("?")
    )


def _is_choice(part: Formula) -> bool:
    if isinstance(part, Not):
        return not isinstance(part.operand, Atom)
    return isinstance(part, Or | Imply | Exists)


def _denies_comparison(condition: Formula) -> bool:
    denied = (part for part in parts_of(condition) if isinstance(part, Not | Imply))
    return any(isinstance(inner, Comparison) for part in denied for inner in parts_of(part))


def _has_equality(condition: Formula) -> bool:
    return any(isinstance(part, Atom) and part.predicate == EQUALS for part in parts_of(condition))


def _fresh(name: str, task: LiftedTask) -> str:
    while name in task.predicates:
        name += "-"
    return name


def _truth(schema: ActionSchema | DurativeSchema, true: str, anything: str) -> Atom:
    """Give an atom that always holds; beside inequalities it has to be of a variable."""
    return Atom(anything, (schema.parameters[0].name,)) if schema.parameters else Atom(true)


def _is_bare(*conditions: Formula) -> bool:
    """Say whether it finds no atom in conditions, and so crashes."""
    return not any(isinstance(part, Atom) for each in conditions for part in conjuncts(each))


def _is_idle(effect: Effect) -> bool:
    """Say whether an effect changes no atom, and may so be nothing without costs."""
    return not any(isinstance(part, AtomEffect) for part in parts_of_effect(effect))


def _filled(schema: ActionSchema, true: Atom) -> ActionSchema:
    if _is_bare(schema.precondition):
        schema = replace(schema, precondition=And((true, schema.precondition)))
    if _is_idle(schema.effect):
        schema = replace(schema, effect=AndEffect((schema.effect, AtomEffect(true))))
    return schema


def _filled_durative(schema: DurativeSchema, true: Atom) -> DurativeSchema:
    if _is_bare(*_conditions(schema)):
        schema = replace(schema, at_start=And((true, schema.at_start)))
    if _is_idle(schema.start_effect) and _is_idle(schema.end_effect):
        schema = replace(schema, end_effect=AndEffect((schema.end_effect, AtomEffect(true))))
    return schema
