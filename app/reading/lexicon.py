"""What a reader must know of a task: which names are actions, and which are objects."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from app.reading.names import Names, names_of, split_words


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Lexicon:
    """The names that steps are made of. Compiled once; share it between readings.

    Attributes:
        actions: Names of action schemas and how many arguments each takes.
        objects: Names of objects and constants.
        aliases: Words for objects, such as `red block` for `a`.
        phrases: Words for actions, such as `take off` for `unstack`.
        predicates: Names of predicates; `(on a b)` on a line of its own is then a fact and
            not a step.
        temporal: Plans of the task have times, so `1: (open door)` says when, and not which.
    """

    actions: Mapping[str, int]
    objects: Collection[str]
    aliases: Mapping[str, str] = field(default_factory=dict)
    phrases: Mapping[str, str] = field(default_factory=dict)
    predicates: Collection[str] = ()
    temporal: bool = False
    action_names: Names = field(init=False, repr=False)
    object_names: Names = field(init=False, repr=False)
    facts: frozenset[str] = field(init=False, repr=False)
    verbs: Mapping[str, tuple[str, ...]] = field(init=False, repr=False)
    openings: frozenset[str] = field(init=False, repr=False)
    most: int = field(init=False, repr=False)

    def __post_init__(self) -> None:
        arities = {name.lower(): arity for name, arity in self.actions.items()}
        verbs: dict[str, list[str]] = {}
        for name in arities:
            verbs.setdefault(split_words(name)[0] if split_words(name) else name, []).append(name)
        names = names_of(arities, self.phrases)
        compiled = {
            "actions": arities,
            "action_names": names,
            "openings": frozenset(words[0] for words in names.by_words) | verbs.keys(),
            "object_names": names_of(self.objects, self.aliases),
            "facts": frozenset(name.lower() for name in self.predicates) - arities.keys(),
            "most": max(arities.values(), default=0),
            "verbs": {verb: tuple(names) for verb, names in verbs.items()},
        }
        for attribute, value in compiled.items():
            object.__setattr__(self, attribute, value)
