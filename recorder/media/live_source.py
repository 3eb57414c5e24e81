"""Makes one file of what came along the live road of one answer: its sessions, laid on one clock.

Within a session picture and sound are tied together by the sender reports (RFC 3550 section 6.4.1), else by arrival.
Sessions are tied together by the recorder's own clock, since a reload of the page may change anything else.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median

from recorder.media import matroska
from recorder.media.depacketize import CODECS, Packet, Picture, depacketize
from recorder.media.matroska import Block
from recorder.spool import packet_file
from recorder.webrtc import rtcp

# Farther apart than this, sender reports and arrival cannot both be right, and arrival was seen with our own eyes.
_REPORT_TRUST_S = 2.0
_NTP_EPOCH_S = 2_208_988_800


@dataclass
class TrackLoss:
    """What became of one track of a session. `lost` counts packets that no retransmission brought back."""

    packets: int = 0
    lost: int = 0
    duplicates: int = 0
    reordered: int = 0
    foreign: int = 0
    kept: int = 0
    dropped: int = 0


@dataclass
class SessionLoss:
    """What became of one session. `sync` is "reports" or "arrival"; `end` is None when the file was cut short.

    `delay_s` is how much later by the recorder's clock than by the sender's own the first packets came; None without
    reports. Where the clocks differ it is no time at all, but it leads from the one to the other.
    """

    session: int
    sync: str = "arrival"
    delay_s: float | None = None
    end: str | None = None
    start_s: float = 0.0
    video: TrackLoss = field(default_factory=TrackLoss)
    audio: TrackLoss = field(default_factory=TrackLoss)


@dataclass(frozen=True)
class Source:
    """One playable file of the live road. `path` is None when nothing at all was recorded.

    `start_s`: when it begins, in seconds since the Unix epoch by the recorder's clock.
    """

    path: Path | None
    sessions: tuple[SessionLoss, ...] = ()
    unreadable: tuple[str, ...] = ()
    start_s: float = 0.0

    def report(self) -> dict:
        """The loss report, as kept with the recording."""
        return {"sessions": [asdict(session) for session in self.sessions], "unreadable": list(self.unreadable)}


@dataclass
class _Session:
    """One session, read: pictures and sound with the recorder's time, in seconds."""

    loss: SessionLoss
    codec: str | None = None
    pictures: list[tuple[float, Picture]] = field(default_factory=list)
    sound: list[tuple[float, bytes]] = field(default_factory=list)


def join(paths: Sequence[Path], destination: Path) -> Source:
    """Lay the sessions in `paths` on one clock and write them to `destination` as Matroska.

    A file that is no spool file is named in the source and left out. When a new session begins while the old one
    still runs, the new one counts. Pictures in another codec than the longest part are left out, the sound is not.
    """
    sessions, unreadable = [], []
    for path in paths:
        try:
            sessions.append(_read(path))
        except (ValueError, KeyError, TypeError, AttributeError, ArithmeticError, RecursionError):
            unreadable.append(path.name)
    losses = tuple(session.loss for session in sorted(sessions, key=lambda session: session.loss.session))
    codecs = Counter()
    for session in sessions:
        codecs[session.codec] += len(session.pictures)
    codec = codecs.most_common(1)[0][0] if any(codecs.values()) else None
    shown = _in_turn([session.pictures for session in sessions if session.codec == codec])
    sound = _in_turn([session.sound for session in sessions])
    track, data = None, []
    while shown and track is None:
        try:
            track, data = matroska.video_track(CODECS[codec].matroska_id, [picture for _, picture in shown])
        except matroska.Unusable:
            shown = shown[1:]
            while shown and not shown[0][1].keyframe:
                shown = shown[1:]
    if not shown and not sound:
        return Source(None, losses, tuple(unreadable))
    start = min(items[0][0] for items in (shown, sound) if items)
    for session in sessions:
        session.loss.start_s = round(_begin(session, start) - start, 3)
    blocks = [
        # Sound that came before the first picture is kept; the first picture is shown from the start.
        Block(time - start if index else 0.0, matroska.VIDEO, picture.keyframe, part)
        for index, ((time, picture), part) in enumerate(zip(shown, data, strict=True))
    ]
    blocks += [Block(time - start, matroska.AUDIO, True, packet) for time, packet in sound]
    matroska.write(destination, track, bool(sound), blocks)
    return Source(destination, losses, tuple(unreadable), start)


def _begin(session: _Session, otherwise: float) -> float:
    return min((items[0][0] for items in (session.pictures, session.sound) if items), default=otherwise)


def _in_turn(parts: list[list]) -> list:
    """The timed items of several sessions one after the other, each ending where the next begins, times rising."""
    joined: list = []
    for part in sorted((part for part in parts if part), key=lambda part: part[0][0]):
        while joined and joined[-1][0] >= part[0][0]:
            joined.pop()
        for item in part:
            if not joined or item[0] > joined[-1][0]:
                joined.append(item)
    return joined


def _read(path: Path) -> _Session:
    records = packet_file.read(path)
    header = packet_file.Header.from_json(next(records).json())
    loss = SessionLoss(int(header.session))
    video, audio = (_Stream(header.track(kind), getattr(loss, kind)) for kind in ("video", "audio"))
    reports: list[bytes] = []
    for record in records:
        if record.kind is packet_file.Kind.VIDEO:
            video.take(record)
        elif record.kind is packet_file.Kind.AUDIO:
            audio.take(record)
        elif record.kind is packet_file.Kind.REPORT:
            reports.append(record.payload)
        elif record.kind is packet_file.Kind.NOTE:
            try:
                loss.end = record.json().get("end", loss.end)
            except (ValueError, AttributeError):
                continue
    video.settle()
    audio.settle()
    loss.sync, loss.delay_s = _tie(video, audio, reports)
    session = _Session(loss, video.codec)
    if video.codec in CODECS:
        found = depacketize(video.packets, CODECS[video.codec]())
        loss.video.kept, loss.video.dropped = len(found.pictures), found.dropped
        session.pictures = [(video.seconds(picture.timestamp), picture) for picture in found.pictures]
    session.sound = [(audio.seconds(p.timestamp), p.payload) for p in audio.packets if p.payload]
    loss.audio.kept = len(session.sound)
    return session


class _Stream:
    """The packets of one track, in order and without wrap, and its clock."""

    def __init__(self, track: packet_file.Track | None, loss: TrackLoss) -> None:
        self.codec = track.codec if track else None
        self.rate = int(track.clock_rate) if track and int(track.clock_rate) > 0 else 90_000
        self.payload_type = track.payload_type if track else None
        self.loss = loss
        self.offset_s = 0.0
        self.ssrc: int | None = None
        self.packets: list[Packet] = []
        self._raw: list[tuple[float, packet_file.Packet, bytes]] = []

    def take(self, record: packet_file.Record) -> None:
        try:
            head = packet_file.parse(record.payload)
        except packet_file.RtpError:
            self.loss.foreign += 1
            return
        if head.payload_type != self.payload_type:
            self.loss.foreign += 1
            return
        self._raw.append((record.arrival_us / 1e6, head, record.payload[head.start : head.end]))

    def settle(self) -> None:
        """Sort what was taken, undo the wraps of sequence and timestamp, and set the clock by arrival."""
        if not self._raw:
            return
        self.ssrc = Counter(head.ssrc for _, head, _ in self._raw).most_common(1)[0][0]
        sequence = highest = timestamp = None
        seen: dict[int, Packet] = {}
        for arrival_s, head, payload in self._raw:
            if head.ssrc != self.ssrc:
                self.loss.foreign += 1
                continue
            self.loss.packets += 1
            sequence = _unwrap(head.sequence, sequence, 16)
            timestamp = _unwrap(head.timestamp, timestamp, 32)
            if sequence in seen:
                self.loss.duplicates += 1
                continue
            if highest is not None and sequence < highest:
                self.loss.reordered += 1
            highest = sequence if highest is None else max(highest, sequence)
            seen[sequence] = Packet(sequence, timestamp, head.marker, arrival_s, payload)
        self.packets = [seen[key] for key in sorted(seen)]
        self.loss.lost = self.packets[-1].sequence - self.packets[0].sequence + 1 - len(self.packets)
        # The packet that travelled fastest says best when it was sent.
        self.offset_s = min(packet.arrival_s - packet.timestamp / self.rate for packet in self.packets)
        self._raw.clear()

    def seconds(self, timestamp: int) -> float:
        return timestamp / self.rate + self.offset_s

    def sender_offset_s(self, reports: Sequence[bytes]) -> float | None:
        """The sender's clock at RTP timestamp zero, by its reports, or None without any."""
        offsets = []
        for compound in reports:
            for report in rtcp.sender_reports(compound):
                if report.ssrc == self.ssrc and self.packets and report.ntp >> 32:
                    unwrapped = _unwrap(report.timestamp, self.packets[0].timestamp, 32)
                    offsets.append(report.ntp / 2**32 - _NTP_EPOCH_S - unwrapped / self.rate)
        return median(offsets) if offsets else None


def _tie(video: _Stream, audio: _Stream, reports: Sequence[bytes]) -> tuple[str, float | None]:
    """Set both clocks right towards each other, by the sender's reports when they can be believed."""
    sent = [stream.sender_offset_s(reports) for stream in (video, audio)]
    if None in sent:
        return "arrival", None
    delays = [stream.offset_s - offset for stream, offset in zip((video, audio), sent, strict=True)]
    if abs(delays[0] - delays[1]) > _REPORT_TRUST_S:
        return "arrival", None
    for stream, offset in zip((video, audio), sent, strict=True):
        stream.offset_s = offset + min(delays)
    return "reports", min(delays)


def _unwrap(value: int, last: int | None, bits: int) -> int:
    """`value`, of which only the low `bits` are known, as the number nearest to `last`."""
    if last is None:
        return value
    half = 1 << bits - 1
    return last + (value - last + half) % (1 << bits) - half
