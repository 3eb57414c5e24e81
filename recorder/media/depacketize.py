"""RTP packets back into pictures: H.264 (RFC 6184) and VP8 (RFC 7741).

Everything happened already, so nothing is waited for: packets come sorted, holes are known. After a loss that
retransmission did not mend, pictures lean on something that is not there; they are dropped up to the next keyframe.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from typing import NamedTuple, Protocol


class Packet(NamedTuple):
    """One RTP packet of one track. `sequence` and `timestamp` no longer wrap; an empty payload is padding."""

    sequence: int
    timestamp: int
    marker: bool
    arrival_s: float
    payload: bytes


class Picture(NamedTuple):
    """One whole coded picture: `units` are NAL units (H.264) or one frame (VP8)."""

    timestamp: int
    keyframe: bool
    units: tuple[bytes, ...]


class Damaged(Exception):
    """These packets do not make a whole picture."""


class Codec(Protocol):
    matroska_id: str

    def begins(self, payload: bytes) -> bool:
        """True when this is surely the first packet of a keyframe, even when what came before is lost."""

    def picture(self, timestamp: int, payloads: Sequence[bytes]) -> Picture:
        """The picture in the packets of one timestamp. Raises Damaged."""


class Vp8:
    matroska_id = "V_VP8"

    def begins(self, payload: bytes) -> bool:
        try:
            start, body = self._strip(payload)
        except Damaged:
            return False
        return start and bool(body) and not body[0] & 1

    def picture(self, timestamp: int, payloads: Sequence[bytes]) -> Picture:
        stripped = [self._strip(payload) for payload in payloads]
        data = b"".join(body for _, body in stripped)
        if not stripped[0][0] or len(data) < 3:
            raise Damaged("the first partition is missing")
        keyframe = not data[0] & 1
        if keyframe and (len(data) < 10 or data[3:6] != b"\x9d\x01\x2a"):
            raise Damaged("a keyframe without a start code")
        return Picture(timestamp, keyframe, (data,))

    @staticmethod
    def _strip(payload: bytes) -> tuple[bool, bytes]:
        """True when the packet begins a frame, and what follows the payload descriptor (section 4.2)."""
        try:
            first, at = payload[0], 1
            if first & 0x80:
                extension, at = payload[1], 2
                if extension & 0x80:
                    at += 2 if payload[at] & 0x80 else 1
                at += bool(extension & 0x40) + bool(extension & 0x30)
        except IndexError as error:
            raise Damaged("the payload descriptor is cut off") from error
        return first & 0x17 == 0x10, payload[at:]


IDR, SPS, PPS, DELIMITER = 5, 7, 8, 9
# Units that can only stand before the slices of a picture: SEI, parameter sets, delimiter.
LEADING = (6, SPS, PPS, DELIMITER)


def nal_type(unit: bytes) -> int:
    return unit[0] & 0x1F


class H264:
    """Packetization mode 1: single NAL units, STAP-A and FU-A."""

    matroska_id = "V_MPEG4/ISO/AVC"

    def begins(self, payload: bytes) -> bool:
        if nal_type(payload) == 24:
            payload = payload[3:]
        if len(payload) < 3:
            return False
        # first_mb_in_slice is the first number of a slice; zero is written as a single one bit.
        if nal_type(payload) == 28:
            return payload[1] & 0x9F == 0x80 | IDR and payload[2] >= 0x80
        return nal_type(payload) in LEADING or (nal_type(payload) == IDR and payload[1] >= 0x80)

    def picture(self, timestamp: int, payloads: Sequence[bytes]) -> Picture:
        units = tuple(unit for unit in self._units(payloads) if nal_type(unit) != DELIMITER)
        kinds = {nal_type(unit) for unit in units}
        if not kinds & {1, 2, 5}:
            raise Damaged("no slice in it")
        return Picture(timestamp, IDR in kinds, units)

    @staticmethod
    def _units(payloads: Sequence[bytes]) -> Iterator[bytes]:
        fragments: list[bytes] | None = None
        for payload in payloads:
            kind = nal_type(payload)
            if fragments is not None and kind != 28:
                raise Damaged("a fragmented unit has no end")
            if 1 <= kind <= 23:
                yield payload
            elif kind == 24:
                at = 1
                while at < len(payload):
                    size = int.from_bytes(payload[at : at + 2], "big")
                    unit = payload[at + 2 : at + 2 + size]
                    if not size or len(unit) < size:
                        raise Damaged("an aggregated unit is cut off")
                    yield unit
                    at += 2 + size
            elif kind == 28 and len(payload) > 2:
                indicator, header = payload[0], payload[1]
                if header & 0x80:
                    fragments = [bytes([indicator & 0xE0 | header & 0x1F])]
                if fragments is None:
                    raise Damaged("a fragmented unit has no begin")
                fragments.append(payload[2:])
                if header & 0x40:
                    yield b"".join(fragments)
                    fragments = None
            else:
                raise Damaged(f"unit type {kind} is not of packetization mode 1")
        if fragments is not None:
            raise Damaged("a fragmented unit has no end")


CODECS: dict[str, type[Vp8] | type[H264]] = {"VP8": Vp8, "H264": H264}


@dataclass
class Pictures:
    """The pictures of one track, and how many were seen in part but had to be dropped."""

    pictures: list[Picture] = field(default_factory=list)
    dropped: int = 0


def depacketize(packets: Sequence[Packet], codec: Codec) -> Pictures:
    """The whole pictures in `packets`, which are sorted by sequence and hold each number once."""
    result = Pictures()
    groups = [list(group) for _, group in groupby(packets, key=lambda packet: packet.timestamp)]
    waiting = True
    last_sequence = None
    for index, group in enumerate(groups):
        filled = [packet for packet in group if packet.payload]
        after_hole = group[0].sequence - 1 != last_sequence
        last_sequence = group[-1].sequence
        if after_hole:
            waiting = True
        if not filled:
            continue
        following = groups[index + 1][0] if index + 1 < len(groups) else None
        ended = any(packet.marker for packet in group) or (
            following is not None and following.sequence == last_sequence + 1
        )
        whole = ended and all(b.sequence == a.sequence + 1 for a, b in pairwise(group))
        try:
            if not whole:
                raise Damaged("packets are missing")
            if after_hole and not codec.begins(filled[0].payload):
                raise Damaged("the first packets are missing")
            picture = codec.picture(group[0].timestamp, [packet.payload for packet in filled])
        except Damaged:
            waiting = True
            result.dropped += 1
            continue
        waiting = waiting and not picture.keyframe
        if waiting:
            result.dropped += 1
        else:
            result.pictures.append(picture)
    return result
