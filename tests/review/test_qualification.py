"""Who may judge: thresholds in exact fractions, and what chance has to do with it."""

from fractions import Fraction

import pytest

from review.qualification import Shortfall, Thresholds, chance_to_pass, differences, qualify
from review.shares import DRIFTED, GOOD, Shares

TEN = Thresholds()


def test_exactly_on_both_thresholds_passes():
    answers = [(0, 0, 1, 2), (0, 0, 1, 1)] * 4 + [(0, 0, 1, 2), (0, 0, 2, 2)]
    found = qualify(answers, TEN)
    assert (found.answers, found.scores) == (10, 40)
    assert (found.exact, found.within_one) == (Fraction(1, 2), Fraction(33, 40))
    assert found.passed
    on_both = qualify([(0, 0, 0, 0, 0, 1, 1, 1, 2, 2)] * 10, TEN)
    assert (on_both.exact, on_both.within_one, on_both.passed) == (Fraction(1, 2), Fraction(4, 5), True)


@pytest.mark.parametrize(
    ("answers", "shortfalls"),
    [
        ([(0, 0, 0, 1)] * 9, (Shortfall.ANSWERS,)),
        ([(0, 0, 0, 1)] * 9 + [(1, 1, 1, 1)] * 20, (Shortfall.EXACT,)),
        ([(0, 0, 0, 2)] * 10, (Shortfall.WITHIN_ONE,)),
        ([(2, 2, 0, 1)] * 5, (Shortfall.ANSWERS, Shortfall.EXACT, Shortfall.WITHIN_ONE)),
        ([], (Shortfall.ANSWERS,)),
        ([()] * 10, (Shortfall.ANSWERS,)),
    ],
)
def test_what_falls_short_is_named(answers, shortfalls):
    found = qualify(answers, TEN)
    assert found.shortfalls == shortfalls
    assert not found.passed


def test_how_far_off_a_score_is():
    agreed = {"analysis": 3, "sensitivity": None, "reflection": 5, "language": 2}
    assert differences({"analysis": 3, "sensitivity": None, "reflection": 4, "language": 5}, agreed) == (0, 0, 1, 2)
    assert differences({"analysis": None, "sensitivity": 3, "reflection": 5, "language": 2}, agreed) == (2, 2, 0, 0)
    with pytest.raises(ValueError, match="not scored: reflection, language"):
        differences({"analysis": 3, "sensitivity": 3}, agreed)


def test_ten_single_scores_let_drift_through_and_ten_whole_answers_do_not():
    """Ten scores: .16 of the drifted pass and .20 of the good fail; forty, ten answers of four: .02 and .08."""
    expected = {10: (0.80, 0.16), 20: (0.85, 0.07), 40: (0.92, 0.02)}
    for scores, (good, drifted) in expected.items():
        assert round(chance_to_pass(GOOD, scores, TEN), 2) == good
        assert round(chance_to_pass(DRIFTED, scores, TEN), 2) == drifted


def test_the_chances_of_all_outcomes_make_one():
    everything = Thresholds(Fraction(0), Fraction(0))
    assert chance_to_pass(Shares(0.2, 0.5), 12, everything) == pytest.approx(1)
    assert chance_to_pass(Shares(1.0, 0.0), 12, TEN) == 1
    with pytest.raises(ValueError, match="no shares"):
        Shares(0.8, 0.3)
