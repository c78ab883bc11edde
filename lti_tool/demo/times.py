"""Times as services exchange them."""

from datetime import datetime


def parse_time(text: object) -> datetime | None:
    """An ISO 8601 time with an offset; None for anything else."""
    if not isinstance(text, str):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None
