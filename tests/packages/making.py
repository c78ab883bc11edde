"""Packages made by hand: small ones that are right, and the parts of those that are not."""

import io
import json
import stat
import zipfile
from collections.abc import Mapping

PAGE = (
    "<!doctype html><html><head><meta charset='utf-8'><title>第一课</title></head><body><h1>第一课</h1></body></html>"
)

Files = Mapping[str, str | bytes]


def packed(files: Files, *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip file with these files."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return made.getvalue()


def packed_raw(*entries: tuple[zipfile.ZipInfo, bytes]) -> bytes:
    """A zip file whose entries say whatever they like."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for info, content in entries:
            archive.writestr(info, content)
    return made.getvalue()


def link(name: str, target: str) -> bytes:
    info = zipfile.ZipInfo(name)
    info.create_system = 3
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return packed_raw((info, target.encode()))


def with_flag(archive: bytes, flag: int) -> bytes:
    """The same with a flag set in every entry, here and in the directory."""
    changed = bytearray(archive)
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = changed.find(mark)
        while place >= 0:
            changed[place + offset] |= flag
            place = changed.find(mark, place + 1)
    return bytes(changed)


def unit(number: int, address: str = "", **attributes: str) -> str:
    """An assignable unit of a course structure."""
    given = {"id": f"https://author.example.org/au/{number}", **attributes}
    text = " ".join(f'{name}="{value}"' for name, value in given.items())
    return f"""<au {text}>
      <title>
        <langstring lang="en-US">Unit {number}</langstring><langstring lang="zh-CN">第{number}单元</langstring>
      </title>
      <description><langstring lang="en-US">-</langstring></description>
      <url>{address or f"unit{number}/index.html?chapter={number}"}</url>
      <launchParameters>speed={number}</launchParameters>
    </au>"""


def structure(*units: str, before: str = "") -> str:
    """A course structure with these units in a block."""
    return f"""<?xml version="1.0" encoding="utf-8"?>{before}
    <courseStructure xmlns="https://w3id.org/xapi/profiles/cmi5/v1/CourseStructure.xsd">
      <course id="https://author.example.org/course">
        <title><langstring lang="zh-CN">教学数据</langstring></title>
        <description><langstring lang="zh-CN">-</langstring></description>
      </course>
      <block id="https://author.example.org/block">
        <title><langstring lang="zh-CN">一</langstring></title>
        <description><langstring lang="zh-CN">-</langstring></description>
        {"".join(units)}
      </block>
    </courseStructure>"""


def cmi5(*units: str) -> bytes:
    """A cmi5 package of these units, each with its page."""
    pages = {f"unit{number}/index.html": PAGE for number in range(1, len(units) + 1)}
    return packed({"cmi5.xml": structure(*units), **pages})


def h5p(**changes: str | bytes | None) -> bytes:
    """An H5P package whose only library writes its text onto the page."""
    library = {
        "title": "Words", "machineName": "H5P.Words", "majorVersion": 1, "minorVersion": 2, "patchVersion": 0,
        "runnable": 1, "preloadedJs": [{"path": "words.js"}],
    }  # fmt: skip
    manifest = {
        "title": "会说话的页面", "language": "und", "mainLibrary": "H5P.Words", "embedTypes": ["div"],
        "preloadedDependencies": [{"machineName": "H5P.Words", "majorVersion": 1, "minorVersion": 2}],
    }  # fmt: skip
    script = """
      H5P.Words = function (parameters) {
        this.attach = ($container) => $container.append(H5P.jQuery("<p></p>").text(parameters.text));
      };"""
    files: dict[str, str | bytes | None] = {
        "h5p.json": json.dumps(manifest),
        "content/content.json": json.dumps({"text": "H5P 说：你好"}),
        "H5P.Words-1.2/library.json": json.dumps(library),
        "H5P.Words-1.2/words.js": script,
        **changes,
    }
    return packed({name: content for name, content in files.items() if content is not None})


TINCAN = """<?xml version="1.0" encoding="utf-8"?>
<tincan xmlns="http://projecttincan.com/tincan.xsd"><activities>
  <activity id="https://author.example.org/tincan/1" type="http://adlnet.gov/expapi/activities/course">
    <name>课程一</name><description lang="und">-</description><launch lang="und">index_lms.html</launch>
  </activity>
</activities></tincan>"""
