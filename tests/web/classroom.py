"""One course that shows the example programme, the launches of its people, and statements about them."""

import html
import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from lti_tool.clock import Clock
from lti_tool.programmes.file import ProgrammeFile
from lti_tool.storage.database import Database
from tests.support.statements import MOODLE, stage
from tests.web.launching import EXAMPLE, Installation, Page, Visitor
from xapi import credentials

PROGRAMME = EXAMPLE.programme.id
PRIMARY, SECONDARY = "3301000123", "3301000456"
ZHANG, CHEN, WANG = "a6f10c3e", "c41b77e0", "b19d52aa"  # teachers: two of the primary school, one of the secondary
PRINCIPAL, DEPUTY = "77b0d1aa", "5d20e9f1"  # of the primary school
OTHER_PRINCIPAL = "91c8e2b4"  # of the secondary school
#: Accounts on the platform, as the example's roster has them.
ACCOUNTS = {
    name: account.rpartition("|")[2]
    for account, name in EXAMPLE.identifiers
    if account.startswith(f"account|{MOODLE}|")
}


class Classroom:
    """The tool with a platform and a course on it; whoever is asked for has launched from there."""

    def __init__(self, tool: Installation) -> None:
        self.tool = tool
        self.services = tool.app.extensions["xuefen"]
        tool.load()
        self.platform = tool.register(MOODLE)
        self.course = tool.course(self.platform, shows=PROGRAMME)

    @classmethod
    def on(cls, db: Database, clock: Clock, folder: Path) -> "Classroom":
        return cls(Installation(db, clock, folder))

    def trainer(self) -> Visitor:
        """A trainer in the LMS who is nobody of the roster."""
        return self.tool.visit(self.platform, self.course, "trainer", sub="trainer", programme=PROGRAMME)

    def participant(self, participant: str, role: str = "trainee") -> Visitor:
        """Somebody of the roster."""
        return self.tool.visit(
            self.platform,
            self.course,
            role,
            sub=ACCOUNTS[participant],
            programme=PROGRAMME,
            participant=participant,
            name=next(person.name for person in EXAMPLE.participants if person.id == participant),
        )

    def load(self, file: ProgrammeFile) -> None:
        self.tool.load(file)

    def send(self, *statements: dict[str, Any], tenant: str | None = PROGRAMME) -> None:
        """Statements of a source whose word counts for everything."""
        with self.tool.db.begin() as conn:
            key, _ = credentials.create(conn, "source", ("all",), tenant=tenant, attributes={"evidence": ["all"]})
        with self.tool.db.read() as conn:
            found = credentials.find_credential(conn, key)
        assert found is not None
        self.services.store.accept(list(statements), found)

    def credits_of(self, participant: str) -> Any:
        """The participant's credits with their explanation."""
        explained = self.services.credits.explain(PROGRAMME, participant)
        assert explained is not None
        return explained.credit


def row_of(page: Page, name: str) -> str:
    """What a table of people says of one of them, as text."""
    found = next(part for part in page.text.split("<tr>") if f">{name}</a>" in part)
    return " ".join(re.sub(r"<[^>]*>", " ", found.split("</tr>")[0]).split())


def next_page(visitor: Visitor, page: Page) -> Page | None:
    """Where the link to the next page leads; None on the last."""
    found = re.search(r'rel="next" href="/at/[^/]+/([^"]+)"', page.text)
    if found is None:
        return None
    address = urlsplit(html.unescape(found.group(1)))
    return visitor.get(address.path, **dict(parse_qsl(address.query)))


def complete_p1(participant: str = ZHANG) -> list[dict[str, Any]]:
    """Every stage of the practice activity p1, with what was written and a link."""
    actor = {"account": {"homePage": MOODLE, "name": ACCOUNTS[participant]}}
    stages = [stage("p1", name, participant=participant, actor=actor) for name in ("plan", "lesson", "reflection")]
    base = "https://ts2.example.org/xapi/extensions"
    stages[0]["result"] = {"response": "我准备用课堂数据改进讲评。"}
    stages[0]["context"] = {"extensions": {f"{base}/links": ["https://drive.example.org/plan", "javascript:alert(1)"]}}
    return stages
