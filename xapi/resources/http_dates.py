"""Moments as HTTP writes them."""

from datetime import datetime
from email.utils import format_datetime


def http_date(moment: datetime) -> str:
    """`Tue, 24 Nov 2026 02:00:00 GMT`, for Last-Modified."""
    return format_datetime(moment.replace(microsecond=0), usegmt=True)
