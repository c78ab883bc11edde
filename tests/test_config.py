"""The configuration: defaults, file, environment, and every mistake with its key."""

import tomllib
from dataclasses import fields, is_dataclass
from pathlib import Path

import pytest

from lti_tool.config import ConfigError, Settings, load_settings


def test_the_example_documents_every_key_with_its_default() -> None:
    documented = tomllib.loads(Path("config.example.toml").read_text(encoding="utf-8"))

    assert Settings.from_mapping(documented) == Settings()
    for section in fields(Settings):
        assert is_dataclass(section.type)
        assert documented[section.name].keys() == {key.name for key in fields(section.type)}


def test_the_environment_overrides_the_file(tmp_path: Path) -> None:
    path = tmp_path / "xuefen.toml"
    path.write_text('[server]\npublic_url = "https://a.example.org"\nthreads = 2\n')

    settings = load_settings(
        path,
        {
            "XUEFEN_SERVER__PUBLIC_URL": "https://b.example.org/",
            "XUEFEN_LTI__OPEN_REGISTRATION": "true",
            "XUEFEN_XAPI__VOCABULARY": "https://one.example.org/xapi, https://two.example.org/xapi",
            "XUEFEN_CONFIG": "ignored",
        },
    )

    assert settings.server.public_url == "https://b.example.org"
    assert settings.server.is_https
    assert settings.server.threads == 2
    assert settings.lti.open_registration
    assert settings.xapi.vocabulary == ("https://one.example.org/xapi", "https://two.example.org/xapi")


def test_every_mistake_is_named_with_its_key() -> None:
    with pytest.raises(ConfigError) as caught:
        Settings.from_mapping(
            {
                "server": {"public_url": "ftp://x", "threads": 0},
                "grades": {"columns": "all"},
                "lti": {"open_registrations": True, "ca_file": "README.md"},
                "sever": {},
            }
        )

    assert {key for key, _ in caught.value.problems} == {
        "server.public_url",
        "server.threads",
        "grades.columns",
        "lti.ca_file",
        "lti.open_registrations",
        "sever",
    }


def test_a_file_that_is_no_toml(tmp_path: Path) -> None:
    path = tmp_path / "xuefen.toml"
    path.write_text("server = [")

    with pytest.raises(ConfigError, match="is not TOML"):
        load_settings(path, {})


def test_a_file_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load_settings(tmp_path / "missing.toml", {})
