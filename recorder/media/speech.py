"""Hears what is said in a film: by a Whisper model in a folder of this machine, in a process of its own.

    python -m recorder.media.speech MODEL                  # whether it can work: says with what, or what is wrong
    python -m recorder.media.speech MODEL FILM LANGUAGE    # hears it: a line of JSON for each piece of speech

The process takes some hundreds of megabytes, which go with it, and whatever happens to it happens to no worker. It asks
no network for anything. What is said stands in its output alone: never in its errors, which end up in a log.
"""

import importlib.util
import json
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from recorder.media.words import Word, joined

LIBRARY = "faster_whisper"
NEEDED = ("model.bin", "config.json", "tokenizer.json")
"""Without the third one the library would ask a server for it, whatever it is told of staying offline."""
VOCABULARIES = ("vocabulary.json", "vocabulary.txt")
NICER = "10"
"""Films, pages and recordings go before this work."""
START_S = 120
A_SECOND_TAKES_S = 20
"""Seconds of a very busy machine for each second of film, before somebody gives up."""


class SpeechAway(RuntimeError):
    """Nothing could be heard: the program could not work here, was killed, or took too long. It holds no word said."""


def installed() -> bool:
    """True when the library is there (requirements-transcribe.txt)."""
    return importlib.util.find_spec(LIBRARY) is not None


def wrong_with(model: Path) -> str | None:
    """What keeps this folder from being a model, as an English sentence; None when nothing does."""
    if not installed():
        return "faster-whisper is not installed: install requirements-transcribe.txt."
    if not model.is_dir():
        return f"{model} is no folder: put a Whisper model of CTranslate2 there, or leave VIGNET_TRANSCRIBE_MODEL out."
    missing = [name for name in NEEDED if not (model / name).is_file()]
    if not any((model / name).is_file() for name in VOCABULARIES):
        missing.append(VOCABULARIES[0])
    if missing:
        return f"{model} misses {', '.join(missing)}: copy the whole folder of the model."
    return None


def hear(model: Path, film: Path, language: str, seconds: float, progress: Callable[[float], None]) -> list[Word]:
    """The words of this film of so many `seconds`; none where nobody speaks.

    `progress` is called with the share done, 0 to 1; what it raises ends the work. Raises SpeechAway.
    """
    if wrong := wrong_with(model):
        raise SpeechAway(wrong)
    # The library's own way to the network is closed as well.
    program = [sys.executable, "-m", "recorder.media.speech", str(model), str(film), language]
    command = ["nice", "-n", NICER, "env", "HF_HUB_OFFLINE=1", *program]
    pieces: list[Word] = []
    with tempfile.TemporaryFile() as log:
        try:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log)
        except OSError as error:
            raise SpeechAway(f"the program that hears cannot be started: {error}") from error
        timer = threading.Timer(START_S + A_SECOND_TAKES_S * seconds, process.kill)
        timer.start()
        try:
            for line in process.stdout or ():
                pieces += [Word(*one) for one in json.loads(line)]
                progress(min(1.0, pieces[-1].end / seconds) if pieces and seconds else 1.0)
            process.wait()
        finally:
            timer.cancel()
            process.kill()
            process.wait()
            if process.stdout:
                process.stdout.close()
        log.seek(0)
        trouble = log.read().decode(errors="replace")
    if process.returncode < 0:
        raise SpeechAway(f"the program that hears was killed by signal {-process.returncode}")
    if process.returncode:
        raise SpeechAway(f"the program that hears ended with code {process.returncode}: {_last_line(trouble)}")
    return joined(pieces, seconds)


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1] if lines else "it said nothing"


def _main(arguments: list[str]) -> int:
    model = Path(arguments[0])
    if wrong := wrong_with(model):
        print(wrong, file=sys.stderr)
        return 1
    from faster_whisper import WhisperModel

    try:
        whisper = WhisperModel(str(model), device="cpu", compute_type="int8", cpu_threads=1, local_files_only=True)
    except (RuntimeError, ValueError, OSError) as error:
        print(f"{model} cannot be read as a model: {error}", file=sys.stderr)
        return 1
    if len(arguments) == 1:
        print(f"faster-whisper {version('faster-whisper')}, {model.name}")
        return 0
    _, film, language = arguments
    if language != "en" and not whisper.model.is_multilingual:
        print(f"{model} knows English alone: take a model of all languages.", file=sys.stderr)
        return 1
    try:
        heard, _ = whisper.transcribe(
            film, language=language, word_timestamps=True, vad_filter=True, condition_on_previous_text=False
        )
        for piece in heard:
            words = [(float(one.start), float(one.end), one.word) for one in piece.words or ()]
            print(json.dumps(words), flush=True)
    except Exception as error:
        # Its message may hold what was said.
        print(f"nothing could be made of the film ({type(error).__name__})", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1:]))
