"""What happens over time, in words: durative actions, timed effects, constraints."""

from collections.abc import Sequence

from app.prompts.inline import quantified
from app.prompts.lexicon import NaturalSpeech
from app.prompts.natural_lists import effects_as_list, said_as_list
from app.prompts.numbers import amount, number
from planners.pddl.formula import And
from planners.pddl.model import (
    DurativeSchema,
    LiftedTask,
    StepPreference,
    TimedEffect,
    Trajectory,
)

_BOUNDS = {"=": "", "<=": "at most ", ">=": "at least "}
# When the condition of a preference of an action should hold.
_PHASES = {
    None: "before it",
    "start": "at its start",
    "over all": "all the time between its start and its end",
    "end": "at its end",
}
# What each kind of constraint asks of its conditions, in the order of the formulas.
_KINDS = {
    "at-end": ("At the end, this must be true:",),
    "always": ("From beginning to end, this must be true:",),
    "sometime": ("At least once, this must be true:",),
    "at-most-once": ("Once this has been true and is so no longer, it must not come true again:",),
    "sometime-after": ("Whenever this is true:", "this must be true then or later:"),
    "sometime-before": ("Before this is true for the first time:", "this must have been true:"),
    "within": ("At time {0} at the latest, this must have been true:",),
    "always-within": ("Whenever this is true:", "this must be true at most {0} later:"),
    "hold-during": ("From time {0} to time {1}, this must be true:",),
    "hold-after": ("From time {0} on, this must be true:",),
}


def phases_in_words(schema: DurativeSchema, speech: NaturalSpeech) -> list[str]:
    """Say how long a durative action takes, what it needs and what it changes, and when."""
    bounds = [
        f"{_BOUNDS[bound.operator]}{amount(bound.value, speech.value)}"
        + (" (as it is at the end)" if bound.at_end else "")
        for bound in schema.bounds
    ]
    lines = [f"It takes: {' and '.join(bounds)}" if bounds else "It may take any time."]
    for when, condition in (
        ("At its start", schema.at_start),
        ("All the time between its start and its end", schema.over_all),
        ("At its end", schema.at_end),
    ):
        if condition != And():
            lines += [f"{when}, all of this must be true:", *said_as_list(condition, speech)]
    lines += step_preferences_in_words(schema.preferences, speech)
    for when, effect in (("start", schema.start_effect), ("end", schema.end_effect)):
        changes = effects_as_list(effect, speech)
        if changes:
            lines += [f"Just after its {when}:", *changes]
    return lines


def step_preferences_in_words(
    preferences: Sequence[StepPreference], speech: NaturalSpeech
) -> list[str]:
    """Say what should hold for each step of an action, and when."""
    lines: list[str] = []
    for preference in preferences:
        when = _PHASES[preference.phase]
        # A quantified preference counts for each instance, and so it is said.
        each = f" {quantified(preference.parameters, 'for each')}:" if preference.parameters else ""
        lines.append(f"Better, but not needed (preference {preference.name}), {when}:{each}")
        lines += said_as_list(preference.condition, speech)
    return lines


def timed_in_words(timed: Sequence[TimedEffect], speech: NaturalSpeech) -> list[str]:
    """Say what changes at stated times, whatever the plan does."""
    lines = ["This happens by itself:"]
    for each in timed:
        [change] = effects_as_list(each.effect, speech)
        lines.append(f"- at time {number(each.time)}: {change.removeprefix('- ')}")
    return lines


def constraints_in_words(lifted: LiftedTask, speech: NaturalSpeech) -> list[list[str]]:
    """Say what the states passed through must meet, and what they should."""
    parts: list[list[str]] = []
    if lifted.constraints:
        lines = ["On the way, this must be kept:"]
        for constraint in lifted.constraints:
            lines += _trajectory(constraint, speech)
        parts.append(lines)
    if lifted.preferences:
        lines = ["Better, but not needed:"]
        for preference in lifted.preferences:
            lines.append(f"Preference {preference.name}:")
            lines += _trajectory(preference.condition, speech)
        parts.append(lines)
    return parts


def _trajectory(trajectory: Trajectory, speech: NaturalSpeech) -> list[str]:
    times = [number(time) for time in trajectory.times]
    lines: list[str] = []
    if trajectory.parameters:
        lines.append(f"{quantified(trajectory.parameters, 'For each')}:")
    for said, formula in zip(_KINDS[trajectory.kind], trajectory.formulas, strict=True):
        lines += [said.format(*times), *said_as_list(formula, speech)]
    return lines
