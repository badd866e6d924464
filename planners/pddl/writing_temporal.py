"""Durative actions, timed literals, constraints and preferences written as PDDL."""

from collections.abc import Iterable, Mapping

from planners.pddl.durative import ALL, END, PHASES, START
from planners.pddl.formula import And, Formula, Parameter
from planners.pddl.model import (
    ActionSchema,
    AndEffect,
    AtomEffect,
    DurationBound,
    DurativeSchema,
    LiftedTask,
    NumericEffect,
    Preference,
    TimedEffect,
    Trajectory,
)
from planners.pddl.notation import (
    effect_text,
    expression_text,
    form,
    formula_text,
    parameters_text,
)
from planners.pddl.preferences import AT_END
from planners.plan import decimal

_NOTHING: Mapping[str, str] = {}


def durative_text(schema: DurativeSchema) -> str:
    """Write a durative action."""
    conditions = [
        form(time, (formula_text(formula),))
        for time, formula in (
            (START, schema.at_start),
            (ALL, schema.over_all),
            (END, schema.at_end),
        )
        if formula != And()
    ]
    effects = (
        form(time, (effect_text(effect),))
        for time, effect in ((START, schema.start_effect), (END, schema.end_effect))
        if effect != AndEffect()
    )
    return (
        f"  (:durative-action {schema.name}\n"
        f"    :parameters ({parameters_text(schema.parameters)})\n"
        f"    :duration {_all_of(_bound(bound) for bound in schema.bounds)}\n"
        f"    :condition {_all_of([*conditions, *_step_preferences(schema)])}\n"
        f"    :effect {_all_of(effects)})"
    )


def precondition_text(schema: ActionSchema) -> str:
    """Write a precondition, and the preferences with it."""
    return _with(schema.precondition, _step_preferences(schema))


def goal_text(task: LiftedTask) -> str:
    """Write the goal of a task, and the preferences that can stand in it."""
    return _with(task.goal, [_wished(each, in_goal=True) for each in _in_goal(task)])


def constraints_text(task: LiftedTask) -> str | None:
    """Write the constraints of a task, or None where it has none."""
    rest = task.preferences[len(_in_goal(task)) :]
    lines = [
        *(_around(each.parameters, trajectory_text(each)) for each in task.constraints),
        *(_wished(preference) for preference in rest),
    ]
    return form("and", lines) if lines else None


def trajectory_text(trajectory: Trajectory, binding: Mapping[str, str] = _NOTHING) -> str:
    """Write a constraint without the quantifiers around it, with objects for variables."""
    head = "at end" if trajectory.kind == AT_END else trajectory.kind
    times = map(decimal, trajectory.times)
    return form(head, (*times, *(formula_text(each, binding) for each in trajectory.formulas)))


def timed_text(timed: TimedEffect) -> str:
    """Write what changes at a stated time, as an element of `:init`."""
    return form("at", (decimal(timed.time), _literal(timed.effect)))


def _step_preferences(schema: ActionSchema | DurativeSchema) -> list[str]:
    times = {phase: time for time, phase in PHASES.items()}
    found = []
    for each in schema.preferences:
        written = formula_text(each.condition)
        if each.phase is not None:
            written = form(times[each.phase], (written,))
        found.append(_around(each.parameters, form("preference", (each.name, written))))
    return found


def _in_goal(task: LiftedTask) -> tuple[Preference, ...]:
    """Return the first preferences of a task that are written in its goal.

    Those behind them are constraints, and stay in their order. A goal that is no
    conjunction was written without preferences.
    """
    found = []
    for preference in task.preferences if isinstance(task.goal, And) else ():
        if preference.condition.kind != AT_END:
            break
        found.append(preference)
    return tuple(found)


def _with(formula: Formula, wished: list[str]) -> str:
    if not wished:
        return formula_text(formula)
    operands = formula.operands if isinstance(formula, And) else (formula,)
    return form("and", (*map(formula_text, operands), *wished))


def _wished(preference: Preference, *, in_goal: bool = False) -> str:
    condition = preference.condition
    written = formula_text(condition.formulas[0]) if in_goal else trajectory_text(condition)
    return _around(condition.parameters, form("preference", (preference.name, written)))


def _around(parameters: tuple[Parameter, ...], written: str) -> str:
    return form("forall", (f"({parameters_text(parameters)})", written)) if parameters else written


def _bound(bound: DurationBound) -> str:
    written = form(bound.operator, ("?duration", expression_text(bound.value)))
    return form("at end", (written,)) if bound.at_end else written


def _literal(effect: AtomEffect | NumericEffect) -> str:
    if isinstance(effect, AtomEffect):
        return effect_text(effect)
    return form("=", (str(effect.function), expression_text(effect.amount)))


def _all_of(parts: Iterable[str]) -> str:
    written = tuple(parts)
    return written[0] if len(written) == 1 else form("and", written)
