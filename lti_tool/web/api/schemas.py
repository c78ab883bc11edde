"""The JSON of the API: one schema serves the answers, their description and the tests."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from marshmallow import Schema, fields, validate

from lti_tool.domain.reasons import Reason
from lti_tool.domain.values import Component, Status
from lti_tool.web.api.cursors import Cursor

_MOST = 500


class Amount(fields.Field[Any]):
    """Credits as an exact JSON number with one place."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> float | None:  # noqa: ARG002
        return None if value is None else float(Decimal(value).quantize(Decimal("0.1")))


class Moment(fields.Field[Any]):
    """A moment in UTC with milliseconds: 2026-11-23T12:00:00.000Z."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:  # noqa: ARG002
        if not isinstance(value, datetime):
            return None
        return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class ComponentSchema(Schema):
    """One component of the credit structure."""

    credits = Amount(required=True)
    maximum = Amount(required=True)
    met = fields.Boolean(required=True)


class OnlineSchema(ComponentSchema):
    """Online study: counted seconds and the seconds required."""

    seconds = fields.Integer(required=True)
    required_seconds = fields.Integer(required=True)


class PracticeSchema(ComponentSchema):
    """Practice; `surplus` is approved above the component's share and not counted."""

    surplus = Amount(required=True)


class ComponentsSchema(Schema):
    online = fields.Nested(OnlineSchema, required=True)
    offline = fields.Nested(ComponentSchema, required=True)
    practice = fields.Nested(PracticeSchema, required=True)


class OutcomeSchema(Schema):
    """What became of one statement; online ones carry the `seconds` that they added."""

    statement = fields.UUID(required=True, allow_none=True)
    counted = fields.Boolean(required=True)
    component = fields.Enum(Component, by_value=True, allow_none=True)
    seconds = fields.Integer()
    credits = Amount()
    reason = fields.String(required=True, validate=validate.OneOf([reason.value for reason in Reason]))
    flags = fields.List(fields.String())


class CreditSchema(Schema):
    """The credits of one participant."""

    programme = fields.String(required=True)
    participant = fields.String(required=True)
    name = fields.String(required=True)
    school = fields.String(required=True)
    group = fields.String(required=True)
    accrued = Amount(required=True)
    maximum = Amount(required=True)
    status = fields.Enum(Status, by_value=True, required=True)
    components = fields.Nested(ComponentsSchema, required=True)
    unmet = fields.List(fields.String(validate=validate.OneOf(["online", "offline", "practice", "plan", "assess"])))
    recorded = Amount(required=True)
    rule_set = fields.String(required=True)
    focus_points = fields.Dict(keys=fields.String(), values=Amount())
    as_of = Moment(required=True)


class ExplainedCreditSchema(CreditSchema):
    """The credits of one participant with one entry for each statement about them, counted or not."""

    explanation = fields.List(fields.Nested(OutcomeSchema), required=True)


class CreditListSchema(Schema):
    """A page of credits; `next` is the cursor of the page after it, or null."""

    credits = fields.List(fields.Nested(CreditSchema), required=True)
    next = fields.String(required=True, allow_none=True)


class CreditQuerySchema(Schema):
    """What a list of credits can be asked for."""

    school = fields.String(metadata={"description": "only participants of this school"})
    group = fields.String(metadata={"description": "only participants of this group"})
    status = fields.String(
        validate=validate.OneOf([status.value for status in Status]),
        metadata={"description": "only participants in this state"},
    )
    limit = fields.Integer(
        load_default=100, validate=validate.Range(1, _MOST), metadata={"description": "entries of a page"}
    )
    cursor = Cursor(load_default="", metadata={"description": "`next` of the page before"})


class ErrorSchema(Schema):
    """Every error."""

    error = fields.Nested(
        Schema.from_dict(
            {
                "code": fields.String(required=True),
                "message": fields.String(required=True),
                "details": fields.List(fields.Raw(), required=True),
            },
            name="ErrorBodySchema",
        ),
        required=True,
    )


def outcome_entry(outcome: Any) -> Mapping[str, Any]:
    """An outcome as OutcomeSchema takes it: figures that do not apply are left out."""
    entry = {
        "statement": outcome.statement,
        "counted": outcome.counted,
        "component": outcome.component,
        "reason": str(outcome.reason),
    }
    if outcome.seconds is not None:
        entry["seconds"] = outcome.seconds
    if outcome.credits is not None:
        entry["credits"] = outcome.credits
    if outcome.flags:
        entry["flags"] = list(outcome.flags)
    return entry
