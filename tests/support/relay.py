"""A bad road between a peer and the recorder: a UDP relay that loses, delays, narrows, is reset, and goes away.

It reads WHIP's two texts. It takes the addresses out of an offer and puts its own into the answer, so that no packet
finds a way round it, whatever browser or machine sends it. What the same peer sends by TCP goes over the same road
(`wire`).
"""

import asyncio
import re
import threading
from collections.abc import Callable

from support import wire
from support.wire import Faults

_CANDIDATE = re.compile(r"^a=candidate:\S+ 1 udp \d+ (\d+\.\d+\.\d+\.\d+) (\d+) typ host.*\r\n", re.MULTILINE | re.I)
_ANY = re.compile(r"^a=candidate:.*\r\n", re.MULTILINE)

Send = Callable[[bytes], None]


class Relay:
    """Runs in a thread of its own until it is closed. `faults` may be changed at any time."""

    def __init__(self) -> None:
        self.faults = Faults()
        self._legs: list[_Leg] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def offer(self, sdp: str) -> str:
        """The offer without the peer's own addresses."""
        return _ANY.sub("", sdp)

    def answer(self, sdp: str) -> str:
        """The answer with an address of this relay in place of the recorder's."""
        found = _CANDIDATE.findall(sdp)
        host, port = next((one for one in found if one[0] != "127.0.0.1"), found[0])
        leg = asyncio.run_coroutine_threadsafe(self._open(host, int(port)), self._loop).result(5)
        ours = f"a=candidate:1 1 udp 2130706431 {host} {leg.port} typ host\r\n"
        before, _, after = sdp.partition("a=candidate:")
        return before + ours + _ANY.sub("", f"a=candidate:{after}")

    def wire(self, port: int) -> int:
        """A port of this machine that leads to `port` by TCP, over this road."""
        return asyncio.run_coroutine_threadsafe(wire.lay(self.faults, port), self._loop).result(5)

    def reset(self) -> None:
        """Let nothing through any more of the connections that there are, as a router does that has started anew."""
        for leg in self._legs:
            leg.reset = True

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(_end_all(), self._loop).result(5)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    async def _open(self, host: str, port: int) -> "_Leg":
        leg = _Leg(self.faults, (host, port))
        await self._loop.create_datagram_endpoint(lambda: leg, local_addr=(host, 0))
        self._legs.append(leg)
        return leg


async def _end_all() -> None:
    """End whatever this loop is at."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


class _Leg(asyncio.DatagramProtocol):
    """The road to one address of the recorder: each address of the peer gets a socket of its own towards it."""

    def __init__(self, faults: Faults, recorder: tuple[str, int]) -> None:
        self.faults, self.recorder, self.reset = faults, recorder, False
        self._inner: dict[tuple, _Lane] = {}
        self._transport: asyncio.DatagramTransport

    @property
    def port(self) -> int:
        return self._transport.get_extra_info("sockname")[1]

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, peer: tuple) -> None:
        lane = self._inner.get(peer)
        if lane is None:
            lane = self._inner[peer] = _Lane(self, lambda back: self._transport.sendto(back, peer))
            lane.opening = asyncio.create_task(lane.open(self.recorder))
        lane.towards(data)


class _Lane(asyncio.DatagramProtocol):
    """One peer's packets to the recorder and back."""

    def __init__(self, leg: _Leg, back: Send) -> None:
        self._leg, self._back = leg, back
        self._loop = asyncio.get_running_loop()
        self._early: list[bytes] = []
        self._transport: asyncio.DatagramTransport | None = None
        self.opening: asyncio.Task

    async def open(self, recorder: tuple[str, int]) -> None:
        transport, _ = await self._loop.create_datagram_endpoint(lambda: self, remote_addr=recorder)
        self._transport = transport
        for data in self._early:
            self.towards(data)

    def towards(self, data: bytes) -> None:
        if self._transport is None:
            self._early.append(data)
        else:
            self._pass(data, True, self._transport.sendto)

    def datagram_received(self, data: bytes, _: tuple) -> None:
        self._pass(data, False, self._back)

    def error_received(self, _: OSError) -> None:
        """The recorder has closed that port; so be it."""

    def _pass(self, data: bytes, forth: bool, send: Send) -> None:
        now = self._loop.time()
        wait = None if self._leg.reset else self._leg.faults.packet(len(data), forth, now)
        if wait is None:
            return
        if wait:
            self._loop.call_later(wait, send, data)
        else:
            send(data)
