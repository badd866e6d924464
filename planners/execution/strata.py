"""One stratum of derived predicates: its least fixpoint, from nothing or after changes.

After a change all is taken back first whose support may be gone. Then what is supported
otherwise is put back, and what is new is added.

Source:
    Gupta, Mumick & Subrahmanian 1993, Maintaining views incrementally (delete and rederive).
"""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import TypeAlias

from planners.execution.queries import Query, QueryCompiler
from planners.execution.relations import Relations, row_picker
from planners.execution.rules import Fact, Occurrence, Rule, occurrences, without
from planners.execution.state import GroundAtom

Atoms: TypeAlias = AbstractSet[GroundAtom]
ByName: TypeAlias = dict[str, set[GroundAtom]]

# Where this share of a stratum may be gone, it is quicker to begin anew.
MOST_LOST = 0.5
_UNIT: tuple[tuple[str, ...], ...] = ((),)


@dataclass(frozen=True, slots=True)
class Changes:
    """What came and went, by predicate, and the numbers that changed, by function."""

    came: ByName
    went: ByName
    numbers: ByName

    def touch(self, group: "Group") -> bool:
        """Say whether something changed that a group reads."""
        if not group.functions.isdisjoint(self.numbers):
            return True
        return not (group.reads.isdisjoint(self.came) and group.reads.isdisjoint(self.went))


class Group:
    """Predicates that need each other, with their rules.

    Attributes:
        predicates: The predicates.
        reads: The other predicates that the rules read.
        functions: The functions that they read.
    """

    def __init__(
        self, predicates: frozenset[str], rules: list[Rule], compiler: QueryCompiler
    ) -> None:
        self.predicates = predicates
        self._rules = [_Ready(rule, predicates, compiler) for rule in rules]
        self._triggers: dict[str, list[_Trigger]] = {}
        self._numeric: dict[str, list[_Trigger]] = {}
        for rule in rules:
            for each in occurrences(rule.body):
                triggers = self._numeric if each.helps is None else self._triggers
                triggers.setdefault(each.name, []).append(_Trigger(rule, each, compiler))
        self.reads = frozenset(self._triggers) - predicates
        self.functions = frozenset(self._numeric)

    def begin(self, relations: Relations) -> ByName:
        """Find all that follows, where nothing of the group is there yet."""
        fresh: ByName = {}
        for rule in self._rules:
            fresh.setdefault(rule.predicate, set()).update(rule.from_nothing(relations))
        return self._grow(relations, fresh)

    def go_on(self, relations: Relations, changes: Changes) -> None:
        """Take back what does not follow any more, add what does, and tell what changed."""
        lost = self._lost(relations, changes)
        if lost is None:
            lost = by_name(relations.derived, self.predicates)
            self._remove(relations, lost)
            gained = self.begin(relations)
        else:
            self._remove(relations, lost)
            fresh = self._triggered(relations, changes, helpful=True)
            for rule in self._rules:
                if lost.get(rule.predicate):
                    found = rule.among(lost[rule.predicate], relations)
                    fresh.setdefault(rule.predicate, set()).update(found)
            gained = self._grow(relations, fresh)
        for name in self.predicates:
            old, new = lost.get(name, set()), gained.get(name, set())
            if new - old:
                changes.came[name] = new - old
            if old - new:
                changes.went[name] = old - new

    def _grow(self, relations: Relations, fresh: ByName) -> ByName:
        gained: ByName = {}
        while fresh:
            new = {name: atoms - relations.derived for name, atoms in fresh.items()}
            for name, atoms in new.items():
                relations.add(name, atoms)
                gained.setdefault(name, set()).update(atoms)
            fresh = self._followed(relations, new)
        return gained

    def _lost(self, relations: Relations, changes: Changes) -> ByName | None:
        """Find all atoms whose support may be gone, or None where these are most of all."""
        limit = MOST_LOST * sum(relations.counts.get(name, 0) for name in self.predicates)
        shaken = {
            name: changes.came.get(name, set()) | changes.went.get(name, set())
            for name in self.reads
            if name in changes.came or name in changes.went
        }
        back = {name: changes.went[name] for name in shaken if name in changes.went}
        for name, atoms in back.items():
            relations.add(name, atoms)
        relations.shaken = shaken
        relations.shaken_functions = self.functions & changes.numbers.keys()
        lost: ByName = {}
        front = self._triggered(relations, changes, helpful=False)
        while front:
            held = {name: atoms & relations.derived for name, atoms in front.items()}
            new = {name: atoms - lost.get(name, set()) for name, atoms in held.items()}
            for name, atoms in new.items():
                lost.setdefault(name, set()).update(atoms)
            if sum(map(len, lost.values())) > limit:
                break
            front = self._followed(relations, new)
        relations.shaken, relations.shaken_functions = {}, frozenset()
        self._remove(relations, back)
        return None if sum(map(len, lost.values())) > limit else lost

    def _triggered(self, relations: Relations, changes: Changes, *, helpful: bool) -> ByName:
        """Find what may be derived for one reason more, or less, after changes."""
        found: ByName = {}
        for name in self.reads:
            came, went = changes.came.get(name), changes.went.get(name)
            if not (came or went):
                continue
            for trigger in self._triggers[name]:
                atoms = came if trigger.helps is helpful else went
                if atoms:
                    trigger.run(atoms, relations, found)
        for name in self.functions & changes.numbers.keys():
            for trigger in self._numeric[name]:
                trigger.run(changes.numbers[name], relations, found)
        return found

    def _followed(self, relations: Relations, front: ByName) -> ByName:
        """Find what is derived from some atoms of the group itself."""
        found: ByName = {}
        for name, atoms in front.items():
            for trigger in self._triggers.get(name, ()) if atoms else ():
                trigger.run(atoms, relations, found)
        return found

    def _remove(self, relations: Relations, atoms: ByName) -> None:
        for name, each in atoms.items():
            relations.remove(name, each)


class _Ready:
    """A rule that finds what it derives."""

    def __init__(self, rule: Rule, group: frozenset[str], compiler: QueryCompiler) -> None:
        self.predicate = rule.predicate
        self._rule = rule
        self._body = without(rule.body, group)
        self._compiler = compiler
        self._head = Fact(rule.predicate, rule.variables, True)
        self._nothing: Query | None = None
        self._among: Query | None = None

    def from_nothing(self, relations: Relations) -> set[GroundAtom]:
        """Find all it derives where nothing of its own group is there."""
        if self._body is None:
            return set()
        if self._nothing is None:
            self._nothing = self._compiler.compile(self._body.parts, (), self._head)
        return self._nothing.run(_UNIT, relations)

    def among(self, atoms: Atoms, relations: Relations) -> set[GroundAtom]:
        """Find which of some atoms it derives."""
        if self._among is None:
            body = self._rule.body
            self._among = self._compiler.compile(body.parts, self._rule.variables, self._head)
        return self._among.run([atom[1:] for atom in atoms], relations)


class _Trigger:
    """A place where a rule reads something: from what changed there to what it derives.

    Attributes:
        helps: See `Occurrence`.
    """

    def __init__(self, rule: Rule, occurrence: Occurrence, compiler: QueryCompiler) -> None:
        self.helps = occurrence.helps
        self._rule = rule
        self._occurrence = occurrence
        self._compiler = compiler
        self._query: Query | None = None
        first: dict[str, int] = {}
        self._twins: list[tuple[int, int]] = []
        self._constants: list[tuple[int, str]] = []
        for at, term in enumerate(occurrence.terms, start=1):
            if term[0] != "?":
                self._constants.append((at, term))
            elif term in first:
                self._twins.append((first[term], at))
            else:
                first[term] = at
        self._start = tuple(first)
        self._pick = row_picker(tuple(first.values()))

    def run(self, atoms: Atoms, relations: Relations, found: ByName) -> None:
        """Add what is derived with some atoms in this place."""
        relations.spend(len(atoms))
        for at, name in self._constants:
            atoms = {atom for atom in atoms if atom[at] == name}
        for one, two in self._twins:
            atoms = {atom for atom in atoms if atom[one] == atom[two]}
        if not atoms:
            return
        rule = self._rule
        if self._query is None:
            siblings = self._occurrence.siblings(self._compiler.ground.atoms.keys())
            head = Fact(rule.predicate, rule.variables, True)
            self._query = self._compiler.compile(siblings, self._start, head)
        made = self._query.run(set(map(self._pick, atoms)), relations)
        found.setdefault(rule.predicate, set()).update(made)


def by_name(atoms: Iterable[GroundAtom], names: AbstractSet[str]) -> ByName:
    """Sort atoms or numbers by their names, and leave out what is called otherwise."""
    found: ByName = {}
    for atom in atoms:
        if atom[0] in names:
            found.setdefault(atom[0], set()).add(atom)
    return found
