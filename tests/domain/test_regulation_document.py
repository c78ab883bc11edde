"""docs/regulation.md names places and proofs that exist, for every requirement of the guide, and misses none."""

import ast
import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from lti_tool.domain.settings import BY_NAME, SETTINGS

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "regulation.md"
RULE_SETS = ROOT / "lti_tool" / "rule_sets"


class Row(NamedTuple):
    requirement: str
    mark: str
    what: str
    places: list[str]
    proofs: list[str]
    note: str


def read_document() -> list[Row]:
    lines = [line for line in DOCUMENT.read_text(encoding="utf-8").splitlines() if line.startswith("| R-")]
    rows = []
    for line in lines:
        requirement, mark, what, places, proofs, note = (cell.strip() for cell in line.strip("|").split("|"))
        rows.append(
            Row(requirement, mark, what, re.findall("`([^`]+)`", places), re.findall("`([^`]+)`", proofs), note)
        )
    return rows


ROWS = read_document()


@cache
def names_of(path: str) -> frozenset[str]:
    """Everything that a module defines: functions, classes, constants."""
    found = set()
    for node in ast.parse((ROOT / path).read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        found.update(target.id for target in targets if isinstance(target, ast.Name))
    return frozenset(found)


def has_key(place: str) -> bool:
    """Whether a rule set has an entry: `zj-ts2-2021-10.toml#terms.roles.trainer`."""
    name, _, path = place.partition("#")
    found: Any = tomllib.loads((RULE_SETS / name).read_text(encoding="utf-8"))
    for key in path.split("."):
        if not isinstance(found, dict) or key not in found:
            return False
        found = found[key]
    return True


def exists(place: str) -> bool:
    if ".toml#" in place:
        return has_key(place)
    path, _, name = place.partition("::")
    return (ROOT / path).is_file() and name in names_of(path)


def test_no_requirement_is_missing() -> None:
    assert [row.requirement for row in ROWS] == [f"R-{number:03}" for number in range(1, 92)]


@pytest.mark.parametrize("row", [pytest.param(row, id=row.requirement) for row in ROWS])
def test_places_and_proofs_exist(row: Row) -> None:
    assert [place for place in row.places + row.proofs if not exists(place)] == []
    assert all(proof.startswith("tests/") for proof in row.proofs)


@pytest.mark.parametrize("row", [pytest.param(row, id=row.requirement) for row in ROWS])
def test_what_is_more_than_information_is_implemented_and_proven(row: Row) -> None:
    assert set(row.mark.split("/")) <= {"E", "W", "M", "I"}
    if row.mark == "I":
        assert row.note.startswith("recorded only")
    else:
        assert row.places
        assert row.proofs


def test_requirements_that_the_code_cites_are_requirements() -> None:
    """A number in a comment or a docstring of the domain and the rule sets is one of the document's."""
    known = {row.requirement for row in ROWS}
    files = [*(ROOT / "lti_tool" / "domain").rglob("*.py"), *RULE_SETS.glob("*.toml")]

    cited = {number for path in files for number in re.findall(r"R-\d{3}", path.read_text(encoding="utf-8"))}

    assert cited <= known


def test_every_question_that_the_guide_leaves_open_names_its_setting() -> None:
    """The settings of the code are those of the page, each under the question that the code says it answers."""
    lines = [line for line in DOCUMENT.read_text(encoding="utf-8").splitlines() if line.startswith("| A-")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    named = {
        number: {name for name in re.findall("`([^`]+)`", place) if name in BY_NAME} for number, _, place, _ in cells
    }

    assert list(named) == [f"A-{number:02}" for number in range(1, 30)]
    for number, names in named.items():
        assert names == {setting.name for setting in SETTINGS if setting.source == number}
