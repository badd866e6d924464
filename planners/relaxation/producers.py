"""What makes atoms hold where nothing is ever deleted: actions, their parts, axioms, times."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from planners.execution.meter import Meter
from planners.execution.rules import Fact, Of, Part
from planners.execution.world import World
from planners.pddl.formula import And, Formula, Parameter
from planners.pddl.model import AndEffect, AtomEffect, Effect, ForallEffect, NumericEffect, When
from planners.relaxation.conjuncts import TRUE, Options, Relaxer, Scope, together


@dataclass(frozen=True, slots=True, eq=False)
class Producer:
    """Something that makes atoms hold where other atoms do. Lifted.

    Attributes:
        action: The action whose step it is; None where no step is needed.
        arguments: The variables that stand for the step's arguments.
        parts: What has to hold. Each variable has an `Of` among them.
        adds: What holds then.
        variables: All variables, the arguments first.
        needs: Those of the parts that are atoms and can change.
    """

    action: str | None
    arguments: tuple[str, ...]
    parts: tuple[Part, ...]
    adds: tuple[Fact, ...]
    needs: tuple[Fact, ...]
    variables: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        own = (part.variable for part in self.parts if isinstance(part, Of))
        object.__setattr__(self, "variables", tuple(dict.fromkeys((*self.arguments, *own))))


@dataclass(frozen=True, slots=True)
class Applicability:
    """When the steps of an action may be executed.

    Attributes:
        arguments: The variables that stand for the step's arguments.
        options: What has to hold: all parts of one of them.
    """

    arguments: tuple[str, ...]
    options: Options


@dataclass(frozen=True, slots=True)
class Relaxed:
    """A task without deletes.

    Attributes:
        producers: All that makes atoms hold.
        actions: When the steps of each action may be executed, by its name.
    """

    producers: tuple[Producer, ...]
    actions: dict[str, Applicability]


def relax(world: World, meter: Meter) -> Relaxed:
    """Relax a task.

    What a durative action adds at its start holds whether the rest can follow or not; what it
    adds at its end needs all of its conditions.

    Args:
        world: The fixed part of the task.
        meter: Charged for the parts of all producers.

    Raises:
        BoundReached: if the meter is exhausted.
    """
    task = world.task
    producers: list[Producer] = []
    actions: dict[str, Applicability] = {}
    for action in task.actions.values():
        schema = _Schema(world, meter, action.name, action.parameters)
        options = schema.when(action.precondition)
        actions[action.name] = Applicability(schema.arguments, options)
        producers += schema.producers(options, action.effect)
    for durative in task.durative_actions.values():
        schema = _Schema(world, meter, durative.name, durative.parameters)
        start = schema.when(durative.at_start)
        whole = schema.when(And((durative.at_start, durative.over_all, durative.at_end)))
        actions[durative.name] = Applicability(schema.arguments, whole)
        producers += schema.producers(start, durative.start_effect)
        producers += schema.producers(whole, durative.end_effect)
    for axiom in task.axioms:
        schema = _Schema(world, meter, None, axiom.parameters)
        head = Fact(axiom.predicate, schema.arguments, True)
        producers += (schema.producer(parts, (head,)) for parts in schema.when(axiom.body))
    for timed in task.timed:
        producers += _Schema(world, meter, None, ()).producers(TRUE, timed.effect)
    return Relaxed(tuple(producers), actions)


@dataclass(frozen=True, slots=True)
class _Branch:
    """Atoms that are added together: with what variables, under what condition."""

    members: tuple[Part, ...]
    options: Options
    adds: list[Fact]


class _Schema:
    """One schema on the way to producers.

    Attributes:
        arguments: Its variables under their new names.
    """

    def __init__(
        self, world: World, meter: Meter, action: str | None, parameters: tuple[Parameter, ...]
    ) -> None:
        self._meter = meter
        self._reached = world.changing | world.derived
        self._action = action
        self._relaxer = Relaxer(world)
        self._scope, self._members = self._relaxer.bind(parameters, {})
        self.arguments = tuple(self._scope[parameter.name] for parameter in parameters)

    def when(self, condition: Formula) -> Options:
        """Relax a condition, and say of what types the arguments are."""
        found = self._relaxer.options(condition, self._scope)
        return tuple((*self._members, *parts) for parts in found)

    def producers(self, options: Options, effect: Effect) -> Iterator[Producer]:
        """Say what an effect makes hold where one of some options does."""
        for branch in self._branches(effect):
            if branch.adds:
                for parts in together((options, branch.options)):
                    yield self.producer((*parts, *branch.members), tuple(branch.adds))

    def producer(self, parts: tuple[Part, ...], adds: tuple[Fact, ...]) -> Producer:
        """Make a producer."""
        self._meter.spend(len(parts) + len(adds))
        parts = tuple(dict.fromkeys(parts))
        facts = (part for part in parts if isinstance(part, Fact) and part.positive)
        needs = tuple(fact for fact in facts if fact.predicate in self._reached)
        return Producer(self._action, self.arguments, parts, adds, needs)

    def _branches(self, effect: Effect) -> list[_Branch]:
        """Sort the atoms that are added by the conditions under which they are."""
        found = [_Branch((), TRUE, [])]
        front: list[tuple[Effect, Scope, _Branch]] = [(effect, self._scope, found[0])]
        while front:
            each, scope, branch = front.pop()
            match each:
                case AndEffect(effects):
                    front.extend((inner, scope, branch) for inner in reversed(effects))
                case When(condition, inner):
                    more = self._relaxer.options(condition, scope)
                    found.append(_Branch(branch.members, together((branch.options, more)), []))
                    front.append((inner, scope, found[-1]))
                case ForallEffect(parameters, inner):
                    inside, members = self._relaxer.bind(parameters, scope)
                    found.append(_Branch((*branch.members, *members), branch.options, []))
                    front.append((inner, inside, found[-1]))
                case AtomEffect(atom, True):
                    terms = tuple(scope.get(term, term) for term in atom.terms)
                    branch.adds.append(Fact(atom.predicate, terms, True))
                case AtomEffect() | NumericEffect():
                    pass
        return found
