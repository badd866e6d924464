import pytest

from planners.errors import TaskSemanticError, TaskSyntaxError
from planners.pddl import read_task
from planners.pddl.formula import Atom, Comparison, Exists, FunctionTerm, Not, Parameter
from planners.pddl.model import Axiom
from planners.task import Task

DOMAIN = """(define (domain d)
  (:types block - thing)
  (:predicates (on ?x ?y - block) (above ?x ?y - block) (low ?x - block) (odd) (even) (dry))
  (:functions (weight ?x - block))
{rules})
"""
PROBLEM = "(define (problem q) (:domain d) (:objects a - block) (:init {init}) (:goal (dry)))"


def read(rules: str, init: str = ""):
    return read_task(Task(domain=DOMAIN.format(rules=rules), problem=PROBLEM.format(init=init)))


def test_rules_are_read_in_the_order_of_the_text_and_may_share_a_predicate():
    task = read("""(:derived (low ?x - block) (not (exists (?y - block) (above ?x ?y))))
      (:derived (above ?x ?y - block) (on ?x ?y))
      (:derived (above ?a ?c) (exists (?b - block) (and (on ?a ?b) (above ?b ?c))))""")
    block = ("block",)
    two = (Parameter("?x", block), Parameter("?y", block))
    assert task.axioms[:2] == (
        Axiom("low", two[:1], Not(Exists(two[1:], Atom("above", ("?x", "?y"))))),
        Axiom("above", two, Atom("on", ("?x", "?y"))),
    )
    assert task.axioms[2].parameters == (Parameter("?a", block), Parameter("?c", block))


def test_a_rule_may_compare_numbers():
    task = read("(:derived (low ?x - block) (< (weight ?x) 3))")
    assert task.axioms[0].body == Comparison("<", FunctionTerm("weight", ("?x",)), 3)


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ("(:derived (odd) (not (odd)))", "`odd` needs not `odd`"),
        ("(:derived (odd) (imply (odd) (dry)))", "`odd` needs not `odd`"),
        (
            "(:derived (odd) (not (even))) (:derived (even) (dry)) (:derived (even) (odd))",
            "`odd` needs not `even`, which needs `odd`",
        ),
        (
            """(:derived (dry) (or (odd) (dry))) (:derived (even) (dry))
            (:derived (odd) (forall (?x - block) (or (not (low ?x)) (dry))))
            (:derived (low ?x) (and (on ?x ?x) (even)))""",
            "`odd` needs not `low`, which needs `even`, which needs `dry`, which needs `odd`",
        ),
    ],
)
def test_rules_that_depend_on_their_own_negation_are_refused_with_the_way_round(rules, message):
    with pytest.raises(TaskSemanticError, match="depends on its own negation") as caught:
        read(rules)
    assert caught.value.message.endswith(message)
    assert caught.value.source == "domain"


@pytest.mark.parametrize(
    "rules",
    [
        "(:derived (odd) (not (not (odd))))",
        "(:derived (odd) (imply (not (odd)) (dry)))",
        "(:derived (odd) (forall (?x - block) (or (odd) (low ?x))))",
        "(:derived (odd) (not (even))) (:derived (even) (not (dry)))",
        "(:derived (odd) (even)) (:derived (even) (odd))",
    ],
)
def test_rules_that_need_no_negation_of_their_own_are_read(rules):
    assert read(rules).axioms


@pytest.mark.parametrize(
    ("rules", "kind", "message"),
    [
        ("(:derived (wet) (dry))", TaskSemanticError, "no predicate is called `wet`"),
        ("(:derived (low) (dry))", TaskSemanticError, "`low` takes 1 arguments, found 0"),
        (
            "(:derived (low ?x - thing) (dry))",
            TaskSemanticError,
            "is of type thing, expected block",
        ),
        ("(:derived (low ?x - box) (dry))", TaskSemanticError, "no type is called `box`"),
        ("(:derived (low a) (dry))", TaskSyntaxError, "a variable such as ?x"),
        ("(:derived (above ?x ?x) (dry))", TaskSemanticError, "stands twice"),
        ("(:derived (low ?x) (on ?x ?y))", TaskSemanticError, "`?y` is not a parameter here"),
        (
            "(:derived (low ?x))",
            TaskSyntaxError,
            "expected `(:derived (PREDICATE ?x …) CONDITION)`",
        ),
        ("(:derived (odd) (dry) (dry))", TaskSyntaxError, "found 3 parts"),
        ("(:derived odd (dry))", TaskSyntaxError, "in parentheses"),
        ("(:derived () (dry))", TaskSyntaxError, "expected the name of a derived predicate"),
        ("(:derived (= ?x ?y) (dry))", TaskSemanticError, "no predicate is called `=`"),
    ],
)
def test_what_is_wrong_in_a_rule_is_named(rules, kind, message):
    with pytest.raises(kind) as caught:
        read(rules)
    assert message in caught.value.message
    assert caught.value.line == 5


def test_a_variable_without_a_type_has_that_of_the_declaration():
    assert read("(:derived (low ?x) (dry))").axioms[0].parameters == (Parameter("?x", ("block",)),)


@pytest.mark.parametrize("effect", ["(odd)", "(not (odd))", "(when (dry) (odd))"])
def test_no_effect_changes_a_derived_predicate(effect):
    with pytest.raises(TaskSemanticError, match="`odd` is derived by rules") as caught:
        read(f"(:action a :effect {effect}) (:derived (odd) (dry))")
    assert caught.value.source == "domain"


@pytest.mark.parametrize("fact", ["(odd)", "(not (odd))", "(at 3 (odd))", "(at 3 (not (odd)))"])
def test_init_sets_no_derived_predicate(fact):
    with pytest.raises(TaskSemanticError, match="`odd` is derived by rules") as caught:
        read("(:derived (odd) (dry))", init=fact)
    assert caught.value.source == "problem"


@pytest.mark.parametrize(
    ("declared", "expected"),
    [(":derived-predicates", 0), (":domain-axioms", 0), (":strips", 1)],
)
def test_derived_predicates_need_their_requirement(declared, expected):
    domain = DOMAIN.format(rules="(:derived (odd) (dry))")
    domain = domain.replace("(:types", f"(:requirements {declared} :typing) (:types")
    task = read_task(Task(domain=domain, problem=PROBLEM.format(init="")))
    assert (
        len([each for each in task.warnings if ":derived-predicates" in each.message]) == expected
    )
