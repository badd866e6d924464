"""Inputs of the fuzzer: a domain, a problem and a plan in one file, apart by marks."""

from dataclasses import dataclass
from pathlib import Path

CORPUS = Path(__file__).with_name("corpus")
HAND_WRITTEN = Path(__file__).resolve().parents[1] / "corpus"
MARKS = (";;; domain\n", ";;; problem\n", ";;; plan\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Three texts; none of them needs to be right."""

    domain: str
    problem: str
    plan: str

    def __str__(self) -> str:
        texts = (self.domain, self.problem, self.plan)
        return "".join(f"{mark}{text}\n" for mark, text in zip(MARKS, texts, strict=True))


def read_case(text: str) -> Case:
    """Take a file apart at the marks; what a missing mark would begin is empty."""
    before, _, plan = text.partition(MARKS[2])
    before, _, problem = before.partition(MARKS[1])
    domain = before.partition(MARKS[0])[2]
    return Case(domain=domain, problem=problem, plan=plan)


def kept_cases() -> list[Path]:
    """List the files of the corpus: seeds of each part of the language, and past defects."""
    return sorted(CORPUS.glob("*.case"))


def seeds() -> list[Case]:
    """Collect what mutations begin with: the corpus here, and the plans written by hand."""
    found = [read_case(path.read_text(encoding="utf-8")) for path in kept_cases()]
    for path in sorted(HAND_WRITTEN.glob("*/*.plan")):
        domain, problem = (
            path.with_name(f"{name}.pddl").read_text(encoding="utf-8")
            for name in ("domain", "problem")
        )
        found.append(Case(domain=domain, problem=problem, plan=path.read_text(encoding="utf-8")))
    return found
