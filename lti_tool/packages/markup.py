"""XML that somebody uploaded: without a document type there are no entities, and without entities no attack."""

from typing import NoReturn
from xml.etree.ElementTree import Element, ParseError, TreeBuilder  # the tree only; expat reads, under our rules
from xml.parsers.expat import ExpatError, ParserCreate

from lti_tool.packages.values import refuse

_DEEPEST = 64
_MOST_ELEMENTS = 20_000


class _Builder:
    """Builds the tree and keeps it within bounds."""

    def __init__(self, entry: str) -> None:
        self._entry = entry
        self._tree = TreeBuilder()
        self._depth = self._number = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        self._number += 1
        if self._depth > _DEEPEST or self._number > _MOST_ELEMENTS:
            raise refuse("xml_bounds", self._entry)
        self._tree.start(local(name), {local(key): value for key, value in attributes.items()})

    def end(self, name: str) -> None:
        self._depth -= 1
        self._tree.end(local(name))

    def data(self, text: str) -> None:
        self._tree.data(text)

    def refuse_type(self, *_: object) -> NoReturn:
        raise refuse("xml_type", self._entry)

    def close(self) -> Element:
        return self._tree.close()


def parse_xml(data: bytes, entry: str) -> Element:
    """The root of a document, all names without their namespaces; raises Refused."""
    builder = _Builder(entry)
    parser = ParserCreate(namespace_separator=" ")
    parser.StartElementHandler, parser.EndElementHandler = builder.start, builder.end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = builder.refuse_type
    try:
        parser.Parse(data, True)  # noqa: FBT003 - it has no keyword
        return builder.close()
    except (ExpatError, ParseError, ValueError, LookupError) as error:
        raise refuse("xml_broken", entry, str(error)) from None


def local(name: str) -> str:
    """A name without its namespace."""
    return name.rpartition(" ")[2]


def text_of(element: Element, name: str) -> str | None:
    """The text of a child; None where there is none."""
    text = element.findtext(name)
    return text.strip() or None if text is not None else None


def words_of(element: Element, name: str) -> str:
    """A text that is given in several languages: in Chinese, else in English, else in the first."""
    said = {
        one.get("lang", "").lower(): " ".join((one.text or "").split())
        for one in element.iterfind(f"{name}/langstring")
    }
    ranked = sorted(said, key=lambda lang: (not lang.startswith("zh"), not lang.startswith("en")))
    return next((said[lang] for lang in ranked if said[lang]), "")[:250]
