"""Pictures and sound that were coded once, for answers made by lot of their packets.

Each picture and each packet of sound has a number, and is known again by its bytes wherever it comes out.
"""

import random
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import av
from support import sender

from recorder.media import matroska
from recorder.media.live_source import join
from recorder.media.matroska import VideoTrack

LONGEST_S, THINNED = 8, 3
"""Of the coded pictures each third is used: nobody decodes them but for the keyframes, so the rest may be missing."""
RATE, PACKET_S = sender.FPS // THINNED, 0.06
HEARD_RATE = 8000
SIZES = ((320, 192), (160, 96))
CODECS = ("H264", "VP8")


@dataclass(frozen=True)
class Material:
    """Coded pictures and sound: of each picture whether it is a keyframe, its bytes in a file, and its RTP payloads."""

    track: VideoTrack
    pictures: tuple[tuple[bool, bytes, tuple[bytes, ...]], ...]


@cache
def material(codec: str, size: tuple[int, int]) -> Material:
    """The pictures of LONGEST_S seconds, a keyframe each second."""
    coded = sender.video(codec, LONGEST_S, (size,))
    with TemporaryDirectory() as folder:
        spooled = sender.spool(Path(folder) / "whip-1", sender.send(coded), codec=codec)
        source = join([spooled], Path(folder) / "live.mkv").path
        with av.open(str(source)) as container:
            stream = container.streams.video[0]
            private = bytes(stream.codec_context.extradata or b"")
            packets = [(p.is_keyframe, bytes(p)) for p in container.demux(stream) if p.pts is not None]
    track = VideoTrack(matroska_id(codec), *size, private)
    chosen = [(*packets[at], tuple(coded[at][2])) for at in range(0, len(packets), THINNED)]
    return Material(track, tuple(chosen))


def matroska_id(codec: str) -> str:
    return "V_VP8" if codec == "VP8" else "V_MPEG4/ISO/AVC"


@cache
def sounds() -> tuple[bytes, ...]:
    """Coded sound of LONGEST_S seconds in packets of 60 ms, as Chromium makes them: noise like talk, each another."""
    encoder = av.CodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.layout, encoder.format = 48_000, "stereo", "s16"
    encoder.bit_rate, encoder.time_base = 24_000, Fraction(1, 48_000)
    encoder.options = {"frame_duration": "60"}
    chance, packets = random.Random(5), []
    for block in range(round(LONGEST_S / PACKET_S)):
        loud = round(3000 * chance.random() ** 2) + 50
        samples = [chance.randint(-loud, loud) for _ in range(2880)]
        frame = av.AudioFrame("s16", "stereo", 2880)
        frame.planes[0].update(b"".join(value.to_bytes(2, "little", signed=True) * 2 for value in samples))
        frame.sample_rate, frame.pts, frame.time_base = 48_000, block * 2880, Fraction(1, 48_000)
        packets += encoder.encode(frame)
    packets += encoder.encode(None)
    return tuple(bytes(packet) for packet in packets)[: round(LONGEST_S / PACKET_S)]


@cache
def samples() -> tuple[bytes, ...]:
    """What each packet of sound sounds like: samples as `stitch.heard` gives them, decoded once."""
    decoder, resampler, found = av.CodecContext.create("opus", "r"), av.AudioResampler("s16", "mono", HEARD_RATE), b""
    decoder.extradata = matroska.OPUS_HEAD
    for packet in (*sounds(), b""):
        for frame in decoder.decode(av.Packet(packet) if packet else None):
            found += b"".join(bytes(part.planes[0])[: 2 * part.samples] for part in resampler.resample(frame))
    size = 2 * round(HEARD_RATE * PACKET_S)
    return tuple(found[at : at + size].ljust(size, b"\0") for at in range(0, size * len(sounds()), size))


@cache
def numbers() -> dict[bytes, tuple[str, int]]:
    """What each packet is, by its bytes."""
    known: dict[bytes, tuple[str, int]] = {data: ("sound", number) for number, data in enumerate(sounds())}
    for codec in CODECS:
        for size in SIZES:
            for number, (_, data, _) in enumerate(material(codec, size).pictures):
                known[data] = ("picture", number)
                # With a change of size the parameter sets stay in the stream; then the units behind them tell.
                known[_last_unit(codec, data)] = ("picture", number)
    return known


def _last_unit(codec: str, data: bytes) -> bytes:
    if codec == "VP8":
        return data
    at = 0
    while at + 4 + (size := int.from_bytes(data[at : at + 4], "big")) < len(data):
        at += 4 + size
    return data[at + 4 :]


def number_of(data: bytes) -> tuple[str, int] | None:
    """Which picture or sound these bytes are."""
    return numbers().get(data) or numbers().get(_last_unit("H264", data))
