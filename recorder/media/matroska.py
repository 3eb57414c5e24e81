"""Writes coded pictures and sound into a Matroska file, untouched, each with the time at which it was.

By hand, since it is a hundred lines and muxers differ in what they keep of Opus and of times: a file of this module
holds times of a tenth of a millisecond, two tracks at most, and no name, date or program version.
"""

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import av

from recorder.media.depacketize import PPS, SPS, Picture, nal_type

TICKS_PER_S = 10_000
_CLUSTER_TICKS = 20_000
VIDEO, AUDIO = 1, 2
OPUS_HEAD = b"OpusHead" + struct.pack("<BBHIhB", 1, 2, 0, 48000, 0, 0)
"""The setup data of stereo Opus at 48 kHz (RFC 7845, section 5.1)."""


class Block(NamedTuple):
    """One coded picture or packet of sound at `seconds` from the start of the file."""

    seconds: float
    track: int
    keyframe: bool
    data: bytes


@dataclass(frozen=True)
class VideoTrack:
    """A player's description of the picture: the codec, the size of its first picture, and its setup data."""

    codec: str
    width: int
    height: int
    private: bytes = b""


class Unusable(ValueError):
    """The pictures do not begin with a keyframe that a decoder accepts."""


def write(path: Path, video: VideoTrack | None, with_audio: bool, blocks: Iterable[Block]) -> None:
    """Write `blocks` (any order) of the picture and of stereo Opus at 48 kHz."""
    ordered = sorted(blocks, key=lambda block: (block.seconds, block.track != AUDIO))
    end = ordered[-1].seconds if ordered else 0.0
    tracks = []
    if video:
        picture = _element(0xE0, _number(0xB0, video.width), _number(0xBA, video.height))
        tracks.append(_track(VIDEO, 1, video.codec, video.private, picture))
    if with_audio:
        sound = _element(0xE1, _element(0xB5, struct.pack(">d", 48000.0)), _number(0x9F, 2))
        tracks.append(_track(AUDIO, 2, "A_OPUS", OPUS_HEAD, _number(0x56AA, 0), _number(0x56BB, 80_000_000), sound))
    information = _element(
        0x1549A966,
        _number(0x2AD7B1, 1_000_000_000 // TICKS_PER_S),
        _element(0x4489, struct.pack(">d", end * TICKS_PER_S)),
        _element(0x4D80, b"vignet"),
        _element(0x5741, b"vignet"),
    )
    with open(path, "wb") as file:
        file.write(
            _element(
                0x1A45DFA3,
                *(_number(id, n) for id, n in ((0x4286, 1), (0x42F7, 1), (0x42F2, 4), (0x42F3, 8))),
                _element(0x4282, b"matroska"),
                _number(0x4287, 4),
                _number(0x4285, 2),
            )
        )
        file.write(bytes.fromhex("18538067"))
        size_at = file.tell()
        file.write(bytes(8))
        file.write(information)
        file.write(_element(0x1654AE6B, *tracks))
        for start, cluster in _clusters(ordered):
            file.write(_element(0x1F43B675, _number(0xE7, start), *cluster))
        size = file.tell() - size_at - 8
        file.seek(size_at)
        file.write(_size(size))


def _clusters(ordered: Sequence[Block]) -> Iterable[tuple[int, list[bytes]]]:
    start = 0
    cluster: list[bytes] = []
    for block in ordered:
        ticks = round(block.seconds * TICKS_PER_S)
        if cluster and ticks - start > _CLUSTER_TICKS:
            yield start, cluster
            cluster = []
        if not cluster:
            start = ticks
        flags = 0x80 if block.keyframe else 0
        cluster.append(_element(0xA3, struct.pack(">BhB", 0x80 | block.track, ticks - start, flags), block.data))
    if cluster:
        yield start, cluster


def _track(number: int, kind: int, codec: str, private: bytes, *rest: bytes) -> bytes:
    setup = _element(0x63A2, private) if private else b""
    head = (_number(0xD7, number), _number(0x73C5, number), _number(0x83, kind), _number(0x9C, 0))
    return _element(0xAE, *head, _element(0x86, codec.encode()), setup, *rest)


def _element(identifier: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return identifier.to_bytes((identifier.bit_length() + 7) // 8, "big") + _size(len(body)) + body


def _number(identifier: int, value: int) -> bytes:
    return _element(identifier, value.to_bytes(max(1, (value.bit_length() + 7) // 8), "big"))


def _size(value: int) -> bytes:
    return (1 << 56 | value).to_bytes(8, "big")


def video_track(codec: str, pictures: Sequence[Picture]) -> tuple[VideoTrack, list[bytes]]:
    """The track and the data of each picture, in the form that Matroska wants. Raises Unusable.

    H.264 units get a length in front. Their parameter sets go into the setup data; they stay in the stream as well
    when they differ anywhere, which tells a later reader that the picture changes its shape on the way.
    """
    if not pictures or not pictures[0].keyframe:
        raise Unusable("the first picture is no keyframe")
    if codec == "V_VP8":
        width, height = struct.unpack_from("<HH", pictures[0].units[0], 6)
        if not width & 0x3FFF or not height & 0x3FFF:
            raise Unusable("a picture without a size")
        track = VideoTrack(codec, width & 0x3FFF, height & 0x3FFF)
        return track, [picture.units[0] for picture in pictures]
    first = pictures[0].units
    sets = {kind: list(dict.fromkeys(u for u in first if nal_type(u) == kind)) for kind in (SPS, PPS)}
    width, height = _h264_size(first)
    known = {*sets[SPS], *sets[PPS]}
    shapes = (unit for picture in pictures for unit in picture.units if nal_type(unit) in (SPS, PPS))
    kept = set() if all(unit in known for unit in shapes) else {SPS, PPS}
    data = [
        b"".join(
            len(unit).to_bytes(4, "big") + unit
            for unit in picture.units
            if nal_type(unit) not in (SPS, PPS) or nal_type(unit) in kept
        )
        for picture in pictures
    ]
    return VideoTrack(codec, width, height, _avc_configuration(sets[SPS], sets[PPS])), data


def _avc_configuration(sps: list[bytes], pps: list[bytes]) -> bytes:
    """The decoder configuration record of ISO/IEC 14496-15."""
    record = bytes([1]) + sps[0][1:4] + bytes([0xFF, 0xE0 | len(sps)])
    record += b"".join(len(unit).to_bytes(2, "big") + unit for unit in sps)
    record += bytes([len(pps)]) + b"".join(len(unit).to_bytes(2, "big") + unit for unit in pps)
    if sps[0][1] in (100, 110, 122, 144):
        record += bytes([0xFD, 0xF8, 0xF8, 0])
    return record


def _h264_size(units: Iterable[bytes]) -> tuple[int, int]:
    decoder = av.CodecContext.create("h264", "r")
    decoder.thread_count = 1
    try:
        stream = b"".join(b"\0\0\0\1" + unit for unit in units)
        frames = [*decoder.decode(av.Packet(stream)), *decoder.decode(None)]
    except (av.error.FFmpegError, ValueError) as error:
        raise Unusable("the first keyframe cannot be decoded") from error
    if not frames:
        raise Unusable("the first keyframe holds no picture")
    return frames[0].width, frames[0].height
