"""The packages on offer, each told by its manifest, as planning-as-a-service has them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from app.api.clients.arguments import (
    PlanArguments,
    SolveArguments,
    ValidateArguments,
)
from app.api.service import Catalogue
from app.modulo.bank import DEFAULT_STRATEGY
from app.modulo.watch import Watch
from planners.engines.engine import Purpose

SOLVER = "modulo"
PLANNER = "modulo-planner"
VALIDATOR = "modulo-validator"
# Stands for no choice of one's own.
WHICHEVER = "any"
NOTHING = "nothing"
OPTIMAL = "optimal"

Arguments = SolveArguments | PlanArguments | ValidateArguments
Choices = Mapping[str, Sequence[tuple[str, str]]]

_OUT = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class ChoiceOut(BaseModel):
    """One value that an argument may have."""

    model_config = _OUT

    value: str
    display_value: str


class ArgumentOut(BaseModel):
    """One argument of a service."""

    model_config = _OUT

    name: str
    type: Literal["file", "int", "string", "categorical"]
    description: str
    default: int | str | None = Field(default=None, description="Left out where there is none.")
    choices: tuple[ChoiceOut, ...] | None = Field(
        default=None, description="Of a `categorical` argument alone."
    )


class ReturnOut(BaseModel):
    """What a service gives."""

    model_config = _OUT

    type: Literal["generic"] = "generic"
    files: str = "*plan*"


class ServiceOut(BaseModel):
    """One service of a package."""

    model_config = _OUT

    args: tuple[ArgumentOut, ...]
    returns: ReturnOut = Field(default=ReturnOut(), alias="return")


class EndpointOut(BaseModel):
    """The services of a package, by name."""

    model_config = _OUT

    services: dict[str, ServiceOut]


class PackageOut(BaseModel):
    """A package: what it is, and what its services take."""

    model_config = _OUT

    package_name: str
    name: str
    description: str
    runnable: Literal[True] = True
    endpoint: EndpointOut


def packages(catalogue: Catalogue) -> dict[str, PackageOut]:
    """Tell what is on offer, by package.

    Args:
        catalogue: See `Service.catalogue`.
    """
    return {
        SOLVER: _package(
            SOLVER,
            "Modulo (LLM-Modulo loop)",
            "A language model proposes plans, a sound verifier says what is wrong with them, and "
            "the model tries again. A plan that you get is valid.",
            service="solve",
            takes=SolveArguments,
            choices=solver_choices(catalogue),
        ),
        PLANNER: _package(
            PLANNER,
            "Modulo: sound planners",
            "Classical planners alone, without a language model; they can prove that there is "
            "no plan. Their plans are verified, too.",
            service="solve",
            takes=PlanArguments,
            choices=planner_choices(catalogue),
        ),
        VALIDATOR: _package(
            VALIDATOR,
            "Modulo: plan validator",
            "Executes a plan from the initial state and checks the goal; says what is wrong.",
            service="validate",
            takes=ValidateArguments,
            choices={},
        ),
    }


def solver_choices(catalogue: Catalogue) -> Choices:
    """Give what may be chosen of the loop, by argument; the first is the default."""
    strategies = _offers(catalogue.get("strategies", ()))
    return {
        "model": _offers(catalogue.get("models", ())),
        "strategy": sorted(strategies, key=lambda choice: choice[0] != DEFAULT_STRATEGY),
        "watch": [(NOTHING, "no"), (Watch.UNSOLVABILITY.value, "yes: it then ends the session")],
    }


def planner_choices(catalogue: Catalogue) -> Choices:
    """Give what may be chosen of planners, by argument; the first is the default."""
    engines = [
        (str(engine["name"]), f"{engine['name']} {engine['version']}: {engine['summary']}")
        for engine in catalogue.get("engines", ())
        if engine["version"] is not None and Purpose.PLAN.value in _purposes(engine)
    ]
    return {
        "engine": [(WHICHEVER, "whichever can"), *engines],
        "goal": [(WHICHEVER, "any plan"), (OPTIMAL, "a plan of least cost")],
    }


def _offers(offers: Iterable[Mapping[str, object]]) -> list[tuple[str, str]]:
    return [(str(offer["name"]), f"{offer['name']}: {offer['summary']}") for offer in offers]


def _purposes(engine: Mapping[str, object]) -> Sequence[object]:
    purposes = engine["purposes"]
    return purposes if isinstance(purposes, Sequence) else ()


def _package(
    package: str,
    name: str,
    description: str,
    *,
    service: str,
    takes: type[Arguments],
    choices: Choices,
) -> PackageOut:
    args = tuple(
        _argument(takes, argument, choices.get(argument)) for argument in takes.model_fields
    )
    return PackageOut(
        package_name=package,
        name=name,
        description=description,
        endpoint=EndpointOut(services={service: ServiceOut(args=args)}),
    )


def _argument(
    takes: type[Arguments], name: str, choices: Sequence[tuple[str, str]] | None
) -> ArgumentOut:
    field = takes.model_fields[name]
    description = field.description or ""
    if field.is_required():
        return ArgumentOut(name=name, type="file", description=description)
    if choices is not None:
        return ArgumentOut(
            name=name,
            type="categorical",
            description=description,
            default=choices[0][0] if choices else None,
            choices=tuple(ChoiceOut(value=value, display_value=said) for value, said in choices),
        )
    default = "" if field.default is None else field.default
    kind: Literal["int", "string"] = "int" if isinstance(default, int) else "string"
    return ArgumentOut(name=name, type=kind, description=description, default=default)
