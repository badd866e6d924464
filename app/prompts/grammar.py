"""EBNF of the answers that a task allows: every step names an action and fitting objects.

Such a grammar keeps out flaws of form, of unknown names and of types. It knows nothing of
preconditions. Its size is linear in the task: a rule for each action and each type.
"""

from collections.abc import Iterator, Mapping

from planners.pddl.formula import OBJECT
from planners.pddl.model import ActionSchema, DurativeSchema, LiftedTask

PLAN_BEGINS = "[PLAN]"
PLAN_ENDS = "[PLAN END]"


def plan_grammar(lifted: LiftedTask, *, strict: bool = False) -> str:
    """Write the grammar in the notation that xgrammar and llama.cpp read (`::=`).

    Args:
        lifted: The task.
        strict: Steps alone, one per line; otherwise any text without `[` may come first,
            and the steps stand between `[PLAN]` and `[PLAN END]`.
    """
    types = _Types(lifted)
    steps = dict(_steps(lifted, types))
    plan = "step*" if steps else '""'
    rules = {"root": plan}
    if not strict:
        rules["root"] = f'thoughts "{PLAN_BEGINS}\\n" {plan} "{PLAN_ENDS}"'
        # A class without `[` leaves the model free to think and its plan easy to find.
        rules["thoughts"] = r"[^\[]*"
    if steps:
        rules["step"] = " | ".join(steps)
    if steps and lifted.temporal:
        rules["time"] = r'[0-9]+ ("." [0-9]+)?'
    rules.update(steps)
    rules.update(types.rules())
    return "".join(f"{name} ::= {body}\n" for name, body in rules.items())


class _Types:
    """Rules of types, named by number: names of PDDL may be anything."""

    def __init__(self, lifted: LiftedTask) -> None:
        self._names = {name: f"type{number}" for number, name in enumerate(lifted.types)}
        self._own: dict[str, list[str]] = {name: [] for name in lifted.types}
        for name, types in lifted.objects.items():
            for declared in dict.fromkeys(types):
                self._own[declared].append(name)
        self._below = _direct_subtypes(lifted.types)
        self._populated = self._find_populated(lifted.types)
        self._used: dict[str, None] = {}

    def has_objects(self, wanted: tuple[str, ...]) -> bool:
        """Say whether there is an object of one of the types."""
        return not self._populated.isdisjoint(wanted)

    def use(self, wanted: tuple[str, ...]) -> str:
        """Give the expression of the objects of some types, of which there are some."""
        chosen = (OBJECT,) if OBJECT in wanted else tuple(dict.fromkeys(wanted))
        chosen = tuple(name for name in chosen if name in self._populated)
        self._used.update(dict.fromkeys(chosen))
        said = " | ".join(self._names[name] for name in chosen)
        return said if len(chosen) == 1 else f"({said})"

    def rules(self) -> Iterator[tuple[str, str]]:
        """Give the rules of the types used and of those below them."""
        front, seen = list(self._used), set(self._used)
        while front:
            name = front.pop(0)
            below = [lower for lower in self._below[name] if lower in self._populated]
            options = [_literal(own) for own in self._own[name]]
            options += [self._names[lower] for lower in below]
            yield self._names[name], " | ".join(options)
            front += [lower for lower in below if lower not in seen]
            seen.update(below)

    def _find_populated(self, types: Mapping[str, tuple[str, ...]]) -> set[str]:
        """Find the types that have objects of their own or below them."""
        populated: set[str] = set()
        front = [name for name, own in self._own.items() if own]
        while front:
            name = front.pop()
            if name not in populated:
                populated.add(name)
                front += types[name] or (() if name == OBJECT else (OBJECT,))
        return populated


def _direct_subtypes(types: Mapping[str, tuple[str, ...]]) -> dict[str, list[str]]:
    below: dict[str, list[str]] = {name: [] for name in types}
    for name, supertypes in types.items():
        # A type without a supertype written stands below `object`.
        for above in dict.fromkeys(supertypes or (OBJECT,)):
            if above != name:
                below[above].append(name)
    return below


def _steps(lifted: LiftedTask, types: _Types) -> Iterator[tuple[str, str]]:
    """Give a rule for each action that the objects of the task suffice for."""
    schemas: list[ActionSchema | DurativeSchema]
    schemas = [*lifted.actions.values(), *lifted.durative_actions.values()]
    for number, schema in enumerate(schemas):
        if all(types.has_objects(parameter.types) for parameter in schema.parameters):
            yield f"action{number}", _step(schema, types, timed=lifted.temporal)


def _step(schema: ActionSchema | DurativeSchema, types: _Types, *, timed: bool) -> str:
    parts = ["time"] if timed else []
    written = f"{': ' if timed else ''}({schema.name}"
    for parameter in schema.parameters:
        parts += [_literal(f"{written} "), types.use(parameter.types)]
        written = ""
    if isinstance(schema, DurativeSchema):
        return " ".join((*parts, _literal(f"{written}) ["), "time", _literal("]\n")))
    return " ".join((*parts, _literal(f"{written})\n")))


def _literal(text: str) -> str:
    """Quote a text as a terminal of the grammar."""
    return '"' + "".join(_escaped(letter) for letter in text) + '"'


def _escaped(letter: str) -> str:
    if letter in '"\\':
        return "\\" + letter
    if letter == "\n":
        return r"\n"
    if " " <= letter <= "~":
        return letter
    code = ord(letter)
    return f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"
