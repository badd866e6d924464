"""Leaving out flawed steps finds what else is wrong, and never more than is true."""

from hypothesis import given
from hypothesis import strategies as st

from app.prompts.continuation import Continuation, go_on
from planners import Invalid, Plan, Step, Task, UnsatisfiedGoal, Valid, read_plan, verify


def explore(task: Task, text: str, most: int = 8) -> Continuation:
    plan = read_plan(text)
    verdict = verify(task, plan)
    assert isinstance(verdict, Invalid)
    return go_on(task, plan, verdict, most)


def test_each_flaw_is_found_with_the_steps_before_it_left_out(blocks: Task) -> None:
    found = explore(blocks, "(pick-up a)(stack a b)(unstack c a)(fly c)(put-down c)")
    assert [(finding.without, finding.flaw.index) for finding in found.findings] == [
        ((), 3),
        ((), 0),
        ((0, 3), 1),
    ]
    assert found.left_out == (0, 1, 3)
    assert isinstance(found.end, Invalid)
    assert isinstance(found.end.flaw, UnsatisfiedGoal)


def test_what_remains_may_solve_the_problem(blocks: Task) -> None:
    found = explore(
        blocks,
        "(unstack c a)(put-down c)(put-down c)(pick-up b)(stack b c)(pick-up a)(stack a b)",
    )
    assert found.left_out == (2,)
    assert isinstance(found.end, Valid)


def test_a_search_that_is_cut_short_says_nothing_of_the_end(blocks: Task) -> None:
    found = explore(blocks, "(put-down a)" * 5, most=2)
    assert [finding.flaw.index for finding in found.findings] == [0, 1, 2]
    assert found.left_out == (0, 1)
    assert found.end is None


def test_a_plan_that_only_misses_the_goal_has_no_step_left_out(blocks: Task) -> None:
    found = explore(blocks, "(unstack c a)")
    assert found == Continuation(
        findings=(), left_out=(), end=verify(blocks, read_plan("(unstack c a)"))
    )


STEPS = st.builds(
    Step,
    action=st.sampled_from(["pick-up", "put-down", "stack", "unstack", "fly"]),
    arguments=st.lists(st.sampled_from(["a", "b", "c", "d"]), max_size=2).map(tuple),
)


@given(st.lists(STEPS, max_size=10).map(lambda steps: Plan(steps=tuple(steps))))
def test_every_finding_is_true_of_the_plan_without_the_steps_it_names(
    blocks: Task, plan: Plan
) -> None:
    verdict = verify(blocks, plan)
    if isinstance(verdict, Valid):
        return
    found = go_on(blocks, plan, verdict, most=20)

    def without(left_out: tuple[int, ...]) -> Plan:
        steps = enumerate(plan.steps)
        return Plan(steps=tuple(step for index, step in steps if index not in left_out))

    for finding in found.findings:
        rest = verify(blocks, without(finding.without))
        assert isinstance(rest, Invalid)
        shift = sum(index < finding.flaw.index for index in finding.without)
        assert finding.flaw.index - shift in {flaw.index for flaw in (rest.flaw, *rest.also)}
        assert finding.flaw.step == plan.steps[finding.flaw.index]
    assert found.end == verify(blocks, without(found.left_out))
