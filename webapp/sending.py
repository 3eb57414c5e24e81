"""The edge's question before it reads anything of a body: may this address send one, and is somebody logged in?

The edge gives strangers little room and little time, and cannot tell by itself who is one.
"""

from flask import Blueprint, Response
from flask_login import current_user

from webapp.extensions import limiter

pages = Blueprint("sending", __name__)

STRANGERS = "300 per 10 seconds"
"""Bodies of people who are not logged in, for each address. A whole school begins within a minute from one address, and
a body of a stranger is here within half a minute: so never more than 900 of one address are on their way."""
KNOWN = "X-Vignet-Known"


def _known() -> bool:
    return bool(current_user.is_authenticated)


@pages.get("/rand/zenden")
@limiter.limit(STRANGERS, exempt_when=_known)
def ask() -> Response:
    """204, naming in a header that somebody is logged in; 429 for a stranger whose address sends too much."""
    answer = Response(status=204)
    if _known():
        answer.headers[KNOWN] = "1"
    return answer
