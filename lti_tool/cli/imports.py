"""`import roster|attendance|assessments`: what an institution's clerk fills in, from XLSX and CSV."""

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

import click

from lti_tool.cli.context import Tool, pass_tool, print_json, report_problems
from lti_tool.cli.progress import show_progress
from lti_tool.credits.programme import ReadyProgramme, UnknownProgramme
from lti_tool.evidence.activities import Vocabulary
from lti_tool.imports.assessments import Assessments
from lti_tool.imports.attendance import PROVINCIAL_PLATFORM, Attendance
from lti_tool.imports.columns import layouts
from lti_tool.imports.outcomes import Importer
from lti_tool.imports.reading import FileProblem
from lti_tool.imports.roster import Roster
from lti_tool.imports.run import ImportResult, run_import
from lti_tool.imports.statements import Reception
from lti_tool.imports.tables import Table, read_table


def _options(command: Callable[..., None]) -> Callable[..., None]:
    """What all three take."""
    errors = click.Path(dir_okay=False, path_type=Path)
    for option in (
        click.option("--json", "as_json", is_flag=True),
        click.option(
            "--errors-to", type=errors, help="Where rows set aside go; default: FILE with .errors.csv at its end."
        ),
        click.option("--programme", "programme_id", required=True),
        click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path)),
    ):
        command = option(command)
    return command


@click.group(name="import")
def import_() -> None:
    """Take in a sheet, XLSX or CSV, with Chinese labels or codes as headings.

    A row that is wrong, or whose person is not found, is set aside with its reason in a file to be mended and imported
    again; then the exit status is 1. A file that is wrong as such changes nothing: 2.
    """


@import_.command()
@_options
@pass_tool
def roster(tool: Tool, file: Path, *, programme_id: str, errors_to: Path | None, as_json: bool) -> None:
    """Add participants, or change them; nobody is removed, and an empty cell says nothing."""
    programme, table = _open(tool, "roster", file, programme_id)
    importer = Roster(programme.programme, tool.db, len(table.lines))
    result, errors = _run(importer, table, file, errors_to, quiet=as_json)
    tool.db.analyse()
    _report(result, table, errors, as_json=as_json, renamed=importer.renamed)


@import_.command()
@_options
@click.option("--source", default=PROVINCIAL_PLATFORM, show_default=True, help="Where the sign-ins come from.")
@pass_tool
def attendance(
    tool: Tool, file: Path, *, programme_id: str, errors_to: Path | None, as_json: bool, source: str
) -> None:
    """Sign-ins, absences and logs of face-to-face sessions."""
    programme, table = _open(tool, "attendance", file, programme_id)
    result, errors = _run(Attendance(_reception(tool, programme), source), table, file, errors_to, quiet=as_json)
    _report(result, table, errors, as_json=as_json)


@import_.command()
@_options
@pass_tool
def assessments(tool: Tool, file: Path, *, programme_id: str, errors_to: Path | None, as_json: bool) -> None:
    """Verdicts of the process and the final assessment."""
    programme, table = _open(tool, "assessments", file, programme_id)
    result, errors = _run(Assessments(_reception(tool, programme)), table, file, errors_to, quiet=as_json)
    _report(result, table, errors, as_json=as_json)


def _open(tool: Tool, kind: str, file: Path, programme_id: str) -> tuple[ReadyProgramme, Table]:
    """The programme and the file's table; exit status 2 where either is none."""
    try:
        programme = tool.credits.programme(programme_id)
    except UnknownProgramme:
        raise click.BadParameter(f'there is no programme "{programme_id}"', param_hint="--programme") from None
    try:
        return programme, read_table(file, layouts()[kind])
    except FileProblem as problem:
        report_problems(problem.problems, f"{file} cannot be imported")


def _reception(tool: Tool, programme: ReadyProgramme) -> Reception:
    return Reception(programme, tool.store, Vocabulary(tuple(tool.settings.xapi.vocabulary)))


def _run(
    importer: Importer, table: Table, file: Path, errors_to: Path | None, *, quiet: bool
) -> tuple[ImportResult, Path]:
    """Import the table; what became of it, and where the rows set aside are."""
    errors = errors_to or file.with_name(file.name + ".errors.csv")
    if errors.resolve() == file.resolve():
        raise click.BadParameter("the file that is read cannot be written too", param_hint="--errors-to")
    if not os.access(errors.parent, os.W_OK):  # looked at first: what is set aside must not be lost
        raise click.BadParameter(f"nothing can be written into {errors.parent}", param_hint="--errors-to")
    with show_progress(file.name, "imported", quiet=quiet) as progress:
        return run_import(importer, table, errors_to=errors, progress=progress), errors


def _report(
    result: ImportResult,
    table: Table,
    errors: Path,
    *,
    as_json: bool,
    renamed: Sequence[tuple[str, str, str]] = (),
) -> None:
    """Say what became of the file, and end with status 1 where rows were set aside."""
    if as_json:
        said = {**asdict(result), "errors": str(errors) if result.set_aside else None}
        passed_over = {"ignored_columns": list(table.unknown), "skipped_sheets": list(table.skipped)}
        print_json({**said, **passed_over, "renamed": [list(one) for one in renamed]})
    else:
        _tell(result, table, errors, renamed)
    if result.set_aside:
        sys.exit(1)


def _tell(result: ImportResult, table: Table, errors: Path, renamed: Sequence[tuple[str, str, str]]) -> None:
    for label in table.unknown:
        click.echo(f'The column "{label}" is not known and was ignored.', err=True)
    for sheet in table.skipped:
        click.echo(f'The sheet "{sheet}" has none of the columns and was skipped.', err=True)
    for participant, old, new in renamed:
        click.echo(f"{participant} was called {old}, and is called {new} now.", err=True)
    counts = [f"{result.done} done", f"{result.known} already there", f"{result.set_aside} set aside"]
    counts += [f"{result.blank} say nothing"] if result.blank else []
    click.echo(f"{result.read} rows read: {', '.join(counts)}.")
    if result.set_aside:
        click.echo(f"The rows set aside and their reasons are in {errors}.", err=True)


COMMANDS = (import_,)
