"""`recompute --dry-run`: who would change and how, by school and in total; and nothing is written."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson
import pytest

from lti_tool.credits.preview import Change, list_changes, sum_up
from lti_tool.credits.recording import Recording
from lti_tool.domain.identifiers import account_key
from lti_tool.domain.values import Group, Participant
from lti_tool.programmes.file import ProgrammeFile
from lti_tool.programmes.store import apply_programme
from tests.credits.conftest import EXAMPLE, Tool
from tests.credits.learners import approved, assessments, attendance, study
from tests.domain.notation import SCHOOL, context_of
from tests.support.clock import FakeClock
from tests.support.statements import CHEN, MOODLE, slice_

PROGRAMME, ZHANG, CHEN_ID = "hz-2026", "a6f10c3e", "c41b77e0"


@pytest.fixture
def studied(tool: Tool) -> Tool:
    """张老师 has 900 minutes, 陈老师 300; everybody's credits are computed."""
    tool.send(*study())
    tool.send(
        *(slice_(f"2026-10-{day}T08:00:00+08:00", f"2026-10-{day}T10:30:00+08:00", actor=CHEN) for day in (12, 13))
    )
    tool.credits.refresh(PROGRAMME)
    return tool


def load(tool: Tool, clock: FakeClock, **changes: Any) -> None:
    with tool.db.begin() as conn:
        apply_programme(conn, replace(EXAMPLE, programme=replace(EXAMPLE.programme, **changes)), clock())


def changes_of(tool: Tool) -> dict[str, dict[str, tuple[Any, Any]]]:
    return {change.participant: dict(change.figures) for change in tool.credits.preview(PROGRAMME)}


def test_nothing_would_change(studied: Tool) -> None:
    assert changes_of(studied) == {}


def test_a_setting_changes(studied: Tool, clock: FakeClock) -> None:
    before = studied.results()
    load(studied, clock, settings={"online_award": "proportional"})

    assert changes_of(studied) == {
        CHEN_ID: {"accrued": (0, Decimal("5.6")), "online": (0, Decimal("5.6"))},
    }
    assert studied.results() == before


def test_a_stricter_preset(studied: Tool, clock: FakeClock) -> None:
    load(studied, clock, settings={"preset": "strict"})

    found = changes_of(studied)[ZHANG]

    assert found["online_seconds"] == (54_000, 5 * 120 * 60)
    assert found["accrued"] == (17, 0)
    assert found["unmet"] == (["offline", "practice", "assess"], ["online", "offline", "practice", "assess"])


def test_another_rule_set(studied: Tool, clock: FakeClock) -> None:
    load(studied, clock, rule_set="blank-25-25", settings={})

    assert changes_of(studied)[ZHANG]["online"] == (17, 20)


def test_the_plan_changes(studied: Tool, clock: FakeClock) -> None:
    group: Group = EXAMPLE.programme.groups["grp-math-01"]
    groups = {**EXAMPLE.programme.groups, group.id: replace(group, focus_points=("T2",))}
    load(studied, clock, groups=groups)

    unmet = ["offline", "practice", "plan", "assess"]
    assert changes_of(studied)[ZHANG]["unmet"] == (["offline", "practice", "assess"], unmet)


def test_somebody_new_on_the_roster_is_listed_without_a_figure_now(studied: Tool, clock: FakeClock) -> None:
    newcomer = replace(EXAMPLE.participants[0], id="new-one", name="新老师")
    with studied.db.begin() as conn:
        apply_programme(conn, replace(EXAMPLE, participants=(*EXAMPLE.participants, newcomer)), clock())

    (found,) = list(studied.credits.preview(PROGRAMME))

    assert (found.participant, found.name, found.figures["accrued"]) == ("new-one", "新老师", (None, 0))
    assert found.accrued_by == 0


def test_rules_that_change_no_figure_change_nobody(studied: Tool, clock: FakeClock) -> None:
    """The hash is another one, and each result will carry it; nobody sees another figure."""
    load(studied, clock, settings={"class_max": 80})

    assert changes_of(studied) == {}
    studied.credits.refresh(PROGRAMME)
    assert {row["rule_set_hash"] for row in studied.results().values()} == {
        studied.credits.programme(PROGRAMME).rules.hash
    }


def test_results_carry_the_rule_set_and_its_hash(studied: Tool, clock: FakeClock) -> None:
    first = studied.credits.programme(PROGRAMME).rules
    assert {(row["rule_set"], row["rule_set_hash"]) for row in studied.results().values()} == {(first.id, first.hash)}

    load(studied, clock, settings={"preset": "strict"})
    studied.credits.refresh(PROGRAMME)

    second = studied.credits.programme(PROGRAMME).rules
    assert first.hash != second.hash
    assert {row["rule_set_hash"] for row in studied.results().values()} == {second.hash}


def change(person: str, school: str, now: str | None, then: str) -> Change:
    return Change(person, person, school, {"accrued": (None if now is None else Decimal(now), Decimal(then))})


def test_sums_by_school_and_in_total() -> None:
    summary = sum_up([change("a", "1", "17", "0"), change("b", "1", "10", "12.5"), change("c", "2", None, "5"),
                      Change("d", "d", "2", {"status": ("in_progress", "qualified")})])  # fmt: skip

    assert [(one.school, one.people, one.credits) for one in summary.schools] == [
        ("1", 2, Decimal("-14.5")),
        ("2", 2, Decimal(5)),
    ]
    assert (summary.people, summary.credits) == (4, Decimal("-9.5"))


def test_only_figures_that_differ_are_listed() -> None:
    names = ("accrued", "online", "online_seconds", "offline", "practice", "status", "unmet", "recorded")
    old = dict.fromkeys(names, 1)
    contexts = [context_of(participant=Participant(name, name.upper(), "grp-1")) for name in "ab"]

    (found,) = list_changes(contexts, {"a": old, "b": old}, [{**old, "online": 2}, dict(old)])

    assert (found.participant, found.name, found.school, found.figures) == ("a", "A", SCHOOL, {"online": (1, 2)})


# ── a file that is not loaded yet ────────────────────────────────────────────────────────────────────


def preview_file(tool: Tool, file: ProgrammeFile) -> dict[str, dict[str, tuple[Any, Any]]]:
    return {change.participant: dict(change.figures) for change in tool.credits.preview_file(file)}


CHANGES: dict[str, dict[str, Any]] = {
    "nothing": {},
    "a setting": {"settings": {"online_award": "proportional"}},
    "a preset": {"settings": {"preset": "strict"}},
    "another rule set": {"rule_set": "blank-25-25", "settings": {}},
    "a course is held": {"courses": tuple(replace(one, review="hold") for one in EXAMPLE.programme.courses)},
    "no classes": {"offline_classes": {}},
    "whose log": {"settings": {"log_required": "class"}},
}


@pytest.mark.parametrize("changes", [pytest.param(value, id=name) for name, value in CHANGES.items()])
def test_what_a_file_would_change_is_what_it_changes(studied: Tool, clock: FakeClock, changes: dict[str, Any]) -> None:
    """A change of rules shows its effect before it is applied: the same that a look afterwards shows."""
    studied.send(*attendance()[:4])
    studied.credits.refresh(PROGRAMME)
    before, file = studied.results(), replace(EXAMPLE, programme=replace(EXAMPLE.programme, **changes))

    foreseen = preview_file(studied, file)
    assert studied.results() == before
    with studied.db.begin() as conn:
        apply_programme(conn, file, clock())

    assert foreseen == changes_of(studied)


def test_a_file_may_change_the_roster_too(studied: Tool, clock: FakeClock) -> None:
    """陈老师's account becomes 张老师's; a link made at a launch stays what it is."""
    account = account_key(MOODLE, CHEN["account"]["name"])
    moved = tuple((key, ZHANG if key == account else person) for key, person in EXAMPLE.identifiers)
    file = replace(EXAMPLE, identifiers=moved)

    foreseen = preview_file(studied, file)
    with studied.db.begin() as conn:
        apply_programme(conn, file, clock())

    assert foreseen == changes_of(studied)
    assert foreseen[CHEN_ID]["online_seconds"] == (18_000, 0)


def test_a_recorded_figure_would_not_change(studied: Tool, clock: FakeClock) -> None:
    studied.send(*attendance(), *assessments(), *approved("p1", 5), *approved("p2", 10), *approved("p3", 10))
    Recording(studied.db, studied.credits, clock).enter(PROGRAMME, by="王老师")
    shares = {"online": 15, "offline": 8, "practice": 27}

    foreseen = preview_file(
        studied, replace(EXAMPLE, programme=replace(EXAMPLE.programme, settings={"structure": shares}))
    )

    assert ZHANG not in foreseen


def test_somebody_whose_group_is_gone_keeps_the_figures_of_that_time(studied: Tool, clock: FakeClock) -> None:
    before = studied.results()
    leaving = [person for person in EXAMPLE.participants if person.group == "grp-math-01"]
    staying = tuple(person for person in EXAMPLE.participants if person.group != "grp-math-01")
    groups = {name: one for name, one in EXAMPLE.programme.groups.items() if name != "grp-math-01"}
    gone = {person.id for person in leaving}
    kept = tuple((key, person) for key, person in EXAMPLE.identifiers if person not in gone)
    file = replace(EXAMPLE, programme=replace(EXAMPLE.programme, groups=groups), participants=staying, identifiers=kept)
    with studied.db.begin() as conn:
        apply_programme(conn, file, clock())

    studied.credits.refresh(PROGRAMME)

    assert all(studied.results()[person]["online_seconds"] == before[person]["online_seconds"] for person in gone)
    assert studied.credits.explain_many(PROGRAMME, sorted(gone)) == []
    assert changes_of(studied) == {}


def without(*gone: str) -> ProgrammeFile:
    """The example's file in which these people no longer stand, nor their accounts."""
    staying = tuple(person for person in EXAMPLE.participants if person.id not in gone)
    kept = tuple((key, person) for key, person in EXAMPLE.identifiers if person not in gone)
    return replace(EXAMPLE, participants=staying, identifiers=kept)


def test_whoever_leaves_the_roster_keeps_what_they_earned(studied: Tool, clock: FakeClock) -> None:
    with studied.db.begin() as conn:
        apply_programme(conn, without(ZHANG), clock())

    studied.credits.refresh(PROGRAMME)

    assert (studied.results()[ZHANG]["online_seconds"], studied.results()[ZHANG]["online"]) == (54_000, 17)


def test_what_a_principal_approved_stands_when_they_leave(studied: Tool, clock: FakeClock) -> None:
    studied.send(*approved("p1", 5))
    studied.credits.refresh(PROGRAMME)
    assert studied.results()[ZHANG]["practice"] == 5
    clock.advance(90 * 86_400)  # the approval is of December
    principals = [person.id for person in EXAMPLE.participants if person.position == "principal"]

    foreseen = preview_file(studied, without(*principals))
    with studied.db.begin() as conn:
        apply_programme(conn, without(*principals), clock())

    assert ZHANG not in foreseen
    assert ZHANG not in changes_of(studied)


# ── the command ──────────────────────────────────────────────────────────────────────────────────────


def test_the_command_says_who_and_how_by_school_and_in_total(studied: Tool, clock: FakeClock, run) -> None:
    before = studied.results()
    load(studied, clock, settings={"preset": "strict"})

    done = run("recompute", "--programme", PROGRAMME, "--dry-run")

    assert done.exit_code == 0, done.output
    lines = done.output.splitlines()
    assert lines[0].startswith(f"{ZHANG}  张老师  accrued 17 → 0; online 17 → 0; online_seconds 54000 → 36000")
    assert "school 3301000123: 2 people, -17 credits" in lines
    assert lines[-1] == "total: 2 people would change, -17 credits; nothing was written."
    assert studied.results() == before


def test_the_command_says_the_same_to_programs(studied: Tool, clock: FakeClock, run) -> None:
    load(studied, clock, settings={"online_award": "proportional"})

    done = run("recompute", "--programme", PROGRAMME, "--dry-run", "--json")

    assert orjson.loads(done.output) == {
        "changes": [
            {
                "participant": CHEN_ID,
                "name": "陈老师",
                "school": "3301000123",
                "figures": {"accrued": [0.0, 5.6], "online": [0.0, 5.6]},
            }
        ],
        "schools": {"3301000123": {"people": 1, "credits": 5.6}},
        "total": {"people": 1, "credits": 5.6},
    }


def test_nobody_would_change(studied: Tool, run) -> None:
    done = run("recompute", "--programme", PROGRAMME, "--dry-run")

    assert done.output == "total: 0 people would change, +0 credits; nothing was written.\n"


def test_recomputing_writes_what_the_dry_run_said(studied: Tool, clock: FakeClock, run) -> None:
    load(studied, clock, settings={"online_award": "proportional"})

    done = run("recompute", "--programme", PROGRAMME)

    assert done.exit_code == 0, done.output
    assert done.output == "7 statements read; the credits of 1 participants changed.\n"
    assert studied.results()[CHEN_ID]["accrued"] == Decimal("5.6")
    assert changes_of(studied) == {}


@pytest.mark.parametrize("options", [(), ("--dry-run",)])
def test_a_programme_that_there_is_not(studied: Tool, run, options: tuple[str, ...]) -> None:
    done = run("recompute", "--programme", "nothing", *options)

    assert (done.exit_code, 'there is no programme "nothing"' in done.output) == (2, True)


def test_the_command_looks_at_a_file_before_it_is_loaded(studied: Tool, run, tmp_path: Path) -> None:
    text = Path("examples/programme.toml").read_text(encoding="utf-8")
    file = tmp_path / "programme.toml"
    file.write_text(text.replace('online_award = "threshold"', 'online_award = "proportional"'), encoding="utf-8")

    done = run("recompute", "--programme", PROGRAMME, "--dry-run", "--file", str(file))

    assert done.exit_code == 0, done.output
    assert done.output.splitlines()[-1] == "total: 1 people would change, +5.6 credits; nothing was written."
    assert changes_of(studied) == {}


@pytest.mark.parametrize(
    ("options", "old", "new", "said"),
    [
        ((), "", "", "--file goes with --dry-run"),
        (("--dry-run",), 'id = "hz-2026"', 'id = "other"', 'it is of the programme "other"'),
        (("--dry-run",), "proportional", "proportional", None),
        (("--dry-run",), 'stage = "primary"', 'stage = "tertiary"', "groups[0].stage: must be one of"),
    ],
)
def test_a_file_that_cannot_be_looked_at(
    studied: Tool, run, tmp_path: Path, options: tuple[str, ...], old: str, new: str, said: str | None
) -> None:
    file = tmp_path / "programme.toml"
    file.write_text(Path("examples/programme.toml").read_text(encoding="utf-8").replace(old, new), encoding="utf-8")

    done = run("recompute", "--programme", PROGRAMME, *options, "--file", str(file))

    assert done.exit_code == (2 if said else 0)
    assert (said or "nothing was written") in done.output
