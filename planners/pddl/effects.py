"""Effects of actions, read into the model."""

from planners.errors import TaskSyntaxError
from planners.pddl.assignments import assigned
from planners.pddl.conditions import ConditionReader, quantified_variables
from planners.pddl.expressions import ExpressionReader, is_number
from planners.pddl.formula import EQUALS, TOTAL_COST, FunctionTerm, Parameter, StepDuration
from planners.pddl.lists import group_of
from planners.pddl.model import AndEffect, AtomEffect, Effect, ForallEffect, NumericEffect, When
from planners.pddl.object_functions import Lookups
from planners.pddl.object_terms import applied, is_undefined
from planners.pddl.syntax import Group, Node, describe
from planners.pddl.tokens import Word
from planners.pddl.vocabulary import Variables, Vocabulary

NUMERIC_EFFECTS = ("increase", "decrease", "assign", "scale-up", "scale-down")

_REFUSED = {
    "probabilistic": "probabilistic effects",
    "oneof": "non-deterministic effects",
    "at": "durative actions",
    "or": "non-deterministic effects",
}


class EffectReader:
    """Reads effects of one domain.

    What an effect says of object functions is only half in what is read:
    `planners.pddl.assignments.guarded` adds what has to hold beside it.

    Args:
        vocabulary: The names that may be used.
        durative: Whether amounts may be computed from `?duration`.
    """

    def __init__(self, vocabulary: Vocabulary, *, durative: bool = False) -> None:
        self._vocabulary = vocabulary
        self._source = vocabulary.source
        self._conditions = ConditionReader(vocabulary, strict=False)
        words = {"?duration": StepDuration()} if durative else {}
        self._expressions = ExpressionReader(vocabulary, words=words)

    def read(self, node: Node, bound: Variables) -> Effect:
        """Read an effect; `()` is the effect that changes nothing.

        Args:
            node: The effect.
            bound: The variables in scope with their types.

        Raises:
            TaskSyntaxError: if it is not well formed.
            TaskSemanticError: if a name in it is not declared or does not fit.
            UnsupportedTask: if it is of a kind that is refused.
        """
        group = group_of(self._source, node, "an effect")
        if not group.items:
            return AndEffect()
        head = group.items[0]
        if not isinstance(head, Word):
            message = f"expected a predicate or a kind of effect, found {describe(head)}"
            raise self._source.fault(TaskSyntaxError, head.offset, message)
        match head.text:
            case "and":
                return AndEffect(tuple(self.read(item, bound) for item in group.items[1:]))
            case "not":
                return self._deletion(group, head, bound)
            case "forall" | "when":
                return self._compound(group, head, bound)
        if head.text in NUMERIC_EFFECTS and head.text not in self._vocabulary.predicates:
            return self._change(group, head, bound)
        return self._literal(group, head, bound, positive=True)

    def _literal(self, group: Group, head: Word, bound: Variables, *, positive: bool) -> Effect:
        self._refuse(head)
        lookups = self._vocabulary.lookups(bound)
        atom = self._vocabulary.atom(group, head, bound, strict=True, lookups=lookups)
        effect = AtomEffect(atom, positive)
        return effect if lookups is None else lookups.around_effect(effect)

    def _refuse(self, head: Word) -> None:
        if head.text in self._vocabulary.derived:
            message = f"`{head.text}` is derived by rules; no effect changes it"
            raise self._vocabulary.semantic(head.offset, message)
        if head.text == EQUALS:
            message = "`=` stands in conditions; no effect changes which object is which"
            raise self._vocabulary.semantic(head.offset, message)
        if head.text not in self._vocabulary.predicates:
            if head.text in _REFUSED:
                what = f"`{head.text}` in an effect ({_REFUSED[head.text]})"
                raise self._vocabulary.unsupported(head.offset, what)
            if head.text in ("imply", "exists"):
                message = f"`{head.text}` stands in conditions, not in effects"
                raise self._source.fault(TaskSyntaxError, head.offset, message)

    def _deletion(self, group: Group, head: Word, bound: Variables) -> Effect:
        self._count(group, head, 1)
        inner = group_of(self._source, group.items[1], "an atom")
        name = inner.items[0] if inner.items else None
        words = ("and", "not", "forall", "when", *NUMERIC_EFFECTS)
        if not isinstance(name, Word) or (
            name.text in words and name.text not in self._vocabulary.predicates
        ):
            message = f"in an effect `not` takes an atom, found {describe(inner)}"
            raise self._source.fault(TaskSyntaxError, inner.offset, message)
        return self._literal(inner, name, bound, positive=False)

    def _compound(self, group: Group, head: Word, bound: Variables) -> Effect:
        self._count(group, head, 2)
        self._vocabulary.use(":conditional-effects", head.offset, f"`{head.text}` in an effect")
        if head.text == "when":
            condition = self._conditions.read(group.items[1], bound)
            return When(condition, self.read(group.items[2], bound))
        parameters, inner = quantified_variables(self._vocabulary, group, bound)
        return ForallEffect(parameters, self.read(group.items[2], inner))

    def _change(self, group: Group, head: Word, bound: Variables) -> Effect:
        self._count(group, head, 2)
        target, amount = group.items[1:]
        if head.text == "assign" and self._vocabulary.object_function(target) is not None:
            return self._assignment(target, amount, bound)
        lookups = self._vocabulary.lookups(bound)
        function = self._vocabulary.function_term(target, bound, lookups)
        value = self._expressions.read(amount, bound, lookups)
        effect = NumericEffect(head.text, function, value)
        # Of numbers, action costs let the total alone grow, by what is looked up.
        simple = head.text == "increase" and function.function == TOTAL_COST
        if simple and (is_number(amount) or isinstance(value, FunctionTerm)):
            self._vocabulary.use(":action-costs", head.offset, f"`{head.text}`")
        else:
            self._vocabulary.use(":numeric-fluents", head.offset, f"`{head.text}`")
        return effect if lookups is None else lookups.around_effect(effect)

    def _assignment(self, target: Node, value: Node, bound: Variables) -> Effect:
        vocabulary = self._vocabulary
        lookups = Lookups(bound, vocabulary.fresh)
        found = applied(vocabulary, target, bound, lookups)
        if found is None:
            message = f"expected a function with an object as value, found {describe(target)}"
            raise self._source.fault(TaskSyntaxError, target.offset, message)
        function, types = found
        term = None
        if not is_undefined(vocabulary, value):
            term = vocabulary.term(value, bound, lookups)
            # A value outside the types would not be taken back by the next assignment.
            if not vocabulary.always_fits(term, types, lookups.scope):
                wanted = " or ".join(types)
                message = f"{describe(value)} need not be of type {wanted}, as values have to be"
                raise vocabulary.semantic(value.offset, message)
        every = vocabulary.fresh.like(f"?{function.function}", lookups.scope)
        return lookups.around_effect(assigned(function, term, Parameter(every, types)))

    def _count(self, group: Group, head: Word, expected: int) -> None:
        if len(group.items) - 1 != expected:
            message = f"`{head.text}` takes {expected} parts, found {len(group.items) - 1}"
            raise self._source.fault(TaskSyntaxError, head.offset, message)
