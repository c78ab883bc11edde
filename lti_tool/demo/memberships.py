"""Names and Role Provisioning Services 2.0."""

from flask import Flask, Response, request

from lti_tool.demo import vocabulary as v
from lti_tool.demo.records import Json
from lti_tool.demo.services import add_service, caller, json_answer, page_of
from lti_tool.demo.state import State


def add_membership_service(app: Flask, state: State) -> None:
    add_service(app, state, state.temperament.members_path, "members", {"GET": list_members})


def list_members(state: State, course_id: str, type_id: str | None = None) -> Response:  # noqa: ARG001
    """The course's active people, those of one role or of one link if asked."""
    who, temperament = caller(state, course_id, v.MEMBERSHIP_READ), state.temperament
    temperament.check_media_type(v.MEMBERS_TYPE)
    rlid = request.args.get("rlid")
    link = temperament.check_member_link(rlid) if rlid is not None else None
    people = temperament.wanted_members(state.members(course_id), course_id, request.args.get("role"))
    start, size = temperament.member_paging()
    page, header = page_of(state, people, start, size, drop=temperament.dropped_from_next)
    members: list[Json] = [temperament.member_json(who.tool, person, course_id) for person in page]
    if link:
        members = [member | {"message": temperament.member_message(who.tool, link)} for member in members]
    course = state.courses[course_id]
    context = {"id": temperament.context_id(course), "label": course.label, "title": course.title}
    content = {"id": request.url, "context": context, "members": members}
    answer = json_answer(content, v.MEMBERS_TYPE)
    if header:
        answer.headers["Link"] = header
    return answer
