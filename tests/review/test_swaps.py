"""One assessor in the place of another: only who is free, there and without a tie, and never twice on one candidate."""

from datetime import date

import pytest

from review.allocation import allocate
from review.batch import Assessor, Batch, Mode, Panel, fresh
from review.conflicts import Conflict
from review.swaps import Swap, all_swapped, swapped, takers

ANSWERS = [f"a{number}" for number in range(10)]
PERIOD = (date(2026, 3, 2), date(2026, 3, 15))
AWAY = (PERIOD,)


def batch(mode=Mode.WHOLE, forbidden=None, **more):
    people = [Assessor(key, 40, **more.get(key, {})) for key in ("p", "q", "r", "s", "t")]
    answers = {"c": {f"c{one}": slots for one, slots in fresh(["c"], ANSWERS)["c"].items()}}
    answers["d"] = {f"d{one}": slots for one, slots in fresh(["d"], ANSWERS)["d"].items()}
    return Batch(answers, tuple(people), forbidden or {}, Panel(mode), PERIOD, {})


def who(plan, candidate):
    return sorted({one.assessor for one in plan.assignments if one.candidate == candidate})


def test_a_swap_moves_all_of_one_candidate_and_nothing_else():
    work = batch()
    plan = allocate(work, 1)
    old, stays = who(plan, "c")
    new = takers(work, plan, "c", old)[0]
    after = swapped(work, plan, Swap("c", old, new))
    assert who(after, "c") == sorted([stays, new]) and who(after, "d") == who(plan, "d")
    assert {(one.answer, one.slot) for one in after.assignments} == {(one.answer, one.slot) for one in plan.assignments}
    assert all_swapped(work, after, [Swap("c", new, old)]) == plan


def test_who_judges_the_candidate_already_is_away_full_or_tied_cannot_take_it():
    tied = {("r", "c"): (Conflict.MANAGER,)}
    plan = allocate(batch(), 1)
    old, other = who(plan, "c")
    free = [key for key in ("p", "q", "r", "s", "t") if key not in (old, other)]
    assert takers(batch(), plan, "c", old) == free
    assert other not in takers(batch(), plan, "c", old)
    for key in free:
        assert key not in takers(batch(**{key: {"leave": AWAY}}), plan, "c", old)
        assert key not in takers(batch(**{key: {"load": 31}}), plan, "c", old)
    assert "r" not in takers(batch(forbidden=tied), plan, "c", old)
    assert takers(batch(), plan, "c", "nobody") == [] and takers(batch(), plan, "d", "nobody") == []


def test_spread_work_goes_to_nobody_who_has_one_of_those_answers():
    work = batch(Mode.SPREAD)
    plan = allocate(work, 3)
    for old in who(plan, "c"):
        own = {one.answer for one in plan.assignments if (one.candidate, one.assessor) == ("c", old)}
        for new in takers(work, plan, "c", old):
            after = swapped(work, plan, Swap("c", old, new))
            got = [one.answer for one in after.assignments if (one.candidate, one.assessor) == ("c", new)]
            assert own <= set(got) and len(got) == len(set(got)) <= work.panel.share


@pytest.mark.parametrize("swap", [Swap("c", "p", "p"), Swap("c", "nobody", "p"), Swap("c", "p", "nobody")])
def test_what_cannot_be_is_refused(swap):
    plan = allocate(batch(), 1)
    with pytest.raises(ValueError, match="cannot take"):
        swapped(batch(), plan, swap)
