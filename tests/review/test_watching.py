"""What of a recording was seen, and what was not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from review.watching import SHORT_S, joined, unseen


@pytest.mark.parametrize(
    ("parts", "left"),
    [
        ([], [(0, 40)]),
        ([(0, 40)], []),
        ([(0, 38.5)], []),
        ([(0, 37)], [(37, 40)]),
        ([(20, 40), (0, 10), (9, 12)], [(12, 20)]),
        ([(5, 5), (3, 90)], [(0, 3)]),
        ([(60, 90)], [(0, 40)]),
    ],
)
def test_what_was_not_seen_of_forty_seconds(parts, left):
    assert unseen(parts, 40) == tuple(left)


def test_a_very_short_recording_is_not_seen_by_not_playing_it():
    assert unseen([], 1.5) == ((0, 1.5),)
    assert unseen([(0, 1)], 1.5) == ()
    assert unseen([], 0) == ()


STRETCHES = st.lists(st.tuples(st.integers(0, 100), st.integers(0, 100)), max_size=20)


@given(STRETCHES, st.integers(5, 100))
def test_seen_and_unseen_together_are_the_whole_and_the_order_of_telling_is_no_matter(parts, seconds):
    merged, left = joined(parts), unseen(parts, seconds)
    assert merged == joined(reversed(parts)) == joined([*merged, *parts])
    assert left == unseen(merged, seconds)
    second = {(at, at + 1) for at in range(seconds)}
    missed = {one for one in second if not any(start <= one[0] and one[1] <= end for start, end in merged)}
    told = {one for one in second if any(start <= one[0] and one[1] <= end for start, end in left)}
    assert told <= missed
    # What is missed and not told lies in gaps shorter than what counts.
    assert all((at - 1, at) not in missed and (at + 1, at + 2) not in missed for at, _ in missed - told) or SHORT_S > 2
