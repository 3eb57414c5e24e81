"""The edge's question before it reads anything of a body: may this one come, and is somebody logged in?

The edge gives strangers little room and little time, and cannot tell by itself who is one. Who is logged in may send
large files, slowly; each of them lies in the memory of the edge until it is whole, so one person sends only so many.
"""

from flask import Blueprint, Response, request
from flask_limiter.util import get_remote_address
from flask_login import current_user

from webapp.extensions import limiter

pages = Blueprint("sending", __name__)

STRANGERS = "300 per 10 seconds"
"""Bodies of people who are not logged in, for each address. A whole school begins within a minute from one address, and
a body of a stranger is here within half a minute: so never more than 900 of one address are on their way."""
ONE_PERSON = "300 per minute"
"""Bodies of one person, whatever the browser and the address. What is typed is saved every few seconds."""
LARGE = 1_000_000
"""Bytes of a body that nobody types: a file."""
LARGE_OF_ONE_PERSON = "20 per minute;100 per hour"
"""Such bodies. On the slowest line that the edge takes (docker/edge/Caddyfile) twelve megabytes take 26 minutes."""
KNOWN = "X-Vignet-Known"
LENGTH = "X-Vignet-Length"
"""Where the edge says how long the body will be: its question itself has none."""


def _known() -> bool:
    return bool(current_user.is_authenticated)


def _who() -> str:
    return f"sends {current_user.person.id}" if _known() else get_remote_address()


def _small() -> bool:
    length = request.headers.get(LENGTH) or "0"
    return length.isascii() and length.isdigit() and len(length) < 20 and int(length) <= LARGE


@pages.get("/rand/zenden")
@limiter.limit(STRANGERS, exempt_when=_known)
@limiter.limit(ONE_PERSON, key_func=_who, exempt_when=lambda: not _known())
@limiter.limit(LARGE_OF_ONE_PERSON, key_func=_who, exempt_when=lambda: not _known() or _small())
def ask() -> Response:
    """204, naming in a header that somebody is logged in; 429 for an address or a person that sends too much."""
    answer = Response(status=204)
    if _known():
        answer.headers[KNOWN] = "1"
    return answer
