"""Where the files that travel with the code are: in the wheel beside the package, in a checkout at the top."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def shipped(name: str) -> Path:
    """The folder `static`, `migrations` or `examples`, whichever way the tool is installed."""
    inside = _PACKAGE / f"_{name}"
    return inside if inside.is_dir() else _PACKAGE.parent / name
