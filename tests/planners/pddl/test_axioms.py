import time

from planners.pddl.axioms import negative_cycle, strata
from planners.pddl.formula import And, Atom, Not
from planners.pddl.model import Axiom


def rule(head: str, *needs: str) -> Axiom:
    parts = (Not(Atom(name[1:])) if name[0] == "-" else Atom(name) for name in needs)
    return Axiom(head, (), And(tuple(parts)))


def test_predicates_that_need_each_other_are_one_group_behind_those_that_they_need():
    rules = [rule("a", "b", "base"), rule("b", "a"), rule("b", "-c"), rule("c"), rule("d", "a")]
    groups = strata(rules)
    assert [set(group) for group in groups] == [{"c"}, {"a", "b"}, {"d"}]
    assert negative_cycle(rules) is None


def test_the_way_round_names_what_is_negated():
    rules = [rule("a", "b"), rule("b", "c", "-d"), rule("c", "-a", "a"), rule("d")]
    assert negative_cycle(rules) == ("c", (("a", False), ("b", True), ("c", True)))


def test_a_long_chain_of_rules_is_settled_in_linear_time():
    count = 20_000
    chain = [rule(f"p{number}", f"p{number + 1}") for number in range(count)]
    circle = [*chain, rule(f"p{count}", "p0")]
    before = time.process_time()
    assert len(strata(chain)) == count
    assert len(strata(circle)) == 1
    assert time.process_time() - before < 2
