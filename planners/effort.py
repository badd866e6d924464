"""An upper bound on the work of judging a plan, found before it is judged.

What the verifier does for one plan is to make ground conditions and effects and to look at
them. Their number is bounded by the lifted model and the number of steps alone:

- a node of a formula or an effect is instantiated once for each way to give the variables of
  the quantifiers around it objects, so at most `objects ** variables` times;
- a step makes and reads the nodes of its own schema, and may be gone through once more to
  explain a flaw; after it the constraints and preferences of the task may be looked at;
- rules of derived predicates may be gone through after every step until nothing new comes,
  at most once for each atom that they can derive, and once more, and the whole state with them;
- where steps have times, each start and end may be held against each other;
- the goal and the metric are looked at once, and once more to explain a flaw.

Objects of all types are counted for each variable, so the bound is far above what is done.
That it is never below is tested: `tests/planners/test_effort.py` counts.
"""

from dataclasses import dataclass, fields
from typing import Any

from planners.pddl.cache import TaskCache
from planners.pddl.model import ActionSchema, DurativeSchema, LiftedTask
from planners.pddl.reading import read_task
from planners.plan import Plan
from planners.task import Task

MOST = 10**12
# What one node may count for where it is an option, or a row of a join.
PARTS_OF_A_NODE = 8
# The start and the end of a durative step, and the time between.
HAPPENINGS_OF_A_STEP = 3


@dataclass(frozen=True, slots=True)
class _Bounds:
    """Bounds on ground parts.

    Attributes:
        once: For a plan, however long.
        happening: For whatever changes the state, once.
        pair: For two happenings of one instant.
        timed: How many happenings the task itself brings.
    """

    once: int
    happening: int
    pair: int
    timed: int


def effort(task: Task, plan: Plan) -> int:
    """Bound the ground parts that judging a plan makes and reads.

    Args:
        task: A task that can be read. Reading it is linear in its text, and not counted.
        plan: The plan.

    Returns:
        How many at most, cut at `MOST`.

    Raises:
        TaskError: one of its kinds, if the task cannot be read.
    """
    bounds = _bounds(task)
    happenings, pairs = len(plan.steps) + 1, 0
    if bounds.timed or any(step.start is not None for step in plan.steps):
        happenings = HAPPENINGS_OF_A_STEP * (happenings + bounds.timed)
        pairs = happenings * happenings
    return int(min(MOST, bounds.once + bounds.happening * happenings + bounds.pair * pairs))


def is_weighed(task: Task) -> bool:
    """Say whether a task has been looked at before, so that `effort` need not read it."""
    return task in _bounds


def _bounded(task: Task) -> _Bounds:
    lifted = read_task(task)
    objects = max(1, len(lifted.objects))
    schemas: list[ActionSchema | DurativeSchema] = [
        *lifted.actions.values(),
        *lifted.durative_actions.values(),
    ]
    step = max((_weight(_body(schema), objects) for schema in schemas), default=1)
    watched = _weight((lifted.constraints, lifted.preferences), objects)
    state = len(lifted.init) + len(lifted.init_values) + objects
    once = state + 2 * _weight((lifted.goal, lifted.metric), objects) + watched
    return _Bounds(
        once=PARTS_OF_A_NODE * once,
        happening=PARTS_OF_A_NODE * (2 * step + watched + _deriving(lifted, objects, state)),
        pair=step,
        timed=len(lifted.timed) + 1 if lifted.temporal else 0,
    )


def _deriving(lifted: LiftedTask, objects: int, state: int) -> int:
    """Bound what one change of the state costs where predicates are derived."""
    derived = {axiom.predicate: len(axiom.parameters) for axiom in lifted.axioms}
    if not derived:
        return 0
    atoms = sum(objects ** min(arity, 40) for arity in derived.values())
    return int(min(MOST, _weight(lifted.axioms, objects) * (atoms + 1) + state + atoms))


def _body(schema: ActionSchema | DurativeSchema) -> tuple[Any, ...]:
    """Give what a schema consists of, without its parameters: a step says their objects."""
    return tuple(
        getattr(schema, field.name) for field in fields(schema) if field.name != "parameters"
    )


def _weight(node: Any, objects: int) -> int:
    """Count the nodes below a node, each as often as quantifiers around it repeat it."""
    if isinstance(node, tuple):
        return min(MOST, 1 + sum(_weight(part, objects) for part in node))
    names = getattr(node, "__dataclass_fields__", ())
    if not names:
        return 1
    inner = 1 + sum(_weight(getattr(node, name), objects) for name in names)
    repeated = len(getattr(node, "parameters", ()))
    return int(min(MOST, inner * objects ** min(repeated, 40)))


_bounds = TaskCache(_bounded)
