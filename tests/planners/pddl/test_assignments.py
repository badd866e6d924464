"""Object functions against an interpreter of its own: dictionaries, and text as trees.

Here a function is a dictionary, a term is looked up in it, and a step assigns. It knows
nothing of relations, new variables and needed conditions.
"""

from dataclasses import dataclass, field
from itertools import permutations, product

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from planners import (
    Interference,
    Invalid,
    Plan,
    Step,
    Task,
    UnsatisfiedGoal,
    UnsatisfiedPrecondition,
    Valid,
    read_plan,
    verify,
)
from planners.errors import TaskTooLarge
from planners.pddl import read_task
from planners.pddl.assignments import MAX_ASSIGNMENTS

OBJECTS = ("k", "m", "n")
DOMAIN = """(define (domain d) (:requirements :adl :object-fluents)
  (:constants k m n) (:predicates (p ?x) (never)) (:functions (f ?x) (g) - object)
  (:action act :parameters (?a ?b) :precondition {precondition} :effect {effect}))"""
PROBLEM = "(define (problem q) (:domain d) (:init {init}) (:goal (never)))"
UNDEFINED = "undefined"

Tree = str | tuple["Tree", ...]


class Unreadable(Exception):
    """A value was read that is not there."""


class TwoValues(Exception):
    """A function was given two values."""


@dataclass
class World:
    """Functions and facts; a function without a value is not in the dictionary."""

    values: dict[tuple[str, ...], str] = field(default_factory=dict)
    facts: set[str] = field(default_factory=set)

    def atoms(self) -> set[tuple[str, ...]]:
        return {(*key, value) for key, value in self.values.items()} | {
            ("p", name) for name in self.facts
        }


@dataclass
class Changes:
    """What one step changes. None is the value of what is undefined then."""

    values: dict[tuple[str, ...], str | None] = field(default_factory=dict)
    added: set[str] = field(default_factory=set)
    deleted: set[str] = field(default_factory=set)

    def assign(self, key: tuple[str, ...], value: str | None) -> None:
        if self.values.setdefault(key, value) != value:
            raise TwoValues


def text(tree: Tree) -> str:
    return tree if isinstance(tree, str) else "(" + " ".join(map(text, tree)) + ")"


def value(tree: Tree, names: dict[str, str], world: World) -> str:
    if isinstance(tree, str):
        return names.get(tree, tree)
    key = (str(tree[0]), *(value(term, names, world) for term in tree[1:]))
    if key not in world.values:
        raise Unreadable
    return world.values[key]


def holds(tree: Tree, names: dict[str, str], world: World) -> bool:
    match tree:
        case ("not", inner):
            return not holds(inner, names, world)
        case ("and", *parts):
            return all(holds(part, names, world) for part in parts)
    try:
        match tree:
            case ("p", term):
                return value(term, names, world) in world.facts
            case ("=", (head, *terms), "undefined"):
                found = (head, *(value(term, names, world) for term in terms))
                return found not in world.values
            case ("=", left, right):
                return value(left, names, world) == value(right, names, world)
    except Unreadable:
        return False
    raise AssertionError(tree)


def collect(tree: Tree, names: dict[str, str], world: World, changes: Changes) -> None:
    match tree:
        case ("and", *parts):
            for part in parts:
                collect(part, names, world, changes)
        case ("forall", ((variable,)), inner):
            for name in OBJECTS:
                collect(inner, {**names, str(variable): name}, world, changes)
        case ("when", condition, inner):
            if holds(condition, names, world):
                collect(inner, names, world, changes)
        case ("assign", (head, *terms), new):
            key = (str(head), *(value(term, names, world) for term in terms))
            changes.assign(key, None if new == UNDEFINED else value(new, names, world))
        case ("p", term):
            changes.added.add(value(term, names, world))
        case ("not", ("p", term)):
            changes.deleted.add(value(term, names, world))


def after(world: World, precondition: Tree, effect: Tree, names: dict[str, str]) -> World | None:
    """Return the world behind a step, or None where it cannot be made."""
    changes = Changes()
    try:
        if not holds(precondition, names, world):
            return None
        collect(effect, names, world, changes)
    except (Unreadable, TwoValues):
        return None
    values = {**world.values, **changes.values}
    return World(
        {key: new for key, new in values.items() if new is not None},
        (world.facts - changes.deleted) | changes.added,
    )


variables = st.sampled_from(("?a", "?b", "?q", "k", "m"))
terms: st.SearchStrategy[Tree] = st.recursive(
    variables | st.just(("g",)), lambda inner: st.tuples(st.just("f"), inner), max_leaves=2
)
functions: st.SearchStrategy[Tree] = st.just(("g",)) | st.tuples(st.just("f"), terms)
conditions: st.SearchStrategy[Tree] = st.recursive(
    st.tuples(st.just("p"), terms)
    | st.tuples(st.just("="), terms, terms)
    | st.tuples(st.just("="), functions, st.just(UNDEFINED)),
    lambda inner: st.tuples(st.just("not"), inner) | st.tuples(st.just("and"), inner, inner),
    max_leaves=2,
)
effects: st.SearchStrategy[Tree] = st.recursive(
    st.tuples(st.just("assign"), functions, terms | st.just(UNDEFINED))
    | st.tuples(st.just("p"), terms)
    | st.tuples(st.just("not"), st.tuples(st.just("p"), terms)),
    lambda inner: st.one_of(
        st.tuples(st.just("and"), inner, inner),
        st.tuples(st.just("and"), inner, inner, inner),
        st.tuples(st.just("when"), conditions, inner),
        st.tuples(st.just("forall"), st.just(("?q",)), inner),
    ),
    max_leaves=4,
)
worlds = st.builds(
    World,
    st.dictionaries(
        st.sampled_from((("g",), *(("f", name) for name in OBJECTS))), st.sampled_from(OBJECTS)
    ),
    st.sets(st.sampled_from(OBJECTS)),
)


@settings(deadline=None, max_examples=50)
@given(
    world=worlds,
    precondition=st.just(("and",)) | conditions,
    effect=effects,
    bindings=st.lists(st.tuples(st.sampled_from(OBJECTS), st.sampled_from(OBJECTS)), max_size=3),
)
def test_steps_change_functions_as_dictionaries_would(world, precondition, effect, bindings):
    # `?q` outside of a quantifier is an object, too.
    precondition = rebound(precondition, {"?q": "n"})
    effect = rebound(effect, {"?q": "n"})
    init = [f"(= {text(key)} {value})" for key, value in world.values.items()]
    init += [f"(p {name})" for name in world.facts]
    task = Task(
        domain=DOMAIN.format(precondition=text(precondition), effect=text(effect)),
        problem=PROBLEM.format(init=" ".join(init)),
    )
    plan = Plan(steps=tuple(Step(action="act", arguments=each) for each in bindings))
    verdict = verify(task, plan)
    assert isinstance(verdict, Invalid)
    now, made = world, 0
    for first, second in bindings:
        then = after(now, precondition, effect, {"?a": first, "?b": second})
        if then is None:
            break
        now, made = then, made + 1
    event("all steps" if made == len(bindings) else "stopped")
    expected = UnsatisfiedGoal if made == len(bindings) else UnsatisfiedPrecondition
    assert isinstance(verdict.flaw, expected)
    assert verdict.executed == made
    found = {(literal.predicate, *literal.arguments) for literal in verdict.state}
    assert found == now.atoms()


def rebound(tree: Tree, names: dict[str, str]) -> Tree:
    """Put objects in place of free variables."""
    match tree:
        case str():
            return names.get(tree, tree)
        case ("forall", (variable,), inner):
            rest = {name: new for name, new in names.items() if name != variable}
            return ("forall", (variable,), rebound(inner, rest))
    return tuple(rebound(part, names) for part in tree)


@pytest.mark.parametrize(
    ("effect", "applicable"),
    [
        ("(and (assign (f ?a) k) (assign (f ?b) m))", set(permutations("kmn", 2))),
        ("(and (assign (f ?a) ?b) (assign (f ?b) ?a))", set(product("kmn", repeat=2))),
        ("(forall (?q) (assign (f ?a) ?q))", set()),
        ("(forall (?q) (assign (f ?q) ?a))", set(product("kmn", repeat=2))),
        ("(and (assign (g) ?a) (when (p m) (assign (g) ?b)))", {(x, x) for x in "kmn"}),
        ("(and (assign (g) undefined) (p ?a))", set(product("kmn", repeat=2))),
        ("(and (assign (g) undefined) (assign (g) ?a))", set()),
        ("(and (assign (g) undefined) (assign (g) undefined))", set(product("kmn", repeat=2))),
        ("(p (f ?a))", {("m", x) for x in "kmn"}),
        ("(when (p ?a) (p (f ?a)))", {(x, y) for x in "kmn" for y in "kmn"}),
        ("(when (not (p ?a)) (p (f ?a)))", {("m", x) for x in "kmn"}),
        ("(forall (?q) (when (= (f ?q) ?a) (p ?q)))", set(product("kmn", repeat=2))),
    ],
)
def test_a_step_that_would_give_two_values_or_read_none_cannot_be_made(effect, applicable):
    problem = PROBLEM.format(init="(p m) (= (f m) n)")
    task = Task(domain=DOMAIN.format(precondition="()", effect=effect), problem=problem)
    made = {
        arguments
        for arguments in product("kmn", repeat=2)
        if verify(task, Plan(steps=(Step(action="act", arguments=arguments),))).executed
    }
    assert made == applicable


def test_very_many_assignments_to_one_function_are_refused():
    effect = "(and {})".format("(assign (g) ?a)" * (MAX_ASSIGNMENTS + 1))
    domain = DOMAIN.format(precondition="()", effect=effect)
    with pytest.raises(TaskTooLarge, match="assigns to `g` more than"):
        read_task(Task(domain=domain, problem=PROBLEM.format(init="")))


def test_two_steps_at_one_instant_never_give_one_function_two_values():
    domain = DOMAIN.format(precondition="()", effect="(assign (f ?a) ?b)")
    task = Task(domain=domain, problem=PROBLEM.format(init="").replace("(never)", "(= (f k) m)"))
    same = verify(task, read_plan("0: (act k n)\n0: (act k m)"))
    assert isinstance(same, Invalid)
    assert isinstance(same.flaw, Interference)
    assert isinstance(verify(task, read_plan("0: (act n n)\n0: (act k m)")), Valid)
