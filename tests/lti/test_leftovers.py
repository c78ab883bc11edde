"""What launches leave behind does not pile up, and what is still good for something stays."""

from datetime import timedelta

from lti_tool.lti.leftovers import Leftovers
from lti_tool.storage.tables import lti as t
from tests.support.clock import FakeClock
from tests.support.platform import Platform, Tool
from xapi import credentials
from xapi.tables import credentials as key_pairs


def test_sessions_and_logins_that_are_over_go(tool: Tool, platform: Platform, clock: FakeClock) -> None:
    leftovers = Leftovers(tool.db, clock)
    assert tool.launch(platform).status_code == 303
    leftovers.remove_if_due()
    assert tool.count(t.lti_sessions, t.lti_states) == {"lti_sessions": 1, "lti_states": 1}

    clock.advance(timedelta(hours=tool.settings.lti.session_hours, seconds=1).total_seconds())
    late = tool.launch(platform)
    leftovers.remove_if_due()

    assert tool.count(t.lti_sessions, t.lti_states) == {"lti_sessions": 1, "lti_states": 1}
    assert tool.session(late) is not None


def test_key_pairs_of_learners_go_a_day_after_their_end(tool: Tool, clock: FakeClock) -> None:
    leftovers = Leftovers(tool.db, clock)
    with tool.db.begin() as conn:
        credentials.create(conn, "learner", ("state",), expires_at=clock() + timedelta(hours=8))
        credentials.create(conn, "source", ("all",))

    for hours, left in ((9, 2), (24, 1)):
        clock.advance(timedelta(hours=hours).total_seconds())
        leftovers.remove_if_due()
        assert tool.count(key_pairs) == {"xapi_credentials": left}
