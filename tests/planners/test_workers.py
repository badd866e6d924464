import asyncio
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import pytest_asyncio

from planners import BoundReached, Invalid, Task, UnsupportedTask, Valid, read_plan, verify
from planners.effort import effort
from planners.errors import TaskSyntaxError
from planners.pool import Limits
from planners.workers import SMALL, TINY, VerifierProcesses, VerifierThreads
from tests.app.modulo.lamps import BROKEN, GOOD, HALF, TASK, TWICE

pytestmark = pytest.mark.asyncio(loop_scope="module")
LIMITS = Limits(processes=1, seconds=20.0, memory_mebibytes=512)

# A few hundred characters that read in a millisecond and say "all of them, all ways".
HOSTILE_DOMAIN = """
(define (domain hostile) (:predicates (p ?x) (q ?x))
  (:action touch :parameters (?a) :effect (and (p ?a)
    (forall (?x ?y ?z) (when (and (q ?x) (not (p ?y)) (q ?z)) (not (q ?x)))))))
"""


def hostile(objects: int) -> Task:
    names = " ".join(f"o{number}" for number in range(objects))
    problem = (
        f"(define (problem p) (:domain hostile) (:objects {names}) (:init (q o0)) (:goal (p o0)))"
    )
    return Task(domain=HOSTILE_DOMAIN, problem=problem)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def processes():
    # Nothing is small: every judgement is made in a process.
    async with VerifierProcesses(LIMITS, small=0) as opened:
        yield opened


@pytest.mark.parametrize("text", [GOOD, HALF, TWICE, BROKEN, "", "(fly me)", "0: (switch-on a)"])
async def test_a_process_gives_the_verdict_that_a_thread_gives(processes, text):
    plan = read_plan(text)
    verdict = await processes.verify(TASK, plan)
    assert verdict == verify(TASK, plan) == await VerifierThreads().verify(TASK, plan)


async def test_an_error_in_a_task_is_the_same_from_either_side_of_the_boundary(processes):
    broken = Task(domain=TASK.domain, problem="(define")
    with pytest.raises(TaskSyntaxError) as raised:
        await processes.verify(broken, read_plan(""))
    assert raised.value.source == "problem"


async def test_a_judgement_within_the_bound_starts_no_process():
    async with VerifierProcesses(Limits(seconds=0.001)) as verifier:
        # No process could answer within a thousandth of a second.
        assert effort(TASK, read_plan(GOOD)) <= SMALL
        assert isinstance(await verifier.verify(TASK, read_plan(GOOD)), Valid)


async def test_a_tiny_judgement_needs_no_thread_once_the_task_is_known():
    known, longer = read_plan(GOOD), read_plan(TWICE * 100)
    assert effort(TASK, known) <= TINY < effort(TASK, longer) <= SMALL
    loop = asyncio.get_running_loop()
    none_left = ThreadPoolExecutor()
    none_left.shutdown()
    async with VerifierProcesses(Limits(seconds=0.000_001)) as verifier:
        await verifier.verify(TASK, known)
        threads = ThreadPoolExecutor()
        loop.set_default_executor(none_left)
        try:
            assert isinstance(await verifier.verify(TASK, known), Valid)
            with pytest.raises(RuntimeError, match="shutdown"):
                await verifier.verify(TASK, longer)
        finally:
            loop.set_default_executor(threads)


async def test_a_judgement_past_the_bound_by_one_is_made_in_a_process():
    plan = read_plan(GOOD)
    work = effort(TASK, plan)
    async with VerifierProcesses(Limits(seconds=0.000_001), small=work) as verifier:
        assert isinstance(await verifier.verify(TASK, plan), Valid)
    async with VerifierProcesses(Limits(seconds=0.000_001), small=work - 1) as verifier:
        with pytest.raises(BoundReached, match="seconds"):
            await verifier.verify(TASK, plan)


async def test_a_hostile_task_is_past_the_bound_before_it_is_judged():
    assert effort(hostile(60), read_plan("(touch o0)")) > SMALL


async def test_a_judgement_that_would_not_end_in_time_is_no_verdict():
    async with VerifierProcesses(Limits(processes=1, seconds=0.2)) as verifier:
        await verifier.warm()
        began = time.monotonic()
        with pytest.raises(BoundReached, match=r"0\.2 seconds"):
            await verifier.verify(hostile(100), read_plan("(touch o0)"))
        assert time.monotonic() - began < 5
        # The next plan is judged as if nothing had been.
        assert isinstance(await verifier.verify(TASK, read_plan(GOOD)), Valid)


async def test_a_judgement_that_takes_more_memory_than_it_may_is_no_verdict():
    limits = Limits(processes=1, seconds=60, memory_mebibytes=128)
    async with VerifierProcesses(limits) as verifier:
        with pytest.raises(BoundReached, match="128 mebibytes"):
            await verifier.verify(hostile(100), read_plan("(touch o0)"))


async def test_a_judgement_past_the_verifiers_own_bound_is_no_verdict(processes):
    with pytest.raises(BoundReached, match="ground conditions"):
        await processes.verify(hostile(1_000), read_plan("(touch o0)"))


async def test_the_event_loop_answers_while_plans_are_judged(processes):
    judged = asyncio.create_task(processes.verify(hostile(25), read_plan("(touch o0)")))
    waits = []
    while not judged.done():
        began = time.monotonic()
        await asyncio.sleep(0.001)
        waits.append(time.monotonic() - began)
    assert isinstance(await judged, Invalid | Valid)
    assert sorted(waits)[len(waits) // 2] < 0.1


async def test_what_cannot_be_read_is_refused_before_a_process_is_asked():
    async with VerifierProcesses(Limits(seconds=0.000_001), small=0) as verifier:
        task = Task(domain="(define (domain d) (:process p))", problem=TASK.problem)
        with pytest.raises(UnsupportedTask):
            await verifier.verify(task, read_plan(""))
