"""The recorder process: one event loop that takes live sessions and slices, and tells the database that it is alive.

python -m recorder.server
"""

import asyncio
import contextlib
import logging
import signal
import uuid
from collections.abc import AsyncIterator, Coroutine
from datetime import UTC, datetime

import uvloop
from aiohttp import web

from recorder import door, peer, tickets, whip
from recorder.complete import Answers
from recorder.network import Network
from recorder.session import Sessions
from recorder.ship import Shipper
from recorder.slices import Slices
from recorder.spool import Spool
from storage.config import Config, config
from storage.database import session_scope
from storage.keys import key_store
from storage.nodes import beat
from storage.objects import object_store

log = logging.getLogger(__name__)

BEAT_S = 5


class Recorder:
    """The parts of one process, and the two things they tell each other: something came, an answer is complete."""

    def __init__(self, settings: Config) -> None:
        self.settings = settings
        self.spool = Spool(settings.spool)
        self.shipper = Shipper(self.spool, object_store, key_store)
        self.answers = Answers(self.spool, self._begun, self._complete)
        self.sessions = Sessions(
            self.spool, settings.recorder_capacity, settings.ice_servers, self._first_packet, self.answers.live_ended
        )
        self.answers.watch(self.sessions)
        self.door = door.Door(tickets.find)
        self._telling: set[asyncio.Task] = set()

    def app(self) -> web.Application:
        peer.install(
            Network(self.settings.recorder_addresses, self.settings.recorder_udp_ports, not self.settings.production)
        )
        app = web.Application(middlewares=[door.cors], client_max_size=whip.LONGEST_BODY)
        if self.settings.whip:
            app.add_routes(whip.Whip(self.sessions, self.door, self.settings.ice_servers).routes())
        app.add_routes(Slices(self.spool, self.answers, self.door).routes())
        app.add_routes([web.get("/recorder/healthz", self._health)])
        app.cleanup_ctx.append(self._life)
        return app

    async def _health(self, request: web.Request) -> web.Response:
        """200 while new sessions are taken, 503 while draining or without room. The disk and the loop are ours to
        judge; that the database is away is not, since live sessions go on without it."""
        taking = not self.sessions.draining and self.spool.has_room
        state = {"taking": taking, "live": self.sessions.live, "not_safe_yet": self.shipper.waiting}
        return web.json_response(state, status=200 if taking else 503)

    async def _life(self, app: web.Application) -> AsyncIterator[None]:
        self.answers.recover()
        tasks = [asyncio.create_task(self.spool.keep_safe()), asyncio.create_task(self._keep_telling())]
        yield
        self.answers.stop()
        await self.sessions.drain()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        with contextlib.suppress(Exception):
            await asyncio.to_thread(self._beat)
        await self.shipper.stop()

    async def _keep_telling(self) -> None:
        """Heartbeat out, closed rows in."""
        while True:
            try:
                await asyncio.to_thread(self._beat)
                open_ones = self.sessions.recordings
                for recording in await asyncio.to_thread(tickets.closed_among, open_ones):
                    self.sessions.close(recording)
            except Exception as error:  # A database that is away must not end what is being recorded.
                log.warning("the database does not hear us: %r", error)
            await asyncio.sleep(BEAT_S)

    def _beat(self) -> None:
        s = self.settings
        with session_scope() as session:
            beat(
                session,
                s.recorder_name,
                s.recorder_url,
                s.recorder_capacity,
                self.sessions.live,
                self.sessions.draining,
                datetime.now(UTC),
            )

    async def _first_packet(self, recording: uuid.UUID) -> None:
        try:
            await asyncio.to_thread(tickets.mark_receiving, recording, datetime.now(UTC))
        except Exception as error:  # The row learns it when the recording is captured.
            log.warning("recording %s receives, but its row does not know: %r", recording, error)

    def _begun(self, recording: uuid.UUID) -> None:
        self._tell(self._first_packet(recording))

    def _complete(self, recording: uuid.UUID) -> None:
        self._tell(self._close_and_ship(recording))

    def _tell(self, what: Coroutine) -> None:
        task = asyncio.create_task(what)
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)

    async def _close_and_ship(self, recording: uuid.UUID) -> None:
        try:
            await asyncio.to_thread(tickets.close, recording, datetime.now(UTC))
        except Exception as error:  # Shipping closes it too.
            log.warning("recording %s is complete, but its row does not know: %r", recording, error)
        self.door.forget(recording)
        self.shipper.ship(recording)


async def serve(settings: Config) -> None:
    """Serve until SIGTERM or SIGINT, then end all sessions and close their files."""
    host, _, port = settings.recorder_listen.rpartition(":")
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    runner = web.AppRunner(Recorder(settings).app(), access_log=None, shutdown_timeout=2)
    await runner.setup()
    await web.TCPSite(runner, host or "127.0.0.1", int(port)).start()
    log.info("recorder %s listens on %s", settings.recorder_name, settings.recorder_listen)
    await stop.wait()
    await runner.cleanup()


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    for noisy in ("aioice", "aiortc", "botocore"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    uvloop.run(serve(config()))


if __name__ == "__main__":
    main()
