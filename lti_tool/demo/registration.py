"""Dynamic registration (LTI Dynamic Registration 1.0)."""

from flask import Blueprint, Response, jsonify, request

from lti_tool.demo import vocabulary as v
from lti_tool.demo.launch import platform_state
from lti_tool.demo.records import Json, Registration, ServiceError
from lti_tool.demo.state import State

blueprint = Blueprint("registration", __name__)
_CLAIMS = ["sub", "iss", "name", "given_name", "family_name", "email"]


@blueprint.get("/.well-known/openid-configuration")
def openid_configuration() -> Response:
    """Where everything is, and what the platform can do."""
    state = platform_state()
    try:
        state.temperament.check_configuration_request()
    except ServiceError as error:
        return state.temperament.registration_error(error)
    messages = [
        {"type": v.RESOURCE_LINK_REQUEST},
        {"type": v.DEEP_LINKING_REQUEST, "placements": list(state.temperament.placements)},
    ]
    platform = {
        "product_family_code": state.temperament.product,
        "version": state.temperament.version,
        "messages_supported": messages,
        "variables": ["Context.id", "Context.title", "ResourceLink.id", "ResourceLink.title", "User.id"],
    }
    return jsonify(
        {
            "issuer": state.issuer,
            "authorization_endpoint": state.auth_login_url,
            "token_endpoint": state.auth_token_url,
            "token_endpoint_auth_methods_supported": ["private_key_jwt"],
            "token_endpoint_auth_signing_alg_values_supported": ["RS256"],
            "jwks_uri": state.key_set_url,
            "registration_endpoint": state.registration_url,
            "scopes_supported": ["openid", *v.SCOPES],
            "response_types_supported": ["id_token"],
            "subject_types_supported": ["public", "pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "claims_supported": _CLAIMS,
            v.PLATFORM_CONFIGURATION: platform,
        }
    )


@blueprint.post("/register")
def register() -> Response:
    """Enter the tool that holds a registration token; the token is used up by success."""
    state = platform_state()
    try:
        body: object = request.get_json(force=True, silent=True)
        with state.lock:
            token = _valid_token(state)
            if not isinstance(body, dict):
                raise ServiceError(400, "invalid_request: not a JSON object")
            state.temperament.check_registration(body)
            del state.registration_tokens[token]
            tool = _enter(state, body)
        return jsonify(state.temperament.registration_answer(tool, body))
    except ServiceError as error:
        return state.temperament.registration_error(error)


def _valid_token(state: State) -> str:
    token = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
    if not token:
        raise ServiceError(401, "missing_registration_token")
    expires = state.registration_tokens.get(token)
    if expires is None or expires <= state.now():
        raise ServiceError(401, "token_already_used")
    return token


def _enter(state: State, body: Json) -> Registration:
    configuration: Json = body[v.TOOL_CONFIGURATION]
    names, mail = state.temperament.sharing(configuration)
    messages = configuration.get("messages") or []
    linking = next((m for m in messages if m.get("type") == v.DEEP_LINKING_REQUEST), None)
    target = configuration.get("target_link_uri") or body["initiate_login_uri"]
    return state.register_tool(
        name=body["client_name"],
        login_url=body["initiate_login_uri"],
        redirect_uris=body["redirect_uris"],
        jwks_url=body["jwks_uri"],
        target_link_uri=target,
        deep_linking_url=linking.get("target_link_uri") or target if linking else None,
        custom=configuration.get("custom_parameters") or {},
        scopes=tuple(state.temperament.registered_scopes(str(body.get("scope") or "").split())),
        shares_name=names,
        shares_email=mail,
        active=state.temperament.registers_active,
    )
