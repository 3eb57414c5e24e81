"""Slices as they lie on the disk: torn tails, and what comes while others are shipped."""

import asyncio
import hashlib
import os
import uuid
from pathlib import Path

import pytest

from recorder.spool.group_commit import Disk
from recorder.spool.slice_spool import Run, SliceSpool

RECORDING = uuid.uuid4()


def part(number: int) -> bytes:
    return b"%06d" % number * 300


def keep(spool: SliceSpool, *numbers: int) -> list[bool]:
    return [spool.keep(RECORDING, one, part(one), hashlib.sha256(part(one)).hexdigest()) for one in numbers]


def numbers(spool: SliceSpool) -> list[int]:
    return [one.number for one in spool.slices(RECORDING)]


def files(spool: SliceSpool) -> list[str]:
    return sorted(path.name for path in spool.folder(RECORDING).iterdir())


@pytest.mark.parametrize("left", [0, 10, 44, 45, 1000, 1843])
def test_a_torn_tail_is_cut_wherever_it_was_torn(tmp_path: Path, left: int) -> None:
    keep(SliceSpool(tmp_path), 0, 1, 2)
    log = SliceSpool(tmp_path).folder(RECORDING) / "1.log"
    record = log.stat().st_size // 3
    assert record == 44 + len(part(0))
    os.truncate(log, 2 * record + left)
    after = SliceSpool(tmp_path)
    assert numbers(after) == [0, 1]
    assert keep(after, 1, 2) == [False, True], "what is read is never written to"
    assert (numbers(after), files(after)) == ([0, 1, 2], ["1.log", "2.log"])
    assert [one.read() for one in SliceSpool(tmp_path).slices(RECORDING)] == [part(0), part(1), part(2)]


def test_a_tail_of_the_right_length_that_never_reached_the_disk_is_cut(tmp_path: Path) -> None:
    keep(SliceSpool(tmp_path), 0, 1)
    log = SliceSpool(tmp_path).folder(RECORDING) / "1.log"
    with log.open("r+b") as file:
        file.seek(-len(part(1)), os.SEEK_END)
        file.write(bytes(len(part(1))))
    assert numbers(SliceSpool(tmp_path)) == [0]


def test_what_comes_while_others_are_shipped_stays(tmp_path: Path) -> None:
    spool = SliceSpool(tmp_path)
    keep(spool, 0, 1)
    _, parts = spool.join(RECORDING, [])
    keep(spool, 2)
    spool.discard(RECORDING, parts)
    assert (numbers(spool), files(spool)) == ([2], ["2.log"])
    assert [one.read() for one in SliceSpool(tmp_path).slices(RECORDING)] == [part(2)]
    spool.discard(RECORDING, spool.join(RECORDING, [])[1])
    assert not spool.folder(RECORDING).exists() and keep(spool, 3) == [True]


@pytest.mark.parametrize("already", [[], [0, 1]])
def test_what_is_being_written_is_not_here_yet_and_its_file_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, already: list[int]
) -> None:
    spool, seen = SliceSpool(tmp_path), []
    keep(spool, *already)

    def slow(file: int) -> None:
        seen.append(numbers(spool))
        spool.discard(RECORDING, spool.join(RECORDING, [])[1])
        seen.append(files(spool))

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(os, "fdatasync", slow)
        keep(spool, 2)
    assert seen == [already, ["1.log"]]
    assert numbers(spool) == [2] and SliceSpool(tmp_path).slices(RECORDING)[-1].read() == part(2)
    assert keep(spool, 3) == [True] and numbers(spool) == [2, 3]


def test_a_disk_that_fails_leaves_what_it_had(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(file: int) -> None:
        raise OSError(5, "the disk is broken")

    spool = SliceSpool(tmp_path)
    for already in ([], [0]):
        keep(spool, *already)
        with monkeypatch.context() as failing:
            failing.setattr(os, "fdatasync", broken)
            with pytest.raises(OSError, match="broken"):
                keep(spool, 7)
        assert numbers(spool) == numbers(SliceSpool(tmp_path)) == already
    assert keep(spool, 7) == [True] and numbers(SliceSpool(tmp_path)) == [0, 7]


def test_one_visit_to_the_disk_serves_all_and_each_hears_its_own(tmp_path: Path) -> None:
    def broken() -> None:
        raise OSError("no app")

    async def scene() -> list:
        disk, visits = Disk(), []
        verbs = [lambda one=one: visits.append(one) or one for one in range(5)]
        found = await asyncio.gather(*(disk.do(verb) for verb in [*verbs, broken]), return_exceptions=True)
        assert visits == list(range(5)), "in the order in which it was asked for"
        return [*found, await disk.do(lambda: "again")]

    *found, error, again = asyncio.run(scene())
    assert (found, str(error), again) == ([0, 1, 2, 3, 4], "no app", "again")


def test_a_file_that_begins_among_the_slices_is_joined_apart(tmp_path: Path) -> None:
    spool, webm, mp4 = SliceSpool(tmp_path), b"\x1a\x45\xdf\xa3" + bytes(20), bytes(4) + b"ftyp" + bytes(20)
    for number, data in enumerate([webm, part(1), webm, part(3), mp4, part(5)]):
        spool.keep(RECORDING, number, data, hashlib.sha256(data).hexdigest())
    files, _ = spool.join(RECORDING, [])
    assert [path.name for path in files] == ["slices-0-1.webm", "slices-2-3.webm", "slices-4-5.mp4"]
    assert files[1].read_bytes() == webm + part(3)
    later, _ = spool.join(RECORDING, [Run(0, 2)])
    assert [path.name for path in later] == ["slices-3-3.bin", "slices-4-5.mp4"]
