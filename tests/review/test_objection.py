"""Until when one may object, who rules, and that nobody rules on what they did themselves."""

from datetime import date

import pytest

from review.objection import Ground, Term, is_for_committee, may_handle


@pytest.mark.parametrize(
    ("notice", "last"),
    [
        (date(2026, 3, 2), date(2026, 4, 13)),  # a Monday
        (date(2026, 4, 4), date(2026, 5, 18)),  # ends on a Saturday, so on the Monday after it
        (date(2026, 2, 23), date(2026, 4, 7)),  # ends on Easter Monday
        (date(2026, 11, 13), date(2026, 12, 28)),  # ends on Christmas Day, a Friday
    ],
)
def test_the_term_ends_on_a_working_day_and_that_day_still_counts(notice, last):
    term = Term(notice, 6)
    assert term.last_day == last
    assert not term.is_over(last)
    assert term.is_over(date.fromordinal(last.toordinal() + 1))


def test_content_always_goes_to_the_committee_and_the_rest_when_it_is_forwarded():
    assert [is_for_committee(ground, False) for ground in Ground] == [False, False, True]
    assert all(is_for_committee(ground, True) for ground in Ground)


def test_who_had_a_part_in_it_handles_nothing():
    assert may_handle("a", {"b"}) and not may_handle("a", {"a", "b"})
