"""An H5P package: content with the libraries that show it."""

from collections.abc import Iterator
from typing import Any

import orjson

from lti_tool.packages.archive import Archive
from lti_tool.packages.values import Found, Kind, Limits, Problem, Refused, UnitFound, refuse

MANIFEST, CONTENT = "h5p.json", "content/content.json"
_LARGEST = 1 << 20
#: The page with the player stands at the package's own address.
PLAYER_PAGE = ""


def read_h5p(archive: Archive, limits: Limits) -> Found:
    """What the package says of itself; refused without a player here, or without its libraries."""
    if not limits.has_player:
        raise refuse("no_player")
    if CONTENT not in archive:
        raise refuse("h5p_content", CONTENT)
    said = _read(archive.read(MANIFEST, _LARGEST))
    lacking = [Problem("h5p_library", folder) for folder in _libraries(said) if f"{folder}/library.json" not in archive]
    if lacking:
        raise Refused(lacking)
    title = " ".join(str(said.get("title", "")).split())[:250]
    return Found(Kind.H5P, title, (UnitFound(title, PLAYER_PAGE),))


def _read(data: bytes) -> dict[str, Any]:
    try:
        said = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise refuse("h5p_manifest", MANIFEST, str(error)) from None
    if not isinstance(said, dict) or not isinstance(said.get("preloadedDependencies"), list):
        raise refuse("h5p_manifest", MANIFEST, "preloadedDependencies")
    return said


def _libraries(said: dict[str, Any]) -> Iterator[str]:
    """The folders of the libraries that the content is shown with."""
    for one in said["preloadedDependencies"]:
        if not isinstance(one, dict) or not {"machineName", "majorVersion", "minorVersion"} <= one.keys():
            raise refuse("h5p_manifest", MANIFEST, "preloadedDependencies")
        yield f"{one['machineName']}-{one['majorVersion']}.{one['minorVersion']}"
