"""Preconditions, goals and the conditions of effects, read into formulas."""

from planners.errors import TaskSyntaxError
from planners.pddl.lists import group_of
from planners.pddl.model import And, Atom, Exists, Forall, Formula, Imply, Not, Or, Parameter
from planners.pddl.syntax import Group, Node, describe
from planners.pddl.tokens import Word
from planners.pddl.vocabulary import Variables, Vocabulary

_NUMERIC = {"<", ">", "<=", ">="}
_TRAJECTORIES = {
    "preference",
    "always",
    "sometime",
    "within",
    "at-most-once",
    "sometime-after",
    "sometime-before",
    "always-within",
    "hold-during",
    "hold-after",
    "at",
    "over",
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
        if head.text not in self._vocabulary.predicates:
            self._refuse(head)
        return self._vocabulary.atom(group, head, bound, strict=self._strict)

    def _compound(self, group: Group, head: Word, bound: Variables) -> Formula:
        match head.text:
            case "and":
                return And(tuple(self.read(item, bound) for item in group.items[1:]))
            case "or":
                self._use(":disjunctive-preconditions", head)
                return Or(tuple(self.read(item, bound) for item in group.items[1:]))
            case "not":
                self._count(group, head, 1)
                operand = self.read(group.items[1], bound)
                simple = isinstance(operand, Atom)
                self._use(
                    ":negative-preconditions" if simple else ":disjunctive-preconditions", head
                )
                return Not(operand)
            case "imply":
                self._count(group, head, 2)
                self._use(":disjunctive-preconditions", head)
                return Imply(self.read(group.items[1], bound), self.read(group.items[2], bound))
            case _:
                return self._quantified(group, head, bound)

    def _quantified(self, group: Group, head: Word, bound: Variables) -> Formula:
        self._count(group, head, 2)
        parameters, inner = quantified_variables(self._vocabulary, group, bound)
        body = self.read(group.items[2], inner)
        if head.text == "forall":
            self._use(":universal-preconditions", head)
            return Forall(parameters, body)
        self._use(":existential-preconditions", head)
        return Exists(parameters, body)

    def _count(self, group: Group, head: Word, expected: int) -> None:
        if len(group.items) - 1 != expected:
            found = len(group.items) - 1
            message = f"`{head.text}` joins {expected} parts, found {found}"
            raise self._source.fault(TaskSyntaxError, head.offset, message)

    def _use(self, requirement: str, head: Word) -> None:
        self._vocabulary.use(requirement, head.offset, f"`{head.text}`")

    def _refuse(self, head: Word) -> None:
        if head.text in _NUMERIC:
            what = f"comparing numbers with `{head.text}` (numeric fluents)"
            raise self._vocabulary.unsupported(head.offset, what)
        if head.text in _TRAJECTORIES:
            what = f"`{head.text}` (preferences, constraints and durative conditions)"
            raise self._vocabulary.unsupported(head.offset, what)


def quantified_variables(
    vocabulary: Vocabulary, group: Group, bound: Variables
) -> tuple[tuple[Parameter, ...], Variables]:
    """Read the variables of a quantifier, and return them with the scope of its body.

    An inner variable hides an outer one of the same name.
    """
    listed = group_of(vocabulary.source, group.items[1], "the variables of a quantifier")
    parameters = vocabulary.parameters(listed.items, distinct=True)
    inner = {**bound, **{parameter.name: parameter.types for parameter in parameters}}
    return parameters, inner
