"""Programmes in the database: loading again updates, and what people earned is never dropped with the roster."""

from dataclasses import replace
from pathlib import Path

from lti_tool.domain.identifiers import account_key, email_key, participant_key
from lti_tool.programmes.file import read_programme_file
from lti_tool.programmes.store import apply_programme, find_programme
from lti_tool.storage.database import Database
from lti_tool.storage.queries import people, programmes
from tests.support.clock import FakeClock

FILE = read_programme_file(Path("examples/programme.toml"))


def load(db: Database, clock: FakeClock, file=FILE) -> None:
    with db.begin() as conn:
        apply_programme(conn, file, clock())


def test_what_was_loaded_is_what_is_read(db: Database, clock: FakeClock) -> None:
    load(db, clock)

    with db.read() as conn:
        read = find_programme(conn, "hz-2026")

    assert read is not None
    assert replace(read, courses=tuple(sorted(read.courses, key=str))) == replace(
        FILE.programme, courses=tuple(sorted(FILE.programme.courses, key=str))
    )


def test_loading_again_raises_the_version_and_touches_everybody(db: Database, clock: FakeClock) -> None:
    load(db, clock)
    load(db, clock)

    with db.read() as conn:
        row = programmes.find_programme(conn, "hz-2026")
        everybody = people.list_participants(conn, "hz-2026")

    assert row is not None
    assert row["version"] == 2
    assert all(person["touched"] >= 2 for person in everybody)


def test_someone_who_leaves_the_roster_is_kept_and_marked(db: Database, clock: FakeClock) -> None:
    load(db, clock)
    without_zhang = replace(
        FILE,
        participants=tuple(person for person in FILE.participants if person.id != "a6f10c3e"),
        identifiers=tuple(pair for pair in FILE.identifiers if pair[1] != "a6f10c3e"),
    )

    load(db, clock, without_zhang)

    with db.read() as conn:
        zhang = people.get_person(conn, "hz-2026", "a6f10c3e")
    assert zhang is not None
    assert zhang["left_at"] == clock()


def test_the_keys_of_someone_who_left_stay_theirs_until_somebody_else_has_them(db: Database, clock: FakeClock) -> None:
    """What they earned, and approved, stands: their statements are still found by them."""
    load(db, clock)
    staying = tuple(person for person in FILE.participants if person.id != "a6f10c3e")
    theirs = [pair for pair in FILE.identifiers if pair[1] == "a6f10c3e"]
    others = tuple(pair for pair in FILE.identifiers if pair[1] != "a6f10c3e")
    given, *kept = [key for key, _ in theirs]

    load(db, clock, replace(FILE, participants=staying, identifiers=(*others, (given, "c41b77e0"))))

    with db.read() as conn:
        found = people.find_people(conn, "hz-2026", [given, *kept, participant_key("a6f10c3e")])
    assert found == {given: "c41b77e0", **dict.fromkeys([*kept, participant_key("a6f10c3e")], "a6f10c3e")}


def test_a_key_that_the_file_takes_from_somebody_who_stays_is_gone(db: Database, clock: FakeClock) -> None:
    load(db, clock)
    theirs = [key for key, person in FILE.identifiers if person == "a6f10c3e"]

    load(db, clock, replace(FILE, identifiers=tuple(pair for pair in FILE.identifiers if pair[1] != "a6f10c3e")))

    with db.read() as conn:
        assert people.find_people(conn, "hz-2026", theirs) == {}


def test_a_link_made_at_a_launch_survives_a_new_roster(db: Database, clock: FakeClock) -> None:
    load(db, clock)
    key = account_key("https://lms.example.org", "42")
    with db.begin() as conn:
        people.add_identifier(conn, "hz-2026", key, "a6f10c3e", "launch")

    load(db, clock)

    with db.read() as conn:
        found = people.find_people(conn, "hz-2026", [key, email_key("zhang@example.org"), "nobody"])
    assert found == {key: "a6f10c3e", email_key("zhang@example.org"): "a6f10c3e"}


def test_a_course_shows_the_programme_it_was_linked_to(db: Database, clock: FakeClock) -> None:
    load(db, clock)

    with db.begin() as conn:
        programmes.link_course(conn, "hz-2026", "https://lms.example.org", "42")

    with db.read() as conn:
        assert programmes.find_linked_programme(conn, "https://lms.example.org", "42") == "hz-2026"
        assert programmes.find_linked_programme(conn, "https://other.example.org", "42") is None
        assert programmes.find_only_programme(conn) == "hz-2026"
