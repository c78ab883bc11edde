"""How far long work has come: a bar on a terminal, a plain line at every tenth elsewhere."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn


@contextmanager
def show_progress(what: str, done_word: str, *, quiet: bool) -> Iterator[Callable[[int, int], None]]:
    """Call what it yields with how much is done and of how much; `quiet`: nothing where there is no terminal."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield (lambda _done, _size: None) if quiet else _tell_tenths(done_word)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, size: bar.update(task, completed=done, total=size)


def _tell_tenths(done_word: str) -> Callable[[int, int], None]:
    told = 0

    def tell(done: int, size: int) -> None:
        nonlocal told
        tenths = done * 10 // max(size, 1)
        if tenths > told:
            told = tenths
            click.echo(f"{tenths * 10} % {done_word}", err=True)

    return tell
