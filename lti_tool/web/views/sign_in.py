"""Face-to-face sign-in 签到: the learner's page, the trainer's desk, and what a phone shows that scans its code."""

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from lti_tool.lti.blueprint import with_cookie
from lti_tool.lti.sessions import cookie_name, find_by_cookies, open_again
from lti_tool.storage.queries import sign_in as queries
from lti_tool.storage.queries.sign_in import ClassPlace
from lti_tool.web.access import (
    is_staff,
    launch,
    launched_blueprint,
    participants_only,
    programme_id,
    refuse_nul,
    staff_only,
)
from lti_tool.web.actions import attendance
from lti_tool.web.contexts_sign_in import ScannedPage
from lti_tool.web.errors import not_found
from lti_tool.web.pages import desk, sign_in
from lti_tool.web.rendering import notice, render
from lti_tool.web.services import services
from lti_tool.web.sign_in import DIGITS, seconds_left

blueprint = launched_blueprint("sign_in")
#: What the QR code leads to: no launch stands in its address.
scanned = Blueprint("scanned", __name__)
scanned.before_request(refuse_nul)


@blueprint.get("/sign-in")
def show_activity() -> Response:
    """The activity that a deep link made: a class, and perhaps one session of it."""
    class_id = launch().custom.get("class")
    if class_id and is_staff() and launch().programme_id is not None:
        number = desk.next_session(services(), launch(), class_id)
        return redirect(url_for("sign_in.show_desk", class_id=class_id, session=number))
    if class_id and launch().participant_id is not None:
        return redirect(url_for("sign_in.show_own", class_id=class_id))
    return redirect(url_for("programme.show_start"))


@blueprint.get("/sign-in/<class_id>")
@participants_only
def show_own(class_id: str) -> str:
    page = sign_in.sign_in_page(services(), launch(), class_id, request.args)
    return render("trainee/sign_in.html", page)


@blueprint.post("/sign-in/<class_id>/<session>")
@participants_only
def sign(class_id: str, session: str) -> Response | tuple[str, int]:
    refusal = attendance.sign(services(), launch(), class_id, session, request.form)
    if refusal is not None:
        asked = {"session": session, "code": request.form.get("code", "")}
        page = sign_in.sign_in_page(services(), launch(), class_id, asked)
        return render("trainee/sign_in.html", page, problem=refusal.sentence, given=request.form), refusal.status
    done = "signed_out" if request.form.get("action") == "out" else "signed_in"
    return redirect(url_for("sign_in.show_own", class_id=class_id, session=session, done=notice(done)))


@blueprint.get("/attendance")
@staff_only
def show_classes() -> str:
    return render("trainer/classes.html", desk.classes_page(services(), launch()))


@blueprint.get("/attendance/<class_id>/<session>")
@staff_only
def show_desk(class_id: str, session: str) -> str:
    return _desk(_place(class_id, session))


@blueprint.post("/attendance/<class_id>/<session>/<participant>")
@staff_only
def mark(class_id: str, session: str, participant: str) -> Response | tuple[str, int]:
    place = _place(class_id, session)
    problems = attendance.mark(services(), launch(), place, participant, request.form)
    if problems:
        return _desk(place, problems=problems, given=request.form, at=participant), 422
    return _back(place, "marked")


@blueprint.post("/attendance/<class_id>/<session>/<participant>/undo")
@staff_only
def take_back(class_id: str, session: str, participant: str) -> Response:
    place = _place(class_id, session)
    attendance.take_back(services(), launch(), place, participant)
    return _back(place, "taken_back")


@scanned.get(f"/sign-in/<desk_id>/<int(fixed_digits={DIGITS}):code>")
def show_scanned(desk_id: str, code: int) -> Response | str:
    """Straight on where this browser has an open launch; else the page that says where to type the code.

    Nothing here tells whether the code is right, and nothing is written down: that takes the person's own page.
    """
    tool, typed, now = services(), f"{code:0{DIGITS}}", services().clock()
    with tool.db.read() as conn:
        found = queries.get_desk(conn, desk_id)
        if found is None:
            raise not_found()
        sessions = find_by_cookies(conn, request.cookies, found["programme_id"], now)
    own = next((row for row in sessions if row["participant_id"] is not None), None)
    if own is None:
        left = seconds_left(now, tool.settings.sign_in.code_seconds)
        return render("scanned.html", ScannedPage(typed, left))
    with tool.db.begin() as conn:
        opened = open_again(conn, own, now)
    onward = url_for(
        "sign_in.show_own",
        token=opened.token,
        class_id=found["class_id"],
        session=found["session_id"],
        code=typed,
    )
    answer = redirect(onward, 303)
    seconds = int((own["expires_at"] - now).total_seconds())
    return with_cookie(answer, tool.settings, cookie_name(opened.token), opened.cookie or "", seconds)


def _place(class_id: str, session: str) -> ClassPlace:
    return ClassPlace(programme_id(), class_id, session)


def _desk(place: ClassPlace, **more: object) -> str:
    desk.find_session(services(), place)
    opened = attendance.open_desk(services(), place)
    page = desk.desk_page(services(), place, opened, request.args)
    is_board = request.args.get("board") == "1"
    return render("trainer/board.html" if is_board else "trainer/desk.html", page, **more)


def _back(place: ClassPlace, done: str) -> Response:
    """To the list as it was: the form hands its choices on."""
    return redirect(
        url_for(
            "sign_in.show_desk",
            class_id=place.class_id,
            session=place.session_id,
            done=notice(done),
            _anchor="people",
            **{name: request.args.get(name) for name in ("filter", "q", "after")},  # type: ignore[arg-type]
        )
    )
