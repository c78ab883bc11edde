"""Looking at an upload and unpacking it: what it is, what can be opened in it, or why it is refused."""

import errno
import shutil
from dataclasses import replace
from pathlib import Path, PurePath

from lti_tool.packages import cmi5, h5p, pages
from lti_tool.packages.archive import Archive, open_archive
from lti_tool.packages.values import Found, Limits, refuse

_HEAD_BYTES = 1 << 16
_XML_BYTES = 4 << 20
_PAGE_BYTES = 64 << 20
_ZIP_MARKS = (b"PK\x03\x04", b"PK\x05\x06")
_SCORM = "imsmanifest.xml"


def take_in(upload: Path, file_name: str, folder: Path, limits: Limits) -> Found:
    """Unpack the file `upload`, called `file_name` by whoever sent it, into the empty `folder`; raises Refused."""
    with upload.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if not head:
        raise refuse("empty")
    try:
        if head.startswith(_ZIP_MARKS):
            found = _take_archive(upload, folder, limits)
        else:
            found = _take_single(upload, head, PurePath(file_name).suffix.lower(), folder)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        raise refuse("no_room") from None
    return _named(found, " ".join(PurePath(file_name).stem.split())[:250] or "?")


def _take_archive(upload: Path, folder: Path, limits: Limits) -> Found:
    with open_archive(upload, limits) as archive:
        meant = _meant(archive)
        found = _look(meant, limits)
        meant.unpack(folder)
        return replace(found, files=len(meant.names), left_out=meant.left_out)


def _meant(archive: Archive) -> Archive:
    """Somebody who packs a folder rather than its content means its content."""
    return archive if any("/" not in name for name in archive.names) else archive.without_folder()


def _look(archive: Archive, limits: Limits) -> Found:
    if cmi5.STRUCTURE in archive:
        return cmi5.read_structure(archive.read(cmi5.STRUCTURE, _XML_BYTES), archive)
    if h5p.MANIFEST in archive:
        return h5p.read_h5p(archive, limits)
    if pages.TINCAN in archive:
        return pages.read_tincan(archive.read(pages.TINCAN, _XML_BYTES), archive)
    if _SCORM in archive:
        raise refuse("scorm", _SCORM)
    first = pages.find_first_page(archive.names)
    return pages.read_pages(first, archive.read(first, _PAGE_BYTES))


def _take_single(upload: Path, head: bytes, suffix: str, folder: Path) -> Found:
    """A page alone, or a course structure whose units are elsewhere."""
    if suffix in {".html", ".htm"}:
        shutil.copyfile(upload, folder / "index.html")
        return replace(pages.read_pages("index.html", head), files=1)
    if suffix == ".xml":
        if upload.stat().st_size > _XML_BYTES:
            raise refuse("too_large_to_read", cmi5.STRUCTURE, str(_XML_BYTES))
        return cmi5.read_structure(upload.read_bytes(), ())
    raise refuse("no_zip" if suffix in {".zip", ".h5p"} else "unknown_kind", detail=suffix)


def _named(found: Found, name: str) -> Found:
    """With the file's name wherever no title was given."""
    units = tuple(unit if unit.title else replace(unit, title=name) for unit in found.units)
    return replace(found, title=found.title or name, units=units)
