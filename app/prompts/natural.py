"""A task in words, made from any domain by rule: nothing is added, nothing is left out.

Formulas become nested lists, so that what belongs together stays together. Names of
objects stay as they are, because answers use them.
"""

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

from app.prompts.inline import quantified
from app.prompts.lexicon import NaturalSpeech, phrases
from planners.pddl import read_task
from planners.pddl.model import (
    OBJECT,
    ActionSchema,
    And,
    AndEffect,
    Atom,
    AtomEffect,
    Effect,
    Exists,
    Forall,
    ForallEffect,
    Formula,
    FunctionTerm,
    Imply,
    Increase,
    LiftedTask,
    Not,
    Or,
    Parameter,
    When,
)
from planners.task import Task

RULES = """\
What no action changes stays as it is. What is not said to be true is not true.
An action's effects all happen at once, and they depend on what was true before it; what it \
makes both untrue and true is true afterwards.
Names that begin with ? stand for objects; two of them may stand for the same object."""


def domain_in_words(task: Task) -> str:
    """Say the types and actions of a domain."""
    lifted = read_task(task)
    speech = NaturalSpeech(lifted)
    parts = [RULES, *_types(lifted)]
    titles = phrases(lifted.actions)
    for schema in lifted.actions.values():
        title = " ".join(titles.get(schema.name, (schema.name,)))
        parts.append(_action(schema, title, speech))
    return "\n\n".join(parts)


def problem_in_words(task: Task) -> str:
    """Say the objects, the initial state, the goal and the measure of a problem."""
    lifted = read_task(task)
    speech = NaturalSpeech(lifted)
    facts = sorted(lifted.init)
    parts = [
        ["The objects:", *_objects(lifted)],
        ["At first this is true, and nothing else:", *_bullets(map(speech.condition, facts))],
        ["At the end, all of this must be true:", *_top(lifted.goal, speech)],
        [_measure(lifted.metric, speech)],
    ]
    if lifted.init_values:
        values = sorted(lifted.init_values.items(), key=lambda item: str(item[0]))
        said = (f"{speech.value(term)} = {number(value)}" for term, value in values)
        parts.insert(2, ["The numbers:", *_bullets(said)])
    return "\n\n".join("\n".join(part) for part in parts)


def number(value: Fraction) -> str:
    """Write a number without loss: as a decimal where that is exact, else as a fraction."""
    if value.denominator == 1 or value.denominator > 10**6:
        return str(value)
    decimal = str(float(value))
    return decimal if Fraction(decimal) == value else str(value)


def _types(lifted: LiftedTask) -> list[str]:
    lines = [
        f"- Every {name} is also a {above}."
        for name, supertypes in lifted.types.items()
        for above in supertypes
        if above != OBJECT
    ]
    return ["\n".join(["Types of objects:", *lines])] if lines else []


def _action(schema: ActionSchema, title: str, speech: NaturalSpeech) -> str:
    variables = [parameter.name for parameter in schema.parameters]
    lines = [f"Action: {' '.join((title, *variables))}"]
    lines.append(f"Written in a plan as: ({' '.join((schema.name, *variables))})")
    lines += [_parameter(parameter) for parameter in schema.parameters]
    if schema.precondition == And():
        lines.append("It can always be done.")
    else:
        lines += ["To do it, all of this must be true:", *_top(schema.precondition, speech)]
    effects = list(_effect(schema.effect, speech, 0))
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


def _measure(metric: FunctionTerm | None, speech: NaturalSpeech) -> str:
    if metric is None:
        return "Every plan that leads there solves the problem; fewer steps are better."
    return (
        "Every plan that leads there solves the problem; the smaller "
        f"{speech.value(metric)} is at the end, the better."
    )


def _bullets(lines: Iterable[str]) -> list[str]:
    return [f"- {line}" for line in lines] or ["- (nothing)"]


def _top(formula: Formula, speech: NaturalSpeech) -> list[str]:
    operands = formula.operands if isinstance(formula, And) else (formula,)
    said = [line for operand in operands for line in _formula(operand, speech, 0)]
    return said or ["- (nothing)"]


def _formula(formula: Formula, speech: NaturalSpeech, depth: int) -> Iterator[str]:
    bullet = "  " * depth + "- "
    match formula:
        case Atom():
            yield bullet + speech.atom(formula.predicate, formula.terms)
        case Not(operand=Atom() as atom):
            yield bullet + speech.atom(atom.predicate, atom.terms, positive=False)
        case Not(operand=operand):
            yield f"{bullet}this is not so:"
            yield from _formula(operand, speech, depth + 1)
        case And(operands=()):
            yield f"{bullet}(nothing: always so)"
        case Or(operands=()):
            yield f"{bullet}(nothing that can be: never so)"
        case And(operands=operands) | Or(operands=operands):
            yield bullet + (
                "all of these:" if isinstance(formula, And) else "at least one of these:"
            )
            for operand in operands:
                yield from _formula(operand, speech, depth + 1)
        case Imply(premise=premise, conclusion=conclusion):
            yield f"{bullet}if this is so:"
            yield from _formula(premise, speech, depth + 1)
            yield f"{'  ' * depth}  then this:"
            yield from _formula(conclusion, speech, depth + 1)
        case Forall(parameters=()) | Exists(parameters=()):
            yield from _formula(formula.body, speech, depth)
        case Forall(parameters=parameters, body=body) | Exists(parameters=parameters, body=body):
            word = "for each" if isinstance(formula, Forall) else "for at least one"
            yield f"{bullet}{quantified(parameters, word)}:"
            yield from _formula(body, speech, depth + 1)


def _effect(effect: Effect, speech: NaturalSpeech, depth: int) -> Iterator[str]:
    bullet = "  " * depth + "- "
    match effect:
        case AtomEffect(atom=atom, positive=positive):
            now = "now true: " if positive else "no longer true: "
            yield bullet + now + speech.atom(atom.predicate, atom.terms)
        case AndEffect(effects=()) if depth:
            yield f"{bullet}nothing"
        case AndEffect(effects=effects):
            for part in effects:
                yield from _effect(part, speech, depth)
        case ForallEffect(parameters=(), effect=part):
            yield from _effect(part, speech, depth)
        case ForallEffect(parameters=parameters, effect=part):
            yield f"{bullet}{quantified(parameters, 'for each')}:"
            yield from _effect(part, speech, depth + 1)
        case When(condition=condition, effect=part):
            yield f"{bullet}if this was so before:"
            yield from _formula(condition, speech, depth + 1)
            yield f"{'  ' * depth}  then:"
            yield from _effect(part, speech, depth + 1)
        case Increase(function=function, amount=amount):
            by = number(amount) if isinstance(amount, Fraction) else speech.value(amount)
            yield f"{bullet}{speech.value(function)} rises by {by}"
