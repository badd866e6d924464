"""Which steps can be executed in a state, found by joins rather than by trying all."""

from collections.abc import Iterable, Iterator, Mapping

from planners.execution.meter import Meter
from planners.execution.numbers import Fault
from planners.execution.prepared import PreparedTask
from planners.execution.queries import Query
from planners.execution.relations import Relations
from planners.execution.rules import Fact
from planners.execution.state import GroundAtom, State
from planners.plan import Step
from planners.relaxation.exploration import Relaxation

Arguments = tuple[str, ...]


class Applicable:
    """Finds steps that can be executed in states of one sequential task.

    Args:
        prepared: The task.
        relaxation: The same without deletes: what it rules out cannot be executed.
        meter: Charged for what is looked at.
    """

    def __init__(self, prepared: PreparedTask, relaxation: Relaxation, meter: Meter) -> None:
        self._prepared = prepared
        self._relaxation = relaxation
        self._meter = meter
        self._queries: dict[tuple[str, Arguments], tuple[Query, ...]] = {}

    def after(self, state: State, steps: Iterable[Step]) -> tuple[State, int]:
        """Execute steps as far as they can be: the state then, and how many they were.

        Raises:
            BoundReached: if the meter is exhausted.
        """
        state, executed = state.copy(), 0
        for step in steps:
            ground, _ = self._prepared.ground((step,), self._meter)
            if not ground or ground[0].condition is None or not ground[0].condition.holds(state):
                break
            # Steps that were made ground before may come without charge.
            self._meter.spend(ground[0].size)
            update = ground[0].effects.in_state(state)
            if isinstance(update, Fault):
                break
            state.apply(update)
            executed += 1
        return state, executed

    def relations(self, state: State) -> Relations:
        """Arrange a state for finding steps in it."""
        return self._relaxation.holding([*state.atoms, *state.derived], self._meter)

    def steps(self, state: State, relations: Relations, action: str) -> Iterator[Step]:
        """Run through the steps of an action that can be executed in a state.

        Args:
            state: The state.
            relations: The same, arranged.
            action: Name of an action that takes no time.

        Raises:
            BoundReached: if the meter is exhausted.
        """
        yield from self._steps(state, relations, action, {})

    def makers(
        self, state: State, relations: Relations, atom: GroundAtom, *, positive: bool
    ) -> Iterator[Step]:
        """Run through steps that can be executed and may add an atom, or delete it.

        Raises:
            BoundReached: if the meter is exhausted.
        """
        world = self._relaxation.world
        for action, effect, _ in world.makers.get((atom[0], positive), ()):
            schema = world.task.actions.get(action)
            if schema is None:
                continue
            parameters = {parameter.name for parameter in schema.parameters}
            known: dict[str, str] = {}
            fits = True
            for term, name in zip(effect.terms, atom[1:], strict=True):
                if term in parameters:
                    fits = fits and known.setdefault(term, name) == name
                elif term[0] != "?":
                    fits = fits and term == name
            if fits:
                yield from self._steps(state, relations, action, known)

    def _steps(
        self, state: State, relations: Relations, action: str, known: Mapping[str, str]
    ) -> Iterator[Step]:
        schema = self._relaxation.world.task.actions[action]
        names = [parameter.name for parameter in schema.parameters]
        applicability = self._relaxation.actions[action]
        renamed = dict(zip(names, applicability.arguments, strict=True))
        start = tuple(renamed[name] for name in known)
        queries = self._queries.get((action, start))
        if queries is None:
            head = Fact("", applicability.arguments, True)
            queries = self._queries[action, start] = tuple(
                self._relaxation.compiler.compile(parts, start, head)
                for parts in applicability.options
            )
        rows = {row for query in queries for row in query.run((tuple(known.values()),), relations)}
        for row in sorted(rows):
            step = Step(action=action, arguments=row[1:])
            if self.after(state, (step,))[1]:
                yield step
