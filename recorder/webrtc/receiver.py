"""RTP from the socket to the spool, the shortest way that Python has.

aiortc does ICE and DTLS. Once a session is connected, its media take a synchronous way past it: socket, SRTP, a look
at the header, append. Nothing is decoded, nothing is put in order; the worker does that from the file. What goes back
to the sender (reports, NACK, PLI, REMB) is decided here as well.

This file reaches into private parts of aiortc and aioice; tests/recorder/webrtc/test_aiortc_contract.py pins each of
them.
"""

import asyncio
import struct
from collections.abc import Callable
from typing import Any

import pylibsrtp
from aiortc import rtcrtpreceiver
from aiortc.rtcdtlstransport import RTCDtlsTransport
from aiortc.rtcrtpparameters import RTCRtpReceiveParameters

from recorder.spool import packet_file
from recorder.webrtc import rtcp
from recorder.webrtc.receive_stats import RateCap, Reception

_parse_fixed = struct.Struct(">BBHII").unpack_from
_now_us = packet_file.now_us

KEY_FRAME_EVERY_S = 2
"""A key frame this often lets the worker copy an H.264 picture instead of encoding it again."""


class Stream:
    """One negotiated track as it arrives. `repair_type` is the payload type of its retransmissions (RTX), if any."""

    def __init__(self, track: packet_file.Track, repair_type: int | None = None) -> None:
        self.track = track
        self.repair_type = repair_type
        self.record = packet_file.Kind.VIDEO if track.kind == "video" else packet_file.Kind.AUDIO
        self.ssrc = track.ssrc
        self.reception = Reception(track.clock_rate)
        self.cap = RateCap()
        self.last_report: tuple[int, int] | None = None  # the sender's NTP, and when it came in microseconds

    def change(self, ssrc: int) -> None:
        """Another source speaks from here on: its numbers have nothing to do with the last one's."""
        self.ssrc = ssrc
        self.reception = Reception(self.track.clock_rate)
        self.last_report = None


class Intake:
    """The media of one session: its streams, the sink that keeps them, and the transport that brings them.

    `packets` and `heard_us` tell the session whether anything comes in at all.
    """

    def __init__(self, streams: list[Stream], sink: packet_file.Writer) -> None:
        self.streams = streams
        self.packets = 0
        self.heard_us = packet_file.now_us()
        self._sink = sink
        self._by_type = {stream.track.payload_type: stream for stream in streams}
        self._by_repair_type = {stream.repair_type: stream for stream in streams if stream.repair_type is not None}
        self._own_ssrc = 0
        self._transport: RTCDtlsTransport | None = None
        self._bypassed: list[Any] = []
        self._timer: asyncio.TimerHandle | None = None
        self._seconds = 0

    @property
    def missing(self) -> bool:
        """True when packets are known to be lost and may still come."""
        return any(stream.reception.missing for stream in self.streams)

    def shares_lost(self) -> list[tuple[str, float]]:
        """Of each stream that came, "audio" or "video", the share of packets that the road lost."""
        shares = [(stream.track.kind, stream.reception.share_lost()) for stream in self.streams]
        return [(kind, share) for kind, share in shares if share is not None]

    def connect(self, transport: RTCDtlsTransport, own_ssrc: int) -> None:
        """Take over the connected transport's media; the first feedback goes out at once."""
        if self._transport is not None:
            return
        self._transport, self._own_ssrc = transport, own_ssrc
        transport._handle_rtp_data = self._slow_rtp  # type: ignore[method-assign]  # the way in to aiortc
        transport._handle_rtcp_data = self._slow_rtcp  # type: ignore[method-assign]  # the way in to aiortc
        for protocol in transport.transport._connection._protocols:
            fast = _fast_path(transport._rx_srtp, self.accept, protocol.datagram_received)
            protocol.datagram_received = fast  # type: ignore[method-assign]  # the way in past asyncio
            self._bypassed.append(protocol)
        for stream in self.streams:
            if stream.track.kind == "video" and stream.ssrc is not None:
                self._send(rtcp.maximum_bitrate(own_ssrc, stream.ssrc, stream.cap.bits_per_s))
                self._send(rtcp.picture_loss(own_ssrc, stream.ssrc))

    def disconnect(self) -> None:
        """Hear and say nothing any more."""
        for protocol in self._bypassed:
            del protocol.datagram_received
        self._bypassed.clear()
        self._by_type, self._by_repair_type, self.streams = {}, {}, []
        self._transport = None
        if self._timer:
            self._timer.cancel()

    def accept(self, packet: bytes) -> None:
        """Take one decrypted RTP packet. This is the hot path."""
        if len(packet) < 12:
            return
        _, second, sequence, timestamp, ssrc = _parse_fixed(packet)
        stream = self._by_type.get(second & 0x7F)
        if stream is None:
            self._repair(packet)
            return
        now = _now_us()
        if ssrc != stream.ssrc:
            self._greet(stream, ssrc, now)
        self.heard_us = now
        self.packets += 1
        self._sink.append(stream.record, now, packet)
        if stream.reception.add(sequence, timestamp, now):
            self._ask()

    def second(self) -> None:
        """The feedback of each second, one compound packet: receiver reports, the bit rate, at times a key frame."""
        self._seconds += 1
        now = packet_file.now_us()
        reports, wishes = [], b""
        for stream in self.streams:
            if stream.ssrc is None or stream.reception.highest < 0:
                continue
            fraction_lost = stream.reception.fraction_lost()
            reports.append(_report(stream, stream.ssrc, fraction_lost, now))
            if stream.track.kind == "video":
                wishes += rtcp.maximum_bitrate(self._own_ssrc, stream.ssrc, stream.cap.second(fraction_lost))
                if self._seconds % KEY_FRAME_EVERY_S == 0:
                    wishes += rtcp.picture_loss(self._own_ssrc, stream.ssrc)
        if reports:
            self._send(rtcp.receiver_report(self._own_ssrc, reports) + wishes)

    def _greet(self, stream: Stream, ssrc: int, now: int) -> None:
        stream.change(ssrc)
        self._sink.note(now, track=stream.track.kind, ssrc=ssrc)
        if stream.track.kind == "video":
            self._send(rtcp.maximum_bitrate(self._own_ssrc, ssrc, stream.cap.bits_per_s))
            self._send(rtcp.picture_loss(self._own_ssrc, ssrc))

    def _repair(self, packet: bytes) -> None:
        """Unwrap a retransmission (RFC 4588) that is still missed; browsers also send old ones as mere padding."""
        try:
            header = packet_file.parse(packet)
        except packet_file.RtpError:
            return
        stream = self._by_repair_type.get(header.payload_type)
        if stream is None or stream.ssrc is None or header.end - header.start < 2:
            return
        original = int.from_bytes(packet[header.start : header.start + 2], "big")
        if stream.reception.missing.pop(stream.reception.extended(original), None) is None:
            return
        second = header.marker << 7 | stream.track.payload_type
        fixed = struct.pack(">BBHII", packet[0] & 0xDF, second, original, header.timestamp, stream.ssrc)
        self.heard_us = packet_file.now_us()
        self.packets += 1
        restored = fixed + packet[12 : header.start] + packet[header.start + 2 : header.end]
        self._sink.append(stream.record, self.heard_us, restored)

    def _ask(self) -> None:
        """Ask for what is missing and due, and come back when more is."""
        if self._timer:
            self._timer.cancel()
            self._timer = None
        now = packet_file.now_us()
        soonest: int | None = None
        for stream in self.streams:
            if stream.ssrc is None:
                continue
            missing, look_us = stream.reception.due(now)
            for packet in rtcp.nack(self._own_ssrc, stream.ssrc, missing):
                self._send(packet)
            if stream.reception.unrecovered:
                stream.reception.unrecovered = False
                if stream.track.kind == "video":
                    self._send(rtcp.picture_loss(self._own_ssrc, stream.ssrc))
            if look_us is not None:
                soonest = look_us if soonest is None else min(soonest, look_us)
        if soonest is not None and self._transport is not None:
            # Not sooner than 5 ms, so that a burst of holes is one question and not many.
            wait = max(0.005, (soonest - now) / 1_000_000)
            self._timer = asyncio.get_running_loop().call_later(wait, self._ask)

    async def _slow_rtp(self, data: bytes, arrival_time_ms: int) -> None:  # noqa: ARG002 (as aiortc calls it)
        """Packets that aiortc had queued before the bypass was in place."""
        self.accept(data)

    async def _slow_rtcp(self, data: bytes) -> None:
        now = packet_file.now_us()
        known = False
        for report in rtcp.sender_reports(data):
            for stream in self.streams:
                if stream.ssrc == report.ssrc:
                    stream.last_report = (report.ntp_middle, now)
                    known = True
        if known:
            self._sink.append(packet_file.Kind.REPORT, now, data)

    def _send(self, packet: bytes) -> None:
        transport = self._transport
        if transport is None or transport.state != "connected":
            return
        pair = transport.transport._connection._nominated.get(1)
        if pair is not None:
            pair.protocol.transport.sendto(transport._tx_srtp.protect_rtcp(packet), pair.remote_addr)


class Receiver(rtcrtpreceiver.RTCRtpReceiver):
    """The receiver that a peer connection makes instead of aiortc's: no jitter buffer, no decoder, no thread.

    `intake` is set between offer and answer. A receiver without one (of a peer that only sends) receives nothing.
    """

    intake: Intake | None = None
    _own_ssrc = 0

    async def receive(self, parameters: RTCRtpReceiveParameters) -> None:  # noqa: ARG002 (as aiortc calls it)
        if self.intake is not None:
            self.intake.connect(self.transport, self._own_ssrc)

    async def stop(self) -> None:
        if self.intake is not None:
            self.intake.disconnect()

    def _set_rtcp_ssrc(self, ssrc: int) -> None:
        self._own_ssrc = ssrc


def _fast_path(
    srtp: pylibsrtp.Session, accept: Callable[[bytes], None], stock: Callable[..., Any]
) -> Callable[..., Any]:
    unprotect, refused = srtp.unprotect, pylibsrtp.Error

    def datagram_received(data: bytes, address: Any) -> None:
        # RFC 7983: media begin with 128..191, and RFC 5761: of these, RTCP has 192..223 in its second byte.
        if len(data) > 11 and 127 < data[0] < 192 and not 191 < data[1] < 224:
            try:
                packet = unprotect(data)
            except refused:
                return  # forged, or a copy of what already came
            accept(packet)
        else:
            stock(data, address)

    return datagram_received


def _report(stream: Stream, ssrc: int, fraction_lost: float, now: int) -> rtcp.ReceptionReport:
    reception = stream.reception
    ntp_middle, heard_us = stream.last_report or (0, now)
    return rtcp.ReceptionReport(
        ssrc,
        min(255, int(fraction_lost * 256)),
        reception.lost(),
        reception.highest,
        int(reception.jitter_s * stream.track.clock_rate),
        ntp_middle,
        min((now - heard_us) * 65536 // 1_000_000, 0xFFFFFFFF) if ntp_middle else 0,
    )
