"""The shape of a programme file (contract §5). What refers to what is checked in `references`."""

from typing import Any

from marshmallow import Schema, fields, validate

from lti_tool.domain.plan.sentences import SENTENCES
from lti_tool.domain.values import Audience, Stage
from lti_tool.programmes.fields import Credits, TomlDate, TomlDateTime, a_name, identifier

POSITIONS = ("principal", "deputy", "middle", "teacher")
STAFF_ROLES = ("institution", "trainer", "county_group", "monitor")
REVIEWS = ("approved", "hold", "rejected")
SCHOOL_KINDS = ("ordinary", "kindergarten", "special", "vocational")
SCOPES = ("school", "county", "city")


def _one_of(values: Any, **kwargs: Any) -> fields.String:
    allowed = [str(value) for value in values]
    return fields.String(validate=validate.OneOf(allowed, error="must be one of: {choices}"), **kwargs)


def _url() -> fields.String:
    return fields.String(
        required=True,
        validate=validate.Regexp(r"\Ahttps?://[^\s/]+", error="must be an http or https address"),
    )


class AccountSchema(Schema):
    homePage = _url()  # noqa: N815 - xAPI's own name
    name = a_name(required=True)


class _PersonSchema(Schema):
    id = identifier(required=True)
    name = a_name(required=True)
    accounts = fields.List(fields.Nested(AccountSchema), load_default=list)
    emails = fields.List(fields.Email(error_messages={"invalid": "is not an e-mail address"}), load_default=list)


class ParticipantSchema(_PersonSchema):
    group = identifier(required=True)
    groups = fields.List(identifier(), load_default=list)
    position = _one_of(POSITIONS, load_default="teacher")
    joined = TomlDate(load_default=None)


class ScopeSchema(Schema):
    school = a_name()
    county = a_name()
    city = a_name()


class StaffSchema(_PersonSchema):
    role = _one_of(STAFF_ROLES, required=True)
    scope = fields.Nested(ScopeSchema, load_default=dict)


class SchoolSchema(Schema):
    id = identifier(required=True)
    name = a_name(required=True)
    city = fields.String(load_default="")
    county = fields.String(load_default="")
    staff = fields.Integer(strict=True, validate=validate.Range(1, 100_000), load_default=None)
    kind = _one_of(SCHOOL_KINDS, load_default="ordinary")


class GroupSchema(Schema):
    id = identifier(required=True)
    school = identifier(required=True)
    name = a_name(required=True)
    stage = _one_of(Stage, required=True)
    audience = _one_of(Audience, load_default=Audience.TEACHER.value)
    focus_points = fields.List(a_name(), load_default=list)


class CourseSchema(Schema):
    iri = fields.String(
        required=True,
        validate=validate.Regexp(
            r"\A[A-Za-z][A-Za-z0-9+.-]*:[^\s*]+\*?\Z", error="must be an IRI, or a prefix of one ending in *"
        ),
    )
    title = a_name(required=True)
    focus_points = fields.List(a_name(), load_default=list)
    review = _one_of(REVIEWS, load_default=None)


class OfflineSessionSchema(Schema):
    id = identifier(required=True)
    credits = Credits(load_default=None)  # none: what the setting `offline_sessions` says of its place
    starts = TomlDateTime(required=True)
    ends = TomlDateTime(required=True)
    makeup_for = identifier(load_default=None)


class OfflineClassSchema(Schema):
    id = identifier(required=True)
    title = fields.String(load_default="")
    schools = fields.List(identifier(), required=True, validate=validate.Length(min=1))
    host_school = identifier(load_default=None)
    participants = fields.List(identifier(), load_default=None)
    size = fields.Integer(strict=True, validate=validate.Range(1, 100_000), load_default=None)
    size_reason = fields.String(load_default=None)
    team_training = fields.Boolean(truthy={True}, falsy={False}, load_default=False)
    sessions = fields.List(fields.Nested(OfflineSessionSchema), required=True, validate=validate.Length(min=1))


class PracticeActivitySchema(Schema):
    id = identifier(required=True)
    title = a_name(required=True)
    credits = Credits(required=True)
    focus_points = fields.List(a_name(), load_default=list)  # a regulation may know none
    required_stages = fields.List(identifier(), load_default=list)  # none: those of the setting


class WaiverSchema(Schema):
    breach = _one_of(SENTENCES, required=True)
    subject = identifier(required=True)
    reason = a_name(required=True)
    by = a_name(required=True)


class RecordSchema(Schema):
    kind = identifier(required=True)
    date = TomlDate(required=True)
    school = identifier(load_default=None)
    title = fields.String(load_default="")
    by = fields.String(load_default="")
    participants = fields.List(identifier(), load_default=list)
    basis = fields.List(identifier(), load_default=list)
    link = fields.String(load_default="")


class ProgrammeSchema(Schema):
    id = identifier(required=True)
    title = a_name(required=True)
    rule_set = a_name(required=True)
    start = TomlDate(required=True)
    end = TomlDate(required=True)
    zone = a_name(load_default="Asia/Shanghai")
    rules = fields.Dict(keys=fields.String(), load_default=dict)  # checked by the rule set itself


class ProgrammeFileSchema(Schema):
    programme = fields.Nested(ProgrammeSchema, required=True)
    schools = fields.List(fields.Nested(SchoolSchema), load_default=list)
    groups = fields.List(fields.Nested(GroupSchema), load_default=list)
    participants = fields.List(fields.Nested(ParticipantSchema), load_default=list)
    courses = fields.List(fields.Nested(CourseSchema), load_default=list)
    offline_classes = fields.List(fields.Nested(OfflineClassSchema), load_default=list)
    practice_activities = fields.List(fields.Nested(PracticeActivitySchema), load_default=list)
    staff = fields.List(fields.Nested(StaffSchema), load_default=list)
    waivers = fields.List(fields.Nested(WaiverSchema), load_default=list)
    records = fields.List(fields.Nested(RecordSchema), load_default=list)
