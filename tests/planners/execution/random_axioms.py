"""Hypothesis strategies: stratified rules, mostly recursive, with states to go through."""

from collections.abc import Mapping
from fractions import Fraction

from hypothesis import strategies as st

from planners.condition import Literal
from planners.pddl.formula import (
    And,
    Atom,
    Comparison,
    Exists,
    Forall,
    Formula,
    FunctionTerm,
    Imply,
    Not,
    Or,
    Parameter,
)
from planners.pddl.model import (
    ActionSchema,
    AndEffect,
    AtomEffect,
    Axiom,
    LiftedTask,
    NumericEffect,
)

TYPES = {"object": (), "a": ("object",), "b": ("object",), "c": ("a",)}
OBJECT, A, B = ("object",), ("a",), ("b",)
OBJECTS = {"o1": A, "o2": ("c",), "o3": B, "o4": ("a", "b")}
X, Y = Parameter("?x"), Parameter("?y")
FIXED = {"fixed1": (X,), "fixed2": (X, Y)}
CHANGING = {"flag": (), "mark": (X,), "edge": (X, Y)}
# Those of one level may need each other, and negate those of lower levels.
LEVELS = (
    {"reach": (X, Y), "good": (Parameter("?x", A),)},
    {"pair": (Parameter("?x", A), Y), "any": ()},
    {"top": (X,)},
)
FUNCTIONS = {"level": (X,), "size": (X,)}
LEVEL = FunctionTerm("level", ("?x",))
Z = Parameter("?z")
EDGE, REACH = Atom("edge", ("?x", "?y")), Atom("reach", ("?x", "?y"))
PAIR, BACK = Atom("pair", ("?x", "?y")), Atom("reach", ("?y", "?x"))
GOOD, GOOD_NEXT = Atom("good", ("?x",)), Atom("good", ("?y",))

# It does not hold where one of the numbers has no value.
NEAR = And((EDGE, Not(Comparison("<", LEVEL, FunctionTerm("size", ("?y",))))))


def step(predicate: str, by: str) -> Formula:
    """Say that a relation goes on by another, or by itself."""
    ways = Atom(predicate, ("?x", "?z")), Atom(by, ("?z", "?y"))
    return Exists((Z,), And(ways))


# Rules that do something, as random ones are seldom recursive in earnest.
BODIES: dict[str, tuple[Formula, ...]] = {
    "reach": (
        Or((EDGE, step("reach", "edge"))),
        step("reach", "reach"),
        And((Atom("mark", ("?x",)), EDGE)),
        And((Not(Atom("fixed2", ("?x", "?y"))), EDGE)),
        And((GOOD, Atom("fixed2", ("?x", "?y")))),
    ),
    "good": (
        Atom("mark", ("?x",)),
        And((Not(Atom("mark", ("?x",))), Not(Atom("flag")))),
        Comparison(">=", LEVEL, Fraction(1)),
        Forall((Y,), Imply(EDGE, GOOD_NEXT)),
        Exists((Y,), And((REACH, GOOD_NEXT))),
        Forall((Y,), Or((Not(Atom("fixed2", ("?x", "?y"))), REACH))),
    ),
    "pair": (And((REACH, Not(BACK))), step("pair", "reach"), And((Not(REACH), Not(GOOD))), NEAR),
    "any": (Exists((X, Y), PAIR), Exists((X,), And((GOOD, Not(Atom("mark", ("?x",))))))),
    "top": (Forall((Y,), Not(PAIR)), And((Not(Atom("any")), GOOD)), Not(Forall((Y,), REACH))),
}
variables = st.sampled_from(("?x", "?y", "?z"))
ranges = st.sampled_from((OBJECT, OBJECT, A, B, ("c",), ("b", "c")))
numbers = st.sampled_from((Fraction(0), Fraction(1), Fraction(3, 2), Fraction(2)))


@st.composite
def formulas(
    draw: st.DrawFn, level: int, scope: tuple[str, ...], depth: int, sign: bool
) -> Formula:
    """Draw a condition of a rule.

    Args:
        level: The level of the rule.
        scope: The variables in scope.
        depth: How many levels of connectives there may be below.
        sign: Whether it stands under an even number of negations.
    """
    kinds = (
        "atom",
        "atom",
        "atom",
        "and",
        "and",
        "or",
        "not",
        "imply",
        "exists",
        "forall",
        "number",
    )
    kind = draw(st.sampled_from(kinds)) if depth else "atom"
    inner = formulas(level, scope, depth - 1, sign)
    match kind:
        case "atom":
            return draw(atoms(level if sign else level - 1, scope))
        case "number":
            return draw(comparisons(scope))
        case "not":
            return Not(draw(formulas(level, scope, depth - 1, not sign)))
        case "imply":
            return Imply(draw(formulas(level, scope, depth - 1, not sign)), draw(inner))
        case "and":
            return And(tuple(draw(st.lists(inner, min_size=1, max_size=3))))
        case "or":
            return Or(tuple(draw(st.lists(inner, max_size=3))))
    bound = draw(st.lists(variables, min_size=1, max_size=2, unique=True))
    parameters = tuple(Parameter(name, draw(ranges)) for name in bound)
    within = tuple(dict.fromkeys((*scope, *bound)))
    body = draw(formulas(level, within, depth - 1, sign))
    return Exists(parameters, body) if kind == "exists" else Forall(parameters, body)


@st.composite
def atoms(draw: st.DrawFn, level: int, scope: tuple[str, ...]) -> Atom:
    named: dict[str, tuple[Parameter, ...]] = {**FIXED, **CHANGING, "=": (X, Y)}
    for each in LEVELS[: level + 1]:
        named |= each
    if level >= 0:
        # Most atoms are of the own level, so that rules are recursive.
        favoured = st.sampled_from((*named, *LEVELS[level], *LEVELS[level], "edge", "edge"))
    else:
        favoured = st.sampled_from(tuple(named))
    predicate = draw(favoured)
    terms = st.sampled_from((*scope, *scope, *scope, *OBJECTS))
    return Atom(predicate, tuple(draw(terms) for _ in named[predicate]))


@st.composite
def comparisons(draw: st.DrawFn, scope: tuple[str, ...]) -> Comparison:
    def term() -> FunctionTerm:
        names = st.sampled_from((*scope, *scope, *OBJECTS))
        return FunctionTerm(draw(st.sampled_from(("level", "size"))), (draw(names),))

    right = draw(numbers) if draw(st.booleans()) else term()
    return Comparison(draw(st.sampled_from(("<", "<=", "=", ">=", ">"))), term(), right)


@st.composite
def axioms(draw: st.DrawFn) -> tuple[Axiom, ...]:
    found = []
    for level, declared in enumerate(LEVELS):
        for predicate, parameters in declared.items():
            for _ in range(draw(st.integers(1, 3))):
                own = tuple(Parameter(each.name, draw(ranges)) for each in parameters)
                scope = tuple(each.name for each in own)
                telling = st.sampled_from(BODIES[predicate])
                body = draw(telling if draw(st.booleans()) else formulas(level, scope, 3, True))
                found.append(Axiom(predicate, own, body))
    return tuple(draw(st.permutations(found)))


@st.composite
def facts(
    draw: st.DrawFn, declared: Mapping[str, tuple[Parameter, ...]], most: int
) -> set[tuple[str, ...]]:
    names = st.sampled_from(tuple(OBJECTS))
    found = set()
    for _ in range(draw(st.integers(0, most))):
        predicate = draw(st.sampled_from(tuple(declared)))
        found.add((predicate, *(draw(names) for _ in declared[predicate])))
    return found


@st.composite
def tasks(draw: st.DrawFn) -> LiftedTask:
    effects = [AtomEffect(Atom(name, each_name(CHANGING[name]))) for name in CHANGING]
    action = ActionSchema(
        name="act",
        parameters=(X, Y),
        precondition=And(),
        effect=AndEffect((*effects, NumericEffect("assign", LEVEL, Fraction(0)))),
    )
    init = draw(facts(FIXED, 6)) | draw(facts(CHANGING, 12))
    values = {
        FunctionTerm(name, (each,)): draw(numbers)
        for name in FUNCTIONS
        for each in OBJECTS
        if draw(st.booleans())
    }
    derived = {name: own for level in LEVELS for name, own in level.items()}
    return LiftedTask(
        domain_name="d",
        problem_name="p",
        types=TYPES,
        objects=OBJECTS,
        predicates={**FIXED, **CHANGING, **derived},
        functions=FUNCTIONS,
        axioms=draw(axioms()),
        actions={"act": action},
        init=frozenset(Literal(name, tuple(terms)) for name, *terms in init),
        init_values=values,
        goal=And(),
    )


def each_name(parameters: tuple[Parameter, ...]) -> tuple[str, ...]:
    return tuple(parameter.name for parameter in parameters)
