"""A plan that is written out is read back, whatever form it is written in."""

import json
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.reading import Lexicon, read_answer
from planners import Plan, Step

LEXICON = Lexicon(
    actions={"pick-up": 1, "put-down": 1, "stack": 2, "unstack": 2, "no-op": 0, "load-truck": 3},
    objects=["a", "b", "l1-0", "box_3", "t0"],
    predicates=["on", "clear"],
)
Form = Callable[[Sequence[Step]], str]


def lines(write: Callable[[int, Step], str]) -> Form:
    return lambda steps: "\n".join(write(number, step) for number, step in enumerate(steps, 1))


def call(step: Step) -> str:
    return f"{step.action}({', '.join(step.arguments)})"


def plain(step: Step) -> str:
    return " ".join((step.action, *step.arguments))


def record(step: Step) -> dict[str, object]:
    return {"action": step.action, "arguments": list(step.arguments)}


def named(step: Step) -> dict[str, object]:
    return {"name": step.action, "parameters": {f"x{i}": v for i, v in enumerate(step.arguments)}}


def nested(steps: Sequence[Step]) -> dict[str, object]:
    return {"plan": [record(step) for step in steps]}


def together(step: Step) -> str:
    return step.action.replace("-", "")


ipc = lines(lambda _, step: str(step))
rows = lines(lambda number, step: f"| {number} | {step} |")
FORMS: dict[str, Form] = {
    "bare": ipc,
    "upper case": lambda steps: ipc(steps).upper(),
    "on one line": lambda steps: " ".join(map(str, steps)),
    "on one line, joined": lambda steps: ", then ".join(map(str, steps)),
    "as a Python list": lambda steps: "[" + ", ".join(f"'{step}'" for step in steps) + "]",
    "with commas inside": lines(lambda _, s: "(" + ", ".join((s.action, *s.arguments)) + ")"),
    "with comments": lines(lambda n, step: f"{step} ; this is step {n} (clear b)"),
    "numbered": lines(lambda n, step: f"{n}. {step}"),
    "numbered from 0": lines(lambda n, step: f"{n - 1}: {step}"),
    "numbered with parentheses": lines(lambda n, step: f"({n}) {step}"),
    "numbered Step": lines(lambda n, step: f"Step {n}: {step}"),
    "numbered Step, bold": lines(lambda n, step: f"**Step {n}:** `{step}`"),
    "numbered by the renderer": lines(lambda _, step: f"1. {step}"),
    "numbered, explained": lines(lambda n, step: f"{n}. **{step}**\n   - It is clear, so we may."),
    "numbered, escaped": lines(lambda n, step: f"{n}\\. {step}"),
    "lettered": lines(lambda n, step: f"{chr(96 + n)}) {step}"),
    "circled": lines(lambda n, step: f"{chr(0x245F + n)} {step}"),
    "boxed": lambda steps: "\\boxed{" + " ".join(map(str, steps)) + "}",
    "bulleted": lines(lambda _, step: f"- {step}"),
    "bulleted with stars": lines(lambda _, step: f"* `{step}`"),
    "labelled": lines(lambda _, step: f"Action: {step}\nState: (clear b) (on a b)"),
    "quoted": lines(lambda _, step: f"> {step}"),
    "fenced": lambda steps: f"```\n{ipc(steps)}\n```",
    "fenced as pddl": lambda steps: f"```pddl\n{ipc(steps)}\n```",
    "fenced, not closed": lambda steps: f"```\n{ipc(steps)}",
    "fenced one by one": lines(lambda n, step: f"Step {n}:\n```\n{step}\n```"),
    "wrapped": lambda steps: f"```\n(:plan\n{ipc(steps)}\n)\n```",
    "marked": lambda steps: f"[PLAN]\n{ipc(steps)}\n[PLAN END]",
    "marked otherwise": lambda steps: f"[QUERY_PLAN]\n{ipc(steps)}\n[QUERY_PLAN_END]",
    "marked as XML": lambda steps: f"<plan>\n{ipc(steps)}\n</plan>",
    "marked on one line": lambda steps: f"[PLAN] {' '.join(map(str, steps))} [PLAN END]",
    "marked at the end only": lambda steps: f"{ipc(steps)}\n[PLAN END]",
    "marked in a fence": lambda steps: f"```\n[PLAN]\n{ipc(steps)}\n[PLAN END]\n```",
    "fenced in marks": lambda steps: f"[PLAN]\n```\n{ipc(steps)}\n```\n[PLAN END]",
    "calls": lines(lambda _, step: call(step)),
    "calls, numbered": lines(lambda n, step: f"{n}. {call(step)};"),
    "calls, spaced": lines(lambda _, s: f"{s.action} ({', '.join(s.arguments)})"),
    "plain": lines(lambda _, step: plain(step)),
    "plain, underscored": lines(lambda n, step: f"{n}) {plain(step).replace('-', '_')}"),
    "plain, run together": lines(lambda _, s: f"- {' '.join((together(s), *s.arguments))}"),
    "in a table": lambda steps: "| # | Step |\n|---|---|\n" + rows(steps),
    "in cells": lines(lambda n, s: f"| {n} | {s.action} | {', '.join(s.arguments)} |"),
    "JSON texts": lambda steps: json.dumps([str(step) for step in steps]),
    "JSON plain texts": lambda steps: json.dumps([plain(step) for step in steps], indent=1),
    "JSON objects": lambda steps: json.dumps([record(step) for step in steps]),
    "JSON lists": lambda steps: json.dumps([[s.action, *s.arguments] for s in steps]),
    "JSON nested": lambda steps: json.dumps({"thought": "…", **nested(steps)}, indent=2),
    "JSON fenced": lambda steps: f"```json\n{json.dumps(nested(steps))}\n```",
    "JSON behind a label": lambda steps: "Plan: " + json.dumps(list(map(record, steps))),
    "JSON lines": lines(lambda _, step: json.dumps(record(step))),
    "JSON with named arguments": lambda steps: json.dumps(list(map(named, steps))),
    "reasoned": lambda steps: f"<think>\nFirst (pick-up a). No.\n</think>\n{ipc(steps)}",
    "reasoned, opened in the prompt": lambda steps: f"(pick-up a)?\n</think>\n\n{ipc(steps)}",
    "reasoned only, cut off": lambda steps: f"<think>\nSo the plan is:\n{ipc(steps)}",
    "after Windows line breaks": lambda steps: ipc(steps).replace("\n", "\r\n"),
}
SURROUNDINGS = {
    "alone": "{}",
    "with text around": "Sure! Here is the plan that reaches the goal:\n\n{}\n\nThis reaches it.",
    "with blank lines around": "\n\n{}\n \n",
}


@st.composite
def plans(draw: st.DrawFn) -> tuple[Step, ...]:
    step = st.sampled_from(sorted(LEXICON.actions.items())).flatmap(
        lambda action: st.builds(
            Step,
            action=st.just(action[0]),
            arguments=st.tuples(*[st.sampled_from(sorted(LEXICON.objects))] * action[1]),
        )
    )
    return tuple(draw(st.lists(step, min_size=1, max_size=8)))


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=10)
@given(steps=plans(), around=st.sampled_from(sorted(SURROUNDINGS)))
def test_a_plan_is_read_back_in_every_form(form: str, steps: tuple[Step, ...], around: str):
    if form.startswith(("reasoned only", "fenced, not")):
        around = "alone"
    text = SURROUNDINGS[around].format(FORMS[form](steps))
    reading = read_answer(text, LEXICON)
    assert reading.plan == Plan(steps=steps)
    assert reading.unread == ()
    assert not reading.claims_unsolvable


@pytest.mark.parametrize("form", FORMS)
def test_the_last_of_two_plans_is_read_in_every_form(form: str):
    if form in {"labelled", "fenced, not closed", "reasoned only, cut off"}:
        pytest.skip("the form does not end")
    first = [Step(action="pick-up", arguments=("a",)), Step(action="stack", arguments=("a", "b"))]
    last = [Step(action="pick-up", arguments=("b",)), Step(action="stack", arguments=("b", "t0"))]
    write = FORMS[form]
    text = f"{write(first)}\n\nWait, that is wrong. Here is the corrected plan:\n\n{write(last)}"
    assert read_answer(text, LEXICON).plan == Plan(steps=tuple(last))
