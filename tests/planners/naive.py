"""A slow interpreter of plans to check the verifier against.

It shares nothing with `planners.execution`: objects are put into formulas by substitution,
quantifiers are written out before anything is evaluated, a state is a set of tuples, and
nothing is kept from one plan to the next.
"""

from dataclasses import dataclass
from fractions import Fraction
from itertools import product

from planners.pddl.model import (
    And,
    AndEffect,
    Atom,
    AtomEffect,
    Effect,
    Exists,
    Forall,
    ForallEffect,
    Formula,
    FunctionTerm,
    Imply,
    Increase,
    LiftedTask,
    Not,
    Or,
    Parameter,
    When,
)
from planners.plan import Plan, Step

Fact = tuple[str, tuple[str, ...]]


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What the interpreter makes of a plan.

    Attributes:
        misfits: Indices of steps whose names, arity or types do not fit.
        executed: How many steps could be executed.
        stopped: `precondition` or `undefined` where a step that fits failed, else empty.
        state: What holds there.
        reached: Whether the goal holds there.
        cost: What the executed steps cost.
    """

    misfits: tuple[int, ...]
    executed: int
    stopped: str
    state: frozenset[Fact]
    reached: bool
    cost: Fraction

    @property
    def valid(self) -> bool:
        return not self.misfits and not self.stopped and self.reached


class Interpreter:
    def __init__(self, task: LiftedTask) -> None:
        self.task = task

    def judge(self, plan: Plan) -> Finding:
        misfits = tuple(at for at, step in enumerate(plan.steps) if not self.fits(step))
        state = self.first_state()
        cost = Fraction(0)
        executed = 0
        stopped = ""
        for at, step in enumerate(plan.steps):
            if at in misfits:
                break
            if not self.applicable(step, state):
                stopped = "precondition"
                break
            try:
                state, spent = self.after(step, state)
            except LookupError:
                stopped = "undefined"
                break
            cost += spent
            executed += 1
        if self.task.metric is None:
            cost = Fraction(executed)
        else:
            cost += self.task.init_values.get(self.task.metric, Fraction(0))
        return Finding(
            misfits=misfits,
            executed=executed,
            stopped=stopped,
            state=frozenset(state),
            reached=self.true(self.task.goal, state),
            cost=cost,
        )

    def first_state(self) -> set[Fact]:
        return {(literal.predicate, literal.arguments) for literal in self.task.init}

    def fits(self, step: Step) -> bool:
        schema = self.task.actions.get(step.action)
        return (
            schema is not None
            and len(step.arguments) == len(schema.parameters)
            and all(
                name in self.range_of(parameter)
                for name, parameter in zip(step.arguments, schema.parameters, strict=True)
            )
        )

    def applicable(self, step: Step, state: set[Fact]) -> bool:
        schema = self.task.actions[step.action]
        return self.true(put_in(schema.precondition, self.binding(step)), state)

    def after(self, step: Step, state: set[Fact]) -> tuple[set[Fact], Fraction]:
        schema = self.task.actions[step.action]
        changes = self.changes(put_in_effect(schema.effect, self.binding(step)), state)
        cost = sum((self.value(amount) for amount in changes if is_amount(amount)), Fraction(0))
        result = set(state)
        for change in changes:
            if isinstance(change, AtomEffect) and not change.positive:
                result.discard((change.atom.predicate, change.atom.terms))
        for change in changes:
            if isinstance(change, AtomEffect) and change.positive:
                result.add((change.atom.predicate, change.atom.terms))
        return result, cost

    def binding(self, step: Step) -> dict[str, str]:
        schema = self.task.actions[step.action]
        names = (parameter.name for parameter in schema.parameters)
        return dict(zip(names, step.arguments, strict=True))

    def value(self, amount: Increase) -> Fraction:
        if isinstance(amount.amount, FunctionTerm):
            return self.task.init_values[amount.amount]
        return amount.amount

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

    def true(self, formula: Formula, state: set[Fact]) -> bool:
        match formula:
            case Atom("=", (left, right)):
                return left == right
            case Atom(predicate, terms):
                return (predicate, terms) in state
            case Not(operand):
                return not self.true(operand, state)
            case And(operands):
                return all(self.true(operand, state) for operand in operands)
            case Or(operands):
                return any(self.true(operand, state) for operand in operands)
            case Imply(premise, conclusion):
                return self.true(conclusion, state) or not self.true(premise, state)
            case Forall(parameters, body):
                instances = [put_in(body, each) for each in self.written_out(parameters)]
                return self.true(And(tuple(instances)), state)
            case Exists(parameters, body):
                instances = [put_in(body, each) for each in self.written_out(parameters)]
                return self.true(Or(tuple(instances)), state)

    def changes(self, effect: Effect, state: set[Fact]) -> list[AtomEffect | Increase]:
        match effect:
            case AtomEffect() | Increase():
                return [effect]
            case AndEffect(effects):
                return [change for inner in effects for change in self.changes(inner, state)]
            case When(condition, inner):
                return self.changes(inner, state) if self.true(condition, state) else []
            case ForallEffect(parameters, inner):
                instances = [put_in_effect(inner, each) for each in self.written_out(parameters)]
                return self.changes(AndEffect(tuple(instances)), state)


def is_amount(change: AtomEffect | Increase) -> bool:
    return isinstance(change, Increase)


def put_in(formula: Formula, binding: dict[str, str]) -> Formula:
    match formula:
        case Atom(predicate, terms):
            return Atom(predicate, tuple(binding.get(term, term) for term in terms))
        case Not(operand):
            return Not(put_in(operand, binding))
        case And(operands):
            return And(tuple(put_in(operand, binding) for operand in operands))
        case Or(operands):
            return Or(tuple(put_in(operand, binding) for operand in operands))
        case Imply(premise, conclusion):
            return Imply(put_in(premise, binding), put_in(conclusion, binding))
        case Forall(parameters, body):
            return Forall(parameters, put_in(body, without(binding, parameters)))
        case Exists(parameters, body):
            return Exists(parameters, put_in(body, without(binding, parameters)))


def put_in_effect(effect: Effect, binding: dict[str, str]) -> Effect:
    match effect:
        case AtomEffect(Atom(predicate, terms), positive):
            atom = Atom(predicate, tuple(binding.get(term, term) for term in terms))
            return AtomEffect(atom, positive)
        case AndEffect(effects):
            return AndEffect(tuple(put_in_effect(inner, binding) for inner in effects))
        case When(condition, inner):
            return When(put_in(condition, binding), put_in_effect(inner, binding))
        case ForallEffect(parameters, inner):
            return ForallEffect(parameters, put_in_effect(inner, without(binding, parameters)))
        case Increase(function, FunctionTerm(name, terms)):
            term = FunctionTerm(name, tuple(binding.get(each, each) for each in terms))
            return Increase(function, term)
        case Increase():
            return effect


def without(binding: dict[str, str], parameters: tuple[Parameter, ...]) -> dict[str, str]:
    hidden = {parameter.name for parameter in parameters}
    return {name: value for name, value in binding.items() if name not in hidden}
