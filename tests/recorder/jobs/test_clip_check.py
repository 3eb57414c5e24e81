"""A folder of clips is taken into use as a whole, or nothing changes and everything that is wrong is said."""

import shutil
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select
from support import cast
from support.parallels import with_parallels

from recorder.jobs import clip_check
from recorder.jobs.clip_import import check_pack, import_pack
from recorder.media.ffmpeg import binary
from recorder.media.measure import Measured, measure
from scenarios.catalogue import parse_pack
from scenarios.scheme import parse
from storage.base.database import session_scope
from storage.base.jobs import Job, Queue, enqueue, perform
from storage.base.objects import sha256_of
from storage.exam import drawing
from storage.schemes import Pack, current_pack, current_scheme

DATA = (cast.CONTENT / "scenarios.toml").read_bytes()
PACK = parse_pack(DATA, parse((cast.CONTENT / "scheme.toml").read_bytes()))
EVERYONE = (PACK.practice, *PACK.scenarios)
FINE = {"size": "1280x720", "seconds": 20, "gain": -0.3, "codec": "libx264", "sound": "aac", "flags": "+faststart"}


def film(path: Path, **other) -> Path:
    """A clip of a test picture and noise, fine but for what is asked otherwise."""
    wish = FINE | other
    picture = f"testsrc=s={wish['size']}:r=1:d={wish['seconds']}"
    noise = f"anoisesrc=a=0.1:r=48000:d={wish['seconds']}:seed=1,volume={wish['gain']}dB"
    command = [binary(), "-v", "error", "-y", "-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", noise]
    coding = ["-c:v", wish["codec"], "-preset", "ultrafast", "-pix_fmt", wish.get("pixels", "yuv420p")]
    sounding = ["-an"] if wish["sound"] is None else ["-c:a", wish["sound"]]
    subprocess.run([*command, *coding, *sounding, "-movflags", wish["flags"], path], check=True, timeout=60)
    return path


def captions(path: Path, spoken: str, seconds: float = 19) -> None:
    """A cue for every four words, evenly in time, with a speaker's tag."""
    words = spoken.split()
    cues = [words[at : at + 4] for at in range(0, len(words), 4)]
    step = seconds / len(cues)
    lines = [
        f"00:{index * step:06.3f} --> 00:{(index + 1) * step - 0.01:06.3f}\n<v Stem>{' '.join(cue)}"
        for index, cue in enumerate(cues)
    ]
    path.write_text("WEBVTT\n\n" + "\n\n".join(lines) + "\n", encoding="utf-8")


@pytest.fixture(autouse=True, scope="module")
def measured_once() -> Iterator[None]:
    """Clips of the same bytes are measured once: ten of the eleven in a folder are copies of the first."""
    known: dict[str, Measured] = {}

    def measure_once(path: Path, looking: bool) -> Measured:
        assert not looking
        if (digest := sha256_of(path)) not in known:
            known[digest] = measure(path, looking=False)
        return known[digest]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clip_check, "measure", measure_once)
        yield


@pytest.fixture(scope="session")
def fine(tmp_path_factory) -> Path:
    """A folder in which all is well."""
    folder = tmp_path_factory.mktemp("pack")
    (folder / "scenarios.toml").write_bytes(DATA)
    clip = film(folder / EVERYONE[0].clip)
    for scenario in EVERYONE:
        if scenario is not EVERYONE[0]:
            shutil.copy(clip, folder / scenario.clip)
        captions(folder / scenario.captions, scenario.spoken)
    return folder


@pytest.fixture
def folder(fine, tmp_path) -> Path:
    """A copy of it, to spoil."""
    return Path(shutil.copytree(fine, tmp_path / "pack"))


@pytest.fixture(scope="module")
def looked_at(fine):
    shares = []
    return clip_check.check(fine, PACK, shares.append), shares


def only(folder: Path, number: int) -> list[str]:
    """The problems of one scenario."""
    return list(clip_check._problems(folder, EVERYONE[number], 0).problems)


def test_a_fine_folder_has_no_problems(looked_at):
    checked, shares = looked_at
    assert checked.problems == ()
    assert [clip.number for clip in checked.clips] == list(range(11))
    assert checked.clips[3].seconds == pytest.approx(20, abs=0.1)
    assert shares == sorted(shares)


@pytest.mark.parametrize(
    ("other", "sentence"),
    [
        ({"size": "640x360"}, "het beeld is 640 × 360 beeldpunten groot; dat moet 1280 × 720 zijn."),
        ({"seconds": 12}, "de clip duurt 12,0 seconden; dat moeten er 20 tot 45 zijn."),
        ({"seconds": 47}, "de clip duurt 47,0 seconden; dat moeten er 20 tot 45 zijn."),
        ({"codec": "mpeg4"}, "het beeld moet H.264 zijn, 8 bits, 4:2:0."),
        ({"pixels": "yuv444p"}, "het beeld moet H.264 zijn, 8 bits, 4:2:0."),
        ({"sound": "libopus"}, "het geluid moet AAC zijn."),
        ({"sound": None}, "er is geen geluid."),
        ({"flags": "+write_colr"}, "afspelen kan pas beginnen als alles binnen is; sla de clip op met 'faststart'."),
    ],
)
def test_each_fault_of_a_clip_is_said(folder, other, sentence):
    film(folder / EVERYONE[4].clip, **other)
    captions(folder / EVERYONE[4].captions, EVERYONE[4].spoken, 10)
    assert only(folder, 4) == [f"{EVERYONE[4].clip}: {sentence}"]


def test_a_loud_clip_is_said_with_its_loudness(folder):
    film(folder / EVERYONE[4].clip, gain=6)
    (problem,) = only(folder, 4)
    assert problem.startswith(f"{EVERYONE[4].clip}: de geluidssterkte is -1")
    assert problem.endswith("LUFS; dat moet -23 LUFS, met 1 speling zijn.")


def test_each_fault_of_the_captions_is_said(folder):
    path = folder / EVERYONE[2].captions
    whole = path.read_text()

    def problem_of(text: str) -> str:
        path.write_text(text)
        (problem,) = only(folder, 2)
        return problem.removeprefix(f"{path.name}: ")

    cues = whole.split("\n\n")
    assert "gesproken woorden staan erin; dat moeten ze allemaal zijn." in problem_of("\n\n".join(cues[:-3]))
    assert problem_of(whole.replace("WEBVTT", "SRT")) == "dit is geen WebVTT: de eerste regel moet WEBVTT zijn."
    assert problem_of("WEBVTT\n") == "er staat geen enkele ondertitel in."
    backwards = whole.replace("00:00.000 --> ", "00:17.000 --> ")
    assert problem_of(backwards) == "de tijden van de ondertitels lopen niet op."
    late = whole.replace("--> 00:18.99", "--> 00:33.99")
    assert problem_of(late) == "de ondertitels lopen door na het einde van de clip."
    path.write_bytes(b"WEBVTT\n\n00:01.000 --> 00:02.000\n\xff")
    assert only(folder, 2) == [f"{path.name}: de ondertiteling moet in UTF-8 zijn."]


def test_all_problems_are_said_at_once(folder):
    (folder / EVERYONE[1].clip).unlink()
    (folder / EVERYONE[1].captions).unlink()
    (folder / EVERYONE[5].clip).write_bytes(b"no film at all")
    (folder / "99-vergissing.mp4").write_bytes(b"")
    checked = clip_check.check(folder, PACK)
    assert checked.problems == (
        "99-vergissing.mp4 hoort bij geen enkele situatie.",
        f"{EVERYONE[1].clip} ontbreekt.",
        f"{EVERYONE[1].captions} ontbreekt.",
        f"{EVERYONE[5].clip}: dit is geen leesbaar filmbestand.",
    )
    assert [clip.number for clip in checked.clips] == [0, 2, 3, 4, 6, 7, 8, 9, 10]


def deliver(store, folder: Path, kind: str) -> Job:
    """Do what the command line does: bring the files, ask for the job, and let a worker do it."""
    subject = uuid.uuid4()
    for path in folder.iterdir():
        store.put_file(f"incoming/{subject}/{path.name}", path)
    with session_scope() as session:
        job = enqueue(session, Queue.MEDIA, kind, subject, cast.NOW)
    perform(job.id, {"import_pack": import_pack, "check_pack": check_pack}[kind])
    with session_scope(writes=False) as session:
        return session.get(Job, job.id)


@pytest.mark.one_database
def test_a_pack_is_taken_into_use_once(session, object_store, folder):
    scheme = cast.scheme(session)
    session.commit()
    assert deliver(object_store, folder, "check_pack").result["clips"] == 11
    with session_scope(writes=False) as session:
        assert session.scalars(select(Pack)).all() == []
    job = deliver(object_store, folder, "import_pack")
    assert (job.result["problems"], job.result["clips"]) == ([], 11)
    with session_scope(writes=False) as session:
        row = current_pack(session, current_scheme(session, scheme.key))
        assert (row.number, row.content, [clip.number for clip in row.clips]) == (1, PACK, list(range(11)))
        clip = row.clip(7)
        assert clip.seconds == pytest.approx(20, abs=0.1)
        assert clip.video_sha256 == sha256_of(folder / EVERYONE[7].clip)
        object_store.get_file(clip.captions_key, folder / "again.vtt")
        assert sha256_of(folder / "again.vtt") == sha256_of(folder / EVERYONE[7].captions)
        assert object_store.size(clip.video_key) == clip.video_size
    (folder / "again.vtt").unlink()
    deliver(object_store, folder, "import_pack")
    with session_scope(writes=False) as session:
        assert len(session.scalars(select(Pack)).all()) == 1
    # Another film of the same text makes another version of the pack.
    film(folder / EVERYONE[3].clip, seconds=21)
    deliver(object_store, folder, "import_pack")
    with session_scope(writes=False) as session:
        assert sorted(session.scalars(select(Pack.number))) == [1, 2]


@pytest.mark.one_database
def test_a_pack_with_a_fault_changes_nothing(session, object_store, folder):
    cast.scheme(session)
    session.commit()
    (folder / EVERYONE[9].captions).unlink()
    assert deliver(object_store, folder, "import_pack").result["problems"] == [f"{EVERYONE[9].captions} ontbreekt."]
    (folder / "scenarios.toml").write_text("nothing = [")
    assert "kan niet gelezen worden" in deliver(object_store, folder, "import_pack").result["problems"][0]
    (folder / "scenarios.toml").write_text('scheme = "onbekend"')
    assert deliver(object_store, folder, "import_pack").result["problems"] == ["Het examen onbekend is niet bekend."]
    (folder / "scenarios.toml").write_bytes(DATA.replace(b"number = 1\n", b"number = 0\n", 1))
    assert deliver(object_store, folder, "import_pack").result["problems"]
    (folder / "scenarios.toml").unlink()
    assert deliver(object_store, folder, "import_pack").result["problems"] == ["scenarios.toml ontbreekt."]
    with session_scope(writes=False) as session:
        assert session.scalars(select(Pack)).all() == []
    assert object_store.keys("clips/") == []


@pytest.mark.one_database
def test_parallel_clips_come_along_and_a_pack_of_retired_situations_is_refused(session, people, object_store, folder):
    data = with_parallels(4)
    pack = parse_pack(data, parse((cast.CONTENT / "scheme.toml").read_bytes()))
    parallel = pack.scenario(4, 1)
    cast.scheme(session)
    session.commit()
    (folder / "scenarios.toml").write_bytes(data)
    assert deliver(object_store, folder, "check_pack").result["problems"] == [
        f"{parallel.clip} ontbreekt.",
        f"{parallel.captions} ontbreekt.",
    ]
    film(folder / parallel.clip, seconds=22)
    captions(folder / parallel.captions, parallel.spoken)
    assert deliver(object_store, folder, "import_pack").result == {"problems": [], "clips": 12} | {
        "sha256": deliver(object_store, folder, "check_pack").result["sha256"]
    }
    with session_scope() as session:
        row = current_pack(session, cast.scheme(session))
        assert [(one.number, one.parallel) for one in row.clips if one.number == 4] == [(4, 0), (4, 1)]
        assert row.clip(4, 1).seconds == pytest.approx(22, abs=0.1)
        for gone in (pack.scenario(4), pack.scenario(5)):
            drawing.retire(session, row, gone, "Staat op internet.", people.officer, cast.NOW)
    assert deliver(object_store, folder, "check_pack").result["problems"] == [
        f"Situatie 5 ({pack.scenario(5).title}) is uit gebruik genomen. Zet er een andere voor in de plaats, of erbij."
    ]
