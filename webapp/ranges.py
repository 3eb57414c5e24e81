"""Which part of a stored file a request asks for, and on which conditions: RFC 9110, sections 13 and 14.

A file has a strong entity tag, its SHA-256, and no date of change; so a condition with a date is passed over (13.1.3,
13.1.4), and an If-Range with one never holds. One range of bytes is served, and to a GET alone (14.2). Several at once,
another unit, or what is no range is answered with the whole of it, as the RFC allows.
"""

import re

from werkzeug.wrappers import Request

_ONE = re.compile(r"bytes=[ \t]*([0-9]{0,99})-([0-9]{0,99})[ \t]*", re.IGNORECASE)


class Unsatisfiable(ValueError):
    """No byte of the file lies in the range."""


def refused(request: Request, etag: str) -> int | None:
    """412 or 304 when a condition does not hold for the file with this entity tag, else None."""
    if request.if_match and not request.if_match.contains(etag):
        return 412
    if request.if_none_match.contains_weak(etag):
        return 304
    return None


def asked(request: Request, etag: str, size: int) -> tuple[int, int] | None:
    """First and last byte of what is asked for of a file of `size` bytes; None for the whole. Raises Unsatisfiable."""
    since = request.headers.get("If-Range")
    one = _ONE.fullmatch(request.headers.get("Range", ""))
    if request.method != "GET" or one is None or (since is not None and since.strip() != f'"{etag}"'):
        return None
    first, last = one.groups()
    if first:
        begin, end = int(first), min(int(last or size), size - 1)
        if last and int(last) < begin:
            return None
    elif last:
        begin, end = max(size - int(last), 0), size - 1
    else:
        return None
    if begin > end:
        raise Unsatisfiable
    return begin, end
