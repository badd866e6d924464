"""A slow interpreter of plans to check the verifier against.

It shares nothing with `planners.execution` and is written from the definitions: objects are
put into formulas by substitution, quantifiers are written out before anything is evaluated,
a state is a set of tuples and a dictionary of fractions, constraints are judged over the
list of all states, and nothing is kept from one plan to the next.
"""

from collections import Counter
from fractions import Fraction

from planners.pddl.formula import Formula
from planners.pddl.model import LiftedTask
from planners.plan import Plan, Step
from tests.planners.naive.arithmetic import value
from tests.planners.naive.change import State
from tests.planners.naive.finding import Finding
from tests.planners.naive.simple import Flaw, Instants, Simple
from tests.planners.naive.substitution import put_in, put_in_effect, put_in_totals
from tests.planners.naive.trajectories import broken, violations
from tests.planners.naive.truth import View


class Interpreter:
    """Judges sequential plans."""

    def __init__(self, task: LiftedTask) -> None:
        self.task = task
        self.instants = Instants(task)
        self.universe = self.instants.universe
        self.schemas = {**task.actions, **task.durative_actions}

    def judge(self, plan: Plan) -> Finding:
        misfits = self.misfits(plan)
        states = [self.instants.first_state()]
        stopped: set[Flaw] = set()
        disliked: Counter[str] = Counter()
        for at, step in enumerate(plan.steps):
            if at in misfits:
                break
            simple = self.simple(at, step)
            view = self.instants.view(states[-1])
            stopped = self.instants.flaws(simple, view)
            if stopped:
                break
            disliked.update(self.dislikes(step, view))
            states.append(self.instants.after([simple], states[-1]))
        views = [self.instants.view(state) for state in states]
        times = [Fraction(number) for number in range(len(states))]
        if not stopped and not misfits:
            disliked.update(violations(self.task, times, views))
        found = broken(self.task, times, views) if not stopped and not misfits else []
        return Finding(
            misfits=misfits,
            executed=len(states) - 1,
            stopped=stopped,
            facts=views[-1].facts,
            values=dict(states[-1].values),
            reached=views[-1].holds(self.task.goal),
            broken=tuple(place - 1 for _, place in found),
            violated=tuple(sorted(disliked.items())),
            cost=self.cost(len(states) - 1, states[-1], disliked, times[-1]),
        )

    def misfits(self, plan: Plan) -> dict[int, set[str]]:
        found = {at: self.misfit(step) for at, step in enumerate(plan.steps)}
        return {at: kinds for at, kinds in found.items() if kinds}

    def misfit(self, step: Step) -> set[str]:
        """Collect all ways in which a step does not fit the task."""
        schema = self.schemas.get(step.action)
        if schema is None:
            return {"action"}
        found = set()
        if len(step.arguments) != len(schema.parameters):
            found.add("arguments")
        if any(name not in self.task.objects for name in step.arguments):
            found.add("object")
        if not found and not self.universe.fit(step.arguments, schema.parameters):
            found.add("type")
        return found

    def binding(self, step: Step) -> dict[str, str]:
        schema = self.schemas[step.action]
        names = (parameter.name for parameter in schema.parameters)
        return dict(zip(names, step.arguments, strict=True))

    def simple(self, at: int, step: Step) -> Simple:
        schema, binding = self.task.actions[step.action], self.binding(step)
        return Simple(
            at, put_in(schema.precondition, binding), put_in_effect(schema.effect, binding)
        )

    def dislikes(self, step: Step, view: View, phase: str | None = None) -> list[str]:
        """List the preferences that an executed step violates, in the state before it."""
        return [name for name, wished in self.wishes(step, phase) if not view.holds(wished)]

    def wishes(self, step: Step, phase: str | None) -> list[tuple[str, Formula]]:
        """List what should hold for a step at a phase, each instance with its name."""
        binding = self.binding(step)
        return [
            (preference.name, put_in(put_in(preference.condition, each), binding))
            for preference in self.schemas[step.action].preferences
            if preference.phase == phase
            for each in self.universe.written_out(preference.parameters)
        ]

    def cost(
        self, executed: int, state: State, violated: Counter[str], took: Fraction
    ) -> Fraction | None:
        """Return the value of the metric, or without one the number of steps."""
        if self.task.metric is None:
            return Fraction(executed)
        expression = put_in_totals(self.task.metric.expression, took, violated)
        return value(expression, state.values)
