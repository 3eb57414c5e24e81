"""A clock that breaks loses nothing: each packet keeps its turn, a hole stays a hole, a wild time is not believed."""

from itertools import accumulate
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recorder.media.clock import Laid, in_step, lay_pictures, lay_sound

STEP_S = 0.02
PLAIN = [number * STEP_S for number in range(500)]
LENGTHS = [STEP_S] * len(PLAIN)


def end_of(laid):
    return laid.times[-1] + STEP_S


def test_a_clock_that_is_right_is_left_alone():
    assert lay_sound(PLAIN, LENGTHS) == Laid(PLAIN)
    assert lay_pictures([number / 30 for number in range(300)], Laid()).times == [number / 30 for number in range(300)]
    assert lay_sound([], []) == Laid() == lay_pictures([], Laid())


@given(st.integers(2, 490), st.floats(0.2, 9))
def test_what_came_after_a_leap_back_comes_after_what_came_before(at, by):
    laid = lay_sound([time if index < at else time - by for index, time in enumerate(PLAIN)], LENGTHS)
    assert laid.breaks == [pytest.approx(by, abs=0.01)]
    assert laid.times == pytest.approx(PLAIN, abs=0.02)


@given(st.integers(20, 400), st.integers(10, 90), st.booleans())
def test_a_clock_that_stands_still_costs_no_sound(at, packets, catches_up):
    still = PLAIN[at]
    times = [
        time if index < at else still if index < at + packets else time - (0 if catches_up else packets * STEP_S)
        for index, time in enumerate(PLAIN)
    ]
    laid = lay_sound(times, LENGTHS)
    assert laid.breaks
    assert end_of(laid) == pytest.approx(10, abs=0.1)
    assert all(b - a >= 0.009 for a, b in zip(laid.times, laid.times[1:], strict=False))


@given(st.integers(0, 499), st.one_of(st.floats(60, 1e7), st.floats(-1e7, -60)))
def test_one_wild_time_moves_nothing(at, time):
    laid = lay_sound([*PLAIN[:at], time, *PLAIN[at + 1 :]], LENGTHS)
    assert (laid.wild or laid.breaks) and laid.times == pytest.approx(PLAIN, abs=0.02)


@given(st.integers(2, 490), st.floats(0.05, 60))
def test_a_hole_stays_a_hole(at, by):
    times = [time if index < at else time + by for index, time in enumerate(PLAIN)]
    assert lay_sound(times, LENGTHS) == Laid(times)
    pictures = [number / 30 + (by if number >= 30 else 0) for number in range(200)]
    assert lay_pictures(pictures, Laid()) == Laid(pictures)


@given(st.integers(0, 2**32), st.floats(0.9985, 1.0015))
def test_jitter_and_a_clock_of_another_speed_are_no_break(seed, speed):
    chance = Random(seed)
    jitter = [chance.uniform(-0.01, 0.01) for _ in PLAIN]
    times = [time * speed + wobble for time, wobble in zip(PLAIN, jitter, strict=True)]
    laid = lay_sound(times, LENGTHS)
    assert not laid.changed and laid.times == pytest.approx(times, abs=0.025)


@pytest.mark.parametrize("fast_at", [0, 5, 20])
@pytest.mark.parametrize("slow_fps", [5, 10, 15])
def test_a_camera_that_gives_fewer_pictures_in_the_dark_has_no_broken_clock(fast_at, slow_fps):
    """For most of the answer they come slowly, and for five seconds at the full rate."""
    times, at = [], 0.0
    while at < 25:
        times.append(at)
        at += 1 / 30 if fast_at <= at < fast_at + 5 else 1 / slow_fps
    laid = lay_pictures(times, Laid())
    assert not laid.changed and laid.times == times


@pytest.mark.parametrize("seed", range(20))
def test_a_camera_that_starves_has_no_broken_clock(seed):
    """A busy machine gives pictures in bursts, and long ones between."""
    lot, times = Random(seed), [0.0]
    while times[-1] < 25:
        times.append(times[-1] + lot.choice((1 / 30, 1 / 30, 1 / 30, 1 / 15, 0.2, lot.uniform(0.03, 0.8))))
    laid = lay_pictures(times, Laid())
    assert not laid.changed and laid.times == times


@given(st.lists(st.one_of(st.floats(0.0025, 0.04), st.floats(0.05, 1.5)), min_size=1, max_size=200))
def test_pictures_of_which_each_comes_after_the_one_before_keep_their_times(steps):
    """However they come: none for a while, and then many at once."""
    times = list(accumulate(steps, initial=0.0))
    laid = lay_pictures(times, Laid())
    assert not laid.changed and laid.times == times


def test_a_picture_clock_that_goes_back_is_still_seen_in_a_camera_that_starves():
    lot, times = Random(4), [0.0]
    while times[-1] < 25:
        times.append(times[-1] + lot.choice((0.005, 1 / 30, 1 / 15, 0.2)))
    laid = lay_pictures([time if time < 10 else time - 3 for time in times], Laid())
    assert laid.breaks == [pytest.approx(3, abs=0.3)] and laid.times == pytest.approx(times, abs=0.3)


def test_a_break_in_both_tracks_is_mended_by_the_same_time():
    sound = lay_sound([time if time < 5 else time - 3 for time in PLAIN], LENGTHS)
    pictures = [number / 30 if number < 148 else number / 30 - 3 for number in range(300)]
    laid = lay_pictures(pictures, sound)
    assert laid.breaks == sound.breaks and max(laid.times) == pytest.approx(299 / 30, abs=0.02)


def test_pictures_that_come_in_another_order_than_they_are_shown_keep_their_times():
    times = [number / 30 for group in range(0, 120, 4) for number in (group, group + 3, group + 1, group + 2)]
    assert lay_pictures(times, Laid()) == Laid(times)


@given(st.lists(st.floats(-1e5, 1e5), max_size=200))
def test_whatever_the_times_are_none_is_dropped(times):
    laid = lay_sound(times, [STEP_S] * len(times))
    assert len(laid.times) == len(times)
    assert all(b - a > 0 for a, b in zip(laid.times, laid.times[1:], strict=False))


def test_a_wild_time_right_after_a_hole_is_not_believed():
    times = [time if index < 100 else time + 4 for index, time in enumerate(PLAIN)]
    laid = lay_sound([*times[:100], times[100] + 2000, *times[101:]], LENGTHS)
    assert (laid.wild, laid.breaks) == (1, [])
    assert laid.times[101:] == pytest.approx(times[101:])


def of_two_tracks(sound, lost, by_s):
    """Places and times of ten pictures a second and of `sound`; what was heard at `lost` is not there, and after it the
    clock of the sound is `by_s` behind."""
    items = sorted(
        [(number / 10, "picture", number / 10) for number in range(100)] + [(at, "sound", at) for at in sound]
    )
    found = {"picture": ([], []), "sound": ([], [])}
    for turn, (at, kind, time) in enumerate(items):
        if kind == "sound" and lost[0] <= at < lost[1]:
            continue
        found[kind][0].append(turn)
        found[kind][1].append(time - (by_s if kind == "sound" and at >= lost[1] else 0.0))
    return found["sound"], found["picture"]


@given(st.floats(1, 6), st.floats(0.6, 3), st.floats(0.6, 5))
def test_a_leap_back_where_no_sound_came_is_seen_beside_the_picture(at, away_s, by_s):
    (turns, times), (others, shown) = of_two_tracks(PLAIN, (at, at + away_s), by_s)
    laid = lay_sound(times, [STEP_S] * len(times))
    found = in_step(laid, turns, Laid(shown), others)
    right = [time for time in PLAIN if not at <= time < at + away_s]
    assert found.times == pytest.approx(right, abs=0.15)
    assert found.changed


@given(st.floats(0.2, 1), st.floats(1.5, 4), st.floats(0.6, 2), st.floats(0.6, 2))
def test_pictures_from_before_the_sound_began_say_nothing_of_the_step(late_s, at, away_s, by_s):
    """The camera was there first; then no picture came for a while, and both clocks leapt back meanwhile."""
    heard = [time for time in PLAIN if time >= late_s]
    shown = [number / 10 for number in range(100) if not at <= number / 10 < at + away_s]
    items = sorted([(time, "picture") for time in shown] + [(time, "sound") for time in heard])
    turns = {kind: [turn for turn, one in enumerate(items) if one[1] == kind] for kind in ("picture", "sound")}
    laid = [time - (by_s if time >= at else 0.0) for time in shown]
    found = in_step(Laid(laid), turns["picture"], Laid(heard), turns["sound"])
    assert found.times == pytest.approx(shown, abs=0.15)
    assert found.changed


def test_what_is_in_step_or_not_in_the_order_of_time_is_left_alone():
    (turns, times), (others, shown) = of_two_tracks(PLAIN, (3.0, 5.0), 0.0)
    assert in_step(Laid(times), turns, Laid(shown), others) == Laid(times)
    # A second of the one and then a second of the other, as in an MP4.
    sound = sorted(range(500), key=lambda number: (number // 50, 1))
    turns = [number + 10 * (number // 50 + 1) for number in sound]
    others = [number + 50 * (number // 10) for number in range(100)]
    assert in_step(Laid(PLAIN), turns, Laid(shown), others) == Laid(PLAIN)
    assert in_step(Laid(PLAIN), turns, Laid(), []) == Laid(PLAIN)
