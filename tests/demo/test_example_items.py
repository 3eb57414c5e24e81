"""The example items: enough of them for two tests on every quota, each sound, marked, and readable as a package."""

from collections import Counter

from support import cast

from demo import theory
from scenarios.theory.content import text_of
from scenarios.theory.forms import BankItem, draw
from scenarios.theory.items import Choice, faults, options_of
from scenarios.theory.qti.packages import read_package, write_package
from storage.base.present import present
from storage.theory.items import Kind, kind_of
from storage.theory.stock import stock

ITEMS = theory.items()


def test_there_are_enough_of_every_kind_and_all_are_marked():
    assert len(ITEMS) >= 90
    assert {one.source for one in ITEMS} == {theory.SOURCE}
    assert {kind_of(one) for one in ITEMS} == set(Kind)
    assert any(one.media for one in ITEMS)
    assert not [one.title for one in ITEMS if faults(one)]


def test_no_item_is_there_twice_and_no_option_says_the_same():
    assert [title for title, count in Counter(one.title for one in ITEMS).items() if count > 1] == []
    for one in ITEMS:
        words = [text_of(option.content) for option in options_of(one.interaction)]
        assert len(set(words)) == len(words), one.title


def test_the_longest_option_is_not_a_way_to_guess():
    """Who always takes the longest option does not pass: the right one stands out in fewer than the cut asks."""
    single = [one for one in ITEMS if isinstance(one.interaction, Choice) and not one.interaction.multiple]
    longest = [max(one.interaction.options, key=lambda option: len(text_of(option.content))).key for one in single]
    assert sum(key in one.correct for key, one in zip(longest, single, strict=True)) / len(ITEMS) < 0.7


def test_they_go_out_as_a_package_and_read_back_equal():
    found = read_package(write_package(ITEMS, theory.MEDIA))
    assert found.items == tuple(ITEMS)
    assert not found.refused and not found.remarks


def test_two_forms_without_an_item_twice(session, people):
    cast.scheme_of_a(session)
    made = theory.into_use(session, people.officer, people.second_officer, cast.NOW)
    assert made == len(ITEMS)
    assert theory.into_use(session, people.officer, people.second_officer, cast.NOW) == 0
    (exam,) = stock(session)
    assert exam.attempts >= 2
    blueprint = present(exam.scheme.content.theory.blueprint)
    bank = [BankItem(one.key, one.term) for one in ITEMS]
    first = draw(blueprint, bank, "eerste")
    second = draw(blueprint, bank, "tweede", [first.items])
    assert len(first.items) == len(second.items) == 40
    assert not set(first.items) & set(second.items) and not second.shortages
