"""Areas and shares: whom a monitor may look at, and how far an area has come."""

from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.domain.monitoring import Area, Tally, covers, draw_lots, narrow, next_level, sum_up
from lti_tool.domain.values import School

LAKE = School("1", "湖小学", city="杭州市", county="西湖区")
RIVER = School("2", "江小学", city="杭州市", county="滨江区")
SEA = School("3", "海小学", city="宁波市", county="海曙区")
NOWHERE = School("4", "无名小学")


@pytest.mark.parametrize(
    ("area", "seen"),
    [
        ({}, [LAKE, RIVER, SEA, NOWHERE]),
        ({"city": "杭州市"}, [LAKE, RIVER]),
        ({"county": "西湖区"}, [LAKE]),
        ({"city": "宁波市", "county": "西湖区"}, []),
        ({"school": "3"}, [SEA]),
        ({"school": "海小学"}, []),
    ],
)
def test_an_area_covers_its_schools(area: Area, seen: list[School]) -> None:
    assert [school for school in (LAKE, RIVER, SEA, NOWHERE) if covers(area, school)] == seen


@pytest.mark.parametrize(
    ("scope", "asked", "area"),
    [
        ({}, {"city": "杭州市"}, {"city": "杭州市"}),
        ({"city": "杭州市"}, {"city": "宁波市"}, {"city": "杭州市"}),
        ({"city": "杭州市"}, {"county": "西湖区", "city": ""}, {"city": "杭州市", "county": "西湖区"}),
        ({"county": "西湖区"}, {}, {"county": "西湖区"}),
        ({}, {"province": "浙江省"}, {}),
    ],
)
def test_what_is_asked_for_never_widens_a_scope(scope: Area, asked: Area, area: Area) -> None:
    assert narrow(scope, asked) == area


@pytest.mark.parametrize(
    ("area", "schools", "level"),
    [
        ({}, [LAKE, RIVER, SEA], "city"),
        ({}, [LAKE, RIVER], "county"),
        ({"city": "杭州市"}, [LAKE, RIVER], "county"),
        ({"city": "杭州市"}, [LAKE], "school"),
        ({"county": "西湖区"}, [LAKE], "school"),
        ({}, [NOWHERE], "school"),
    ],
)
def test_a_level_that_tells_nothing_apart_is_passed_over(area: Area, schools: list[School], level: str) -> None:
    assert next_level(area, schools) == level


@pytest.mark.parametrize(
    ("met", "people", "percent"), [(0, 0, "0"), (2, 3, "66.6"), (999, 1000, "99.9"), (7, 7, "100")]
)
def test_a_share_is_never_rounded_up(met: int, people: int, percent: str) -> None:
    assert Tally(people=people, online=met).percent("online") == Decimal(percent)
    assert Tally(people=9999, online=9998).percent("online") < 100


def test_tallies_add_up() -> None:
    assert sum_up([Tally(2, 1), Tally(3, 3, 1), Tally()]) == Tally(5, 4, 1)


_KEYS = st.lists(st.text(max_size=8), unique=True, max_size=30)


@given(_KEYS, st.integers(0, 40), st.text(max_size=8), st.randoms(use_true_random=False))
def test_a_lot_draws_the_same_in_whatever_order_things_stand(
    keys: list[str], number: int, lot: str, chance: Random
) -> None:
    drawn = draw_lots(keys, number, lot)
    mixed = list(keys)
    chance.shuffle(mixed)

    assert draw_lots(mixed, number, lot) == drawn
    assert len(drawn) == min(number, len(keys)) == len(set(drawn) & set(keys))


@given(_KEYS, st.text(max_size=8), st.integers(1, 10), st.text(max_size=8))
def test_one_more_to_draw_from_changes_one_at_most(keys: list[str], more: str, number: int, lot: str) -> None:
    before, after = draw_lots(keys, number, lot), draw_lots({*keys, more}, number, lot)
    assert set(after) - set(before) <= {more}
    assert len(set(before) - set(after)) <= 1


def test_a_draw_can_be_checked_on_any_machine() -> None:
    """The order of the SHA-256 digests of "lot|key"."""
    assert draw_lots(["a", "b", "c", "d"], 2, "2026-11-24") == ["b", "c"]
    assert {tuple(draw_lots("abcd", 1, str(n))) for n in range(40)} == {("a",), ("b",), ("c",), ("d",)}
