"""The text of a problem, read on the ground of its domain."""

from fractions import Fraction

from planners.errors import TaskSyntaxError
from planners.pddl.conditions import ConditionReader
from planners.pddl.domain import Domain
from planners.pddl.effects import is_number, number
from planners.pddl.lists import group_of, names
from planners.pddl.model import (
    EQUALS,
    Formula,
    FunctionTerm,
    LiftedTask,
)
from planners.pddl.notes import Notes
from planners.pddl.sections import (
    Section,
    add_objects,
    by_keyword,
    open_definition,
    read_requirements,
)
from planners.pddl.syntax import Group, Node, describe
from planners.pddl.tokens import Source, Word
from planners.pddl.vocabulary import Vocabulary
from planners.verdict import Literal

_SECTIONS = (":domain", ":requirements", ":objects", ":init", ":goal", ":metric", ":length")


def read_problem(source: Source, domain: Domain, notes: Notes) -> LiftedTask:
    """Read a problem and join it with its domain.

    Raises:
        TaskError: one of its kinds, with the place.
    """
    name, sections = open_definition(source, "problem")
    found = by_keyword(source, sections, once=_SECTIONS)
    _check_domain(source, found.get(":domain"), domain, notes)
    declared = read_requirements(source, found.get(":requirements"), notes)
    requirements = tuple(dict.fromkeys((*domain.requirements, *declared)))
    vocabulary = Vocabulary(
        source=source,
        notes=notes,
        hierarchy=domain.hierarchy,
        objects=domain.constants,
        predicates=domain.predicates,
        functions=domain.functions,
    )
    if ":objects" in found:
        listed = names(source, found[":objects"][1].items[1:], "an object")
        typed = [(each, vocabulary.types_of(each)) for each in listed]
        vocabulary.objects = add_objects(source, typed, domain.constants, notes)
    init, values = _init(vocabulary, found.get(":init"))
    goal = _goal(vocabulary, found.get(":goal"))
    metric = _metric(vocabulary, found.get(":metric"))
    if ":length" in found:
        notes.warn(source, found[":length"][0].offset, "`:length` is passed over")
    if metric is not None and metric not in values:
        message = f"`{metric}` has no value at first; it is taken to be 0"
        notes.warn(source, found[":metric"][0].offset, message)
    notes.warn_of_missing(requirements)
    return LiftedTask(
        domain_name=domain.name,
        problem_name=name,
        requirements=requirements,
        types=domain.types,
        objects=vocabulary.objects,
        constants=frozenset(domain.constants),
        predicates=domain.predicates,
        functions=domain.functions,
        actions=domain.actions,
        init=init,
        init_values=values,
        goal=goal,
        metric=metric,
        warnings=notes.warnings,
    )


def _check_domain(source: Source, section: Section | None, domain: Domain, notes: Notes) -> None:
    if section is None:
        notes.warn(source, 0, "the problem names no domain")
        return
    match section[1].items:
        case (_, Word(text=name, offset=offset)):
            if name != domain.name:
                message = f"the problem is for `{name}`, and the domain is `{domain.name}`"
                notes.warn(source, offset, message)
        case _:
            message = "expected `(:domain NAME)`"
            raise source.fault(TaskSyntaxError, section[0].offset, message)


def _init(
    vocabulary: Vocabulary, section: Section | None
) -> tuple[frozenset[Literal], dict[FunctionTerm, Fraction]]:
    atoms: set[Literal] = set()
    denied: dict[Literal, int] = {}
    values: dict[FunctionTerm, Fraction] = {}
    if section is None:
        vocabulary.notes.warn(vocabulary.source, 0, "no `:init`: nothing holds at first")
    for node in section[1].items[1:] if section else ():
        group = group_of(vocabulary.source, node, "an atom")
        match group.items:
            case (Word(text="="), _, _):
                _assign(vocabulary, group, values)
            case (Word(text="not"), Group() as inner):
                denied[_fact(vocabulary, inner)] = group.offset
            case (Word(text="at"), first, Group()) if is_number(first):
                raise vocabulary.unsupported(group.offset, "a timed initial literal")
            case _:
                atoms.add(_fact(vocabulary, group))
    for literal, offset in denied.items():
        if literal in atoms:
            raise vocabulary.semantic(offset, f"`{literal}` is both true and false at first")
        message = f"`{literal}` need not be denied: what is not listed does not hold"
        vocabulary.notes.warn(vocabulary.source, offset, message)
    return frozenset(atoms), values


def _fact(vocabulary: Vocabulary, group: Group) -> Literal:
    head = group.items[0] if group.items else None
    if not isinstance(head, Word):
        message = f"expected an atom such as `(on a b)`, found {describe(group)}"
        raise vocabulary.source.fault(TaskSyntaxError, group.offset, message)
    if head.text == EQUALS:
        message = "`=` gives a number to a function here: `(= (total-cost) 0)`"
        raise vocabulary.source.fault(TaskSyntaxError, head.offset, message)
    if head.text not in vocabulary.predicates and head.text in ("and", "or", "forall", "oneof"):
        message = f"expected atoms in `:init`, found `{head.text}`"
        raise vocabulary.source.fault(TaskSyntaxError, head.offset, message)
    return vocabulary.fact(group, head)


def _assign(vocabulary: Vocabulary, group: Group, values: dict[FunctionTerm, Fraction]) -> None:
    _, left, right = group.items
    if not is_number(right) and isinstance(right, Word) and isinstance(left, Group):
        raise vocabulary.unsupported(right.offset, "a function with an object as value")
    term = vocabulary.function_term(left, {})
    value = number(vocabulary.source, right)
    if values.setdefault(term, value) != value:
        message = f"`{term}` is given two values, {values[term]} and {value}"
        raise vocabulary.semantic(group.offset, message)


def _goal(vocabulary: Vocabulary, section: Section | None) -> Formula:
    if section is None:
        raise vocabulary.semantic(0, "the problem has no `:goal`")
    keyword, group = section
    if len(group.items) != 2:
        message = f"expected one condition in `:goal`, found {len(group.items) - 1}"
        raise vocabulary.source.fault(TaskSyntaxError, keyword.offset, message)
    goal = group.items[1]
    if isinstance(goal, Group) and not goal.items:
        vocabulary.notes.warn(vocabulary.source, goal.offset, "the goal `()` always holds")
    return ConditionReader(vocabulary, strict=True).read(goal, {})


def _metric(vocabulary: Vocabulary, section: Section | None) -> FunctionTerm | None:
    if section is None:
        return None
    keyword, group = section
    match group.items:
        case (_, Word(text="minimize"), expression):
            return _minimized(vocabulary, keyword, expression)
        case (_, Word(text="maximize") as direction, _):
            raise vocabulary.unsupported(direction.offset, "a metric to maximize")
    message = "expected `(:metric minimize (total-cost))`"
    raise vocabulary.source.fault(TaskSyntaxError, keyword.offset, message)


def _minimized(vocabulary: Vocabulary, keyword: Word, expression: Node) -> FunctionTerm | None:
    items = expression.items if isinstance(expression, Group) else (expression,)
    match items:
        case (Word(text="total-time" as name),) if name not in vocabulary.functions:
            message = f"the `{name}` of steps without durations is their number"
            vocabulary.notes.warn(vocabulary.source, keyword.offset, message)
            return None
        case (Word(text="total-cost"),):
            return vocabulary.function_term(expression, {})
    raise vocabulary.unsupported(expression.offset, f"the metric {describe(expression)}")
