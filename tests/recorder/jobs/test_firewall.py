"""What a technical fault spoils is asked again and never seen by an assessor; silence is an answer.

Every recording here is really encoded, comes as slices of a browser or over the live road, and goes through the job
that finishes it.
"""

import hashlib
import json
import subprocess
import uuid
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from support import cast
from support.sealed import opened
from support.sender import send, sound, spool, video, watch

from recorder.jobs import finish as finish_module
from recorder.jobs.finish import finish_recording
from recorder.media.ffmpeg import binary
from scenarios.sitting import AnswerStage
from storage.base import keys
from storage.base.database import session_scope
from storage.base.jobs import Job, perform
from storage.base.objects import sha256_of
from storage.exam.recordings import FINISH, OF_FILM, Original, Recording, RecordingState, RenditionKind, counting_take
from storage.exam.take_decisions import DecisionKind, decide
from storage.judging.ratings import Rating

NOW = cast.NOW
PICTURE = "testsrc2=s=640x360:r=15:d={}"
FROZEN = "testsrc2=s=640x360:r=15:d={},tpad=stop_mode=clone:stop_duration={}"
TALK = "anoisesrc=a=0.1:d={},tremolo=f=3:d=0.9"
SILENCE = "anullsrc=r=48000:cl=mono:d={}"


@pytest.fixture
def recording(session, people, object_store) -> uuid.UUID:
    row = cast.record(session, cast.begin(cast.sitting(session, people)).answers[0], stored=False)
    session.commit()
    return row.id


def film(path: Path, picture: str | None, tone: str | None) -> bytes:
    """A browser's recording, made by ffmpeg of a picture and a sound in lavfi's words."""
    inputs = [word for source in (picture, tone) if source for word in ("-f", "lavfi", "-i", source)]
    coding = ["-c:v", "libx264", "-preset", "ultrafast", "-g", "30", "-pix_fmt", "yuv420p", "-c:a", "libopus"]
    live = ["-f", "matroska", "-live", "1", "-cluster_time_limit", "1000"]
    subprocess.run([binary(), "-v", "error", "-y", *inputs, *coding, *live, path], check=True, timeout=120)
    return path.read_bytes()


def slices(folder: Path, data: bytes, seconds: float, first: int = 0, last: int | None = None) -> list[Path]:
    """The originals that come of `data` in slices of a second, from `first` to `last` (all when it is not given)."""
    count = max(1, round(seconds))
    cuts = [len(data) * number // count for number in range(count + 1)]
    last = count - 1 if last is None else last
    row, closing = folder / f"slices-{first}-{last}", folder / "closing"
    row.write_bytes(data[cuts[first] : cuts[last + 1]])
    told = {"count": count, "size": len(data), "sha256": hashlib.sha256(data).hexdigest(), "seconds": seconds}
    closing.write_text(json.dumps({**told, "mime_type": "video/webm"}))
    return [row, closing]


def arrive(recording: uuid.UUID, store, paths: list[Path], after_s: float = 60) -> None:
    """Do what the shipper does with these files, and move the row."""
    at = NOW + timedelta(minutes=2, seconds=after_s)
    with session_scope() as session:
        row = session.get(Recording, recording)
        known = {original.name for original in row.originals}
        for path in paths:
            if path.stem in known:
                continue
            sealed = path.with_name(f"{path.stem}.enc")
            keys.encrypt_file(path, sealed, keys.key_store().get_or_create(row.candidate_id))
            put = store.put_file(f"recordings/{row.id}/{sealed.name}", sealed)
            values = {"size": path.stat().st_size, "sha256": sha256_of(path), "created_at": at}
            values |= {"cipher_size": put.size, "cipher_sha256": put.sha256}
            row.originals.append(Original(name=path.stem, key=put.key, **values))
        row.receive(at)
        row.capture(at)


def finish(recording: uuid.UUID) -> tuple[RecordingState, AnswerStage, list[str], dict]:
    with session_scope(writes=False) as session:
        newest = select(Job.id).where(Job.kind == FINISH, Job.subject == recording).order_by(Job.created_at.desc())
        job = session.scalars(newest).first()
    perform(job, finish_recording)
    with session_scope(writes=False) as session:
        row = session.get(Recording, recording)
        return row.state, row.answer.stage, [fault["kind"] for fault in row.faults], row.figures


def renditions(recording: uuid.UUID) -> dict[str, str]:
    with session_scope(writes=False) as session:
        return {one.kind: one.key for one in session.get(Recording, recording).renditions}


HEADER = bytes.fromhex("1a45dfa3") + bytes(42)
SPOILED = {
    "no sound track": (PICTURE.format(10), None, 10, ["no_sound"]),
    "no picture": (None, TALK.format(6), 6, ["no_picture"]),
    "frozen for 30 s": (FROZEN.format(15, 30), TALK.format(45), 45, ["frozen"]),
    "frozen for 30 s of a long answer": (FROZEN.format(135, 30), TALK.format(165), 165, ["frozen"]),
    "black": ("color=black:s=640x360:r=15:d=8", TALK.format(8), 8, ["frozen", "black"]),
    "sound that stops half way": (PICTURE.format(12), TALK.format(6), 12, ["sound_broken"]),
    "320 by 180": ("testsrc2=s=320x180:r=15:d=6", TALK.format(6), 6, ["too_small"]),
    "10 pictures a second": ("testsrc2=s=640x360:r=10:d=6", TALK.format(6), 6, ["too_few_frames"]),
    "a header and nothing else": (HEADER, None, 3, ["unreadable"]),
}


@pytest.mark.one_database
@pytest.mark.parametrize("what", SPOILED)
def test_a_technical_fault_is_asked_again_and_never_seen(recording, object_store, tmp_path, what):
    picture, tone, seconds, faults = SPOILED[what]
    data = picture if isinstance(picture, bytes) else film(tmp_path / "browser", picture, tone)
    arrive(recording, object_store, slices(tmp_path, data, seconds))
    state, stage, found, _ = finish(recording)
    assert (state, stage) == (RecordingState.RETAKE, AnswerStage.WAITING)
    assert found == (faults if what != "a header and nothing else" else found) and found
    assert renditions(recording) == {}, "there is nothing that anybody could watch"
    with session_scope(writes=False) as session:
        row = session.get(Recording, recording)
        assert {one.name for one in row.originals} == {f"slices-0-{seconds - 1}", "closing"}
        for original in row.originals:
            assert object_store.size(original.key) == original.cipher_size, "the original is kept"


@pytest.mark.one_database
@pytest.mark.parametrize("tone", [SILENCE, TALK])
def test_360_lines_at_15_pictures_a_second_pass_and_so_does_silence(recording, object_store, tmp_path, tone):
    arrive(recording, object_store, slices(tmp_path, film(tmp_path / "browser", PICTURE.format(8), tone.format(8)), 8))
    state, stage, faults, figures = finish(recording)
    assert (state, stage, faults) == (RecordingState.STORED, AnswerStage.RECORDED, [])
    assert (figures["width"], figures["height"], figures["how"]) == (640, 360, "copied")
    assert figures["fps"] == pytest.approx(15, abs=0.1)
    remarks = [remark["kind"] for remark in figures["remarks"]]
    assert remarks == (["little_speech"] if tone == SILENCE else [])


def test_a_road_without_a_fault_is_taken_instead_of_one_with(recording, object_store, tmp_path):
    """The slices are whole but black; the live road is not."""
    big = ((640, 384),)
    data = film(tmp_path / "browser", "color=black:s=640x360:r=15:d=6", TALK.format(6))
    live = spool(tmp_path / "whip-1.rtp", send(video("H264", 6, big), sound(6)))
    arrive(recording, object_store, [*slices(tmp_path, data, 6), live])
    state, _, faults, figures = finish(recording)
    assert (state, faults) == (RecordingState.STORED, [])
    decision = figures["decision"]
    assert (decision["took"], decision["why"], decision["faulty"]) == ("live", "other_faulty", ["frozen", "black"])
    (tmp_path / "seen.mp4").write_bytes(opened(renditions(recording)[RenditionKind.VIDEO], recording))
    assert watch(tmp_path / "seen.mp4").numbers == list(range(180))


@pytest.mark.one_database
def test_a_track_that_one_road_lacks_comes_from_the_other(recording, object_store, tmp_path):
    """The slices are whole but have no sound, the live road has it, and a picture that came in part."""
    data = film(tmp_path / "browser", PICTURE.format(6), None)
    shown = [one for one in video("H264", 6, ((640, 384),)) if one[1] < 2]
    live = spool(tmp_path / "whip-1.rtp", send(shown, sound(6)))
    arrive(recording, object_store, [*slices(tmp_path, data, 6), live])
    state, _, faults, figures = finish(recording)
    assert (state, faults, figures["decision"]["took"]) == (RecordingState.STORED, [], "both")
    assert figures["decision"]["filled_s"]["sound"] == pytest.approx(6, abs=0.1)
    assert (figures["frames"], figures["result"]["unproven"]) == (90, None)
    assert figures["audio_seconds"] == pytest.approx(6, abs=0.1)


def test_where_no_film_can_be_made_of_one_road_the_other_is_taken(recording, object_store, tmp_path, monkeypatch):
    """The slices are chosen and have no fault, and still nothing comes of them; the live road is perfect."""
    big = ((640, 384),)
    data = film(tmp_path / "browser", PICTURE.format(6), TALK.format(6))
    live = spool(tmp_path / "whip-1.rtp", send(video("H264", 6, big), sound(6)))
    arrive(recording, object_store, [*slices(tmp_path, data, 6), live])
    _spoil(monkeypatch, "slices")
    state, _, faults, figures = finish(recording)
    assert (state, faults) == (RecordingState.STORED, [])
    assert (figures["decision"]["took"], figures["decision"]["faulty"]) == ("live", ["no_film"])
    assert figures["result"]["unproven"] is None
    (tmp_path / "seen.mp4").write_bytes(opened(renditions(recording)[RenditionKind.VIDEO], recording))
    assert watch(tmp_path / "seen.mp4").numbers == list(range(180))


@pytest.mark.one_database
def test_a_film_that_cannot_be_proven_names_what_is_wrong_and_costs_no_retake(
    recording, object_store, tmp_path, monkeypatch
):
    data = film(tmp_path / "browser", PICTURE.format(6), TALK.format(6))
    arrive(recording, object_store, slices(tmp_path, data, 6))
    _spoil(monkeypatch, "slices")
    state, stage, faults, figures = finish(recording)
    assert (state, stage, faults) == (RecordingState.STORED, AnswerStage.RECORDED, [])
    assert "pictures" in figures["result"]["unproven"] and figures["result"]["frames"] == 90


def _spoil(monkeypatch, road: str) -> None:
    """Let what is made of this road be held against twice as many pictures as it has, so that no proof succeeds."""
    real = finish_module.transcode

    def spoiled(source, measured, *more, **options):
        if source.name.startswith(road):
            scan = replace(measured.scan, times=tuple(sorted(measured.scan.times * 2)))
            measured = replace(measured, scan=scan)
        return real(source, measured, *more, **options)

    monkeypatch.setattr(finish_module, "transcode", spoiled)


def test_slices_that_come_late_make_a_retake_needless(recording, object_store, tmp_path):
    data = film(tmp_path / "browser", PICTURE.format(8), TALK.format(8))
    arrive(recording, object_store, slices(tmp_path, data, 8, last=1))
    assert finish(recording)[:3] == (RecordingState.RETAKE, AnswerStage.WAITING, ["too_short"])
    arrive(recording, object_store, slices(tmp_path, data, 8, first=2), after_s=3600)
    state, stage, faults, figures = finish(recording)
    assert (state, stage, faults) == (RecordingState.STORED, AnswerStage.RECORDED, [])
    assert figures["decision"]["why"] == "no_live" and figures["frames"] == 120
    with session_scope(writes=False) as session:
        row = session.get(Recording, recording)
        assert (counting_take(session, row.answer), row.answer.takes) == (row, 1)
        assert len(row.receipts) == 2


@pytest.mark.one_database
def test_what_comes_late_and_is_of_no_use_spoils_nothing(recording, object_store, tmp_path):
    big = ((640, 384),)
    first = spool(tmp_path / "whip-1.rtp", send(video("H264", 6, big), sound(6)))
    arrive(recording, object_store, [first])
    assert finish(recording)[0] is RecordingState.STORED
    before = renditions(recording)
    hour = spool(tmp_path / "whip-2.rtp", send(video("H264", 3, big), sound(3), start_s=1_800_000_060.0), session=2)
    arrive(recording, object_store, [hour], after_s=3600)
    assert finish(recording)[0] is RecordingState.STORED, "a minute of still picture between them is a fault"
    assert renditions(recording) == before
    with session_scope(writes=False) as session:
        assert [one.name for one in session.get(Recording, recording).late] == ["whip-2"]


@pytest.mark.one_database
@pytest.mark.parametrize("scored", [False, True])
def test_a_film_is_made_anew_until_somebody_has_scored_it(recording, people, object_store, tmp_path, scored):
    data = film(tmp_path / "browser", PICTURE.format(8), TALK.format(8))
    arrive(recording, object_store, slices(tmp_path, data, 8, last=5))
    assert finish(recording)[3]["seconds"] == pytest.approx(6, abs=0.6)
    before = renditions(recording)
    arrive(recording, object_store, slices(tmp_path, data, 8, first=6), after_s=600)
    if scored:
        with session_scope() as session:
            answer = session.get(Recording, recording).answer
            rating = Rating(answer=answer, assessor_id=people.assessors[0].id, slot=1)
            session.add(rating)
            cast.score(rating)
    state, _, _, figures = finish(recording)
    assert state is RecordingState.STORED
    assert figures["seconds"] == pytest.approx(6 if scored else 8, abs=0.6)
    assert (renditions(recording) == before) is scored
    kept = set(object_store.keys(f"recordings/{recording}/"))
    assert set(renditions(recording).values()) <= kept
    assert len(kept) == 3 + len(OF_FILM), "the three originals and one of each: what is not used any more is gone"
    with session_scope(writes=False) as session:
        row = session.get(Recording, recording)
        assert [one.name for one in row.late] == (["slices-6-7"] if scored else [])


@pytest.mark.one_database
def test_what_the_office_accepts_becomes_a_film_that_says_what_is_wrong(recording, people, object_store, tmp_path):
    with session_scope() as session:
        row = session.get(Recording, recording)
        row.take = row.answer.takes = 2
    data = film(tmp_path / "browser", "testsrc2=s=640x360:r=10:d=6", TALK.format(6))
    arrive(recording, object_store, slices(tmp_path, data, 6))
    assert finish(recording)[:3] == (RecordingState.RETAKE, AnswerStage.RECORDED, ["too_few_frames"])
    with session_scope() as session:
        row = session.get(Recording, recording)
        decide(session, row, DecisionKind.ACCEPTED, "Alles is te volgen.", people.officer, NOW + timedelta(hours=2))
    assert finish(recording)[:3] == (RecordingState.STORED, AnswerStage.RECORDED, ["too_few_frames"])
    assert set(renditions(recording)) == set(OF_FILM)


@pytest.mark.one_database
def test_work_that_was_overtaken_leaves_nothing_behind(recording, object_store, tmp_path, monkeypatch):
    """While a film is made of six slices two more come: the work is for nothing, and is done again with all of them."""
    data = film(tmp_path / "browser", PICTURE.format(8), TALK.format(8))
    arrive(recording, object_store, slices(tmp_path, data, 8, last=5))
    put = finish_module._put

    def overtaken(*arguments):
        made = put(*arguments)
        monkeypatch.setattr(finish_module, "_put", put)
        arrive(recording, object_store, slices(tmp_path, data, 8, first=6), after_s=600)
        return made

    monkeypatch.setattr(finish_module, "_put", overtaken)
    assert finish(recording)[0] is RecordingState.CAPTURED
    assert finish(recording)[3]["frames"] == 120
    made = {key for key in object_store.keys(f"recordings/{recording}/") if key.count("/") == 3}
    assert made == set(renditions(recording).values())
