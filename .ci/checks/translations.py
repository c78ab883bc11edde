"""Every message has its Chinese, and the compiled catalogue is what the sources say; `--update` makes it so."""

import sys
import tempfile
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOMS = ("lti_tool",)
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2"), ("**/templates/**.svg", "jinja2")]
KEYWORDS = {"gettext": None, "ngettext": (1, 2), "lazy_gettext": None, "_": None, "N_": None}
FOLDER = Path("lti_tool/web/translations/zh_Hans/LC_MESSAGES")
PO, MO = FOLDER / "messages.po", FOLDER / "messages.mo"


def collect() -> Catalog:
    """Every message in the sources."""
    catalog = Catalog(locale="zh_Hans", project="xuefen", charset="utf-8")
    for room in ROOMS:
        for name, line, message, comments, context in extract_from_dir(room, METHODS, keywords=KEYWORDS):
            catalog.add(message, None, [(f"{room}/{name}", line)], auto_comments=comments, context=context)
    return catalog


def read_chinese() -> Catalog:
    if not PO.exists():
        return Catalog(locale="zh_Hans", charset="utf-8")
    with PO.open("rb") as file:
        return read_po(file, locale="zh_Hans")


def compiled(catalog: Catalog) -> bytes:
    buffer = BytesIO()
    write_mo(buffer, catalog)
    return buffer.getvalue()


def update() -> None:
    """Merge new messages, drop dead ones, write both files."""
    chinese = read_chinese()
    chinese.update(collect(), no_fuzzy_matching=True)
    chinese.obsolete.clear()
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=FOLDER, delete=False) as file:
        write_po(file, chinese, width=110, omit_header=False, sort_output=True, include_lineno=False)
    Path(file.name).replace(PO)
    MO.write_bytes(compiled(read_chinese()))


def problems() -> list[str]:
    wanted = {message.id for message in collect() if message.id}
    chinese = read_chinese()
    have = {message.id: message for message in chinese if message.id}
    found = [f"not in {PO}: {id_!r}" for id_ in sorted(wanted - have.keys(), key=str)]
    found += [f"no longer used: {id_!r}" for id_ in sorted(have.keys() - wanted, key=str)]
    for id_, message in have.items():
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        if not all(strings):
            found.append(f"without Chinese: {id_!r}")
        found += [f"{id_!r}: {error}" for error in message.check(chinese)]
    if not MO.exists() or MO.read_bytes() != compiled(chinese):
        found.append(f"{MO} is stale")
    return found


def main() -> int:
    if "--update" in sys.argv[1:]:
        update()
    found = problems()
    sys.stdout.writelines(f"{problem}\n" for problem in found)
    if found:
        sys.stdout.write("Run `make translations`, then fill in the Chinese.\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
