"""The command line as an administrator types it, on an installation of its own."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from click.testing import CliRunner, Result
from sqlalchemy.engine import URL

from lti_tool.cli import main


@dataclass(frozen=True)
class CommandLine:
    """`xuefen …` against one database."""

    database: URL
    more: Mapping[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        return {"XUEFEN_DATABASE__URL": self.database.render_as_string(hide_password=False), **self.more}

    def run(self, *words: str, given: str | None = None) -> Result:
        return CliRunner().invoke(main, words, env=self.environment, input=given)

    def ok(self, *words: str, given: str | None = None) -> str:
        """What a command that must succeed prints."""
        result = self.run(*words, given=given)
        assert result.exit_code == 0, f"{' '.join(words)}: {result.output}\n{result.exception!r}"
        return result.output

    def json(self, *words: str) -> Any:
        """The one JSON value that a command prints."""
        return json.loads(self.ok(*words, "--json"))
