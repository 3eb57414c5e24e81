"""What a bad road does, and its half for TCP: a relay on which nothing is lost, as on TCP, and everything waits.

What TCP makes of it is said by two rules. Where packets are lost, Mathis et al. (1997) say how fast it still goes. When
the line was away, the sender tries again after a time that has doubled each time: up to as long again as the line
was away.
"""

import asyncio
import contextlib
import math
import random
from dataclasses import dataclass, field

QUEUE_S = 0.3
"""How long a packet may wait for a narrow road before it is thrown away, as routers do."""
POLITE_S = 0.15
"""How long a queue TCP makes for itself: it goes slower before it is thrown away."""
SEGMENT, ROUND_S = 1400, 0.04
BLOCK = 8 * SEGMENT
LOOK_S = 0.02


@dataclass
class Faults:
    """What the road does in both directions. `loss` is a share; `bits_per_s` 0 is as wide as it is.

    `burst_s` of every `burst_every_s` seconds nothing gets through at all. `udp`: whether there is a road for packets.
    """

    loss: float = 0.0
    delay_s: float = 0.0
    jitter_s: float = 0.0
    bits_per_s: float = 0.0
    burst_s: float = 0.0
    burst_every_s: float = 0.0
    away: bool = False
    udp: bool = True
    free: dict[bool, float] = field(default_factory=lambda: {True: 0.0, False: 0.0})
    """When the narrow road is free again, forth and back."""

    def mend(self) -> None:
        """A good road again."""
        self.loss = self.delay_s = self.jitter_s = self.bits_per_s = self.burst_s = self.burst_every_s = 0.0
        self.away, self.udp = False, True

    def closed(self, now: float) -> bool:
        """True when nothing gets through at this moment."""
        return self.away or (bool(self.burst_every_s) and now % self.burst_every_s < self.burst_s)

    def packet(self, size: int, forth: bool, now: float) -> float | None:
        """How many seconds a packet takes that is sent now; None when it does not arrive."""
        if not self.udp or self.closed(now) or random.random() < self.loss or self.queue(forth, now) > QUEUE_S:
            return None
        return self.late() + self.narrow(size, forth, now)

    def queue(self, forth: bool, now: float) -> float:
        """How long the narrow road is taken, in seconds from now."""
        return max(0.0, self.free[forth] - now) if self.bits_per_s else 0.0

    def narrow(self, size: int, forth: bool, now: float) -> float:
        """Take the narrow road for so many bytes; when they are through, in seconds from now."""
        if not self.bits_per_s:
            return 0.0
        self.free[forth] = max(now, self.free[forth]) + 8 * size / self.bits_per_s
        return self.free[forth] - now

    def late(self) -> float:
        return self.delay_s + self.jitter_s * random.random()

    def tcp_s(self, size: int) -> float:
        """How long TCP takes for so many bytes where packets are lost."""
        return size / SEGMENT * ROUND_S * math.sqrt(self.loss) / 1.22


async def lay(faults: Faults, port: int) -> int:
    """Listen on a free port of this machine and lead each connection to `port`; answers the free port."""

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there, back = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            return writer.close()
        with contextlib.suppress(OSError, asyncio.CancelledError):
            await asyncio.gather(_way(faults, reader, back, True), _way(faults, there, writer, False))
        for end in (writer, back):
            end.close()

    server = await asyncio.start_server(carry, "127.0.0.1", 0)
    return server.sockets[0].getsockname()[1]


async def _way(faults: Faults, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, forth: bool) -> None:
    """One direction of one connection. What is late overtakes nothing."""
    loop, late = asyncio.get_running_loop(), asyncio.Queue(64)

    async def deliver() -> None:
        while (arrives := await late.get()) is not None:
            await asyncio.sleep(arrives[0] - loop.time())
            writer.write(arrives[1])
            await writer.drain()
        with contextlib.suppress(OSError):
            writer.write_eof()

    delivering = asyncio.create_task(deliver())
    try:
        while data := await reader.read(BLOCK):
            await _open(faults, loop)
            await asyncio.sleep(faults.tcp_s(len(data)))
            while faults.queue(forth, loop.time()) > POLITE_S:
                await asyncio.sleep(LOOK_S)
            now = loop.time()
            await late.put((now + faults.late() + faults.narrow(len(data), forth, now), data))
        await late.put(None)
        await delivering
    finally:
        delivering.cancel()


async def _open(faults: Faults, loop: asyncio.AbstractEventLoop) -> None:
    """Wait until something gets through again, and as much longer as the sender has not noticed."""
    if not faults.closed(loop.time()):
        return
    since = loop.time()
    while faults.closed(loop.time()):
        await asyncio.sleep(LOOK_S)
    await asyncio.sleep(random.random() * (loop.time() - since))
