"""Hypothesis strategies: small tasks over each part of the language, and over all of it.

Tasks in which nothing can happen say little, so what makes them is drawn seldom.
"""

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from itertools import product

from hypothesis import strategies as st

from planners.condition import Literal
from planners.pddl.formula import (
    And,
    Exists,
    Formula,
    FunctionTerm,
    Or,
    Parameter,
)
from planners.pddl.model import (
    ActionSchema,
    AndEffect,
    AtomEffect,
    Axiom,
    DurationBound,
    DurativeSchema,
    Effect,
    LiftedTask,
    NumericEffect,
    TimedEffect,
)
from tests.planners.random_formulas import (
    COST,
    DECLARABLE,
    TYPES,
    Declared,
    Names,
    atoms,
    changes_of_one_number,
    effects,
    expressions,
    formulas,
    function_terms,
    parameters,
    small,
)
from tests.planners.random_wishes import (
    CLASSICAL,
    PHASES,
    Level,
    durations,
    metrics,
    moments,
    step_preferences,
    wishes,
)

WEIGHT = {"total-cost": (), "weight": (Parameter("?x"),)}
# Objects of the first two fit most parameters.
types_of_objects = st.sampled_from((("odd",), ("box", "lid"), *DECLARABLE))


@st.composite
def tasks(draw: st.DrawFn, level: Level = CLASSICAL) -> LiftedTask:
    objects = {
        f"o{number}": draw(types_of_objects) for number in range(draw(often((2, 3, 4, 1), 0)))
    }
    constants = frozenset(sorted(objects)[: draw(st.integers(0, 2))])
    base = draw(declarations("p", 3))
    functions = draw(declarations("f", 2)) if level.numeric else {}
    derived = draw(declarations("d", 2)) if level.derived else {}
    names = Names({**base, **derived}, base, functions)
    lifted = replace(names, terms={name: objects[name] for name in sorted(constants)})
    ground = replace(names, terms=objects)
    axioms = draw(rules(lifted, derived))
    constraints, preferences = draw(wishes(ground, level))
    names_of_preferences = sorted({each.name for each in preferences})
    return LiftedTask(
        domain_name="d",
        problem_name="q",
        requirements=draw(st.sampled_from(((), (":adl", ":action-costs")))),
        types=TYPES,
        # Constants come first.
        objects=objects,
        constants=constants,
        predicates={**base, **derived},
        functions={**WEIGHT, **functions},
        axioms=axioms,
        actions=draw(actions(lifted, level)),
        durative_actions=draw(durative_actions(lifted, level)) if level.temporal else {},
        init=frozenset(
            Literal(atom.predicate, atom.terms)
            for atom in draw(st.lists(atoms(ground, base), max_size=6))
        ),
        init_values=draw(first_values(objects, ground)),
        timed=draw(timed_effects(ground)) if level.temporal else (),
        goal=draw(formulas(ground)),
        constraints=constraints,
        preferences=preferences,
        metric=draw(metrics(ground, level, names_of_preferences)),
    )


@st.composite
def often(draw: st.DrawFn, usual: tuple[int, ...], seldom: int) -> int:
    return seldom if draw(st.integers(0, 19)) == 19 else draw(st.sampled_from(usual))


@st.composite
def declarations(draw: st.DrawFn, letter: str, most: int) -> Declared:
    found: dict[str, tuple[Parameter, ...]] = {f"{letter}0": ()}
    for number in range(1, draw(st.integers(1, most + 1))):
        found[f"{letter}{number}"] = draw(parameters(2))
    return found


@st.composite
def first_values(
    draw: st.DrawFn, objects: Mapping[str, tuple[str, ...]], names: Names
) -> dict[FunctionTerm, Fraction]:
    found = {COST: Fraction(draw(st.integers(0, 50)), 10)}
    for name in objects:
        if draw(st.integers(0, 3)):
            found[FunctionTerm("weight", (name,))] = Fraction(draw(st.integers(0, 5)))
    if names.functions:
        usual, unusual = draw(small), draw(small)
        for function, places in names.fitting(names.functions):
            for place, terms in enumerate(product(*places)):
                found[FunctionTerm(function, terms)] = unusual if place % 3 == 1 else usual
        for term in draw(st.lists(function_terms(names), unique=True, max_size=3)):
            del found[term]
    return found


@st.composite
def rules(draw: st.DrawFn, names: Names, derived: Declared) -> tuple[Axiom, ...]:
    """Draw rules that are stratified, as `d0` may negate nothing derived, `d1` only `d0`."""
    found = []
    for place, (predicate, declared) in enumerate(derived.items()):
        lower = dict(list(derived.items())[:place])
        for _ in range(draw(st.integers(1, 2))):
            inner = replace(names, predicates={**names.changing, **lower}).deeper(declared)
            body = draw(formulas(replace(inner, depth=2)))
            recursive = replace(names, predicates=derived_from(derived, place)).deeper(declared)
            if draw(st.booleans()):
                body = draw(positive(body, inner, recursive))
            found.append(Axiom(predicate, declared, body))
    return tuple(draw(st.permutations(found)))


def derived_from(derived: Declared, place: int) -> Declared:
    return dict(list(derived.items())[: place + 1])


@st.composite
def positive(draw: st.DrawFn, body: Formula, plain: Names, names: Names) -> Formula:
    """Draw a condition on derived atoms under no negation, beside another condition."""
    bound = draw(parameters(2))
    part: Formula = draw(atoms(names.deeper(bound), names.predicates))
    if bound:
        beside = draw(formulas(replace(plain.deeper(bound), depth=1)))
        part = Exists(bound, And((beside, part)))
    return Or((body, part)) if draw(st.booleans()) else And((part, body))


@st.composite
def actions(draw: st.DrawFn, names: Names, level: Level) -> dict[str, ActionSchema]:
    found = {}
    for name in ("a", "b", "c")[: draw(often((2, 3, 1), 0))]:
        own = draw(parameters(2))
        # Flat actions meet each other more often than deep ones do.
        inner = replace(names.deeper(own), depth=draw(st.sampled_from((0, 0, 1, 3))))
        found[name] = ActionSchema(
            name=name,
            parameters=own,
            precondition=draw(phases(inner)),
            effect=draw(together(inner)),
            preferences=draw(step_preferences(inner)) if level.preferences else (),
        )
    return found


@st.composite
def durative_actions(draw: st.DrawFn, names: Names, level: Level) -> dict[str, DurativeSchema]:
    found = {}
    for name in ("m", "n")[: draw(st.integers(1, 2))]:
        own = draw(parameters(2))
        inner = replace(names.deeper(own), depth=draw(st.sampled_from((0, 0, 2))))
        changing = replace(inner, duration=bool(inner.functions))
        found[name] = DurativeSchema(
            name=name,
            parameters=own,
            bounds=draw(bounds(inner)),
            at_start=draw(phases(inner)),
            over_all=draw(phases(inner)),
            at_end=draw(phases(inner)),
            start_effect=draw(together(changing)),
            end_effect=draw(together(changing)),
            preferences=draw(step_preferences(inner, PHASES)) if level.preferences else (),
        )
    return found


def phases(names: Names) -> st.SearchStrategy[Formula]:
    return st.one_of(st.just(And()), formulas(names))


def together(names: Names) -> st.SearchStrategy[Effect]:
    several = st.lists(effects(replace(names, depth=0)), min_size=1, max_size=4)
    options = [several.map(lambda found: AndEffect(tuple(found))), effects(names)]
    return st.one_of(*options, *[changes_of_one_number(names)] * bool(names.functions))


@st.composite
def bounds(draw: st.DrawFn, names: Names) -> tuple[DurationBound, ...]:
    amounts = st.one_of(durations, expressions(names, 1)) if names.functions else durations
    operators = draw(st.sampled_from((("=",), ("<=",), (">=",), ("<=", ">="), ())))
    return tuple(DurationBound(each, draw(amounts), draw(st.booleans())) for each in operators)


@st.composite
def timed_effects(draw: st.DrawFn, names: Names) -> tuple[TimedEffect, ...]:
    found = []
    for time in sorted(draw(st.lists(moments, max_size=3, unique=True))):
        if names.functions and draw(st.booleans()):
            change = NumericEffect("assign", draw(function_terms(names)), draw(small))
        else:
            change = AtomEffect(draw(atoms(names, names.changing)), draw(st.booleans()))
        found.append(TimedEffect(time, change))
    return tuple(found)
