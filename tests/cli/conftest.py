"""Fixtures of the command line."""

from pathlib import Path

import pytest
from sqlalchemy.engine import URL

from tests.support.command_line import CommandLine


@pytest.fixture
def xuefen(database_url: URL, tmp_path: Path) -> CommandLine:
    """The command line on a migrated database, on each engine."""
    line = CommandLine(database_url, {"XUEFEN_FILES__DIRECTORY": str(tmp_path / "files")})
    line.ok("db", "upgrade")
    return line
