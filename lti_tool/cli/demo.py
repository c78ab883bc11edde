"""`demo`: the whole thing on one machine, with a small learning platform to launch from."""

import logging
import shutil
import socket
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import requests
from werkzeug.serving import make_server

from lti_tool.cli import demo_setting
from lti_tool.cli.context import Tool
from lti_tool.cli.supervisor import Supervisor
from lti_tool.clock import utc_now
from lti_tool.config import Settings
from lti_tool.demo.history import make_history
from lti_tool.demo.people import COURSE_ID
from lti_tool.demo.platform import PlatformConfig, State, create_platform
from lti_tool.lti import registration
from lti_tool.programmes.file import ProgrammeFile
from lti_tool.programmes.store import apply_programme
from xapi import credentials

_LOOPBACK = "127.0.0.1"
_BATCH = 50
_PATIENCE_SECONDS = 60


@click.command()
@click.option("--port", default=8080, show_default=True, help="Of the tool; another one is taken if it is in use.")
@click.option("--platform-port", default=8081, show_default=True, help="Of the demo platform; the same holds.")
@click.option(
    "--directory", type=click.Path(file_okay=False, path_type=Path), default=Path("var/demo"), show_default=True
)
@click.option("--temperament", type=click.Choice(["moodle", "canvas"]), default="moodle", show_default=True)
def demo(port: int, platform_port: int, directory: Path, temperament: str) -> None:
    """Run the tool with a platform of its own, an example programme and a month of learning. Begins anew each time."""
    port, platform_port = _free_port(port), _free_port(platform_port)
    config = _write_config(directory, port)
    tool = Tool(Settings.from_mapping(config), directory / "xuefen.toml")
    platform = create_platform(
        PlatformConfig(f"http://{_LOOPBACK}:{platform_port}", tool.settings.server.public_url, temperament)
    )
    state: State = platform.extensions["platform"]
    programme = demo_setting.demo_programme(state.base_url, state.issuer, utc_now())
    _introduce(tool, state, programme)
    key, secret = _make_credential(tool)
    serve = [*tool.command, "serve", "--host", _LOOPBACK, "--port", str(port)]
    tool.db.close()
    with _serving(platform, platform_port):
        guide = threading.Thread(
            target=_send_history_and_guide, args=(tool.settings, state, programme, (key, secret)), daemon=True
        )
        guide.start()
        sys.exit(Supervisor(serve, {}).run())


def _write_config(directory: Path, port: int) -> dict[str, Any]:
    """A fresh installation in `directory`; its configuration, as written there for other commands to use."""
    database = directory.resolve() / "xuefen.sqlite"
    directory.mkdir(parents=True, exist_ok=True)
    for left in directory.glob("xuefen.sqlite*"):
        left.unlink()
    shutil.rmtree(directory / "files", ignore_errors=True)
    config: dict[str, dict[str, Any]] = {
        "server": {"public_url": f"http://{_LOOPBACK}:{port}"},
        "database": {"url": f"sqlite:///{database}"},
        "files": {"directory": str(directory.resolve() / "files")},
        "lti": {"allow_private_hosts": True},
        "grades": {"settle_seconds": 2, "poll_seconds": 1},
        "log": {"level": "warning"},
    }
    lines = ["# Written by `xuefen demo`."]
    for section, values in config.items():
        lines += [f"[{section}]", *(f"{name} = {_toml(value)}" for name, value in values.items())]
    (directory / "xuefen.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return config


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int) else "'" + str(value) + "'"


def _introduce(tool: Tool, state: State, programme: ProgrammeFile) -> None:
    """Register tool and platform with each other by hand, load the programme, and put its activities in the course."""
    public = tool.settings.server.public_url
    entered = state.register_tool(
        name=tool.settings.lti.tool_name,
        login_url=f"{public}/lti/login",
        redirect_uris=[f"{public}/lti/launch"],
        jwks_url=f"{public}/lti/jwks",
        target_link_uri=f"{public}/lti/launch",
        deep_linking_url=f"{public}/lti/launch",
    )
    platform = registration.NewPlatform(
        issuer=state.issuer,
        client_id=entered.client_id,
        auth_login_url=state.auth_login_url,
        auth_token_url=state.auth_token_url,
        key_set_url=state.key_set_url,
        name=state.temperament.platform_name,
        product=state.temperament.product,
        deployment_ids=(entered.deployment_id,),
    )
    registration.add(tool.db, platform, utc_now())
    with tool.db.begin() as conn:
        apply_programme(conn, programme, utc_now())
    launch = f"{public}/lti/launch"
    state.add_link(
        COURSE_ID, entered.client_id, "我的学分", launch, maximum=50, text="查看学分和还差什么。 See your credits."
    )
    state.add_link(
        COURSE_ID,
        entered.client_id,
        "学习内容：教学数据的收集与分析",
        launch,
        custom={"content": state.base_url + demo_setting.FIRST_LESSON},
        graded=False,
        text="网络研修：停留的时间计入学分。 Online study: the time you stay counts.",
    )
    for title, custom, text in demo_setting.ACTIVITIES:
        state.add_link(COURSE_ID, entered.client_id, title, launch, custom=custom, graded=False, text=text)


def _make_credential(tool: Tool) -> tuple[str, str]:
    """For the history: whoever sent it is trusted for everything."""
    with tool.db.begin() as conn:
        return credentials.create(
            conn, "示例数据 Demo history", ("statements/write",), attributes={"evidence": ["all"]}
        )


def _send_history_and_guide(settings: Settings, state: State, programme: ProgrammeFile, auth: tuple[str, str]) -> None:
    """Send the month's statements as any content server would, then say what to click."""
    public = settings.server.public_url
    _wait_until_ready(f"{public}/readyz")
    setting = demo_setting.demo_setting(programme, state.base_url, state.issuer, settings.xapi.vocabulary[0], utc_now())
    history = make_history(demo_setting.demo_learners(programme), setting)
    with requests.Session() as session:
        session.trust_env = False
        session.auth = auth
        session.headers["X-Experience-API-Version"] = "1.0.3"
        for batch in _batches(history):
            session.post(f"{public}/xapi/statements", json=batch, timeout=30).raise_for_status()
    click.echo(_GUIDE.format(statements=len(history), platform=state.base_url, public=public))


_GUIDE = """
  学分 Xuefen is running, with {statements} statements of the past month.

  打开 Open      {platform}
  1  以张老师登录，打开“学习内容”，停留一分钟
     Log in as 张老师, open 学习内容 and stay one minute
  2  打开“我的学分”：网络研修达到 900 分钟
     Open 我的学分: online study reaches 900 minutes
  3  打开“成绩册”：学分已到
     Open the gradebook: the credits have arrived

  李培训师 sees the course, 李校长 approves practice, 管理员 sees the administration.
  Stop with Ctrl+C.
"""


def _batches(items: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(items), _BATCH):
        yield items[start : start + _BATCH]


def _wait_until_ready(url: str) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        try:
            if requests.get(url, timeout=5, proxies={"http": ""}).ok:
                return
        except requests.ConnectionError:
            pass  # not listening yet
        time.sleep(0.2)
    raise click.ClickException(f"the tool did not become ready within {_PATIENCE_SECONDS} s; see the messages above")


@contextmanager
def _serving(app: Any, port: int) -> Iterator[None]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # a line for each request would bury the guide
    server = make_server(_LOOPBACK, port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()


def _free_port(wanted: int) -> int:
    """`wanted`, or any free port where another program listens on it."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((_LOOPBACK, wanted))
        except OSError:
            probe.bind((_LOOPBACK, 0))
        return int(probe.getsockname()[1])


COMMANDS = (demo,)
