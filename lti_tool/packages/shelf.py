"""Where unpacked packages stand: one folder each, known by its address alone, complete or not there at all."""

import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson

from lti_tool.packages.served import content_type_of

_INCOMING = "incoming"
_FILES, _ABOUT = "files", "about.json"
#: Whatever nobody knows of any more and has not been touched for so long was left by somebody who died.
_ORPHANED_SECONDS = 86_400


def new_address() -> str:
    """A name that nobody guesses and that may also stand as the name of a host."""
    return secrets.token_hex(16)


class Shelf:
    """The folder of all packages of an installation."""

    def __init__(self, root: Path) -> None:
        self._root = root

    @contextmanager
    def incoming(self) -> Iterator[Path]:
        """A folder for what is on its way; it is gone afterwards, whatever happened."""
        parent = self._root / _INCOMING
        parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(dir=parent))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    @contextmanager
    def adding(self, address: str, files: Path, about: dict[str, Any]) -> Iterator[None]:
        """Put an unpacked package at its place for the time of the block; it stays if the block ends well."""
        made = files.parent / address
        made.mkdir()
        files.rename(made / _FILES)
        (made / _ABOUT).write_bytes(orjson.dumps(about))
        os.sync()  # a row must not promise what a power cut took away
        place = self._place(address)
        made.rename(place)
        try:
            yield
        except BaseException:
            shutil.rmtree(place, ignore_errors=True)
            raise

    def remove(self, address: str) -> None:
        """Take a package away: at once from its address, then from the disk."""
        with self.incoming() as folder:
            try:
                self._place(address).rename(folder / "removed")
            except FileNotFoundError:
                return

    def find(self, address: str, path: str) -> Path | None:
        """The file at a path of a package; None where there is none, or none that is served."""
        if content_type_of(path) is None or not _is_plain(path):
            return None
        file = self._place(address).joinpath(_FILES, *path.split("/"))
        return file if file.is_file() and not file.is_symlink() else None

    def about(self, address: str) -> dict[str, Any] | None:
        """What was noted of a package when it was taken in; None where there is no such package."""
        return _read_about(str(self._place(address) / _ABOUT))

    def sweep(self, known: Callable[[], Collection[str]], now: float) -> None:
        """Take away what was left behind; `known` tells the addresses of all packages."""
        old = [place for place in self._places() if _age(place, now) > _ORPHANED_SECONDS]
        if not old:
            return
        kept = {_folder_name(address) for address in known()}
        for place in old:
            if place.name not in kept:
                shutil.rmtree(place, ignore_errors=True)

    def _places(self) -> list[Path]:
        return [
            *self._root.glob(f"{_INCOMING}/*"),
            *(place for place in self._root.glob("*") if place.name != _INCOMING),
        ]

    def _place(self, address: str) -> Path:
        return self._root / _folder_name(address)


def _folder_name(address: str) -> str:
    """Whoever reads the disk's directory learns no address."""
    return sha256(address.encode()).hexdigest()[:40]


def _is_plain(path: str) -> bool:
    return path.isprintable() and "\\" not in path and not {"", ".", ".."} & set(path.split("/"))


def _age(place: Path, now: float) -> float:
    try:
        return now - place.stat().st_mtime
    except FileNotFoundError:  # somebody else took it away
        return 0.0


@lru_cache(maxsize=512)
def _remembered(path: str, _changed: int) -> dict[str, Any]:
    about: dict[str, Any] = orjson.loads(Path(path).read_bytes())
    return about


def _read_about(path: str) -> dict[str, Any] | None:
    try:
        return _remembered(path, Path(path).stat().st_mtime_ns)
    except FileNotFoundError:
        return None
