"""A zip file that somebody uploaded, believed in nothing: names, sizes and numbers are checked before unpacking."""

import io
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from lti_tool.packages.served import content_type_of
from lti_tool.packages.values import Limits, Problem, Refused, refuse

MOST_ENTRIES = 10_000
#: Text packs to a tenth; what packs to less than a two-hundredth, and is large, is made to fill a disk.
_MOST_RATIO, _HARMLESS_BYTES = 200, 1 << 20
_LONGEST_SEGMENT, _LONGEST_PATH, _DEEPEST = 200, 1000, 20  # bytes of UTF-8; folders
_MOST_READ = 32 << 20  # the directory of ten thousand entries is far smaller
_CHUNK = 1 << 20
_ENTRY_MARK = b"PK\x01\x02"
_ENCRYPTED, _UTF8 = 0x1 | 0x40, 0x800
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
#: What file managers add by themselves.
_JUNK = {".ds_store", "thumbs.db", "desktop.ini"}
_JUNK_FOLDERS = {"__macosx", ".git"}
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)


@dataclass(frozen=True, slots=True)
class Entry:
    """A file that may be unpacked."""

    path: str
    info: zipfile.ZipInfo


class Archive:
    """The checked content of a zip file."""

    def __init__(self, file: zipfile.ZipFile, entries: Sequence[Entry], left_out: Sequence[str]) -> None:
        self._file = file
        self.left_out = tuple(left_out)
        self._entries = {entry.path: entry for entry in entries}

    @property
    def names(self) -> Sequence[str]:
        return list(self._entries)

    def __contains__(self, path: object) -> bool:
        return path in self._entries

    def without_folder(self) -> "Archive":
        """The same where everything lies in one folder and that folder is what was meant."""
        tops = {path.partition("/")[0] for path in self._entries}
        if len(tops) != 1 or not all("/" in path for path in self._entries):
            return self
        inner = [Entry(entry.path.partition("/")[2], entry.info) for entry in self._entries.values()]
        return Archive(self._file, inner, self.left_out)

    def read(self, path: str, most: int) -> bytes:
        """The content of a file that is not larger than `most`; refused where it is."""
        entry = self._entries[path]
        if entry.info.file_size > most:
            raise refuse("too_large_to_read", path, str(most))
        return b"".join(self._chunks(entry))

    def unpack(self, folder: Path) -> None:
        """Write every file below `folder`, which is empty."""
        for entry in self._entries.values():
            target = folder.joinpath(*entry.path.split("/"))
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("xb") as sink:
                sink.writelines(self._chunks(entry))

    def _chunks(self, entry: Entry) -> Iterator[bytes]:
        """The bytes of an entry: as many as it says, with the sum it says, or it is damaged."""
        try:
            with self._file.open(entry.info) as source:
                while chunk := source.read(_CHUNK):
                    yield chunk
        except _BROKEN:
            raise refuse("damaged", entry.path) from None


@contextmanager
def open_archive(path: Path, limits: Limits) -> Iterator[Archive]:
    """The content of a zip file, checked; raises Refused."""
    _count_entries(path)
    with _BoundedFile(path) as raw:
        try:
            file = zipfile.ZipFile(raw)
        except (*_BROKEN, ValueError, UnicodeDecodeError):
            raise refuse("no_zip") from None
        with file:
            yield Archive(file, *_check(file.infolist(), limits))


class _BoundedFile(io.FileIO):
    """A file of which nobody reads much at once, while the directory of a zip file is as long as it says it is."""

    def read(self, size: int | None = -1, /) -> bytes:
        if size is None or size < 0 or size > _MOST_READ:
            here = self.tell()
            left = self.seek(0, io.SEEK_END) - here
            self.seek(here)
            if min(left, size if size is not None and size >= 0 else left) > _MOST_READ:
                raise zipfile.BadZipFile
        return super().read(size if size is not None else -1) or b""


def _count_entries(path: Path) -> None:
    """Refuse far too many entries before anything is made of each."""
    found, tail = 0, b""
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            found += (tail + chunk).count(_ENTRY_MARK)
            tail = chunk[-(len(_ENTRY_MARK) - 1) :]
            if found > 2 * MOST_ENTRIES:  # packages may hold packages
                raise refuse("too_many", detail=str(MOST_ENTRIES))


def _check(infos: Sequence[zipfile.ZipInfo], limits: Limits) -> tuple[list[Entry], list[str]]:
    """The entries to unpack, and the names of those that are left out; raises Refused with every problem found."""
    if len(infos) > MOST_ENTRIES:
        raise refuse("too_many", detail=str(MOST_ENTRIES))
    problems: list[Problem] = []
    entries: list[Entry] = []
    left_out: list[str] = []
    for info in infos:
        name = _name(info)
        problem = _problem(info, name)
        if problem is not None:
            problems.append(problem)
        elif name.endswith("/") or _is_junk(name):
            continue
        elif content_type_of(name) is None:
            left_out.append(name)
        else:
            entries.append(Entry(name, info))
    problems += _clashes(entries)
    if sum(entry.info.file_size for entry in entries) > limits.unpacked_bytes:
        problems.append(Problem("too_large_unpacked", detail=str(limits.unpacked_bytes)))
    if problems:
        raise Refused(problems)
    return entries, left_out


def _name(info: zipfile.ZipInfo) -> str:
    """The name as it was meant: programs that write no UTF-8 write what their system speaks."""
    name = info.orig_filename
    if info.flag_bits & _UTF8 or name.isascii():
        return name
    raw = name.encode("cp437")
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return name


def _problem(info: zipfile.ZipInfo, name: str) -> Problem | None:
    shown = _shown(name)
    mode = info.external_attr >> 16
    ratio = info.file_size / max(info.compress_size, 1)
    wrong = {
        "bad_name": not _is_printable(name) or "\\" in name,
        "outside": _leads_outside(name),
        "long_name": _is_long(name),
        "encrypted": bool(info.flag_bits & _ENCRYPTED),
        "link": stat.S_IFMT(mode) not in {0, stat.S_IFREG, stat.S_IFDIR},
        "method": info.compress_type not in _METHODS,
        "bomb": info.file_size > _HARMLESS_BYTES and ratio > _MOST_RATIO,
    }
    return next((Problem(code, shown) for code, is_so in wrong.items() if is_so), None)


def _shown(name: str) -> str:
    """A name as it may stand in a sentence."""
    short = name if len(name) <= 120 else name[:117] + "…"
    return "".join(letter if letter.isprintable() else "�" for letter in short)


def _is_printable(name: str) -> bool:
    return bool(name.strip("/")) and name.isprintable() and not any(0xD800 <= ord(letter) < 0xE000 for letter in name)


def _leads_outside(name: str) -> bool:
    parts = name.removesuffix("/").split("/")
    return any(part in {"", ".", ".."} for part in parts) or parts[0].endswith(":")


def _is_long(name: str) -> bool:
    parts = [part.encode(errors="replace") for part in name.split("/")]
    is_long = len(name.encode(errors="replace")) > _LONGEST_PATH or len(parts) > _DEEPEST
    return is_long or any(len(part) > _LONGEST_SEGMENT for part in parts)


def _is_junk(name: str) -> bool:
    *folders, last = name.lower().split("/")
    return last in _JUNK or not _JUNK_FOLDERS.isdisjoint(folders)


def _clashes(entries: Sequence[Entry]) -> list[Problem]:
    """Names that some file systems cannot tell apart, and files that would have to be folders too."""
    seen: set[str] = set()
    folders = {_alike(parent) for entry in entries for parent in _parents(entry.path)}
    problems = []
    for entry in entries:
        alike = _alike(entry.path)
        if alike in seen or alike in folders:
            problems.append(Problem("clash", _shown(entry.path)))
        seen.add(alike)
    return problems


def _alike(path: str) -> str:
    return unicodedata.normalize("NFC", path).casefold()


def _parents(path: str) -> Iterator[str]:
    parts = path.split("/")
    return ("/".join(parts[:number]) for number in range(1, len(parts)))
