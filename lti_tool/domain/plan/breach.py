"""A breach of the regulation by a plan: who, what, by which numbers, and who set it aside with what reason."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from lti_tool.domain.plan.sentences import SENTENCES

Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True, slots=True)
class Breach:
    """One breach. `subject_kind` is programme, school, group, class, practice_activity or participant.

    `numbers` hold what was found and what is allowed, by the names that the sentences use.
    """

    code: str
    severity: Severity
    subject_kind: str
    subject: str
    requirement: str
    numbers: Mapping[str, object] = field(default_factory=dict)
    waived_by: str | None = None
    waiver_reason: str | None = None

    @property
    def sentence_zh(self) -> str:
        """What is wrong, in one Chinese sentence."""
        return SENTENCES[self.code][0].format_map(_Shown(self.numbers))

    @property
    def sentence_en(self) -> str:
        """What is wrong, in one English sentence."""
        return SENTENCES[self.code][1].format_map(_Shown(self.numbers))


class _Shown(dict[str, object]):
    """Numbers as a sentence shows them: lists with commas."""

    def __init__(self, numbers: Mapping[str, object]) -> None:
        super().__init__({name: _show(value) for name, value in numbers.items()})


def _show(value: object) -> object:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else value
