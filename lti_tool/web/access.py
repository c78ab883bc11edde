"""Who is looking: the launch behind a page's address, and which pages its roles reach."""

from collections.abc import Callable, Iterable
from functools import partial, wraps
from typing import Any, TypeVar

from flask import Blueprint, g, redirect, request, url_for
from sqlalchemy import Connection, RowMapping
from werkzeug.wrappers import Response

from lti_tool.domain.credits.authority import TEAM_POSITIONS
from lti_tool.domain.identifiers import account_key
from lti_tool.domain.monitoring import MONITOR_ROLES, Area
from lti_tool.lti.sessions import LtiSession, cookie_name, find_session
from lti_tool.storage.queries import people, programmes
from lti_tool.web.errors import expired, forbidden, not_found
from lti_tool.web.services import services

View = TypeVar("View", bound=Callable[..., Any])

TRAINEE, TRAINER, ADMINISTRATOR = "trainee", "trainer", "administrator"
_STAFF = (TRAINER, ADMINISTRATOR)
_PREFIX = "/at/<token>"


def launched_blueprint(name: str, *, takes_files: bool = False) -> Blueprint:
    """A blueprint whose pages belong to a launch: their addresses carry its token.

    Where `takes_files`, a view reads its form itself, after it has been asked who is sending it (`refuse_nul_in`).
    """
    blueprint = Blueprint(name, __name__, url_prefix=_PREFIX)
    blueprint.url_value_preprocessor(_take_token)
    blueprint.url_defaults(_give_token)
    blueprint.before_request(partial(_open_launch, reads_form=not takes_files))
    return blueprint


def launch() -> LtiSession:
    """The launch that this page belongs to."""
    found: LtiSession = g.launch
    return found


def programme_id() -> str:
    """The programme that this launch shows."""
    return str(launch().programme_id)


def participant_id() -> str:
    """The participant who is looking."""
    return str(launch().participant_id)


def is_staff() -> bool:
    """Whether the LMS says that this is a trainer or an administrator of the course."""
    return launch().audience_role in _STAFF


def is_administrator() -> bool:
    return launch().audience_role == ADMINISTRATOR


def team_school() -> str | None:
    """The school whose management team this person belongs to: the programme's roster says so, never the LMS."""
    person = _person()
    if person is None or person["left_at"] is not None or person["position"] not in TEAM_POSITIONS:
        return None
    return str(person["school_id"])


def monitored_area() -> Area | None:
    """The area whose figures this person may read; None for whoever reads none.

    The programme's own staff list says who monitors where, never the LMS; who runs the course sees the whole programme
    anyway.
    """
    staff: RowMapping | None = g.get("staff")
    if staff is not None and staff["role"] in MONITOR_ROLES:
        return dict(staff["scope"])
    return {} if is_staff() else None


def participants_only(view: View) -> View:
    """Only for a participant; somebody whom the roster does not know yet is told so."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if launch().programme_id is None or launch().participant_id is None:
            return redirect(url_for("programme.show_start"))
        return view(*args, **kwargs)

    return guarded  # type: ignore[return-value]


def staff_only(view: View) -> View:
    """Only for trainers and administrators of the course, once it shows a programme."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if not is_staff():
            raise forbidden()
        if launch().programme_id is None:
            return redirect(url_for("programme.show_start"))
        return view(*args, **kwargs)

    return guarded  # type: ignore[return-value]


def administrators_only(view: View) -> View:
    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if not is_administrator():
            raise forbidden()
        return view(*args, **kwargs)

    return guarded  # type: ignore[return-value]


def monitors_only(view: View) -> View:
    """Only for whoever may read the figures of an area, once the course shows a programme."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if monitored_area() is None:
            raise forbidden()
        if launch().programme_id is None:
            return redirect(url_for("programme.show_start"))
        return view(*args, **kwargs)

    return guarded  # type: ignore[return-value]


def team_only(view: View) -> View:
    """Only for members of a school management team."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if team_school() is None:
            raise forbidden()
        return view(*args, **kwargs)

    return guarded  # type: ignore[return-value]


def staff_or_team_only(view: View) -> View:
    """For trainers and administrators of the course, and for members of a school management team."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if not is_staff() and team_school() is None:
            raise forbidden()
        if launch().programme_id is None:
            return redirect(url_for("programme.show_start"))
        return view(*args, **kwargs)

    return guarded  # type: ignore[return-value]


def _take_token(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    g.token = (values or {}).pop("token", "")


def _give_token(_endpoint: str, values: dict[str, Any]) -> None:
    if "token" in g:
        values.setdefault("token", g.token)


def _open_launch(*, reads_form: bool) -> Response | None:
    """Find the launch of the token in the address; the token is also what guards forms against forgery."""
    refuse_nul_in([request.path, *request.args.values(), *(request.form.values() if reads_form else ())])
    tool = services()
    with tool.db.read() as conn:
        found = find_session(conn, g.token, request.cookies.get(cookie_name(g.token)), tool.clock())
        if found is None:
            raise expired()
        g.launch = found
        row = programmes.find_programme(conn, found.programme_id) if found.programme_id else None
        g.person = _find_person(conn, found)
        g.staff = _find_staff(conn, found)
    if row is not None:
        g.programme_title, g.zone = row["title"], row["zone"]
    return None


def refuse_nul() -> None:
    """Refuse a request with the character NUL anywhere in it."""
    refuse_nul_in([request.path, *request.args.values(), *request.form.values()])


def refuse_nul_in(texts: Iterable[str]) -> None:
    """No name, id or text holds the character NUL, and PostgreSQL takes none: such an address leads nowhere."""
    if any("\0" in text for text in texts):
        raise not_found()


def _find_person(conn: Connection, found: LtiSession) -> RowMapping | None:
    if found.programme_id is None or found.participant_id is None:
        return None
    return people.get_person(conn, found.programme_id, found.participant_id)


def _find_staff(conn: Connection, found: LtiSession) -> RowMapping | None:
    if found.programme_id is None or found.participant_id is not None:
        return None
    return people.find_staff(conn, found.programme_id, account_key(found.issuer, found.sub))


def _person() -> RowMapping | None:
    person: RowMapping | None = g.get("person")
    return person
