"""`export`: the reports of a programme as files."""

import sys
from pathlib import Path
from typing import BinaryIO

import click

from lti_tool.cli.context import Tool, pass_tool
from lti_tool.clock import utc_now
from lti_tool.credits.programme import UnknownProgramme
from lti_tool.reports.archive import write_archive
from lti_tool.reports.catalogue import REPORTS, make_report
from lti_tool.reports.source import Source
from lti_tool.reports.writing import WRITERS, replacing

_ARCHIVE = "archive"


@click.command()
@click.argument("report", type=click.Choice([*REPORTS, _ARCHIVE]))
@click.option("--programme", "programme_id", required=True)
@click.option("--format", "format_", type=click.Choice(list(WRITERS)), default="xlsx", show_default=True)
@click.option("--school", help="Only this school.")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where to write; standard output without it.",
)
@pass_tool
def export(
    tool: Tool, report: str, *, programme_id: str, format_: str, school: str | None, output: Path | None
) -> None:
    """Write a report. The archive is a zip of all of them by school, with an index of hashes."""
    source = _source(tool, programme_id, school)
    if output is None:
        if sys.stdout.isatty() and (format_ == "xlsx" or report == _ARCHIVE):
            raise click.UsageError("name a file with -o; a terminal cannot show this format")
        _write(source, report, format_, sys.stdout.buffer)
        return
    with replacing(output) as file:
        number = _write(source, report, format_, file)
    click.echo(f"{output}: {number} {'files' if report == _ARCHIVE else 'rows'}.")


def _source(tool: Tool, programme_id: str, school: str | None) -> Source:
    try:
        programme = tool.credits.programme(programme_id).programme
    except UnknownProgramme:
        raise click.BadParameter(f'there is no programme "{programme_id}"', param_hint="--programme") from None
    if school is not None and school not in programme.schools:
        raise click.BadParameter(f'the programme has no school "{school}"', param_hint="--school")
    return Source(tool.db, tool.credits, programme_id, school)


def _write(source: Source, report: str, format_: str, out: BinaryIO) -> int:
    if report == _ARCHIVE:
        return write_archive(source, out, format_, utc_now())
    return WRITERS[format_](make_report(report, source), out)


COMMANDS = (export,)
