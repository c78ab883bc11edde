"""Choosing one language of a map by the reader's Accept-Language (Communication 2.1.3, RFC 4647 lookup)."""

from collections.abc import Sequence


def read_preferences(header: str) -> list[str]:
    """Language ranges of an Accept-Language header, the dearest first, in lower case; others are left out."""
    weighted: list[tuple[float, int, str]] = []
    for index, item in enumerate(header.split(",")):
        name, _, parameters = item.strip().partition(";")
        try:
            weight = float(parameters.strip().removeprefix("q=") or 1) if parameters else 1.0
        except ValueError:
            continue
        if name and weight > 0:
            weighted.append((-weight, index, name.strip().lower()))
    return [name for _, _, name in sorted(weighted)]


def choose_language(texts: dict[str, str], preferences: Sequence[str]) -> dict[str, str]:
    """The one entry that suits the reader best; the first one if none does."""
    if len(texts) < 2:
        return texts
    by_tag = {tag.lower(): tag for tag in texts}
    for wanted in preferences:
        found = _look_up(by_tag, wanted)
        if found is not None:
            return {found: texts[found]}
    first = next(iter(texts))
    return {first: texts[first]}


def _look_up(by_tag: dict[str, str], wanted: str) -> str | None:
    """The tag itself, a more general one, or a more special one: zh-cn finds zh-CN or zh; zh finds zh-CN."""
    parts = wanted.split("-")
    for length in range(len(parts), 0, -1):
        shorter = "-".join(parts[:length])
        if shorter in by_tag:
            return by_tag[shorter]
    return next((tag for low, tag in by_tag.items() if low.startswith(wanted + "-")), None)
