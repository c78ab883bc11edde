"""`registration invite|add|list|remove|check` and `keys rotate`: which platforms may launch, and our own keys."""

from typing import Any

import click

from lti_tool.cli.context import Tool, pass_tool, print_json, report_problems
from lti_tool.clock import utc_now
from lti_tool.lti import invitations, keys, registration
from lti_tool.storage.queries import lti

_NUMBER = click.argument("number", type=int)


@click.group(name="registration")
def registrations() -> None:
    """Learning platforms that may launch the tool."""


@registrations.command()
@click.option("--json", "as_json", is_flag=True)
@pass_tool
def invite(tool: Tool, *, as_json: bool) -> None:
    """Print an address with which one platform can register itself, once."""
    made = invitations.create(tool.db, tool.settings.server.public_url, utc_now())
    if as_json:
        print_json({"url": made.url, "expires": made.expires_at})
    else:
        click.echo(f"{made.url}\nworks once, until {made.expires_at:%Y-%m-%d %H:%M} UTC")


@registrations.command()
@click.option("--issuer", required=True, help="The platform ID.")
@click.option("--client-id", required=True)
@click.option("--deployment-id", "deployment_ids", required=True, multiple=True, help="Repeatable.")
@click.option("--auth-login-url", required=True, help="The authentication request URL.")
@click.option("--auth-token-url", required=True, help="The access token URL.")
@click.option("--key-set-url", required=True, help="The public keyset URL.")
@click.option("--name", default="", help="What people call the platform.")
@click.option("--product", default="generic", help="moodle, canvas or generic: which peculiarities to expect.")
@click.option("--json", "as_json", is_flag=True)
@pass_tool
def add(tool: Tool, /, *, as_json: bool, **given: Any) -> None:
    """Register a platform by hand, or update the one with this issuer and client id."""
    platform = registration.NewPlatform(**given)
    mistakes = registration.find_mistakes(platform)
    if mistakes:
        report_problems(mistakes, "the platform cannot be registered")
    number = registration.add(tool.db, platform, utc_now())
    if as_json:
        print_json({"registration": number, "issuer": platform.issuer, "client_id": platform.client_id})
    else:
        click.echo(f"Registration {number}: {platform.issuer}. Now try: xuefen registration check {number}")


@registrations.command(name="list")
@click.option("--json", "as_json", is_flag=True)
@pass_tool
def list_(tool: Tool, *, as_json: bool) -> None:
    """The registered platforms."""
    with tool.db.read() as conn:
        found = lti.list_platforms_with_deployments(conn)
    if as_json:
        print_json(found)
        return
    for one in found:
        deployments = ", ".join(one["deployments"]) or "learned at the first launch"
        click.echo(
            f"{one['registration']}  {one['name']}  {one['issuer']}  {one['client_id']}  deployments: {deployments}"
        )


@registrations.command()
@_NUMBER
@click.confirmation_option(
    prompt="Launches from this platform stop, and its course links and gradebook states go. Really?"
)
@pass_tool
def remove(tool: Tool, number: int) -> None:
    """Forget registration NUMBER. Statements and credits stay."""
    with tool.db.begin() as conn:
        if not lti.remove_platform(conn, number):
            raise click.ClickException(f"there is no registration {number}; see `xuefen registration list`")
    click.echo("Removed.")


@registrations.command()
@_NUMBER
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
@pass_tool
def check(tool: Tool, context: click.Context, number: int, *, as_json: bool) -> None:
    """Really fetch the key set and a token of registration NUMBER, and say what is wrong."""
    findings = registration.check(tool.db, tool.http, tool.tokens, number, utc_now)
    if as_json:
        print_json([{"ok": one.ok, "what": one.what, "change": one.change} for one in findings])
    else:
        for one in findings:
            click.echo(f"{'ok   ' if one.ok else 'WRONG'}  {one.what}" + (f" {one.change}" if one.change else ""))
    context.exit(0 if all(one.ok for one in findings) else 1)


@click.group(name="keys")
def key_commands() -> None:
    """The tool's own signing keys."""


@key_commands.command()
@pass_tool
def rotate(tool: Tool) -> None:
    """Publish a new key that signs in a few minutes; the old one stays in the key set until it has aged out."""
    with tool.db.begin() as conn:
        kid = keys.rotate(conn, utc_now())
    click.echo(f"New key {kid}. The old ones stay published for {keys.AGED_OUT_AFTER.days} days.")


COMMANDS = (registrations, key_commands)
