"""What strangers' bytes reach first: one function for each reader, and bytes to begin with.

A target takes any bytes. It raises nothing, since what a reader may raise by its docstring is caught here.
"""

import atexit
import contextlib
import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from recorder.media import live_source, matroska, slices
from recorder.media.depacketize import CODECS, Packet, depacketize
from recorder.spool import packet_file
from recorder.spool.manifest import Manifest
from recorder.webrtc import peer, rtcp
from recorder.webrtc.receiver import Intake, Stream

FOLDER = Path(tempfile.mkdtemp(prefix="vignet-fuzz-"))
atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)
HEADER = packet_file.Header(
    "fuzz", 1, (packet_file.Track("video", "VP8", 102, 90000, 7), packet_file.Track("audio", "opus", 111, 48000))
)
MANIFEST = Manifest(3, 900, "0" * 64, 2.5, "video/webm;codecs=h264,opus", 1.0, (2.0,)).write()
OFFER = b"""v=0\r
o=- 1 1 IN IP4 0.0.0.0\r
s=-\r
t=0 0\r
a=group:BUNDLE 0 1\r
m=audio 9 UDP/TLS/RTP/SAVPF 111\r
c=IN IP4 0.0.0.0\r
a=mid:0\r
a=sendonly\r
a=rtcp-mux\r
a=ice-ufrag:abcd\r
a=ice-pwd:0123456789012345678901\r
a=fingerprint:sha-256 AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB\r
a=setup:actpass\r
a=rtpmap:111 opus/48000/2\r
a=rtcp-fb:111 nack\r
m=video 9 UDP/TLS/RTP/SAVPF 96 97\r
c=IN IP4 0.0.0.0\r
a=mid:1\r
a=sendonly\r
a=rtcp-mux\r
a=ice-ufrag:abcd\r
a=ice-pwd:0123456789012345678901\r
a=setup:actpass\r
a=rtpmap:96 VP8/90000\r
a=rtcp-fb:96 nack pli\r
a=rtpmap:97 rtx/90000\r
a=fmtp:97 apt=96\r
a=ssrc:12 cname:c\r
"""


@dataclass(frozen=True)
class Target:
    """A reader that strangers reach, and a few bytes that it accepts."""

    read: Callable[[bytes], None]
    seeds: tuple[bytes, ...]


def rtp_packet(data: bytes) -> None:
    with contextlib.suppress(packet_file.RtpError):
        header = packet_file.parse(data)
        assert 12 <= header.start <= header.end <= len(data)


def rtcp_compound(data: bytes) -> None:
    for report in rtcp.sender_reports(data):
        assert 0 <= report.ssrc < 1 << 32


def sdp_offer(data: bytes) -> None:
    with contextlib.suppress(peer.Malformed, peer.Unusable):
        assert peer.read_offer(data.decode(errors="replace")).tracks


def pictures(codec: str) -> Callable[[bytes], None]:
    """Payloads of at most 255 bytes, each with a byte of length and one of sequence, timestamp and marker in front."""

    def read(data: bytes) -> None:
        packets, sequence, timestamp = [], 0, 0
        for how, payload in _parts(data):
            sequence, timestamp = sequence + 1 + (how & 1), timestamp + (how >> 1 & 1)
            packets.append(Packet(sequence, timestamp, bool(how & 4), 0.0, payload))
        found = depacketize(packets, CODECS[codec]()).pictures
        assert not found or found[0].keyframe
        with contextlib.suppress(matroska.Unusable):
            track, blocks = matroska.video_track({"VP8": "V_VP8", "H264": "V_MPEG4/ISO/AVC"}[codec], found)
            assert track.width and track.height and len(blocks) == len(found)

    return read


def live_packets(data: bytes) -> None:
    """Decrypted packets of any kind in any order, with a second that passes after some."""
    writer = _writer("live.rtp")
    video, audio = HEADER.tracks
    intake = Intake([Stream(video, 103), Stream(audio, None)], writer)
    for how, payload in _parts(data):
        intake.accept(payload)
        if how & 1:
            intake.second()
    writer.close()
    assert intake.packets <= len(data)


def spool_records(data: bytes) -> None:
    """Whole records of a spool file that hold anything."""
    writer = _writer("whip-1.rtp")
    for how, payload in _parts(data):
        writer.append(packet_file.Kind(1 + how % packet_file.Kind.NOTE), 1 + (how >> 2), payload)
    writer.close()
    live_source.join([FOLDER / "whip-1.rtp"], FOLDER / "joined.mkv")


def spool_file(data: bytes) -> None:
    """A file of the live road, damaged anywhere: joined to a Matroska file or named as unreadable."""
    path = FOLDER / "whip-1.rtp"
    path.write_bytes(data)
    joined = live_source.join([path], FOLDER / "joined.mkv")
    assert joined.path is not None or joined.sessions or joined.unreadable == ("whip-1.rtp",)


def slice_manifest(data: bytes) -> None:
    with contextlib.suppress(ValueError, RecursionError):
        assert Manifest.read(Manifest.read(data).write()).count >= 0


def slices_after_a_hole(data: bytes) -> None:
    """What is kept of slices after a hole is never more than what came."""
    parts = [payload for _, payload in _parts(data)]
    if parts:
        for read in (slices._clusters, slices._fragments):
            assert len(b"".join(read(parts))) <= sum(map(len, parts))


def _writer(name: str) -> packet_file.Writer:
    path = FOLDER / name
    path.unlink(missing_ok=True)
    return packet_file.Writer(path, HEADER, 1)


def _parts(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + 2 <= len(data):
        yield data[at + 1], data[at + 2 : at + 2 + data[at]]
        at += 2 + data[at]


def _packed(*payloads: bytes) -> bytes:
    return b"".join(bytes([len(one), 4]) + one for one in payloads)


RTP_VIDEO = b"\x80\xe6\x00\x01\x00\x00\x00\x01\x00\x00\x00\x07" + b"\x10\x00\x00\x00\x9d\x01\x2a\x40\x01\xc0\x00"
RTP_REPAIR = b"\x80\xe7\x00\x01\x00\x00\x00\x01\x00\x00\x00\x09\x00\x02" + RTP_VIDEO[12:]
RTP_AUDIO = b"\x80\x6f\x00\x01\x00\x00\x00\x01\x00\x00\x00\x08\xfc\xff\xfe"
SENDER_REPORT = b"\x80\xc8\x00\x06" + bytes(3) + b"\x07" + bytes(20)


def _spooled() -> bytes:
    writer = _writer("seed.rtp")
    writer.append(packet_file.Kind.VIDEO, 2, RTP_VIDEO)
    writer.append(packet_file.Kind.AUDIO, 3, RTP_AUDIO)
    writer.append(packet_file.Kind.REPORT, 4, SENDER_REPORT)
    writer.note(5, end="delete")
    writer.close()
    return (FOLDER / "seed.rtp").read_bytes()


def _records(*payloads: bytes) -> bytes:
    return b"".join(bytes([len(one), kind]) + one for kind, one in enumerate(payloads))


VP8 = _packed(b"\x10\x00\x00\x00\x9d\x01\x2a\x40\x01\xc0\x00", b"\x90\x80\x01ab")
H264 = _packed(b"\x67\x42\xe0\x1f", b"\x18\x00\x02\x67\x42", b"\x7c\x85ab", b"\x65ab")
WEBM = _packed(b"\x1a\x45\xdf\xa3", b"ab\x1f\x43\xb6\x75cd")
MP4 = _packed(b"\0\0\0\x08ftyp", b"\0\0\0\x08moof\0\0\0\x09mdat.")

TARGETS = {
    "rtp_packet": Target(rtp_packet, (b"\x90\xe6\x00\x01" + bytes(8) + b"\xbe\xde\x00\x01" + bytes(8), b"\x80" * 12)),
    "rtcp_compound": Target(rtcp_compound, (b"\x80\xc8\x00\x06" + bytes(24) + b"\x81\xca\x00\x01" + bytes(4),)),
    "sdp_offer": Target(sdp_offer, (OFFER,)),
    "vp8_pictures": Target(pictures("VP8"), (VP8,)),
    "h264_pictures": Target(pictures("H264"), (H264,)),
    "live_packets": Target(live_packets, (_packed(RTP_VIDEO, RTP_AUDIO, RTP_REPAIR),)),
    "spool_records": Target(spool_records, (_records(RTP_VIDEO, RTP_AUDIO, SENDER_REPORT),)),
    "spool_file": Target(spool_file, (_spooled(),)),
    "slice_manifest": Target(slice_manifest, (MANIFEST, json.dumps({"count": 1}).encode())),
    "slices_after_a_hole": Target(slices_after_a_hole, (WEBM, MP4)),
}
