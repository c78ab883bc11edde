"""`record` on the command line: a look first, then the batch, then corrections by name."""

import orjson
import pytest

from tests.credits.conftest import Tool
from tests.credits.learners import approved, assessments, attendance, study, void

PROGRAMME, ZHANG = "hz-2026", "a6f10c3e"
APPROVALS = [*approved("p1", 5), *approved("p2", 10), *approved("p3", 10)]


@pytest.fixture
def passed(tool: Tool) -> Tool:
    tool.send(*study(), *attendance(), *APPROVALS, *assessments())
    return tool


def test_a_look_first(passed: Tool, run) -> None:
    done = run("record", "--programme", PROGRAMME, "--by", "王老师", "--dry-run")

    assert done.output == f"{ZHANG}  50\n1 participants would be entered; nothing was written.\n"
    assert passed.results()[ZHANG]["status"] == "qualified"


def test_then_the_batch(passed: Tool, run) -> None:
    done = run("record", "--programme", PROGRAMME, "--by", "王老师", "--receipt", "42")

    assert done.output == f"{ZHANG}  50\n1 participants entered in batch 1.\n"
    assert passed.results()[ZHANG]["status"] == "recorded"
    assert run("record", "--programme", PROGRAMME, "--by", "王老师").output == "Nobody is ready to be entered.\n"


def test_a_correction_names_its_people(passed: Tool, run) -> None:
    run("record", "--programme", PROGRAMME, "--by", "王老师")
    refused = run("record", "--programme", PROGRAMME, "--by", "王老师", "--correct", ZHANG)
    assert (refused.exit_code, f"{ZHANG}: needs no correction" in refused.output) == (2, True)

    passed.send(void(APPROVALS[3]))
    done = run("record", "--programme", PROGRAMME, "--by", "王老师", "--correct", ZHANG, "--json")

    assert orjson.loads(done.output) == {"batch": 2, "entries": {ZHANG: 0.0}}


def test_what_was_entered_is_listed_with_who_and_when(passed: Tool, run) -> None:
    run("record", "--programme", PROGRAMME, "--by", "王老师", "--receipt", "42")

    listed = run("recorded", "--programme", PROGRAMME).output
    (batch,) = orjson.loads(run("recorded", "--programme", PROGRAMME, "--batch", "1", "--json").output)

    assert (listed.startswith("batch 1: 20"), listed.endswith(" UTC by 王老师, receipt 42, 1 people\n")) == (True, True)
    assert (batch["by"], batch["receipt"], batch["entries"]) == ("王老师", "42", {ZHANG: 50.0})
    assert run("recorded", "--programme", PROGRAMME, "--batch", "1").output == f"{listed}{ZHANG}  50\n"


def test_a_batch_that_there_is_not(passed: Tool, run) -> None:
    refused = run("recorded", "--programme", PROGRAMME, "--batch", "7")

    assert (refused.exit_code, f'"{PROGRAMME}" has no batch 7' in refused.output) == (2, True)


def test_a_programme_that_there_is_not(tool: Tool, run) -> None:
    assert run("record", "--programme", "nothing", "--by", "王老师").exit_code == 2
