"""Which rulings fit what was found, and when a new look takes the place of a result."""

import pytest

from review.objection import Found, Obstacle, Ruling, obstacle, takes_the_place

RESULT = {"late": False, "result": True}


@pytest.mark.parametrize(
    "ruling, found, why",
    [
        (Ruling.LATE, Found(late=False, result=True), Obstacle.IN_TIME),
        (Ruling.LATE, Found(late=True, result=True, remarking=True), None),
        (Ruling.UPHELD, Found(**RESULT), None),
        (Ruling.UPHELD, Found(**RESULT, remarking=True), Obstacle.REMARK_GOES_ON),
        (Ruling.UPHELD, Found(**RESULT, new_verdict=True, remarked=True), Obstacle.REMARK_FOUND_HIGHER),
        (Ruling.UPHELD, Found(**RESULT, new_verdict=True), None),
        (Ruling.REVISED, Found(**RESULT), Obstacle.NOTHING_NEW),
        (Ruling.REVISED, Found(**RESULT, new_verdict=True, remarked=True), None),
        (Ruling.REVISED, Found(late=False, result=False), None),
        (Ruling.RESIT, Found(**RESULT), Obstacle.NO_ANSWERS),
        (Ruling.RESIT, Found(**RESULT, answers=1), None),
        (Ruling.RESIT, Found(late=False, result=False, answers=1), Obstacle.NO_ANSWERS),
    ],
)
def test_a_ruling_fits_what_was_found(ruling, found, why):
    assert obstacle(ruling, "Omdat het zo is.", found) is why
    assert obstacle(ruling, " ", found) is Obstacle.NO_TEXT


@pytest.mark.parametrize(
    "known, found, may_lower, takes",
    [
        (False, True, False, True),
        (True, False, False, False),
        (True, False, True, True),
        (True, True, True, False),
        (False, False, True, False),
        (None, True, False, True),
    ],
)
def test_nobody_is_worse_off_for_having_asked_unless_the_scheme_says_so(known, found, may_lower, takes):
    assert takes_the_place(known, found, may_lower) is takes
