"""Which course an activity belongs to: the course of exactly this IRI, else the longest prefix that fits."""

from collections.abc import Iterable, Mapping
from functools import lru_cache

from lti_tool.domain.values import Course

_REMEMBERED = 16_384  # answers kept; programmes have few activities, and hostile IRIs must not fill the memory


class CourseFinder:
    """Finds courses in time that does not grow with their number.

    `aliases` are activities that belong to a course without being listed under it: {activity: the course's IRI}. What
    the programme lists comes first.
    """

    def __init__(self, courses: Iterable[Course], aliases: Mapping[str, str] | None = None) -> None:
        self._exact: dict[str, Course] = {}
        self._prefixes: dict[str, Course] = {}
        listed = {course.iri: course for course in courses}
        for course in listed.values():
            is_prefix = course.iri.endswith("*")
            (self._prefixes if is_prefix else self._exact)[course.iri.removesuffix("*")] = course
        self._aliases = {alias: listed[iri] for alias, iri in (aliases or {}).items() if iri in listed}
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
        listed = next((self._prefixes[start] for start in starts if start in self._prefixes), None)
        return listed or self._aliases.get(activity)
