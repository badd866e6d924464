"""Conditions and effects as nested lists, so that what belongs together stays together."""

from collections.abc import Iterator

from app.prompts.inline import quantified
from app.prompts.lexicon import NaturalSpeech
from app.prompts.numbers import amount
from planners.pddl.formula import (
    And,
    Atom,
    Comparison,
    Exists,
    Forall,
    Formula,
    Imply,
    Not,
    Or,
)
from planners.pddl.model import (
    AndEffect,
    AtomEffect,
    Effect,
    ForallEffect,
    NumericEffect,
    When,
)

_CHANGES = {
    "increase": "rises by",
    "decrease": "falls by",
    "assign": "becomes",
    "scale-up": "is multiplied by",
    "scale-down": "is divided by",
}


def said_as_list(formula: Formula, speech: NaturalSpeech) -> list[str]:
    """Say a condition as a list of what must be true, one line each."""
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
        case Comparison(operator, left, right):
            sides = amount(left, speech.value), amount(right, speech.value)
            yield f"{bullet}{sides[0]} {operator} {sides[1]}"
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


def effects_as_list(effect: Effect, speech: NaturalSpeech) -> list[str]:
    """Say an effect as a list of changes, one line each; empty where there are none."""
    return list(_effect(effect, speech, 0))


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
        case NumericEffect(operator, function, by):
            changed = f"{speech.value(function)} {_CHANGES[operator]}"
            yield f"{bullet}{changed} {amount(by, speech.value)}"
