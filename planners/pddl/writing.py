"""The lifted model written as PDDL again. Reading what is written gives the same model."""

from collections.abc import Iterable, Mapping
from fractions import Fraction

from planners.pddl.effects import MAX_DIGITS
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

_NOTHING: Mapping[str, str] = {}


def write_task(task: LiftedTask) -> Task:
    """Write both texts of a task."""
    return Task(domain=domain_text(task), problem=problem_text(task))


def domain_text(task: LiftedTask) -> str:
    """Write the domain of a task."""
    lines = [f"(define (domain {task.domain_name})"]
    if task.requirements:
        lines.append(f"  (:requirements {' '.join(task.requirements)})")
    types = [(name, above) for name, above in task.types.items() if name != OBJECT]
    if types:
        lines.append(f"  (:types {_typed(types, always=True)})")
    if task.constants:
        constants = [each for each in task.objects.items() if each[0] in task.constants]
        lines.append(f"  (:constants {_typed(constants)})")
    declared = (_declaration(name, parameters) for name, parameters in task.predicates.items())
    lines.append(_block("(:predicates", declared))
    if task.functions:
        declared = (
            f"{_declaration(name, parameters)} - number"
            for name, parameters in task.functions.items()
        )
        lines.append(_block("(:functions", declared))
    lines.extend(_action(schema) for schema in task.actions.values())
    return "\n".join(lines) + ")\n"


def problem_text(task: LiftedTask) -> str:
    """Write the problem of a task."""
    lines = [f"(define (problem {task.problem_name})", f"  (:domain {task.domain_name})"]
    objects = [each for each in task.objects.items() if each[0] not in task.constants]
    if objects:
        lines.append(f"  (:objects {_typed(objects)})")
    facts = [str(literal) for literal in sorted(task.init)]
    facts += [f"(= {term} {_number(value)})" for term, value in task.init_values.items()]
    lines.append(_block("(:init", facts))
    lines.append(f"  (:goal {formula_text(task.goal)})")
    if task.metric is not None:
        lines.append(f"  (:metric minimize {task.metric})")
    return "\n".join(lines) + ")\n"


def formula_text(formula: Formula, binding: Mapping[str, str] = _NOTHING) -> str:
    """Write a condition.

    Args:
        formula: The condition.
        binding: Objects to write in place of free variables.
    """
    match formula:
        case Atom(predicate, terms):
            return _form(predicate, (binding.get(term, term) for term in terms))
        case Not(operand):
            return _form("not", (formula_text(operand, binding),))
        case And(operands):
            return _form("and", (formula_text(part, binding) for part in operands))
        case Or(operands):
            return _form("or", (formula_text(part, binding) for part in operands))
        case Imply(premise, conclusion):
            return _form("imply", (formula_text(part, binding) for part in (premise, conclusion)))
        case Forall(parameters, body) | Exists(parameters, body):
            hidden = {parameter.name for parameter in parameters}
            inner = {name: value for name, value in binding.items() if name not in hidden}
            head = "forall" if isinstance(formula, Forall) else "exists"
            return _form(head, (f"({_parameters(parameters)})", formula_text(body, inner)))


def effect_text(effect: Effect) -> str:
    """Write an effect."""
    match effect:
        case AtomEffect(atom, positive):
            return formula_text(atom if positive else Not(atom))
        case AndEffect(effects):
            return _form("and", map(effect_text, effects))
        case ForallEffect(parameters, inner):
            return _form("forall", (f"({_parameters(parameters)})", effect_text(inner)))
        case When(condition, inner):
            return _form("when", (formula_text(condition), effect_text(inner)))
        case Increase(function, amount):
            written = str(amount) if isinstance(amount, FunctionTerm) else _number(amount)
            return _form("increase", (str(function), written))


def _action(schema: ActionSchema) -> str:
    return (
        f"  (:action {schema.name}\n"
        f"    :parameters ({_parameters(schema.parameters)})\n"
        f"    :precondition {formula_text(schema.precondition)}\n"
        f"    :effect {effect_text(schema.effect)})"
    )


def _form(head: str, parts: Iterable[str]) -> str:
    return "(" + " ".join((head, *parts)) + ")"


def _block(head: str, lines: Iterable[str]) -> str:
    return "".join((f"  {head}", *(f"\n    {line}" for line in lines), ")"))


def _declaration(name: str, parameters: tuple[Parameter, ...]) -> str:
    return _form(name, (_parameters(parameters),) if parameters else ())


def _parameters(parameters: tuple[Parameter, ...]) -> str:
    return _typed([(parameter.name, parameter.types) for parameter in parameters])


def _typed(listed: list[tuple[str, tuple[str, ...]]], *, always: bool = False) -> str:
    # A name without a type takes the next type in the list, so types are left out only
    # where no name has one.
    if not always and all(types == (OBJECT,) for _, types in listed):
        return " ".join(name for name, _ in listed)
    return " ".join(f"{name} - {_type(types)}" for name, types in listed)


def _type(types: tuple[str, ...]) -> str:
    return types[0] if len(types) == 1 else _form("either", types)


def _number(value: Fraction) -> str:
    # Numbers are read from decimals, so they can be written as decimals.
    for digits in range(MAX_DIGITS):
        scaled = value * 10**digits
        if scaled.denominator == 1:
            break
    else:
        message = f"{value} is not a decimal number"
        raise ValueError(message)
    written = str(abs(scaled.numerator)).rjust(digits + 1, "0")
    sign, place = "-" if value < 0 else "", len(written) - digits
    return sign + (f"{written[:place]}.{written[place:]}" if digits else written)
