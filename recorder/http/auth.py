"""Who may come in by HTTP: whoever shows the ticket of a recording, from whatever page."""

import asyncio
import re
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from aiohttp import hdrs, web

from recorder.spool.tickets import Ticket

RETRY_AFTER_S = 5
REMEMBERED_S = 60
"""How long a ticket that opens a recording need not be looked up again for its next slice."""

FindTicket = Callable[[str, str, datetime], Ticket | None]

_BEARER = re.compile(r"Bearer +([A-Za-z0-9._~+/-]+=*) *", re.IGNORECASE)


class Authenticator:
    """Looks tickets up; `find_ticket` may block."""

    def __init__(self, find_ticket: FindTicket) -> None:
        self._find_ticket = find_ticket
        self._remembered: dict[str, tuple[str, Ticket, float]] = {}  # by recording: secret, ticket, until when

    async def admit(self, request: web.Request, often: bool = False) -> Ticket:
        """The ticket of the recording in the address. Raises 401, 404, or 503.

        `often`: it may be one that was looked up a moment ago, as long as that recording is open.
        """
        bearer = _BEARER.fullmatch(request.headers.get(hdrs.AUTHORIZATION, ""))
        if bearer is None:
            needed = {"WWW-Authenticate": 'Bearer realm="recorder"'}
            raise web.HTTPUnauthorized(text="A ticket is needed.", headers=needed)
        recording, secret = request.match_info["recording"], bearer[1]
        known, ticket, until = self._remembered.get(recording, ("", None, 0.0))
        if often and ticket is not None and known == secret and time.monotonic() < until:
            return ticket
        try:
            ticket = await asyncio.to_thread(self._find_ticket, recording, secret, datetime.now(UTC))
        except Exception as error:
            request.app.logger.exception("a ticket cannot be looked up")
            raise unavailable("Tickets cannot be looked up now.") from error
        if ticket is None:
            raise web.HTTPNotFound(text="No such recording.")
        if often and ticket.open:
            self._remembered[recording] = secret, ticket, time.monotonic() + REMEMBERED_S
        return ticket

    def drop(self, recording: uuid.UUID) -> None:
        """This recording was closed: what is in the object store must be asked again."""
        self._remembered.pop(str(recording), None)


def unavailable(text: str) -> web.HTTPServiceUnavailable:
    """Come back later."""
    return web.HTTPServiceUnavailable(text=text, headers={"Retry-After": str(RETRY_AFTER_S)})


ACTUAL = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Location, ETag, Link, Accept-Patch, Retry-After",
}
PREFLIGHT = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "OPTIONS, GET, PUT, POST, PATCH, DELETE",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Content-Digest, If-Match",
    "Access-Control-Max-Age": "600",
}


@web.middleware
async def cors(request: web.Request, handler: Callable[..., Any]) -> web.StreamResponse:
    """Any page may speak to us (RFC 9725 section 4.2): the ticket opens a recording, not where a page comes from."""
    allowed = PREFLIGHT if request.method == "OPTIONS" else ACTUAL
    try:
        response: web.StreamResponse = await handler(request)
    except web.HTTPException as error:
        error.headers.extend(allowed)
        raise
    response.headers.extend(allowed)
    return response
