"""A recogniser of speech whose words a test gives: a library and a model folder of the right form, without a model.

What the real one hears is in tests/recorder/jobs/test_real_speech.py; everything around it needs only that words come.
"""

import json
import os
from pathlib import Path

from support import settings_cache

from storage.exam.sittings import Sitting
from storage.schemes import add_scheme, current_scheme

LIBRARY = """
import json, os, pathlib, signal

TOLD = json.loads((pathlib.Path(__file__).parent / "told.json").read_text())


class Thing:
    def __init__(self, **values):
        self.__dict__.update(values)


class WhisperModel:
    def __init__(self, path, **options):
        assert options["local_files_only"] and os.environ["HF_HUB_OFFLINE"] == "1"
        self.model = Thing(is_multilingual=TOLD["multilingual"])

    def transcribe(self, film, language, **options):
        assert pathlib.Path(film).read_bytes()[4:8] == b"ftyp" and language == "nl" and options["word_timestamps"]
        return self.pieces(), None

    def pieces(self):
        for words in TOLD["pieces"]:
            yield Thing(words=[Thing(start=start, end=end, word=word) for start, end, word in words])
        if TOLD["then"] == "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        if TOLD["then"] == "fails":
            raise ValueError("Fatima belde gisteren")
"""

ORIGIN = b"""
[[origins]]
path = "assessment.transcript"
label = "Een programma schrijft op wat er gezegd is, als hulpmiddel"
"""


def hears(monkeypatch, folder: Path, *pieces: list, then: str = "", multilingual: bool = True) -> Path:
    """From now on this process has a library that hears these pieces; answers the folder of its model."""
    library, model = folder / "library", folder / "model"
    (library / "faster_whisper").mkdir(parents=True, exist_ok=True)
    (library / "faster_whisper-1.0.dist-info").mkdir(exist_ok=True)
    (library / "faster_whisper-1.0.dist-info" / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: faster-whisper\nVersion: 1.0\n"
    )
    (library / "faster_whisper" / "__init__.py").write_text(LIBRARY)
    told = {"pieces": pieces, "then": then, "multilingual": multilingual}
    (library / "faster_whisper" / "told.json").write_text(json.dumps(told))
    model.mkdir(exist_ok=True)
    for name in ("model.bin", "config.json", "tokenizer.json", "vocabulary.json"):
        (model / name).write_text("{}")
    use(monkeypatch, library, model)
    return model


def use(monkeypatch, library: Path, model: Path) -> None:
    """Let this process, and what it starts, find the library there, and name this model in the settings."""
    monkeypatch.syspath_prepend(str(library))
    monkeypatch.setenv("PYTHONPATH", f"{library}{os.pathsep}{os.environ.get('PYTHONPATH', '')}".rstrip(os.pathsep))
    monkeypatch.setenv("VIGNET_TRANSCRIBE_MODEL", str(model))
    settings_cache.clear()


def with_transcript(data: bytes, number: int = 2) -> bytes:
    """This scheme, in which what is said is written down."""
    data = data.replace(b"\nnumber = 1\n", f"\nnumber = {number}\n".encode(), 1)
    data = data.replace(b"\nassessor_daily_answers = 60\n", b"\nassessor_daily_answers = 60\ntranscript = true\n", 1)
    return data + ORIGIN


def switch_on(session, sitting: Sitting, now) -> None:
    """Let the exam of this sitting be one in which what is said is written down."""
    row = current_scheme(session, sitting.dossier.scheme.key)
    sitting.dossier.scheme = add_scheme(session, with_transcript(row.data), now)
    session.flush()
