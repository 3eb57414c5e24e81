"""Who may come in by HTTP: whoever shows the ticket of a recording, from whatever page."""

import asyncio
import re
from collections.abc import Callable, MutableMapping
from datetime import UTC, datetime

from aiohttp import hdrs, web

from recorder.tickets import Ticket

RETRY_AFTER_S = 5

FindTicket = Callable[[str, str, datetime], Ticket | None]

_BEARER = re.compile(r"Bearer +([A-Za-z0-9._~+/-]+=*) *", re.IGNORECASE)


async def admit(request: web.Request, find_ticket: FindTicket) -> Ticket:
    """The ticket of the recording in the address; `find_ticket` may block. Raises 401, 404, or 503."""
    bearer = _BEARER.fullmatch(request.headers.get(hdrs.AUTHORIZATION, ""))
    if bearer is None:
        raise web.HTTPUnauthorized(text="A ticket is needed.", headers={"WWW-Authenticate": 'Bearer realm="recorder"'})
    recording = request.match_info["recording"]
    try:
        ticket = await asyncio.to_thread(find_ticket, recording, bearer[1], datetime.now(UTC))
    except Exception as error:
        request.app.logger.exception("a ticket cannot be looked up")
        raise unavailable("Tickets cannot be looked up now.") from error
    if ticket is None:
        raise web.HTTPNotFound(text="No such recording.")
    return ticket


def unavailable(text: str) -> web.HTTPServiceUnavailable:
    """Come back later."""
    return web.HTTPServiceUnavailable(text=text, headers={"Retry-After": str(RETRY_AFTER_S)})


@web.middleware
async def cors(request: web.Request, handler: Callable) -> web.StreamResponse:
    """Any page may speak to us (RFC 9725 section 4.2): the ticket opens a recording, not where a page comes from."""
    try:
        response = await handler(request)
    except web.HTTPException as error:
        _allow(error.headers)
        raise
    _allow(response.headers)
    return response


def _allow(headers: MutableMapping[str, str]) -> None:
    headers["Access-Control-Allow-Origin"] = "*"
    headers["Access-Control-Allow-Methods"] = "OPTIONS, GET, PUT, POST, PATCH, DELETE"
    headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type, Content-Digest, If-Match"
    headers["Access-Control-Expose-Headers"] = "Location, ETag, Link, Accept-Patch, Retry-After"
    headers["Access-Control-Max-Age"] = "600"
