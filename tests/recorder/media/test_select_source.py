"""The better of the two roads: real files with holes, tails that never came, and live sessions that know the rest."""

import hashlib
import json
import math
import random
import subprocess
import time
from array import array
from fractions import Fraction
from functools import cache
from pathlib import Path
from unittest.mock import ANY

import av
import numpy as np
import pytest
from support.sender import START_S, send, spool, video, watch

from recorder.media import ffmpeg, select_source
from recorder.media.live_source import join
from recorder.media.measure import Scan, measure, scan
from recorder.media.road import Road, fill
from recorder.media.stitch import lag_s, stitch
from recorder.media.transcode import transcode

SECONDS = 8


@cache
def talk(seconds: float = SECONDS):
    """Coded sound as (seconds, payload): noise as loud and as quiet as talk, and a beep at each whole second."""
    encoder = av.CodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.layout, encoder.format = 48_000, "stereo", "s16"
    encoder.bit_rate, encoder.time_base = 40_000, Fraction(1, 48_000)
    chance, packets = random.Random(3), []
    for block in range(round(seconds * 50)):
        loud = 1500 * chance.random() ** 2
        samples = array("h")
        for index in range(960):
            at = (block * 960 + index) / 48_000
            value = 12_000 * math.sin(2 * math.pi * 1000 * at) if at % 1 < 0.06 else loud * (2 * chance.random() - 1)
            samples.extend((round(value),) * 2)
        frame = av.AudioFrame("s16", "stereo", 960)
        frame.planes[0].update(samples.tobytes())
        frame.sample_rate, frame.pts, frame.time_base = 48_000, block * 960, Fraction(1, 48_000)
        packets += encoder.encode(frame)
    packets += encoder.encode(None)
    return [(index * 0.02, bytes(packet)) for index, packet in enumerate(packets)][: round(seconds * 50)]


def browser(
    folder: Path,
    codec: str,
    seconds: float = SECONDS,
    sounds: bool = True,
    away: tuple[int, int] = (0, 0),
    silent: tuple[int, int] = (0, 0),
    since: int = 0,
) -> bytes:
    """What a browser's recorder makes: a stream in clusters of a second, without an index, that may end anywhere.

    `away`, `silent`: from when to when it has no picture, or no sound.
    """
    folder.mkdir(exist_ok=True)
    heard = [one for one in talk() if since <= one[0] < seconds and not silent[0] <= one[0] < silent[1]]
    shown = [one for one in video(codec, seconds) if since <= one[1] and not away[0] <= one[1] < away[1]]
    session = spool(folder / "own", send(shown, heard if sounds else ()), codec=codec)
    source = join([session], folder / "own.mkv").path
    out = folder / "own.webm"
    live = ["-f", "webm" if codec == "VP8" else "matroska", "-live", "1", "-cluster_time_limit", "1000"]
    command = [ffmpeg.binary(), "-v", "error", "-y", "-i", source, "-c", "copy", *live, out]
    subprocess.run(command, check=True)
    return out.read_bytes()


def safari(folder: Path, data: bytes) -> bytes:
    """The same as Safari records it: an MP4 in fragments of a second, with AAC."""
    (folder / "own.webm").write_bytes(data)
    out = folder / "own.mp4"
    fragments = ["-movflags", "empty_moov+default_base_moof+frag_keyframe", "-frag_duration", "1000000"]
    command = [ffmpeg.binary(), "-v", "error", "-y", "-i", folder / "own.webm", "-c:v", "copy", "-c:a", "aac"]
    subprocess.run([*command, *fragments, out], check=True)
    return out.read_bytes()


class Take:
    """The originals of one answer in a folder, as the worker fetches them."""

    def __init__(self, folder: Path, codec: str = "H264") -> None:
        self.folder, self.codec, self.paths = folder, codec, []

    def slices(self, data: bytes, *rows: tuple[int, int], of: int = SECONDS) -> "Take":
        """Keep these rows of `data`, which the browser cut into `of` slices."""
        cuts = [len(data) * number // of for number in range(of + 1)]
        for first, last in rows:
            self._keep(f"slices-{first}-{last}", data[cuts[first] : cuts[last + 1]])
        return self

    def closing(self, data: bytes, seconds: float = SECONDS, count: int = SECONDS, **other) -> "Take":
        message = {"count": count, "size": len(data), "sha256": hashlib.sha256(data).hexdigest(), "seconds": seconds}
        message |= {"mime_type": "video/webm", "started_ms": 1000 * START_S, **other}
        self._keep("closing", json.dumps(message).encode())
        return self

    def live(self, begin: int = 1, end: float = SECONDS, number: int = 1) -> "Take":
        """A live session from second `begin` on."""
        pictures = [one for one in video(self.codec, SECONDS) if begin <= one[1] < end]
        sounds = [one for one in talk() if begin <= one[0] < end]
        path = self.folder / f"whip-{number}"
        self.paths.append(spool(path, send(pictures, sounds), session=number, codec=self.codec))
        return self

    def _keep(self, name: str, data: bytes) -> None:
        path = self.folder / name
        path.write_bytes(data)
        self.paths.append(path)

    def best(self) -> select_source.Chosen:
        return select_source.best(self.paths, self.folder)


@pytest.mark.parametrize(("codec", "how"), [("H264", "copied"), ("VP8", "re-encoded")])
def test_unbroken_slices_of_the_right_length_are_the_answer(tmp_path, codec, how):
    data = browser(tmp_path / "browser", codec)
    chosen = Take(tmp_path, codec).slices(data, (0, 4), (5, 7)).closing(data).live().best()
    assert (chosen.decision["took"], chosen.decision["why"]) == ("slices", "whole")
    assert chosen.path.read_bytes() == data
    figures = chosen.decision["slices"]
    assert (figures["frames"], figures["came"], figures["recorded"], figures["holes"]) == (240, 8, 8, [])
    assert chosen.decision["live"]["frames"] == 210
    (tmp_path / "out").mkdir()
    result = transcode(chosen.path, measure(chosen.path), tmp_path / "out")
    seen = watch(result.video)
    assert (result.how, seen.numbers) == (how, list(range(240)))
    assert abs(seen.sound_s - SECONDS) < 0.1 and max(map(abs, seen.offsets_ms)) < 50


def test_a_picture_that_the_browser_did_not_code_comes_from_the_live_road(tmp_path):
    """Its encoder stalled for two seconds: the length is right, and no slice is missing."""
    data = browser(tmp_path / "browser", "H264", away=(3, 5))
    take = Take(tmp_path).slices(data, (0, 7)).closing(data)
    alone = take.best()
    assert (alone.decision["took"], alone.decision["slices"]["picture_gaps_s"]) == ("slices", pytest.approx(2, abs=0.1))
    chosen = take.live(begin=0).best()
    assert (chosen.decision["took"], chosen.decision["why"]) == ("live", "gaps")
    assert chosen.decision["live"]["frames"] == 240 and "picture_gaps_s" not in chosen.decision["live"]


@pytest.mark.parametrize("codec", ["H264", "VP8"])
def test_gaps_in_the_middle_are_filled_by_the_live_road_and_all_else_stays(tmp_path, codec):
    """The live road lacks both ends, so it is not the answer by itself; picture and sound lack other moments."""
    data = browser(tmp_path / "browser", codec, away=(3, 4), silent=(5, 7))
    chosen = Take(tmp_path, codec).slices(data, (0, 7)).closing(data).live(2, 7).best()
    decision = chosen.decision
    assert (decision["took"], decision["why"], decision["by"]) == ("both", "gaps", "sound")
    assert decision["filled_s"] == {"picture": pytest.approx(1, abs=0.1), "sound": pytest.approx(2, abs=0.1)}
    assert decision["cut_s"] == pytest.approx(3, abs=0.1)
    (tmp_path / "out").mkdir()
    result = transcode(chosen.path, measure(chosen.path), tmp_path / "out")
    seen = watch(result.video)
    assert (result.how, result.proof.unproven) == ("copied", None)
    assert len(set(range(240)) - set(seen.numbers)) <= 1 and seen.numbers == sorted(seen.numbers)
    assert abs(seen.sound_s - SECONDS) < 0.1 and len(seen.beeps) == SECONDS
    assert max(map(abs, seen.offsets_ms)) < 60


def test_a_road_that_is_whole_but_for_the_end_does_not_lose_what_only_the_slices_have(tmp_path):
    """The live road has no gap, and ends two seconds before the slices, whose picture has one."""
    data = browser(tmp_path / "browser", "H264", away=(2, 4))
    chosen = Take(tmp_path).slices(data, (0, 7)).closing(data).live(0, 6).best()
    assert (chosen.decision["took"], chosen.decision["why"]) == ("both", "gaps")
    assert len(set(range(240)) - set(watch(chosen.path).numbers)) <= 1


def test_a_first_row_too_short_to_be_read_is_read_with_what_comes_after_the_hole(tmp_path):
    data = browser(tmp_path / "browser", "VP8")
    take = Take(tmp_path, "VP8").slices(data, (0, 0), (100, 799), of=800).closing(data, count=800)
    chosen = take.best()
    assert (chosen.decision["took"], chosen.decision["why"]) == ("slices", "no_live_for_the_hole")
    assert chosen.decision["slices"]["holes"] == [[1, 99]]
    found = measure(chosen.path).measurement
    assert found.seconds == pytest.approx(7 / 8 * SECONDS, abs=0.3) and found.frames > 150


def test_where_the_first_row_says_too_little_the_sound_says_when_the_rest_came(tmp_path):
    """Slices of which the begin is lost begin later than the page says that they did."""
    data = browser(tmp_path / "browser", "VP8")
    take = Take(tmp_path, "VP8").slices(data, (0, 0), (200, 799), of=800).closing(data, count=800).live(0, 6)
    chosen = take.best()
    decision = chosen.decision
    assert (decision["took"], decision["why"], decision["by"]) == ("both", "hole", "sound")
    assert decision["shift_s"] < -1
    seen = watch(chosen.path)
    assert len(set(range(240)) - set(seen.numbers)) <= 1 and len(seen.beeps) == SECONDS
    assert max(map(abs, seen.offsets_ms)) < 60


def test_a_part_of_another_size_or_turned_by_the_telephone_is_shown_upright(tmp_path):
    small, wide, turned = (tmp_path / name for name in ("small.mp4", "wide.mp4", "turned.mp4"))
    for size, path in (("120x160", small), ("320x240", wide)):
        source = ["-f", "lavfi", "-i", f"testsrc2=s={size}:r=15:d=1", "-c:v", "libx264", "-pix_fmt", "yuv420p"]
        subprocess.run([ffmpeg.binary(), "-v", "error", *source, path], check=True)
    turn = ["-display_rotation", "90", "-i", wide, "-c", "copy", turned]
    subprocess.run([ffmpeg.binary(), "-v", "error", *turn], check=True)
    road, other = Road(small, scan(small)), Road(turned, scan(turned))
    joined = stitch(road, other, 1.0, fill(road, other, 1.0), tmp_path / "joined.mkv")
    assert scan(joined).size == (320, 240) and scan(joined).one_shape and len(scan(joined).times) == 30
    as_played = tmp_path / "as-played.raw"
    upright = ["-vf", "scale=180:240,pad=320:240:-1:-1", "-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "gray"]
    subprocess.run([ffmpeg.binary(), "-v", "error", "-i", turned, *upright, as_played], check=True)
    wanted = np.fromfile(as_played, np.uint8).reshape(240, 320).astype(int)
    with av.open(str(joined)) as container:
        shown = [frame.to_ndarray(format="gray").astype(int) for frame in container.decode(video=0)][15]
    assert abs(shown - wanted).mean() < 10 < abs(shown[::-1, ::-1] - wanted).mean()


def test_nothing_that_cannot_be_joined_becomes_a_film_by_half(tmp_path):
    (tmp_path / "rubbish").write_bytes(b"rubbish")
    road = Road(tmp_path / "rubbish", Scan(seconds=1, times=(0.0,), video_codec="vp8"))
    with pytest.raises(ffmpeg.FfmpegError, match="not joined"):
        stitch(road, road, 1.0, fill(road, road, 1.0), tmp_path / "joined.mkv")


@pytest.mark.parametrize("codec", ["H264", "VP8"])
@pytest.mark.parametrize("missing", [[3], [3, 5], [4, 5, 6, 7]])
def test_from_the_hole_on_the_live_road_is_the_answer(tmp_path, codec, missing):
    data = browser(tmp_path / "browser", codec)
    rows, start = [], 0
    for number in [*missing, SECONDS]:
        rows += [(start, number - 1)] if number > start else []
        start = number + 1
    chosen = Take(tmp_path, codec).slices(data, *rows).closing(data).live().best()
    decision = chosen.decision
    assert (decision["took"], decision["why"]) == ("both", "hole")
    assert decision["by"] in ("sound", "clock")
    assert decision["shift_s"] == pytest.approx(1, abs=0.03)
    assert 1 < decision["cut_s"] < missing[0] + 1
    (tmp_path / "out").mkdir()
    result = transcode(chosen.path, measure(chosen.path), tmp_path / "out")
    assert result.how == "copied", "the joined file is not coded a third time"
    seen = watch(result.video)
    assert len(set(range(240)) - set(seen.numbers)) <= 1, "not a picture but that at the cut"
    assert len(seen.numbers) - len(set(seen.numbers)) <= 1
    assert abs(seen.sound_s - SECONDS) < 0.1
    assert len(seen.offsets_ms) >= 7 and max(map(abs, seen.offsets_ms)) < 60


@pytest.mark.parametrize("codec", ["H264", "VP8"])
def test_after_the_hole_the_slices_go_on_where_the_live_road_has_ended(tmp_path, codec):
    data = browser(tmp_path / "browser", codec)
    chosen = Take(tmp_path, codec).slices(data, (0, 2), (4, 7)).closing(data).live(1, 5.5).best()
    assert (chosen.decision["took"], chosen.decision["why"], chosen.decision["by"]) == ("both", "hole", "sound")
    seen = watch(chosen.path)
    assert len(set(range(240)) - set(seen.numbers)) <= 1 and seen.numbers == sorted(seen.numbers)
    assert len(seen.beeps) == SECONDS and max(map(abs, seen.offsets_ms)) < 60


def test_without_the_pages_last_word_the_live_road_knows_the_end(tmp_path):
    data = browser(tmp_path / "browser", "H264")
    chosen = Take(tmp_path).slices(data, (0, 5)).live().best()
    assert (chosen.decision["took"], chosen.decision["why"]) == ("both", "cut_off")
    assert abs(measure(chosen.path).measurement.seconds - SECONDS) < 0.1

    (tmp_path / "torn").mkdir()
    chosen = Take(tmp_path / "torn").slices(data, (0, 7)).closing(data, complete=False).live(1, 5).best()
    assert (chosen.decision["took"], chosen.decision["why"]) == ("slices", "cut_off")


def test_slices_that_lack_seconds_by_the_pages_clock_lose(tmp_path):
    short = browser(tmp_path / "browser", "H264", 4)
    chosen = Take(tmp_path).slices(short, (0, 3)).closing(short, SECONDS, 4).live(0).best()
    assert (chosen.decision["took"], chosen.decision["why"]) == ("live", "other_length")
    assert chosen.decision["live"]["frames"] == 240


def test_a_wrong_length_of_the_page_takes_no_picture_away(tmp_path):
    """The live road is as long as the page says, and has a picture for a moment only."""
    data = browser(tmp_path / "browser", "VP8")
    take = Take(tmp_path, "VP8").slices(data, (0, 7)).closing(data, 4)
    sounds = [one for one in talk() if one[0] < 4]
    take.paths.append(spool(tmp_path / "whip-1", send(video("VP8", SECONDS)[:2], sounds), session=1, codec="VP8"))
    chosen = take.best()
    assert (chosen.decision["took"], chosen.decision["why"]) == ("slices", "other_length")


@pytest.mark.parametrize(("sounds", "took"), [(True, "live"), (False, "slices")])
def test_two_roads_that_cannot_be_joined_leave_the_one_with_all_tracks_and_else_the_longer_one(
    tmp_path, monkeypatch, sounds, took
):
    def fails(*_):
        raise ffmpeg.FfmpegError("no")

    monkeypatch.setattr(select_source, "stitch", fails)
    data = browser(tmp_path / "browser", "VP8")
    take = Take(tmp_path, "VP8").slices(data, (0, 2)).closing(data, published_ms=[1000 * (START_S + 1)])
    heard = [one for one in talk() if one[0] >= 1] if sounds else []
    shown = [one for one in video("VP8", SECONDS) if one[1] >= 1]
    take.paths.append(spool(tmp_path / "whip-1", send(shown, heard), session=1, codec="VP8"))
    chosen = take.best()
    assert (chosen.decision["took"], chosen.decision["why"]) == (took, "hole_not_joined")


def test_one_road_alone(tmp_path):
    data = browser(tmp_path / "browser", "VP8")
    for name in ("slices", "live", "nothing", "holes", "headless"):
        (tmp_path / name).mkdir()
    alone = Take(tmp_path / "slices", "VP8").slices(data, (0, 7)).closing(data).best()
    assert (alone.decision["took"], alone.decision["why"], alone.decision["live"]) == ("slices", "no_live", None)
    alone = Take(tmp_path / "live", "VP8").live(0).best()
    assert (alone.decision["took"], alone.decision["why"], alone.decision["slices"]) == ("live", "no_slices", None)
    assert select_source.best([], tmp_path / "nothing").path is None
    headless = Take(tmp_path / "headless", "VP8").slices(data, (1, 7)).closing(data).live(0).best()
    assert (headless.decision["took"], headless.decision["why"]) == ("live", "slices_unreadable")
    assert headless.decision["slices"]["holes"] == [[0, 0]]
    holes = Take(tmp_path / "holes", "VP8").slices(data, (0, 2), (4, 7)).closing(data).best()
    assert holes.decision["why"] == "no_live_for_the_hole"
    found = measure(holes.path).measurement
    assert found.seconds == pytest.approx(SECONDS, abs=0.1) and found.frames > 150


def test_a_road_without_sound_or_in_silence_is_laid_by_the_clock(tmp_path):
    data = browser(tmp_path / "browser", "H264", sounds=False)
    chosen = Take(tmp_path).slices(data, (0, 3), (6, 7)).closing(data).live(2).best()
    assert (chosen.decision["took"], chosen.decision["by"]) == ("both", "clock")
    assert chosen.decision["shift_s"] == pytest.approx(2, abs=0.05)
    assert lag_s(np.ones(500), np.ones(500), 0, 1) is None
    seen = watch(chosen.path)
    assert set(seen.numbers) == set(range(240)) and abs(seen.sound_s - SECONDS) < 0.1


def test_a_hole_in_the_one_is_not_taken_for_a_hole_in_the_other():
    """As long as each other, at other moments: only what both have says how they lie."""
    loud = np.random.default_rng(5).random(1000) + 3
    ours, theirs = loud.copy(), loud.copy()
    ours[500:760], theirs[330:590] = 0, 0
    assert lag_s(ours, theirs, 0, 10) == 0
    assert lag_s(ours, theirs[:500], 0, 10) == 0
    assert lag_s(ours[:500], theirs[480:], 0, 10) is None  # nothing that both have


def test_of_a_quarter_of_an_hour_each_lag_is_looked_at_in_seconds():
    """Where nobody knows when the live road began, all of it is searched: lag by lag that took more than a minute."""
    loud = np.log1p(np.abs(np.random.default_rng(1).normal(0, 300, 90_000)) / 50)
    began = time.process_time()
    assert lag_s(loud, loud[31_415:], 0, 900) == pytest.approx(314.15)
    assert lag_s(loud[31_415:], loud, 0, 900) == pytest.approx(-314.15)
    assert lag_s(loud, loud[31_415:], 0, 300) is None
    assert time.process_time() - began < 10


def test_a_live_road_that_begins_after_the_hole_leaves_a_still(tmp_path):
    data = browser(tmp_path / "browser", "H264")
    chosen = Take(tmp_path).slices(data, (0, 2)).closing(data, published_ms=[1000 * (START_S + 5)]).live(5).best()
    assert (chosen.decision["took"], chosen.decision["by"]) == ("both", "clock")
    assert chosen.decision["shift_s"] == pytest.approx(5, abs=0.05)
    found = measure(chosen.path).measurement
    assert found.seconds == pytest.approx(SECONDS, abs=0.1)
    assert found.audio_seconds == pytest.approx(SECONDS, abs=0.1)


def test_an_mp4_of_safari_is_taken_whole_joined_at_a_hole_and_read_on_after_it(tmp_path):
    """Only the first part of an MP4 says what the rest is, and a torn box would swallow what comes after it."""
    data = safari(tmp_path, browser(tmp_path / "browser", "H264"))
    for name in ("whole", "joined", "alone", "torn"):
        (tmp_path / name).mkdir()
    whole = Take(tmp_path / "whole").slices(data, (0, 7)).closing(data).live().best()
    assert (whole.decision["took"], whole.decision["why"]) == ("slices", "whole")
    (tmp_path / "out").mkdir()
    result = transcode(whole.path, measure(whole.path), tmp_path / "out")
    assert (result.how, watch(result.video).numbers) == ("copied", list(range(240)))

    joined = Take(tmp_path / "joined").slices(data, (0, 2), (4, 7)).closing(data).live().best()
    assert (joined.decision["took"], joined.decision["why"]) == ("both", "hole")
    assert len(set(range(240)) - set(watch(joined.path).numbers)) <= 1

    alone = Take(tmp_path / "alone").slices(data, (0, 2), (4, 4), (6, 7)).closing(data).best()
    assert alone.decision["why"] == "no_live_for_the_hole"
    found = measure(alone.path).measurement
    assert found.seconds == pytest.approx(SECONDS, abs=0.1) and found.frames >= 90
    seen = watch(alone.path).numbers
    assert seen == sorted(set(seen)) and seen[0] == 0 and seen[-1] == 239, "each picture once, in order, up to the end"

    torn = Take(tmp_path / "torn").slices(data, (1, 7)).closing(data).live(0).best()
    assert (torn.decision["took"], torn.decision["why"]) == ("live", "slices_unreadable")


def began_anew(folder: Path, *live: int) -> select_source.Chosen:
    """Three seconds, and from the fourth on four more in a file of their own, as the page tells; `live`: its begin."""
    first, second = (browser(folder / name, "VP8", seconds) for name, seconds in (("one", 3), ("two", 4)))
    take = Take(folder, "VP8").slices(first, (0, 2), of=3)
    take._keep("slices-3-6", second)
    parts = [[0, 1000 * START_S], [3, 1000 * (START_S + 4)]]
    notes = [{"at_ms": 1000 * START_S, "what": "microphone_silent"}, {"at_ms": -1, "what": "x"}, {"what": "<b>"}, 7]
    take.closing(first + second, count=7, parts=parts, notes=notes)
    for begin in live:
        take.live(begin)
    return take.best()


def test_a_page_that_began_anew_has_made_two_files_and_both_are_the_answer(tmp_path):
    chosen = began_anew(tmp_path)
    figures = chosen.decision["slices"]
    assert (chosen.decision["took"], figures["files"], figures["holes"]) == ("slices", 2, [])
    assert [note["what"] for note in chosen.decision["page_saw"]] == ["microphone_silent"]
    found = measure(chosen.path).measurement
    assert found.seconds == pytest.approx(SECONDS, abs=0.1) and found.audio_seconds == pytest.approx(SECONDS, abs=0.1)
    numbers = watch(chosen.path).numbers
    assert set(range(120)) == set(numbers) and len(numbers) == 90 + 120, "all of both"
    with av.open(str(chosen.path)) as container:
        times = [packet.pts for packet in container.demux(video=0) if packet.pts is not None]
    assert times == sorted(times), "in the order in which they are shown"


def test_a_page_that_was_torn_away_after_it_began_anew_loses_neither_file(tmp_path):
    """Nobody knows how long the gap was, so there is none; a camera that ended early takes no sound along."""
    first = browser(tmp_path / "one", "VP8", 5, away=(3, 5))
    take = Take(tmp_path, "VP8").slices(first, (0, 2), of=3)
    take._keep("slices-3-6", browser(tmp_path / "two", "VP8", 4))
    chosen = take.best()
    assert (chosen.decision["why"], chosen.decision["slices"]["files"]) == ("no_live_for_the_hole", 2)
    found = measure(chosen.path).measurement
    assert found.seconds == pytest.approx(9, abs=0.1) and found.audio_seconds == pytest.approx(9, abs=0.1)
    assert len(watch(chosen.path).beeps) == 9


@pytest.mark.parametrize(
    ("live_s", "by"),
    [
        pytest.param((0, 3), "order", id="the live road ended before"),
        pytest.param((0, 6), "sound", id="the live road tells the place, and ends"),
        pytest.param((0, 8), None, id="the live road has all of it"),
    ],
)
def test_a_later_file_that_the_page_said_nothing_of_comes_where_the_live_road_has_its_sound(tmp_path, live_s, by):
    """Torn away after it began anew: the first file holds three seconds, the later one the last five."""
    take = Take(tmp_path, "VP8").slices(browser(tmp_path / "one", "VP8", 3), (0, 2), of=3)
    take.live(*live_s)._keep("slices-3-6", browser(tmp_path / "two", "VP8", since=3))
    chosen = take.best()
    added = chosen.decision.get("added", [])
    assert [one["by"] for one in added] == ([by] if by else [])
    seen = watch(chosen.path)
    assert set(seen.numbers) == set(range(SECONDS * 30)) and len(seen.beeps) == SECONDS
    assert measure(chosen.path).measurement.seconds == pytest.approx(SECONDS, abs=0.2)


def test_a_later_file_whose_place_only_the_page_could_tell_is_the_answer_when_the_first_is_lost(tmp_path):
    take = Take(tmp_path, "VP8")
    take._keep("slices-3-6", browser(tmp_path / "two", "VP8", 4))
    chosen = take.best()
    assert (chosen.decision["took"], chosen.decision["why"]) == ("slices", "no_live_for_the_hole")
    assert chosen.decision["slices"]["holes"] == [[0, 2]]
    assert set(watch(chosen.path).numbers) == set(range(120))


def test_a_live_road_that_ends_early_goes_on_with_a_later_file_though_the_first_is_lost(tmp_path):
    take = Take(tmp_path, "VP8").live(0, 6)
    take._keep("slices-3-6", browser(tmp_path / "two", "VP8", since=3))
    chosen = take.best()
    assert (chosen.decision["took"], chosen.decision["added"]) == ("live", [{"after_s": ANY, "by": "sound"}])
    assert chosen.decision["added"][0]["after_s"] == pytest.approx(3, abs=0.1)
    assert set(watch(chosen.path).numbers) == set(range(240))


def test_a_live_road_without_a_break_is_better_than_two_files(tmp_path):
    chosen = began_anew(tmp_path, 0)
    assert (chosen.decision["took"], chosen.decision["why"]) == ("live", "slices_began_anew")
    assert "slices" in dict(chosen.alone)
