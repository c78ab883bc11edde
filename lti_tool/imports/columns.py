"""What the columns of a sheet may be called, and which column of a header is which (`columns.toml`)."""

import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from lti_tool.reports.columns import headings


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of one kind of sheet."""

    names: Mapping[str, tuple[str, ...]]  # {code: what it may be called}
    required: tuple[str, ...]
    one_of: tuple[tuple[tuple[str, ...], ...], ...]
    codes: Mapping[str, str]  # {normalised name: code}
    passed_over: frozenset[str]  # normalised: what our own reports have besides

    def code_of(self, label: str) -> str | None:
        """The column that a label names; None for any other label."""
        return self.codes.get(normalise(label))

    def count_known(self, labels: Iterable[str]) -> int:
        """How many columns of this sheet some labels name: tells a header from other rows."""
        return len({code for label in labels if (code := self.code_of(label))})

    def is_meant(self, labels: Iterable[str]) -> bool:
        """Whether labels name any of the required columns: a sheet without one is about something else."""
        return any(self.code_of(label) in self.required for label in labels)

    def find_problems(self, labels: Sequence[str]) -> Iterator[str]:
        """What is wrong with a header, in sentences: a column that is missing, or that stands there twice."""
        places: dict[str, list[str]] = {}
        for label in labels:
            code = self.code_of(label)
            if code is not None:
                places.setdefault(code, []).append(label)
        for code, found in places.items():
            if len(found) > 1:
                yield f'"{code}" stands there {len(found)} times ({", ".join(found)}); keep one'
        for code in self.required:
            if code not in places:
                yield f"there is no {self._called(code)}"
        for alternatives in self.one_of:
            if not any(all(code in places for code in codes) for codes in alternatives):
                wanted = " or ".join(" with ".join(self._called(code) for code in codes) for codes in alternatives)
                yield f"there is neither of {wanted}"

    def list_unknown(self, labels: Iterable[str]) -> list[str]:
        """Labels that name nothing we know: somebody may have misspelt one."""
        texts = [label for label in labels if label and not is_reason(label)]
        return [one for one in texts if self.code_of(one) is None and normalise(one) not in self.passed_over]

    def _called(self, code: str) -> str:
        return f'column "{code}" ({", ".join(self.names[code])})'


def normalise(label: str) -> str:
    """A label or word without what does not matter: blanks, capitals, asterisks, the width of signs."""
    return "".join(unicodedata.normalize("NFKC", label).split()).strip("*").casefold()


def is_reason(label: str) -> bool:
    """Whether it is the column that a file of rows set aside ends with."""
    return normalise(label) in {normalise(one) for one in _data()["reason"]}


def reason_label(labels: Iterable[str]) -> str:
    """What that column is called in a sheet with these labels: Chinese, unless they are all codes."""
    chinese, code = _data()["reason"]
    return str(code if all(label.isascii() for label in labels) else chinese)


@cache
def layouts() -> Mapping[str, Layout]:
    """Every kind of sheet, by its name."""
    kinds = {name: entry for name, entry in _data().items() if name not in {"reason", "words"}}
    return {name: _layout(entry) for name, entry in kinds.items()}


@cache
def words(column: str) -> Mapping[str, str]:
    """What may stand in the cells of a column: {normalised word: code}."""
    listed = _data()["words"][column]
    return {normalise(word): code for code, said in listed.items() for word in (code, *said)}


def show_words(column: str) -> str:
    """The words of a column, the first of each code, to tell somebody what may stand there."""
    return "、".join(said[0] for said in _data()["words"][column].values())


@cache
def _data() -> Mapping[str, Any]:
    return tomllib.loads(files("lti_tool.imports").joinpath("columns.toml").read_text(encoding="utf-8"))


def _layout(entry: Mapping[str, Any]) -> Layout:
    exported = [headings()[sheet].columns for sheet in entry["sheets"]]
    names = {
        code: tuple(dict.fromkeys([*said, *(sheet[code] for sheet in exported if code in sheet)]))
        for code, said in entry["columns"].items()
    }
    return Layout(
        names=names,
        required=tuple(entry["required"]),
        one_of=tuple(tuple(tuple(codes) for codes in alternatives) for alternatives in entry["one_of"]),
        codes={normalise(name): code for code, said in names.items() for name in (code, *said)},
        passed_over=frozenset(normalise(label) for one in headings().values() for label in one.columns.values()),
    )
