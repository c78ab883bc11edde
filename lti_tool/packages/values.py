"""What is known of a package, and why one is refused."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

MOST_PROBLEMS = 10  # told at once
HEARTBEAT, XAPI, CMI5 = "heartbeat", "xapi", "cmi5"


class Kind(StrEnum):
    """What a package is."""

    HTML = "html"
    XAPI = "xapi"  # with a tincan.xml, as authoring tools export it
    CMI5 = "cmi5"
    H5P = "h5p"


@dataclass(frozen=True, slots=True)
class UnitFound:
    """One thing of a package that can be opened: its only page, or an assignable unit of cmi5."""

    title: str
    address: str  # below the package's own address, perhaps with a query; or a whole web address
    track: str = HEARTBEAT
    activity: str | None = None  # the id that its own statements name, where its author fixed it
    publisher: str | None = None
    move_on: str | None = None
    mastery: str | None = None
    launch_method: str | None = None
    launch_parameters: str | None = None
    entitlement_key: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What a package turned out to be."""

    kind: Kind
    title: str
    units: tuple[UnitFound, ...]
    files: int = 0
    left_out: tuple[str, ...] = ()  # entries of kinds that are not served


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a package may be."""

    unpacked_bytes: int
    has_player: bool  # whether this installation can show H5P


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a package cannot be taken in: a code, the entry that it is about, and what was found there."""

    code: str
    entry: str = ""
    detail: str = ""


class Refused(Exception):  # noqa: N818 - what happens to the package
    """A package cannot be taken in; nothing of it is kept."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: Sequence[Problem] = list(problems)[:MOST_PROBLEMS]
        super().__init__("; ".join(f"{one.code} {one.entry} {one.detail}".strip() for one in self.problems))


def refuse(code: str, entry: str = "", detail: str = "") -> Refused:
    """A refusal for one reason."""
    return Refused([Problem(code, entry, detail)])
