"""WHIP (RFC 9725): how a browser hands over a live stream by HTTP. Knows nothing of RTP.

POST opens a session of a recording, PATCH brings more ICE candidates, DELETE says that the answer is complete. A peer
that lost its road does not DELETE: it POSTs again, and the new session takes over. ICE restarts are not supported
(422), as a new session costs as little.
"""

import re
from collections.abc import Mapping
from typing import Any

from aiohttp import hdrs, web

from recorder.http.auth import Authenticator, unavailable
from recorder.webrtc.peer import Malformed, Unusable, read_offer
from recorder.webrtc.session import Busy, Session, Sessions
from storage.exam.ice_servers import IceServers

OFFER = "application/sdp"
FRAGMENT = "application/trickle-ice-sdpfrag"
LONGEST_BODY = 64 * 1024

_CREDENTIAL = re.compile(r"^a=ice-(ufrag|pwd):(.*)$", re.MULTILINE)


class Whip:
    """The endpoint, below the path `root`."""

    def __init__(
        self, sessions: Sessions, authenticator: Authenticator, ice_servers: IceServers, root: str = "/recorder"
    ) -> None:
        self._sessions, self._authenticator, self._root = sessions, authenticator, root
        self._ice_servers = ice_servers

    def routes(self) -> list[web.RouteDef]:
        endpoint, session = f"{self._root}/whip/{{recording}}", f"{self._root}/whip/{{recording}}/{{session}}"
        return [
            web.options(endpoint, self.options),
            web.options(session, self.options),
            web.post(endpoint, self.post),
            web.patch(session, self.patch),
            web.delete(session, self.delete),
        ]

    async def options(self, request: web.Request) -> web.Response:
        accepts = {"Accept-Patch": FRAGMENT} if "session" in request.match_info else {"Accept-Post": OFFER}
        return web.Response(status=204, headers=accepts)

    async def post(self, request: web.Request) -> web.Response:
        """Offer in, answer out; the new session's address in Location."""
        ticket = await self._authenticator.admit(request)
        if not ticket.open:
            raise web.HTTPConflict(text="This recording is closed.")
        text = await _body(request, OFFER)
        try:
            session, answer = await self._sessions.begin(ticket, read_offer(text))
        except Malformed as error:
            raise web.HTTPBadRequest(text=str(error)) from error
        except Unusable as error:
            raise web.HTTPUnprocessableEntity(text=str(error)) from error
        except Busy as error:
            raise unavailable("No capacity for another session now.") from error
        response = web.Response(status=201, text=answer, content_type=OFFER, headers={"ETag": _etag(session)})
        response.headers["Location"] = f"{self._root}/whip/{ticket.recording}/{session.id}"
        response.headers["Accept-Patch"] = FRAGMENT
        for server in self._ice_servers.of_take(ticket.recording, ticket.ends_at):
            for link in _ice_links(server):
                response.headers.add("Link", link)
        return response

    async def patch(self, request: web.Request) -> web.Response:
        """More candidates (RFC 9725 section 4.3.2)."""
        session = await self._session(request)
        fragment = await _body(request, FRAGMENT)
        match = request.headers.get(hdrs.IF_MATCH)
        if match is None:
            raise web.HTTPPreconditionRequired(text="If-Match is needed.")
        if match == "*" or not _same_credentials(fragment, session):
            raise web.HTTPUnprocessableEntity(text="ICE restarts are not supported; open a new session.")
        if match != _etag(session):
            raise web.HTTPPreconditionFailed(text="That is not this ICE session.")
        try:
            await session.peer.add_candidates(fragment.splitlines())
        except Malformed as error:
            raise web.HTTPBadRequest(text=str(error)) from error
        return web.Response(status=204, headers={"ETag": _etag(session)})

    async def delete(self, request: web.Request) -> web.Response:
        """The answer is complete. Who sends on until this is answered can still repeat what was lost on the way."""
        await self._sessions.finish(await self._session(request))
        return web.Response(text="Ended.\n")

    async def _session(self, request: web.Request) -> Session:
        ticket = await self._authenticator.admit(request)
        session = self._sessions.find(ticket.recording, request.match_info["session"])
        if session is None:
            raise web.HTTPNotFound(text="No such session.")
        return session


async def _body(request: web.Request, content_type: str) -> str:
    if request.content_type != content_type:
        raise web.HTTPUnsupportedMediaType(text=f"{content_type} is needed.")
    try:
        return (await request.read()).decode()
    except UnicodeDecodeError as error:
        raise web.HTTPBadRequest(text="The body is not UTF-8.") from error


def _etag(session: Session) -> str:
    return f'"{session.id.hex}"'


def _same_credentials(fragment: str, session: Session) -> bool:
    given = {name: value.strip() for name, value in _CREDENTIAL.findall(fragment)}
    user, password = session.peer.remote_credentials
    return bool(given.get("ufrag", user) == user and given.get("pwd", password) == password)


def _ice_links(server: Mapping[str, Any]) -> list[str]:
    """The Link values of RFC 9725 section 4.6 for one ICE server."""
    urls = [server["urls"]] if isinstance(server["urls"], str) else server["urls"]
    extra = ""
    if server.get("username"):
        extra = f'; username="{server["username"]}"; credential="{server.get("credential", "")}"'
        extra += '; credential-type="password"'
    return [f'<{url}>; rel="ice-server"{extra}' for url in urls]
