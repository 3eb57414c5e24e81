"""What a candidate meets is drawn: by a seed, never what is retired, nothing twice where there is another."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.drawing import SlotsEmpty, draw, empty_slots

SLOTS = {1: ("a", "a2", "a3"), 2: ("b",), 3: ("c", "c2")}


def drawn(met=(), retired=(), seed="s", slots=SLOTS):
    return {number: slots[number][place] for number, place in draw(slots, met, retired, seed).items()}


def test_the_same_seed_draws_the_same_and_others_draw_all_alike_often():
    assert drawn(seed="x") == drawn(seed="x")
    seen = Counter(drawn(seed=str(number))[1] for number in range(3000))
    assert set(seen) == {"a", "a2", "a3"}
    # Each a third of 3,000, with a standard deviation of 26.
    assert all(abs(count - 1000) < 130 for count in seen.values())


def test_one_number_says_nothing_of_another():
    both = Counter((found[1], found[3]) for found in (drawn(seed=str(number)) for number in range(3000)))
    assert len(both) == 6 and all(abs(count - 500) < 110 for count in both.values())


keys = st.sets(st.sampled_from([key for slot in SLOTS.values() for key in slot]))


@given(met=keys, retired=keys, seed=st.text(max_size=8))
def test_never_what_is_retired_and_what_was_met_only_for_want_of_another(met, retired, seed):
    empty = [number for number, slot in SLOTS.items() if set(slot) <= retired]
    assert empty_slots(SLOTS, retired) == empty
    if empty:
        with pytest.raises(SlotsEmpty) as refused:
            drawn(met, retired, seed)
        assert refused.value.slots == empty
        return
    for number, key in drawn(met, retired, seed).items():
        assert key not in retired
        assert key not in met or set(SLOTS[number]) <= met | retired
