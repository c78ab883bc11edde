"""What is taken in and what is refused: nothing that a package says of itself is believed."""

import io
import os
import shutil
import struct
import zipfile
from pathlib import Path

import pytest

from lti_tool.packages import archive as archives
from lti_tool.packages.intake import take_in
from lti_tool.packages.values import Found, Kind, Limits, Refused
from tests.packages.making import PAGE, TINCAN, cmi5, h5p, link, packed, packed_raw, structure, unit, with_flag

LIMITS = Limits(unpacked_bytes=20 << 20, has_player=True)
ROOT = "https://author.example.org/au/"


class Desk:
    """Somebody's upload, and the folder that it is unpacked into."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "unpacked"
        self.folder.mkdir()
        self._upload = folder / "upload"

    def take(self, content: bytes, name: str = "package.zip", limits: Limits = LIMITS) -> Found:
        self._upload.write_bytes(content)
        return take_in(self._upload, name, self.folder, limits)

    def refused(self, content: bytes, name: str = "package.zip", limits: Limits = LIMITS) -> list[tuple[str, str]]:
        """The reasons, with the entries that they are about."""
        with pytest.raises(Refused) as caught:
            self.take(content, name, limits)
        return [(problem.code, problem.entry) for problem in caught.value.problems]

    def clear(self) -> None:
        shutil.rmtree(self.folder)
        self.folder.mkdir()

    @property
    def files(self) -> list[str]:
        return sorted(str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if path.is_file())


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


# ── what packages are ───────────────────────────────────────────────────────────────────────────────


def test_pages_open_with_their_index(desk: Desk) -> None:
    found = desk.take(packed({"index.html": PAGE, "pictures/一.png": b"\x89PNG", "app.js": "1"}))

    assert (found.kind, found.title) == (Kind.HTML, "第一课")
    assert [(one.address, one.track) for one in found.units] == [("index.html", "heartbeat")]
    assert desk.files == ["app.js", "index.html", "pictures/一.png"]


def test_a_packed_folder_means_its_content(desk: Desk) -> None:
    found = desk.take(packed({"course/index.html": PAGE, "course/a/b.css": "", "__MACOSX/course/._index.html": b"\0"}))

    assert (found.units[0].address, found.files) == ("index.html", 2)
    assert desk.files == ["a/b.css", "index.html"]


def test_the_only_page_is_the_first(desk: Desk) -> None:
    assert desk.take(packed({"start.html": PAGE, "more/other.html": PAGE})).units[0].address == "start.html"


def test_a_name_becomes_an_address(desk: Desk) -> None:
    assert desk.take(packed({"第 1 课.html": PAGE})).units[0].address == "%E7%AC%AC%201%20%E8%AF%BE.html"
    desk.clear()
    page = packed({"cmi5.xml": structure(unit(1, "./a/../课 1.html?x=1")), "课 1.html": PAGE})
    assert desk.take(page).units[0].address == "%E8%AF%BE%201.html?x=1"


def test_a_single_page_is_a_package(desk: Desk) -> None:
    found = desk.take(PAGE.encode(), "lesson 1.HTML")

    assert (found.kind, found.units[0].address, desk.files) == (Kind.HTML, "index.html", ["index.html"])


def test_a_page_without_a_title_is_called_as_its_file(desk: Desk) -> None:
    assert desk.take(b"<p>text</p>", "数据 入门.html").title == "数据 入门"


def test_a_title_is_read_in_the_pages_own_encoding(desk: Desk) -> None:
    page = "<meta charset=gb2312><title>数据&amp;讲评</title>".encode("gb2312")
    assert desk.take(page, "a.html").title == "数据&讲评"


def test_cmi5_lists_its_units_with_what_each_asks_for(desk: Desk) -> None:
    found = desk.take(cmi5(unit(1, moveOn="CompletedAndPassed", masteryScore="0.8"), unit(2, launchMethod="OwnWindow")))

    assert (found.kind, found.title, found.files) == (Kind.CMI5, "教学数据", 3)
    first, second = found.units
    assert (first.title, first.address, first.publisher) == ("第1单元", "unit1/index.html?chapter=1", ROOT + "1")
    assert (first.move_on, first.mastery, first.launch_method) == ("CompletedAndPassed", "0.8", "AnyWindow")
    assert (second.move_on, second.mastery, second.launch_method) == ("NotApplicable", None, "OwnWindow")
    assert (first.launch_parameters, first.track) == ("speed=1", "cmi5")


def test_a_course_structure_alone_leads_to_units_elsewhere(desk: Desk) -> None:
    found = desk.take(structure(unit(1, "https://content.example.org/1.html")).encode(), "cmi5.xml")

    assert (found.units[0].address, found.files) == ("https://content.example.org/1.html", 0)


def test_an_xapi_export_keeps_the_id_that_its_statements_name(desk: Desk) -> None:
    found = desk.take(packed({"tincan.xml": TINCAN, "index_lms.html": PAGE}))

    [one] = found.units
    assert (found.kind, found.title) == (Kind.XAPI, "课程一")
    assert (one.address, one.track, one.activity) == ("index_lms.html", "xapi", "https://author.example.org/tincan/1")


def test_h5p_comes_with_its_libraries(desk: Desk) -> None:
    found = desk.take(h5p(), "words.h5p")

    assert (found.kind, found.title, found.units[0].address) == (Kind.H5P, "会说话的页面", "")


def test_files_of_other_kinds_are_left_out_and_told(desk: Desk) -> None:
    found = desk.take(
        packed({"index.html": PAGE, "setup.exe": b"MZ", "shell.php": "<?php", ".htaccess": "", "LICENSE": ""})
    )

    assert found.left_out == ("setup.exe", "shell.php", ".htaccess", "LICENSE")
    assert desk.files == ["index.html"]


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_names_in_the_encoding_of_the_senders_system_are_read(desk: Desk, encoding: str) -> None:
    raw = "图片/数据.png".encode(encoding)
    placeholder = "x" * (len(raw) - 4) + ".png"
    content = packed({"index.html": PAGE, placeholder: b"png"}).replace(placeholder.encode(), raw)

    desk.take(content)

    assert "图片/数据.png" in desk.files


# ── what is refused ─────────────────────────────────────────────────────────────────────────────────


def html_with(name: str, content: bytes = b"x") -> bytes:
    return packed({"index.html": PAGE, name: content})


def nul_in_a_name() -> bytes:
    return html_with("aXb.txt").replace(b"aXb.txt", b"a\0b.txt")


def method(number: int) -> bytes:
    return packed({"index.html": PAGE}, method=number)


def understated() -> bytes:
    """An entry that unpacks to more than it says."""
    content = bytearray(packed({"index.html": PAGE, "more.txt": b"a" * 5000}))
    place = content.rfind(b"PK\x01\x02")
    content[place + 24 : place + 28] = struct.pack("<I", 10)
    return bytes(content)


def broken_sum() -> bytes:
    content = bytearray(packed({"index.html": PAGE}, method=zipfile.ZIP_STORED))
    content[content.find("第一课".encode())] ^= 1
    return bytes(content)


def overlapping() -> bytes:
    """Two names for the same bytes."""
    content = packed({"index.html": PAGE, "a1.txt": b"a" * 300, "a2.txt": b"a" * 300})
    place = content.rfind(b"PK\x01\x02")
    first = content.find(b"PK\x01\x02", content.find(b"PK\x01\x02") + 1)
    return content[: place + 42] + content[first + 42 : first + 46] + content[place + 46 :]


def many(number: int) -> bytes:
    return packed({"index.html": PAGE, **{f"f/{one}.txt": b"" for one in range(number)}}, method=zipfile.ZIP_STORED)


HOSTILE: dict[str, tuple[bytes, str, str]] = {
    "parent": (html_with("../evil.html"), "outside", "../evil.html"),
    "parent within": (html_with("a/../../evil.html"), "outside", "a/../../evil.html"),
    "absolute": (html_with("/etc/evil.html"), "outside", "/etc/evil.html"),
    "here": (html_with("./a.html"), "outside", "./a.html"),
    "double slash": (html_with("a//b.html"), "outside", "a//b.html"),
    "drive": (html_with("C:/evil.html"), "outside", "C:/evil.html"),
    "backslashes": (html_with("..\\evil.html"), "bad_name", "..\\evil.html"),
    "folders by backslashes": (html_with("a\\b.html"), "bad_name", "a\\b.html"),
    "NUL": (nul_in_a_name(), "bad_name", "a�b.txt"),
    "line break": (html_with("a\nb.txt"), "bad_name", "a�b.txt"),
    "right to left": (html_with("a\u202egnp.exe.html"), "bad_name", "a�gnp.exe.html"),
    "long segment": (html_with("a" * 250 + ".txt"), "long_name", "a" * 117 + "…"),
    "long in UTF-8": (html_with("数" * 80 + ".txt"), "long_name", "数" * 80 + ".txt"),
    "deep": (html_with("a/" * 30 + "b.txt"), "long_name", "a/" * 30 + "b.txt"),
    "twice by case": (packed({"index.html": PAGE, "A.js": "1", "a.js": "2"}), "clash", "a.js"),
    "twice by composition": (packed({"index.html": PAGE, "é.js": "1", "e\u0301.js": "2"}), "clash", "e\u0301.js"),
    "file and folder": (packed({"index.html": PAGE, "a.js": "1", "a.js/b.js": "2"}), "clash", "a.js"),
    "link": (link("index.html", "/etc/passwd"), "link", "index.html"),
    "encrypted": (with_flag(packed({"index.html": PAGE}), 0x1), "encrypted", "index.html"),
    "bzip2": (method(zipfile.ZIP_BZIP2), "method", "index.html"),
    "lzma": (method(zipfile.ZIP_LZMA), "method", "index.html"),
    "bomb": (html_with("zeros.txt", bytes(8 << 20)), "bomb", "zeros.txt"),
    "too large in all": (html_with("noise.bin", os.urandom(21 << 20)), "too_large_unpacked", ""),
    "too many": (many(archives.MOST_ENTRIES), "too_many", ""),
    "far too many": (many(2 * archives.MOST_ENTRIES + 1), "too_many", ""),
    "understated": (understated(), "damaged", "more.txt"),
    "broken sum": (broken_sum(), "damaged", "index.html"),
    "overlapping": (overlapping(), "damaged", "a2.txt"),
    "cut off": (packed({"index.html": PAGE})[:-30], "no_zip", ""),
    "no zip": (b"PK\x03\x04" + b"nonsense" * 20, "no_zip", ""),
    "text": (b"hello", "no_zip", ""),
    "nothing": (b"", "empty", ""),
    "no page": (packed({"a.js": "1"}), "no_first_page", ""),
    "several pages": (packed({"a.html": PAGE, "b.html": PAGE}), "no_first_page", ""),
    "only junk": (packed({"__MACOSX/a": b"x", ".DS_Store": b"x"}), "no_first_page", ""),
    "SCORM": (packed({"imsmanifest.xml": "<manifest/>", "index.html": PAGE}), "scorm", "imsmanifest.xml"),
}


@pytest.mark.parametrize(("content", "code", "entry"), HOSTILE.values(), ids=HOSTILE)
def test_what_is_no_honest_package_is_refused_with_its_entry(desk: Desk, content: bytes, code: str, entry: str) -> None:
    assert (code, entry) in desk.refused(content)


ENTITY = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'
EXTERNAL = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
OUTSIDE = '<!DOCTYPE courseStructure SYSTEM "https://evil.example.org/x.dtd">'
STRUCTURES: dict[str, tuple[str, str]] = {
    "entities": (structure(unit(1, "index.html"), before=ENTITY), "xml_type"),
    "an external entity": (structure(unit(1, "index.html"), before=EXTERNAL), "xml_type"),
    "a type elsewhere": (structure(unit(1, "index.html"), before=OUTSIDE), "xml_type"),
    "depth": ("<a>" * 500 + "</a>" * 500, "xml_bounds"),
    "no end": (structure(unit(1, "index.html"))[:-20], "xml_broken"),
    "an unknown encoding": ('<?xml version="1.0" encoding="x-nonsense"?><a/>', "xml_broken"),
    "something else": ("<manifest/>", "no_structure"),
    "no unit": (structure(), "no_units"),
    "an address that is not there": (structure(unit(1, "gone.html")), "unit_address"),
    "an address outside": (structure(unit(1, "../../etc/passwd")), "unit_address"),
    "an absolute path": (structure(unit(1, "/index.html")), "unit_address"),
    "another server, unsaid": (structure(unit(1, "//evil.example.org/index.html")), "unit_address"),
    "a script": (structure(unit(1, "javascript:alert(1)")), "unit_address"),
    "a broken address": (structure(unit(1, "http://[x")), "unit_address"),
    "an id that is none": (structure(unit(1, "index.html", id="unit one")), "unit_id"),
    "an id twice": (structure(unit(1, "index.html"), unit(1, "index.html")), "unit_repeated"),
    "an unknown criterion": (structure(unit(1, "index.html", moveOn="Later")), "unit_setting"),
    "a score over one": (structure(unit(1, "index.html", masteryScore="80")), "unit_setting"),
    "an unknown method": (structure(unit(1, "index.html", launchMethod="Popup")), "unit_setting"),
}


@pytest.mark.parametrize(("text", "code"), STRUCTURES.values(), ids=STRUCTURES)
def test_a_course_structure_is_read_with_suspicion(desk: Desk, text: str, code: str) -> None:
    assert (code, "cmi5.xml") in desk.refused(packed({"cmi5.xml": text, "index.html": PAGE}))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8"])
def test_a_document_type_is_seen_in_every_encoding(desk: Desk, encoding: str) -> None:
    text = structure(unit(1, "index.html"), before=ENTITY).replace("utf-8", encoding)
    assert desk.refused(packed({"cmi5.xml": text.encode(encoding), "index.html": PAGE})) == [("xml_type", "cmi5.xml")]


BROKEN_H5P: dict[str, tuple[bytes, str, str]] = {
    "no content": (h5p(**{"content/content.json": None}), "h5p_content", "content/content.json"),
    "no library": (h5p(**{"H5P.Words-1.2/library.json": None}), "h5p_library", "H5P.Words-1.2"),
    "no JSON": (h5p(**{"h5p.json": "{"}), "h5p_manifest", "h5p.json"),
    "no dependencies": (h5p(**{"h5p.json": "{}"}), "h5p_manifest", "h5p.json"),
    "odd dependencies": (h5p(**{"h5p.json": '{"preloadedDependencies": [1]}'}), "h5p_manifest", "h5p.json"),
}


@pytest.mark.parametrize(("content", "code", "entry"), BROKEN_H5P.values(), ids=BROKEN_H5P)
def test_h5p_that_could_not_be_shown_is_refused(desk: Desk, content: bytes, code: str, entry: str) -> None:
    assert desk.refused(content) == [(code, entry)]


def test_h5p_needs_a_player(desk: Desk) -> None:
    assert desk.refused(h5p(), limits=Limits(LIMITS.unpacked_bytes, has_player=False)) == [("no_player", "")]


@pytest.mark.parametrize("name", ["program.exe", "page.php", "noending"])
def test_what_is_no_package_at_all_is_refused(desk: Desk, name: str) -> None:
    assert desk.refused(b"hello", name) == [("unknown_kind", "")]


def test_every_problem_is_told_at_once(desk: Desk) -> None:
    found = desk.refused(packed({"../a.html": PAGE, "b\\c.html": PAGE, "index.html": PAGE}))
    assert found == [("outside", "../a.html"), ("bad_name", "b\\c.html")]


def test_a_directory_that_would_fill_the_memory_is_not_read(desk: Desk) -> None:
    """The end of the archive says that its directory has a gigabyte; it is not believed."""
    sparse = io.BytesIO(b"PK\x03\x04" + bytes(60 << 20))
    sparse.seek(0, io.SEEK_END)
    sparse.write(struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, 50 << 20, 4, 0))
    assert desk.refused(sparse.getvalue()) == [("no_zip", "")]


def test_nothing_is_written_outside_the_folder(desk: Desk, tmp_path: Path) -> None:
    for content, _, _ in HOSTILE.values():
        info = zipfile.ZipInfo("ok.txt")
        desk.refused(content or packed_raw((info, b"")))
        desk.clear()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["unpacked", "upload"]
