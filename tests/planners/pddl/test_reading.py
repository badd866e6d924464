import contextlib
import pickle
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from planners import (
    Plan,
    PlanningError,
    Step,
    Task,
    TaskSyntaxError,
    TaskTooLarge,
    verify,
)
from planners.pddl import read_task
from planners.pddl.notes import MAX_WARNINGS
from planners.pddl.reading import read_task_anew
from planners.pddl.syntax import MAX_DEPTH
from tests.planners.pddl.texts import GOAL, MOVE, read_yard, with_precondition, yard

SCRAPS = st.sampled_from(
    [
        *("(", ")", "()", "and", "or", "not", "imply", "forall", "exists", "when", "increase", "="),
        *("-", "?", "?c", "?x", "either", ":action", ":effect", ":init", ":goal", ":types"),
        *("crate", "object", "dock", "at", "free", "0", "-1", "0.5", "(free)", "(at ?c ?p)", ";"),
        *("(total-cost)", ":metric", ":objects", "c1", ":requirements", ":adl", "define", "domain"),
        *(":durative-action", ":duration", ":condition", "?duration", "(at start (free))", "over"),
        *("all", "end", "preference", ":constraints", "always", "within", "#t", "(at 5 (free))"),
        *("\x00", "é"),
    ]
)
TIMED = yard(
    """(:functions (size ?c - crate) - number) (:constraints (always (free)))
    (:durative-action move :parameters (?c - crate ?from ?to - place)
      :duration (and (>= ?duration 1) (at end (<= ?duration (size ?c))))
      :condition (and (at start (at ?c ?from)) (forall (?k - crate) (over all (free))))
      :effect (when (at end (free)) (and (at end (at ?c ?to)) (at end (not (free))))))""",
    goal="(:goal (and (free) (forall (?k - crate) (preference p (at ?k dock)))))",
    problem="(:constraints (and (within 5 (free)) (preference (sometime-after (free) (free)))))",
)
LONG = 1.0  # seconds of CPU, far above what any of these takes


def mutated(data: st.DataObject, text: str) -> str:
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(text)))
        end = min(len(text), at + data.draw(st.integers(0, 12)))
        match data.draw(st.sampled_from(("cut", "put", "swap"))):
            case "cut":
                text = text[:at] + text[end:]
            case "put":
                text = f"{text[:at]} {data.draw(SCRAPS)} {text[at:]}"
            case "swap":
                text = text[:at] + text[at:end][::-1] + text[end:]
    return text


def judge(task: Task) -> None:
    with contextlib.suppress(PlanningError):
        verify(task, Plan(steps=(Step(action="move", arguments=("c1", "dock", "quay")),)))


@settings(deadline=None)
@given(st.data())
def test_mutated_texts_are_read_or_refused_with_an_error_of_ours(data):
    task = data.draw(st.sampled_from((yard(), TIMED)))
    domain = mutated(data, task.domain) if data.draw(st.booleans()) else task.domain
    problem = mutated(data, task.problem) if data.draw(st.booleans()) else task.problem
    judge(Task(domain=domain, problem=problem))


@given(st.text())
def test_any_text_is_refused_with_an_error_of_ours(text):
    judge(Task(domain=text, problem=text))
    judge(Task(domain=yard().domain, problem=text))


@given(st.binary(min_size=1))
def test_binary_junk_is_refused_with_an_error_of_ours(junk):
    judge(Task(domain=junk.decode("latin-1"), problem=""))
    judge(Task(domain=junk.decode("utf-8", "surrogateescape"), problem=""))


@given(st.lists(SCRAPS, max_size=40))
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_words_in_any_order_are_refused_with_an_error_of_ours(words):
    judge(Task(domain=f"(define (domain d) {' '.join(words)})", problem=yard().problem))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("(" * 100_000, TaskTooLarge),
        ("(" * 100_000 + ")" * 100_000, TaskTooLarge),
        (")" * 1_000_000, TaskSyntaxError),
        ("(define (domain d) " + "(:action a" * 50_000, TaskTooLarge),
        ("x" * 10_000_000, TaskTooLarge),
        ("(define (domain d)) " * 500_000, TaskTooLarge),
        ("()" * 600_000, TaskTooLarge),
        (";" * 4_000_000, TaskSyntaxError),
        (" " * 4_000_000, TaskSyntaxError),
        ("?" * 200_000, TaskSyntaxError),
        ("-" * 200_000, TaskSyntaxError),
        ("\x00" * 1_000_000, TaskSyntaxError),
    ],
    ids=range(12),
)
def test_a_hostile_text_is_refused_in_bounded_time(text, kind):
    before = time.process_time()
    with pytest.raises(kind):
        read_task(Task(domain=text, problem=""))
    assert time.process_time() - before < 10 * LONG


def test_a_huge_name_is_refused_and_not_quoted():
    with pytest.raises(TaskTooLarge) as caught:
        read_yard(with_precondition(f"({'x' * 100_000})"))
    assert len(str(caught.value)) < 200


def test_a_task_as_deep_as_is_allowed_can_be_verified_compared_and_pickled():
    levels = MAX_DEPTH - 4
    condition = "(not " * levels + "(free)" + ")" * levels
    task = yard(with_precondition(condition), goal="(:goal (free))")
    model = read_task(task)
    assert pickle.loads(pickle.dumps(model)) == model
    step = Step(action="act", arguments=("c1", "dock"))
    assert verify(task, Plan(steps=(step,))).steps == 1


@pytest.mark.parametrize("order", [(0, 1, 2, 0), (2, 1, 0, 1)])
def test_a_problem_reads_the_same_whatever_problems_of_its_domain_were_read_before(order):
    # The domain is odd, and so are two of its problems, each in a way of its own.
    domain = f"; {order}\n" + MOVE.replace(
        ":precondition (at", ":precondition (or (free) (at", 1
    ).replace("?from)\n", "?from))\n", 1)
    problems = [
        yard(domain, problem="(:length 3)"),
        yard(domain, goal="(:goal (not (free)))"),
        yard(domain, problem="(:constraints (always (free)))"),
    ]
    anew = [read_task_anew(task) for task in problems]
    assert len({model.warnings for model in anew}) == 3
    assert set.intersection(*(set(model.warnings) for model in anew))
    for number in order:
        assert read_task(problems[number]) == anew[number]


def test_a_fault_of_a_domain_is_told_of_each_of_its_problems():
    told = []
    for goal in (GOAL, "(:goal (free))"):
        with pytest.raises(TaskSyntaxError) as caught:
            read_yard("(:action", goal)
        told.append(str(caught.value))
    assert told[0] == told[1]


def test_a_problem_of_41_kilobytes_is_read_in_well_under_a_tenth_of_a_second():
    places = " ".join(f"place-{number:04}" for number in range(900))
    facts = "\n".join(f"(at c1 place-{number:04})" for number in range(900))
    more = "\n".join(f"(at c2 place-{number:04})" for number in range(900))
    task = yard()
    problem = task.problem.replace("quay - place", f"quay {places} - place")
    problem = problem.replace("(free)", facts + more)
    assert len(problem) > 41_000
    taken = []
    # The quickest of some: the collector may come between, and then all that lives counts.
    for _ in range(5):
        before = time.process_time()
        read_task_anew(Task(domain=task.domain, problem=problem))
        taken.append(time.process_time() - before)
    assert min(taken) < 0.1


def test_a_task_is_read_once():
    assert read_task(yard()) is read_task(yard())


def test_warnings_are_kept_up_to_a_bound():
    repeated = "c1 " * 10_000
    task = yard()
    text = task.problem.replace("c1 c2 - crate", f"{repeated} c2 - crate")
    warnings = read_task(Task(domain=task.domain, problem=text)).warnings
    assert len(warnings) == MAX_WARNINGS
    assert warnings[-1].message == "more warnings than are kept"
