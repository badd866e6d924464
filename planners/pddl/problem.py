"""The text of a problem, read on the ground of its domain."""

from planners.errors import TaskSyntaxError
from planners.pddl.conditions import ConditionReader
from planners.pddl.domain import Domain
from planners.pddl.formula import Formula
from planners.pddl.initial import Initial
from planners.pddl.lists import names
from planners.pddl.metric import begin_total_cost, read_metric
from planners.pddl.model import LiftedTask, Preference
from planners.pddl.notes import Notes
from planners.pddl.preferences import read_goal
from planners.pddl.sections import (
    Section,
    add_objects,
    by_keyword,
    open_definition,
    read_requirements,
)
from planners.pddl.syntax import Group
from planners.pddl.tokens import Source, Word
from planners.pddl.trajectories import read_constraints
from planners.pddl.vocabulary import Vocabulary

_SECTIONS = (
    ":domain",
    ":requirements",
    ":objects",
    ":init",
    ":goal",
    ":constraints",
    ":metric",
    ":length",
)


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
        object_functions=domain.object_functions,
        derived=domain.derived,
    )
    if ":objects" in found:
        listed = names(source, found[":objects"][1].items[1:], "an object")
        typed = [(each, vocabulary.types_of(each)) for each in listed]
        vocabulary.objects = add_objects(source, typed, domain.constants, notes)
    initial = Initial(vocabulary)
    initial.read(found.get(":init"))
    goal, wished = _goal(vocabulary, found.get(":goal"))
    constraints, preferences = read_constraints(vocabulary, found.get(":constraints"))
    place = found.get(":metric", found.get(":init"))
    begin_total_cost(vocabulary, initial.values, place)
    metric = read_metric(
        vocabulary,
        found.get(":metric"),
        temporal=bool(domain.durative_actions or initial.timed),
        preferences=_preference_names(domain, (*wished, *domain.preferences, *preferences)),
    )
    if ":length" in found:
        notes.warn(source, found[":length"][0].offset, "`:length` is passed over")
    relations = {name: each.relation for name, each in domain.object_functions.items()}
    notes.warn_of_missing(requirements)
    return LiftedTask(
        domain_name=domain.name,
        problem_name=name,
        requirements=requirements,
        types=domain.types,
        objects=vocabulary.objects,
        constants=frozenset(domain.constants),
        predicates={**domain.predicates, **relations},
        functions=domain.functions,
        axioms=domain.axioms,
        actions=domain.actions,
        durative_actions=domain.durative_actions,
        init=frozenset(initial.atoms),
        init_values=initial.values,
        timed=initial.timed,
        goal=goal,
        constraints=(*domain.constraints, *constraints),
        preferences=(*wished, *domain.preferences, *preferences),
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


def _goal(
    vocabulary: Vocabulary, section: Section | None
) -> tuple[Formula, tuple[Preference, ...]]:
    if section is None:
        raise vocabulary.semantic(0, "the problem has no `:goal`")
    keyword, group = section
    if len(group.items) != 2:
        message = f"expected one condition in `:goal`, found {len(group.items) - 1}"
        raise vocabulary.source.fault(TaskSyntaxError, keyword.offset, message)
    goal = group.items[1]
    if isinstance(goal, Group) and not goal.items:
        vocabulary.notes.warn(vocabulary.source, goal.offset, "the goal `()` always holds")
    return read_goal(vocabulary, ConditionReader(vocabulary, strict=True), goal)


def _preference_names(domain: Domain, preferences: tuple[Preference, ...]) -> frozenset[str]:
    """List the names of preferences, those that stand in conditions of actions, too."""
    names = {each.name for action in domain.actions.values() for each in action.preferences}
    for durative in domain.durative_actions.values():
        names.update(each.name for each in durative.preferences)
    return frozenset((*names, *(each.name for each in preferences)))
