"""When an answer is complete: both of its roads have ended, or nobody comes back on them.

The live road has ended when its session says so (`session`). The slices have ended when the page has said how many
there are and all of them came, or when nothing came for ten minutes. What comes later makes the answer complete again.
"""

import asyncio
import logging
import math
import time
import uuid
from collections.abc import Callable

from recorder.spool.spool import Spool
from recorder.webrtc.session import Sessions

log = logging.getLogger(__name__)

QUIET_S = 600
"""How long nothing may come of slices that have begun, before what is here is the answer."""
LAST_WORDS_S = 3
"""How long the live road may still take once all slices are here."""


class Answers:
    """Both roads of all answers that are not complete.

    `began` is called when the first slice of an answer came, `done` when the answer is complete.
    """

    def __init__(self, spool: Spool, began: Callable[[uuid.UUID], None], done: Callable[[uuid.UUID], None]) -> None:
        self._spool, self._began, self._done = spool, began, done
        self._sessions: Sessions
        self._open: dict[uuid.UUID, float] = {}  # slices have begun, and not all are here: until when one may come
        self._announced: set[uuid.UUID] = set()  # slices will come, and none is here

    def watch(self, sessions: Sessions) -> None:
        """The live road that these answers take as well."""
        self._sessions = sessions

    def slices_will_come(self, recording: uuid.UUID) -> None:
        """The page records by itself, too: the live road alone is not the answer. Nothing of it is here yet."""
        if recording not in self._open:
            self._announced.add(recording)
            self._wait(recording, QUIET_S)

    def slice_came(self, recording: uuid.UUID) -> None:
        first = recording not in self._open or recording in self._announced
        self._announced.discard(recording)
        self._wait(recording, QUIET_S)
        if first:
            self._began(recording)

    def manifest_came(self, recording: uuid.UUID, complete: bool) -> None:
        """The page has ended; `complete`: and every slice is here."""
        if not complete:
            self._wait(recording, QUIET_S)
            return
        self._open.pop(recording, None)
        if recording in self._sessions.recordings:
            asyncio.get_running_loop().call_later(LAST_WORDS_S, self._hang_up, recording)
        else:
            self._done(recording)

    @property
    def recordings(self) -> set[uuid.UUID]:
        """Answers that are not complete, on either road."""
        return self._open.keys() | self._sessions.recordings

    def leave(self, recording: uuid.UUID) -> None:
        """The page goes on elsewhere: nothing more comes here."""
        self._open.pop(recording, None)
        if recording in self._sessions.recordings:
            self._sessions.close(recording)
        else:
            self._done(recording)

    def live_ended(self, recording: uuid.UUID) -> None:
        if recording not in self._open:
            self._done(recording)

    def recover(self) -> None:
        """Take up what an earlier process left in the spool."""
        self._spool.slices.clean()
        for recording in self._spool.recordings():
            listing = self._spool.slices.listing(recording)
            if listing.touched_s is not None and not listing.complete:
                self._wait(recording, max(1.0, QUIET_S - (time.time() - listing.touched_s)))
        self._sessions.recover()

    def stop(self) -> None:
        """Leave the rest to the next start."""
        self._open.clear()

    def _wait(self, recording: uuid.UUID, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        if recording not in self._open:
            loop.call_later(seconds, self._look, recording)
        self._open[recording] = loop.time() + seconds

    def _look(self, recording: uuid.UUID) -> None:
        """Each slice moves the end, not a timer."""
        loop = asyncio.get_running_loop()
        left = self._open.get(recording, math.inf) - loop.time()
        if left <= 0:
            self._quiet(recording)
        elif left < math.inf:
            loop.call_later(left, self._look, recording)

    def _quiet(self, recording: uuid.UUID) -> None:
        self._open.pop(recording, None)
        self._announced.discard(recording)
        log.info("nothing more comes of %s; what is here is the answer", recording)
        if recording not in self._sessions.recordings:
            self._done(recording)

    def _hang_up(self, recording: uuid.UUID) -> None:
        if recording in self._sessions.recordings:
            self._sessions.close(recording)
