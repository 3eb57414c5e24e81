"""One WebRTC peer: reads its offer, chooses what is recorded of it, and answers.

The answer holds one codec a track, so that a spool file has one payload type a track: H.264 where the browser has it,
since such a picture can be copied into the MP4, else VP8; Opus with NACK, which browsers grant when both sides ask.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from aiortc import (
    RTCConfiguration,
    RTCIceServer,
    RTCPeerConnection,
    RTCSessionDescription,
    rtcicetransport,
    rtcpeerconnection,
    sdp,
)
from aiortc import codecs as aiortc_codecs
from aiortc.exceptions import OperationError
from aiortc.rtcrtpparameters import RTCRtcpFeedback, RTCRtpCodecCapability, RTCRtpCodecParameters

from recorder.spool import packet_file
from recorder.webrtc import network
from recorder.webrtc.receiver import Intake, Receiver, Stream

CANDIDATES = 20
"""More candidates than this are not tried."""

_H264 = {"level-asymmetry-allowed": "1", "packetization-mode": "1"}
_PREFERRED = {
    "video": (
        RTCRtpCodecCapability("video/H264", 90000, parameters={**_H264, "profile-level-id": "42e01f"}),
        RTCRtpCodecCapability("video/H264", 90000, parameters={**_H264, "profile-level-id": "42001f"}),
        RTCRtpCodecCapability("video/VP8", 90000),
    ),
    "audio": (RTCRtpCodecCapability("audio/opus", 48000, 2),),
}
_RTX = RTCRtpCodecCapability("video/rtx", 90000)
_MALFORMED = (ValueError, AssertionError, AttributeError, IndexError, KeyError, StopIteration, TypeError)
"""aiortc's parser has no error of its own; these are what broken text makes of it."""


class Malformed(ValueError):
    """The text is no session description, or one without what every WebRTC offer has."""


class Unusable(ValueError):
    """A good offer, of which nothing can be recorded."""


@dataclass(frozen=True)
class Offer:
    """A peer's offer, reduced to what will be recorded."""

    text: str
    streams: tuple[Stream, ...]
    preferences: Mapping[str, RTCRtpCodecCapability]

    @property
    def tracks(self) -> tuple[packet_file.Track, ...]:
        return tuple(stream.track for stream in self.streams)


def read_offer(text: str) -> Offer:
    """Choose what to record of an offer. Raises Malformed or Unusable."""
    # Names ending in .local hide a browser's address. Its checks reach us all the same, while looking such a name up
    # would hold up the answer. And without an end of candidates, ICE waits for those that come by themselves.
    lines = [line for line in text.splitlines() if line != "a=end-of-candidates"]
    candidates = [line for line in lines if line.startswith("a=candidate:")]
    tried = [line for line in candidates if _may_try(line)][:CANDIDATES]
    text = "\r\n".join(line for line in lines if not line.startswith("a=candidate:") or line in tried) + "\r\n"
    try:
        description = sdp.SessionDescription.parse(text)
    except _MALFORMED as error:
        raise Malformed(f"not a session description ({error!r})") from error
    media = description.media
    if not media:
        raise Malformed("no media section")
    for section in media:
        if section.ice is None or not (section.ice.usernameFragment and section.ice.password):
            raise Malformed("ICE credentials are missing")
        if section.dtls is None or not section.dtls.fingerprints:
            raise Malformed("DTLS setup or fingerprint is missing")
        if section.kind in ("audio", "video") and not section.rtcp_mux:
            raise Unusable("RTP and RTCP must share a port (rtcp-mux)")
    kinds = sorted(section.kind for section in media)
    if kinds not in (["audio"], ["video"], ["audio", "video"]):
        raise Unusable("one audio and one video section at most, and nothing else")
    bundled = [item for group in description.group if group.semantic == "BUNDLE" for item in group.items]
    if len(media) > 1 and (len({s.rtp.muxId for s in media}) < 2 or any(s.rtp.muxId not in bundled for s in media)):
        raise Unusable("audio and video must share a transport (BUNDLE)")
    if any(section.direction not in ("sendonly", "sendrecv", None) for section in media):
        raise Unusable("each section must send")
    try:
        chosen = [(section, *_choose(section)) for section in media]
    except _MALFORMED as error:
        raise Unusable(str(error)) from error
    return Offer(
        text,
        tuple(_stream(section, codec) for section, _, codec in chosen),
        {section.kind: preference for section, preference, _ in chosen},
    )


def _choose(section: sdp.MediaDescription) -> tuple[RTCRtpCodecCapability, RTCRtpCodecParameters]:
    for preference in _PREFERRED[section.kind]:
        for codec in section.rtp.codecs:
            if codec.payloadType in section.fmt and rtcpeerconnection.is_codec_compatible(
                cast("RTCRtpCodecParameters", preference), codec
            ):
                return preference, codec
    raise Unusable(f"no {section.kind} codec that can be recorded")


def _stream(section: sdp.MediaDescription, codec: RTCRtpCodecParameters) -> Stream:
    repair = [c for c in section.rtp.codecs if c.name.lower() == "rtx" and c.parameters.get("apt") == codec.payloadType]
    track = packet_file.Track(
        kind=section.kind,
        codec={"h264": "H264", "vp8": "VP8", "opus": "opus"}[codec.name.lower()],
        payload_type=codec.payloadType or 0,
        clock_rate=codec.clockRate,
        ssrc=section.ssrc[0].ssrc if section.ssrc else None,
        fmtp=sdp.parameters_to_sdp(codec.parameters),
    )
    return Stream(track, repair[0].payloadType if repair and section.kind == "video" else None)


def _may_try(line: str) -> bool:
    fields = line.split()
    return len(fields) >= 8 and fields[1] == "1" and fields[2].lower() == "udp" and not fields[4].endswith(".local")


class Peer:
    """The connection with one peer. `etag` names its ICE session (RFC 9725 section 4.3.1)."""

    def __init__(self, offer: Offer, intake: Intake, ice_servers: Iterable[Mapping[str, Any]]) -> None:
        servers = [RTCIceServer(s["urls"], s.get("username"), s.get("credential")) for s in ice_servers]
        self._offer = offer
        self._intake = intake
        self.connection = RTCPeerConnection(RTCConfiguration(iceServers=servers))

    async def answer(self) -> str:
        """The answer, with all candidates of this side in it. Raises Unusable when aiortc cannot take the offer."""
        connection = self.connection
        for kind, preference in self._offer.preferences.items():
            transceiver = connection.addTransceiver(kind, direction="recvonly")
            transceiver.setCodecPreferences([preference, _RTX] if kind == "video" else [preference])
        try:
            await connection.setRemoteDescription(RTCSessionDescription(self._offer.text, "offer"))
        except (*_MALFORMED, OperationError) as error:
            raise Unusable(str(error)) from error
        for receiver in connection.getReceivers():
            cast("Receiver", receiver).intake = self._intake
        await connection.setLocalDescription()
        return connection.localDescription.sdp

    @property
    def connected(self) -> bool:
        return self.connection.connectionState == "connected"

    @property
    def gone(self) -> bool:
        """The peer said goodbye, or its road is dead (ICE consent, RFC 7675)."""
        return self.connection.connectionState in ("closed", "failed")

    @property
    def remote_credentials(self) -> tuple[str, str]:
        """User name and password of the peer's ICE session."""
        media = sdp.SessionDescription.parse(self._offer.text).media[0]
        user, password = (media.ice.usernameFragment, media.ice.password) if media.ice else (None, None)
        return user or "", password or ""

    async def add_candidates(self, lines: Iterable[str]) -> None:
        """Try more addresses of the peer: the lines `a=candidate:…` of an SDP fragment. Raises Malformed."""
        mid = sdp.SessionDescription.parse(self._offer.text).media[0].rtp.muxId
        for line in [line for line in lines if _may_try(line)][:CANDIDATES]:
            try:
                candidate = sdp.candidate_from_sdp(line.removeprefix("a=candidate:"))
                candidate.sdpMid = mid
                await self.connection.addIceCandidate(candidate)
            except _MALFORMED as error:
                raise Malformed(f"not a candidate: {line}") from error

    async def close(self) -> None:
        self._intake.disconnect()
        await self.connection.close()


def install(reach: network.Network) -> None:
    """Make aiortc in this process use our receiver, our addresses, and NACK for Opus. Once, before the first peer."""
    rtcpeerconnection.RTCRtpReceiver = Receiver  # type: ignore[attr-defined]  # aiortc has no other place for it
    rtcicetransport.Connection = network.Connection  # type: ignore[attr-defined]  # nor for this
    network.Connection.network = reach
    opus = next(codec for codec in aiortc_codecs.CODECS["audio"] if codec.name == "opus")
    opus.rtcpFeedback = [RTCRtcpFeedback(type="nack")]
