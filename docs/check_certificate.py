"""Check a certificate of a classical plan, sharing no code with Modulo."""

import ast
import json
import re
import sys
from itertools import product
from pathlib import Path


def parse(text):
    quoted = re.sub(r"\??[^\s()?]+", r'"\g<0>",', re.sub(r";.*", "", text.lower()))
    return ast.literal_eval(quoted.replace("(", "[").replace(")", "],"))[0][2:]


def typed(words):
    if "-" not in words:
        return {word: ["object"] for word in words}
    dash = words.index("-")
    kinds = [word for word in [words[dash + 1]] if isinstance(word, str)] or words[dash + 1][1:]
    return {**dict.fromkeys(words[:dash], kinds), **typed(words[dash + 2 :])}


def fits(kinds, wanted):
    return "object" in wanted or any(k in wanted or fits(types.get(k, []), wanted) for k in kinds)


def instances(variables, names):
    ranges = [[o for o in objects if fits(objects[o], w)] for w in typed(variables).values()]
    return [{**names, **dict(zip(typed(variables), each))} for each in product(*ranges)]


def holds(formula, state, names):
    match formula:
        case ["and" | "or" as head, *parts]:
            return (all if head == "and" else any)(holds(part, state, names) for part in parts)
        case ["not", part]:
            return not holds(part, state, names)
        case ["imply", premise, part]:
            return not holds(premise, state, names) or holds(part, state, names)
        case ["forall" | "exists" as head, variables, part]:
            found = (holds(part, state, inner) for inner in instances(variables, names))
            return all(found) if head == "forall" else any(found)
        case ["=", left, right]:
            return names.get(left, left) == names.get(right, right)
    return not formula or " ".join(names.get(word, word) for word in formula) in state


def changes(effect, state, names):
    match effect:
        case ["and", *parts]:
            return [change for part in parts for change in changes(part, state, names)]
        case ["forall", variables, part]:
            return [c for inner in instances(variables, names) for c in changes(part, state, inner)]
        case ["when", condition, part]:
            return changes(part, state, names) if holds(condition, state, names) else []
        case ["not", atom]:
            return [(False, " ".join(names.get(word, word) for word in atom))]
    costs = not effect or effect[0] == "increase"
    return [] if costs else [(True, " ".join(names.get(word, word) for word in effect))]


certificate = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
sections = parse(certificate["domain"]) + parse(certificate["problem"])
parts = {section[0]: section[1:] for section in sections}
assert not parts.keys() & {":derived", ":durative-action", ":constraints"}, "not a classical task"
actions = {each[1]: dict(zip(each[2::2], each[3::2])) for each in sections if each[0] == ":action"}
types = typed(parts.get(":types", []))
objects = typed(parts.get(":constants", [])) | typed(parts.get(":objects", []))
state = {" ".join(atom) for atom in parts[":init"] if atom[0] != "="}
states = [{atom.strip("()") for atom in atoms} for atoms in certificate["states"]]
assert state == states[0], "the first state is not the initial one"
for number, (step, after) in enumerate(zip(certificate["plan"], states[1:], strict=True), 1):
    name, *arguments = step.strip("()").split()
    parameters = typed(actions[name].get(":parameters", []))
    names = dict(zip(parameters, arguments, strict=True))
    assert all(fits(objects[names[each]], kinds) for each, kinds in parameters.items()), number
    assert holds(actions[name].get(":precondition", []), state, names), f"step {number} cannot be"
    found = changes(actions[name].get(":effect", []), state, names)
    state = state - {atom for _, atom in found} | {atom for adds, atom in found if adds}
    assert state == after, f"another state is written down behind step {number}"
assert holds(parts[":goal"][0], state, {}), "the goal does not hold at the end"
print(f"valid: {len(states) - 1} steps")
