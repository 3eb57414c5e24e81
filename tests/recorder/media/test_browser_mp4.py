"""An MP4 as browsers write it: both tracks begin at 0, whatever came first; what the page saw sets them apart."""

import hashlib
import json
import subprocess

import pytest
from support.sender import START_S, send, sound, spool, video, watch

from recorder.media import ffmpeg, select_source
from recorder.media.live_source import join
from recorder.media.measure import measure
from recorder.media.transcode import transcode

SECONDS, LATE_S = 8, 1.5


def mp4(folder, late):
    """One of the two begins LATE_S later, and the file says nothing of it."""
    pictures = [one for one in video("H264", SECONDS, gop=15) if late != "picture" or one[1] >= LATE_S]
    begin_s = pictures[0][1]
    pictures = [(number, at - begin_s, payloads) for number, at, payloads in pictures]
    sounds = [(at - LATE_S * (late == "sound"), data) for at, data in sound(SECONDS) if late != "sound" or at >= LATE_S]
    source = join([spool(folder / "own", send(pictures, sounds), codec="H264")], folder / "own.mkv").path
    fragments = ["-movflags", "empty_moov+default_base_moof+frag_keyframe", "-f", "mp4"]
    path = folder / "slices-0-3"
    subprocess.run(
        [ffmpeg.binary(), "-v", "error", "-i", source, "-c", "copy", *fragments, path], check=True, timeout=60
    )
    return path


def told(folder, path, notes):
    data = path.read_bytes()
    message = {"count": 4, "size": len(data), "sha256": hashlib.sha256(data).hexdigest(), "seconds": SECONDS}
    at_ms = 1000 * START_S
    notes = [{"at_ms": at_ms, "what": what, "value": value} for what, value in notes.items()]
    message |= {"mime_type": "video/mp4", "started_ms": at_ms, "notes": notes}
    (folder / "closing").write_text(json.dumps(message))
    (folder / "work").mkdir()
    return select_source.best([path, folder / "closing"], folder / "work")


@pytest.mark.parametrize("late", ["sound", "picture"])
def test_what_the_page_saw_come_late_is_late_in_the_film(tmp_path, late):
    first = {"first_picture_ms": 40, "first_sound_ms": 60}
    first[f"first_{late}_ms"] += 1000 * LATE_S
    chosen = told(tmp_path, mp4(tmp_path, late), first)
    assert chosen.decision["took"] == "slices"
    assert abs(chosen.decision["set_apart_s"]) == pytest.approx(LATE_S, abs=0.05)
    measured = measure(chosen.path)
    assert measured.measurement.seconds == pytest.approx(SECONDS, abs=0.1)
    (tmp_path / "out").mkdir()
    seen = watch(transcode(chosen.path, measured, tmp_path / "out").video)
    assert len(seen.offsets_ms) >= SECONDS - 3 and max(map(abs, seen.offsets_ms)) < 80
    assert len(seen.numbers) == len(set(seen.numbers)) == (SECONDS - LATE_S * (late == "picture")) * 30


@pytest.mark.parametrize("notes", [{}, {"first_picture_ms": 40, "first_sound_ms": 300}])
def test_without_a_word_of_the_page_or_for_a_moment_nothing_is_moved(tmp_path, notes):
    chosen = told(tmp_path, mp4(tmp_path, "nothing"), notes)
    assert chosen.decision["set_apart_s"] is None
    assert chosen.path.name == "slices-0-rows-1"
