"""Values of which there are millions: what one statement says, and what became of it.

To whoever reads or checks the code they are frozen dataclasses, and mypy refuses every assignment to a field. At run
time nothing does: freezing would make the making of one several times slower, and a recomputation makes little else.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dataclasses import dataclass as numerous
else:
    from dataclasses import dataclass

    def numerous(*, frozen: bool, slots: bool) -> type:
        return dataclass(frozen=False, slots=slots, unsafe_hash=frozen)


__all__ = ["numerous"]
