"""The smallest case: three blocks to be turned over, in six steps."""

from planners import Task
from planners.generators.blocksworld import Chain, Instance


def turned_tower() -> tuple[Task, str]:
    """Make the task and its plan in the IPC format."""
    goal = (Chain(blocks=(2, 1, 0), on_table=True),)
    task = Instance(start=((0, 1, 2),), goal=goal).task()
    steps = ["(unstack b3 b2)", "(put-down b3)", "(unstack b2 b1)", "(stack b2 b3)"]
    return task, "\n".join([*steps, "(pick-up b1)", "(stack b1 b2)"])
