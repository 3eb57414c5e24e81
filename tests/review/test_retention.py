"""When something of an exam is erased, and why not yet."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from review.retention import Case, Erasable, Stays, is_sampled, outlook

TOLD = date(2026, 8, 31)
OBJECT = date(2026, 10, 12)
RECORDINGS, DOSSIER, RESULT = Erasable


def look(today, what=RECORDINGS, months=6, **case):
    found = outlook(Case(**{"ended": TOLD, "passed": True, "objection_until": OBJECT, **case}), what, months, today)
    assert found.goes is (found.stays == ())
    return found


def test_recordings_go_the_day_after_the_last_day_of_the_period():
    # Six months after 31 August is the last day of February.
    assert look(date(2027, 2, 28)).stays == (Stays.PERIOD,)
    assert look(date(2027, 2, 28)).due == date(2027, 3, 1)
    assert look(date(2027, 3, 1)).goes


def test_while_there_is_no_end_nothing_goes():
    found = look(date(2099, 1, 1), ended=None, passed=None, objection_until=None)
    assert (found.due, found.stays) == (None, (Stays.GOING_ON,))


def test_a_class_without_an_end_never_goes():
    found = look(date(2099, 1, 1), months=None, sampled=True, objecting=True)
    assert (found.due, found.stays) == (None, (Stays.PERIOD,))


def test_every_reason_is_named_at_once_and_a_running_objection_stands_for_its_term():
    found = look(TOLD, held_until=OBJECT, sampled=True)
    assert found.stays == (Stays.PERIOD, Stays.OBJECTION_TERM, Stays.HOLD, Stays.SAMPLE)
    found = look(TOLD, held_until=OBJECT, sampled=True, objecting=True)
    assert found.stays == (Stays.PERIOD, Stays.OBJECTION, Stays.HOLD, Stays.SAMPLE)


def test_a_period_that_is_over_last_says_when():
    assert look(TOLD, held_until=date(2026, 9, 1)).due == date(2027, 3, 1)
    assert look(TOLD, months=0, objection_until=None).due == TOLD + timedelta(days=1)


def test_nothing_goes_while_an_objection_may_come_or_runs():
    assert look(OBJECT, months=0).stays == (Stays.OBJECTION_TERM,)
    assert look(OBJECT, months=0).due == OBJECT + timedelta(days=1)
    assert look(OBJECT + timedelta(days=1), months=0).goes
    running = look(date(2030, 1, 1), objecting=True)
    assert (running.stays, running.due) == ((Stays.OBJECTION,), None)


@pytest.mark.parametrize("what", Erasable)
def test_a_hold_keeps_everything_until_its_last_day(what):
    end = date(2029, 5, 4)
    assert look(end, what, held_until=end).stays == (Stays.HOLD,)
    assert look(date(2026, 9, 1), what, held_until=end).due == date(2029, 5, 5)
    assert look(end + timedelta(days=1), what, held_until=end).goes


def test_the_sample_keeps_recordings_and_nothing_else():
    later = date(2030, 1, 1)
    assert look(later, sampled=True).stays == (Stays.SAMPLE,)
    assert look(later, sampled=True).due is None
    assert look(later, DOSSIER, 24, sampled=True).goes


@given(
    st.dates(date(2026, 1, 1), date(2028, 1, 1)),
    st.integers(0, 120),
    st.booleans(),
    st.none() | st.dates(date(2026, 1, 1), date(2032, 1, 1)),
    st.none() | st.dates(date(2026, 1, 1), date(2027, 1, 1)),
    st.booleans(),
)
def test_on_the_day_that_is_told_it_goes_and_not_a_day_before(ended, months, objecting, held, objection, sampled):
    case = Case(ended, True, objection, objecting, held, sampled)
    due = outlook(case, RECORDINGS, months, date(2026, 1, 1)).due
    assert (due is None) is (objecting or sampled)
    if due:
        assert outlook(case, RECORDINGS, months, due).goes
        assert not outlook(case, RECORDINGS, months, due - timedelta(days=1)).goes


def test_a_sample_is_drawn_by_its_seed_and_has_its_share():
    codes = [f"K-{number:07}" for number in range(10_000)]
    share = Fraction(1, 20)
    drawn = [code for code in codes if is_sampled("seed", code, share)]
    assert drawn == [code for code in codes if is_sampled("seed", code, share)]
    assert 430 < len(drawn) < 570
    other = {code for code in codes if is_sampled("other", code, share)}
    assert len(other & set(drawn)) < 60
    assert not any(is_sampled("seed", code, Fraction(0)) for code in codes)
    assert all(is_sampled("seed", code, Fraction(1)) for code in codes)


def test_a_draw_is_the_first_eight_bytes_of_a_hash_so_that_anybody_can_repeat_it():
    drawn = Fraction(0xD9453B023C35DB68, 2**64)  # of SHA-256("een zaad K-7")
    assert not is_sampled("een zaad", "K-7", drawn)
    assert is_sampled("een zaad", "K-7", drawn + Fraction(1, 2**64))


def test_what_somebody_asked_to_be_gone_waits_for_its_end_and_for_no_period():
    asked = {RECORDINGS: TOLD + timedelta(days=30), DOSSIER: TOLD - timedelta(days=30)}
    assert look(TOLD, asked=asked, objection_until=None).due == TOLD + timedelta(days=30)
    assert look(TOLD, DOSSIER, None, asked=asked, objection_until=None).due == TOLD
    assert look(TOLD - timedelta(days=1), DOSSIER, asked=asked, objection_until=None).stays == (Stays.PERIOD,)
    assert look(TOLD, asked=asked).due == OBJECT + timedelta(days=1)


def test_what_trains_assessors_is_the_recordings_alone():
    later = date(2040, 1, 1)
    kept = look(later, benchmark=True)
    assert (kept.due, kept.stays) == (None, (Stays.BENCHMARK,))
    file = look(later, DOSSIER, 24, benchmark=True)
    assert (file.due, file.stays) == (date(2028, 9, 1), ())


def test_the_result_goes_last_and_not_before_its_certificate_is_there():
    after = date(2033, 9, 1)
    assert look(after - timedelta(days=1), RESULT, 84).stays == (Stays.PERIOD,)
    assert look(after, RESULT, 84).goes
    assert look(after, RESULT, 84, left=frozenset({RESULT})).goes
    for left in ({RECORDINGS}, {DOSSIER, RESULT}):
        found = look(after, RESULT, 84, left=frozenset(left))
        assert (found.due, found.stays) == (None, (Stays.OTHER_PARTS,))
    waiting = look(after, RESULT, 84, uncertified=True)
    assert (waiting.due, waiting.stays) == (None, (Stays.CERTIFICATE,))
    assert look(after, RECORDINGS, uncertified=True, left=frozenset(Erasable)).goes
    assert look(after, RESULT, 84, held_until=after, objecting=True).stays == (Stays.OBJECTION, Stays.HOLD)
