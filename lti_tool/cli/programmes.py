"""`programme load|check|list|link`."""

from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from lti_tool.cli.context import Tool, pass_tool, print_json, report_problems
from lti_tool.clock import utc_now
from lti_tool.domain.plan import Breach, check_plan
from lti_tool.programmes.file import ProgrammeFile, ProgrammeFileError, read_programme_file
from lti_tool.programmes.store import apply_programme
from lti_tool.rule_sets import apply_settings, load_rule_set
from lti_tool.storage.queries import programmes as queries

_FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))


@click.group()
def programme() -> None:
    """Programmes: load, check and list them, and say which LMS course shows which."""


@programme.command()
@_FILE
@click.option("--json", "as_json", is_flag=True)
@pass_tool
def load(tool: Tool, file: Path, *, as_json: bool) -> None:
    """Create or update the programme of FILE. A mistake in the file changes nothing."""
    read = _read(file)
    with tool.db.begin() as conn:
        apply_programme(conn, read, utc_now())
    tool.db.analyse()
    if as_json:
        print_json({"programme": read.programme.id, "participants": len(read.participants)})
    else:
        click.echo(f"{read.programme.id}: {len(read.participants)} participants loaded.")


@programme.command()
@_FILE
@click.option("--json", "as_json", is_flag=True)
def check(file: Path, *, as_json: bool) -> None:
    """List every mistake of FILE, and every breach of the regulation in its plan. Changes nothing."""
    read = _read(file)
    rules = apply_settings(load_rule_set(read.programme.rule_set), read.programme.settings)
    breaches = check_plan(read.programme, read.participants, rules, today=_today_in(read.programme.zone))
    if as_json:
        print_json({"programme": read.programme.id, "breaches": [_shown(breach) for breach in breaches]})
        return
    for breach in breaches:
        waiver = f" Set aside by {breach.waived_by}: {breach.waiver_reason}" if breach.waived_by else ""
        click.echo(f"{breach.severity}: {breach.subject_kind} {breach.subject}: {breach.sentence_en}{waiver}")
    click.echo(f"{read.programme.id}: the file is in order; {len(breaches)} breaches of the regulation.")


@programme.command(name="list")
@click.option("--json", "as_json", is_flag=True)
@pass_tool
def list_(tool: Tool, *, as_json: bool) -> None:
    """The loaded programmes."""
    with tool.db.read() as conn:
        rows = queries.list_programmes(conn)
    shown = [{name: row[name] for name in ("id", "title", "rule_set", "start", "end", "zone")} for row in rows]
    if as_json:
        print_json(shown)
        return
    for row in shown:
        click.echo(f"{row['id']}  {row['title']}  {row['start']} – {row['end']}  {row['rule_set']}")


@programme.command()
@click.argument("programme_id", metavar="ID")
@click.option("--issuer", required=True, help="The platform's issuer, as it stands in its launches.")
@click.option("--context", "context_id", required=True, help="The course's id, as it stands in its launches.")
@pass_tool
def link(tool: Tool, programme_id: str, issuer: str, context_id: str) -> None:
    """From now on this LMS course shows programme ID."""
    with tool.db.begin() as conn:
        if queries.find_programme(conn, programme_id) is None:
            raise click.BadParameter(f'there is no programme "{programme_id}"', param_hint="ID")
        queries.link_course(conn, programme_id, issuer, context_id)
    click.echo(f"Course {context_id} of {issuer} shows {programme_id}.")


def _read(file: Path) -> ProgrammeFile:
    try:
        return read_programme_file(file)
    except ProgrammeFileError as error:
        report_problems(error.problems, f"{file} cannot be loaded")


def _today_in(zone: str) -> date:
    return utc_now().astimezone(ZoneInfo(zone)).date()


def _shown(breach: Breach) -> dict[str, object]:
    return {
        "code": breach.code,
        "severity": breach.severity,
        "subject_kind": breach.subject_kind,
        "subject": breach.subject,
        "requirement": breach.requirement,
        "numbers": dict(breach.numbers),
        "waived_by": breach.waived_by,
        "waiver_reason": breach.waiver_reason,
    }


COMMANDS = (programme,)
