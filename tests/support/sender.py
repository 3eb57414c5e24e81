"""A sender whose every picture and sound is known: a counter in each picture, a flash and a beep each second.

The packets are made by the packetizers of aiortc, which know nothing of the reader under test. What comes out at the
other end is decoded and read: which pictures arrived, when the flashes and beeps are.
"""

import math
import random
import struct
from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path

import av
from aiortc.codecs.h264 import H264Encoder
from aiortc.codecs.vpx import Vp8Encoder

from recorder.spool import packet_file

FPS = 30
SIZE = (320, 192)
VIDEO_PT, AUDIO_PT, VIDEO_SSRC, AUDIO_SSRC = 102, 111, 0xA1, 0xB2
START_S = 1_800_000_000.0
NTP_EPOCH_S = 2_208_988_800


_GREY, _WHITE = (bytes(base + value % 32 for value in range(256)) for base in (80, 203))


@dataclass(frozen=True)
class Sent:
    """One packet on its way: when it arrives, what it is, and its bytes."""

    arrival_s: float
    kind: packet_file.Kind
    data: bytes


def picture(number: int, size: tuple[int, int], lit: bool) -> av.VideoFrame:
    """Picture `number`: sixteen blocks that spell it in bits above, a grainy grey (or, lit, white) field below."""
    width, height = size
    frame = av.VideoFrame(width, height, "yuv420p")
    bits = b"".join((b"\xeb" if number >> bit & 1 else b"\x10") * (width // 16) for bit in range(16))
    grain = random.Random(number).randbytes(width * 8).translate(_WHITE if lit else _GREY)
    field = [grain[row % 8 * width : (row % 8 + 1) * width] for row in range(height // 2)]
    planes = ([bits] * (height // 2) + field, [b"\x80" * (width // 2)] * (height // 2))
    for plane, rows in zip(frame.planes, (planes[0], planes[1], planes[1]), strict=True):
        plane.update(b"".join(row.ljust(plane.line_size, b"\0") for row in rows))
    frame.time_base = Fraction(1, 90_000)
    return frame


@cache
def video(codec: str, seconds: float, sizes: tuple[tuple[int, int], ...] = (SIZE,), gop: int = 30, first: int = 0):
    """Coded pictures as (number, seconds, RTP payloads); each of `sizes` for an equal part of the time."""
    return list(_video(codec, seconds, sizes, gop, first))


@cache
def _video(codec: str, seconds: float, sizes: tuple[tuple[int, int], ...], gop: int, first: int) -> list:
    result, count = [], round(seconds * FPS)
    packer = H264Encoder() if codec == "H264" else Vp8Encoder()
    share = math.ceil(count / len(sizes))
    for part, size in enumerate(sizes):
        encoder = av.CodecContext.create("libx264" if codec == "H264" else "libvpx", "w")
        encoder.width, encoder.height, encoder.pix_fmt = *size, "yuv420p"
        encoder.time_base, encoder.framerate, encoder.bit_rate = Fraction(1, 90_000), Fraction(FPS), 800_000
        fast = {"preset": "ultrafast", "tune": "zerolatency", "forced-idr": "1"}
        encoder.options = fast if codec == "H264" else {"deadline": "realtime", "cpu-used": "16", "lag-in-frames": "0"}
        if codec == "H264":
            encoder.profile = "Baseline"
        encoder.gop_size = gop
        numbers = range(part * share, min(count, (part + 1) * share))
        packets = []
        for number in numbers:
            frame = picture(first + number, size, number % FPS < 3)
            frame.pts = number * 90_000 // FPS
            packets += encoder.encode(frame)
        packets += encoder.encode(None)
        for packet in packets:
            result.append((first + round(packet.pts * FPS / 90_000), packet.pts / 90_000, packer.pack(packet)[0]))
    return result


@cache
def sound(seconds: float, level: float = 0.4, noise: float = 0.02):
    """Coded sound as (seconds, payload): soft noise, and at each whole second a beep of 60 ms."""
    return list(_sound(seconds, level, noise))


@cache
def _sound(seconds: float, level: float, noise: float) -> list:
    encoder = av.CodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.layout, encoder.format = 48_000, "stereo", "s16"
    encoder.bit_rate, encoder.time_base = 40_000, Fraction(1, 48_000)
    chance, packets = random.Random(1), []
    for block in range(round(seconds * 50)):
        samples = array("h")
        for index in range(960):
            at = (block * 960 + index) / 48_000
            loud = level * math.sin(2 * math.pi * 1000 * at) if at % 1 < 0.06 else noise * (chance.random() - 0.5)
            value = round(32_000 * loud)
            samples.extend((value, value))
        frame = av.AudioFrame("s16", "stereo", 960)
        frame.planes[0].update(samples.tobytes())
        frame.sample_rate, frame.pts, frame.time_base = 48_000, block * 960, Fraction(1, 48_000)
        packets += encoder.encode(frame)
    packets += encoder.encode(None)
    return [(index * 0.02, bytes(packet)) for index, packet in enumerate(packets)][: round(seconds * 50)]


def send(
    pictures: Sequence = (),
    sounds: Sequence = (),
    *,
    start_s: float = START_S,
    sequence: int = 100,
    timestamp: int = 5_000,
    reports: bool = True,
    audio_late_s: float = 0.0,
    sender_clock_s: float = 0.0,
    sound_clock: float = 1.0,
) -> list[Sent]:
    """The packets of one session in the order of their arrival, without loss.

    `audio_late_s` lets the sound arrive that much later than it was made, which only sender reports can tell.
    `sound_clock` is how fast the clock of the microphone runs.
    """
    sent = []
    for _, at, payloads in pictures:
        for index, payload in enumerate(payloads):
            marker = index == len(payloads) - 1
            stamp = timestamp + round(at * 90_000)
            data = packet(VIDEO_PT, marker, sequence, stamp, VIDEO_SSRC, payload)
            sent.append(Sent(start_s + at + 0.005 + 0.0002 * index, packet_file.Kind.VIDEO, data))
            sequence += 1
    for index, (at, payload) in enumerate(sounds):
        stamp = timestamp + 777 + round(at * 48_000 * sound_clock)
        data = packet(AUDIO_PT, False, sequence + index, stamp, AUDIO_SSRC, payload)
        sent.append(Sent(start_s + at + audio_late_s + 0.005, packet_file.Kind.AUDIO, data))
    end = max((item[-2] for item in [*pictures, *((0, *s) for s in sounds)]), default=0.0)
    for second in range(int(end) + 1) if reports else ():
        ntp = start_s + sender_clock_s + second + NTP_EPOCH_S
        for ssrc, rate, base in ((VIDEO_SSRC, 90_000, timestamp), (AUDIO_SSRC, 48_000 * sound_clock, timestamp + 777)):
            stamp = (base + round(second * rate)) % 2**32
            words = (0x80C80006, ssrc, int(ntp) % 2**32, int(ntp % 1 * 2**32), stamp, 0, 0)
            sent.append(Sent(start_s + second + 0.01, packet_file.Kind.REPORT, struct.pack(">7I", *words)))
    return sorted(sent, key=lambda one: one.arrival_s)


def packet(payload_type: int, marker: bool, sequence: int, timestamp: int, ssrc: int, payload: bytes) -> bytes:
    head = struct.pack(">BBHII", 0x80, marker << 7 | payload_type, sequence % 2**16, timestamp % 2**32, ssrc)
    return head + payload


def spool(
    path: Path, sent: Iterable[Sent], *, session: int = 1, codec: str = "H264", end: str | None = "delete"
) -> Path:
    """Write what was sent as the spool file of one session."""
    tracks = (
        packet_file.Track("video", codec, VIDEO_PT, 90_000, VIDEO_SSRC),
        packet_file.Track("audio", "opus", AUDIO_PT, 48_000, AUDIO_SSRC),
    )
    sent = list(sent)
    begin = sent[0].arrival_s if sent else START_S
    writer = packet_file.Writer(path, packet_file.Header("a-recording", session, tracks), int(begin * 1e6))
    for one in sent:
        writer.append(one.kind, int(one.arrival_s * 1e6), one.data)
    if end:
        writer.note(int((sent[-1].arrival_s if sent else begin) * 1e6), end=end)
    writer.close()
    return path


def lose(sent: Sequence[Sent], unlucky: Callable[[int, Sent], bool]) -> list[Sent]:
    """What is left when packets are lost: `unlucky` is asked with the number among its kind."""
    numbers = dict.fromkeys(packet_file.Kind, -1)
    left = []
    for one in sent:
        numbers[one.kind] += 1
        if not unlucky(numbers[one.kind], one):
            left.append(one)
    return left


@dataclass(frozen=True)
class Seen:
    """What a viewer gets: the number and time of each picture, the times of flashes and beeps, seconds of sound."""

    numbers: list[int]
    times: list[float]
    flashes: list[float]
    beeps: list[float]
    sound_s: float
    sound_start_s: float
    sizes: set[tuple[int, int]]

    @property
    def offsets_ms(self) -> list[float]:
        """For each flash that has a beep near it: how much later the beep is."""
        pairs = ((flash, min(self.beeps, key=lambda beep: abs(beep - flash))) for flash in self.flashes if self.beeps)
        return [1000 * (beep - flash) for flash, beep in pairs if abs(beep - flash) < 0.4]


def watch(path: Path) -> Seen:
    """Decode a file completely and read what is in it."""
    numbers, times, flashes, beeps, sizes = [], [], [], [], set()
    samples, sound_start, lit, loud_until = 0, None, False, -1.0
    with av.open(str(path)) as container:
        streams = [*container.streams.video[:1], *container.streams.audio[:1]]
        for frame in container.decode(streams):
            if isinstance(frame, av.VideoFrame):
                sizes.add((frame.width, frame.height))
                luma = frame.reformat(format="gray").planes[0]
                data, line = bytes(luma), luma.line_size
                block, row = frame.width / 16, frame.height // 4 * line
                numbers.append(sum((data[row + int(block * (bit + 0.5))] > 128) << bit for bit in range(16)))
                times.append(frame.time)
                bright = data[frame.height * 3 // 4 * line + frame.width // 2] > 180
                if bright and not lit:
                    flashes.append(frame.time)
                lit = bright
            else:
                sound_start = frame.time if sound_start is None else sound_start
                samples += frame.samples
                mono = av.AudioResampler("s16", "mono", frame.sample_rate).resample(frame)[0]
                for index, value in enumerate(array("h", bytes(mono.planes[0])[: 2 * mono.samples])):
                    if abs(value) > 3000:
                        at = frame.time + index / frame.sample_rate
                        if at > loud_until:
                            beeps.append(at)
                        loud_until = at + 0.3
        rate = container.streams.audio[0].rate if container.streams.audio else 1
    return Seen(numbers, times, flashes, beeps, samples / rate, sound_start or 0.0, sizes)
