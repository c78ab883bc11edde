"""What a report's columns are called, and in which order they stand."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Heading:
    """A report's title and its columns: {code: label}, in order."""

    title: str
    columns: Mapping[str, str]


@cache
def headings() -> Mapping[str, Heading]:
    """Every report's heading, by the report's name."""
    listed = tomllib.loads(files("lti_tool.reports").joinpath("columns.toml").read_text(encoding="utf-8"))
    return {name: Heading(entry["title"], entry["columns"]) for name, entry in listed.items()}
