"""The credit structure 学分结构 and the bounds that any version of it must keep (R-056, R-059, R-064, A-01)."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Structure:
    """How a total is made up of three components; Zhejiang: 17 + 8 + 25 = 50."""

    online: Decimal
    offline: Decimal
    practice: Decimal

    @property
    def total(self) -> Decimal:
        """总计 (R-056)."""
        return self.online + self.offline + self.practice


@dataclass(frozen=True, slots=True)
class StructureBounds:
    """What a structure must keep: 总计 50 学分, 线下 8 学分, 校本应用实践不少于 25 学分."""

    total: Decimal
    offline: Decimal
    practice_least: Decimal

    def faults_of(self, structure: Structure) -> Iterator[str]:
        """One sentence for each bound that `structure` breaks; 18 + 8 + 24 breaks the practice's."""
        if structure.total != self.total:
            yield f"must sum to {self.total}, not {structure.total}"
        if structure.offline != self.offline:
            yield f"offline must be {self.offline}, not {structure.offline}"
        if structure.practice < self.practice_least:
            yield f"practice must be at least {self.practice_least}, not {structure.practice}"
        if structure.online < 0:
            yield f"online must not be below 0, not {structure.online}"
