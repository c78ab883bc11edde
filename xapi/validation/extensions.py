"""Extensions (xAPI 1.0.3 Data 4.1): keys are IRIs, values are any JSON, null and empty included."""

from typing import Any

from xapi.validation.iri import is_iri
from xapi.validation.problems import Path, Problems


def check_extensions(value: Any, path: Path, problems: Problems) -> None:
    if type(value) is not dict:
        problems.add(path, "object", "must be an object whose keys are IRIs")
        return
    for key in value:
        if not is_iri(key):
            problems.add((path, key), "iri", "the key of an extension must be an absolute IRI")
