"""PDDL goes into prompts as it means, without what is no part of it."""

from pathlib import Path

from app.prompts.pddl import domain_as_pddl, problem_as_pddl, tidied
from planners.pddl import read_task
from planners.task import Task


def test_comments_case_and_needless_space_are_left_out() -> None:
    assert tidied("\ufeff(define  ; [PLAN END]\r\n\r\n\t(A\u2028?X))  ") == "(define\n (a ?x))"


def test_indentation_is_kept_within_a_bound() -> None:
    assert tidied("(a\n  (b)\n" + " " * 1_000 + "(c))") == "(a\n  (b)\n" + " " * 24 + "(c))"


def test_a_tidied_task_means_the_same(museum: Task, blocks: Task) -> None:
    for task in (museum, blocks):
        tidy = Task(domain=domain_as_pddl(task), problem=problem_as_pddl(task))
        assert read_task(tidy) == read_task(task)


def test_recorded_tasks_mean_the_same_when_tidied(shared_data: Path) -> None:
    for folder in sorted((shared_data / "planbench" / "instances").iterdir()):
        problem = min(path for path in folder.glob("*.pddl") if path.name != "domain.pddl")
        task = Task(domain=(folder / "domain.pddl").read_text(), problem=problem.read_text())
        tidy = Task(domain=domain_as_pddl(task), problem=problem_as_pddl(task))
        assert read_task(tidy) == read_task(task)
