"""A breach of the regulation by a plan: who, what, by which numbers, and who set it aside with what reason."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from lti_tool.domain.plan.sentences import SENTENCES, WORDS

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
        return self._say(0, "、")

    @property
    def sentence_en(self) -> str:
        """What is wrong, in one English sentence."""
        return self._say(1, ", ")

    def _say(self, language: int, comma: str) -> str:
        """The sentence with its numbers: codes in words, lists with the language's comma."""
        shown = {
            name: comma.join(
                _words(name, one, language) for one in (value if isinstance(value, list | tuple) else [value])
            )
            for name, value in self.numbers.items()
        }
        return SENTENCES[self.code][language].format_map(shown)


def _words(name: str, value: object, language: int) -> str:
    words = WORDS.get(name, {}).get(str(value))
    return words[language] if words else str(value)
