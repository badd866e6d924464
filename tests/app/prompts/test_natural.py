"""A task in words says what its PDDL says: the words can be read back."""

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import pytest

from app.prompts.lexicon import NaturalSpeech
from app.prompts.natural import domain_in_words, problem_in_words
from app.prompts.numbers import number
from planners.errors import TaskError
from planners.pddl import read_task
from planners.pddl.formula import And, Atom, Exists, Forall, Formula, Imply, Not, Or, Parameter
from planners.pddl.model import (
    ActionSchema,
    AndEffect,
    AtomEffect,
    Effect,
    ForallEffect,
    LiftedTask,
    NumericEffect,
    When,
)
from planners.task import Task


@dataclass
class Item:
    """A line of a nested list, with the lines below it."""

    text: str
    below: list["Item"] = field(default_factory=list)


def tree(lines: list[str]) -> list[Item]:
    root = Item("")
    path = [root]
    for line in lines:
        text = line.lstrip(" ")
        # "then" continues a bullet: it stands where the bullet's own text does.
        depth = (len(line) - len(text)) // 2 - (0 if text.startswith("- ") else 1)
        item = Item(text.removeprefix("- "))
        del path[depth + 1 :]
        path[depth].below.append(item)
        path.append(item)
    return root.below


class Back:
    """Reads words back into formulas and effects, knowing the names of one task."""

    def __init__(self, lifted: LiftedTask) -> None:
        self.speech = NaturalSpeech(lifted)
        self.atoms: dict[str, Formula] = {}
        self.rises: dict[str, NumericEffect] = {}
        for schema in lifted.actions.values():
            self._collect(schema.precondition)
            self._collect(schema.effect)
        self._collect(lifted.goal)

    def _collect(self, part: Formula | Effect) -> None:
        match part:
            case Atom() as atom:
                self.atoms[self.speech.atom(atom.predicate, atom.terms)] = atom
                self.atoms[self.speech.atom(atom.predicate, atom.terms, positive=False)] = Not(atom)
            case AtomEffect(atom=atom):
                self._collect(atom)
            case Not(operand=operand):
                self._collect(operand)
            case And(operands=parts) | Or(operands=parts) | AndEffect(effects=parts):
                for operand in parts:
                    self._collect(operand)
            case Imply(premise=first, conclusion=second) | When(condition=first, effect=second):
                self._collect(first)
                self._collect(second)
            case Forall(body=body) | Exists(body=body) | ForallEffect(effect=body):
                self._collect(body)
            case NumericEffect(function=function, amount=amount):
                by = number(amount) if isinstance(amount, Fraction) else self.speech.value(amount)
                self.rises[f"{self.speech.value(function)} rises by {by}"] = part

    def formulas(self, items: list[Item]) -> list[Formula]:
        found: list[Formula] = []
        at = iter(items)
        for item in at:
            below = self.formulas(item.below)
            if item.text == "if this is so:":
                then = next(at)
                assert then.text == "then this:"
                found.append(Imply(below[0], self.formulas(then.below)[0]))
            elif item.text == "all of these:":
                found.append(And(tuple(below)))
            elif item.text == "at least one of these:":
                found.append(Or(tuple(below)))
            elif item.text == "this is not so:":
                found.append(Not(below[0]))
            elif item.text.startswith("for each object "):
                found.append(Forall(bound(item.text), below[0]))
            elif item.text.startswith("for at least one object "):
                found.append(Exists(bound(item.text), below[0]))
            else:
                found.append(self.atoms[item.text])
        return found

    def effects(self, items: list[Item]) -> list[Effect]:
        found: list[Effect] = []
        at = iter(items)
        for item in at:
            if item.text == "if this was so before:":
                then = next(at)
                assert then.text == "then:"
                [condition] = self.formulas(item.below)
                found.append(When(condition, AndEffect(tuple(self.effects(then.below)))))
            elif item.text.startswith("for each object "):
                below = AndEffect(tuple(self.effects(item.below)))
                found.append(ForallEffect(bound(item.text), below))
            elif item.text in self.rises:
                found.append(self.rises[item.text])
            else:
                change, _, said = item.text.partition(": ")
                atom = self.atoms[said]
                assert isinstance(atom, Atom)
                found.append(AtomEffect(atom, {"now true": True, "no longer true": False}[change]))
        return found


def bound(text: str) -> tuple[Parameter, ...]:
    parameters = []
    for part in text.removesuffix(":").split(", "):
        name, of, types = part.partition("object ")[2].partition(" of type ")
        parameters.append(Parameter(name, tuple(types.split(" or ")) if of else ("object",)))
    return tuple(parameters)


def flat(effect: Effect) -> list[Effect]:
    match effect:
        case AndEffect(effects=effects):
            return [part for effect in effects for part in flat(effect)]
        case When(condition=condition, effect=part):
            return [When(condition, AndEffect(tuple(flat(part))))]
        case ForallEffect(parameters=parameters, effect=part):
            return [ForallEffect(parameters, AndEffect(tuple(flat(part))))]
        case _:
            return [effect]


def top(formula: Formula) -> list[Formula]:
    return list(formula.operands) if isinstance(formula, And) else [formula]


def check_action(schema: ActionSchema, words: str, back: Back) -> None:
    _, written, *rest = words.splitlines()
    variables = [parameter.name for parameter in schema.parameters]
    assert written == f"Written in a plan as: ({' '.join((schema.name, *variables))})"
    kinds, rest = rest[: len(variables)], rest[len(variables) :]
    for parameter, kind in zip(schema.parameters, kinds, strict=True):
        name, _, types = kind.removesuffix(".").partition(" can be any object")
        said = tuple(types.removeprefix(" of type ").split(" or ")) if types else ("object",)
        assert Parameter(name, said) == parameter
    if rest[-1] == "It changes nothing.":
        before, after = rest[:-1], []
    else:
        at = rest.index("Afterwards:")
        before, after = rest[:at], rest[at + 1 :]
    expected = [] if before == ["It can always be done."] else back.formulas(tree(before[1:]))
    assert top(schema.precondition) == expected
    assert flat(schema.effect) == back.effects(tree(after))


def check(task: Task) -> None:
    lifted = read_task(task)
    back = Back(lifted)
    parts = domain_in_words(task).split("\n\n")
    actions = [part for part in parts if part.startswith("Action: ")]
    for schema, words in zip(lifted.actions.values(), actions, strict=True):
        check_action(schema, words, back)
    problem = {
        title: lines
        for title, *lines in (part.splitlines() for part in problem_in_words(task).split("\n\n"))
    }
    said = problem["At first this is true, and nothing else:"]
    assert len(said) == max(1, len(set(said))) == max(1, len(lifted.init))
    goal = problem["At the end, all of this must be true:"]
    assert goal == ["- (nothing)"] or back.formulas(tree(goal)) == top(lifted.goal)
    named = {name for line in problem["The objects:"] for name in line.split(": ")[-1].split(", ")}
    assert {name.removeprefix("- ") for name in named} >= set(lifted.objects)


def test_a_task_with_all_of_adl_can_be_read_back_from_its_words(museum: Task) -> None:
    check(museum)


def test_a_plain_task_can_be_read_back_from_its_words(blocks: Task) -> None:
    check(blocks)


def recorded_tasks(data: Path) -> Iterator[Task]:
    """Yield one task of each set of instances and each family."""
    for folder in sorted((data / "planbench" / "instances").iterdir()):
        problem = min(path for path in folder.glob("*.pddl") if path.name != "domain.pddl")
        domain = (folder / "domain.pddl").read_text()
        yield Task(domain=domain, problem=problem.read_text())
    families = set()
    with gzip.open(data / "verifier" / "tasks.jsonl.gz", "rt") as lines:
        for line in lines:
            record = json.loads(line)
            if record["kind"] == "classical" and record["family"] not in families:
                families.add(record["family"])
                domain, problem = (
                    (data / "verifier" / record[part]).read_text() for part in ("domain", "problem")
                )
                yield Task(domain=domain, problem=problem)


def test_the_recorded_domains_can_be_read_back_from_their_words(shared_data: Path) -> None:
    checked = 0
    for task in recorded_tasks(shared_data):
        try:
            read_task(task)
        except TaskError:
            continue
        check(task)
        checked += 1
    assert checked >= 50


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (Fraction(3), "3"),
        (Fraction(5, 2), "2.5"),
        (Fraction(-1, 8), "-0.125"),
        (Fraction(1, 3), "1/3"),
        (Fraction(1234567), "1234567"),
        (Fraction(10**20), "100000000000000000000"),
    ],
)
def test_numbers_are_said_exactly(value: Fraction, said: str) -> None:
    assert number(value) == said


def test_costs_and_types_are_said(museum: Task) -> None:
    domain, problem = domain_in_words(museum), problem_in_words(museum)
    assert "- Every glass is also a crate." in domain
    assert "- total cost rises by length of ?from ?to" in domain
    assert "- length of attic vault = 2.5" in problem
    assert "the smaller total cost is at the end, the better" in problem
