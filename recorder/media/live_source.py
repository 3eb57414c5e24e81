"""Makes one file of what came along the live road of one answer: its sessions, laid on one clock.

Within a session picture and sound are tied together by the sender reports (RFC 3550 section 6.4.1), else by arrival.
Sessions are tied together by the recorder's own clock, since a reload of the page may change anything else.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from itertools import groupby
from pathlib import Path
from statistics import median
from typing import Any

from recorder.media import matroska
from recorder.media.clock import Laid, lay_pictures, lay_sound
from recorder.media.depacketize import CODECS, Packet, Picture, depacketize
from recorder.media.matroska import Block
from recorder.media.packets import opus_s
from recorder.spool import packet_file
from recorder.webrtc import rtcp

# Farther apart than this, sender reports and arrival cannot both be right, and arrival was seen with our own eyes.
_REPORT_TRUST_S = 2.0
_NTP_EPOCH_S = 2_208_988_800
_HANDOVER_S = 1.0
"""For how long two senders of one track may overlap and still have taken turns."""


@dataclass
class TrackLoss:
    """The losses of one track of a session. `lost` counts packets that no retransmission brought back.

    `sources`: how many senders (SSRCs) took turns. `clock_breaks_s`: by how much their clocks were set right in all.
    """

    packets: int = 0
    lost: int = 0
    duplicates: int = 0
    reordered: int = 0
    foreign: int = 0
    kept: int = 0
    dropped: int = 0
    sources: int = 0
    clock_breaks_s: float = 0.0
    wild_times: int = 0


@dataclass
class SessionLoss:
    """The losses of one session. `sync` is "reports" or "arrival"; `end` is None when the file was cut short.

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

    def report(self) -> dict[str, Any]:
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
    codecs: Counter[str | None] = Counter()
    for session in sessions:
        codecs[session.codec] += len(session.pictures)
    codec = codecs.most_common(1)[0][0] if any(codecs.values()) else None
    shown = _in_turn([session.pictures for session in sessions if session.codec == codec])
    sound = _in_turn([session.sound for session in sessions])
    track: matroska.VideoTrack | None = None
    data: list[bytes] = []
    while shown and codec and track is None:
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


def _in_turn(parts: list[list[Any]]) -> list[Any]:
    """The timed items of several senders or sessions one after the other, times rising.

    Where one begins while another still sends, the new one counts for as long as it does; how a network delays a first
    packet may bring two that took turns into that order. A picture is only gone back to by a keyframe.
    """
    joined: list[Any] = []
    for part in sorted((part for part in parts if part), key=lambda part: part[0][0]):
        later = [item for item in joined if item[0] > part[-1][0]]
        while later and not getattr(later[0][1], "keyframe", True):
            later.pop(0)
        joined = [item for item in joined if item[0] < part[0][0]]
        for item in (*part, *later):
            if not joined or item[0] > joined[-1][0]:
                joined.append(item)
    return joined


def _read(path: Path) -> _Session:
    records = packet_file.read(path)
    header = packet_file.Header.from_json(next(records).json())
    loss = SessionLoss(int(header.session))
    video, audio = (_Stream(header.track(kind), getattr(loss, kind), kind == "audio") for kind in ("video", "audio"))
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
    shown, heard = video.sources(), audio.sources()
    loss.sync, loss.delay_s = _tie(shown, heard, reports)
    session = _Session(loss, video.codec)
    if video.codec in CODECS:
        parts = []
        for source in shown:
            found = depacketize(source.packets, CODECS[video.codec]())
            loss.video.dropped += found.dropped
            parts.append([(source.seconds(picture.timestamp), picture) for picture in found.pictures])
        session.pictures = _in_turn(parts)
        loss.video.kept = len(session.pictures)
    session.sound = _in_turn(
        [[(source.seconds(p.timestamp), p.payload) for p in source.packets if p.payload] for source in heard]
    )
    loss.audio.kept = len(session.sound)
    return session


class _Stream:
    """The packets of one track as they came: who sent them (SSRC) may change on the way."""

    def __init__(self, track: packet_file.Track | None, loss: TrackLoss, is_sound: bool) -> None:
        self.codec = track.codec if track else None
        self.rate = int(track.clock_rate) if track and int(track.clock_rate) > 0 else 90_000
        self.payload_type = track.payload_type if track else None
        self.loss = loss
        self.is_sound = is_sound
        self._raw: dict[int, list[tuple[float, packet_file.Packet, bytes]]] = {}

    def take(self, record: packet_file.Record) -> None:
        try:
            head = packet_file.parse(record.payload)
        except packet_file.RtpError:
            self.loss.foreign += 1
            return
        if head.payload_type != self.payload_type:
            self.loss.foreign += 1
            return
        came = (record.arrival_us / 1e6, head, record.payload[head.start : head.end])
        self._raw.setdefault(head.ssrc, []).append(came)

    def sources(self) -> "list[_Source]":
        """Each sender whose turn it was, in order. One that sends beside a longer one is foreign."""
        taken: list[_Source] = []
        for ssrc, raw in sorted(self._raw.items(), key=lambda one: -len(one[1])):
            source = _Source(ssrc, self.rate, raw)
            if any(source.overlap_s(other) > _HANDOVER_S for other in taken):
                self.loss.foreign += len(raw)
                continue
            source.settle(self.loss, self.is_sound)
            taken.append(source)
        self._raw.clear()
        self.loss.sources = len(taken)
        return sorted(taken, key=lambda source: source.came_s)


class _Source:
    """The packets of one sender, in order and without wrap, and its clock: that of another sender is another one."""

    def __init__(self, ssrc: int, rate: int, raw: list[tuple[float, packet_file.Packet, bytes]]) -> None:
        self.ssrc, self.rate, self.offset_s = ssrc, rate, 0.0
        self.packets: list[Packet] = []
        self.came_s, self.gone_s = min(one[0] for one in raw), max(one[0] for one in raw)
        self._raw = raw
        self._first = 0
        self._broken = False

    def overlap_s(self, other: "_Source") -> float:
        """For how many seconds both sent at once; negative when one came after the other had gone."""
        return min(self.gone_s, other.gone_s) - max(self.came_s, other.came_s)

    def settle(self, loss: TrackLoss, is_sound: bool) -> None:
        """Sort what was taken, undo the wraps of sequence and timestamp, lay the clock, and set it by arrival."""
        sequence = highest = timestamp = None
        seen: dict[int, Packet] = {}
        for arrival_s, head, payload in self._raw:
            loss.packets += 1
            sequence = _unwrap(head.sequence, sequence, 16)
            timestamp = _unwrap(head.timestamp, timestamp, 32)
            if sequence in seen:
                loss.duplicates += 1
                continue
            if highest is not None and sequence < highest:
                loss.reordered += 1
            highest = sequence if highest is None else max(highest, sequence)
            seen[sequence] = Packet(sequence, timestamp, head.marker, arrival_s, payload)
        self.packets = [seen[key] for key in sorted(seen)]
        loss.lost += self.packets[-1].sequence - self.packets[0].sequence + 1 - len(self.packets)
        self._first = self.packets[0].timestamp
        self._lay(loss, is_sound)
        # The packet that travelled fastest says best when it was sent.
        self.offset_s = min(packet.arrival_s - packet.timestamp / self.rate for packet in self.packets)
        self._raw = []

    def _lay(self, loss: TrackLoss, is_sound: bool) -> None:
        """Give each moment (packets of one timestamp) the time at which its turn comes, where the clock broke."""
        moments = [next(group) for _, group in groupby(self.packets, key=lambda packet: packet.timestamp)]
        times = [packet.timestamp / self.rate for packet in moments]
        if is_sound:
            moments, times = self.packets, [packet.timestamp / self.rate for packet in self.packets]
            laid = lay_sound(times, [opus_s(packet.payload) for packet in moments])
        else:
            laid = lay_pictures(times, Laid())
        self._broken = laid.changed
        if not laid.changed:
            return
        loss.clock_breaks_s += round(sum(map(abs, laid.breaks)), 3)
        loss.wild_times += laid.wild
        turns = iter(round(time * self.rate) for time in laid.times)
        if is_sound:
            self.packets = [packet._replace(timestamp=next(turns)) for packet in self.packets]
        else:
            groups = groupby(self.packets, key=lambda packet: packet.timestamp)
            self.packets = [
                packet._replace(timestamp=turn)
                for turn, (_, group) in zip(turns, groups, strict=True)
                for packet in group
            ]

    def seconds(self, timestamp: int) -> float:
        return timestamp / self.rate + self.offset_s

    def sender_offset_s(self, reports: Sequence[bytes]) -> float | None:
        """The sender's clock at RTP timestamp zero, by its reports, or None without any."""
        offsets = []
        for compound in reports:
            for report in rtcp.sender_reports(compound):
                if report.ssrc == self.ssrc and self.packets and report.ntp >> 32:
                    unwrapped = _unwrap(report.timestamp, self._first, 32)
                    offsets.append(report.ntp / 2**32 - _NTP_EPOCH_S - unwrapped / self.rate)
        # Where the clock broke, what the first report says holds for what came before the break.
        return median(offsets[:1] if self._broken else offsets) if offsets else None


def _tie(video: Sequence[_Source], audio: Sequence[_Source], reports: Sequence[bytes]) -> tuple[str, float | None]:
    """Set all clocks right towards each other, by the senders' reports when they can be believed."""
    told = [(source, source.sender_offset_s(reports)) for source in (*video, *audio)]
    sent = [(source, offset) for source, offset in told if offset is not None]
    if not video or not audio or len(sent) < len(told):
        return "arrival", None
    delays = [source.offset_s - offset for source, offset in sent]
    if max(delays) - min(delays) > _REPORT_TRUST_S:
        return "arrival", None
    for source, offset in sent:
        source.offset_s = offset + min(delays)
    return "reports", min(delays)


def _unwrap(value: int, last: int | None, bits: int) -> int:
    """`value`, of which only the low `bits` are known, as the number nearest to `last`."""
    if last is None:
        return value
    half = 1 << bits - 1
    return last + (value - last + half) % (1 << bits) - half
