"""What the recorder is measured against: the least WHIP server that aiortc's own MediaRecorder can be put into.

`python tests/bench/media_recorder.py PORT FOLDER` records each session as an MP4 in the folder. GET /pictures answers
how many pictures the recorders have taken in, which tells whether they keep up.
"""

import asyncio
import itertools
import sys

from aiohttp import web
from aiortc import MediaStreamTrack, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.contrib.media import MediaRecorder


class Counted(MediaStreamTrack):
    """A track that counts what is taken from it."""

    taken = 0

    def __init__(self, track: MediaStreamTrack) -> None:
        super().__init__()
        self.kind, self._track = track.kind, track

    async def recv(self):
        frame = await self._track.recv()
        Counted.taken += self.kind == "video"
        return frame


def app(folder: str) -> web.Application:
    numbers, open_ones = itertools.count(1), []

    async def whip(request: web.Request) -> web.Response:
        connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        recorder = MediaRecorder(f"{folder}/{next(numbers)}.mp4")
        open_ones.append((connection, recorder))
        connection.on("track", lambda track: recorder.addTrack(Counted(track)))
        await connection.setRemoteDescription(RTCSessionDescription(await request.text(), "offer"))
        await connection.setLocalDescription(await connection.createAnswer())
        await recorder.start()
        return web.Response(status=201, text=connection.localDescription.sdp, content_type="application/sdp")

    async def pictures(request: web.Request) -> web.Response:
        return web.json_response(Counted.taken)

    async def end(_app: web.Application) -> None:
        for connection, recorder in open_ones:
            await recorder.stop()
            await connection.close()

    application = web.Application()
    application.add_routes([web.post("/whip", whip), web.get("/pictures", pictures)])
    application.on_shutdown.append(end)
    return application


if __name__ == "__main__":
    web.run_app(app(sys.argv[2]), host="127.0.0.1", port=int(sys.argv[1]), print=None, loop=asyncio.new_event_loop())
