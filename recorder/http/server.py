"""The recorder process: one event loop that takes live sessions and slices, and tells the database that it is alive.

python -m recorder.http.server

It ends in peace: on SIGTERM, or when the office asks it to, it takes no new answers, waits for those that have begun
and for all that it has to be safe, and then ends. A second signal, or the end of its patience, ends it at once; what is
left is shipped by the next start.
"""

import asyncio
import contextlib
import logging
import signal
import uuid
from collections.abc import AsyncIterator, Coroutine
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import uvloop
from aiohttp import web

from recorder.http import auth, metrics, whip
from recorder.http.completion import Answers
from recorder.http.slices import Slices
from recorder.spool import tickets
from recorder.spool.spool import Spool
from recorder.spool.upload import Shipper
from recorder.webrtc import peer
from recorder.webrtc.network import Network
from recorder.webrtc.session import Sessions
from storage.base import logs
from storage.base.config import Config, config
from storage.base.database import session_scope
from storage.base.keys import key_store
from storage.base.objects import object_store
from storage.exam.ice_servers import IceServers
from storage.exam.recorder_nodes import beat, last_beat

log = logging.getLogger(__name__)

BEAT_S = 5
_LOOK_S = 0.2


class Recorder:
    """The parts of one process, and the two things they tell each other: something came, an answer is complete."""

    def __init__(self, settings: Config) -> None:
        self.settings = settings
        self.spool = Spool(settings.spool)
        self.root = urlsplit(settings.recorder_url).path
        self.shipper = Shipper(self.spool, object_store, key_store, settings.recorder_name)
        self.answers = Answers(self.spool, self._begun, self._complete)
        self.ice_servers = IceServers(settings.ice_servers, settings.turn_secret)
        self.told = metrics.Metrics(settings.recorder_name, self._numbers, settings.metrics_token)
        self.sessions = Sessions(
            self.spool,
            settings.recorder_capacity,
            self.ice_servers,
            self._first_packet,
            self.answers.live_ended,
            self.told.lost,
        )
        self.answers.watch(self.sessions)
        self.authenticator = auth.Authenticator(tickets.find)
        self.slices = Slices(self.spool, self.answers, self.authenticator, self.root)
        self.stopping = asyncio.Event()
        self._telling: set[asyncio.Task[Any]] = set()
        self._first = True

    def app(self) -> web.Application:
        s = self.settings
        peer.install(
            Network(
                s.recorder_addresses, s.recorder_udp_ports, not s.production, private_peers=s.recorder_private_peers
            )
        )
        app = web.Application(middlewares=[self.told.counting(), auth.cors], client_max_size=whip.LONGEST_BODY)
        if self.settings.whip:
            app.add_routes(whip.Whip(self.sessions, self.authenticator, self.ice_servers, self.root).routes())
        app.add_routes(self.slices.routes())
        app.add_routes([web.get(f"{self.root}/healthz", self._health)])
        app.add_routes([web.get(f"{self.root}/metrics", self.told.tell)])
        app.cleanup_ctx.append(self._life)
        return app

    def _numbers(self) -> dict[str, float]:
        return {
            "capacity": self.settings.recorder_capacity,
            "live_sessions": self.sessions.live,
            "open_answers": len(self.answers.recordings),
            "unsafe_answers": self.shipper.waiting,
            "draining": self.sessions.draining,
            "spool_free_bytes": self.spool.free,
        }

    async def _health(self, request: web.Request) -> web.Response:
        """200 while new sessions are taken, 503 while draining or without space. The disk and the loop are ours to
        judge; that the database is away is not, since live sessions go on without it. Strangers hear yes or no."""
        taking = not self.sessions.draining and self.spool.has_space
        state: dict[str, int] = {"taking": taking}
        if metrics.may_ask(request, self.settings.metrics_token):
            state |= {"live": self.sessions.live, "not_safe_yet": self.shipper.waiting}
        return web.json_response(state, status=200 if taking else 503)

    async def _life(self, _app: web.Application) -> AsyncIterator[None]:
        self._loop = asyncio.get_running_loop()
        self.answers.recover()
        tasks = [asyncio.create_task(self.spool.keep_safe()), asyncio.create_task(self._keep_telling())]
        yield
        self.answers.stop()
        await self.sessions.end()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        with contextlib.suppress(Exception):
            await asyncio.to_thread(self._say_goodbye)
        await self.shipper.stop()

    async def drain(self, patience_s: float) -> None:
        """Take no new answers, and return when those that have begun are complete and safe, or patience ends."""
        self.sessions.draining = self.slices.draining = True
        log.info("no new answers from here on; %d are going on", len(self.answers.recordings))
        with contextlib.suppress(Exception):
            await asyncio.to_thread(self._beat)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience_s):
                while self.answers.recordings or self.sessions.live or self._telling or self.shipper.waiting:
                    await asyncio.sleep(_LOOK_S)

    async def _keep_telling(self) -> None:
        """Heartbeat out, closed rows in."""
        while True:
            try:
                await asyncio.to_thread(self._beat)
                open_ones = self.sessions.recordings
                for recording in await asyncio.to_thread(tickets.closed_among, open_ones):
                    self.sessions.close(recording)
                here, name = self.answers.recordings, self.settings.recorder_name
                for recording in await asyncio.to_thread(tickets.gone_among, here, name):
                    self.answers.leave(recording)
            except Exception as error:  # A database that is away must not end what is being recorded.
                log.warning("the database does not hear us: %r", error)
            await asyncio.sleep(BEAT_S)

    def _beat(self) -> None:
        s = self.settings
        draining = self.sessions.draining
        with session_scope() as session:
            node = beat(
                session,
                s.recorder_name,
                s.recorder_url,
                s.recorder_capacity,
                self.sessions.live,
                draining,
                datetime.now(UTC),
                self._first,
            )
            asked = node.drain_asked
        self._first = False
        if asked and not draining:
            self._loop.call_soon_threadsafe(self.stopping.set)

    def _say_goodbye(self) -> None:
        with session_scope() as session:
            last_beat(session, self.settings.recorder_name, datetime.now(UTC))

    async def _first_packet(self, recording: uuid.UUID) -> None:
        try:
            await asyncio.to_thread(tickets.mark_receiving, recording, datetime.now(UTC))
        except Exception as error:  # The row learns it when the recording is captured.
            log.warning("recording %s receives, but its row does not know: %r", recording, error)

    def _begun(self, recording: uuid.UUID) -> None:
        self._tell(self._first_packet(recording))

    def _complete(self, recording: uuid.UUID) -> None:
        self._tell(self._close_and_ship(recording))

    def _tell(self, what: Coroutine[Any, Any, Any]) -> None:
        task = asyncio.create_task(what)
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)

    async def _close_and_ship(self, recording: uuid.UUID) -> None:
        try:
            await asyncio.to_thread(tickets.close, recording, datetime.now(UTC), self.settings.recorder_name)
        except Exception as error:  # Shipping closes it too.
            log.warning("recording %s is complete, but its row does not know: %r", recording, error)
        self.authenticator.drop(recording)
        self.shipper.ship(recording)


async def serve(settings: Config) -> None:
    """Serve until SIGTERM or SIGINT, then end in peace; at the second one, end all sessions and close their files."""
    host, _, port = settings.recorder_listen.rpartition(":")
    recorder = Recorder(settings)
    with recorder.spool.alone():
        now = asyncio.Event()

        def end() -> None:
            (now if recorder.stopping.is_set() else recorder.stopping).set()

        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, end)
        # Space for a slice: less, and each is read in several goes.
        runner = web.AppRunner(recorder.app(), access_log=None, shutdown_timeout=2, read_bufsize=1 << 20)
        await runner.setup()
        await web.TCPSite(runner, host or "127.0.0.1", int(port)).start()
        log.info("recorder %s listens on %s", settings.recorder_name, settings.recorder_listen)
        await recorder.stopping.wait()
        peace = asyncio.create_task(recorder.drain(settings.recorder_patience_s))
        at_once = asyncio.create_task(now.wait())
        await asyncio.wait([peace, at_once], return_when=asyncio.FIRST_COMPLETED)
        for task in (peace, at_once):
            task.cancel()
        await runner.cleanup()


def main() -> None:
    logs.begin()
    uvloop.run(serve(config()))


if __name__ == "__main__":
    main()
