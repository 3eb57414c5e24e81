"""A real second peer for the tests: aiortc as a WHIP client that knows what it put on the wire."""

import asyncio
import fractions
from collections.abc import Callable

import aiohttp
import av
import numpy as np
from aiortc import (
    AudioStreamTrack,
    MediaStreamTrack,
    RTCConfiguration,
    RTCPeerConnection,
    RTCRtpSender,
    RTCSessionDescription,
    VideoStreamTrack,
)
from aiortc.rtp import is_rtcp

from recorder.spool import packet_file


class Picture(VideoStreamTrack):
    """A moving gradient."""

    def __init__(self, size: tuple[int, int] = (320, 240)) -> None:
        super().__init__()
        width, height = size
        self._ramp = np.tile(np.arange(width, dtype=np.uint8), (height * 3 // 2, 1))

    async def recv(self) -> av.VideoFrame:
        pts, time_base = await self.next_timestamp()
        frame = av.VideoFrame.from_ndarray(np.roll(self._ramp, pts // 1500, axis=1).copy(), format="yuv420p")
        frame.pts, frame.time_base = pts, fractions.Fraction(time_base)
        return frame


class Publisher:
    """Sends `tracks` to a WHIP endpoint. `sent` are the RTP packets it sent first, in order, before encryption.

    `drop(number)` says whether the datagram with the first sending of packet `number` is lost on its way.
    """

    def __init__(
        self,
        video: MediaStreamTrack | None = None,
        audio: MediaStreamTrack | None = None,
        codec: str = "video/H264",
        drop: Callable[[int], bool] = lambda number: False,
    ) -> None:
        self.connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self.sent: list[bytes] = []
        self.repeated = 0
        self.location = ""
        self.headers: dict[str, str] = {}
        self._drop = drop
        if audio:
            self.connection.addTransceiver(audio, direction="sendonly")
        if video:
            transceiver = self.connection.addTransceiver(video, direction="sendonly")
            known = RTCRtpSender.getCapabilities("video").codecs
            first = [c for c in known if c.mimeType in (codec, "video/rtx")]
            transceiver.setCodecPreferences(first)

    async def offer(self) -> str:
        await self.connection.setLocalDescription(await self.connection.createOffer())
        return self.connection.localDescription.sdp

    async def publish(self, http: aiohttp.ClientSession, url: str, ticket: str) -> None:
        """POST the offer, take the answer, and wait until media flow."""
        self._watch()
        headers = {"Authorization": f"Bearer {ticket}", "Content-Type": "application/sdp"}
        async with http.post(url, data=await self.offer(), headers=headers) as response:
            assert response.status == 201, (response.status, await response.text())
            self.location, self.headers = response.headers["Location"], dict(response.headers)
            self.answer = await response.text()
        await self.connection.setRemoteDescription(RTCSessionDescription(self.answer, "answer"))
        await until(lambda: self.connection.connectionState == "connected")

    async def stop_sending(self) -> None:
        for sender in self.connection.getSenders():
            await sender.stop()

    async def close(self) -> None:
        await self.connection.close()

    def _watch(self) -> None:
        seen: set[tuple[int, int]] = set()
        transport = self.connection.getSenders()[0].transport
        encrypt_and_send, send = transport._send_rtp, transport.transport._send
        lost = False

        async def plain(data: bytes) -> None:
            nonlocal lost
            lost = False
            if not is_rtcp(data):
                header = packet_file.parse(data)
                identity = (header.ssrc, header.sequence)
                if identity in seen:
                    self.repeated += 1
                else:
                    seen.add(identity)
                    self.sent.append(data)
                    lost = self._drop(len(self.sent))
            await encrypt_and_send(data)

        async def datagram(data: bytes) -> None:
            if not (lost and 127 < data[0] < 192):
                await send(data)

        transport._send_rtp, transport.transport._send = plain, datagram


def speech() -> MediaStreamTrack:
    return AudioStreamTrack()


async def until(met: Callable[[], object], seconds: float = 15) -> None:
    """Wait for a condition, not for a time."""
    async with asyncio.timeout(seconds):
        while not met():
            await asyncio.sleep(0.01)
