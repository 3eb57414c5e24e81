"""An offer as a browser makes it, and how it is posted."""

import aiohttp
from support.recorder_app import RecorderApp

OFFER = """v=0
o=- 1 1 IN IP4 0.0.0.0
s=-
t=0 0
a=group:BUNDLE 0 1
m=audio 9 UDP/TLS/RTP/SAVPF 111
c=IN IP4 0.0.0.0
a=mid:0
a=sendonly
a=rtcp-mux
a=ice-ufrag:abcd
a=ice-pwd:0123456789012345678901
a=fingerprint:sha-256 {fingerprint}
a=setup:actpass
a=rtpmap:111 opus/48000/2
a=rtcp-fb:111 nack
a=fmtp:111 minptime=10;useinbandfec=1
a=ssrc:11 cname:c
m=video 9 UDP/TLS/RTP/SAVPF 96 97 102 103
c=IN IP4 0.0.0.0
a=mid:1
a=sendonly
a=rtcp-mux
a=ice-ufrag:abcd
a=ice-pwd:0123456789012345678901
a=fingerprint:sha-256 {fingerprint}
a=setup:actpass
a=rtpmap:96 VP8/90000
a=rtcp-fb:96 nack
a=rtcp-fb:96 nack pli
a=rtcp-fb:96 goog-remb
a=rtpmap:97 rtx/90000
a=fmtp:97 apt=96
a=rtpmap:102 H264/90000
a=rtcp-fb:102 nack
a=rtcp-fb:102 nack pli
a=rtcp-fb:102 goog-remb
a=fmtp:102 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f
a=rtpmap:103 rtx/90000
a=fmtp:103 apt=102
a=ssrc:12 cname:c
""".format(fingerprint=":".join(["AB"] * 32)).replace("\n", "\r\n")


def headers(ticket: str, **more: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {ticket}", "Content-Type": "application/sdp", **more}


async def post(app: RecorderApp, recording: str, body: str | bytes, **more: str) -> aiohttp.ClientResponse:
    async with app.http.post(app.url(recording), data=body, headers=headers(recording, **more)) as response:
        await response.read()
        return response
