"""Part 1: what may be decided follows from the judgements."""

import pytest

from review.difference import Change, difference, shared
from review.likeness import share
from review.portfolio import Mark, Outcome, Rule, insufficient, refusal, unjudged, words

GOOD, BAD = Mark(True, "Duidelijk."), Mark(False, "Te kort.")


@pytest.mark.parametrize(
    "outcome, marks, rule",
    [
        (Outcome.APPROVED, {"a": GOOD, "b": GOOD}, None),
        (Outcome.APPROVED, {"a": GOOD, "b": BAD}, Rule.NOT_SUFFICIENT),
        (Outcome.APPROVED, {"a": GOOD}, Rule.UNJUDGED),
        (Outcome.APPROVED, {"a": GOOD, "b": Mark(True, " ")}, Rule.UNJUDGED),
        (Outcome.RETURNED, {"a": GOOD, "b": BAD}, None),
        (Outcome.RETURNED, {"a": GOOD, "b": GOOD}, Rule.NOTHING_WRONG),
        (Outcome.REJECTED, {"a": BAD, "b": BAD}, None),
        (Outcome.REJECTED, {"a": BAD, "b": Mark(None, "Later")}, Rule.UNJUDGED),
    ],
)
def test_a_decision_fits_its_judgements(outcome, marks, rule):
    found = refusal(outcome, ("a", "b"), marks)
    assert (found and found[0]) == rule


def test_a_refusal_names_the_criteria_that_it_is_about():
    marks = {"a": GOOD, "b": BAD}
    assert refusal(Outcome.APPROVED, iter(("a", "b", "c")), marks) == (Rule.UNJUDGED, ("c",))
    assert refusal(Outcome.APPROVED, iter(("a", "b")), marks) == (Rule.NOT_SUFFICIENT, ("b",))
    assert refusal(Outcome.RETURNED, iter(("a",)), marks) == (Rule.NOTHING_WRONG, ())


def test_a_judgement_is_kept_as_it_was_given():
    assert Mark(**GOOD.to_json()) == GOOD
    assert Mark().to_json() == {"sufficient": None, "reason": ""}


def test_without_criteria_an_officer_decides_freely():
    assert [refusal(outcome, (), {}) for outcome in Outcome] == [None, None, None]


def test_what_is_open_and_what_is_wrong_is_named():
    assert unjudged(("a", "b", "c"), {"a": GOOD, "b": Mark(False, "")}) == ("b", "c")
    assert insufficient(("a", "b"), {"a": GOOD, "b": BAD, "old": BAD}) == ("b",)


@pytest.mark.parametrize(
    "text, count", [("", 0), (" \n", 0), ("één twee", 2), ("e-mail van collega's", 3), ("3,5 keer", 2), ("a – b", 2)]
)
def test_words_are_counted_as_on_the_page(text, count):
    assert words(text) == count


def test_likeness_runs_from_nothing_to_one():
    text = "Zij luistert mee met nieuwe collega's en bespreekt het gesprek daarna."
    assert share(text, text.upper()) == 1.0
    assert share(text, "") == share("…", text) == 0.0
    assert share(text, "En bespreekt het gesprek daarna: zij luistert mee met nieuwe collega's.") > 0.95
    assert share(text, "Toen de storing een middag duurde, verdeelde Karin het werk over drie mensen.") < 0.6


def test_the_difference_reads_as_both_texts():
    before, after = "Ik vroeg wat er was. Dat hielp.", "Ik vroeg rustig wat er was. Dat hielp niet meteen."
    runs = difference(before, after)
    texts = {
        side: "".join(run.text for run in runs if run.change is not side) for side in (Change.ADDED, Change.REMOVED)
    }
    assert texts[Change.REMOVED] == after
    assert texts[Change.ADDED].split() == before.split()
    assert [run.text.strip() for run in runs if run.change is Change.ADDED] == ["rustig", "hielp niet meteen."]


def test_a_word_or_two_in_common_is_not_shared():
    runs = shared("zij luistert altijd mee en dat doet zij goed", "hij is en was er en dat doet zij goed")
    assert [run.text.strip() for run in runs if run.change is Change.SAME] == ["en dat doet zij goed"]
