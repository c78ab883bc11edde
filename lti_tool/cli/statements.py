"""`statements import|forward`: statements that exist already come in, and all statements go on to another store."""

import socket
import sys
from pathlib import Path

import click

from lti_tool.cli.context import Tool, pass_tool, print_json
from lti_tool.cli.progress import show_progress
from lti_tool.evidence.intake import EVIDENCE_KINDS
from xapi import Credential, credentials
from xapi.forwarding import ForwardStopped, Target, forward
from xapi.importing import ImportResult, import_lines

_IMPORTER = "import"
_TARGET_SECONDS = 60


@click.group()
def statements() -> None:
    """Load existing statements, or pass all statements on to another record store."""


@statements.command(name="import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--credential", "key", help="Key of the credential whose statements they shall be; default: one is made.")
@click.option(
    "--evidence",
    multiple=True,
    type=click.Choice(EVIDENCE_KINDS),
    help="What they may count as where a credential is made; repeatable, default online.",
)
@click.option(
    "--errors-to",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where wrong lines go; default: FILE with .errors.jsonl at its end.",
)
@click.option("--json", "as_json", is_flag=True)
@pass_tool
def import_(
    tool: Tool, file: Path, *, key: str | None, evidence: tuple[str, ...], errors_to: Path | None, as_json: bool
) -> None:
    """Store the statements of FILE (one JSON object a line); what an earlier run has done is not done again.

    Wrong lines are set aside with their numbers and reasons; then the exit status is 1.
    """
    credential = _find_importer(tool, key, evidence)
    errors = errors_to or file.with_name(file.name + ".errors.jsonl")
    with show_progress(file.name, "read", quiet=as_json) as progress:
        result = import_lines(tool.store, file, credential, errors_to=errors, progress=progress)
    _report_import(result, errors, as_json=as_json)
    if result.set_aside:
        sys.exit(1)


@statements.command(name="forward")
@click.option("--to", "endpoint", required=True, envvar="XUEFEN_FORWARD_TO", help="The other store's xAPI endpoint.")
@click.option("--key", required=True, envvar="XUEFEN_FORWARD_KEY", help="The user of its HTTP Basic credentials.")
@click.option("--secret", prompt=True, hide_input=True, envvar="XUEFEN_FORWARD_SECRET", help="Asked for if not given.")
@click.option("--json", "as_json", is_flag=True)
@pass_tool
def forward_(tool: Tool, *, endpoint: str, key: str, secret: str, as_json: bool) -> None:
    """Send every statement that was stored since the last run, in order, with its attachments."""
    socket.setdefaulttimeout(_TARGET_SECONDS)  # tincan sets none
    target = Target(endpoint.rstrip("/") + "/", key, secret)
    sent = 0

    def tell(count: int) -> None:
        nonlocal sent
        sent += count
        if not as_json:
            click.echo(f"{sent} statements sent")

    try:
        result = forward(tool.store, target, progress=tell)
    except ForwardStopped as stopped:
        raise click.ClickException(f"{stopped} – {sent} statements were sent; run it again to go on") from stopped
    if as_json:
        print_json({"sent": result.sent, "refused": [{"id": one, "reason": why} for one, why in result.refused]})
        return
    for one, why in result.refused:
        click.echo(f"{one} was refused: {why}", err=True)
    click.echo(f"{result.sent} statements forwarded, {len(result.refused)} refused.")


def _find_importer(tool: Tool, key: str | None, evidence: tuple[str, ...]) -> Credential:
    """The credential of a key, or one of our own that nobody has the secret of."""
    if key is not None and evidence:
        raise click.UsageError("--evidence belongs to a credential that is made; --credential names one that exists")
    with tool.db.begin() as conn:
        if key is None:
            attributes = {"evidence": sorted(set(evidence or ("online",)))}
            known = [one for one in credentials.list_credentials(conn) if one.name == _IMPORTER]
            found = next((one for one in known if one.tenant is None and one.attributes == attributes), None)
            if found is not None:
                return found
            key, _ = credentials.create(conn, _IMPORTER, ("statements/write",), attributes=attributes)
        credential = credentials.find_credential(conn, key)
    if credential is None:
        raise click.BadParameter(f'there is no credential with the key "{key}"', param_hint="--credential")
    return credential


def _report_import(result: ImportResult, errors: Path, *, as_json: bool) -> None:
    if as_json:
        counts = {"stored": result.stored, "known": result.known, "set_aside": result.set_aside}
        print_json(
            {**counts, "resumed_after": result.resumed_after, "errors": str(errors) if result.set_aside else None}
        )
        return
    if result.resumed_after:
        click.echo(f"went on after line {result.resumed_after}")
    click.echo(f"{result.stored} statements stored, {result.known} were known, {result.set_aside} lines set aside.")
    if result.set_aside:
        click.echo(f"The wrong lines and their reasons are in {errors}.", err=True)


COMMANDS = (statements,)
