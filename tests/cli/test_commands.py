"""The commands of contract §2: what they print, what `--json` gives, and how they refuse."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, jsonify

from tests.support.command_line import CommandLine

EXAMPLE = "examples/programme.toml"
PLATFORM = {
    "--issuer": "https://moodle.example.org",
    "--client-id": "abc",
    "--deployment-id": "1",
    "--auth-login-url": "https://moodle.example.org/mod/lti/auth.php",
    "--auth-token-url": "https://moodle.example.org/mod/lti/token.php",
    "--key-set-url": "https://moodle.example.org/mod/lti/certs.php",
}


def options(**changed: str) -> list[str]:
    given = PLATFORM | {"--" + name.replace("_", "-"): value for name, value in changed.items()}
    return [word for pair in given.items() for word in pair]


class TestProgrammes:
    def test_a_programme_is_checked_loaded_listed_and_linked(self, xuefen: CommandLine) -> None:
        assert "0 breaches" in xuefen.ok("programme", "check", EXAMPLE)
        assert xuefen.json("programme", "load", EXAMPLE) == {"programme": "hz-2026", "participants": 10}
        assert [row["id"] for row in xuefen.json("programme", "list")] == ["hz-2026"]
        assert "shows hz-2026" in xuefen.ok(
            "programme", "link", "hz-2026", "--issuer", "https://m.example.org", "--context", "42"
        )

    def test_every_mistake_of_a_file_is_named_with_its_place_and_nothing_is_loaded(
        self, xuefen: CommandLine, tmp_path: Path
    ) -> None:
        text = Path(EXAMPLE).read_text(encoding="utf-8")
        for right, wrong in (
            ("end = 2027-06-30", "end = 2026-06-30"),
            ('zone = "Asia/Shanghai"', 'zone = "Asia/Hangzhou"'),
            ('stage = "primary"', 'stage = "university"'),
            ('group = "grp-sci-02"', 'group = "grp-nowhere"'),
            ("staff = 62", "stuff = 62"),
        ):
            text = text.replace(right, wrong, 1)
        broken = tmp_path / "broken.toml"
        broken.write_text(text, encoding="utf-8")
        result = xuefen.run("programme", "load", str(broken))
        assert result.exit_code == 2
        for place in ("programme", "zone", "groups", "participants", "stuff"):
            assert place in result.output
        assert "nothing was changed" in result.output
        assert xuefen.json("programme", "list") == []

    def test_a_course_cannot_be_linked_to_a_programme_that_is_not_there(self, xuefen: CommandLine) -> None:
        result = xuefen.run("programme", "link", "none", "--issuer", "https://m.example.org", "--context", "1")
        assert result.exit_code == 2
        assert 'no programme "none"' in result.output


class TestRegistrations:
    def test_a_platform_is_added_listed_and_removed(self, xuefen: CommandLine) -> None:
        number = xuefen.json("registration", "add", *options())["registration"]
        [listed] = xuefen.json("registration", "list")
        assert listed["issuer"] == PLATFORM["--issuer"]
        assert listed["deployments"] == ["1"]
        xuefen.ok("registration", "remove", str(number), "--yes")
        assert xuefen.json("registration", "list") == []

    def test_adding_again_updates_and_learns_a_second_deployment(self, xuefen: CommandLine) -> None:
        first = xuefen.json("registration", "add", *options())
        again = xuefen.json("registration", "add", *options(name="City Moodle", deployment_id="2"))
        assert again["registration"] == first["registration"]
        [listed] = xuefen.json("registration", "list")
        assert (listed["name"], listed["deployments"]) == ("City Moodle", ["1", "2"])

    def test_each_address_that_is_none_is_named(self, xuefen: CommandLine) -> None:
        result = xuefen.run("registration", "add", *options(key_set_url="moodle", auth_login_url="ftp://x"))
        assert result.exit_code == 2
        assert "--key-set-url" in result.output
        assert "--auth-login-url" in result.output
        assert xuefen.json("registration", "list") == []

    def test_an_invitation_is_an_address_with_an_end(self, xuefen: CommandLine) -> None:
        made = xuefen.json("registration", "invite")
        assert re.fullmatch(r"http://127\.0\.0\.1:8080/lti/register\?invitation=[\w-]{20,}", made["url"])
        assert made["expires"]

    def test_check_says_what_to_change_for_an_address_that_nobody_answers(self, xuefen: CommandLine) -> None:
        private = CommandLine(xuefen.database, {**xuefen.more, "XUEFEN_LTI__ALLOW_PRIVATE_HOSTS": "true"})
        nobody = "http://127.0.0.1:9/"
        added = private.json("registration", "add", *options(key_set_url=nobody, auth_token_url=nobody))
        result = private.run("registration", "check", str(added["registration"]))
        assert result.exit_code == 1
        assert "The key set cannot be fetched" in result.output
        assert "The token endpoint cannot be reached" in result.output

    def test_check_really_fetches_keys_and_a_token(
        self, xuefen: CommandLine, live_server: Callable[[Any], str]
    ) -> None:
        base = live_server(_small_platform())
        private = CommandLine(xuefen.database, {**xuefen.more, "XUEFEN_LTI__ALLOW_PRIVATE_HOSTS": "true"})
        added = private.json(
            "registration", "add", *options(key_set_url=f"{base}/jwks", auth_token_url=f"{base}/token")
        )
        assert all(finding["ok"] for finding in private.json("registration", "check", str(added["registration"])))

    def test_a_new_key_signs_and_the_old_ones_stay(self, xuefen: CommandLine) -> None:
        assert "stay published" in xuefen.ok("keys", "rotate")


def _small_platform() -> Flask:
    app = Flask("platform")
    app.add_url_rule(
        "/jwks", view_func=lambda: jsonify(keys=[{"kty": "RSA", "kid": "1", "n": "AQAB", "e": "AQAB", "alg": "RS256"}])
    )
    app.add_url_rule(
        "/token",
        endpoint="token",
        methods=["POST"],
        view_func=lambda: jsonify(access_token="t", token_type="Bearer", expires_in=3600),
    )
    return app


class TestCredentials:
    def test_the_secret_is_shown_once_and_the_key_can_be_revoked(self, xuefen: CommandLine) -> None:
        made = xuefen.json("credential", "create", "Sign-in desk", "--evidence", "offline")
        [listed] = xuefen.json("credential", "list")
        assert listed["evidence"] == ["offline"]
        assert made["secret"] not in str(listed)
        xuefen.ok("credential", "revoke", made["key"])
        result = xuefen.run("credential", "revoke", "nobody")
        assert result.exit_code == 1

    @pytest.mark.parametrize(
        ("words", "said"),
        [
            (("--scope", "statements/delete"), "statements/delete"),
            (("--evidence", "homework"), "homework"),
            (("--programme", "none"), 'no programme "none"'),
        ],
    )
    def test_what_does_not_exist_is_refused(self, xuefen: CommandLine, words: tuple[str, ...], said: str) -> None:
        result = xuefen.run("credential", "create", "x", *words)
        assert result.exit_code == 2
        assert said in result.output
        assert xuefen.json("credential", "list") == []


class TestUpkeep:
    def test_recompute_and_sync_of_a_fresh_programme(self, xuefen: CommandLine) -> None:
        xuefen.ok("programme", "load", EXAMPLE)
        assert "10 people would change" in xuefen.ok("recompute", "--programme", "hz-2026", "--dry-run")
        assert "10 participants changed" in xuefen.ok("recompute", "--programme", "hz-2026")
        assert "0 people would change" in xuefen.ok("recompute", "--programme", "hz-2026", "--dry-run")
        assert xuefen.json("sync", "--programme", "hz-2026") == {"sent": 0, "unchanged": 0, "waiting": []}

    @pytest.mark.parametrize("command", [("recompute",), ("sync",), ("sync", "--dry-run")])
    def test_an_unknown_programme_is_refused(self, xuefen: CommandLine, command: tuple[str, ...]) -> None:
        result = xuefen.run(*command, "--programme", "none")
        assert result.exit_code == 2
        assert 'no programme "none"' in result.output

    def test_a_wrong_configuration_names_every_key(self, tmp_path: Path, xuefen: CommandLine) -> None:
        config = tmp_path / "xuefen.toml"
        config.write_text("[server]\npublic_url = 'here'\n[grades]\ncolumns = 'all'\n[nothing]\n", encoding="utf-8")
        result = xuefen.run("--config", str(config), "programme", "list")
        assert result.exit_code == 2
        for key in ("server.public_url", "grades.columns", "nothing"):
            assert key in result.output
