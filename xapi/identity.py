"""Who an Agent or Group is: its inverse functional identifier as one comparable text (Data 2.4.2.3)."""

from typing import Any

from xapi.validation.actor import IDENTIFIERS


def agent_key(actor: dict[str, Any]) -> str | None:
    """`mbox|…`, `mbox_sha1sum|…`, `openid|…` or `account|homePage|name`; nothing for an anonymous group."""
    account = actor.get("account")
    if account is not None:
        # JSON may carry NUL, which PostgreSQL's texts may not.
        return f"account|{account['homePage']}|{account['name']}".replace("\x00", "\\u0000")
    if "mbox" in actor:
        return f"mbox|{actor['mbox']}"
    if "mbox_sha1sum" in actor:
        return f"mbox_sha1sum|{actor['mbox_sha1sum'].lower()}"
    return f"openid|{actor['openid']}" if "openid" in actor else None


def identifying_part(actor: dict[str, Any]) -> dict[str, Any]:
    """An actor reduced to what identifies it, as the format `ids` returns it."""
    kept = {name: actor[name] for name in IDENTIFIERS if name in actor}
    if actor.get("objectType") == "Group":
        kept["objectType"] = "Group"
        if len(kept) == 1:
            kept["member"] = [identifying_part(member) for member in actor.get("member", [])]
    elif "objectType" in actor:
        kept["objectType"] = actor["objectType"]
    return kept
