"""A formula of PDDL said within a sentence; parentheses keep together what belongs together."""

from collections.abc import Iterator, Sequence
from typing import Protocol, TypeAlias

from planners.pddl.formula import OBJECT, Parameter

Node: TypeAlias = "str | list[Node]"


class SayAtom(Protocol):
    """Says an atom or its negation."""

    def __call__(self, predicate: str, terms: tuple[str, ...], *, positive: bool = True) -> str:
        """Say it."""
        ...


def said_inline(formula: str, say_atom: SayAtom) -> str:
    """Say a formula that the verifier wrote, such as `(or (clear a) (not (on a b)))`."""
    words = iter(formula.replace("(", " ( ").replace(")", " ) ").split())
    [node] = _nodes(words)
    return _said(node, say_atom)


def quantified(parameters: Sequence[Parameter], word: str) -> str:
    """Say a quantifier over some variables, one after the other."""
    return ", ".join(
        f"{word} object {parameter.name}"
        + ("" if OBJECT in parameter.types else f" of type {' or '.join(parameter.types)}")
        for parameter in parameters
    )


def _nodes(words: Iterator[str]) -> list[Node]:
    found: list[Node] = []
    for word in words:
        if word == ")":
            break
        found.append(_nodes(words) if word == "(" else word)
    return found


def _said(node: Node, say_atom: SayAtom) -> str:
    match node:
        case ["and" | "or" as head, *parts]:
            all_said = "; ".join(_said(part, say_atom) for part in parts)
            said = f"{'all of' if head == 'and' else 'at least one of'} ({all_said})"
        case ["not", [str(predicate), *terms]] if all(isinstance(term, str) for term in terms):
            said = say_atom(predicate, tuple(map(str, terms)), positive=False)
        case ["not", part]:
            said = f"not ({_said(part, say_atom)})"
        case ["<" | "<=" | ">=" | ">" | "=" as operator, left, right] if not (
            operator == "=" and isinstance(left, str) and isinstance(right, str)
        ):
            said = f"{_number_said(left)} {operator} {_number_said(right)}"
        case ["imply", premise, conclusion]:
            said = f"if ({_said(premise, say_atom)}) then ({_said(conclusion, say_atom)})"
        case ["forall" | "exists" as head, [*variables], body]:
            word = "for each" if head == "forall" else "for at least one"
            said = f"{quantified(_parameters(variables), word)}: ({_said(body, say_atom)})"
        case [str(predicate), *terms]:
            said = say_atom(predicate, tuple(map(str, terms)))
        case _:
            said = str(node)
    return said


def _number_said(node: Node) -> str:
    """Say a number as PDDL writes it: functions and operations keep their parentheses."""
    return node if isinstance(node, str) else f"({' '.join(map(_number_said, node))})"


def _parameters(words: list[Node]) -> list[Parameter]:
    """Read a typed list: `?x - a ?y - (either a b)`; untyped variables are objects."""
    found: list[Parameter] = []
    waiting: list[str] = []
    at = iter(words)
    for word in at:
        if word != "-":
            waiting.append(str(word))
            continue
        written = next(at)
        types = (written,) if isinstance(written, str) else tuple(map(str, written[1:]))
        found += [Parameter(name, types) for name in waiting]
        waiting = []
    return found + [Parameter(name) for name in waiting]
