"""When a live session begins and when it ends, and when an answer is complete.

One answer may take several sessions: a peer that lost its road comes back with a new one, which takes over from the
old one even if that still looks alive. The answer is complete when its peer says so, when its time is up, when its
row was closed, or when nobody came back.
"""

import asyncio
import logging
import uuid
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from recorder.spool import packet_file
from recorder.spool.spool import Spool
from recorder.spool.tickets import Ticket
from recorder.webrtc.peer import Offer, Peer
from recorder.webrtc.receiver import Intake
from storage.exam.ice_servers import IceServers

log = logging.getLogger(__name__)

START_S = 20
"""How long the first packet may take after the answer."""
SILENCE_S = 30
"""How long nothing may come before the peer is taken for lost."""
COMES_BACK_S = 30
"""How long a lost peer has to begin a new session of the same answer."""
LAST_REPAIR_S = 1
"""How long, after its peer said that the answer is complete, a session still waits for packets that were lost."""
MOST_BYTES_PER_S = 1_000_000
"""Three times what the peer is told to send; who sends more is cut off, since the disk is everybody's."""
MOST_PENDING = 16 * 1024 * 1024
"""Bytes that a failing disk may leave in memory."""


Lost = Callable[[str, float], None]
"""Hears, when a session ends, of each of its streams whether it is audio or video, and the share that the road lost."""


class Busy(Exception):
    """No capacity for another session now: draining, at capacity, or the disk is full."""


class Session:
    """One live session: a peer, what it sends, and the file that keeps it."""

    def __init__(self, ticket: Ticket, peer: Peer, intake: Intake, writer: packet_file.Writer) -> None:
        self.id = uuid.uuid4()
        self.ticket, self.peer, self.intake, self.writer = ticket, peer, intake, writer
        self._began_us = packet_file.now_us()
        self._stop: asyncio.Future[packet_file.End] = asyncio.get_running_loop().create_future()
        peer.connection.on("connectionstatechange", self._look)

    @property
    def recording(self) -> uuid.UUID:
        return self.ticket.recording

    def stop(self, reason: packet_file.End) -> None:
        """Let the session end; the first reason counts."""
        if not self._stop.done():
            self._stop.set_result(reason)

    async def run(self, first_packet: Callable[[], Awaitable[None]], lost: Lost) -> packet_file.End:
        """Live until somebody or something ends it, and leave a last note; returns why."""
        greeted = False
        while not self._stop.done():
            await asyncio.wait([self._stop], timeout=1)
            if self.intake.packets and not greeted:
                greeted = True
                await first_packet()
            self.intake.second()
            self._look()
        reason = self._stop.result()
        if reason is packet_file.End.DELETE:
            await self._repair()
        for kind, share in self.intake.shares_lost():
            lost(kind, share)
        self.intake.disconnect()
        self.writer.note(packet_file.now_us(), end=reason)
        return reason

    async def _repair(self) -> None:
        until_us = packet_file.now_us() + LAST_REPAIR_S * 1_000_000
        while self.intake.missing and not self.peer.gone and packet_file.now_us() < until_us:
            await asyncio.sleep(0.02)

    def _look(self) -> None:
        now = packet_file.now_us()
        lived_s = (now - self._began_us) / 1_000_000
        silent_s = (now - self.intake.heard_us) / 1_000_000
        if datetime.now(UTC) >= self.ticket.ends_at or self.writer.size > MOST_BYTES_PER_S * (lived_s + 10):
            self.stop(packet_file.End.LIMIT)
        elif self.writer.pending > MOST_PENDING:
            self.stop(packet_file.End.SHUTDOWN)
        elif self.peer.gone or silent_s > (SILENCE_S if self.intake.packets else START_S):
            self.stop(packet_file.End.LOST)


class Sessions:
    """All live sessions of this process. `complete` is called once for each answer of which nothing more will come."""

    def __init__(
        self,
        spool: Spool,
        capacity: int,
        ice_servers: IceServers,
        first_packet: Callable[[uuid.UUID], Awaitable[None]],
        complete: Callable[[uuid.UUID], None],
        lost: Lost = lambda _kind, _share: None,
    ) -> None:
        self.spool, self.capacity, self.ice_servers = spool, capacity, ice_servers
        self.draining = False  # only answers that have begun here are taken
        self.ended = False
        self._first_packet, self._complete, self._lost = first_packet, complete, lost
        self._newest: dict[uuid.UUID, Session] = {}  # by recording; stays until the answer is complete
        self._running: dict[Session, asyncio.Task[Any]] = {}
        self._waits: dict[uuid.UUID, asyncio.TimerHandle] = {}
        self._opening = 0

    @property
    def live(self) -> int:
        return len(self._running) + self._opening

    @property
    def recordings(self) -> set[uuid.UUID]:
        """Answers that are not complete: one of their sessions lives, or their peer may still come back."""
        return self._newest.keys() | self._waits.keys()

    def find(self, recording: uuid.UUID, session: str) -> Session | None:
        """The newest session of a recording, if that is its id. Older ones are nobody's any more."""
        newest = self._newest.get(recording)
        return newest if newest and str(newest.id) == session else None

    async def begin(self, ticket: Ticket, offer: Offer) -> tuple[Session, str]:
        """Open a session, which takes over from the one before; returns it and the answer to the offer.

        Raises Busy, or peer.Unusable.
        """
        old = self._newest.get(ticket.recording)
        taken = self.live - (old in self._running)
        strange = self.draining and not self.spool.folder(ticket.recording).exists()
        if strange or self.ended or taken >= self.capacity or not self.spool.has_space:
            raise Busy
        self._opening += 1
        try:
            session, answer = await self._open(ticket, offer)
        finally:
            self._opening -= 1
        old = self._newest.get(ticket.recording)
        self._newest[ticket.recording] = session
        self._stop_waiting(ticket.recording)
        if old:
            old.stop(packet_file.End.TAKEOVER)
        self._running[session] = asyncio.create_task(self._run(session))
        if self.ended:
            session.stop(packet_file.End.SHUTDOWN)
        return session, answer

    async def finish(self, session: Session) -> None:
        """The peer says that its answer is complete; returns when its file is closed and on the disk."""
        if task := self._running.get(session):
            session.stop(packet_file.End.DELETE)
            await asyncio.wait([task])
        else:
            self._finish_answer(session.recording)

    def close(self, recording: uuid.UUID) -> None:
        """The row says that this answer is complete."""
        session = self._newest.get(recording)
        if session in self._running:
            session.stop(packet_file.End.LIMIT)
        else:
            self._finish_answer(recording)

    def recover(self) -> None:
        """Take up what an earlier process left in the spool; its peers may still come back."""
        for recording in self.spool.recordings():
            if recording not in self._newest:
                self._wait(recording)

    async def end(self) -> None:
        """End all sessions and close their files; what they hold is shipped at the next start."""
        self.draining = self.ended = True
        for recording in list(self._waits):
            self._stop_waiting(recording)
        for session in self._running:
            session.stop(packet_file.End.SHUTDOWN)
        await asyncio.gather(*self._running.values(), return_exceptions=True)

    async def _open(self, ticket: Ticket, offer: Offer) -> tuple[Session, str]:
        try:
            writer = self.spool.begin(ticket.recording, offer.tracks)
        except OSError as error:
            log.error("the spool does not take a new session: %s", error)
            raise Busy from error
        intake = Intake(list(offer.streams), writer)
        peer = Peer(offer, intake, self.ice_servers.of_take(ticket.recording, ticket.ends_at))
        try:
            answer = await peer.answer()
        except BaseException:
            await peer.close()
            await self.spool.end(writer, keep=False)
            raise
        return Session(ticket, peer, intake, writer), answer

    async def _run(self, session: Session) -> None:
        reason = packet_file.End.LOST
        try:
            reason = await session.run(lambda: self._first_packet(session.recording), self._lost)
        except Exception:
            log.exception("session %s broke", session.id)
        finally:
            await session.peer.close()
            await self.spool.end(session.writer, keep=session.intake.packets > 0)
            del self._running[session]
        log.info("session %s of %s ended: %s", session.id, session.recording, reason)
        if self._newest.get(session.recording) is not session or reason is packet_file.End.SHUTDOWN:
            return
        if reason is packet_file.End.LOST:
            self._wait(session.recording)
        else:
            self._finish_answer(session.recording)

    def _wait(self, recording: uuid.UUID) -> None:
        loop = asyncio.get_running_loop()
        self._waits[recording] = loop.call_later(COMES_BACK_S, self._finish_answer, recording)

    def _stop_waiting(self, recording: uuid.UUID) -> None:
        if timer := self._waits.pop(recording, None):
            timer.cancel()

    def _finish_answer(self, recording: uuid.UUID) -> None:
        self._stop_waiting(recording)
        self._newest.pop(recording, None)
        self._complete(recording)
