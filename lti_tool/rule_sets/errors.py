"""Mistakes of a rule set or of settings: all of them at once, each with its place."""

from collections.abc import Sequence


class RuleSetError(Exception):
    """A rule set or settings that cannot be used; `errors` lists every mistake as (place, sentence).

    A sentence names the allowed values. Nothing has been applied.
    """

    def __init__(self, errors: Sequence[tuple[str, str]]) -> None:
        self.errors = list(errors)
        super().__init__("; ".join(f"{place}: {sentence}" for place, sentence in self.errors))
