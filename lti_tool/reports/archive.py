"""整校推进档案: a folder for each school with its plan, its ledgers and its figures, and an index of hashes (R-032)."""

import csv
import hashlib
import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast

from lti_tool.domain.values import School
from lti_tool.reports.catalogue import PLAN, REPORTS, Report, make_report
from lti_tool.reports.source import Source
from lti_tool.reports.writing import WRITERS

_IN_MEMORY = 4 * 1024 * 1024
_PIECE = 1024 * 1024
_Entry = tuple[str, int, int, str]  # name, rows, bytes, SHA-256


def write_archive(source: Source, out: BinaryIO, format_: str, now: datetime) -> int:
    """Write the archive of every school as a zip whose files have this format; the number of files.

    `index.csv` lists each file with its rows, size and SHA-256, so that what was archived can be checked later.
    """
    entries: list[_Entry] = []
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for school in source.programme.schools.values():
            own = replace(source, school=school.id)
            for name in (*PLAN, *REPORTS):
                report = make_report(name, own)
                path = f"{_folder(school)}/{report.heading.title}.{format_}"
                entries.append(_add(archive, path, report, WRITERS[format_], now))
        archive.writestr(_info("index.csv", now), _index(entries))
    return len(entries)


def _add(
    archive: zipfile.ZipFile, path: str, report: Report, write: Callable[[Report, BinaryIO], int], now: datetime
) -> _Entry:
    with SpooledTemporaryFile(_IN_MEMORY) as spool:
        rows = write(report, cast("BinaryIO", spool))
        size = spool.tell()
        spool.seek(0)
        digest = hashlib.sha256()
        with archive.open(_info(path, now), "w", force_zip64=True) as target:
            while piece := spool.read(_PIECE):
                digest.update(piece)
                target.write(piece)
    return path, rows, size, digest.hexdigest()


def _index(entries: list[_Entry]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(("文件", "行数", "字节", "SHA-256"))
    writer.writerows(entries)
    return text.getvalue().encode("utf-8-sig")


def _info(path: str, now: datetime) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(path, now.timetuple()[:6])
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


def _folder(school: School) -> str:
    """A folder's name that every system takes: the school's id, and its name without separators."""
    name = "".join(sign for sign in f"{school.id} {school.name}" if sign.isprintable() and sign not in '/\\:*?"<>|')
    return name.strip(" .")
