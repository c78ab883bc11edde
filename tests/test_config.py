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


@pytest.mark.parametrize(
    ("files", "key"),
    [
        ({"content_url": "content.example.net"}, "files.content_url"),
        ({"content_url": "https://content.example.net/path"}, "files.content_url"),
        ({"content_url": "https://a.*.example.net"}, "files.content_url"),
        ({"content_url": "http://127.0.0.1:8080"}, "files.content_url"),
        ({"h5p_player": "docs"}, "files.h5p_player"),
        ({"max_package_bytes": 10}, "files.max_package_bytes"),
    ],
)
def test_settings_of_content_that_could_not_work(files: dict[str, object], key: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Settings.from_mapping({"files": files})
    assert [place for place, _ in caught.value.problems] == [key]


@pytest.mark.parametrize("url", ["", "https://content.example.net", "https://*.content.example.net"])
def test_content_may_have_a_host_of_its_own_or_one_for_each_package(url: str) -> None:
    assert Settings.from_mapping({"files": {"content_url": url}}).files.content_url == url
