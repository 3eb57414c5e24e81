"""What is read of slices behind a hole: whole blocks and whole fragments, and of any bytes an answer."""

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recorder.media.matroska import AUDIO, Block, write
from recorder.media.measure import scan
from recorder.media.slices import over_the_holes
from recorder.spool.slice_spool import Run

CLUSTER, MOOF = b"\x1f\x43\xb6\x75", b"\0\0\0\x08moof"
OPUS = b"\xf8" + bytes(40)
"""A packet of 20 ms."""


def joined(folder: Path, *parts: bytes) -> bytes:
    rows = []
    for number, data in enumerate(parts):
        path = folder / f"slices-{2 * number}-{2 * number}"
        path.write_bytes(data)
        rows.append((Run(2 * number, 2 * number), [path]))
    return over_the_holes(rows)


@pytest.fixture(scope="module")
def webm(tmp_path_factory) -> bytes:
    path = tmp_path_factory.mktemp("sound") / "sound.webm"
    write(path, None, True, [Block(float(Fraction(number, 50)), AUDIO, True, OPUS) for number in range(500)])
    return path.read_bytes()


@pytest.mark.parametrize("torn_at", range(2000, 2060, 7))
def test_a_block_that_a_hole_tore_swallows_nothing_of_what_comes_after_it(tmp_path, webm, torn_at):
    after = webm.index(CLUSTER, len(webm) // 2)
    path = tmp_path / "joined"
    path.write_bytes(joined(tmp_path, webm[:torn_at], webm[after - 300 :]))
    alone = tmp_path / "alone"
    alone.write_bytes(webm[:torn_at])
    found = scan(path)
    assert found.seconds == pytest.approx(10, abs=0.03) and not found.breaks and not found.wild
    (gap,) = found.sound_gaps
    assert gap[0] == pytest.approx(scan(alone).audio_end_s, abs=0.021)


@given(
    st.lists(st.binary(max_size=60), min_size=1, max_size=3), st.sampled_from([b"", CLUSTER, MOOF, b"\0\0\0\x08ftyp"])
)
def test_of_any_bytes_there_is_an_answer_and_nothing_is_added(tmp_path_factory, parts, first):
    folder = tmp_path_factory.mktemp("any")
    assert len(joined(folder, first + parts[0], *parts[1:])) <= len(first) + sum(map(len, parts))
