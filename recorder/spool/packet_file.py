"""The spool file of one live session: how it is written, how it is read back, and what an RTP header says.

Capture and processing agree on nothing but this file. It is append-only, and each record stands by itself, so what
was flushed before a crash can be read after it:

    kind (1 byte) | arrival, microseconds since the Unix epoch (8 bytes) | payload length (2 bytes) | payload

The first record is the header. A file without an end note was cut short by a crash.
"""

import json
import os
import struct
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from enum import IntEnum, StrEnum
from pathlib import Path
from typing import Any, NamedTuple

VERSION = 1
_RECORD = struct.Struct(">BQH")
_RTP = struct.Struct(">BBHII")
_pack_record = _RECORD.pack
_parse_fixed = _RTP.unpack_from


def now_us() -> int:
    """Microseconds since the Unix epoch, the clock of a spool file."""
    return time.time_ns() // 1000


class SpoolError(ValueError):
    """The file is not a spool file that this version can read."""


class RtpError(ValueError):
    """The bytes are not an RTP packet."""


class Kind(IntEnum):
    """Kinds of records."""

    HEADER = 0
    VIDEO = 1
    AUDIO = 2
    REPORT = 3
    """RTCP as received, a compound packet that begins with a sender report: it ties RTP time to the sender's clock."""
    NOTE = 4


class End(StrEnum):
    """Why a session ended, in its last note."""

    DELETE = "delete"
    LOST = "lost"
    LIMIT = "limit"
    TAKEOVER = "takeover"
    SHUTDOWN = "shutdown"


class Record(NamedTuple):
    kind: Kind
    arrival_us: int
    payload: bytes

    def json(self) -> dict[str, Any]:
        """The content of a header or a note."""
        content: dict[str, Any] = json.loads(self.payload)
        return content


@dataclass(frozen=True)
class Track:
    """One negotiated track. `ssrc` is None where the offer named none; a note tells it once a packet came."""

    kind: str
    codec: str
    payload_type: int
    clock_rate: int
    ssrc: int | None = None
    fmtp: str = ""


@dataclass(frozen=True)
class Header:
    """The first record: whose recording this is, the how-manieth session of it, and what was negotiated."""

    recording: str
    session: int
    tracks: tuple[Track, ...]
    version: int = VERSION

    def track(self, kind: str) -> Track | None:
        return next((track for track in self.tracks if track.kind == kind), None)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Header":
        if data.get("version") != VERSION:
            raise SpoolError(f"spool version {data.get('version')!r} is not {VERSION}")
        return cls(data["recording"], data["session"], tuple(Track(**track) for track in data["tracks"]))


class Writer:
    """Appends records. Nothing reaches the kernel before `flush`, nothing surely the disk before `sync`.

    The file must not exist yet: a session never writes on in another session's file.
    """

    def __init__(self, path: Path, header: Header, arrival_us: int) -> None:
        self.path = path
        self.size = 0
        self._pending = bytearray()
        self._fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC, 0o600)
        self.append(Kind.HEADER, arrival_us, json.dumps(asdict(header)).encode())
        self.flush()

    def append(self, kind: int, arrival_us: int, payload: bytes) -> None:
        pending = self._pending
        pending += _pack_record(kind, arrival_us, len(payload))
        pending += payload

    def note(self, arrival_us: int, **facts: Any) -> None:
        self.append(Kind.NOTE, arrival_us, json.dumps(facts).encode())

    def flush(self) -> None:
        """Hand what is pending to the kernel: from here on it survives a crash of this process."""
        pending = self._pending
        while pending:
            written = os.write(self._fd, pending)
            self.size += written
            del pending[:written]

    @property
    def pending(self) -> int:
        """Bytes that the kernel has not taken yet."""
        return len(self._pending)

    def sync(self) -> None:
        """Force it to the disk: from here on it survives a crash of the machine. Blocks; call it in a thread."""
        if self._fd >= 0:
            os.fdatasync(self._fd)

    def close(self) -> None:
        if self._fd < 0:
            return
        try:
            self.flush()
            self.sync()
        finally:
            os.close(self._fd)
            self._fd = -1


def read(path: Path) -> Iterator[Record]:
    """The records of a spool file, header first, up to its end or its torn tail.

    A tail is torn where a record is incomplete, or is no record at all (a file system may leave zeros behind after
    the machine failed). Raises SpoolError when even the header is missing.
    """
    with open(path, "rb") as file:
        first = True
        while (head := file.read(_RECORD.size)) and len(head) == _RECORD.size:
            kind, arrival_us, length = _RECORD.unpack(head)
            payload = file.read(length)
            if len(payload) < length or kind > Kind.NOTE or (kind == Kind.HEADER) != first:
                break
            first = False
            yield Record(Kind(kind), arrival_us, payload)
    if first:
        raise SpoolError(f"{path.name} does not begin with a header")


class Packet(NamedTuple):
    """An RTP header. `packet[start:end]` is the payload, without header, extensions and padding."""

    payload_type: int
    marker: bool
    sequence: int
    timestamp: int
    ssrc: int
    start: int
    end: int


def parse(packet: bytes) -> Packet:
    """Read the header of a decrypted RTP packet (RFC 3550 section 5.1). Raises RtpError."""
    length = len(packet)
    if length < 12:
        raise RtpError("shorter than an RTP header")
    first, second, sequence, timestamp, ssrc = _parse_fixed(packet)
    if first >> 6 != 2:
        raise RtpError("not RTP version 2")
    start = 12 + 4 * (first & 0x0F)
    if first & 0x10:
        if length < start + 4:
            raise RtpError("header extension is cut off")
        start += 4 + 4 * int.from_bytes(packet[start + 2 : start + 4], "big")
    end = length
    if first & 0x20:
        if not 0 < packet[-1] <= length:
            raise RtpError("padding is longer than the packet")
        end -= packet[-1]
    if start > end:
        raise RtpError("header is longer than the packet")
    return Packet(second & 0x7F, second > 127, sequence, timestamp, ssrc, start, end)
