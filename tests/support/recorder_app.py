"""The recorder's sessions behind real HTTP, with tickets and complete answers that a test can see."""

import asyncio
import contextlib
import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer

from recorder.http import auth, whip
from recorder.http.completion import Answers
from recorder.http.slices import Slices
from recorder.spool import packet_file
from recorder.spool.spool import Spool
from recorder.spool.tickets import Ticket
from recorder.webrtc import peer
from recorder.webrtc.network import Network
from recorder.webrtc.session import Session, Sessions
from storage.exam.ice_servers import IceServers

TURN_SECRET = "only-for-tests"


class RecorderApp:
    """One recorder without database. `admit` makes a recording whose ticket is its own id."""

    def __init__(self, root: Path, capacity: int = 10, ice_servers: Sequence[Mapping] = ()) -> None:
        self.tickets: dict[str, Ticket] = {}
        self.receiving: list[uuid.UUID] = []
        self.complete: list[uuid.UUID] = []
        self.spool, self.ice_servers = Spool(root), IceServers(ice_servers, TURN_SECRET)
        self.answers = Answers(self.spool, self.receiving.append, self.complete.append)
        self.lost: list[tuple[str, float]] = []
        roads = (self._first_packet, self.answers.live_ended, lambda kind, share: self.lost.append((kind, share)))
        self.sessions = Sessions(self.spool, capacity, self.ice_servers, *roads)
        self.answers.watch(self.sessions)
        self.http: aiohttp.ClientSession
        self.server: TestServer

    async def _first_packet(self, recording: uuid.UUID) -> None:
        self.receiving.append(recording)

    def admit(self, seconds: float = 60, closed: bool = False) -> str:
        recording = uuid.uuid4()
        ends_at = datetime.now(UTC) + timedelta(seconds=seconds)
        self.tickets[str(recording)] = Ticket(recording, ends_at, not closed)
        return str(recording)

    def find(self, recording: str, secret: str, now: datetime) -> Ticket | None:
        return self.tickets.get(recording) if secret == recording else None

    def url(self, path: str) -> str:
        return str(self.server.make_url(path if path.startswith("/") else f"/recorder/whip/{path}"))

    def session(self, recording: str) -> Session:
        """The newest session of a recording."""
        return self.sessions._newest[uuid.UUID(recording)]

    def files(self, recording: str) -> list[Path]:
        return self.spool.sessions(uuid.UUID(recording))

    def read(self, recording: str, session: int = 1) -> list[packet_file.Record]:
        return list(packet_file.read(self.files(recording)[session - 1]))

    def ends(self, recording: str) -> list[str]:
        """How each session's file ends."""
        return [list(packet_file.read(path))[-1].json().get("end") for path in self.files(recording)]


@contextlib.asynccontextmanager
async def running_app(root: Path, **options) -> AsyncIterator[RecorderApp]:
    peer.install(Network(loopback=True, private_peers=True))
    app = RecorderApp(root, **options)
    routes = web.Application(middlewares=[auth.cors], client_max_size=whip.LONGEST_BODY)
    authenticator = auth.Authenticator(app.find)
    routes.add_routes(whip.Whip(app.sessions, authenticator, app.ice_servers).routes())
    routes.add_routes(Slices(app.spool, app.answers, authenticator).routes())
    keeping = asyncio.create_task(app.spool.keep_safe())
    async with TestServer(routes) as app.server, aiohttp.ClientSession() as app.http:
        try:
            yield app
        finally:
            app.answers.stop()
            await app.sessions.end()
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)
