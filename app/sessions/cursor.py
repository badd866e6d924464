"""Cursors of lists: numbers wrapped up, so that nobody counts on what they mean."""

import base64
import binascii

from app.sessions.errors import UnknownCursor


def cursor(number: int) -> str:
    """Wrap a number up."""
    return base64.urlsafe_b64encode(f"n{number}".encode()).decode().rstrip("=")


def number_of(text: str) -> int:
    """Unwrap a cursor.

    Raises:
        UnknownCursor: it was not made by `cursor`.
    """
    try:
        inside = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise UnknownCursor(text) from None
    mark, digits = inside[:1], inside[1:]
    if mark != b"n" or not digits.isdigit() or len(digits) > 18:
        raise UnknownCursor(text)
    return int(digits)
