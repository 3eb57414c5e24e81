"""Runs ffmpeg: one graph, described with ffmpeg-python, as one process that is watched, timed out and understood."""

import subprocess
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import ffmpeg
import imageio_ffmpeg

from storage.base.config import config

Progress = Callable[[float], None]


class FfmpegError(RuntimeError):
    """ffmpeg refused what it was given, or could not go on with it. The message ends with its last words."""


class FfmpegAway(RuntimeError):
    """ffmpeg could not be started, was killed, or took too long: nothing is known about what it was given."""


@dataclass(frozen=True)
class Finished:
    """The outcome of a run: its log, and the number of pictures that its first output took in."""

    log: str
    frames: int


def binary() -> str:
    """The configured ffmpeg, or the one inside the wheel imageio-ffmpeg."""
    return config().ffmpeg or imageio_ffmpeg.get_ffmpeg_exe()


def run(
    *outputs: Any,
    timeout_s: float,
    seconds: float | None = None,
    progress: Progress | None = None,
    verbose: bool = False,
) -> Finished:
    """Run one command that makes all `outputs` (ffmpeg-python streams).

    `progress` is called with the share done, 0 to 1, measured against `seconds` of media. What it raises ends ffmpeg
    and passes through. `verbose` lets filters write what they found into the log. Raises FfmpegError or FfmpegAway.
    """
    graph = ffmpeg.merge_outputs(*outputs).global_args(
        "-hide_banner", "-nostdin", "-nostats", "-loglevel", "info" if verbose else "warning", "-progress", "pipe:1"
    )
    command = ffmpeg.compile(graph, cmd=binary(), overwrite_output=True)
    frames, timed_out = 0, threading.Event()
    with tempfile.TemporaryFile() as log:
        try:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, text=True)
        except OSError as error:
            raise FfmpegAway(f"ffmpeg cannot be started: {error}") from error

        def give_up() -> None:
            timed_out.set()
            process.kill()

        timer = threading.Timer(timeout_s, give_up)
        timer.start()
        try:
            for line in process.stdout or ():
                key, _, value = line.strip().partition("=")
                if key == "frame":
                    frames = int(value)
                elif key == "out_time_us" and progress and seconds and value.lstrip("-").isdigit():
                    progress(min(1.0, max(0.0, int(value) / 1e6 / seconds)))
            process.wait()
        finally:
            timer.cancel()
            process.kill()
            process.wait()
            if process.stdout:
                process.stdout.close()
        log.seek(0)
        text = log.read().decode(errors="replace")
    if timed_out.is_set():
        raise FfmpegAway(f"ffmpeg was stopped after {timeout_s:.0f} s. {_last_words(text)}")
    if process.returncode < 0:
        raise FfmpegAway(f"ffmpeg was killed by signal {-process.returncode}. {_last_words(text)}")
    if process.returncode:
        raise FfmpegError(f"ffmpeg ended with code {process.returncode}. {_last_words(text)}")
    return Finished(text, frames)


def _last_words(log: str) -> str:
    return " | ".join(log.strip().splitlines()[-4:])


if __name__ == "__main__":
    told = subprocess.run([binary(), "-version"], capture_output=True, text=True, timeout=30, check=True)
    print(told.stdout.partition(" Copyright")[0])
