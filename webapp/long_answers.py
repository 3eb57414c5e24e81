"""Answers that are sent for minutes: few at once, so that whoever reads them slowly leaves threads for all others.

The edge takes 8 MB of an answer from the web app at once; what is longer holds a thread until it is read. One person
reads one of them at a time, and the edge ends each after half an hour.
"""

import threading
import uuid
from collections.abc import Iterable, Iterator

from flask import abort

MOST = 3
"""Of the eight threads of a process."""
AT_ONCE = 8 * 1024 * 1024
"""Bytes of an answer that the edge takes at once (`response_buffers` in docker/edge/Caddyfile)."""

_lock = threading.Lock()
_readers: set[uuid.UUID] = set()


class Long:
    """A body that holds one of the few places until it is sent, or given up."""

    def __init__(self, reader: uuid.UUID, body: Iterable[bytes]) -> None:
        """Answers 503 when this reader has one already, or all places are taken."""
        with _lock:
            if reader in _readers or len(_readers) >= MOST:
                abort(503)
            _readers.add(reader)
        self._reader, self._body, self._open = reader, iter(body), True

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        try:
            return next(self._body)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Give the place back; the server calls it whatever happened. Twice is once."""
        with _lock:
            if self._open:
                # Only once: by the second time this reader may have begun another.
                self._open = False
                _readers.discard(self._reader)
