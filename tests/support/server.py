"""Real HTTP on loopback: a WSGI application served by threads until the test ends."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from werkzeug.serving import WSGIRequestHandler, make_server


class _Handler(WSGIRequestHandler):
    """Leaves the Date to the application, which may have a clock of its own; waits briefly for a silent browser."""

    timeout = 2

    def send_response(self, code: int, message: str | None = None) -> None:
        self.log_request(code)
        self.send_response_only(code, message)


@contextmanager
def serve(app: Any, port: int = 0) -> Iterator[str]:
    """Serve `app`; yields its base URL without a trailing slash."""
    server = make_server("127.0.0.1", port, app, threaded=True, request_handler=_Handler)
    server.daemon_threads = False  # so that closing waits for requests that a test's browser left behind
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
