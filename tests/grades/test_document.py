"""`docs/grades.md` names tests and files that exist."""

import re
from pathlib import Path

DOCUMENT = Path("docs/grades.md").read_text(encoding="utf-8")


def test_every_test_that_is_named_exists() -> None:
    everything = "".join(path.read_text(encoding="utf-8") for path in Path("tests").rglob("test_*.py"))
    named = re.findall(r"`(test_\w+)`", DOCUMENT)

    assert len(named) > 10
    assert [name for name in named if f"def {name}(" not in everything] == []
    assert [path for path in re.findall(r"`([\w/]+\.py)`", DOCUMENT) if not (Path("tests") / path).is_file()] == []
