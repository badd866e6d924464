"""Hypothesis strategies: small tasks over everything that is supported, and plans for them."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

from hypothesis import strategies as st

from planners.pddl.model import (
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
from planners.plan import Plan, Step
from planners.verdict import Literal

TYPES = {
    "object": (),
    "thing": ("object",),
    "box": ("thing",),
    "lid": ("thing",),
    "place": ("object",),
    "odd": ("box", "place"),
}
DECLARABLE = (("object",), ("thing",), ("box",), ("lid",), ("place",), ("odd",), ("box", "lid"))
COST = FunctionTerm("total-cost")


def below(own: str, wanted: str) -> bool:
    return wanted in ("object", own) or any(below(above, wanted) for above in TYPES[own])


def always_fits(declared: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
    return all(any(below(own, each) for each in wanted) for own in declared)


@dataclass(frozen=True)
class Names:
    """What may be named at one place of a task.

    Attributes:
        predicates: With their parameters.
        terms: Variables and objects in scope, with their types.
        depth: How many levels there may be below.
    """

    predicates: Mapping[str, tuple[Parameter, ...]]
    terms: Mapping[str, tuple[str, ...]]
    depth: int

    def deeper(self, parameters: tuple[Parameter, ...] = ()) -> "Names":
        new = {parameter.name: parameter.types for parameter in parameters}
        return Names(self.predicates, {**self.terms, **new}, self.depth - 1)


types = st.sampled_from(DECLARABLE)


@st.composite
def parameters(draw: st.DrawFn, most: int) -> tuple[Parameter, ...]:
    names = draw(st.lists(st.sampled_from(("?x", "?y", "?z")), unique=True, max_size=most))
    return tuple(Parameter(name, draw(types)) for name in names)


@st.composite
def atoms(draw: st.DrawFn, names: Names, *, equality: bool) -> Atom:
    everything = sorted(names.terms)
    if equality and everything and draw(st.integers(0, 4)) == 0:
        return Atom("=", (draw(st.sampled_from(everything)), draw(st.sampled_from(everything))))
    options: list[tuple[str, list[list[str]]]] = []
    for predicate, declared in sorted(names.predicates.items()):
        fitting = [
            [term for term in everything if always_fits(names.terms[term], parameter.types)]
            for parameter in declared
        ]
        if all(fitting):
            options.append((predicate, fitting))
    predicate, fitting = draw(st.sampled_from(options))
    return Atom(predicate, tuple(draw(st.sampled_from(terms)) for terms in fitting))


@st.composite
def formulas(draw: st.DrawFn, names: Names) -> Formula:
    kinds = ("atom", "atom", "not", "and", "or", "imply", "forall", "exists")
    kind = draw(st.sampled_from(kinds)) if names.depth else "atom"
    if kind == "atom":
        return draw(atoms(names, equality=True))
    inner = formulas(names.deeper())
    match kind:
        case "not":
            return Not(draw(inner))
        case "and":
            return And(tuple(draw(st.lists(inner, max_size=3))))
        case "or":
            return Or(tuple(draw(st.lists(inner, max_size=3))))
        case "imply":
            return Imply(draw(inner), draw(inner))
    bound = draw(parameters(2))
    body = draw(formulas(names.deeper(bound)))
    return Forall(bound, body) if kind == "forall" else Exists(bound, body)


@st.composite
def effects(draw: st.DrawFn, names: Names) -> Effect:
    kinds = ("add", "delete", "and", "and", "forall", "when", "increase")
    kind = draw(st.sampled_from(kinds)) if names.depth else "add"
    match kind:
        case "add" | "delete":
            return AtomEffect(draw(atoms(names, equality=False)), kind == "add")
        case "and":
            return AndEffect(tuple(draw(st.lists(effects(names.deeper()), max_size=3))))
        case "when":
            return When(draw(formulas(names.deeper())), draw(effects(names.deeper())))
        case "increase":
            return Increase(COST, draw(amounts(names)))
    bound = draw(parameters(2))
    return ForallEffect(bound, draw(effects(names.deeper(bound))))


@st.composite
def amounts(draw: st.DrawFn, names: Names) -> Fraction | FunctionTerm:
    if draw(st.booleans()) or not names.terms:
        return Fraction(draw(st.integers(-2000, 2000)), 100)
    return FunctionTerm("weight", (draw(st.sampled_from(sorted(names.terms))),))


@st.composite
def tasks(draw: st.DrawFn) -> LiftedTask:
    objects = {f"o{number}": draw(types) for number in range(draw(st.integers(0, 4)))}
    constants = frozenset(sorted(objects)[: draw(st.integers(0, 2))])
    predicates: dict[str, tuple[Parameter, ...]] = {"p0": ()}
    for number in range(1, draw(st.integers(1, 4))):
        predicates[f"p{number}"] = draw(parameters(2))
    actions = {}
    for name in ("a", "b", "c")[: draw(st.integers(0, 3))]:
        own = draw(parameters(2))
        terms = {name: types for name, types in objects.items() if name in constants}
        names = Names(predicates, terms, 4).deeper(own)
        actions[name] = ActionSchema(
            name=name,
            parameters=own,
            precondition=draw(formulas(names)),
            effect=draw(effects(names)),
        )
    ground = Names(predicates, objects, 3)
    facts = draw(st.lists(atoms(ground, equality=False), max_size=6))
    values = {COST: Fraction(draw(st.integers(0, 50)), 10)}
    weighed = st.lists(st.sampled_from(sorted(objects)), unique=True) if objects else st.just([])
    for name in draw(weighed):
        values[FunctionTerm("weight", (name,))] = Fraction(draw(st.integers(-5, 5)))
    return LiftedTask(
        domain_name="d",
        problem_name="q",
        requirements=draw(st.sampled_from(((), (":adl", ":action-costs")))),
        types=TYPES,
        # Constants come first.
        objects=objects,
        constants=constants,
        predicates=predicates,
        functions={"total-cost": (), "weight": (Parameter("?x"),)},
        actions=actions,
        init=frozenset(Literal(atom.predicate, atom.terms) for atom in facts),
        init_values=values,
        goal=draw(formulas(ground)),
        metric=draw(st.sampled_from((None, COST))),
    )


@st.composite
def plans(draw: st.DrawFn, task: LiftedTask) -> Plan:
    """Mostly steps that fit the task, now and then others."""
    fitting = [
        Step(action=schema.name, arguments=arguments)
        for schema in task.actions.values()
        for arguments in product(*(range_of(task, each) for each in schema.parameters))
    ]
    objects = st.sampled_from([*sorted(task.objects), "nobody"])
    anything = st.builds(
        Step,
        action=st.sampled_from([*sorted(task.actions), "nothing"]),
        arguments=st.lists(objects, max_size=3).map(tuple),
    )
    steps = []
    for _ in range(draw(st.integers(0, 5))):
        odd = not fitting or draw(st.integers(0, 9)) == 9
        steps.append(draw(anything if odd else st.sampled_from(fitting)))
    return Plan(steps=tuple(steps))


def range_of(task: LiftedTask, parameter: Parameter) -> list[str]:
    return [
        name
        for name, own in task.objects.items()
        if any(below(each, wanted) for each in own for wanted in parameter.types)
    ]
