"""Where the names of a task are declared, looked up in its two texts."""

from typing import NamedTuple

from planners.pddl.syntax import Group, Node, parse
from planners.pddl.tokens import Source, Word

_LISTS = {":types": "type", ":constants": "object", ":objects": "object"}
_DECLARATIONS = {":predicates": "predicate", ":functions": "function"}
_ACTIONS = (":action", ":durative-action")


class Place(NamedTuple):
    """A place in one of the texts.

    Attributes:
        source: `domain` or `problem`.
        offset: Where it is, in characters from the beginning.
    """

    source: str
    offset: int


class Places:
    """Finds declarations. Each name of a kind has the place where it stands first.

    Args:
        domain: The text of the domain, which can be read.
        problem: The text of the problem, which can be read.
    """

    def __init__(self, domain: Source, problem: Source) -> None:
        self._declared: dict[tuple[str, str], Place] = {}
        self._variables: dict[tuple[str, str], Place] = {}
        self._sections: dict[tuple[str, str], Place] = {}
        for source in (domain, problem):
            for section in parse(source).items[2:]:
                if isinstance(section, Group):
                    self._section(source.name, section)

    def of(self, kind: str, name: str) -> Place:
        """Say where a name is declared; the beginning of the domain where it is nowhere.

        Args:
            kind: `type`, `object`, `predicate`, `function` or `action`.
            name: The name.
        """
        return self._declared.get((kind, name), Place("domain", 0))

    def variable(self, action: str, name: str) -> Place:
        """Say where a variable stands first in an action."""
        return self._variables.get((action, name), self.of("action", action))

    def section(self, source: str, keyword: str) -> Place:
        """Say where a section such as `:goal` begins."""
        return self._sections.get((source, keyword), Place(source, 0))

    def _section(self, source: str, section: Group) -> None:
        keyword = section.items[0]
        if not isinstance(keyword, Word):
            return
        self._sections.setdefault((source, keyword.text), Place(source, keyword.offset))
        rest = section.items[1:]
        if keyword.text in _LISTS:
            self._list(source, _LISTS[keyword.text], rest)
        elif keyword.text in _DECLARATIONS:
            for node in rest:
                if isinstance(node, Group) and node.items:
                    self._keep(source, _DECLARATIONS[keyword.text], node.items[0])
        elif keyword.text in _ACTIONS and rest and isinstance(rest[0], Word):
            self._keep(source, "action", rest[0])
            self._find_variables(source, rest[0].text, section)

    def _list(self, source: str, kind: str, nodes: tuple[Node, ...]) -> None:
        is_type = False
        for node in nodes:
            if isinstance(node, Word) and node.text == "-":
                is_type = True
            elif is_type:
                is_type = False
            else:
                self._keep(source, kind, node)

    def _keep(self, source: str, kind: str, node: Node) -> None:
        if isinstance(node, Word):
            self._declared.setdefault((kind, node.text), Place(source, node.offset))

    def _find_variables(self, source: str, action: str, section: Group) -> None:
        front: list[Node] = [section]
        while front:
            node = front.pop()
            if isinstance(node, Group):
                front.extend(reversed(node.items))
            elif node.text.startswith("?"):
                self._variables.setdefault((action, node.text), Place(source, node.offset))
