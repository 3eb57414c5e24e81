"""No answer ends dead, and none loses silently what a decoder could still show: by lot, from packets.

`make bench ARGS="made_answers --seconds 100000"` looks at a hundred thousand.
"""

import pytest
from support.made_answers import Made
from support.made_checks import complaints

from recorder.media import select_source

SOME, PARTS = 240, 4


@pytest.mark.parametrize("part", range(PARTS))
def test_no_made_answer_ends_dead_or_loses_anything_silently(part):
    wrong = {seed: found for seed in range(part, SOME, PARTS) if (found := complaints(seed)[0])}
    assert not wrong, wrong


@pytest.mark.parametrize(
    "seed",
    [
        pytest.param(781, id="the head of an MP4 ends before it has any sound"),
        pytest.param(2481, id="the page's length is wrong, and the road that is nearer to it has no picture"),
        pytest.param(2890, id="the slices have a gap in the picture, and the live road only its first two pictures"),
        pytest.param(2267, id="the slice is lost with which the page began anew, and the clock of an MP4 starts again"),
        pytest.param(3537, id="FFmpeg lets a live road of two pictures begin after the first of them"),
        pytest.param(4645, id="FFmpeg lets a live road of one picture begin with its sound"),
        pytest.param(5164, id="nobody knows when the page began anew, and the live road had ended before"),
        pytest.param(6554, id="the page began anew, and the live road has no picture"),
        pytest.param(11211, id="the first slice is too short to be read alone, and there is no live road"),
        pytest.param(7260, id="sound lacks in the middle of the slices, and their end came not"),
        pytest.param(13768, id="the encoder stalled, and the live road has both ends no more than the slices"),
        pytest.param(11240, id="a gap between two files, and the second has gaps of its own"),
        pytest.param(9844, id="the live road has all of the gap between two files, and not the end"),
        pytest.param(10707, id="the live road has two pictures, far apart"),
        pytest.param(20183, id="the first row has nothing in it, and the live road began before the rest"),
        pytest.param(16403, id="the first row is a torn fragment of an MP4, and the rest begins later"),
        pytest.param(40342, id="the page began anew in the hole, and nobody says when"),
        pytest.param(20325, id="the first row has nothing in it, and no sound is long enough to compare"),
        pytest.param(3991, id="the live road begins sooner, and lacks a little here and there"),
        pytest.param(5388, id="the first packet after a hole has a wild time"),
        pytest.param(8664, id="the clock of the sound jumps back while there is no sound"),
        pytest.param(3200, id="both clocks jump back while there is no sound"),
        pytest.param(15119, id="both clocks jump back while there is no picture"),
        pytest.param(13617, id="a hole of the one is as long as a hole of the other, and no clock tells"),
        pytest.param(24992, id="FFmpeg lets a live road of few pictures begin with its sound, laid anew or not"),
        pytest.param(23152, id="two senders took turns, and the first packets of the one came late"),
        pytest.param(69890, id="the slice is lost with which an MP4 began anew, and its clock looks as if it went on"),
        pytest.param(71340, id="the slice is lost with which a WebM began anew, and its clock looks as if it went on"),
        pytest.param(77243, id="of the first file only the head came, and the next one is not the begin"),
        pytest.param(83226, id="both clocks jump back while the encoder stalls, and the sound began late"),
        pytest.param(11169, id="the later file begins to speak after it began"),
    ],
)
def test_what_once_was_lost_is_kept(seed):
    assert not complaints(seed)[0]


@pytest.mark.parametrize("seed", [122, 71, 74, 110])
def test_the_choice_is_the_one_that_reading_decoding_and_joining_in_earnest_would_make(tmp_path, monkeypatch, seed):
    """What the checks leave out, since it costs most, decides nothing: files read anew, sound decoded, `stitch`."""
    earnest = select_source.best(Made(seed, tmp_path).make().paths, tmp_path).decision
    assert (earnest["took"], earnest["by"]) == ("both", "sound")
    found, best = [], select_source.best
    monkeypatch.setattr(select_source, "best", lambda *asked: found.append(best(*asked)) or found[0])
    assert not complaints(seed)[0]
    assert found[0].decision == earnest


def test_what_a_join_leaves_out_is_noticed(monkeypatch):
    """The check can fail: a join that forgets the other road loses what only that one had."""
    monkeypatch.setattr("support.made_checks.joined", lambda reading, road, other, shift_s, filled, path: road.path)
    assert any(complaints(seed)[0] for seed in range(60))
