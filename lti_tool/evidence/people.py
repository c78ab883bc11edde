"""Whose a statement is: agents and groups as identifier keys."""

from typing import Any

from lti_tool.domain.identifiers import account_key, email_key, openid_key, sha1sum_key


def key_of(agent: Any) -> str | None:
    """The identifier key of an agent or identified group; None for an anonymous group or what is no agent.

    A bare account object (`homePage`, `name`), as the `beneficiary` extension has it, is understood too.
    """
    if not isinstance(agent, dict):
        return None
    account = agent.get("account", agent)
    if isinstance(account, dict) and isinstance(account.get("homePage"), str) and isinstance(account.get("name"), str):
        return account_key(account["homePage"], account["name"])
    if isinstance(agent.get("mbox"), str):
        return email_key(agent["mbox"])
    if isinstance(agent.get("mbox_sha1sum"), str):
        return sha1sum_key(agent["mbox_sha1sum"])
    return openid_key(agent["openid"]) if isinstance(agent.get("openid"), str) else None


def keys_of_members(actor: dict[str, Any]) -> list[str]:
    """The keys of a group's members, for statements that speak of each of them."""
    members = actor.get("member")
    found = [key_of(member) for member in members] if isinstance(members, list) else []
    return [key for key in found if key]
