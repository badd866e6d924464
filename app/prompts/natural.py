"""A task in words, made from any domain by rule: nothing is added, nothing is left out.

Formulas become nested lists, so that what belongs together stays together. Names of
objects stay as they are, because answers use them.
"""

from collections.abc import Iterable, Iterator, Sequence

from app.prompts.lexicon import NaturalSpeech, phrases
from app.prompts.natural_lists import effects_as_list, said_as_list
from app.prompts.natural_time import (
    constraints_in_words,
    phases_in_words,
    step_preferences_in_words,
    timed_in_words,
)
from app.prompts.numbers import amount, number
from planners.pddl import read_task
from planners.pddl.formula import OBJECT, And, Parameter
from planners.pddl.model import ActionSchema, DurativeSchema, LiftedTask
from planners.task import Task

RULES = """\
What no action changes stays as it is. What is not said to be true is not true.
An action's effects all happen at once, and they depend on what was true before it; what it \
makes both untrue and true is true afterwards.
Names that begin with ? stand for objects; two of them may stand for the same object."""

OBJECTS_TITLE = "The objects:"
INIT_TITLE = "At first this is true, and nothing else:"
GOAL_TITLE = "At the end, all of this must be true:"

TIMED_RULES = """\
Steps have times: a plan says when each step starts and how long it takes. Steps may go on \
side by side where none gets in the way of another: at one instant, no step may change what \
another one needs or changes at that instant."""


def domain_in_words(task: Task) -> str:
    """Say the types, the derived facts and the actions of a domain."""
    lifted = read_task(task)
    speech = NaturalSpeech(lifted)
    parts = [RULES, *([TIMED_RULES] if lifted.temporal else []), *_types(lifted)]
    parts += _rules_of_derived(lifted, speech)
    schemas: list[ActionSchema | DurativeSchema]
    schemas = [*lifted.actions.values(), *lifted.durative_actions.values()]
    titles = phrases(schema.name for schema in schemas)
    for schema in schemas:
        title = " ".join(titles.get(schema.name, (schema.name,)))
        parts.append(_action(schema, title, speech))
    return "\n\n".join(parts)


def problem_in_words(task: Task) -> str:
    """Say the objects, the initial state, the goal and the measure of a problem."""
    lifted = read_task(task)
    speech = NaturalSpeech(lifted)
    facts = sorted(lifted.init)
    parts = [
        [OBJECTS_TITLE, *_objects(lifted)],
        [INIT_TITLE, *_bullets(map(speech.condition, facts))],
        [GOAL_TITLE, *said_as_list(lifted.goal, speech)],
        *constraints_in_words(lifted, speech),
        [_measure(lifted, speech)],
    ]
    if lifted.timed:
        parts.insert(2, timed_in_words(lifted.timed, speech))
    if lifted.init_values:
        values = sorted(lifted.init_values.items(), key=lambda item: str(item[0]))
        said = (f"{speech.value(term)} = {number(value)}" for term, value in values)
        parts.insert(2, ["The numbers:", *_bullets(said)])
    return "\n\n".join("\n".join(part) for part in parts)


def _types(lifted: LiftedTask) -> list[str]:
    lines = [
        f"- Every {name} is also a {above}."
        for name, supertypes in lifted.types.items()
        for above in supertypes
        if above != OBJECT
    ]
    return ["\n".join(["Types of objects:", *lines])] if lines else []


def _rules_of_derived(lifted: LiftedTask, speech: NaturalSpeech) -> list[str]:
    if not lifted.axioms:
        return []
    lines = ["No action changes these facts: each is true exactly where one of its rules says so."]
    for axiom in lifted.axioms:
        variables = tuple(parameter.name for parameter in axiom.parameters)
        typed = [
            f"{each.name} is of type {' or '.join(each.types)}"
            for each in axiom.parameters
            if OBJECT not in each.types
        ]
        where = f", where {' and '.join(typed)}," if typed else ""
        lines.append(f"{speech.atom(axiom.predicate, variables)}{where} if:")
        lines += said_as_list(axiom.body, speech)
    return ["\n".join(lines)]


def _action(schema: ActionSchema | DurativeSchema, title: str, speech: NaturalSpeech) -> str:
    variables = [parameter.name for parameter in schema.parameters]
    duration = " [duration]" if isinstance(schema, DurativeSchema) else ""
    lines = [f"Action: {' '.join((title, *variables))}"]
    lines.append(f"Written in a plan as: ({' '.join((schema.name, *variables))}){duration}")
    lines += [_parameter(parameter) for parameter in schema.parameters]
    if isinstance(schema, DurativeSchema):
        return "\n".join([*lines, *phases_in_words(schema, speech)])
    if schema.precondition == And():
        lines.append("It can always be done.")
    else:
        lines += ["To do it, all of this must be true:", *said_as_list(schema.precondition, speech)]
    lines += step_preferences_in_words(schema.preferences, speech)
    effects = effects_as_list(schema.effect, speech)
    lines += ["Afterwards:", *effects] if effects else ["It changes nothing."]
    return "\n".join(lines)


def _parameter(parameter: Parameter) -> str:
    return f"{parameter.name} can be {_any_of(parameter.types)}."


def _any_of(types: Sequence[str]) -> str:
    return "any object" if OBJECT in types else f"any object of type {' or '.join(types)}"


def _objects(lifted: LiftedTask) -> Iterator[str]:
    groups: dict[tuple[str, ...], list[str]] = {}
    for name, types in lifted.objects.items():
        groups.setdefault(types, []).append(name)
    if not groups:
        yield "- (none)"
    for types, names in groups.items():
        # An object of `(either a b)` is of both types; a variable of it, of one of them.
        kind = "" if types == (OBJECT,) else f"of type {' and '.join(types)}: "
        yield f"- {kind}{', '.join(names)}"


def _measure(lifted: LiftedTask, speech: NaturalSpeech) -> str:
    metric = lifted.metric
    if metric is None:
        return "Every plan that leads there solves the problem; fewer steps are better."
    wanted = "greater" if metric.maximize else "smaller"
    return (
        f"Every plan that leads there solves the problem; the {wanted} "
        f"{amount(metric.expression, speech.value)} is at the end, the better."
    )


def _bullets(lines: Iterable[str]) -> list[str]:
    return [f"- {line}" for line in lines] or ["- (nothing)"]
