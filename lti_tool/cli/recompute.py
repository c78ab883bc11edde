"""`recompute`: credits again from the statements, or what that would change."""

import sys
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

import click

from lti_tool.cli.context import Tool, pass_tool, print_json, report_problems
from lti_tool.cli.memory import keep_what_is_loaded
from lti_tool.credits.preview import Change, sum_up
from lti_tool.credits.programme import UnknownProgramme
from lti_tool.credits.rebuild import rebuild_evidence
from lti_tool.programmes.file import ProgrammeFile, ProgrammeFileError, read_programme_file
from lti_tool.storage.queries.failures import find_failing
from lti_tool.storage.queries.people import touch_programme


@click.command()
@click.option("--programme", "programme_id", required=True)
@click.option("--dry-run", is_flag=True, help="Print who would change and how; write nothing.")
@click.option(
    "--file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="With --dry-run: as if this programme file were loaded.",
)
@click.option("--json", "as_json", is_flag=True)
@pass_tool
def recompute(tool: Tool, programme_id: str, *, dry_run: bool, file: Path | None, as_json: bool) -> None:
    """Compute everybody's credits again, from the statements."""
    own = tool.credits
    try:
        own.programme(programme_id)
    except UnknownProgramme:
        raise click.BadParameter(f'there is no programme "{programme_id}"', param_hint="--programme") from None
    if file is not None and not dry_run:
        raise click.UsageError("--file goes with --dry-run; to load a file: xuefen programme load")
    if dry_run:
        changes = own.preview(programme_id) if file is None else own.preview_file(_read(file, programme_id))
        _print_changes(changes, as_json=as_json)
        return
    statements = rebuild_evidence(tool.db, tool.store, tool.intake)
    with tool.db.begin() as conn:
        touch_programme(conn, programme_id)
    keep_what_is_loaded()
    changed = own.refresh(programme_id)
    with tool.db.read() as conn:
        failing = sorted(find_failing(conn, programme_id))
    if as_json:
        print_json({"statements": statements, "changed": sorted(changed), "failed": failing})
    else:
        click.echo(f"{statements} statements read; the credits of {len(changed)} participants changed.")
    if failing:
        click.echo(f"Error: the credits of {', '.join(failing)} cannot be computed; the log says why.", err=True)
        sys.exit(1)


def _read(path: Path, programme_id: str) -> ProgrammeFile:
    try:
        file = read_programme_file(path)
    except ProgrammeFileError as error:
        report_problems(error.problems, f"{path} cannot be loaded")
    if file.programme.id != programme_id:
        raise click.BadParameter(f'it is of the programme "{file.programme.id}"', param_hint="--file")
    return file


def _print_changes(changes: Iterable[Change], *, as_json: bool) -> None:
    listed = list(changes)
    summary = sum_up(listed)
    if as_json:
        schools = {one.school: {"people": one.people, "credits": float(one.credits)} for one in summary.schools}
        total = {"people": summary.people, "credits": float(summary.credits)}
        print_json({"changes": [_shown(change) for change in listed], "schools": schools, "total": total})
        return
    for change in listed:
        figures = "; ".join(f"{name} {_text(now)} → {_text(then)}" for name, (now, then) in change.figures.items())
        click.echo(f"{change.participant}  {change.name}  {figures}")
    for one in summary.schools:
        click.echo(f"school {one.school}: {one.people} people, {one.credits:+} credits")
    click.echo(f"total: {summary.people} people would change, {summary.credits:+} credits; nothing was written.")


def _shown(change: Change) -> dict[str, object]:
    figures = {name: [_json(now), _json(then)] for name, (now, then) in change.figures.items()}
    return {
        "participant": change.participant,
        "name": change.name,
        "school": change.school,
        "figures": figures,
    }


def _json(value: object) -> object:
    return float(value) if isinstance(value, Decimal) else value


def _text(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "nothing"
    return "–" if value is None else str(value)


COMMANDS = (recompute,)
