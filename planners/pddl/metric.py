"""`:metric`, read: what makes one valid plan better than another."""

from collections.abc import Collection
from fractions import Fraction

from planners.errors import TaskSyntaxError
from planners.pddl.expressions import ExpressionReader
from planners.pddl.formula import TOTAL_COST, FunctionTerm, TotalTime
from planners.pddl.model import Metric
from planners.pddl.sections import Section
from planners.pddl.tokens import Word
from planners.pddl.vocabulary import Vocabulary

_TOTAL_TIME = "total-time"


def read_metric(
    vocabulary: Vocabulary,
    section: Section | None,
    *,
    temporal: bool,
    preferences: Collection[str],
) -> Metric | None:
    """Read the metric of a problem; None where the number of steps is meant.

    Args:
        vocabulary: The names that may be used.
        section: The section, or None where the problem has none.
        temporal: Whether plans of the task have time stamps.
        preferences: The names of preferences of domain and problem.

    Raises:
        TaskError: one of its kinds, with the place.
    """
    if section is None:
        return None
    keyword, group = section
    match group.items:
        case (_, Word(text="minimize" | "maximize" as direction), node):
            words = {_TOTAL_TIME: TotalTime()}
            reader = ExpressionReader(vocabulary, words=words, preferences=preferences)
            metric = Metric(reader.read(node, {}), direction == "maximize")
        case _:
            message = "expected `(:metric minimize EXPRESSION)` or `(:metric maximize EXPRESSION)`"
            raise vocabulary.source.fault(TaskSyntaxError, keyword.offset, message)
    if metric == Metric(TotalTime()) and not temporal:
        message = f"the `{_TOTAL_TIME}` of steps without durations is their number"
        vocabulary.notes.warn(vocabulary.source, keyword.offset, message)
        return None
    expression = metric.expression
    if isinstance(expression, FunctionTerm) and expression.function != TOTAL_COST:
        vocabulary.use(":numeric-fluents", keyword.offset, "a metric beyond `total-cost`")
    return metric


def begin_total_cost(
    vocabulary: Vocabulary, values: dict[FunctionTerm, Fraction], place: Section | None
) -> None:
    """Let `total-cost` begin at 0 where the problem says nothing, with a warning.

    Args:
        vocabulary: The names that may be used.
        values: The values at first; changed.
        place: The section that the warning is about, or None.
    """
    total = FunctionTerm(TOTAL_COST)
    if vocabulary.functions.get(TOTAL_COST) == () and total not in values:
        values[total] = Fraction(0)
        message = f"`{total}` has no value at first; it is taken to be 0"
        vocabulary.notes.warn(vocabulary.source, place[0].offset if place else 0, message)
