"""The knee of a rising rate."""

from deploy.loadtest.knee import knee
from deploy.loadtest.report import Step


def step(offered: float, goodput: float, p95: float | None = 1.0) -> Step:
    return Step(
        rate=offered,
        offered=offered,
        goodput=goodput,
        plan_p50=p95,
        plan_p95=p95,
        solved_share=1.0,
    )


def test_the_knee_is_the_last_step_before_goodput_falls_behind():
    steps = [step(10, 10), step(20, 19), step(40, 37), step(80, 50), step(160, 50)]
    assert knee(steps) is steps[2]


def test_the_knee_is_the_last_step_before_p95_breaks_away():
    steps = [step(10, 10, 1.0), step(20, 20, 2.9), step(40, 40, 3.1)]
    assert knee(steps) is steps[1]


def test_a_later_step_that_holds_again_does_not_count():
    steps = [step(10, 10), step(20, 5), step(40, 40)]
    assert knee(steps) is steps[0]


def test_there_is_no_knee_where_the_first_step_is_too_much():
    assert knee([step(10, 5), step(20, 20)]) is None
    assert knee([step(10, 10, None)]) is None
    assert knee([]) is None
