"""Plans with time stamps, judged by their happenings.

Source: Fox & Long 2003 (PDDL 2.1), definitions 11 to 20; Edelkamp & Hoffmann 2004 (PDDL 2.2)
for what the task states for a time. Decided where they leave it open: happenings of one
exact time are joint, others follow each other however close they are; up to a tenth of the
tolerance apart they must not interfere; a duration may miss its bounds by the tolerance, and
`=` by less than it; the goal is looked at behind everything, the metric behind the last step.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import combinations

from planners.pddl.model import LiftedTask
from planners.plan import Plan
from tests.planners.naive.arithmetic import value
from tests.planners.naive.change import State
from tests.planners.naive.events import TASK, TOLERANCE, Event, Events, length, misplaced
from tests.planners.naive.finding import Finding
from tests.planners.naive.interpreter import Interpreter
from tests.planners.naive.simple import Flaw, text
from tests.planners.naive.trajectories import broken, seen_in, violations
from tests.planners.naive.truth import View

WINDOW = TOLERANCE / 10


@dataclass
class Course:
    """What has happened so far.

    Attributes:
        times: Since when each state holds.
        states: The states passed through, the first one included.
        done: The events carried out, each with what was seen before it.
        disliked: The preferences of steps that were violated.
    """

    times: list[Fraction]
    states: list[State]
    done: list[tuple[Event, View]] = field(default_factory=list)
    disliked: Counter[str] = field(default_factory=Counter)


class TimedInterpreter:
    def __init__(self, task: LiftedTask) -> None:
        self.task = task
        self.sequential = Interpreter(task)
        self.instants = self.sequential.instants

    def judge(self, plan: Plan) -> Finding:
        misfits = self.sequential.misfits(plan)
        course = Course([Fraction(0)], [self.instants.first_state()])
        stopped = set[Flaw]() if misfits else set(misplaced(self.task, plan.steps))
        if not misfits and not stopped:
            stopped = self.run(Events(self.task, plan.steps), course)
        complete = not misfits and not stopped
        views = [self.instants.view(state) for state in course.states]
        found = broken(self.task, course.times, views) if complete else []
        if complete:
            course.disliked.update(violations(self.task, course.times, views))
            course.disliked.update(self.dislikes_over_all(plan, course.times, views))
        over = {event.simple.index for event, _ in course.done if event.ends}
        makespan = self.makespan(plan)
        took = makespan if self.task.temporal else Fraction(len(plan.steps))
        return Finding(
            misfits=misfits,
            executed=len(over - {TASK}),
            stopped=stopped,
            facts=views[-1].facts,
            values=dict(course.states[-1].values),
            reached=views[-1].holds(self.task.goal),
            broken=tuple(place - 1 for _, place in found),
            violated=tuple(sorted(course.disliked.items())),
            cost=self.cost(plan, course, took) if complete else None,
            makespan=makespan if self.task.temporal else None,
            sequential=False,
        )

    def run(self, events: Events, course: Course) -> set[Flaw]:
        """Let everything happen up to the first time with flaws, and collect those."""
        for time in events.times():
            now, state = events.at(time), course.states[-1]
            view = self.instants.view(state)
            found = self.flaws(now, view, state) | self.clashes(now, view, course)
            if found:
                return found
            for event in now:
                if event.simple.index != TASK:
                    step = events.steps[event.simple.index]
                    phase = "end" if event.ends else "start"
                    phase = phase if step.action in self.task.durative_actions else None
                    course.disliked.update(self.sequential.dislikes(step, view, phase))
            state = self.instants.after([event.simple for event in now], state)
            course.times.append(time)
            course.states.append(state)
            course.done.extend((event, view) for event in now)
            found = set(self.lapses(events, time, state))
            if found:
                return found
        return set()

    def flaws(self, now: list[Event], view: View, state: State) -> set[Flaw]:
        """Collect what keeps events from happening, each for itself."""
        found: set[Flaw] = set()
        for event in now:
            found |= self.instants.flaws(event.simple, view)
            if not in_bounds(event, state):
                found.add(("duration", event.simple.index, ""))
        return found

    def clashes(self, now: list[Event], view: View, course: Course) -> set[Flaw]:
        """Collect what keeps events from happening beside each other."""
        new = [(event, view) for event in now]
        near = [each for each in course.done if now[0].time - each[0].time <= WINDOW]
        pairs = [*combinations(new, 2), *((one, other) for one in near for other in new)]
        found: set[Flaw] = set()
        for (one, first), (other, second) in pairs:
            terms = self.instants.touched(one.simple, first, other.simple, second)
            terms |= self.instants.touched(other.simple, second, one.simple, first)
            indices = sorted({one.simple.index, other.simple.index} - {TASK})
            if terms and len(indices) == 2:
                found |= {("interference", indices[1], text(term)) for term in terms}
            elif terms and indices:
                found.add(("time", indices[0], ""))
        return found

    def lapses(self, events: Events, time: Fraction, state: State) -> Iterator[Flaw]:
        view = self.instants.view(state)
        for at, needed in events.lasting(time):
            if not view.holds(needed):
                yield "precondition", at, ""

    def dislikes_over_all(
        self, plan: Plan, times: list[Fraction], views: list[View]
    ) -> Iterator[str]:
        """Run through the preferences that do not hold all the time between a step's ends."""
        for step in plan.steps:
            if step.action in self.task.durative_actions:
                between = list(seen_in(times, step.start, step.start + step.duration))
                for name, wished in self.sequential.wishes(step, "over all"):
                    if not all(views[place].holds(wished) for place in between):
                        yield name

    def makespan(self, plan: Plan) -> Fraction:
        ends = [
            step.start + length(self.task, step) for step in plan.steps if step.start is not None
        ]
        return max(ends, default=Fraction(0))

    def cost(self, plan: Plan, course: Course, took: Fraction) -> Fraction | None:
        planned = [event.time for event, _ in course.done if event.simple.index != TASK]
        last = max(planned, default=Fraction(0))
        timed = zip(course.times, course.states, strict=True)
        behind = [state for time, state in timed if time <= last]
        return self.sequential.cost(len(plan.steps), behind[-1], course.disliked, took)


def in_bounds(event: Event, state: State) -> bool:
    """Say whether a duration is near enough to its bounds."""
    for bound in event.bounds:
        limit = value(bound.value, state.values)
        if limit is None:
            return False
        over = event.duration - limit
        near = {
            "=": over == 0 or abs(over) < TOLERANCE,
            "<=": over <= TOLERANCE,
            ">=": over >= -TOLERANCE,
        }
        if not near[bound.operator]:
            return False
    return True
