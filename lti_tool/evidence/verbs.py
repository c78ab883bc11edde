"""The verbs of the programme's vocabulary and the spellings found in the wild (domain.md §3a)."""

from lti_tool.domain.values import Verb

_ADL = "http://adlnet.gov/expapi/verbs/"
_ADL_2 = "https://w3id.org/xapi/adl/verbs/"
_VIDEO = "https://w3id.org/xapi/video/verbs/"
_TINCAN = "http://id.tincanapi.com/verb/"
_STREAMS = ("http://activitystrea.ms/schema/1.0/", "http://activitystrea.ms/")

_BY_ADL = (
    "launched",
    "initialized",
    "terminated",
    "suspended",
    "experienced",
    "completed",
    "passed",
    "failed",
)

VERBS: dict[str, Verb] = {
    **{_ADL + name: Verb(name) for name in (*_BY_ADL, "attended")},
    **{_ADL_2 + name: Verb(name) for name in ("abandoned", "satisfied", "waived")},
    **{_VIDEO + name: Verb(name) for name in ("played", "paused", "seeked")},
    **{prefix + "submit": Verb.SUBMITTED for prefix in _STREAMS},
    **{prefix + "approve": Verb.APPROVED for prefix in _STREAMS},
    **{prefix + "deny": Verb.DENIED for prefix in _STREAMS},
    _TINCAN + "reviewed": Verb.REVIEWED,
    _TINCAN + "performed-offline": Verb.COMPLETED,  # a lesson taught; never online minutes
}

ATTENDED = _ADL + "attended"
COMPLETED = _ADL + "completed"
PASSED = _ADL + "passed"
FAILED = _ADL + "failed"
APPROVE = _STREAMS[0] + "approve"
DENY = _STREAMS[0] + "deny"
SUBMIT = _STREAMS[0] + "submit"
VOIDED = _ADL + "voided"

#: What a learner's own browser may never say (domain.md §3a, "Trust"): attendance, approval, assessment, voiding.
NEVER_BY_LEARNER = frozenset(
    {VOIDED, *(iri for iri, verb in VERBS.items() if verb in {Verb.ATTENDED, Verb.APPROVED, Verb.DENIED})}
)


def is_video_verb(iri: str) -> bool:
    """Whether a verb belongs to the video profile."""
    return iri.startswith(_VIDEO)
