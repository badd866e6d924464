"""The task as engines get it: written from the model, under names of our own.

Engines get this and not the text of the user, for two reasons. Their parsers stumble over, or
silently misread, what ours takes: an object `and`, a predicate `increase`, a type and an
object of one name, `a+b` (which pyperplan finds in no fact, and so calls tasks with it
unsolvable), conjunctions in conjunctions, functions that nothing uses, costs of 0.5. And an
engine's proof has to be one of what we have understood.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction

from planners.condition import Literal
from planners.engines.costs import COST, scale_of, wants_short
from planners.engines.features import Feature, features_of
from planners.engines.names import Names
from planners.pddl.formula import OBJECT, Atom
from planners.pddl.model import (
    ActionSchema,
    AndEffect,
    AtomEffect,
    Axiom,
    DurationBound,
    DurativeSchema,
    Effect,
    LiftedTask,
    Metric,
    NumericEffect,
    TimedEffect,
)
from planners.pddl.walks import conjuncts
from planners.pddl.writing import write_task
from planners.plan import Plan
from planners.task import Task

REQUIREMENTS = {
    Feature.TYPES: ":typing",
    Feature.EQUALITY: ":equality",
    Feature.NEGATION: ":negative-preconditions",
    Feature.DISJUNCTION: ":disjunctive-preconditions",
    Feature.QUANTIFIERS: ":quantified-preconditions",
    Feature.CONDITIONAL_EFFECTS: ":conditional-effects",
    Feature.COSTS: ":action-costs",
    Feature.NUMBERS: ":numeric-fluents",
    Feature.AXIOMS: ":derived-predicates",
    Feature.DURATIONS: ":durative-actions",
    Feature.TIMED_LITERALS: ":timed-initial-literals",
}
# What has variables of its own.
BINDING = frozenset({Feature.QUANTIFIERS, Feature.CONDITIONAL_EFFECTS})


class Plain:
    """A task without constraints and preferences, written plainly.

    Costs, where they are the only numbers, are made whole by a common factor.

    Args:
        task: The task.
        costs: Whether costs are written where they are the only numbers. Without, the best
            plan is the shortest.

    Attributes:
        task: Its text.
    """

    def __init__(self, task: LiftedTask, *, costs: bool = True) -> None:
        features = features_of(task)
        names = Names(everything=bool(features & BINDING))
        if Feature.COSTS in features:
            task = _scaled(task) if costs else _costless(task)
        if wants_short(task) and not task.temporal:
            task = replace(task, metric=None)
        if not tuple(conjuncts(task.goal)):
            task = _with_a_goal(task)
        self.task: Task = write_task(_renamed(task, names))
        self._actions = {new: old for old, new in names.actions.items()}
        self._objects = {new: old for old, new in names.objects.items()}

    def users(self, plan: Plan) -> Plan:
        """Give a plan for it in the names of the user.

        Raises:
            KeyError: a step names what there is not.
        """
        return _under(self._actions, self._objects, plan)

    def engines(self, plan: Plan) -> Plan:
        """Give a plan of the user in its names.

        Raises:
            KeyError: a step names what there is not.
        """
        actions = {old: new for new, old in self._actions.items()}
        objects = {old: new for new, old in self._objects.items()}
        return _under(actions, objects, plan)


def _under(actions: Mapping[str, str], objects: Mapping[str, str], plan: Plan) -> Plan:
    """Give a plan under other names."""
    return Plan(
        steps=tuple(
            replace(
                step,
                action=actions[step.action],
                arguments=tuple(objects[name] for name in step.arguments),
            )
            for step in plan.steps
        )
    )


def _renamed(task: LiftedTask, names: Names) -> LiftedTask:
    # Names are given out as they are asked for, so this is in the order of the text.
    types = {names.types[name]: names.kinds(above) for name, above in task.types.items()}
    if OBJECT not in types:
        types = {OBJECT: (), **types, names.types[OBJECT]: (OBJECT,)}
    objects = {names.objects[name]: names.kinds(above) for name, above in task.objects.items()}
    predicates = {
        names.predicates[name]: names.parameters(each) for name, each in task.predicates.items()
    }
    actions = [_action(names, each) for each in task.actions.values()]
    durative = [_durative(names, each) for each in task.durative_actions.values()]
    axioms = tuple(_axiom(names, each) for each in task.axioms)
    timed = tuple(_timed(names, each) for each in task.timed)
    goal = names.formula(task.goal)
    metric = _metric(names, task.metric)
    # What nothing else uses is left out, and stands in nobody's way.
    used = {old: new for old, new in names.functions.items() if old in task.functions}
    return LiftedTask(
        # LPG cannot read a domain of the name `domain`.
        domain_name="plain",
        problem_name="plain-problem",
        requirements=_requirements(task),
        types=types,
        objects=objects,
        constants=frozenset(names.objects[name] for name in task.constants),
        predicates=predicates,
        functions={new: names.parameters(task.functions[old]) for old, new in used.items()},
        axioms=axioms,
        actions={each.name: each for each in actions},
        durative_actions={each.name: each for each in durative},
        init=frozenset(
            Literal(names.predicates[each.predicate], names.terms(each.arguments))
            for each in task.init
        ),
        init_values={
            names.function(term): value
            for term, value in task.init_values.items()
            if term.function in used
        },
        timed=timed,
        goal=goal,
        metric=metric,
    )


def _requirements(task: LiftedTask) -> tuple[str, ...]:
    found = features_of(task)
    if found & BINDING:
        found |= {Feature.TYPES}
    return (":strips", *(word for feature, word in REQUIREMENTS.items() if feature in found))


def _action(names: Names, schema: ActionSchema) -> ActionSchema:
    return ActionSchema(
        name=names.actions[schema.name],
        parameters=names.parameters(schema.parameters),
        precondition=names.formula(schema.precondition),
        effect=names.effect(schema.effect),
    )


def _durative(names: Names, schema: DurativeSchema) -> DurativeSchema:
    return DurativeSchema(
        name=names.actions[schema.name],
        parameters=names.parameters(schema.parameters),
        bounds=tuple(
            DurationBound(each.operator, names.expression(each.value), each.at_end)
            for each in schema.bounds
        ),
        at_start=names.formula(schema.at_start),
        over_all=names.formula(schema.over_all),
        at_end=names.formula(schema.at_end),
        start_effect=names.effect(schema.start_effect),
        end_effect=names.effect(schema.end_effect),
    )


def _axiom(names: Names, axiom: Axiom) -> Axiom:
    return Axiom(
        names.predicates[axiom.predicate],
        names.parameters(axiom.parameters),
        names.formula(axiom.body),
    )


def _timed(names: Names, timed: TimedEffect) -> TimedEffect:
    effect = names.effect(timed.effect)
    assert isinstance(effect, AtomEffect | NumericEffect)
    return TimedEffect(timed.time, effect)


def _metric(names: Names, metric: Metric | None) -> Metric | None:
    return metric and Metric(names.expression(metric.expression), metric.maximize)


def _with_a_goal(task: LiftedTask) -> LiftedTask:
    """Let there be a goal, which holds: Fast Downward makes an axiom of none."""
    # No name has a space, so none is taken.
    name = "no goal"
    return replace(
        task,
        predicates={**task.predicates, name: ()},
        init=task.init | {Literal(name)},
        goal=Atom(name),
    )


def _scaled(task: LiftedTask) -> LiftedTask:
    """Make the costs of a task whole; what the plan costs before its first step is dropped."""
    scale = scale_of(task)
    values = {term: value * scale for term, value in task.init_values.items()}

    def times(effect: NumericEffect) -> tuple[Effect, ...]:
        amount = effect.amount
        return (replace(effect, amount=amount * scale) if isinstance(amount, Fraction) else effect,)

    return replace(_with_costs(task, times), init_values={**values, COST: Fraction(0)})


def _costless(task: LiftedTask) -> LiftedTask:
    return replace(_with_costs(task, lambda _: ()), metric=None)


def _with_costs(
    task: LiftedTask, change: Callable[[NumericEffect], tuple[Effect, ...]]
) -> LiftedTask:
    """Put something else in place of the costs, which stand under no condition."""
    return replace(
        task,
        actions={
            name: replace(schema, effect=_changed(schema.effect, change))
            for name, schema in task.actions.items()
        },
    )


def _changed(effect: Effect, change: Callable[[NumericEffect], tuple[Effect, ...]]) -> Effect:
    if isinstance(effect, NumericEffect):
        return AndEffect(change(effect))
    if isinstance(effect, AndEffect):
        return AndEffect(tuple(_changed(part, change) for part in effect.effects))
    return effect
