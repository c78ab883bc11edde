"""Names of people as platforms write them."""


def is_chinese(name: str) -> bool:
    """Whether a name is written in Chinese characters, and so with the family name first and no space."""
    return any("\u3400" <= letter <= "\u9fff" for letter in name)
