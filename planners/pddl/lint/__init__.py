"""What is odd in a task that can be read: found by rules, each finding with its place.

Reading settles what a task means and refuses what means nothing; a lint rule looks at what
was probably not meant. No rule changes a verdict.
"""

from planners.errors import TaskError
from planners.pddl.domain import read_domain
from planners.pddl.lint.finding import Finding, Severity
from planners.pddl.lint.places import Places
from planners.pddl.lint.rules import RULES
from planners.pddl.lint.usage import Usage
from planners.pddl.notes import Notes
from planners.pddl.problem import read_problem
from planners.pddl.tokens import Source, lines_of

__all__ = ["Finding", "Severity", "lint"]

MAX_FINDINGS = 1_000

# Stands in for a problem where only a domain is looked at.
_NO_PROBLEM = "(define (problem none) (:domain {name}) (:init) (:goal (and)))"


def lint(domain: str, problem: str | None = None) -> tuple[Finding, ...]:
    """Look a domain over, or a whole task.

    Args:
        domain: The text of the domain.
        problem: The text of the problem. Without one, rules that need objects, an initial
            state or a goal find nothing.

    Returns:
        What was found, at most `MAX_FINDINGS`: an error alone where the texts cannot be
        read; else warnings and notes, those of the domain first, in the order of the text.
    """
    try:
        return _lint(domain, problem)[:MAX_FINDINGS]
    except TaskError as error:
        texts = {"domain": domain, "problem": problem or ""}
        return (
            Finding(
                severity=Severity.ERROR,
                rule="reading",
                source=error.source,
                line=error.line,
                column=error.column,
                message=error.message,
                text=_line(lines_of(texts[error.source]), error.line),
            ),
        )


def _lint(domain: str, problem: str | None) -> tuple[Finding, ...]:
    notes = Notes()
    domain_source = Source("domain", domain)
    declared = read_domain(domain_source, notes)
    text = _NO_PROBLEM.format(name=declared.name) if problem is None else problem
    problem_source = Source("problem", text)
    task = read_problem(problem_source, declared, notes)
    sources = {"domain": domain_source, "problem": problem_source}
    lines = {"domain": lines_of(domain), "problem": lines_of(text)}
    found = [
        Finding(
            severity=Severity.WARNING,
            rule="reading",
            source=warning.source,
            line=warning.line,
            column=warning.column,
            message=warning.message,
            text=_line(lines[warning.source], warning.line),
        )
        for warning in task.warnings
    ]
    usage = Usage(task, whole=problem is not None)
    places = Places(domain_source, problem_source)
    for rule in RULES:
        for place, message in rule.look(usage, places):
            line, column = sources[place.source].place(place.offset)
            found.append(
                Finding(
                    severity=rule.severity,
                    rule=rule.name,
                    source=place.source,
                    line=line,
                    column=column,
                    message=message,
                    text=_line(lines[place.source], line),
                )
            )
    if problem is None:
        found = [finding for finding in found if finding.source == "domain"]
    return tuple(sorted(found, key=lambda finding: (finding.source, finding.line, finding.column)))


def _line(lines: list[str], number: int) -> str:
    return lines[number - 1].strip()[:200] if 0 < number <= len(lines) else ""
