"""Verbs (xAPI 1.0.3 Data 2.4.3)."""

from typing import Any

from xapi.validation.iri import check_iri
from xapi.validation.language import check_language_map
from xapi.validation.problems import Path, Problems

#: The one verb whose meaning the specification itself fixes (Data 2.3.2).
VOIDED = "http://adlnet.gov/expapi/verbs/voided"

_VERB_KEYS = frozenset({"id", "display"})


def check_verb(value: Any, path: Path, problems: Problems) -> None:
    if type(value) is not dict:
        problems.add(path, "object", "must be a Verb with an id")
        return
    if not value.keys() <= _VERB_KEYS:
        problems.unknown(path, value, _VERB_KEYS)
    check_iri(value.get("id"), (path, "id"), problems)
    if "display" in value:
        check_language_map(value["display"], (path, "display"), problems)
