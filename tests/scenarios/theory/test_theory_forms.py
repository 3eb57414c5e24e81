"""Forms: the same seed the same form, nothing that the candidate had before while other items remain, an exact cut."""

from fractions import Fraction
from hashlib import sha256

import pytest

from scenarios.theory.content import Place
from scenarios.theory.forms import (
    BankItem,
    Blueprint,
    Points,
    Quota,
    Shortage,
    ShortBank,
    arranged,
    draw,
    outcome,
    outcome_without,
    rank,
)
from scenarios.theory.items import Choice, Item, MapResponse, Match, MatchCorrect, Option, PairOption, ResponseError

BLUEPRINT = Blueprint((Quota("1", ("1.1", "1.2"), 6), Quota("2", ("2.1",), 2)), 45, Fraction(7, 10))
BANK = [BankItem(f"{term}-{n}", term) for term, size in (("1.1", 9), ("1.2", 9), ("2.1", 5)) for n in range(size)]
SEEDS = [f"zaad {number}" for number in range(300)]


def terms(form):
    return sorted(key.partition(".")[0] for key in form.items)


def test_a_seed_draws_the_same_form_from_a_bank_in_any_order():
    form = draw(BLUEPRINT, BANK, "zaad")
    assert form == draw(BLUEPRINT, reversed(BANK), "zaad")
    assert terms(form) == ["1"] * 6 + ["2"] * 2
    assert len({draw(BLUEPRINT, BANK, seed).items for seed in SEEDS}) == len(SEEDS)


def test_the_generator_is_the_one_that_is_described():
    expected = sha256(b"zaad\0draw\0a").digest()
    assert rank("zaad", "draw", "a") == expected
    best = sorted(
        (one.key for one in BANK if one.term == "2.1"), key=lambda key: sha256(f"zaad\0draw\0{key}".encode()).digest()
    )
    assert {key for key in draw(BLUEPRINT, BANK, "zaad").items if key.startswith("2")} == set(best[:2])


def test_every_item_has_the_same_chance_and_every_place():
    drawn = [draw(BLUEPRINT, BANK, seed).items for seed in SEEDS]
    for one in BANK:
        expected = 100 if one.term != "2.1" else 120
        assert abs(sum(one.key in items for items in drawn) - expected) < 45, one
    firsts = sum(items[0].startswith("2") for items in drawn)
    assert 40 < firsts < 110


def test_an_item_that_is_added_takes_the_place_of_at_most_one():
    for seed in SEEDS[:50]:
        before = set(draw(BLUEPRINT, BANK, seed).items)
        after = set(draw(BLUEPRINT, [*BANK, BankItem("1.1-nieuw", "1.1")], seed).items)
        assert len(before - after) <= 1


def test_nothing_of_an_earlier_attempt_comes_back_while_others_remain():
    for seed in SEEDS[:50]:
        first = draw(BLUEPRINT, BANK, seed)
        second = draw(BLUEPRINT, BANK, f"{seed} weer", [first.items])
        assert not set(first.items) & set(second.items)
        assert second.shortages == ()


def test_what_comes_back_is_of_the_oldest_attempt_and_is_said():
    first, second = [f"2.1-{n}" for n in (0, 1)], [f"2.1-{n}" for n in (2, 3)]
    third = draw(BLUEPRINT, BANK, "drie", [first, second])
    drawn = {key for key in third.items if key.startswith("2")}
    assert "2.1-4" in drawn and drawn - {"2.1-4"} < set(first)
    assert third.shortages == (Shortage("2", asked=2, new=1, repeated=1),)


def test_a_bank_that_is_too_small_draws_nothing_and_says_where():
    with pytest.raises(ShortBank) as short:
        draw(BLUEPRINT, BANK[:-4], "zaad", [["2.1-0"]])
    assert short.value.shortages == (Shortage("2", asked=2, new=0, repeated=1),)
    with pytest.raises(ValueError, match="twice"):
        draw(BLUEPRINT, [*BANK, BANK[0]], "zaad")


@pytest.mark.parametrize(
    "quotas, minutes, cut",
    [
        ((), 45, Fraction(1, 2)),
        ((Quota("1", ("1.1",), 1), Quota("2", ("1.1",), 1)), 45, Fraction(1, 2)),
        ((Quota("1", ("1.1",), 0),), 45, Fraction(1, 2)),
        ((Quota("1", ("1.1",), 1),), 0, Fraction(1, 2)),
        ((Quota("1", ("1.1",), 1),), 45, Fraction(0)),
        ((Quota("1", ("1.1",), 1),), 45, Fraction(70)),
    ],
)
def test_a_blueprint_that_no_form_can_have_is_refused(quotas, minutes, cut):
    with pytest.raises(ValueError):
        Blueprint(quotas, minutes, cut)


# The options.


def choice(key="a", term="1.1", points=1, shuffle=True, fixed="D"):
    options = tuple(Option(key=one, content=(one,), fixed=one in fixed) for one in "ABCDE")
    interaction = Choice(options=options, shuffle=shuffle)
    return Item(
        key=key,
        title=key,
        term=term,
        body=(Place(),),
        interaction=interaction,
        correct=("A",),
        scoring=MatchCorrect(Fraction(points)),
    )


def test_options_are_shuffled_but_for_fixed_ones_and_where_the_author_forbids():
    orders = [arranged(choice(), seed)[0] for seed in SEEDS]
    assert all(order[3] == "D" and sorted(order) == list("ABCDE") for order in orders)
    assert all(45 < sum(order[place] == "A" for order in orders) < 110 for place in (0, 1, 2, 4))
    assert arranged(choice(shuffle=False), "zaad") == (("A", "B", "C", "D", "E"),)
    assert arranged(choice(), "zaad") == arranged(choice(), "zaad")
    assert len({arranged(choice(key), "zaad") for key in "abcdefgh"}) > 3


def test_both_sides_of_a_match_are_shuffled_each_by_itself():
    sides = [tuple(PairOption(key=f"{side}{n}", content=()) for n in range(5)) for side in "LR"]
    match = Item(
        key="m",
        title="m",
        body=(Place(),),
        interaction=Match(left=sides[0], right=sides[1], shuffle=True),
        correct=("L0 R0",),
    )
    left, right = arranged(match, "zaad")
    assert sorted(left) == [one.key for one in sides[0]] and sorted(right) == [one.key for one in sides[1]]
    different = [[one[1] for one in a] != [one[1] for one in b] for a, b in (arranged(match, seed) for seed in SEEDS)]
    assert sum(different) > 280


# The outcome.

FORM = [choice(f"a{n}", "1.1") for n in range(8)] + [choice(f"b{n}", "2.1") for n in range(2)]


def answers(right, wrong=0):
    keys = [one.key for one in FORM]
    return {key: ("A",) for key in keys[:right]} | {key: ("B",) for key in keys[right : right + wrong]}


@pytest.mark.parametrize("right, passed", [(7, True), (6, False), (0, False), (10, True)])
def test_the_cut_itself_passes(right, passed):
    found = outcome(BLUEPRINT, FORM, answers(right, wrong=1 if right < 10 else 0))
    assert (found.passed, found.whole) == (passed, Points(Fraction(right), Fraction(10)))
    assert found.answered == min(right + 1, 10)


def test_a_third_of_the_points_is_exact():
    cut = Blueprint(BLUEPRINT.quotas, 45, Fraction(1, 3))
    items = [choice("x", points=1), choice("y", points=2)]
    assert outcome(cut, items, {"x": ("A",)}).passed
    assert outcome(cut, items, {"x": ("A",)}).quotas == {"1": Points(Fraction(1), Fraction(3)), "2": Points(0, 0)}


@pytest.mark.parametrize(
    "items, responses, error",
    [
        (FORM, {"vreemd": ("A",)}, ValueError),
        (FORM, {"a0": ("Z",)}, ResponseError),
        (FORM, {"a0": ("A", "B")}, ResponseError),
        ([choice("a0", "3.1")], {}, ValueError),
        ([], {}, ValueError),
    ],
)
def test_what_cannot_be_scored_is_an_error(items, responses, error):
    with pytest.raises(error):
        outcome(BLUEPRINT, items, responses)
    with pytest.raises(error):
        outcome_without(BLUEPRINT, items, responses, ["b1"], given=True)


def test_a_dropped_item_is_left_out_or_given_to_everybody():
    seven = answers(7, wrong=3)
    assert outcome_without(BLUEPRINT, FORM, seven, ["a0"], given=False).whole == Points(6, 9)
    assert not outcome_without(BLUEPRINT, FORM, seven, ["a0"], given=False).passed
    assert outcome_without(BLUEPRINT, FORM, seven, ["a0"], given=True).whole == Points(7, 10)
    six = answers(6, wrong=4)
    assert outcome_without(BLUEPRINT, FORM, six, ["b1"], given=True).passed
    assert not outcome_without(BLUEPRINT, FORM, six, ["b1"], given=False).passed


def test_an_item_that_takes_points_takes_them_from_the_whole():
    one = choice("min", "2.1")
    values = MapResponse(values=(("A", Fraction(1)), ("B", Fraction(-2))))
    minus = Item(
        key="min", title="", term="2.1", body=one.body, interaction=one.interaction, correct=("A",), scoring=values
    )
    assert outcome(BLUEPRINT, [FORM[0], minus], {"a0": ("A",), "min": ("B",)}).whole == Points(-1, 2)
