"""`serve` and `worker`: the web server, and what keeps credits and gradebooks up to date."""

import sys
from typing import Any

import click
from gunicorn.app.base import BaseApplication

from lti_tool.cli.context import Tool, pass_tool
from lti_tool.cli.memory import keep_what_is_loaded
from lti_tool.cli.supervisor import Supervisor
from lti_tool.config import Settings
from lti_tool.logs import configure_logs
from xapi.reserves import share_one_arena


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8080, show_default=True, type=click.IntRange(1, 65535))
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64), help="Server processes.")
@click.option("--no-sync", is_flag=True, help="Without the grade-sync worker beside the server.")
@pass_tool
def serve(tool: Tool, host: str, port: int, workers: int, *, no_sync: bool) -> None:
    """Serve the tool, with the grade-sync worker beside it."""
    tool.db.close()  # migrated by now; each process opens its own
    if no_sync:
        configure_logs(tool.settings.log)
        _Server(tool.settings, host, port, workers).run()  # type: ignore[no-untyped-call]
        return
    web = [
        *tool.command,
        "serve",
        "--host",
        host,
        "--port",
        str(port),
        "--workers",
        str(workers),
        "--no-sync",
    ]
    sys.exit(Supervisor(web, {"worker": [*tool.command, "worker"]}).run())


@click.command()
@pass_tool
def worker(tool: Tool) -> None:
    """Keep credits computed and gradebooks equal to them; any number of these may run against PostgreSQL."""
    configure_logs(tool.settings.log)
    own = tool.build_worker()
    keep_what_is_loaded()
    own.run()


class _Server(BaseApplication):
    """Gunicorn with our settings; every process builds its own application after the fork."""

    def __init__(self, settings: Settings, host: str, port: int, workers: int) -> None:
        self._settings = settings
        self._options = {
            "bind": f"{host}:{port}",
            "workers": workers,
            "worker_class": "gthread",
            "threads": settings.server.threads,
            "keepalive": 15,
            "timeout": 120,
            "graceful_timeout": 30,
            "loglevel": "warning",
            "proc_name": "xuefen",
            "forwarded_allow_ips": "",  # the application itself decides which proxies it believes
        }
        super().__init__()  # type: ignore[no-untyped-call]

    def load_config(self) -> None:
        assert self.cfg is not None  # noqa: S101 - made by the base class before this is called
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        from lti_tool.web.app import create_app  # noqa: PLC0415 - after the fork, in the process that serves

        share_one_arena()
        app = create_app(self._settings)
        keep_what_is_loaded()
        return app


COMMANDS = (serve, worker)
