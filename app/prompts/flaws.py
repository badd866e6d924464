"""One flaw in words: which step, what is wrong with it, what would be right.

People count steps from 1; so does everything said here.
"""

from collections.abc import Sequence
from fractions import Fraction

from app.prompts.lexicon import Speech
from app.prompts.numbers import number
from app.prompts.quoting import clipped, listed
from app.prompts.timing import duration_fault, instant, interference_fault
from planners.condition import Cause, Compound, Condition, Inequality, Literal
from planners.plan import Step
from planners.verdict import (
    ConflictingEffects,
    DivisionByZero,
    Flaw,
    Interference,
    StepFlaw,
    UndefinedValue,
    UnknownAction,
    UnknownObject,
    UnsatisfiedGoal,
    UnsatisfiedPrecondition,
    ViolatedConstraint,
    WrongArguments,
    WrongDuration,
    WrongTime,
    WrongType,
)

MOST_CONDITIONS = 20
MOST_NAMES = 40
MOST_CHARACTERS_OF_A_CONDITION = 400
MOST_FACTS = 80


def flaw_in_words(flaw: Flaw, speech: Speech) -> str:
    """Say a flaw in whole sentences, the step first."""
    if isinstance(flaw, UnsatisfiedGoal):
        return (
            "All its steps can be executed. Parts of the goal that do not hold at the end: "
            f"{conditions(flaw.unmet, speech, flaw.causes)}."
        )
    if isinstance(flaw, ViolatedConstraint):
        return (
            "All its steps can be executed, but the states passed through do not meet a "
            f"constraint: {clipped(flaw.constraint, MOST_CHARACTERS_OF_A_CONDITION)}."
        )
    return f"{step_named(flaw.index, flaw.step)} {fault(flaw, speech)}"


def step_named(index: int, step: Step) -> str:
    """Name a step by its number and as a line of the plan."""
    return f"Step {index + 1}, {clipped(str(step))},"


def fault(flaw: StepFlaw, speech: Speech) -> str:
    """Say what is wrong with a step; the sentence goes on behind the step's name."""
    match flaw:
        case UnsatisfiedPrecondition():
            said = (
                f"cannot be executed. Conditions that must hold {_when(flaw)} and do not: "
                f"{conditions(flaw.unmet, speech, flaw.causes)}."
            )
        case UnknownAction():
            known = listed([clipped(name) for name in flaw.known], MOST_NAMES, ", ")
            said = (
                f"names an action that the domain does not have: {clipped(flaw.step.action)}. "
                f"Its actions are: {known}."
            )
        case UnknownObject():
            said = f"names an object that the problem does not have: {clipped(flaw.name)}."
        case WrongArguments():
            said = (
                f"gives {clipped(flaw.step.action)} {_counted(len(flaw.step.arguments))}; it "
                f"takes {flaw.expected}."
            )
        case WrongType():
            name, action = clipped(flaw.name), clipped(flaw.step.action)
            said = (
                f"gives {name} for {clipped(flaw.parameter)} of {action}, which must be of type "
                f"{_types(flaw.expected, ' or ')}; {name} is of type {_types(flaw.found, ' and ')}."
            )
        case UndefinedValue():
            said = (
                f"cannot be executed: it needs the value of {clipped(flaw.term)}, which has none."
            )
        case DivisionByZero():
            said = f"cannot be executed: its effect divides by zero in {clipped(flaw.term)}."
        case ConflictingEffects():
            said = f"cannot be executed: its effects give {clipped(flaw.term)} two values."
        case WrongDuration():
            said = duration_fault(flaw)
        case WrongTime():
            said = f"cannot stand there: {clipped(flaw.reason, MOST_CHARACTERS_OF_A_CONDITION)}."
        case Interference():
            said = interference_fault(flaw)
    return said


def conditions(unmet: Sequence[Condition], speech: Speech, causes: Sequence[Cause] = ()) -> str:
    """List conditions that do not hold.

    Args:
        unmet: The conditions. Of a compound one it is also said what is nearest to it, of a
            comparison which values were found.
        speech: How an atom is said.
        causes: Of some of the conditions, which step undid them.
    """
    undone = {
        cause.literal: f" (undone by step {cause.undone_by + 1})"
        for cause in causes
        if cause.undone_by is not None
    }
    said = [
        _condition(condition, speech)
        + (undone.get(condition, "") if isinstance(condition, Literal) else "")
        for condition in unmet
    ]
    return listed(said, MOST_CONDITIONS) or "(nothing that could be named)"


def facts_in_words(
    state: Sequence[Literal], about: frozenset[str], fluents: frozenset[str], speech: Speech
) -> str:
    """Say what holds in a state, and what of it is left out.

    Args:
        state: Everything that holds.
        about: Names of objects; in a large state, facts about these are said first.
        fluents: Predicates that some step can change; facts of others are left out, as
            they are in the problem.
        speech: How an atom is said.
    """
    changing = [fact for fact in state if fact.predicate in fluents]
    chosen = changing
    if len(changing) > MOST_FACTS:
        near = [fact for fact in changing if about.intersection(fact.arguments)]
        far = [fact for fact in changing if not about.intersection(fact.arguments)]
        chosen = [*near, *far][:MOST_FACTS]
    told = [clipped(speech.condition(fact), MOST_CHARACTERS_OF_A_CONDITION) for fact in chosen]
    said = "; ".join(told) or "none of what steps can change"
    notes = []
    if len(chosen) < len(changing):
        notes.append(f"{len(changing) - len(chosen)} more facts hold there that are not listed")
    if len(changing) < len(state):
        notes.append("What no step can change is as the problem says")
    return f"{said}." + (f" ({'. '.join(notes)}.)" if notes else "")


def objects_of(*parts: Condition | Step) -> frozenset[str]:
    """Collect the objects that conditions and steps name."""
    found: set[str] = set()
    for part in parts:
        if isinstance(part, Step | Literal):
            found.update(part.arguments)
        elif isinstance(part, Compound):
            found |= objects_of(*part.nearest)
    return frozenset(found)


def _condition(condition: Condition, speech: Speech, depth: int = 2) -> str:
    said = clipped(speech.condition(condition), MOST_CHARACTERS_OF_A_CONDITION)
    if isinstance(condition, Inequality):
        left, right = _found(condition.left), _found(condition.right)
        return f"{said} (found {left} on the left, {right} on the right)"
    if isinstance(condition, Literal) or not condition.nearest or not depth:
        return said
    lacking = [_condition(part, speech, depth - 1) for part in condition.nearest]
    return f"{said} (the option that lacks least lacks: {listed(lacking, MOST_CONDITIONS)})"


def _found(value: Fraction | None) -> str:
    return "no value" if value is None else number(value)


def _when(flaw: UnsatisfiedPrecondition) -> str:
    match flaw.phase:
        case "start":
            return f"when it starts{instant(flaw.time)}"
        case "over all":
            return f"all the time between its start and its end, also{instant(flaw.time)},"
        case "end":
            return f"when it ends{instant(flaw.time)}"
        case _:
            return f"before it{instant(flaw.time)}"


def _types(types: Sequence[str], joined: str) -> str:
    return listed([clipped(name) for name in types], MOST_NAMES, joined)


def _counted(arguments: int) -> str:
    return "1 argument" if arguments == 1 else f"{arguments} arguments"
