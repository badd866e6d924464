"""The names that a task declares, and whether what it says of them fits."""

import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet

from planners.condition import Literal
from planners.errors import (
    TaskError,
    TaskSemanticError,
    TaskSyntaxError,
    TaskTooLarge,
    UnsupportedTask,
)
from planners.pddl.formula import OBJECT, Atom, FunctionTerm, Parameter
from planners.pddl.lists import Typed, is_name, is_variable, variables
from planners.pddl.notes import Notes
from planners.pddl.object_functions import FreshNames, Lookups, ObjectFunction
from planners.pddl.syntax import Group, Node, describe
from planners.pddl.tokens import Source, Word
from planners.pddl.types import Hierarchy, Types

MAX_UNIONS = 1_000
ARITHMETIC = frozenset("+-*/")

Variables = Mapping[str, Types]

_VARIABLE = re.compile(r"\?[^\s()?;-][^\s()?;]*")
_NOTHING: Mapping[str, ObjectFunction] = {}


class Vocabulary:
    """Types, objects, predicates and functions, seen from one text of the task.

    Args:
        source: The text whose words are checked.
        notes: Where warnings and used requirements go.
        hierarchy: The types.
        objects: Objects that may be named in this text, with their declared types.
        predicates: Predicates with their parameters.
        functions: Numeric functions with their parameters.
        object_functions: Functions with objects as values.
        derived: The predicates that rules derive.
    """

    def __init__(
        self,
        *,
        source: Source,
        notes: Notes,
        hierarchy: Hierarchy,
        objects: Mapping[str, Types],
        predicates: Mapping[str, tuple[Parameter, ...]],
        functions: Mapping[str, tuple[Parameter, ...]],
        object_functions: Mapping[str, ObjectFunction] = _NOTHING,
        derived: AbstractSet[str] = frozenset(),
    ) -> None:
        self.source = source
        self.notes = notes
        self.hierarchy = hierarchy
        self.objects = objects
        self.predicates = predicates
        self.functions = functions
        self.object_functions = object_functions
        self.derived = derived
        self._fresh: FreshNames | None = None
        self._unions: set[Types] = set()

    def semantic(self, offset: int, message: str) -> TaskSemanticError:
        """Make an error about a meaning; the caller raises it."""
        return self.source.fault(TaskSemanticError, offset, message)

    def unsupported(self, offset: int, what: str) -> UnsupportedTask:
        """Make an error about a construct that is refused; the caller raises it."""
        return self.source.fault(UnsupportedTask, offset, f"{what} is not supported")

    def use(self, requirement: str, offset: int, what: str) -> None:
        """Note that a requirement is made use of."""
        self.notes.use(requirement, self.source, offset, what)

    def types_of(self, typed: Typed) -> Types:
        """Return the declared types behind a name.

        Raises:
            TaskSemanticError: if one is not declared.
        """
        for word in typed.types:
            if word.text not in self.hierarchy:
                raise self.semantic(word.offset, f"no type is called `{word.text}`")
        if typed.types:
            self.use(":typing", typed.types[0].offset, "a type")
        types = tuple(word.text for word in typed.types) or (OBJECT,)
        if len(types) > 1:
            self._unions.add(types)
            if len(self._unions) > MAX_UNIONS:
                message = f"more than {MAX_UNIONS} different `(either …)`"
                raise self.source.fault(TaskTooLarge, typed.name.offset, message)
        return types

    def parameters(self, nodes: tuple[Node, ...], *, distinct: bool) -> tuple[Parameter, ...]:
        """Read typed variables.

        Args:
            nodes: What stands between the parentheses.
            distinct: Whether one variable given twice is an error.
        """
        found = variables(self.source, nodes)
        if distinct:
            seen: set[str] = set()
            for typed in found:
                if typed.name.text in seen:
                    message = f"`{typed.name.text}` stands twice among these parameters"
                    raise self.semantic(typed.name.offset, message)
                seen.add(typed.name.text)
        return tuple(Parameter(typed.name.text, self.types_of(typed)) for typed in found)

    @property
    def fresh(self) -> FreshNames:
        """Names for new variables, none of which this text uses."""
        if self._fresh is None:
            self._fresh = FreshNames(set(_VARIABLE.findall(self.source.text.lower())))
        return self._fresh

    def lookups(self, bound: Variables) -> Lookups | None:
        """Make room for the values of object functions; None where there are none."""
        return Lookups(bound, self.fresh) if self.object_functions else None

    def atom(
        self,
        group: Group,
        head: Word,
        bound: Variables,
        *,
        strict: bool,
        lookups: Lookups | None = None,
    ) -> Atom:
        """Read an atom and check it against the declaration of its predicate.

        Args:
            group: The atom.
            head: Its first word; not `=`.
            bound: The variables in scope with their types.
            strict: Whether terms that never fit their types are an error, not a warning.
            lookups: Takes the values of object functions among its terms; None where
                none may be.
        """
        declared = self.predicates.get(head.text)
        if declared is None:
            if head.text in self.object_functions:
                message = (
                    f"`{head.text}` is a function: compare it, as in `(= {describe(group)} x)`"
                )
                raise self.semantic(head.offset, message)
            raise self.semantic(head.offset, f"no predicate is called `{head.text}`")
        terms = self.arguments(head, group.items[1:], declared, bound, lookups, strict=strict)
        return Atom(head.text, terms)

    def arguments(
        self,
        head: Word,
        nodes: tuple[Node, ...],
        declared: tuple[Parameter, ...],
        bound: Variables,
        lookups: Lookups | None,
        *,
        strict: bool,
    ) -> tuple[str, ...]:
        """Read the terms behind a predicate or a function, and check number and types."""
        if len(nodes) != len(declared):
            message = f"`{head.text}` takes {len(declared)} arguments, found {len(nodes)}"
            raise self.semantic(head.offset, message)
        terms = tuple([self.term(node, bound, lookups) for node in nodes])
        scope = bound if lookups is None else lookups.scope
        for node, term, parameter in zip(nodes, terms, declared, strict=True):
            self.check_type(node, term, parameter.types, scope, strict=strict)
        return terms

    def fact(self, group: Group, head: Word) -> Literal:
        """Read a ground atom and check it against the declaration of its predicate."""
        if head.text in self.derived:
            message = f"`{head.text}` is derived by rules; it cannot be set"
            raise self.semantic(head.offset, message)
        # Problems consist of facts for the most part: the usual case in one go, and all
        # that is wrong or odd the long way, which knows what to say.
        declared = self.predicates.get(head.text, ())
        found = tuple([item.text for item in group.items[1:] if isinstance(item, Word)])
        if len(found) == len(declared) == len(group.items) - 1:
            types = [self.objects.get(name) for name in found]
            fits = self.hierarchy.object_fits
            if head.text in self.predicates and all(
                own is not None and fits(own, parameter.types)
                for own, parameter in zip(types, declared, strict=True)
            ):
                return Literal(head.text, found)
        atom = self.atom(group, head, {}, strict=True)
        return Literal(atom.predicate, atom.terms)

    def function_term(
        self, node: Node, bound: Variables, lookups: Lookups | None = None
    ) -> FunctionTerm:
        """Read a numeric function of terms; one of no terms may lack its parentheses."""
        items = node.items if isinstance(node, Group) else (node,)
        head = items[0] if items else node
        if not (isinstance(head, Word) and is_name(head)):
            message = f"expected a function such as `(total-cost)`, found {describe(node)}"
            raise self.source.fault(TaskSyntaxError, node.offset, message)
        declared = self.functions.get(head.text)
        if declared is None:
            if head.text in self.object_functions:
                message = f"`{head.text}` has objects as values, expected a number"
                raise self.semantic(head.offset, message)
            raise self.semantic(head.offset, f"no function is called `{head.text}`")
        terms = self.arguments(head, items[1:], declared, bound, lookups, strict=True)
        return FunctionTerm(head.text, terms)

    def term(self, node: Node, bound: Variables, lookups: Lookups | None = None) -> str:
        """Read a variable in scope, a declared object or the value of an object function.

        Args:
            node: The term.
            bound: The variables in scope with their types.
            lookups: Takes the values that are looked up; None where none may be.
        """
        if isinstance(node, Group):
            return self._looked_up(node, bound, lookups)
        text = node.text
        if is_variable(node):
            if text not in bound:
                raise self.semantic(node.offset, f"`{text}` is not a parameter here")
        elif not is_name(node):
            message = f"expected an object or a variable, found {describe(node)}"
            raise self.source.fault(TaskSyntaxError, node.offset, message)
        elif text not in self.objects:
            known = "constant" if self.source.name == "domain" else "object"
            raise self.semantic(node.offset, f"no {known} is called `{text}`")
        return text

    def object_function(self, node: Node) -> tuple[Word, ObjectFunction] | None:
        """Return the name and the declaration where a node applies an object function."""
        match node:
            case Group(items=(Word() as head, *_)) if head.text in self.object_functions:
                return head, self.object_functions[head.text]
        return None

    def _looked_up(self, group: Group, bound: Variables, lookups: Lookups | None) -> str:
        found = self.object_function(group)
        if found is None:
            raise self._no_object(group)
        head, function = found
        if lookups is None:
            raise self.unsupported(group.offset, f"the object function {describe(group)} here")
        self.use(":object-fluents", group.offset, describe(group))
        nodes, declared = group.items[1:], function.parameters
        terms = self.arguments(head, nodes, declared, bound, lookups, strict=True)
        return lookups.value(head.text, terms, function.types)

    def _no_object(self, group: Group) -> TaskError:
        head = group.items[0] if group.items else None
        if not isinstance(head, Word) or head.text in ARITHMETIC:
            message = f"expected an object or a variable, found {describe(group)}"
            return self.source.fault(TaskSyntaxError, group.offset, message)
        if head.text in self.functions:
            message = f"`{head.text}` has numbers as values, expected an object"
            return self.semantic(head.offset, message)
        return self.semantic(head.offset, f"no function is called `{head.text}`")

    def always_fits(self, term: str, wanted: Types, bound: Variables) -> bool:
        """Say whether a term, as read, is of a wanted type whatever it stands for."""
        if term[0] == "?":
            return self.hierarchy.variable_fits(bound[term], wanted)
        return self.hierarchy.object_fits(self.objects[term], wanted)

    def check_type(
        self, node: Node, term: str, wanted: Types, bound: Variables, *, strict: bool
    ) -> None:
        """Raise or warn where a term need not be of a wanted type.

        Args:
            node: The term as written.
            term: The term as read.
            wanted: Types of which one has to fit.
            bound: The variables in scope with their types.
            strict: Whether a term that is never of a wanted type is an error.
        """
        if term[0] == "?":
            found = bound[term]
            if self.hierarchy.variable_fits(found, wanted):
                return
            hopeless = not self.hierarchy.overlap(found, wanted)
        else:
            found = self.objects[term]
            if self.hierarchy.object_fits(found, wanted):
                return
            hopeless = True
        types = f"of type {' or '.join(found)}, expected {' or '.join(wanted)}"
        message = f"{describe(node)} is {types}"
        if hopeless and strict:
            raise self.semantic(node.offset, message)
        self.notes.warn(self.source, node.offset, message)
