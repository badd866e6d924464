"""Hypothesis strategies: constraints, preferences and metrics; and the levels of language."""

from dataclasses import dataclass, replace
from fractions import Fraction

from hypothesis import strategies as st

from planners.pddl.formula import Arithmetic, Expression, TotalTime, Violations
from planners.pddl.model import Metric, Preference, StepPreference, Trajectory
from tests.planners.random_formulas import COST, Names, expressions, formulas, parameters

UNTIMED = ("always", "sometime", "at-most-once", "sometime-after", "sometime-before", "at-end")
TIMED = ("within", "always-within", "hold-during", "hold-after")
TWO = ("sometime-after", "sometime-before", "always-within")
MOMENTS = tuple(Fraction(halves, 2) for halves in range(1, 9))
moments = st.sampled_from(MOMENTS)
# Few, so that a step often takes just as long as it may.
DURATIONS = (Fraction(1), Fraction(2), Fraction(5, 2))
durations = st.sampled_from(DURATIONS)
# By how much a step may miss its bounds: nothing, the tolerance, less, and more.
MISSES = tuple(map(Fraction, ("0", "0", "0.001", "-0.001", "0.0005", "0.002")))
misses = st.sampled_from(MISSES)
PHASES = ("start", "over all", "end")
preference_names = st.sampled_from(("likes", "wants"))


@dataclass(frozen=True)
class Level:
    """Which parts of the language a task may use, beyond the classical ones."""

    numeric: bool = False
    derived: bool = False
    temporal: bool = False
    constraints: bool = False
    preferences: bool = False


CLASSICAL = Level()
NUMERIC = Level(numeric=True)
DERIVED = Level(derived=True)
TEMPORAL = Level(temporal=True)
CONSTRAINED = Level(constraints=True, preferences=True)
EVERYTHING = Level(numeric=True, derived=True, constraints=True, preferences=True)
EVERYTHING_TIMED = replace(EVERYTHING, temporal=True)


@st.composite
def step_preferences(
    draw: st.DrawFn, names: Names, phases: tuple[str | None, ...] = (None,)
) -> tuple[StepPreference, ...]:
    found = []
    for _ in range(draw(st.integers(0, 2))):
        bound = draw(parameters(1))
        condition = draw(formulas(replace(names.deeper(bound), depth=1)))
        phase = draw(st.sampled_from(phases))
        found.append(StepPreference(draw(preference_names), condition, bound, phase))
    return tuple(found)


@st.composite
def wishes(
    draw: st.DrawFn, names: Names, level: Level
) -> tuple[tuple[Trajectory, ...], tuple[Preference, ...]]:
    kinds = (*UNTIMED, *TIMED) if level.temporal else UNTIMED
    each = trajectories(names, kinds)
    constraints = draw(st.lists(each, max_size=2)) if level.constraints else []
    preferences = draw(st.lists(each, max_size=3)) if level.preferences else []
    return tuple(constraints), tuple(
        Preference(draw(preference_names), condition) for condition in preferences
    )


@st.composite
def trajectories(draw: st.DrawFn, names: Names, kinds: tuple[str, ...]) -> Trajectory:
    kind = draw(st.sampled_from(kinds))
    bound = draw(st.one_of(st.just(()), parameters(1)))
    inner = replace(names.deeper(bound), depth=1)
    count = 2 if kind in TWO else 1
    times: tuple[Fraction, ...] = ()
    if kind in TIMED:
        times = tuple(sorted(draw(st.tuples(*[moments] * (1 + (kind == "hold-during"))))))
    return Trajectory(kind, tuple(draw(formulas(inner)) for _ in range(count)), times, bound)


@st.composite
def metrics(draw: st.DrawFn, names: Names, level: Level, preferences: list[str]) -> Metric | None:
    if not draw(st.booleans()):
        return None
    parts: list[Expression] = [COST]
    if level.numeric:
        parts.append(draw(expressions(names)))
    if level.temporal:
        parts.append(TotalTime())
    parts.extend(Arithmetic("*", (Fraction(3), Violations(name))) for name in preferences)
    chosen = draw(st.lists(st.sampled_from(parts), min_size=1, max_size=3))
    expression = chosen[0] if len(chosen) == 1 else Arithmetic("+", tuple(chosen))
    return Metric(expression, level.numeric and draw(st.booleans()))
