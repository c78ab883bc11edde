"""The one door for decimals: credits are exact, with one place, and never rounded up (A-26, 不少于).

Floats never enter: 24.9 as a float is a little more or less than 24.9, and a threshold would feel it.
"""

from collections.abc import Sequence
from decimal import ROUND_FLOOR, Decimal

ZERO = Decimal(0)
TENTH = Decimal("0.1")


def floor_to_tenth(value: Decimal) -> Decimal:
    """`value` cut to one decimal place: 16.999 credits are 16.9, as 不少于 allows no rounding up."""
    return value.quantize(TENTH, rounding=ROUND_FLOOR)


def proportion(amount: Decimal, part: int, whole: int) -> Decimal:
    """`amount` × part ÷ whole, cut to one place and at most `amount`: 17 × 53,999 s ÷ 54,000 s = 16.9."""
    return min(amount, floor_to_tenth(amount * part / whole))


def split_in_tenths(amount: Decimal, names: Sequence[str]) -> dict[str, Decimal]:
    """`amount` shared out as evenly as tenths allow, the first ones getting what is left over.

    The parts add up to `amount`: 5 credits over T1, T2, T8 are 1.7 + 1.7 + 1.6. It must have one decimal place.
    """
    tenths = int(amount / TENTH)
    share, over = divmod(tenths, len(names))
    return {name: TENTH * (share + (position < over)) for position, name in enumerate(names)}
