"""One visit to the disk for all that came within a moment: waking a thread costs more than what it then does."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

GATHER_S = 0.25
"""How long after a visit the next one begins at the earliest. Who comes alone is served at once."""
VISITS = 4
"""How many visits may go on at once: a disk that is slow to force a write serves several in the time of one."""


class Disk:
    """Does what blocks in threads of its own, what came together in the order in which it was asked for."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(VISITS, "disk")
        self._waiting: list[tuple[asyncio.Future[Any], Callable[[], Any]]] = []
        self._visited = 0.0  # by the loop's clock

    async def do(self, verb: Callable[[], Any]) -> Any:
        """Run `verb` on the next visit; its result or exception is this one's."""
        loop = asyncio.get_running_loop()
        if not self._waiting:
            loop.call_at(self._visited + GATHER_S, self._go, loop)
        done = loop.create_future()
        self._waiting.append((done, verb))
        return await done

    def _go(self, loop: asyncio.AbstractEventLoop) -> None:
        waiting, self._waiting = self._waiting, []
        self._visited = loop.time()
        self._threads.submit(self._visit, loop, waiting)

    def _visit(
        self, loop: asyncio.AbstractEventLoop, waiting: list[tuple[asyncio.Future[Any], Callable[[], Any]]]
    ) -> None:
        found = []
        for done, verb in waiting:
            try:
                found.append((done, done.set_result, verb()))
            except Exception as error:
                found.append((done, done.set_exception, error))
        loop.call_soon_threadsafe(_tell, found)


def _tell(found: list[tuple[asyncio.Future[Any], Callable[[Any], None], Any]]) -> None:
    for done, tell, what in found:
        if not done.cancelled():
            tell(what)
