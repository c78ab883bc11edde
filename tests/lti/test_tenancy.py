"""A platform shows its own programmes: naming another institution's in a custom parameter leads nowhere."""

import tomllib
from pathlib import Path

import pytest

from lti_tool.lti.sessions import LtiSession
from lti_tool.programmes.file import parse_programme, read_programme_file
from lti_tool.programmes.store import apply_programme
from lti_tool.storage.queries import programmes
from lti_tool.storage.tables.lti import lti_contexts
from tests.support.clock import FakeClock
from tests.support.platform import LTI, Claims, Platform, Tool

EXAMPLE = Path("examples/programme.toml")


@pytest.fixture
def two_programmes(tool: Tool, clock: FakeClock) -> None:
    """`hz-2026` belongs to another registered platform; `ours` belongs to nobody yet."""
    other = Platform("https://moodle.example.org", client_id="other")
    other.register(tool.db, clock())
    raw = tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))
    raw["programme"]["id"] = "ours"
    for person in [*raw["participants"], *raw["staff"]]:
        person["accounts"] = []
    with tool.db.begin() as conn:
        apply_programme(conn, read_programme_file(EXAMPLE), clock())
        apply_programme(conn, parse_programme(raw), clock())
        programmes.link_course(conn, "hz-2026", other.issuer, "their-course")


def launch_naming(tool: Tool, platform: Platform, programme: str) -> tuple[int, LtiSession | None]:
    def name_it(claims: Claims) -> None:
        claims[LTI + "custom"] = {"programme": programme}

    answer = tool.launch(platform, name_it)
    return answer.status_code, tool.session(answer) if answer.status_code == 303 else None


@pytest.mark.usefixtures("two_programmes")
def test_another_institutions_programme_looks_as_if_it_were_not_there(tool: Tool, platform: Platform) -> None:
    theirs, _ = launch_naming(tool, platform, "hz-2026")
    nobodys, _ = launch_naming(tool, platform, "no-such-programme")

    assert theirs == nobodys
    assert theirs >= 400
    assert tool.count(lti_contexts) == {"lti_contexts": 0}, "the refused launches left no course behind"


@pytest.mark.usefixtures("two_programmes")
def test_a_programme_of_nobody_yet_may_be_named(tool: Tool, platform: Platform) -> None:
    _, session = launch_naming(tool, platform, "ours")

    assert session is not None
    assert session.programme_id == "ours"
