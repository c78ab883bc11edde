"""What holds for any evidence at all, found wanting or not by Hypothesis.

Whatever the statements: their order and their repetition do not matter, further study never takes minutes away, no day
is longer than a day, and every figure's parts add up to it.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lti_tool.domain.minutes.union import share_out
from lti_tool.domain.values import Component, Credit, Evidence, Kind, Presence, Verb
from tests.domain.notation import CONTENT, EVERYTHING, context_of, credit_of, programme, rules_with
from tests.domain.people import approved, assessed, denied, did, practice, signed_in, wrote_log

CATALOGUE = (practice("p1", "10", "T7"), practice("p2", "7.5", "T2 T7"), practice("p3", "20", "T8"))
PLAN = programme(practice=CATALOGUE)
CONTEXTS = {preset: context_of(PLAN, rules_with(preset=preset)) for preset in ("guide", "strict")}
CONTEXTS["proportional"] = context_of(PLAN, rules_with(online_award="proportional", video_basis="content"))
CONTEXTS["estimates"] = context_of(
    PLAN, rules_with(gap_estimate="on", daily_cap_min=100, practice_excess="show_in_total")
)
WINDOW = (datetime(2026, 8, 31, 16, tzinfo=UTC), datetime(2027, 6, 30, 16, tzinfo=UTC))

contexts = st.sampled_from(sorted(CONTEXTS)).map(CONTEXTS.__getitem__)
#: Few days, so that study overlaps; both ends of the cycle, so that some of it is clipped.
days = st.sampled_from(
    [datetime(2026, 8, 31, tzinfo=UTC), datetime(2026, 10, 12, tzinfo=UTC), datetime(2027, 6, 30, tzinfo=UTC)]
)
moments = st.builds(
    lambda day, seconds, micro: day + timedelta(seconds=seconds, microseconds=micro),
    days,
    st.integers(0, 86_399),
    st.sampled_from([0, 0, 0, 1, 333_333, 999_999]),
)
lengths = st.integers(0, 6 * 3_600).map(lambda seconds: timedelta(seconds=seconds))
contents = st.sampled_from("ABNX")
names = st.uuids().map(str)


def _say(draw: st.DrawFn, verb: Verb, at: datetime, session: str | None, content: str, **more: Any) -> Evidence:
    plain = Evidence(
        statement=draw(names),
        kind=Kind.ONLINE,
        verb=verb,
        activity=CONTENT.format(content),
        timestamp=at,
        stored=at + draw(st.sampled_from([timedelta(seconds=1), timedelta(days=8), timedelta(hours=-1)])),
        account="account|https://moodle.example.org|zhang",
        trusted_as=EVERYTHING,
        session=session,
        voided=draw(st.sampled_from([False] * 9 + [True])),
    )
    return replace(plain, **more)


@st.composite
def slices(draw: st.DrawFn) -> list[Evidence]:
    """A time slice of the heartbeat client, whose presence checks may be answered or not."""
    at, length = draw(moments), draw(lengths.filter(bool))
    presence = draw(st.sampled_from([None, None, Presence(2, 2), Presence(3, 1), Presence(1, 0, at)]))
    said = _say(draw, Verb.EXPERIENCED, at + length, draw(names), draw(contents), interval=(at, at + length))
    return [replace(said, presence=presence)]


@st.composite
def sessions(draw: st.DrawFn) -> list[Evidence]:
    """A cmi5 or ADL session: with or without an end, a duration, and signs of life."""
    begins, length, name, content = draw(moments), draw(lengths), draw(names), draw(contents)
    duration = draw(st.none() | st.integers(1, 8 * 3_600).map(float))
    said = [_say(draw, Verb.INITIALIZED, begins, name, content)] if draw(st.booleans()) else []
    said += [_say(draw, Verb.OTHER, begins + at, name, content) for at in draw(st.lists(lengths, max_size=2))]
    if not said or draw(st.booleans()):
        said.append(_say(draw, Verb.TERMINATED, begins + length, name, content, duration=duration))
    return said


@st.composite
def videos(draw: st.DrawFn) -> list[Evidence]:
    begins, name = draw(moments), draw(names)
    verbs = draw(
        st.lists(st.sampled_from([Verb.PLAYED, Verb.PAUSED, Verb.SEEKED, Verb.COMPLETED]), min_size=1, max_size=6)
    )
    said = []
    for verb in verbs:
        begins += draw(lengths)
        at = draw(st.none() | st.floats(0, 600))
        said.append(_say(draw, verb, begins, name, "V", is_video=True, video_time=at))
    return said


@st.composite
def heartbeats(draw: st.DrawFn) -> list[Evidence]:
    begins, name, content = draw(moments), draw(names), draw(contents)
    gaps = draw(st.lists(st.sampled_from([0, 59, 60, 299, 300, 301]), max_size=6))
    said = [_say(draw, Verb.EXPERIENCED, begins, name, content)]
    for gap in gaps:
        begins += timedelta(seconds=gap)
        said.append(_say(draw, Verb.EXPERIENCED, begins, name, content))
    return said


@st.composite
def singles(draw: st.DrawFn) -> list[Evidence]:
    """A completion, a view or a duration outside of any session, on content of its own."""
    verb = draw(st.sampled_from([Verb.COMPLETED, Verb.PASSED, Verb.EXPERIENCED, Verb.WAIVED]))
    duration = draw(st.none() | st.integers(1, 8 * 3_600).map(float))
    return [_say(draw, verb, draw(moments), None, draw(st.sampled_from("SU")), duration=duration)]


studies = st.one_of(slices(), sessions(), videos(), heartbeats())
study_of_a_learner = st.lists(studies | singles(), max_size=6).map(lambda some: [one for each in some for one in each])


def _kept(function: Callable[..., Evidence], *arguments: str) -> st.SearchStrategy[Evidence]:
    days_ = st.sampled_from(["08-31", "11-07", "12-01", "06-30", "07-01"])
    hours = st.integers(0, 23).map(lambda hour: f"{hour:02}:00")
    return st.builds(
        lambda day, hour, name: replace(function(*arguments, day=day, at=hour), statement=name), days_, hours, names
    )


#: Evidence that can only help: no denial, no failure, nothing that grants less than before.
helpful = st.one_of(
    *(_kept(signed_in, session) for session in "1234"),
    *(_kept(wrote_log, session) for session in "1234"),
    *(_kept(did, name, stage) for name in ("p1", "p2", "p3") for stage in ("plan", "lesson", "reflection")),
    *(_kept(approved, name) for name in ("p1", "p2", "p3")),
    *(_kept(assessed, kind) for kind in ("process", "final")),
)
failing = st.one_of(_kept(denied, "p1"), _kept(lambda **place: assessed("final", passed=False, **place)))
evidence_of_a_learner = st.tuples(study_of_a_learner, st.lists(helpful | failing, max_size=20)).map(
    lambda two: two[0] + two[1]
)

few = settings(max_examples=60, deadline=None)


@few
@given(evidence_of_a_learner, contexts, st.randoms(use_true_random=False))
def test_order_of_arrival_does_not_matter(evidence: list[Evidence], context: Any, random: Random) -> None:
    shuffled = list(evidence)
    random.shuffle(shuffled)

    assert credit_of(shuffled, context) == credit_of(evidence, context)


@few
@given(evidence_of_a_learner, contexts)
def test_the_same_statements_twice_are_the_same_statements(evidence: list[Evidence], context: Any) -> None:
    assert credit_of(evidence + evidence, context) == credit_of(evidence, context)


@few
@given(st.lists(slices() | sessions(), max_size=5), contexts)
def test_the_same_study_under_other_ids_adds_nothing(found: list[list[Evidence]], context: Any) -> None:
    """M8: a source that sends its sessions twice gives no more minutes."""
    evidence = [one for each in found for one in each]
    again = [replace(one, statement=f"again-{one.statement}") for one in evidence]

    assert credit_of(evidence + again, context).online.seconds == credit_of(evidence, context).online.seconds


@few
@given(study_of_a_learner, st.lists(helpful | failing, max_size=12), studies, contexts)
def test_a_further_session_or_slice_never_lowers_anything(
    study: list[Evidence], other: list[Evidence], more: list[Evidence], context: Any
) -> None:
    """Bare durations stand on content without sessions here: a first session displaces them, as §3b lists."""
    before, after = credit_of(study + other, context), credit_of(study + other + more, context)

    assert after.online.seconds >= before.online.seconds
    assert after.accrued >= before.accrued


@few
@given(evidence_of_a_learner, helpful, contexts)
def test_further_evidence_of_what_was_done_never_lowers_anything(
    evidence: list[Evidence], more: Evidence, context: Any
) -> None:
    """Nor does an approval or a passed assessment; only a denial or a failure could."""
    before, after = credit_of(evidence, context), credit_of([*evidence, more], context)

    assert after.accrued >= before.accrued
    assert after.recorded >= before.recorded
    assert set(after.unmet) <= set(before.unmet)


@few
@given(evidence_of_a_learner, st.data())
def test_a_voided_statement_counts_as_if_it_had_never_been_said(evidence: list[Evidence], data: st.DataObject) -> None:
    assume(evidence)
    gone = data.draw(st.sampled_from(evidence))
    rest = [one for one in evidence if one is not gone]

    voided = credit_of([*rest, replace(gone, voided=True)])
    never = credit_of(rest)

    assert _without_explanation(voided) == _without_explanation(never)
    assert [one for one in voided.explanation if one.statement != gone.statement] == list(never.explanation)


@few
@given(evidence_of_a_learner, contexts)
def test_parts_add_up(evidence: list[Evidence], context: Any) -> None:
    credit = credit_of(evidence, context)

    assert sum(credit.online_by_day.values()) == credit.online.seconds
    assert sum(credit.online_by_course.values()) == credit.online.seconds
    assert sum(credit.online_by_focus_point.values()) == credit.online.seconds
    assert sum(one.seconds or 0 for one in credit.explanation) == credit.online.seconds
    for component, total in ((Component.OFFLINE, credit.offline), (Component.PRACTICE, credit.practice)):
        assert sum(one.credits or 0 for one in credit.explanation if one.component is component) == total.credits
    assert sum(credit.focus_points.values()) == credit.practice.credits
    parts = credit.online.credits + credit.offline.credits + credit.practice.credits
    assert parts <= credit.accrued <= min(parts + credit.practice.surplus, credit.maximum)


@few
@given(evidence_of_a_learner, contexts)
def test_every_statement_is_explained_once(evidence: list[Evidence], context: Any) -> None:
    credit = credit_of(evidence, context)

    assert sorted(one.statement for one in credit.explanation) == sorted(one.statement for one in evidence)
    assert all(one.counted or not one.seconds for one in credit.explanation)
    assert all(one.counted or not one.credits for one in credit.explanation)


@few
@given(evidence_of_a_learner, contexts)
def test_nothing_exceeds_its_bounds(evidence: list[Evidence], context: Any) -> None:
    credit = credit_of(evidence, context)
    cap = context.rules.settings.daily_cap_min

    assert credit.online.seconds <= (WINDOW[1] - WINDOW[0]).total_seconds()
    assert all(0 <= seconds <= (cap * 60 if cap else 86_400) for seconds in credit.online_by_day.values())
    assert all(WINDOW[0].date() <= day <= WINDOW[1].date() for day in credit.online_by_day)
    for part in (credit.online, credit.offline, credit.practice):
        assert 0 <= part.credits <= part.maximum
    assert 0 <= credit.accrued <= credit.maximum
    assert credit.recorded in {Decimal(0), credit.accrued}
    assert all(amount == amount.quantize(Decimal("0.1")) for amount in (credit.accrued, credit.practice.surplus))


@few
@given(st.lists(slices(), max_size=4), moments, st.integers(1, 6 * 3_600), st.integers(1, 6 * 3_600))
def test_two_halves_are_the_whole(others: list[list[Evidence]], start: datetime, first: int, second: int) -> None:
    """Up to the longest stretch without a sign of life: where that cuts the whole, halves are two signs."""
    assume(first + second <= 240 * 60)
    rest = [one for each in others for one in each]
    middle, end = start + timedelta(seconds=first), start + timedelta(seconds=first + second)

    def slice_(name: str, begin: datetime, finish: datetime) -> Evidence:
        plain = signed_in("1")
        content = {"kind": Kind.ONLINE, "verb": Verb.EXPERIENCED, "activity": CONTENT.format("A"), "session": name}
        return replace(plain, statement=name, timestamp=finish, stored=finish, interval=(begin, finish), **content)

    whole = credit_of([*rest, slice_("whole", start, end)])
    halves = credit_of([*rest, slice_("first", start, middle), slice_("second", middle, end)])

    assert whole.online_by_day == halves.online_by_day


intervals = st.tuples(st.integers(0, 50), st.integers(0, 50)).map(lambda two: (min(two), max(two)))


@few
@given(st.lists(intervals, max_size=12))
def test_the_union_is_what_a_child_would_colour_in(found: list[tuple[int, int]]) -> None:
    claims = [(start, end, str(n), n) for n, (start, end) in enumerate(found)]
    coloured = {square for start, end in found for square in range(start, end)}

    shares = list(share_out(claims))

    assert [square for start, end, _ in shares for square in range(start, end)] == sorted(coloured)
    for start, end, position in shares:
        assert found[position][0] <= start < end <= found[position][1]
    assert list(share_out(claims + claims)) == shares


def _without_explanation(credit: Credit) -> Credit:
    return replace(credit, explanation=())
