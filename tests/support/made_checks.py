"""Whether an answer made by lot (`made_answers`) ends dead, or loses silently what a decoder could still show.

What is measured of pictures and sound by decoding them is held elsewhere; here it is the times, the choice between the
roads, and the join.
"""

import os
from functools import cache, partial
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from support.coded_once import PACKET_S, RATE, number_of
from support.made_answers import Answer, Made
from support.read_once import Content, Reading

import scenarios
from recorder.media import matroska, select_source
from recorder.media.ffmpeg import FfmpegError
from recorder.media.matroska import AUDIO, VIDEO
from recorder.media.measure import Scan
from recorder.media.road import Fill, Road
from recorder.media.stitch import WRONG_S
from recorder.media.transcode import How, how
from scenarios.quality import Limits, Measurement, judge
from scenarios.scheme import parse

LEFT_S = select_source.SAME_S + 2 / RATE
"""What a choice may leave, since it would have cost coding the answer once more."""


@cache
def limits() -> Limits:
    path = Path(scenarios.__file__).parent / "branchecertificaat_b" / "scheme.toml"
    return parse(path.read_bytes()).quality


def joined(reading: Reading, road: Road, other: Road, shift_s: float, filled: Fill, path: Path) -> Path:
    """What `stitch` does, without coding: the packets of the one, and those of the other that stand in for it."""
    blocks, track = [], None
    for one, by_s in ((road, 0.0), (other, shift_s)):
        content = reading.content(one.path)
        track = track or (content.track if any(block.track == VIDEO for block in content.blocks) else None)
        for block in content.blocks:
            at, spans = (
                block.seconds - one.found.begin_off_s + by_s,
                filled.picture if block.track == VIDEO else filled.sound,
            )
            if any(begin <= at < end for begin, end in spans) == (one is other):
                blocks.append(block._replace(seconds=max(0.0, at)))
    if not blocks:
        raise FfmpegError("nothing to join")
    # Two pictures that a seam brings within a millisecond are set apart, as `stitch` does.
    at = -1.0
    for number, block in sorted(enumerate(blocks), key=lambda one: one[1].seconds):
        if block.track == VIDEO:
            at = max(block.seconds, at + 0.001)
            blocks[number] = block._replace(seconds=at)
    matroska.write(path, track, any(block.track == AUDIO for block in blocks), blocks)
    return path


def held(content: Content) -> dict[str, set[int]]:
    """The numbers of the pictures and of the packets of sound in a file."""
    found: dict[str, set[int]] = {"picture": set(), "sound": set()}
    for block in content.blocks:
        if known := number_of(block.data):
            found[known[0]].add(known[1])
    return found


def complaints(seed: int) -> tuple[list[str], Answer, str]:
    """What is wrong with what becomes of the answer of this seed; how it was spoiled; what was taken, and why."""
    with TemporaryDirectory(dir="/dev/shm" if os.path.isdir("/dev/shm") else None) as name:
        folder = Path(name)
        answer, reading = Made(seed, folder).make(), Reading()
        with reading.noted(), patch.object(select_source, "stitch", partial(joined, reading)):
            chosen = select_source.best(answer.paths, folder)
        took = f"{chosen.decision['took']}, {chosen.decision['why']}"
        decodable = {road: len(answer.pictures[road]) + len(answer.heard[road]) for road in answer.pictures}
        if chosen.path is None:
            return (["nothing was taken"] if any(decodable.values()) else []), answer, took
        found = reading.scan(chosen.path)
        dropped = sum(session.video.dropped for session in chosen.live.sessions)
        wrong = wrong_times(found)
        # Where there is neither picture nor sound only the clock says how long it is, and nobody sees that it jumped.
        jumped = {"sound clock jumps back", "both clocks jump back"} & {*answer.mishaps}
        if not (jumped and (holes(chosen.decision) or bare(answer))):
            wrong += lost(answer, held(reading.content(chosen.path)), chosen.decision, dropped)
        how(found)
        judge(measured(found), limits())
        return wrong, answer, took


def bare(answer: Answer) -> bool:
    """True when the slices have neither picture nor sound for a while."""
    there = {round(n / RATE, 3) for n in answer.pictures.get("slices", ())}
    there |= {round(n * PACKET_S, 3) for n in answer.heard.get("slices", ())}
    return any(later - sooner > LEFT_S for sooner, later in pairwise(sorted(there)))


def holes(decision: dict) -> list:
    return (decision["slices"] or {}).get("holes", [])


def measured(found: Scan) -> Measurement:
    width, height = found.size or (None, None)
    sound_s = found.audio_end_s - found.audio_start_s
    return Measurement(
        seconds=found.seconds, frames=len(found.times), fps=found.fps, width=width, height=height, audio_seconds=sound_s
    )


def wrong_times(found: Scan) -> list[str]:
    """Times that a film could not be made by."""
    wrong = []
    if found.times and found.times[0] < -0.001:
        wrong.append(f"a picture at {found.times[0]:.3f} s")
    if any(later <= sooner for sooner, later in pairwise(found.times)):
        wrong.append("two pictures at once")
    # One picture alone does not say how long a recording is: its time may be wild.
    if not max(found.times[1:], default=0.0) <= found.seconds < 60:
        wrong.append(f"{found.seconds:.1f} s long")
    if found.times and how(found) not in How:
        wrong.append("no way to make it")
    return wrong


def lost(answer: Answer, have: dict[str, set[int]], decision: dict, dropped: int) -> list[str]:
    """What a decoder could have shown or played, is not in the film, and stands in no figure."""
    wrong = []
    for kind, roads, each_s in (("picture", answer.pictures, 1 / RATE), ("sound", answer.heard, PACKET_S)):
        nowhere_s = gaps_s(set().union(*roads.values()), each_s, answer.seconds)
        for road, there in roads.items():
            missing_s = len(there - have[kind]) * each_s
            # The figures name the clock by which the two were laid beside each other.
            excused_s = WRONG_S.get(decision.get("by", ""), 0.0) + (dropped / RATE if kind == "picture" else 0.0)
            if missing_s - excused_s > LEFT_S and not named(decision, kind, road, missing_s + nowhere_s):
                wrong.append(f"{missing_s:.1f} s of {kind} that the {road} had")
    return wrong


def gaps_s(numbers: set[int], each_s: float, seconds: float) -> float:
    """For how long none of these is there, in gaps that are seen or heard."""
    edges = [-each_s, *(number * each_s for number in sorted(numbers)), seconds]
    gaps = (later - sooner - each_s for sooner, later in pairwise(edges))
    return sum(gap for gap in gaps if gap > 0.05)


def named(decision: dict, kind: str, road: str, gone_s: float) -> bool:
    """True when the figures say so: slices that are missing, gaps in what was taken, or a road left that had more."""
    if decision.get("by") == "nothing":
        return True  # nobody knows how the two lie beside each other
    if decision["took"] == "both":
        return False
    taken, other = decision.get(decision["took"]) or {}, decision.get(road) or {}
    key, each_s = {"picture": ("frames", 1 / RATE), "sound": ("audio_s", 1.0)}[kind]
    more_s = each_s * (other.get(key, 0) - taken.get(key, 0))
    shorter_s = max(decision["page_s"] or 0.0, other.get("seconds", 0.0)) - taken.get("seconds", 0.0)
    return max(0.0, more_s, shorter_s) + taken.get(f"{kind}_gaps_s", 0.0) > gone_s - LEFT_S
