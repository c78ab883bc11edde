"""Canvas: what it takes of deep linking, and how it refuses the rest."""

from flask import Response, jsonify

from lti_tool.demo.records import DeepLinkingReturn, Json, Launch, Registration, ServiceError
from lti_tool.demo.temperaments.generic import Generic, is_number


class CanvasLinking(Generic):
    """The dialogue of a module, and what becomes of its answer."""

    def deep_linking_settings(self, tool: Registration, launch: Launch) -> Json:  # noqa: ARG002
        """As from the module's dialogue; what is opaque stands in the return address alone."""
        return {
            "accept_types": ["ltiResourceLink"],
            "accept_presentation_document_targets": ["iframe", "window"],
            "accept_media_types": "application/vnd.ims.lti.v1.ltilink",
            "accept_multiple": True,
            "auto_create": False,
        }

    def check_deep_linking(self, back: DeepLinkingReturn, claims: Json) -> None:
        """`iss`, `aud`, a nonce, and the times; `deployment_id` and `message_type` are not looked at."""
        audience = claims.get("aud")
        if claims.get("iss") != back.client_id:
            raise ServiceError(400, "developer_key")
        if self.state.issuer not in (audience if isinstance(audience, list) else [audience]):
            raise ServiceError(400, "the 'aud' is invalid")
        if not claims.get("nonce"):
            raise ServiceError(400, "the 'nonce' is missing")
        self.state.tool_keys.check_times(claims, oldest=300, ahead=30)

    def deep_linking_error(self, error: ServiceError) -> Response:
        """JSON, which the teacher sees raw in the frame."""
        fault = {"attribute": "jwt", "type": error.message, "message": error.message}
        answer = jsonify(errors={"data_jwt": [fault]})
        answer.status_code = error.status
        return answer

    def link_settings(self, tool: Registration, item: Json) -> Json:
        """A graded item becomes an assignment of the column's name, which learners see once it is published."""
        settings = super().link_settings(tool, item)
        column = item.get("lineItem")
        if column is None:
            return settings
        if not is_number(column.get("scoreMaximum")):
            raise ServiceError(400, "lineItem.scoreMaximum is a required field")
        return {**settings, "title": column.get("label") or settings["title"], "published": False}
