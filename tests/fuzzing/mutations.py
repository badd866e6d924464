"""Random changes of cases: mostly of parenthesized parts, so that they stay near to PDDL."""

import re
from dataclasses import replace
from random import Random

from tests.fuzzing.cases import Case

Tree = str | list["Tree"]

_TOKEN = re.compile(r";[^\n]*|[()]|[^\s();]+")
WORDS = _TOKEN.findall(
    """
    and or not imply forall exists when = < <= > >= + - * / increase decrease assign scale-up
    scale-down preference always sometime within at-most-once sometime-after sometime-before
    always-within hold-during hold-after at start end over all either object number ?duration
    #t total-cost total-time is-violated minimize maximize :requirements :types :constants
    :predicates :functions :derived :action :durative-action :parameters :precondition
    :condition :duration :effect :objects :init :goal :metric :constraints :domain :typing
    :adl :process :event define domain problem undefined ?x ?y ?v -
    """
)
NUMBERS = (
    *("0", "1", "-1", "0.001", "0.0001", "1e2", "1e9999", "-0", "00", "1/3", ".5", "5."),
    *("9" * 30, "9" * 200, "0." + "1" * 120, "nan", "inf", "+1", "--1"),
)
ODD = ("\x00", "\x0b", "\x85", "\u2028", "\ufeff", "é", "İ", "\ud800", "(", ")", ";", "[", "?", "-")
WRAPPERS = ("not", "and", "or", "at start", "over all", "at end", "forall (?x)", "when (and)")
LONGEST = 20_000


def mutate(case: Case, other: Case, random: Random) -> Case:
    """Change one to a few places of a case, now and then with parts of another."""
    for _ in range(random.choice((1, 1, 2, 3, 6))):
        name = random.choice(("domain", "domain", "problem", "problem", "plan"))
        text, source = getattr(case, name), getattr(other, name)
        changed = mutate_text(text, source, random)
        case = replace(case, **{name: changed[:LONGEST]})
    return case


def mutate_text(text: str, other: str, random: Random) -> str:
    if random.random() < 0.15:
        return mutate_characters(text, random)
    tree, foreign = parse(text), parse(other)
    parents = [found for found in branches(tree) if found]
    if not parents:
        return mutate_characters(text, random)
    parent = random.choice(parents)
    at = random.randrange(len(parent))
    match random.randrange(11):
        case 0:
            del parent[at]
        case 1:
            parent.insert(at, parent[at])
        case 2:
            place = random.randrange(len(parent))
            parent[at], parent[place] = parent[place], parent[at]
        case 3 | 4:
            own = random.choice(branches(tree if random.random() < 0.7 else foreign))
            # A copy: a tree must not stand inside itself.
            parent[at] = parse(written(random.choice(own or ["()"])))[:1] or "()"
        case 5 | 6:
            parent[at] = random.choice(leaves(tree) or [""])
        case 7:
            parent[at] = random.choice(WORDS)
        case 8:
            parent[at] = random.choice(NUMBERS)
        case 9:
            parent[at] = [random.choice(WRAPPERS), parent[at]]
        case 10:
            depth = random.choice((2, 5, 60, 2_000))
            word = random.choice(("not", "and", "or", "forall (?x)", "exists (?y)"))
            return deep(written(tree), word, depth, random)
    return " ".join(map(written, tree))


def mutate_characters(text: str, random: Random) -> str:
    at = random.randrange(len(text) + 1)
    length = random.choice((1, 1, 1, 5, 40))
    match random.randrange(4):
        case 0:
            return text[:at] + text[at + length :]
        case 1:
            return text[:at] + random.choice(ODD) + text[at:]
        case 2:
            return text[:at] + text[at : at + length] * 2 + text[at + length :]
    return text[:at]


def deep(text: str, word: str, depth: int, random: Random) -> str:
    place = random.randrange(len(text) + 1)
    at = text.find("(", place)
    return text[:at] + f"({word} " * depth + text[at:] + ")" * depth


def parse(text: str) -> list[Tree]:
    """Read parentheses, as forgiving as can be; comments are dropped."""
    stack: list[list[Tree]] = [[]]
    for token in _TOKEN.findall(text):
        if token == "(":
            stack.append([])
            stack[-2].append(stack[-1])
        elif token == ")":
            if len(stack) > 1:
                stack.pop()
        elif not token.startswith(";"):
            stack[-1].append(token)
    return stack[0]


def written(tree: Tree) -> str:
    parts: list[str] = []
    front: list[Tree] = [tree]
    while front:
        found = front.pop()
        if isinstance(found, str):
            parts.append(found)
        else:
            parts.append("(")
            front.append(")")
            front.extend(reversed(found))
    return " ".join(parts)


def branches(tree: list[Tree]) -> list[list[Tree]]:
    found, front = [], [tree]
    while front:
        branch = front.pop()
        found.append(branch)
        front.extend(part for part in branch if isinstance(part, list))
    return found


def leaves(tree: list[Tree]) -> list[str]:
    return [part for branch in branches(tree) for part in branch if isinstance(part, str)]
