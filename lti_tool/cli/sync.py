"""`sync`: reconcile the gradebooks now."""

import click

from lti_tool.cli.context import Tool, pass_tool, print_json
from lti_tool.cli.progress import show_progress
from lti_tool.grades.sync import Line, SyncReport, sync_now
from lti_tool.storage.queries.programmes import find_programme


@click.command()
@click.option("--programme", "programme_id", help="Only this programme; otherwise all.")
@click.option("--dry-run", is_flag=True, help="Say what would be sent; send nothing.")
@click.option("--json", "as_json", is_flag=True)
@pass_tool
def sync(tool: Tool, programme_id: str | None, *, dry_run: bool, as_json: bool) -> None:
    """Make the gradebooks equal to the credits now, and say what was sent, refused, unchanged."""
    if programme_id is not None:
        with tool.db.read() as conn:
            if find_programme(conn, programme_id) is None:
                raise click.BadParameter(f'there is no programme "{programme_id}"', param_hint="--programme")
    with show_progress("gradebooks", "done", quiet=as_json or dry_run) as progress:
        report = sync_now(
            tool.db, tool.credits, tool.mirror, programme_id=programme_id, dry_run=dry_run, progress=progress
        )
    if as_json:
        print_json(_shown(report))
        return
    for line in report.waiting:
        click.echo(_text(line))
    waiting = len(report.waiting) - len(report.refused)
    would = "would be sent" if dry_run else "waiting"
    click.echo(f"{report.sent} sent, {len(report.refused)} refused, {waiting} {would}, {report.unchanged} unchanged.")


def _text(line: Line) -> str:
    standing = "nothing" if line.confirmed is None else line.confirmed
    wanted = "nothing" if line.desired is None else line.desired
    why = f": {line.sentence} {line.advice}" if line.reason else ""
    return f"{line.name or line.participant}  {line.tag}  {standing} → {wanted}  {line.state}{why}"


def _shown(report: SyncReport) -> dict[str, object]:
    return {
        "sent": report.sent,
        "unchanged": report.unchanged,
        "waiting": [
            {
                "participant": line.participant,
                "name": line.name,
                "column": line.tag,
                "desired": line.desired,
                "confirmed": line.confirmed,
                "state": line.state,
                "reason": line.reason,
                "advice": line.advice,
            }
            for line in report.waiting
        ],
    }


COMMANDS = (sync,)
