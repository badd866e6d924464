"""`modulo validate` and `modulo check`: plans and tasks are judged, no model is asked."""

import asyncio
import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from app.bank import referee_of
from app.console import AsJson, DomainFile, Exit, ProblemFile, problems_told, task_of, text_of
from app.modulo.assurance import Assurance, reached
from app.sessions.wire_opinion import OpinionWire
from app.sessions.wire_verdict import verdict_wire
from app.settings import Settings
from app.terminal import opinions_in_words, verdict_in_words
from planners import Plan, Task, Valid, Verdict, read_plan, verify
from planners.certificate import Certificate, certify
from planners.opinion import SecondOpinion, disputed
from planners.pddl import read_task
from planners.pddl.lint import Severity, lint


def validate(
    domain: DomainFile,
    problem: ProblemFile,
    plan: Annotated[Path, typer.Argument(help="Plan in the IPC format.")],
    *,
    assurance: Annotated[
        Assurance, typer.Option(help="double: independent validators are asked, too.")
    ] = Assurance.SINGLE,
    certificate: Annotated[
        Path | None,
        typer.Option(help="Write the states that a valid sequential plan passes through."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Verify a plan: execute it against the domain and check the goal. No model is asked."""
    with problems_told(domain=domain, problem=problem):
        task = task_of(domain, problem)
        read_task(task)
        judged = read_plan(text_of(plan))
        found = verify(task, judged) if certificate is None else certify(task, judged)
        verdict = found.proof if isinstance(found, Certificate) else found
        opinions: tuple[SecondOpinion, ...] = ()
        if assurance is Assurance.DOUBLE:
            opinions = asyncio.run(opinions_on(task, judged, verdict))
        if certificate is not None and isinstance(found, Certificate):
            certificate.write_text(found.as_json(), encoding="utf-8")
        if as_json:
            print(judged_as_json(verdict, opinions))
        else:
            print(verdict_in_words(verdict, judged))
            if opinions:
                print(opinions_in_words(opinions))
    accepted = isinstance(verdict, Valid) and not disputed(opinions)
    raise typer.Exit(Exit.SOLVED if accepted else Exit.NOT_SOLVED)


def check(
    domain: DomainFile,
    problem: Annotated[Path | None, typer.Argument(help="PDDL problem.")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Look a task over, or a domain alone: what cannot be read, and what is odd."""
    with problems_told():
        texts = [text_of(file) for file in (domain, problem) if file is not None]
        findings = lint(*texts)
        files = {"domain": domain, "problem": problem}
        if as_json:
            print(json.dumps([asdict(finding) for finding in findings], indent=2))
        else:
            for finding in findings:
                print(
                    f"{files[finding.source]}:{finding.line}:{finding.column}: "
                    f"{finding.severity}: {finding.message} [{finding.rule}]"
                )
                print(f"    {finding.text}")
            if not findings:
                print("nothing was found")
    unreadable = any(finding.severity is Severity.ERROR for finding in findings)
    raise typer.Exit(Exit.BAD_INPUT if unreadable else Exit.SOLVED)


async def opinions_on(task: Task, plan: Plan, verdict: Verdict) -> tuple[SecondOpinion, ...]:
    """Ask the validators that are installed here."""
    async with referee_of(Settings()) as referee:
        return await referee.judge(task, plan, verdict)


def judged_as_json(verdict: Verdict, opinions: tuple[SecondOpinion, ...]) -> str:
    """Write a verdict for machines, with what other validators say where they were asked."""
    fields = verdict_wire(verdict).model_dump(mode="json", exclude_none=True)
    if opinions:
        fields["assurance"] = reached(opinions)
        fields["opinions"] = [OpinionWire.of(opinion).model_dump() for opinion in opinions]
    return json.dumps(fields)
