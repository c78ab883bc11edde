"""The configuration: one TOML file, any key of it overridden by an environment variable, every mistake named.

`XUEFEN_<SECTION>__<KEY>` overrides `[section] key`; lists in the environment are separated by commas.
The keys, their meanings and defaults stand in `config.example.toml`, which a test compares with this module.
"""

import os
import ssl
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from marshmallow import Schema, ValidationError, validate
from marshmallow import fields as f

_PREFIX = "XUEFEN_"
#: What an H5P player consists of, as far as it must be there.
PLAYER_FILES = ("main.bundle.js", "frame.bundle.js", "styles/h5p.css")


class ConfigError(Exception):
    """The configuration cannot be used; `problems` lists (key, what is wrong) for every mistake found."""

    def __init__(self, problems: list[tuple[str, str]]) -> None:
        self.problems = problems
        super().__init__("; ".join(f"{key}: {problem}" for key, problem in problems))


@dataclass(frozen=True, slots=True)
class Server:
    public_url: str = "http://127.0.0.1:8080"
    trusted_proxies: int = 0  # how many proxies in front set X-Forwarded-*; 0 believes none
    threads: int = 8

    @property
    def is_https(self) -> bool:
        return urlsplit(self.public_url).scheme == "https"


@dataclass(frozen=True, slots=True)
class DatabaseSettings:
    url: str = "sqlite:///var/xuefen.sqlite"


@dataclass(frozen=True, slots=True)
class Lti:
    open_registration: bool = False
    allow_private_hosts: bool = False
    ca_file: str = ""  # PEM: authorities to trust beside the public ones
    tool_name: str = "学分 Xuefen"
    session_hours: int = 8


@dataclass(frozen=True, slots=True)
class Grades:
    settle_seconds: float = 5.0
    columns: str = "total"  # total | total+components
    poll_seconds: float = 2.0
    timeout_seconds: float = 20.0


@dataclass(frozen=True, slots=True)
class Xapi:
    vocabulary: tuple[str, ...] = ("https://ts2.example.org/xapi",)
    max_body_bytes: int = 10_485_760


@dataclass(frozen=True, slots=True)
class SignIn:
    """Face-to-face sign-in 签到."""

    opens_minutes_before: int = 30
    closes_minutes_after: int = 30
    code_seconds: int = 60


@dataclass(frozen=True, slots=True)
class Files:
    directory: str = "var/files"  # attachments and uploads
    max_package_bytes: int = 209_715_200
    content_url: str = ""  # a host of its own for uploaded content, or none; * stands for each package's own name
    h5p_player: str = ""  # the folder `dist` of an installed h5p-standalone, or none


@dataclass(frozen=True, slots=True)
class Log:
    level: str = "info"
    format: str = "text"  # text | json


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting, by section. `Settings()` is the default installation: SQLite under ./var, no proxy."""

    server: Server = field(default_factory=Server)
    database: DatabaseSettings = field(default_factory=DatabaseSettings)
    lti: Lti = field(default_factory=Lti)
    grades: Grades = field(default_factory=Grades)
    xapi: Xapi = field(default_factory=Xapi)
    sign_in: SignIn = field(default_factory=SignIn)
    files: Files = field(default_factory=Files)
    log: Log = field(default_factory=Log)

    @classmethod
    def from_mapping(cls, raw: Mapping[str, Any]) -> Self:
        """Settings from nested tables; raises ConfigError with every mistake and its key."""
        try:
            loaded = _SettingsSchema().load(raw)
        except ValidationError as error:
            raise ConfigError(list(_flatten(error.normalized_messages()))) from None
        sections: dict[str, Any] = {entry.name: entry.type for entry in fields(cls)}
        settings = cls(**{name: sections[name](**values) for name, values in loaded.items()})
        if urlsplit(settings.files.content_url).netloc == urlsplit(settings.server.public_url).netloc:
            raise ConfigError([("files.content_url", "must be another host than that of server.public_url, or empty")])
        return settings


class _Url(f.String):
    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = str(super()._deserialize(value, attr, data, **kwargs)).rstrip("/")
        parts = urlsplit(text)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
            raise ValidationError("must be an address such as https://xuefen.example.org")
        return text


class _ContentUrl(_Url):
    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if value == "":
            return ""
        text = super()._deserialize(value, attr, data, **kwargs)
        parts = urlsplit(text)
        if parts.path or "*" in text.removeprefix(f"{parts.scheme}://*."):
            raise ValidationError("must be a host such as https://content.example.org or https://*.content.example.org")
        return text


class _Player(f.String):
    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = str(super()._deserialize(value, attr, data, **kwargs))
        if text and not all((Path(text) / name).is_file() for name in PLAYER_FILES):
            raise ValidationError(f"must be a folder with {' and '.join(PLAYER_FILES)} (npm: h5p-standalone/dist)")
        return text


class _Tuple(f.List[Any]):
    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        return tuple(super()._deserialize(value, attr, data, **kwargs))


class _Certificates(f.String):
    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        path = str(super()._deserialize(value, attr, data, **kwargs))
        if not path:
            return path
        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(path)
        except OSError as error:
            raise ValidationError(f"{path} is not a PEM file of certificates: {error.strerror or error}") from None
        return path


class _ServerSchema(Schema):
    public_url = _Url()
    trusted_proxies = f.Integer(validate=validate.Range(0, 10))
    threads = f.Integer(validate=validate.Range(1, 256))


class _DatabaseSchema(Schema):
    url = f.String(
        validate=validate.Regexp(
            r"(sqlite|postgresql\+psycopg)://", error="must begin with sqlite:// or postgresql+psycopg://"
        )
    )


class _LtiSchema(Schema):
    open_registration = f.Boolean()
    allow_private_hosts = f.Boolean()
    ca_file = _Certificates()
    tool_name = f.String(validate=validate.Length(1, 100))
    session_hours = f.Integer(validate=validate.Range(1, 72))


class _GradesSchema(Schema):
    settle_seconds = f.Float(validate=validate.Range(0, 3600))
    columns = f.String(validate=validate.OneOf(["total", "total+components"]))
    poll_seconds = f.Float(validate=validate.Range(0.05, 600))
    timeout_seconds = f.Float(validate=validate.Range(1, 300))


class _XapiSchema(Schema):
    vocabulary = _Tuple(_Url(), validate=validate.Length(min=1))
    max_body_bytes = f.Integer(validate=validate.Range(1024, 1 << 30))


class _SignInSchema(Schema):
    opens_minutes_before = f.Integer(validate=validate.Range(0, 720))
    closes_minutes_after = f.Integer(validate=validate.Range(0, 720))
    code_seconds = f.Integer(validate=validate.Range(15, 600))


class _FilesSchema(Schema):
    directory = f.String(validate=validate.Length(min=1))
    max_package_bytes = f.Integer(validate=validate.Range(1 << 20, 1 << 33))
    content_url = _ContentUrl()
    h5p_player = _Player()


class _LogSchema(Schema):
    level = f.String(validate=validate.OneOf(["debug", "info", "warning", "error"]))
    format = f.String(validate=validate.OneOf(["text", "json"]))


class _SettingsSchema(Schema):
    server = f.Nested(_ServerSchema)
    database = f.Nested(_DatabaseSchema)
    lti = f.Nested(_LtiSchema)
    grades = f.Nested(_GradesSchema)
    xapi = f.Nested(_XapiSchema)
    sign_in = f.Nested(_SignInSchema)
    files = f.Nested(_FilesSchema)
    log = f.Nested(_LogSchema)


def load_settings(path: Path | None = None, environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings of a file (or of none) with the environment's overrides; raises ConfigError."""
    raw = _read(path) if path else {}
    return Settings.from_mapping(_override(raw, environment))


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError([(str(path), f"cannot be read: {error.strerror}")]) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError([(str(path), f"is not TOML: {error}")]) from None


def _override(raw: Mapping[str, Any], environment: Mapping[str, str]) -> dict[str, Any]:
    merged = {name: dict(table) if isinstance(table, Mapping) else table for name, table in raw.items()}
    for variable, value in environment.items():
        section, separator, key = variable.removeprefix(_PREFIX).lower().partition("__")
        if not variable.startswith(_PREFIX) or not separator:
            continue
        table = merged.setdefault(section, {})
        if isinstance(table, dict):
            table[key] = [part.strip() for part in value.split(",")] if key in _LISTS else value
    return merged


_LISTS = frozenset({"vocabulary"})


def _flatten(messages: Any, place: str = "") -> Any:
    """Marshmallow's nested messages as (dotted key, sentence) pairs."""
    if isinstance(messages, Mapping):
        for key, inner in messages.items():
            where = place if key == "_schema" else f"{place}.{key}".lstrip(".")
            yield from _flatten(inner, where)
    else:
        for message in messages if isinstance(messages, list) else [messages]:
            yield place, str(message)
