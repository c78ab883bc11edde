"""Web addresses that others name and our pages point browsers at."""

import re
from urllib.parse import urlsplit

_HOST = re.compile(r"[a-z0-9._-]+|\[[0-9a-f:.]+\]", re.IGNORECASE)


def origin_of(address: str) -> str:
    """Scheme, host and port of a web address, in the form that a Content-Security-Policy takes.

    Raises ValueError for anything that is no http(s) address of a plain host: nothing of it may end the directive
    that it is written into, or say who is asking.
    """
    parts = urlsplit(address)
    if parts.scheme not in {"http", "https"} or "@" in parts.netloc:
        raise ValueError(f"{address[:300]!r} is not a web address")
    name = parts.hostname or ""
    host = f"[{name}]" if ":" in name else name.encode("idna").decode()
    if not _HOST.fullmatch(host):
        raise ValueError(f"{address[:300]!r} names no host")
    return f"{parts.scheme}://{host}" + (f":{parts.port}" if parts.port else "")
