"""`credential create|list|revoke`: key pairs for xAPI sources and readers of the API."""

from typing import Any

import click

from lti_tool.cli.context import Tool, pass_tool, print_json
from lti_tool.clock import utc_now
from lti_tool.evidence.intake import EVIDENCE_KINDS
from lti_tool.storage.queries.programmes import find_programme
from xapi import Credential, credentials

SCOPES = (
    "statements/write",
    "statements/read",
    "statements/read/mine",
    "state",
    "profile",
    "define",
    "all/read",
    "all",
    "credits/read",
)


@click.group()
def credential() -> None:
    """Keys for xAPI sources and for readers of /api."""


@credential.command()
@click.argument("name")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice(SCOPES),
    help="Repeatable; default statements/write.",
)
@click.option(
    "--evidence",
    multiple=True,
    type=click.Choice(EVIDENCE_KINDS),
    help="What its statements may count as; repeatable, default online.",
)
@click.option("--programme", help="Its statements count in this programme only, and it sees only that programme.")
@click.option("--json", "as_json", is_flag=True)
@pass_tool
def create(
    tool: Tool,
    name: str,
    scopes: tuple[str, ...],
    evidence: tuple[str, ...],
    programme: str | None,
    *,
    as_json: bool,
) -> None:
    """Make a key pair called NAME. The secret is shown once and never again."""
    with tool.db.begin() as conn:
        if programme is not None and find_programme(conn, programme) is None:
            raise click.BadParameter(f'there is no programme "{programme}"', param_hint="--programme")
        key, secret = credentials.create(
            conn,
            name,
            scopes or ("statements/write",),
            tenant=programme,
            attributes={"evidence": list(evidence or ("online",))},
        )
    if as_json:
        print_json({"key": key, "secret": secret})
    else:
        click.echo(f"key:    {key}\nsecret: {secret}   (shown only now)")


@credential.command(name="list")
@click.option("--json", "as_json", is_flag=True)
@pass_tool
def list_(tool: Tool, *, as_json: bool) -> None:
    """The credentials that people made, without their secrets."""
    with tool.db.read() as conn:
        found = credentials.list_credentials(conn)
    if as_json:
        print_json([_shown(one) for one in found])
        return
    for one in found:
        shown = _shown(one)
        click.echo(
            f"{shown['key']}  {shown['name']}  {', '.join(shown['scopes'])}"
            f"  evidence: {', '.join(shown['evidence'])}  programme: {shown['programme'] or 'any'}"
        )


@credential.command()
@click.argument("key")
@pass_tool
def revoke(tool: Tool, key: str) -> None:
    """Refuse KEY from now on. What it sent stays."""
    with tool.db.begin() as conn:
        if not credentials.revoke(conn, key, utc_now()):
            raise click.ClickException(f'there is no credential with the key "{key}"')
    click.echo("Revoked.")


def _shown(one: Credential) -> dict[str, Any]:
    return {
        "key": one.key,
        "name": one.name,
        "scopes": sorted(one.scopes),
        "evidence": one.attributes.get("evidence", []),
        "programme": one.tenant,
    }


COMMANDS = (credential,)
