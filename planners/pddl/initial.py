"""`:init`, read: what holds at first, and what changes at stated times whatever the plan does.

A timed initial literal is told from an atom of a predicate `at` by its shape, which is
`(at NUMBER (…))`. What is stated for time 0 holds at first.
"""

from fractions import Fraction
from operator import attrgetter

from planners.condition import Literal
from planners.errors import TaskSyntaxError
from planners.pddl.expressions import is_number, number
from planners.pddl.formula import EQUALS, Atom, FunctionTerm
from planners.pddl.lists import group_of
from planners.pddl.model import AtomEffect, NumericEffect, TimedEffect
from planners.pddl.object_functions import UNDEFINED
from planners.pddl.object_terms import first_value
from planners.pddl.sections import Section
from planners.pddl.syntax import Group, Node, describe
from planners.pddl.tokens import Word
from planners.pddl.vocabulary import Vocabulary


class Initial:
    """What holds at first, collected element by element.

    Attributes:
        atoms: The atoms that hold.
        values: The values of functions.

    Args:
        vocabulary: The names that may be used.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.atoms: set[Literal] = set()
        self.values: dict[FunctionTerm, Fraction] = {}
        self._vocabulary = vocabulary
        self._source = vocabulary.source
        self._objects: dict[FunctionTerm, str | None] = {}
        self._denied: dict[Literal, int] = {}
        self._timed: list[TimedEffect] = []
        self._settled: dict[tuple[Fraction, Literal | FunctionTerm], TimedEffect] = {}

    @property
    def timed(self) -> tuple[TimedEffect, ...]:
        """What changes at stated times, in order of time; at one time as in the text."""
        return tuple(sorted(self._timed, key=attrgetter("time")))

    def read(self, section: Section | None) -> None:
        """Read the section.

        Raises:
            TaskError: one of its kinds, with the place.
        """
        if section is None:
            self._vocabulary.notes.warn(self._source, 0, "no `:init`: nothing holds at first")
            return
        for node in section[1].items[1:]:
            self._element(group_of(self._source, node, "an atom"))
        for literal, offset in self._denied.items():
            if literal in self.atoms:
                message = f"`{literal}` is both true and false at first"
                raise self._vocabulary.semantic(offset, message)
            message = f"`{literal}` need not be denied: what is not listed does not hold"
            self._vocabulary.notes.warn(self._source, offset, message)

    def _element(self, group: Group) -> None:
        match group.items:
            case (Word(text="="), left, right):
                found = first_value(self._vocabulary, left, right)
                if found is not None:
                    self._object(group, *found)
                    return
                term, value = self._assignment(group)
                if self.values.setdefault(term, value) != value:
                    message = f"`{term}` is given two values, {self.values[term]} and {value}"
                    raise self._vocabulary.semantic(group.offset, message)
            case (Word(text="not"), Group() as inner):
                self._denied[self._fact(inner)] = group.offset
            case (Word(text="at") as head, first, Group() as content) if is_number(first):
                self._stated(head, first, content)
            case _:
                self.atoms.add(self._fact(group))

    def _object(self, group: Group, term: FunctionTerm, value: str | None) -> None:
        before = self._objects.setdefault(term, value)
        if before != value:
            values = " and ".join(f"`{each or UNDEFINED}`" for each in (before, value))
            message = f"`{term}` is given two values, {values}"
            raise self._vocabulary.semantic(group.offset, message)
        if value is not None:
            self.atoms.add(Literal(term.function, (*term.terms, value)))

    def _stated(self, head: Word, first: Node, content: Group) -> None:
        time = number(self._source, first)
        if time < 0:
            message = f"expected a time of at least 0, found {describe(first)}"
            raise self._vocabulary.semantic(first.offset, message)
        self._vocabulary.use(":timed-initial-literals", head.offset, "`at` with a time")
        if time == 0:
            message = "what is stated for time 0 is taken to hold at first"
            self._vocabulary.notes.warn(self._source, head.offset, message)
            self._untimed(content)
            return
        subject: Literal | FunctionTerm
        effect: AtomEffect | NumericEffect
        match content.items:
            case (Word(text="="), _, _):
                subject, value = self._assignment(content)
                effect = NumericEffect("assign", subject, value)
            case (Word(text="not"), Group() as inner):
                subject = self._fact(inner)
                effect = AtomEffect(Atom(subject.predicate, subject.arguments), positive=False)
            case _:
                subject = self._fact(content)
                effect = AtomEffect(Atom(subject.predicate, subject.arguments))
        self._add(head, subject, TimedEffect(time, effect))

    def _untimed(self, content: Group) -> None:
        match content.items:
            case (Word(text="at"), first, Group()) if is_number(first):
                message = f"expected a literal at one time, found {describe(content)}"
                raise self._source.fault(TaskSyntaxError, content.offset, message)
        self._element(content)

    def _add(self, head: Word, subject: Literal | FunctionTerm, effect: TimedEffect) -> None:
        before = self._settled.setdefault((effect.time, subject), effect)
        if before is effect:
            self._timed.append(effect)
        elif before == effect:
            message = f"`{subject}` is stated twice for one time"
            self._vocabulary.notes.warn(self._source, head.offset, message)
        else:
            message = f"two things are stated of `{subject}` for one time"
            raise self._vocabulary.semantic(head.offset, message)

    def _fact(self, group: Group) -> Literal:
        head = group.items[0] if group.items else None
        if not isinstance(head, Word):
            message = f"expected an atom such as `(on a b)`, found {describe(group)}"
            raise self._source.fault(TaskSyntaxError, group.offset, message)
        if head.text == EQUALS:
            message = "`=` gives a number to a function here: `(= (total-cost) 0)`"
            raise self._source.fault(TaskSyntaxError, head.offset, message)
        odd = ("and", "or", "forall", "oneof", "not")
        if head.text not in self._vocabulary.predicates and head.text in odd:
            message = f"expected atoms in `:init`, found `{head.text}`"
            raise self._source.fault(TaskSyntaxError, head.offset, message)
        return self._vocabulary.fact(group, head)

    def _assignment(self, group: Group) -> tuple[FunctionTerm, Fraction]:
        _, left, right = group.items
        if self._vocabulary.object_function(left):
            what = f"a value of the object function {describe(left)} at a stated time"
            raise self._vocabulary.unsupported(left.offset, what)
        return self._vocabulary.function_term(left, {}), number(self._source, right)
