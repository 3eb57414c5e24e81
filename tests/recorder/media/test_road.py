"""What one road has of an answer and another one lacks: picture and sound each by itself."""

from pathlib import Path

import pytest

from recorder.media.measure import Scan
from recorder.media.road import Fill, Road, fill, left


def road(seconds: float, *, picture: tuple | None = (), sound: tuple | None = ()) -> Road:
    """So long, with these gaps; None: no such track."""
    codecs = {"video_codec": None if picture is None else "vp8", "audio_codec": None if sound is None else "opus"}
    return Road(Path("road"), Scan(seconds=seconds, picture_gaps=picture or (), sound_gaps=sound or (), **codecs))


@pytest.mark.parametrize(
    ("one", "other", "shift_s", "filled"),
    [
        pytest.param(road(8), road(8), 0, Fill(), id="nothing lacks"),
        pytest.param(road(5), road(8), 1, Fill(((5, 9),), ((5, 9),)), id="the end lacks"),
        pytest.param(road(5), road(2), 7, Fill(((7, 9),), ((7, 9),)), id="the other begins after the end"),
        pytest.param(road(8, picture=((2, 4),)), road(8), 0, Fill(((2, 4),)), id="a gap in the picture"),
        pytest.param(road(8, picture=((2, 2.2),)), road(8), 0, Fill(), id="a gap that is not worth it"),
        pytest.param(road(8, sound=((2, 4),)), road(8), 3, Fill(((8, 11),), ((3, 4), (8, 11))), id="half a gap"),
        pytest.param(road(8, picture=((6, 8),)), road(9), 0, Fill(((6, 9),), ((8, 9),)), id="a gap up to the end"),
        pytest.param(
            road(8, sound=((1, 5),)), road(8, sound=((2, 3),)), 0, Fill((), ((1, 2), (3, 5))), id="a gap in both"
        ),
        pytest.param(road(8, sound=None), road(8), 0.5, Fill(((8, 8.5),), ((0.5, 8.5),)), id="a track lacks"),
        pytest.param(road(8, sound=None), road(8, sound=None), 0, Fill(), id="a track lacks in both"),
        pytest.param(road(8), road(10), -1, Fill(((8, 9),), ((8, 9),)), id="what is before the begin is left out"),
    ],
)
def test_a_road_stands_in_where_the_other_lacks_something(one, other, shift_s, filled):
    assert fill(one, other, shift_s) == filled
    assert filled.most_s == max(sum(b - a for a, b in spans) for spans in (filled.picture, filled.sound))


def test_where_nobody_knows_how_two_roads_lie_beside_each_other_only_the_end_and_lacking_tracks_are_filled():
    one, other = road(8, picture=((2, 4),), sound=None), road(9)
    assert fill(one, other, 0, inside=False) == Fill(((8, 9),), ((0, 9),))


def test_short_gaps_are_left_when_that_is_asked():
    one = road(8, picture=((1, 1.4), (2, 2.6)))
    assert fill(one, road(8), 0, longer_s=0.5).picture == ((2, 2.6),)


def test_what_comes_before_a_road_counts_as_lacking_when_that_is_asked():
    assert fill(road(6), road(8), -2, begin_s=float("-inf")) == Fill(((-2, 0),), ((-2, 0),))


def test_what_is_left_of_gaps():
    gaps = road(8, sound=((1, 4), (6, 7))).gaps("sound")
    assert left(gaps, ((2, 3), (6, 7)), 8) == ((1, 2), (3, 4))
    assert left(gaps, (), 8) == ((1, 4), (6, 7))
    assert left(road(8, sound=None).gaps("sound"), ((0, 8),), 8) == ()
