"""A cheap publisher of many live streams, so that a small machine can load a recorder.

`python tests/bench/load.py MATERIAL [SECONDS]` reads a JSON list of [address, bearer token] from its input, opens a
WHIP session for each, writes "ready" when all are connected, or after SECONDS those that are, and sends until its input
is closed. aiortc does ICE and DTLS alone; the packets were encoded before and are protected with libsrtp and put on the
socket by hand. Nobody's feedback is heard, so nothing is ever sent again.
"""

import asyncio
import contextlib
import json
import pickle
import shlex
import struct
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

import aiohttp
import av
import uvloop
from aiortc import RTCConfiguration, RTCPeerConnection, RTCRtpSender, RTCSessionDescription
from aiortc.codecs.vpx import Vp8Encoder
from imageio_ffmpeg import get_ffmpeg_exe
from yarl import URL

TICK_S = 0.005
GREET_S = 2
"""Also the time between two key frames."""
NTP_EPOCH_S = 2_208_988_800
CLOCK = {"video": 90_000, "audio": 48_000}
_head = struct.Struct(">BBHII").pack


class Piece(NamedTuple):
    """One packet without its header: when it is due (seconds from the beginning), and what it is."""

    at: float
    kind: str
    marker: bool
    payload: bytes


def make_material(path: Path, seconds: int = 4) -> None:
    """1280x720, 30 pictures a second, VP8 at 1 Mbps with a key frame every 2 s, and Opus at 40 kbps."""
    film = path.with_suffix(".mkv")
    picture, tone = f"testsrc2=s=1280x720:r=30:d={seconds}", f"anoisesrc=a=0.1:r=48000:d={seconds}"
    command = [get_ffmpeg_exe(), "-v", "error", "-y", "-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", tone]
    command += shlex.split("-c:v libvpx -deadline realtime -cpu-used 8 -g 60 -b:v 1M -c:a libopus -b:a 40k -ac 2")
    subprocess.run([*command, film], check=True)
    packer, pieces, sounds = Vp8Encoder(), [], 0
    with av.open(str(film)) as container:
        for packet in container.demux():
            if packet.pts is None:
                continue
            if packet.stream.type == "audio":
                if sounds < seconds * 50:
                    pieces.append(Piece(sounds * 0.02, "audio", False, bytes(packet)))
                sounds += 1
                continue
            at, payloads = float(packet.pts * packet.time_base), packer.pack(packet)[0]
            pieces += [Piece(at, "video", one is payloads[-1], one) for one in payloads]
    film.unlink()
    path.write_bytes(pickle.dumps((seconds, sorted(pieces, key=lambda piece: piece.at))))


class Stream:
    """One connection and how far it is in the material, which it sends round and round."""

    def __init__(self, seconds: int, pieces: list[Piece]) -> None:
        self.connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self._seconds, self._pieces = seconds, pieces
        self._round = self._next = 0
        self._reported = -1
        self._silence = next(piece.payload for piece in pieces if piece.kind == "audio")
        self._sequence = {"video": 1000, "audio": 5000}

    async def publish(self, http: aiohttp.ClientSession, address: str, token: str) -> None:
        self.connection.addTransceiver("audio", direction="sendonly")
        video = self.connection.addTransceiver("video", direction="sendonly")
        known = RTCRtpSender.getCapabilities("video").codecs
        video.setCodecPreferences([codec for codec in known if codec.mimeType == "video/VP8"])
        await self.connection.setLocalDescription(await self.connection.createOffer())
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/sdp"}
        async with http.post(address, data=self.connection.localDescription.sdp, headers=headers) as response:
            answer = await response.text()
            if response.status != 201:
                raise RuntimeError(f"{address}: {response.status} {answer}")
            self.session = response.url.join(URL(response.headers.get("Location", "")))
        await self.connection.setRemoteDescription(RTCSessionDescription(answer, "answer"))
        async with asyncio.timeout(30):
            while self.connection.connectionState != "connected":
                await asyncio.sleep(0.02)
        transceivers = {one.kind: one for one in self.connection.getTransceivers()}
        self._type = {kind: one._codecs[0].payloadType for kind, one in transceivers.items()}
        self._ssrc = {kind: one.sender._ssrc for kind, one in transceivers.items()}
        transport = video.sender.transport
        self._protect, self._protect_rtcp = transport._tx_srtp.protect, transport._tx_srtp.protect_rtcp
        pair = transport.transport._connection._nominated[1]
        self._socket, self._address = pair.protocol.transport, pair.remote_addr
        self._began = time.time()

    def begin(self, at: float) -> None:
        """Send what is due from then on, and not from the moment of the connection."""
        self._began = at

    def greet(self) -> None:
        """Send one packet of sound, so that nobody takes the stream for dead before it begins."""
        self._put("audio", False, 0.0, self._silence)

    def send(self, now: float) -> None:
        """Send all that is due."""
        lived = now - self._began
        if lived < 0:
            return
        if int(lived) > self._reported:
            self._reported = int(lived)
            self._report(now, lived)
        while (at := self._pieces[self._next].at + self._round * self._seconds) <= lived:
            piece = self._pieces[self._next]
            self._put(piece.kind, piece.marker, at, piece.payload)
            self._next += 1
            if self._next == len(self._pieces):
                self._next, self._round = 0, self._round + 1

    def _put(self, kind: str, marker: bool, at: float, payload: bytes) -> None:
        self._sequence[kind] = sequence = (self._sequence[kind] + 1) & 0xFFFF
        stamp = round(at * CLOCK[kind]) & 0xFFFFFFFF
        head = _head(0x80, marker << 7 | self._type[kind], sequence, stamp, self._ssrc[kind])
        self._socket.sendto(self._protect(head + payload), self._address)

    def _report(self, now: float, lived: float) -> None:
        """Sender reports, which tie the clocks of picture and sound together."""
        ntp = now + NTP_EPOCH_S
        for kind, ssrc in self._ssrc.items():
            stamp = round(lived * CLOCK[kind]) & 0xFFFFFFFF
            words = (0x80C80006, ssrc, int(ntp), int(ntp % 1 * 2**32), stamp, 0, 0)
            self._socket.sendto(self._protect_rtcp(struct.pack(">7I", *words)), self._address)


async def keep_sending(going: list[Stream]) -> None:
    """Send what is due, of streams that may be added meanwhile, until cancelled."""
    while True:
        now = time.time()
        for stream in going:
            stream.send(now)
        await asyncio.sleep(TICK_S)


async def keep_greeting(going: list[Stream]) -> None:
    """Keep streams alive that wait for others, until cancelled."""
    while True:
        for stream in going:
            stream.greet()
        await asyncio.sleep(GREET_S)


async def _nothing(*_arguments) -> None:
    """In place of aiortc's own sending."""


RTCRtpSender.send = _nothing


async def main() -> None:
    loop = asyncio.get_running_loop()
    wanted = json.loads(await loop.run_in_executor(None, sys.stdin.readline))
    seconds, pieces = pickle.loads(Path(sys.argv[1]).read_bytes())
    streams = [Stream(seconds, pieces) for _ in wanted]
    async with aiohttp.ClientSession() as http:
        going: list[Stream] = []
        # Who already sends at full rate leaves a busy machine no time for the connections of the others.
        greeting = asyncio.create_task(keep_greeting(going))
        longest_s = float(sys.argv[2]) if len(sys.argv) > 2 else None
        with contextlib.suppress(*(() if longest_s is None else (Exception,))):
            async with asyncio.timeout(longest_s):
                for stream, (address, token) in zip(streams, wanted, strict=True):
                    await stream.publish(http, address, token)
                    going.append(stream)
        greeting.cancel()
        now = time.time()
        for place, stream in enumerate(going):  # not all have a key frame at the same time
            stream.begin(now + GREET_S * place / len(going))
        sending = asyncio.create_task(keep_sending(going))
        print("ready", flush=True)
        await asyncio.wait([sending, loop.run_in_executor(None, sys.stdin.read)], return_when=asyncio.FIRST_COMPLETED)
        if sending.done():
            sending.result()
        sending.cancel()
    await asyncio.gather(*(stream.connection.close() for stream in streams), return_exceptions=True)


if __name__ == "__main__":
    uvloop.run(main())
