"""The names that a task declares, and whether what it says of them fits."""

from collections.abc import Mapping

from planners.errors import TaskSemanticError, TaskSyntaxError, TaskTooLarge, UnsupportedTask
from planners.pddl.lists import Typed, is_name, is_variable, variables
from planners.pddl.model import EQUALS, OBJECT, Atom, FunctionTerm, Parameter
from planners.pddl.notes import Notes
from planners.pddl.syntax import Group, Node, describe
from planners.pddl.tokens import Source, Word
from planners.pddl.types import Hierarchy, Types
from planners.verdict import Literal

MAX_UNIONS = 1_000

Variables = Mapping[str, Types]


class Vocabulary:
    """Types, objects, predicates and functions, seen from one text of the task.

    Args:
        source: The text whose words are checked.
        notes: Where warnings and used requirements go.
        hierarchy: The types.
        objects: Objects that may be named in this text, with their declared types.
        predicates: Predicates with their parameters.
        functions: Numeric functions with their parameters.
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
    ) -> None:
        self.source = source
        self.notes = notes
        self.hierarchy = hierarchy
        self.objects = objects
        self.predicates = predicates
        self.functions = functions
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

    def terms(self, nodes: tuple[Node, ...], bound: Variables) -> tuple[str, ...]:
        """Read terms: variables in scope and declared objects."""
        return tuple(self._term(node, bound) for node in nodes)

    def atom(self, group: Group, head: Word, bound: Variables, *, strict: bool) -> Atom:
        """Read an atom and check it against the declaration of its predicate.

        Args:
            group: The atom.
            head: Its first word.
            bound: The variables in scope with their types.
            strict: Whether terms that never fit their types are an error, not a warning.
        """
        if head.text == EQUALS:
            return self._equality(group, head, bound)
        declared = self.predicates.get(head.text)
        if declared is None:
            raise self.semantic(head.offset, f"no predicate is called `{head.text}`")
        self._count(group, head, len(declared))
        terms = self.terms(group.items[1:], bound)
        for node, term, parameter in zip(group.items[1:], terms, declared, strict=True):
            self._check_type(node, term, parameter, bound, strict=strict)
        return Atom(head.text, terms)

    def fact(self, group: Group, head: Word) -> Literal:
        """Read a ground atom and check it against the declaration of its predicate."""
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

    def function_term(self, node: Node, bound: Variables) -> FunctionTerm:
        """Read a function term; one without arguments may lack its parentheses."""
        items = node.items if isinstance(node, Group) else (node,)
        head = items[0] if items else node
        if not (isinstance(head, Word) and is_name(head)):
            message = f"expected a function such as `(total-cost)`, found {describe(node)}"
            raise self.source.fault(TaskSyntaxError, node.offset, message)
        declared = self.functions.get(head.text)
        if declared is None:
            raise self.semantic(head.offset, f"no function is called `{head.text}`")
        if len(items) - 1 != len(declared):
            raise self._wrong_count(head, len(declared), len(items) - 1)
        terms = self.terms(items[1:], bound)
        for term_node, term, parameter in zip(items[1:], terms, declared, strict=True):
            self._check_type(term_node, term, parameter, bound, strict=True)
        return FunctionTerm(head.text, terms)

    def _equality(self, group: Group, head: Word, bound: Variables) -> Atom:
        self._count(group, head, 2)
        for node in group.items[1:]:
            if isinstance(node, Group):
                raise self.unsupported(node.offset, "comparing numbers (numeric fluents)")
        self.use(":equality", head.offset, "`=`")
        return Atom(EQUALS, self.terms(group.items[1:], bound))

    def _count(self, group: Group, head: Word, expected: int) -> None:
        if len(group.items) - 1 != expected:
            raise self._wrong_count(head, expected, len(group.items) - 1)

    def _wrong_count(self, head: Word, expected: int, found: int) -> TaskSemanticError:
        message = f"`{head.text}` takes {expected} arguments, found {found}"
        return self.semantic(head.offset, message)

    def _term(self, node: Node, bound: Variables) -> str:
        if isinstance(node, Group):
            if node.items and isinstance(node.items[0], Word):
                raise self.unsupported(node.offset, f"a term such as {describe(node)}")
            message = f"expected an object or a variable, found {describe(node)}"
            raise self.source.fault(TaskSyntaxError, node.offset, message)
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

    def _check_type(
        self, node: Node, term: str, parameter: Parameter, bound: Variables, *, strict: bool
    ) -> None:
        wanted = parameter.types
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
        message = f"`{term}` is of type {' or '.join(found)}, expected {' or '.join(wanted)}"
        if hopeless and strict:
            raise self.semantic(node.offset, message)
        self.notes.warn(self.source, node.offset, message)
