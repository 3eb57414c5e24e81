"""The packets of the picture and the sound of a file, each with the time at which its turn comes.

Times are those of a player: they begin where the file begins, whatever its clock said then.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import av

from recorder.media.clock import Laid, in_step, lay_pictures, lay_sound

_OPUS_MS = (10, 20, 40, 60) * 3 + (10, 20) * 2 + (2.5, 5, 10, 20) * 4
"""The length of one frame by configuration number (RFC 6716, section 3.1)."""
_NOTHING_SAID, _HOLE_S = 3, 0.03
"""Opus leaves silence out (DTX): what stands before such a hole is a packet of at most so many bytes."""
_SOONER_S, _PRIMING_S = 0.001, 0.1
"""FFmpeg finds no begin, or that of one track alone, where few pictures came or nothing: packets may be sooner. Sound
that only primes the decoder lies before the begin of any file."""
_MICROSECOND, _MILLISECOND = Fraction(1, 1_000_000), Fraction(1, 1_000)


@dataclass
class Track:
    """The packets of one track in the order of the file; times and lengths in seconds."""

    stream: av.VideoStream | av.AudioStream
    times: list[float] = field(default_factory=list)
    lengths: list[float] = field(default_factory=list)
    left_out_s: float = 0.0
    """Silence that the encoder left out, as it may."""
    silent_after: list[int] = field(default_factory=list)
    """After which packets, by number, it did so."""
    laid: Laid = field(default_factory=Laid)
    turns: list[int] = field(default_factory=list)
    """The place of each among the packets of all tracks."""
    _before: tuple[float, int] = (0.0, 0)
    _base: tuple[int, int] = (0, 1)

    def __post_init__(self) -> None:
        self._base = (self.stream.time_base or Fraction(0)).as_integer_ratio()

    def add(self, packet: "av.Packet[Any]") -> float:
        """Take in the next packet; answers its time as the file says it."""
        # Whole numbers: fractions take a third of the time that a scan takes.
        time, length = ((ticks or 0) * self._base[0] / self._base[1] for ticks in (packet.pts, packet.duration))
        if self.stream.type == "audio":
            if self.stream.codec_context.name in ("opus", "libopus"):
                length = opus_s(bytes(packet)) or length
            end, size = self._before
            if self.times and size <= _NOTHING_SAID and (hole_s := time - end) > _HOLE_S:
                self.left_out_s += hole_s
                self.silent_after.append(len(self.times) - 1)
            self._before = time + length, packet.size
        self.times.append(time)
        self.lengths.append(length)
        return time


def opus_s(packet: bytes) -> float:
    """How long the sound in an Opus packet is, in seconds; 0 for bytes that are none (RFC 6716, section 3)."""
    if not packet:
        return 0.0
    frames = (1, 2, 2, packet[1] & 0x3F if len(packet) > 1 else 0)[packet[0] & 3]
    return frames * _OPUS_MS[packet[0] >> 3] / 1000


def tracks(container: av.container.InputContainer) -> tuple[Track | None, Track | None]:
    """The first picture and the first sound of a file. A track whose codec nobody knows has no codec context."""
    video, audio = (
        next((Track(stream) for stream in streams if stream.codec_context), None)
        for streams in (container.streams.video, container.streams.audio)
    )
    return video, audio


def packets(container: av.container.InputContainer, *wanted: Track | None) -> "Iterator[tuple[Track, av.Packet[Any]]]":
    """The packets of these tracks that have a time, in the order of the file."""
    known = {track.stream.index: track for track in wanted if track}
    for turn, packet in enumerate(container.demux([track.stream for track in known.values()])):
        if packet.pts is not None:
            known[packet.stream.index].turns.append(turn)
            yield known[packet.stream.index], packet


def lay(container: av.container.InputContainer, video: Track | None, audio: Track | None) -> float:
    """Lay both tracks on a clock that goes forward; answers the time at which the file begins, in seconds."""
    heard = Laid()
    if audio:
        heard = audio.laid = lay_sound(audio.times, audio.lengths)
    if video:
        video.laid = lay_pictures(video.times, heard)
    # A WebM is written as things come; an MP4 some seconds of the one after some of the other.
    if video and audio and "matroska" in container.format.name:
        audio.laid = in_step(audio.laid, audio.turns, video.laid, video.turns)
        video.laid = in_step(video.laid, video.turns, audio.laid, audio.turns)
    if any(track and track.laid.changed for track in (video, audio)):
        return min(min(track.laid.times) for track in (video, audio) if track and track.laid.times)
    firsts = [
        (min(track.times), _PRIMING_S if track is audio else _SOONER_S)
        for track in (video, audio)
        if track and track.times
    ]
    said = None if container.start_time is None else float(container.start_time * _MICROSECOND)
    if said is None or any(first < said - may_s for first, may_s in firsts):
        return min((first for first, _ in firsts), default=0.0)
    return said


def retimed(path: Path, destination: Path, sound_later_s: float = 0.0) -> Path:
    """The same packets, untouched, in a Matroska file whose times are those of their turns. Raises FfmpegError.

    All sound comes `sound_later_s` later than the file says; the picture does when that is negative. Matroska counts in
    milliseconds: of each track no two packets get the same one.
    """
    with av.open(str(path)) as container:
        video, audio = tracks(container)
        for track, packet in packets(container, video, audio):
            track.add(packet)
        begin = lay(container, video, audio)
        kept = {track.stream.index: track for track in (video, audio) if track and track.times}
    with av.open(str(path)) as container, av.open(str(destination), "w", format="matroska") as made:
        outputs = {index: made.add_stream_from_template(container.streams[index]) for index in kept}
        later_s = {
            index: max(0.0, sound_later_s if track is audio else -sound_later_s) for index, track in kept.items()
        }
        turns = {index: iter([time + later_s[index] for time in track.laid.times]) for index, track in kept.items()}
        last: dict[int, int] = {}
        taken: set[tuple[int, int]] = set()
        for packet in container.demux([container.streams[index] for index in outputs]):
            if packet.pts is None:
                continue
            index = packet.stream.index
            at = round((next(turns[index]) - begin) * 1000)
            ahead = 0 if packet.dts is None else round((packet.pts - packet.dts) * packet.time_base * 1000)
            decoded = last[index] = max(at - ahead, last.get(index, at - ahead - 1) + 1)
            shown = max(at, decoded)
            while (index, shown) in taken:
                shown += 1
            taken.add((index, shown))
            packet.duration = round((packet.duration or 0) * packet.time_base * 1000)
            packet.pts, packet.dts, packet.time_base = shown, decoded, _MILLISECOND
            packet.stream = outputs[index]
            made.mux(packet)
    return destination
