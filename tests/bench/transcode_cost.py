"""What it costs to finish a recording, against one bare ffmpeg command that makes the same files. Prints JSON.

`python tests/bench/transcode_cost.py [seconds]`: CPU seconds for a minute of 1280x720 at 30 pictures a second, of this
process and all that it starts; the two in turns. "Finish" is all that a worker does between fetching the originals and
putting the results: packets to Matroska, measuring, making everything, decoding the result. "Bare" only makes and
measures everything in one command, of a ready Matroska file, written down without any trick: the same MP4, poster,
thumbnails and samples, black and frozen pictures, silence, peaks and loudness.
"""

import json
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import av
from aiortc.codecs.h264 import H264Encoder
from aiortc.codecs.vpx import Vp8Encoder
from support.sender import send, spool

from recorder.media.ffmpeg import binary
from recorder.media.live_source import join
from recorder.media.measure import measure
from recorder.media.transcode import How, transcode

H264 = ["libx264", "-preset", "ultrafast", "-profile:v", "baseline", "-g", "60"]
WANTED = {"h264": How.COPIED, "vp8": How.ENCODED}
TURNS = 3
CODECS = {
    "h264": ("H264", H264Encoder, H264, ["-c:v", "copy"]),
    "vp8": (
        "VP8",
        Vp8Encoder,
        ["libvpx", "-deadline", "realtime", "-cpu-used", "8", "-g", "90"],
        ["-c:v", "libx264", "-preset", "veryfast", "-crf", "23", "-force_key_frames", "expr:gte(t,n_forced*2)"],
    ),
}


def cpu_s(work: Callable[[], Any]) -> tuple[float, Any]:
    def used() -> float:
        both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        return sum(one.ru_utime + one.ru_stime for one in both)

    before = used()
    result = work()
    return used() - before, result


def run(*arguments: object) -> None:
    subprocess.run([binary(), "-v", "error", "-y", *map(str, arguments)], check=True)


def recorded(folder: Path, name: str, seconds: float) -> Path:
    """The spool file of one session of a moving, slightly noisy picture and changing sound."""
    codec, packer_type, coding, _ = CODECS[name]
    made = folder / f"{name}-made.mkv"
    picture = f"testsrc2=s=1280x720:r=30:d={seconds},noise=alls=4:allf=t"
    tone = f"anoisesrc=a=0.1:r=48000:d={seconds},tremolo=f=3:d=0.7"
    sound = ["-c:a", "libopus", "-b:a", "40k", "-ac", "2"]
    run("-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", tone, "-c:v", *coding, "-b:v", "1500k", *sound, made)
    packer, pictures, sounds = packer_type(), [], []
    with av.open(str(made)) as container:
        video = container.streams.video[0]
        begin_codes = av.BitStreamFilterContext("h264_mp4toannexb", video) if codec == "H264" else None
        for packet in container.demux():
            if packet.pts is None:
                continue
            if packet.stream is not video:
                sounds.append((len(sounds) * 0.02, bytes(packet)))
                continue
            for whole in begin_codes.filter(packet) if begin_codes else [packet]:
                pictures.append((0, float(whole.pts * video.time_base), packer.pack(whole)[0]))
    return spool(folder / f"{name}.rtp", send(pictures, sounds), codec=codec)


def finish(path: Path, folder: Path):
    source = join([path], folder / "live.mkv")
    return transcode(source.path, measure(source.path), folder)


def bare(name: str, source: Path, folder: Path, seconds: float) -> None:
    cells = round(seconds / 2)
    stills = (
        f"[0:v]split[stills][look];[stills]fps=1/2,split[p][s];"
        f"[p]thumbnail=5[poster];[s]scale=160:90,tile=10x{-(-cells // 10)}[sheet];"
        "[0:a]loudnorm=I=-23:TP=-1.5:LRA=20,aresample=48000,aformat=channel_layouts=stereo,asplit[sound][wave];"
        "[look]fps=5,scale=320:180,freezedetect=n=0.0003:d=2,blackdetect=d=1[looked];"
        "[0:a]silencedetect=n=-50dB:d=0.5,astats,ebur128=peak=true[heard]"
    )
    run(
        *("-i", source, "-filter_complex", stills),
        *("-map", "0:v", "-map", "[sound]", *CODECS[name][3], "-c:a", "aac", "-b:a", "96k", "-movflags", "+faststart"),
        folder / "bare.mp4",
        *("-map", "[poster]", "-frames:v", "1", "-update", "1", folder / "bare.jpg"),
        *("-map", "[sheet]", "-frames:v", "1", "-update", "1", folder / "bare-sheet.jpg"),
        *("-map", "[wave]", "-f", "s16le", "-ac", "1", "-ar", "8000", folder / "bare.raw"),
        *("-map", "[looked]", "-map", "[heard]", "-f", "null", "-"),
    )


def in_turns(seconds: float) -> dict:
    figures: dict = {}
    for name in CODECS:
        with tempfile.TemporaryDirectory() as temporary:
            folder = Path(temporary)
            path = recorded(folder, name, seconds)
            for _ in range(TURNS):
                whole, result = cpu_s(lambda path=path, folder=folder: finish(path, folder))
                alone, _ = cpu_s(lambda name=name, folder=folder: bare(name, folder / "live.mkv", folder, seconds))
                figures.setdefault(f"finish_{name}_cpu_s_per_minute", []).append(whole * 60 / seconds)
                figures.setdefault(f"bare_ffmpeg_{name}_cpu_s_per_minute", []).append(alone * 60 / seconds)
                if result.how is not WANTED[name]:
                    raise RuntimeError(f"{name} is {result.how}")
    return figures


def main() -> None:
    print(json.dumps(in_turns(float(sys.argv[1]) if len(sys.argv) > 1 else 20)))


if __name__ == "__main__":
    main()
