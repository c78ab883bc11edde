"""The smallest LMS that takes scores: an event loop that only waits, so that it is not what is measured."""

import asyncio
import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection

_TOKEN = b'{"access_token":"t","token_type":"Bearer","expires_in":3600}'


@contextmanager
def slow_lms(latency: float) -> Iterator[tuple[str, Connection]]:
    """Its address, and a pipe: send anything to be told the calls so far as (scores, all without tokens)."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_run, args=(theirs, latency), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{ours.recv()}", ours
    finally:
        process.kill()
        process.join()


def _run(pipe: Connection, latency: float) -> None:
    asyncio.run(_serve(pipe, latency))


async def _serve(pipe: Connection, latency: float) -> None:
    calls = [0, 0]

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                await reader.readexactly(_length(head))
                method, path, _ = head.split(b" ", 2)
                if path != b"/token":
                    await asyncio.sleep(latency)
                    calls[0] += method == b"POST"
                    calls[1] += 1
                body = _TOKEN if path == b"/token" else b"" if method == b"POST" else b"[]"
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()  # the worker is done

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    pipe.send(server.sockets[0].getsockname()[1])
    loop = asyncio.get_running_loop()
    loop.add_reader(pipe.fileno(), lambda: (pipe.recv(), pipe.send(tuple(calls))))
    await server.serve_forever()


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0
