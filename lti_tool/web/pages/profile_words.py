"""In words: how a statement that claims the programme's xAPI Profile does not follow it."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext

from lti_tool.evidence.activities import Vocabulary
from lti_tool.evidence.profile.check import MISSING, UNMATCHED, WRONG, Breach, check_statement
from lti_tool.web.language import is_chinese


def profile_sentences(statement: Mapping[str, Any], vocabulary: Vocabulary) -> list[str]:
    """A sentence for each breach; none for a statement that follows the profile or does not claim it.

    Such a statement is kept and counts like any other: the sentences are for whoever looks after the content.
    """
    return [_sentence(breach, statement) for breach in check_statement(statement, vocabulary)]


def _sentence(breach: Breach, statement: Mapping[str, Any]) -> str:
    return gettext("Does not follow the profile: %(what)s", what=_what(breach, statement))


def _what(breach: Breach, statement: Mapping[str, Any]) -> str:
    if breach.kind == UNMATCHED:
        return _unmatched(statement)
    said = {"place": breach.place, "template": breach.label["zh-CN" if is_chinese() else "en"]}
    if breach.kind == MISSING:
        return gettext("“%(template)s” needs a value at %(place)s.", **said)
    if breach.kind == WRONG:
        allowed = gettext(" or ").join(map(str, breach.allowed))
        return gettext("“%(template)s” wants %(allowed)s at %(place)s.", allowed=allowed, **said)
    return gettext("“%(template)s” has no such value at %(place)s.", **said)


def _unmatched(statement: Mapping[str, Any]) -> str:
    verb = statement["verb"]["id"]
    kind = (statement["object"].get("definition") or {}).get("type")
    if kind:
        return gettext("it describes no statement with the verb %(verb)s about a %(kind)s.", verb=verb, kind=kind)
    return gettext(
        "it describes no statement with the verb %(verb)s whose object has no type ($.object.definition.type).",
        verb=verb,
    )
