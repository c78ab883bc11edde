"""The command line: `xuefen [--config FILE] COMMAND` (contract §2)."""

from pathlib import Path

import click

from lti_tool.cli.context import Tool, report_problems
from lti_tool.config import ConfigError, load_settings


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--config",
    type=click.Path(dir_okay=False, path_type=Path),
    envvar="XUEFEN_CONFIG",
    help="TOML file with settings; config.example.toml documents every key.",
)
@click.version_option(package_name="xuefen")
@click.pass_context
def main(context: click.Context, config: Path | None) -> None:
    """Xuefen (学分): training credits from learning statements, launched from Moodle or Canvas."""
    try:
        tool = context.obj = Tool(load_settings(config), config)
        context.call_on_close(tool.close)
    except ConfigError as error:
        report_problems(error.problems, "the configuration cannot be used")


def _add_commands() -> None:
    from lti_tool.cli import (  # noqa: PLC0415 - each command's module needs `main`'s helpers first
        credentials,
        database,
        demo,
        export,
        imports,
        programmes,
        recompute,
        record,
        registrations,
        serve,
        statements,
        sync,
    )

    for module in (
        serve,
        database,
        demo,
        registrations,
        credentials,
        programmes,
        imports,
        recompute,
        record,
        export,
        sync,
        statements,
    ):
        for command in module.COMMANDS:
            main.add_command(command)


_add_commands()
