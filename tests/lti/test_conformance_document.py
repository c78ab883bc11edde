"""`docs/lti-conformance.md` names tests and cases that exist."""

import re
from pathlib import Path

DOCUMENT = Path("docs/lti-conformance.md").read_text(encoding="utf-8")
_TEST = re.compile(r"`([\w/]+\.py)::(test_\w+)(?:\[(.+?)\])?`((?: `\[.+?\]`)*)")


def named() -> list[tuple[str, str, list[str]]]:
    """(file, function, cases) of every test that the document names."""
    return [
        (path, function, [*([case] if case else []), *re.findall(r"`\[(.+?)\]`", more)])
        for path, function, case, more in _TEST.findall(DOCUMENT)
    ]


def test_every_test_that_is_named_exists() -> None:
    for path, function, cases in named():
        text = (Path("tests") / path).read_text(encoding="utf-8")
        assert f"def {function}(" in text, (path, function)
        for case in cases:
            assert f'"{case}"' in text, (path, case)


def test_the_document_names_a_test_for_every_check() -> None:
    rows = [line for line in DOCUMENT.splitlines() if line.startswith("|") and not re.match(r"\|[-§ c]", line)]
    assert [row for row in rows if "::test_" not in row] == []
    assert len(named()) > 80
