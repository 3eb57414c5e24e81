"""Reads the files of an answer made by lot (`made_answers`) once, and decodes no picture or sound twice.

The product itself reads each file: what it read is noted and asked again, in place of opening that file anew. A picture
and a packet of sound that were coded once (`coded_once`) are decoded once.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from unittest.mock import patch

import av
import numpy as np
from support.coded_once import HEARD_RATE, matroska_id, number_of, samples

from recorder.media import matroska, measure, packets, select_source, stitch
from recorder.media.matroska import AUDIO, VIDEO, Block, VideoTrack
from recorder.media.measure import Scan, scan
from recorder.media.road import Road


@dataclass
class Content:
    """What a file holds: its picture, and its packets in its order, at seconds since it began by FFmpeg's word."""

    track: VideoTrack | None = None
    blocks: list[Block] = field(default_factory=list)


class Reading:
    """What was found in the files of one answer."""

    def __init__(self) -> None:
        self._contents: dict[str, Content] = {}
        self._scans: dict[Path, Scan] = {}

    def content(self, path: Path) -> Content:
        """What is in a file that was scanned before."""
        return self._contents[str(path)]

    def scan(self, path: Path) -> Scan:
        """What a scan of this file says. Raises Unreadable."""
        return self._scans.get(path) or self._scan(path)

    def _scan(self, path: Path) -> Scan:
        self._scans.pop(path, None)
        found = self._scans[path] = scan(path)
        return found

    def _packets(self, container, *wanted):
        start_s = (container.start_time or 0) / 1e6
        content = self._contents[container.name] = Content(_track(container))
        numbers = {track.stream.index: VIDEO if track.stream.type == "video" else AUDIO for track in wanted if track}
        ticks = {track.stream.index: track.stream.time_base.as_integer_ratio() for track in wanted if track}
        for track, packet in packets_of(container, *wanted):
            index = track.stream.index
            count, each = ticks[index]
            at_s = packet.pts * count / each - start_s
            content.blocks.append(Block(at_s, numbers[index], packet.is_keyframe, bytes(packet)))
            yield track, packet

    def _heard(self, road: Road) -> np.ndarray:
        """As `stitch.heard`, of what was decoded once."""
        found = bytearray()
        for block in self.content(road.path).blocks:
            if block.track == AUDIO and (known := number_of(block.data)):
                silence = round((block.seconds - road.found.begin_off_s) * HEARD_RATE) - len(found) // 2
                if silence > HEARD_RATE // 100:
                    found += bytes(2 * silence)
                found += samples()[known[1]]
        return np.frombuffer(found, np.int16)

    @contextmanager
    def noted(self) -> Iterator[None]:
        """While the product reads, what it reads is noted."""
        with ExitStack() as stack:
            stack.enter_context(patch.object(select_source, "scan", self._scan))
            stack.enter_context(patch.object(packets, "packets", self._packets))
            stack.enter_context(patch.object(stitch, "heard", self._heard))
            stack.enter_context(patch.object(measure, "_size", _size))
            stack.enter_context(patch.object(matroska, "_h264_size", _h264_size))
            yield


packets_of, size_of, h264_size_of = packets.packets, measure._size, matroska._h264_size


def _track(container) -> VideoTrack | None:
    stream = next(iter(container.streams.video), None)
    if stream is None or not stream.codec_context:
        return None
    context = stream.codec_context
    codec = matroska_id({"vp8": "VP8"}.get(context.name, "H264"))
    return VideoTrack(codec, context.width, context.height, bytes(context.extradata or b""))


def _size(stream, packet) -> tuple[int, int]:
    return _decoded_size(stream.codec_context.name, bytes(stream.codec_context.extradata or b""), bytes(packet))


@lru_cache(2000)
def _decoded_size(name: str, private: bytes, data: bytes) -> tuple[int, int]:
    context = av.CodecContext.create(name, "r")
    context.extradata = private or None
    return size_of(_Stream(context), av.Packet(data))


@dataclass(frozen=True)
class _Stream:
    """As much of a stream as the size of a picture asks for."""

    codec_context: av.CodecContext


def _h264_size(units) -> tuple[int, int]:
    return _decoded_h264_size(tuple(units))


@lru_cache(2000)
def _decoded_h264_size(units: tuple[bytes, ...]) -> tuple[int, int]:
    return h264_size_of(units)
