"""`record`: mark the credits of everybody who has passed as entered 学分录入, or enter corrected ones anew.

`recorded`: what was entered so far, batch by batch.
"""

import click

from lti_tool.cli.context import Tool, pass_tool, print_json, report_problems
from lti_tool.credits.programme import UnknownProgramme
from lti_tool.credits.recording import Batch, CannotRecord, Recording
from lti_tool.storage.queries.recordings import list_batches, list_entries


@click.command()
@click.option("--programme", "programme_id", required=True)
@click.option("--by", required=True, help="Who enters the credits.")
@click.option("--receipt", help="The other system's receipt.")
@click.option("--correct", "people", multiple=True, metavar="PARTICIPANT", help="Enter anew what now holds for them.")
@click.option("--dry-run", is_flag=True, help="Print who would be entered with what; write nothing.")
@click.option("--json", "as_json", is_flag=True)
@pass_tool
def record(
    tool: Tool,
    programme_id: str,
    *,
    by: str,
    receipt: str | None,
    people: tuple[str, ...],
    dry_run: bool,
    as_json: bool,
) -> None:
    """Mark the credits of everybody who has passed as entered, in one batch."""
    recording = Recording(tool.db, tool.credits)
    try:
        tool.credits.programme(programme_id)
        if dry_run:
            batch = Batch(None, recording.list_ready(programme_id))
        elif people:
            batch = recording.correct(programme_id, people, by=by, receipt=receipt)
        else:
            batch = recording.enter(programme_id, by=by, receipt=receipt)
    except UnknownProgramme:
        raise click.BadParameter(f'there is no programme "{programme_id}"', param_hint="--programme") from None
    except CannotRecord as refusal:
        report_problems(refusal.problems, "not everybody can be corrected")
    if as_json:
        print_json({"batch": batch.id, "entries": {person: float(amount) for person, amount in batch.entries.items()}})
        return
    for person, amount in batch.entries.items():
        click.echo(f"{person}  {amount}")
    done = "would be entered; nothing was written" if dry_run else f"entered in batch {batch.id}"
    click.echo(f"{len(batch.entries)} participants {done}." if batch.entries else "Nobody is ready to be entered.")


@click.command()
@click.option("--programme", "programme_id", required=True)
@click.option("--batch", type=int, help="Who is in this batch, with what.")
@click.option("--json", "as_json", is_flag=True)
@pass_tool
def recorded(tool: Tool, programme_id: str, *, batch: int | None, as_json: bool) -> None:
    """List the batches that were entered, newest first: when, by whom, with which receipt, for how many."""
    with tool.db.read() as conn:
        batches = [row for row in list_batches(conn, programme_id, limit=10_000) if batch in {None, row["id"]}]
        entries = list_entries(conn, batch) if batch is not None and batches else []
    if batch is not None and not batches:
        raise click.BadParameter(f'"{programme_id}" has no batch {batch}', param_hint="--batch")
    if as_json:
        people = {"entries": {row["participant_id"]: float(row["credits"]) for row in entries}} if entries else {}
        told = ("at", "by", "receipt", "people")
        print_json([{"batch": row["id"], **{name: row[name] for name in told}, **people} for row in batches])
        return
    for row in batches:
        receipt = f", receipt {row['receipt']}" if row["receipt"] else ""
        click.echo(f"batch {row['id']}: {row['at']:%Y-%m-%d %H:%M} UTC by {row['by']}{receipt}, {row['people']} people")
    for row in entries:
        click.echo(f"{row['participant_id']}  {row['credits']}")


COMMANDS = (record, recorded)
