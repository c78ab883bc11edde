"""The language of a page: what the address asks for, what the launch said, what the browser prefers; else Chinese."""

from collections.abc import Mapping

from flask import Flask, g, request
from flask_babel import Babel, get_locale

CHINESE, ENGLISH = "zh_Hans", "en"
#: {language tag as `?lang=` has it: (Babel's locale, its own name)}
LANGUAGES: Mapping[str, tuple[str, str]] = {"zh-CN": (CHINESE, "中文"), "en": (ENGLISH, "English")}


def install_languages(app: Flask) -> None:
    """Choose a language for each request; source strings are English."""
    app.config.setdefault("BABEL_DEFAULT_LOCALE", CHINESE)
    app.config.setdefault("BABEL_DEFAULT_TIMEZONE", "Asia/Shanghai")
    Babel(app, locale_selector=select_locale)


def select_locale() -> str:
    """The Babel locale of this request."""
    launch = g.get("launch")
    for asked in (request.args.get("lang"), launch.locale if launch else None):
        found = match_language(asked)
        if found:
            return found
    best = request.accept_languages.best
    return match_language(best) or CHINESE


def match_language(tag: str | None) -> str | None:
    """`zh`, `zh_cn`, `zh-Hans-CN` are Chinese, `en-GB` is English; None for anything else."""
    main = (tag or "").replace("_", "-").split("-")[0].lower()
    return {"zh": CHINESE, "en": ENGLISH}.get(main)


def is_chinese() -> bool:
    """Whether this request is answered in Chinese."""
    return str(get_locale() or CHINESE).startswith("zh")


def text_of(language_map: Mapping[str, str] | None, otherwise: str) -> str:
    """The text of an xAPI language map that suits the reader best."""
    if not language_map:
        return otherwise
    wanted = ("zh-CN", "zh", "zh-Hans") if is_chinese() else ("en-US", "en", "en-GB")
    found = next((language_map[tag] for tag in wanted if tag in language_map), None)
    return found or next(iter(language_map.values()))


def language_tag() -> str:
    """The language of this page as HTML has it."""
    return "zh-CN" if is_chinese() else "en"
