"""PyLTI1p3's view of our registrations: read from the database, several clients per issuer."""

from typing import Any

from pylti1p3.deployment import Deployment
from pylti1p3.registration import Registration
from pylti1p3.tool_config.abstract import ToolConfAbstract
from sqlalchemy import Connection, RowMapping

from lti_tool.storage.queries import lti


class DatabaseToolConfig(ToolConfAbstract[Any]):
    """Registrations and deployments of one unit of work. Issuers are shared (hosted Canvas): a client id decides."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn

    def check_iss_has_one_client(self, iss: str) -> bool:  # noqa: ARG002 - by their interface
        return False

    def check_iss_has_many_clients(self, iss: str) -> bool:  # noqa: ARG002
        return True

    def find_registration_by_issuer(self, iss: str, *_args: Any, **_kwargs: Any) -> Any:
        """The registration of an issuer that has just one client."""
        found = lti.list_platforms(self._conn, issuer=iss, limit=2)
        return to_registration(found[0]) if len(found) == 1 else None

    def find_registration_by_params(self, iss: str, client_id: str, *_args: Any, **_kwargs: Any) -> Any:
        if not client_id:
            return self.find_registration_by_issuer(iss)
        found = lti.find_platform(self._conn, iss, client_id)
        return None if found is None else to_registration(found)

    def find_deployment(self, iss: str, deployment_id: str) -> Any:  # noqa: ARG002 - an issuer alone names no client
        return None

    def find_deployment_by_params(
        self, iss: str, deployment_id: str, client_id: str, *_args: Any, **_kwargs: Any
    ) -> Any:
        platform = lti.find_platform(self._conn, iss, client_id)
        if platform is None:
            return None
        known = lti.find_deployment(self._conn, platform["id"], deployment_id)
        if known is None and not platform["learns_deployments"]:
            return None
        return Deployment().set_deployment_id(deployment_id)


def to_registration(platform: RowMapping) -> Registration:
    """A platform's row as PyLTI1p3 knows it."""
    return (
        Registration()
        .set_issuer(platform["issuer"])
        .set_client_id(platform["client_id"])
        .set_auth_login_url(platform["auth_login_url"])
        .set_auth_token_url(platform["auth_token_url"])
        .set_key_set_url(platform["key_set_url"])
    )
