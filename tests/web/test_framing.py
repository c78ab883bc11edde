"""Who may frame our pages: the registered platforms, whatever their addresses look like."""

from tests.web.launching import Installation

MOODLE = "https://moodle.example.org"


def ancestors(tool: Installation) -> list[str]:
    policy = tool.app.test_client().get("/lti/login").headers["Content-Security-Policy"]
    directives = dict(part.split(" ", 1) for part in policy.split("; "))
    assert set(directives) >= {"script-src", "frame-ancestors"}
    assert directives["default-src"] == "'none'"
    return directives["frame-ancestors"].split()


def test_registered_platforms_may_and_nobody_else(tool: Installation) -> None:
    tool.register(MOODLE)

    assert ancestors(tool) == ["'self'", MOODLE]


def test_canvas_frames_from_its_schools_own_hosts(tool: Installation) -> None:
    tool.register("https://canvas.instructure.com")

    assert ancestors(tool) == ["'self'", "https://*.instructure.com", "https://canvas.instructure.com"]


def test_an_address_that_would_say_more_than_who_may_frame_is_left_out(tool: Installation) -> None:
    tool.register(MOODLE)
    for number, issuer in enumerate(("https://a.example.org;script-src", "https://*", "https://a b", "https://x:y")):
        tool.register(issuer, f"client-{number}")

    assert ancestors(tool) == ["'self'", MOODLE]
