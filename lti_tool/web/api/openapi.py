"""The description of the API, made from the schemas that answer."""

from typing import Any

from marshmallow import Schema, fields, validate

from lti_tool.web.api import schemas

_REF = "#/components/schemas/"
_TYPES: tuple[tuple[type[fields.Field[Any]], dict[str, Any]], ...] = (
    (schemas.Amount, {"type": "number", "multipleOf": 0.1}),
    (schemas.Moment, {"type": "string", "format": "date-time"}),
    (fields.UUID, {"type": "string", "format": "uuid"}),
    (fields.Boolean, {"type": "boolean"}),
    (fields.Integer, {"type": "integer"}),
    (fields.String, {"type": "string"}),
)


def describe(server: str) -> dict[str, Any]:
    """The OpenAPI 3.1 document of `/api`."""
    shapes: dict[str, Any] = {}
    listed = _reference(schemas.CreditListSchema(), shapes)
    explained = _reference(schemas.ExplainedCreditSchema(), shapes)
    _reference(schemas.ErrorSchema(), shapes)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Xuefen", "version": "1", "summary": "Training credits of programmes and participants"},
        "servers": [{"url": server}],
        "security": [{"basic": []}],
        "paths": {
            "/api/programmes/{programme}/credits": {
                "get": {
                    "operationId": "listCredits",
                    "summary": "The credits of a programme's participants, by participant id",
                    "parameters": [_path("programme"), *_query(schemas.CreditQuerySchema())],
                    "responses": _responses(listed, "A page of credits", bad_query=True),
                }
            },
            "/api/programmes/{programme}/participants/{participant}/credits": {
                "get": {
                    "operationId": "explainCredits",
                    "summary": "One participant's credits with what became of each statement",
                    "parameters": [_path("programme"), _path("participant")],
                    "responses": _responses(explained, "The credits with their explanation", bad_query=False),
                }
            },
        },
        "components": {
            "schemas": shapes,
            "securitySchemes": {
                "basic": {
                    "type": "http",
                    "scheme": "basic",
                    "description": "A key of scope credits/read and its secret",
                }
            },
        },
    }


def _path(name: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


def _query(schema: Schema) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "in": "query",
            "required": False,
            "description": field.metadata["description"],
            "schema": _field(field, {}),
        }
        for name, field in schema.fields.items()
    ]


def _responses(reference: dict[str, str], description: str, *, bad_query: bool) -> dict[str, Any]:
    errors = {
        "401": "No valid key and secret",
        "403": "The key lacks the scope credits/read",
        "404": "No such programme or participant, or not for this key",
        **({"400": "A mistake in the query"} if bad_query else {}),
    }
    answers = {
        status: {"description": text, "content": _json({"$ref": f"{_REF}Error"})} for status, text in errors.items()
    }
    return {"200": {"description": description, "content": _json(reference)}, **answers}


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


def _reference(schema: Schema, shapes: dict[str, Any]) -> dict[str, str]:
    name = type(schema).__name__.removesuffix("Schema")
    if name not in shapes:
        shapes[name] = {}
        described = (type(schema).__doc__ or "").strip()
        shapes[name] = {
            "type": "object",
            **({"description": described} if described and not described.startswith("Generated") else {}),
            "properties": {key: _field(field, shapes) for key, field in schema.fields.items()},
            "required": [key for key, field in schema.fields.items() if field.required],
        }
    return {"$ref": f"{_REF}{name}"}


def _field(field: fields.Field[Any], shapes: dict[str, Any]) -> dict[str, Any]:
    found = _shape(field, shapes)
    if isinstance(field.validate, validate.OneOf):
        found["enum"] = list(field.validate.choices)
    if isinstance(field.validate, validate.Range):
        found |= {"minimum": field.validate.min, "maximum": field.validate.max}
    if field.allow_none and "type" in found:
        found["type"] = [found["type"], "null"]
        if "enum" in found:
            found["enum"] = [*found["enum"], None]
    return found


def _shape(field: fields.Field[Any], shapes: dict[str, Any]) -> dict[str, Any]:
    if isinstance(field, fields.Nested):
        return dict(_reference(field.schema, shapes))
    if isinstance(field, fields.List):
        return {"type": "array", "items": _field(field.inner, shapes)}
    if isinstance(field, fields.Dict):
        values = _field(field.value_field, shapes) if field.value_field else {}
        return {"type": "object", "additionalProperties": values}
    if isinstance(field, fields.Enum):
        return {"type": "string", "enum": [member.value for member in field.enum]}
    return next((dict(shape) for kind, shape in _TYPES if isinstance(field, kind)), {})
