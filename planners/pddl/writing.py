"""The lifted model written as PDDL again. Reading what is written gives the same model.

Object functions are written as the relations that they were read as.
"""

from collections.abc import Iterable

from planners.pddl.formula import OBJECT, Parameter
from planners.pddl.model import ActionSchema, Axiom, LiftedTask, Metric
from planners.pddl.notation import (
    effect_text,
    expression_text,
    form,
    formula_text,
    parameters_text,
    typed_text,
)
from planners.pddl.writing_temporal import (
    constraints_text,
    durative_text,
    goal_text,
    precondition_text,
    timed_text,
)
from planners.plan import decimal
from planners.task import Task


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
        lines.append(f"  (:types {typed_text(types, always=True)})")
    if task.constants:
        constants = [each for each in task.objects.items() if each[0] in task.constants]
        lines.append(f"  (:constants {typed_text(constants)})")
    declared = (_declaration(name, parameters) for name, parameters in task.predicates.items())
    lines.append(_block("(:predicates", declared))
    if task.functions:
        declared = (
            f"{_declaration(name, parameters)} - number"
            for name, parameters in task.functions.items()
        )
        lines.append(_block("(:functions", declared))
    lines.extend(_axiom(axiom) for axiom in task.axioms)
    lines.extend(action_text(schema) for schema in task.actions.values())
    lines.extend(durative_text(schema) for schema in task.durative_actions.values())
    return "\n".join(lines) + ")\n"


def problem_text(task: LiftedTask) -> str:
    """Write the problem of a task."""
    lines = [f"(define (problem {task.problem_name})", f"  (:domain {task.domain_name})"]
    objects = [each for each in task.objects.items() if each[0] not in task.constants]
    if objects:
        lines.append(f"  (:objects {typed_text(objects)})")
    facts = [str(literal) for literal in sorted(task.init)]
    facts += [f"(= {term} {decimal(value)})" for term, value in task.init_values.items()]
    facts += [timed_text(timed) for timed in task.timed]
    lines.append(_block("(:init", facts))
    lines.append(f"  (:goal {goal_text(task)})")
    constraints = constraints_text(task)
    if constraints is not None:
        lines.append(f"  (:constraints {constraints})")
    if task.metric is not None:
        lines.append(f"  {_metric(task.metric)}")
    return "\n".join(lines) + ")\n"


def _axiom(axiom: Axiom) -> str:
    head = _declaration(axiom.predicate, axiom.parameters)
    return f"  (:derived {head}\n    {formula_text(axiom.body)})"


def action_text(schema: ActionSchema) -> str:
    """Write an action."""
    return (
        f"  (:action {schema.name}\n"
        f"    :parameters ({parameters_text(schema.parameters)})\n"
        f"    :precondition {precondition_text(schema)}\n"
        f"    :effect {effect_text(schema.effect)})"
    )


def _metric(metric: Metric) -> str:
    direction = "maximize" if metric.maximize else "minimize"
    return f"(:metric {direction} {expression_text(metric.expression)})"


def _block(head: str, lines: Iterable[str]) -> str:
    return "".join((f"  {head}", *(f"\n    {line}" for line in lines), ")"))


def _declaration(name: str, parameters: tuple[Parameter, ...]) -> str:
    return form(name, (parameters_text(parameters),) if parameters else ())
