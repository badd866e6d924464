import threading

import pytest

from planners.errors import TaskSyntaxError
from planners.pddl.cache import TaskCache
from planners.task import Task


def task(name: str) -> Task:
    return Task(domain=name, problem="")


def test_a_result_is_made_once_while_it_is_kept():
    made = []
    cache = TaskCache(lambda task: made.append(task) or object())
    assert cache(task("a")) is cache(task("a"))
    assert made == [task("a")]


def test_the_task_that_was_asked_for_longest_ago_is_dropped_first():
    made = []
    cache = TaskCache(lambda task: made.append(task.domain) or object(), max_kept=2)
    for name in "abac":
        cache(task(name))
    cache(task("a"))
    assert made == ["a", "b", "c"]
    assert len(cache) == 2


def test_a_task_asked_for_twice_in_a_row_is_the_last_to_be_dropped():
    made = []
    cache = TaskCache(lambda task: made.append(task.domain) or object(), max_kept=2)
    one, other, third = task("a"), task("b"), task("c")
    for each in (one, other, one, one, third):
        cache(each)
    assert one in cache
    assert cache(one) is cache(one)
    cache(other)
    assert made == ["a", "b", "c", "b"]


def test_texts_are_kept_up_to_their_length_together():
    cache = TaskCache(lambda _: object(), max_characters=10)
    for length in (4, 4, 4):
        cache(task("x" * length))
    cache(task("y" * 6))
    assert len(cache) == 2
    cache(task("z" * 50))
    assert len(cache) == 1


def test_what_is_raised_is_not_kept():
    answers = iter([TaskSyntaxError("domain", 1, 1, "once"), None])

    def make(_: Task) -> str:
        answer = next(answers)
        if answer is not None:
            raise answer
        return "made"

    cache = TaskCache(make)
    with pytest.raises(TaskSyntaxError):
        cache(task("a"))
    assert cache(task("a")) == "made"


def test_threads_that_ask_at_once_get_one_result():
    barrier = threading.Barrier(4)

    def make(_: Task) -> object:
        barrier.wait()
        return object()

    cache = TaskCache(make)
    results = []
    threads = [threading.Thread(target=lambda: results.append(cache(task("a")))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(result) for result in results}) == 1
