"""Preconditions, goals and the conditions of effects, read into formulas."""

from planners.errors import TaskSyntaxError
from planners.pddl.expressions import COMPARISONS, ExpressionReader
from planners.pddl.formula import (
    EQUALS,
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
from planners.pddl.lists import group_of
from planners.pddl.object_functions import Lookups
from planners.pddl.object_terms import applied, is_undefined
from planners.pddl.syntax import Group, Node, describe
from planners.pddl.tokens import Word
from planners.pddl.types import Types
from planners.pddl.vocabulary import Variables, Vocabulary

_CONSTRAINT = "in `:constraints`"
_TIME = "in the conditions of durative actions"
# Words that are no predicates, and where they stand instead.
_ELSEWHERE = {
    "preference": "in `and` and `forall` of goals, preconditions and constraints, or around a time",
    "always": _CONSTRAINT,
    "sometime": _CONSTRAINT,
    "within": _CONSTRAINT,
    "at-most-once": _CONSTRAINT,
    "sometime-after": _CONSTRAINT,
    "sometime-before": _CONSTRAINT,
    "always-within": _CONSTRAINT,
    "hold-during": _CONSTRAINT,
    "hold-after": _CONSTRAINT,
    "at": _TIME,
    "over": _TIME,
}
CONNECTIVES = frozenset(("and", "or", "not", "imply", "forall", "exists"))


class ConditionReader:
    """Reads conditions of one text.

    Args:
        vocabulary: The names that may be used.
        strict: Whether an atom that no object fits is an error, not a warning.
    """

    def __init__(self, vocabulary: Vocabulary, *, strict: bool) -> None:
        self._vocabulary = vocabulary
        self._source = vocabulary.source
        self._strict = strict
        self._expressions = ExpressionReader(vocabulary)

    def read(self, node: Node, bound: Variables) -> Formula:
        """Read a condition; `()` is the condition that always holds.

        Args:
            node: The condition.
            bound: The variables in scope with their types.

        Raises:
            TaskSyntaxError: if it is not well formed.
            TaskSemanticError: if a name in it is not declared or does not fit.
            UnsupportedTask: if it is of a kind that is refused.
        """
        group = group_of(self._source, node, "a condition")
        if not group.items:
            return And()
        head = group.items[0]
        if not isinstance(head, Word):
            message = f"expected a predicate or a connective, found {describe(head)}"
            raise self._source.fault(TaskSyntaxError, head.offset, message)
        if head.text in CONNECTIVES:
            return self._compound(group, head, bound)
        if head.text == EQUALS:
            return self._equality(group, head, bound)
        if head.text not in self._vocabulary.predicates:
            if head.text in COMPARISONS:
                self._count(group, head, 2)
                return self._comparison(group, head, bound)
            self._refuse(head)
        lookups = self._vocabulary.lookups(bound)
        atom = self._vocabulary.atom(group, head, bound, strict=self._strict, lookups=lookups)
        return atom if lookups is None else lookups.around(atom)

    def _compound(self, group: Group, head: Word, bound: Variables) -> Formula:
        match head.text:
            case "and":
                return And(tuple(self.read(item, bound) for item in group.items[1:]))
            case "or":
                self._use(":disjunctive-preconditions", head)
                return Or(tuple(self.read(item, bound) for item in group.items[1:]))
            case "not":
                self._count(group, head, 1)
                operand = group_of(self._source, group.items[1], "a condition")
                inner = operand.items[0] if operand.items else None
                compound = isinstance(inner, Word) and inner.text in CONNECTIVES
                self._use(
                    ":disjunctive-preconditions" if compound else ":negative-preconditions", head
                )
                return Not(self.read(operand, bound))
            case "imply":
                self._count(group, head, 2)
                self._use(":disjunctive-preconditions", head)
                return Imply(self.read(group.items[1], bound), self.read(group.items[2], bound))
            case _:
                return self._quantified(group, head, bound)

    def _quantified(self, group: Group, head: Word, bound: Variables) -> Formula:
        parameters, inner = quantified_variables(self._vocabulary, group, bound)
        body = self.read(group.items[2], inner)
        if head.text == "forall":
            self._use(":universal-preconditions", head)
            return Forall(parameters, body)
        self._use(":existential-preconditions", head)
        return Exists(parameters, body)

    def _comparison(self, group: Group, head: Word, bound: Variables) -> Formula:
        lookups = self._vocabulary.lookups(bound)
        self._vocabulary.use(":numeric-fluents", head.offset, f"`{head.text}` of numbers")
        left, right = (self._expressions.read(item, bound, lookups) for item in group.items[1:])
        comparison = Comparison(head.text, left, right)
        return comparison if lookups is None else lookups.around(comparison)

    def _equality(self, group: Group, head: Word, bound: Variables) -> Formula:
        self._count(group, head, 2)
        left, right = group.items[1:]
        if self._expressions.is_numeric(left) or self._expressions.is_numeric(right):
            return self._comparison(group, head, bound)
        lookups = self._vocabulary.lookups(bound)
        if lookups is not None:
            for one, other in ((left, right), (right, left)):
                found = applied(self._vocabulary, one, bound, lookups)
                if found is not None:
                    return lookups.around(self._value(*found, other, bound, lookups))
        self._use(":equality", head)
        terms = (self._vocabulary.term(side, bound, lookups) for side in (left, right))
        return Atom(EQUALS, tuple(terms))

    def _value(
        self, function: FunctionTerm, types: Types, value: Node, bound: Variables, lookups: Lookups
    ) -> Formula:
        vocabulary = self._vocabulary
        if is_undefined(vocabulary, value):
            name = vocabulary.fresh.like(f"?{function.function}", lookups.scope)
            atom = Atom(function.function, (*function.terms, name))
            return Not(Exists((Parameter(name, types),), atom))
        term = vocabulary.term(value, bound, lookups)
        vocabulary.check_type(value, term, types, lookups.scope, strict=self._strict)
        return Atom(function.function, (*function.terms, term))

    def _count(self, group: Group, head: Word, expected: int) -> None:
        if len(group.items) - 1 != expected:
            found = len(group.items) - 1
            message = f"`{head.text}` joins {expected} parts, found {found}"
            raise self._source.fault(TaskSyntaxError, head.offset, message)

    def _use(self, requirement: str, head: Word) -> None:
        self._vocabulary.use(requirement, head.offset, f"`{head.text}`")

    def _refuse(self, head: Word) -> None:
        where = _ELSEWHERE.get(head.text)
        if where is not None:
            message = f"`{head.text}` stands {where}, not here"
            raise self._source.fault(TaskSyntaxError, head.offset, message)


def quantified_variables(
    vocabulary: Vocabulary, group: Group, bound: Variables
) -> tuple[tuple[Parameter, ...], Variables]:
    """Read the variables of a quantifier, and return them with the scope of its body.

    An inner variable hides an outer one of the same name.

    Raises:
        TaskSyntaxError: if it is not `(QUANTIFIER (VARIABLES) BODY)`.
    """
    if len(group.items) != 3:
        head, found = describe(group.items[0]), len(group.items) - 1
        message = f"{head} joins 2 parts, found {found}"
        raise vocabulary.source.fault(TaskSyntaxError, group.items[0].offset, message)
    listed = group_of(vocabulary.source, group.items[1], "the variables of a quantifier")
    parameters = vocabulary.parameters(listed.items, distinct=True)
    inner = {**bound, **{parameter.name: parameter.types for parameter in parameters}}
    return parameters, inner
