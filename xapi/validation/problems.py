"""What is wrong with a statement: values that carry their place, collected rather than raised.

A path is a linked pair `(parent, step)`, cheap to make on the hot path; its text is only written
for a problem.
"""

from dataclasses import dataclass
from typing import Any, TypeAlias

Path: TypeAlias = "tuple[Path, str | int] | None"

#: More than this many problems of one request are not listed.
MOST_PROBLEMS = 100


@dataclass(frozen=True, slots=True)
class Problem:
    """One broken rule: where (`actor.member[2].mbox`), which (a short code) and what to do (a sentence)."""

    path: str
    rule: str
    message: str

    def as_detail(self) -> dict[str, Any]:
        return {"path": self.path, "rule": self.rule, "message": self.message}


class Problems(list[Problem]):
    """The problems found so far."""

    def add(self, path: Path, rule: str, message: str) -> None:
        if len(self) < MOST_PROBLEMS:
            self.append(Problem(write_path(path), rule, message))

    def unknown(self, path: Path, value: dict[str, Any], allowed: frozenset[str]) -> None:
        """Report the properties of `value` that the specification does not name."""
        for name in sorted(value.keys() - allowed):
            self.add((path, name), "unknown_property", "the specification has no such property here (case counts)")


def write_path(path: Path) -> str:
    """The text of a path: `[3].context.extensions["http://…"]`."""
    steps: list[str | int] = []
    while path is not None:
        path, step = path
        steps.append(step)
    text = ""
    for step in reversed(steps):
        if isinstance(step, int):
            text += f"[{step}]"
        elif step.isidentifier():
            text += f".{step}" if text else step
        else:
            text += '["' + step.replace('"', '\\"')[:200] + '"]'
    return text
