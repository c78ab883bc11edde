"""Locales as platforms write them (`zh_cn`, `zh-Hans`, `en_us`) to the two languages of our pages."""


def page_language(locale: object) -> str | None:
    """`zh` or `en`; None for anything else, so that the browser's own preference decides."""
    if not isinstance(locale, str):
        return None
    language = locale.replace("_", "-").partition("-")[0].lower()
    return language if language in {"zh", "en"} else None
