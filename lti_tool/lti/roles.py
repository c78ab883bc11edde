"""LTI roles (Core 2.4, appendix A.2) as what a person may do here: membership of the course decides."""

from collections.abc import Iterable

_MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership"
_TEST_USER = "http://purl.imsglobal.org/vocab/lti/system/person#TestUser"
_ADMINISTRATORS = frozenset(
    {
        "http://purl.imsglobal.org/vocab/lis/v2/system/person#Administrator",
        "http://purl.imsglobal.org/vocab/lis/v2/system/person#SysAdmin",
        "http://purl.imsglobal.org/vocab/lis/v2/institution/person#Administrator",
        "http://purl.imsglobal.org/vocab/lis/v2/person#Administrator",  # Moodle's names-and-roles service
        f"{_MEMBERSHIP}#Administrator",
        "Administrator",
    }
)
_TEACHING = frozenset({"Instructor", "ContentDeveloper", "Manager", "Officer"})


def audience_role(roles: Iterable[str]) -> str:
    """`trainee`, `trainer` or `administrator`.

    A learner of the course is a trainee, whatever else he is elsewhere. An administrator of the platform who is no
    learner here is an administrator; whoever teaches or manages the course is a trainer; anybody else may look as a
    trainee does, and finds nothing unless the roster knows him.
    """
    given = set(roles)
    course = {name for role in given if (name := _membership(role))}
    if "Learner" in course and not course & _TEACHING:
        return "trainee"
    if given & _ADMINISTRATORS:
        return "administrator"
    return "trainer" if course & _TEACHING else "trainee"


def is_gradable(roles: Iterable[str]) -> bool:
    """Whether the platform can hold a grade for this person: a learner, and no test user."""
    given = set(roles)
    course = {_membership(role) for role in given}
    return "Learner" in course and _TEST_USER not in given and not course & _TEACHING


def _membership(role: str) -> str | None:
    """The course role of a role URI, sub-roles included, or of a short name."""
    if role.startswith(f"{_MEMBERSHIP}#"):
        return role.partition("#")[2]
    if role.startswith(f"{_MEMBERSHIP}/"):
        return role[len(_MEMBERSHIP) + 1 :].partition("#")[0]
    return None if ":" in role or "/" in role else role
