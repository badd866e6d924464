"""The rules of the house that are not about imports; those are import-linter's."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("app", "planners", "deploy")
SOURCES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
FORBIDDEN_ROOMS = {"utils", "helpers", "common", "base", "core", "manager", "services"}


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def calls(path: Path) -> Iterator[str]:
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Call):
            match node.func:
                case ast.Name(id=name) | ast.Attribute(attr=name):
                    yield name


def makers_of(name: str) -> set[str]:
    return {str(path.relative_to(ROOT)) for path in SOURCES if name in set(calls(path))}


def test_only_the_verifier_makes_valid():
    assert makers_of("Valid") == {"planners/verifier.py"}


def test_only_the_loop_makes_solved():
    assert makers_of("Solved") == {"app/modulo/findings.py"}


def test_only_findings_of_the_loop_make_unsolvable():
    assert makers_of("Unsolvable") == {"app/modulo/findings.py"}


def test_only_engines_make_proofs_that_there_is_no_plan():
    assert {Path(maker).parts[:2] for maker in makers_of("ProvenUnsolvable")} == {
        ("planners", "engines")
    }


def test_solved_cannot_be_made_without_a_proof():
    solved = next(
        node
        for node in ast.walk(tree_of(ROOT / "app/modulo/events.py"))
        if isinstance(node, ast.ClassDef) and node.name == "Solved"
    )
    fields = {
        ast.unparse(node.target): ast.unparse(node.annotation)
        for node in solved.body
        if isinstance(node, ast.AnnAssign) and node.value is None
    }
    assert fields["proof"] == "Valid"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_room_has_a_name_that_says_nothing(path):
    assert not FORBIDDEN_ROOMS & set(path.relative_to(ROOT).with_suffix("").parts)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_module_says_what_it_is_for(path):
    assert ast.get_docstring(tree_of(path))


def test_no_test_replaces_a_part_by_a_mock():
    for path in TESTS:
        imported = {
            name
            for node in ast.walk(tree_of(path))
            if isinstance(node, ast.Import | ast.ImportFrom)
            for name in (
                [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else [str(node.module), *(alias.name for alias in node.names)]
            )
        }
        assert not {"unittest.mock", "mock", "pytest_mock", "MagicMock"} & imported, path


def test_every_decision_record_is_numbered_dated_and_has_its_four_parts():
    records = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    assert [int(path.name[:4]) for path in records] == list(range(1, len(records) + 1))
    for path in records:
        text = path.read_text(encoding="utf-8")
        assert "Date: " in text, path
        for part in ("**Context.**", "**Decision.**", "**Consequences.**", "**Not chosen.**"):
            assert part in text, (path, part)
