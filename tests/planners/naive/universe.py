"""The objects of a task: what variables stand for."""

from itertools import product

from planners.pddl.formula import Parameter
from planners.pddl.model import LiftedTask


class Universe:
    def __init__(self, task: LiftedTask) -> None:
        self.task = task

    def range_of(self, parameter: Parameter) -> list[str]:
        return [
            name
            for name, types in self.task.objects.items()
            if any(self.below(own, wanted) for own in types for wanted in parameter.types)
        ]

    def below(self, own: str, wanted: str) -> bool:
        if wanted in ("object", own):
            return True
        return any(self.below(above, wanted) for above in self.task.types[own])

    def written_out(self, parameters: tuple[Parameter, ...]) -> list[dict[str, str]]:
        ranges = [self.range_of(parameter) for parameter in parameters]
        names = [parameter.name for parameter in parameters]
        return [dict(zip(names, objects, strict=True)) for objects in product(*ranges)]

    def fit(self, arguments: tuple[str, ...], parameters: tuple[Parameter, ...]) -> bool:
        return len(arguments) == len(parameters) and all(
            name in self.range_of(parameter)
            for name, parameter in zip(arguments, parameters, strict=True)
        )
