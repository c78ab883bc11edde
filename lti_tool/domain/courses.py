"""Which course an activity belongs to: the course of exactly this IRI, else the longest prefix that fits."""

from collections.abc import Iterable
from functools import lru_cache

from lti_tool.domain.values import Course

_REMEMBERED = 16_384  # answers kept; programmes have few activities, and hostile IRIs must not fill the memory


class CourseFinder:
    """Finds courses in time that does not grow with their number."""

    def __init__(self, courses: Iterable[Course]) -> None:
        self._exact: dict[str, Course] = {}
        self._prefixes: dict[str, Course] = {}
        for course in courses:
            is_prefix = course.iri.endswith("*")
            (self._prefixes if is_prefix else self._exact)[course.iri.removesuffix("*")] = course
        self._lengths = sorted({len(prefix) for prefix in self._prefixes}, reverse=True)
        self.find = lru_cache(_REMEMBERED)(self._find)

    def get(self, activity: str) -> Course:
        """The course of an activity that has one; LookupError for others."""
        found = self.find(activity)
        if found is None:
            raise LookupError(activity)
        return found

    def _find(self, activity: str) -> Course | None:
        """The course of an activity's IRI, or None."""
        exact = self._exact.get(activity)
        if exact is not None:
            return exact
        starts = (activity[:length] for length in self._lengths)
        return next((self._prefixes[start] for start in starts if start in self._prefixes), None)
