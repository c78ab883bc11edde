"""What can be wrong with a launch or a registration: a code, a plain sentence, and the detail an administrator needs.

The sentences are messages for translation; `next_step` says what the person in front of the page can do.
"""

from dataclasses import dataclass


def N_(message: str) -> str:  # noqa: N802 - gettext's customary mark for messages translated later
    """Mark a message for translation where it is shown."""
    return message


@dataclass(frozen=True, slots=True)
class Sentence:
    """What a person reads: what happened, and what to do next."""

    status: int
    what: str
    next_step: str


_AGAIN = N_("Go back to the course and open the activity again.")
_ASK = N_("Tell the administrator of your learning platform; the reason is on record there.")

SENTENCES: dict[str, Sentence] = {
    "missing_parameter": Sentence(400, N_("The learning platform left out something that every launch needs."), _ASK),
    "unknown_platform": Sentence(403, N_("This learning platform is not registered here."), _ASK),
    "unknown_deployment": Sentence(403, N_("This installation of the tool is not known here."), _ASK),
    "unknown_state": Sentence(403, N_("This launch was not begun here, or it has already been used."), _AGAIN),
    "expired_state": Sentence(403, N_("This launch took too long."), _AGAIN),
    "cookies_blocked": Sentence(
        403,
        N_("Your browser did not keep the cookie that ties this page to your login."),
        N_("Open the activity in a new window, or allow cookies for this site."),
    ),
    "bad_token": Sentence(403, N_("The learning platform's message cannot be trusted."), _ASK),
    "expired_token": Sentence(403, N_("The learning platform's message is too old."), _AGAIN),
    "future_token": Sentence(403, N_("The learning platform's clock is ahead of ours."), _ASK),
    "wrong_audience": Sentence(403, N_("The learning platform's message is meant for another tool."), _ASK),
    "replayed_nonce": Sentence(403, N_("This launch has already been used."), _AGAIN),
    "anonymous_launch": Sentence(
        403,
        N_("The learning platform does not say who you are, and credits belong to a person."),
        N_("Log in to the learning platform and open the activity again."),
    ),
    "bad_claim": Sentence(400, N_("The learning platform's message is not as the standard demands."), _ASK),
    "keys_unreachable": Sentence(
        502,
        N_("The learning platform's keys could not be fetched."),
        N_("Try again in a minute. If it stays so: tell the administrator of your learning platform."),
    ),
    "platform_refused": Sentence(403, N_("The learning platform refused to open this page."), _AGAIN),
    "unknown_programme": Sentence(404, N_("The programme that this activity names does not exist here."), _ASK),
    "no_invitation": Sentence(
        403,
        N_("This registration address is not valid, or it has already been used."),
        N_("Ask for a new invitation."),
    ),
    "bad_registration": Sentence(502, N_("The learning platform did not accept the registration."), _ASK),
}


class LtiError(Exception):
    """A launch or registration that is refused; `code` is a key of SENTENCES, `detail` is for administrators."""

    def __init__(self, code: str, detail: str = "", *, platform_id: int | None = None) -> None:
        self.code = code
        self.detail = detail
        self.platform_id = platform_id
        super().__init__(f"{code}: {detail}")

    @property
    def sentence(self) -> Sentence:
        return SENTENCES[self.code]
