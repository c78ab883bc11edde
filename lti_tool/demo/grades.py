"""Assignment and Grade Services 2.0: line items, scores, results."""

from flask import Flask, Response, request

from lti_tool.demo import vocabulary as v
from lti_tool.demo.records import LineItem
from lti_tool.demo.services import add_service, caller, json_answer, json_body, page_of
from lti_tool.demo.state import State


def add_grade_services(app: Flask, state: State) -> None:
    """Serve the paths the temperament names."""
    items, item = state.temperament.items_path, state.temperament.item_path
    add_service(app, state, items, "line_items", {"GET": list_items, "POST": create_item})
    methods = {"GET": show_item, "PUT": update_item, "DELETE": delete_item}
    add_service(app, state, item, "line_item", methods)
    add_service(app, state, item + "/scores", "scores", {"POST": receive_score})
    add_service(app, state, item + "/results", "results", {"GET": list_results})


def list_items(state: State, course_id: str) -> Response:
    who = caller(state, course_id, v.LINE_ITEM, v.LINE_ITEM_READ)
    state.temperament.check_media_type(v.LINE_ITEMS_TYPE)
    found = [item for item in state.course_items(course_id, who.tool.client_id) if _wanted(item)]
    start, size = _asked_page(state)
    page, link = page_of(state, found, start, size)
    answer = json_answer([state.temperament.item_json(item) for item in page], v.LINE_ITEMS_TYPE)
    if link:
        answer.headers["Link"] = link
    return answer


def _asked_page(state: State) -> tuple[int, int]:
    size = state.temperament.page_size(request.args.get("limit", 0, type=int))
    return request.args.get("from", 0, type=int), size


def _wanted(item: LineItem) -> bool:
    filters = {"resource_link_id": item.link_id, "resource_id": item.resource_id, "tag": item.tag}
    return all(request.args.get(name, value) == value for name, value in filters.items())


def create_item(state: State, course_id: str) -> Response:
    who = caller(state, course_id, v.LINE_ITEM)
    state.temperament.check_media_type(v.LINE_ITEM_TYPE)
    body = json_body()
    state.temperament.check_new_item(who.tool, course_id, body)
    item = state.add_line_item(
        course_id,
        who.tool.client_id,
        body["label"],
        float(body["scoreMaximum"]),
        tag=body.get("tag"),
        resource_id=body.get("resourceId"),
        link_id=body.get("resourceLinkId"),
    )
    return json_answer(state.temperament.item_json(item), v.LINE_ITEM_TYPE, 201)


def show_item(state: State, course_id: str, item_id: str) -> Response:
    item = caller(state, course_id, v.LINE_ITEM, v.LINE_ITEM_READ).item(item_id)
    state.temperament.check_media_type(v.LINE_ITEM_TYPE)
    return json_answer(state.temperament.item_json(item), v.LINE_ITEM_TYPE)


def update_item(state: State, course_id: str, item_id: str) -> Response:
    item = caller(state, course_id, v.LINE_ITEM).item(item_id)
    state.temperament.check_media_type(v.LINE_ITEM_TYPE)
    state.temperament.update_item(item, json_body())
    return json_answer(state.temperament.item_json(item), v.LINE_ITEM_TYPE)


def delete_item(state: State, course_id: str, item_id: str) -> Response:
    item = caller(state, course_id, v.LINE_ITEM).item(item_id)
    state.temperament.check_deletion(item)
    del state.line_items[item.id]
    for key in [key for key in state.cells if key[0] == item.id]:
        del state.cells[key]
    return Response(status=204)


def receive_score(state: State, course_id: str, item_id: str) -> Response:
    item = caller(state, course_id, v.SCORE).item(item_id)
    state.temperament.check_media_type(v.SCORE_TYPE)
    body = json_body()
    when = state.temperament.check_score(item, body)
    cell = state.cell_to_write(item, body["userId"])
    state.temperament.enter_score(item, cell, body, when)
    return state.temperament.score_answer(item, cell)


def list_results(state: State, course_id: str, item_id: str) -> Response:
    item = caller(state, course_id, v.RESULT_READ).item(item_id)
    state.temperament.check_media_type(v.RESULTS_TYPE)
    wanted = request.args.get("user_id")
    cells = [
        cell
        for (column, sub), cell in state.cells.items()
        if column == item.id and wanted in (None, sub) and state.temperament.shows_result(item, cell)
    ]
    start, size = _asked_page(state)
    state.temperament.check_results_page(cells, size)
    page, link = page_of(state, cells, start, size)
    answer = json_answer([state.temperament.result_json(item, cell) for cell in page], v.RESULTS_TYPE)
    if link:
        answer.headers["Link"] = link
    return answer
