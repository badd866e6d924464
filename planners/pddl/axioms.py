"""Derived predicates: which of them depend on which, and in what order they are settled."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping

from planners.pddl.formula import And, Atom, Exists, Forall, Formula, Imply, Not, Or
from planners.pddl.model import Axiom


def strata(axioms: Iterable[Axiom]) -> tuple[tuple[str, ...], ...]:
    """Group derived predicates so that each depends on its own group and earlier ones alone.

    Args:
        axioms: The rules.

    Returns:
        Groups as small as they can be: the predicates of one need each other.
    """
    needs: dict[str, dict[str, None]] = {}
    for axiom in axioms:
        needs.setdefault(axiom.predicate, {})
    for axiom in axioms:
        found = needs[axiom.predicate]
        found.update((name, None) for name, _ in _mentioned(axiom.body) if name in needs)
    return tuple(_components({name: tuple(found) for name, found in needs.items()}))


def negative_cycle(axioms: Iterable[Axiom]) -> tuple[str, tuple[tuple[str, bool], ...]] | None:
    """Find a derived predicate that depends on its own negation.

    No fixpoint is meant by such rules, so there is no order in which to settle them.

    Args:
        axioms: The rules.

    Returns:
        The predicate and the way back to it: what it needs, what that needs and so on,
        False where it is the negation that is needed. None where the rules are stratified.
    """
    rules = tuple(axioms)
    group = {name: number for number, names in enumerate(strata(rules)) for name in names}
    needs: dict[str, dict[str, bool]] = {}
    first: tuple[str, str] | None = None
    for axiom in rules:
        own = needs.setdefault(axiom.predicate, {})
        for name, positive in _mentioned(axiom.body):
            if group.get(name) == group[axiom.predicate]:
                own[name] = positive and own.get(name, True)
                if not positive and first is None:
                    first = axiom.predicate, name
    if first is None:
        return None
    start, negated = first
    return start, ((negated, False), *_way(needs, negated, start))


def _way(
    needs: Mapping[str, Mapping[str, bool]], start: str, goal: str
) -> Iterator[tuple[str, bool]]:
    """Find a shortest way from one predicate of a group to another; none where they are one."""
    before: dict[str, str] = {goal: goal}
    users: dict[str, list[str]] = {}
    for name, needed in needs.items():
        for each in needed:
            users.setdefault(each, []).append(name)
    front = deque((goal,))
    while start not in before:
        name = front.popleft()
        for user in users[name]:
            if user not in before:
                before[user] = name
                front.append(user)
    name = start
    while name != goal:
        yield before[name], needs[name][before[name]]
        name = before[name]


def _mentioned(formula: Formula) -> Iterator[tuple[str, bool]]:
    """Run through the predicates of a formula; False for those under a negation."""
    front = [(formula, True)]
    while front:
        part, positive = front.pop()
        match part:
            case Atom(predicate, _):
                yield predicate, positive
            case Not(operand):
                front.append((operand, not positive))
            case And(operands) | Or(operands):
                front.extend((operand, positive) for operand in operands)
            case Imply(premise, conclusion):
                front += ((premise, not positive), (conclusion, positive))
            case Forall(_, body) | Exists(_, body):
                front.append((body, positive))
            case _:
                pass


def _components(needs: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    """Find the strongly connected components, those needed first. Does not recurse.

    Source:
        Tarjan 1972, Depth-first search and linear graph algorithms.
    """
    number: dict[str, int] = {}
    lowest: dict[str, int] = {}
    waiting: list[str] = []
    done: set[str] = set()
    for root in needs:
        path = [] if root in number else [(root, iter(needs[root]))]
        while path:
            name, rest = path[-1]
            if name not in number:
                number[name] = lowest[name] = len(number)
                waiting.append(name)
            for needed in rest:
                if needed not in number:
                    path.append((needed, iter(needs[needed])))
                    break
                if needed not in done:
                    lowest[name] = min(lowest[name], number[needed])
            else:
                path.pop()
                if path:
                    above = path[-1][0]
                    lowest[above] = min(lowest[above], lowest[name])
                if lowest[name] == number[name]:
                    component = [waiting.pop()]
                    while component[-1] != name:
                        component.append(waiting.pop())
                    done.update(component)
                    yield tuple(reversed(component))
