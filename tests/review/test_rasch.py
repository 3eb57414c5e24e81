"""Severity and difficulty by the many-facet Rasch model, held against published tables, eRm, and known assessors."""

from functools import cache

import numpy as np
import pytest

from review.rasch import rasch

TWENTY_FOUR = """....10101000 0121....1000 20211210.... ....11122112 3333....3222 11101002.... ....23223312 3233....3132
23011120.... ....21010010 2322....2102 33222313.... ....32323233 1231....2212 32323222.... ....23010101 1120....0101
20020100.... ....02000001 1121....1000 33123222.... ....01001101 2212....2212 32121201...."""
"""For each candidate the levels of situations 1 to 4 by assessor A, then B, then C; dots where one did not judge."""

LSAT_6 = "3 6 2 11 1 1 3 4 1 8 0 16 0 3 2 15 10 29 14 81 3 28 15 80 16 56 21 173 11 61 28 298"
"""Bock and Lieberman 1970: how many of 1,000 candidates had each pattern of five items, 00000 to 11111."""

SEVERITIES = np.linspace(-0.8, 0.8, 12)
DIFFICULTIES = np.linspace(-0.6, 0.6, 10)
THRESHOLDS = np.array([-1.5, -0.5, 0.5, 1.5])


def twenty_four():
    rows = [
        (int(level), f"k{candidate}", "ABC"[at // 4], str(at % 4 + 1))
        for candidate, row in enumerate(TWENTY_FOUR.split())
        for at, level in enumerate(row)
        if level != "."
    ]
    levels, candidates, assessors, situations = map(list, zip(*rows, strict=True))
    return levels, candidates, {"assessor": assessors, "situation": situations}


def a_round(seed, panels=None, missing=0.1, erratic=None):
    """60 candidates, 10 situations, 3 of 12 assessors each (or those of `panels`), a tenth of the scores missing."""
    random = np.random.default_rng(seed)
    ability = random.normal(0.3, 1, 60)
    levels, candidates, assessors, situations = [], [], [], []
    for candidate in range(60):
        for assessor in panels(candidate, random) if panels else random.permutation(12)[:3]:
            logits = ability[candidate] - SEVERITIES[assessor] - DIFFICULTIES
            weights = np.exp(np.outer(logits, np.arange(5)) - np.concatenate([[0], THRESHOLDS.cumsum()]))
            chances = (weights / weights.sum(axis=1, keepdims=True)).cumsum(axis=1)
            found = (random.random((10, 1)) > chances).sum(axis=1)
            if assessor == erratic:
                found = random.integers(0, 5, 10)
            for situation in np.flatnonzero(random.random(10) >= missing):
                levels.append(int(found[situation]) + 1)
                candidates.append(f"k{candidate:02}")
                assessors.append(f"a{assessor:02}")
                situations.append(f"s{situation}")
    return levels, candidates, {"assessor": assessors, "situation": situations}


@cache
def fifty_rounds():
    return [rasch(*a_round(seed), 30, 2) for seed in range(50)]


def logits(found, facet):
    return [one.logits.value for one in found.measures[facet]]


def test_the_facets_as_erm_has_them():
    """eRm 1.0-2, LPCM with the design of assessor and situation, centred: the same conditional likelihood."""
    found = rasch(*twenty_four(), 10, 10)
    assert logits(found, "assessor") == pytest.approx([-0.6583, 0.1300, 0.5283], abs=1e-4)
    assert logits(found, "situation") == pytest.approx([-0.5055, -0.1951, 0.5367, 0.1639], abs=1e-4)
    assert found.thresholds == pytest.approx([-1.4597, -0.3193, 1.7790], abs=1e-4)
    assert found.log_likelihood == pytest.approx(-137.4134, abs=1e-4)
    assert found.converged
    assert [one.logits.n for one in found.measures["assessor"]] == [16, 16, 16]


def test_the_published_difficulties_of_lsat_6():
    """The five items of the Law School Admission Test, for which textbooks give -1.26 .47 1.24 .17 -.62."""
    levels, candidates, items = [], [], []
    person = 0
    for pattern, times in enumerate(map(int, LSAT_6.split())):
        for _ in range(times):
            for item in range(5):
                levels.append((pattern >> (4 - item)) & 1)
                candidates.append(str(person))
                items.append(str(item + 1))
            person += 1
    found = rasch(levels, candidates, {"item": items}, 30, 30, tied="item")
    assert logits(found, "item") == pytest.approx([-1.256, 0.475, 1.236, 0.168, -0.623], abs=0.001)
    assert found.n == 1000 - 3 - 298  # who had none or all right says nothing


def test_the_likelihood_is_that_of_all_ways_to_the_same_total():
    """Three cells of four levels, every one of the 64 outcomes written out."""
    from itertools import product

    from review.rasch_likelihood import Cells, Conditional

    design = np.array([[1.0, 0, 1], [0, 1, 1], [1, 0, 0]])
    facets, thresholds = np.array([0.4, -0.3, 0.7]), np.array([-0.5, 0.2, 0.3])
    steps = np.concatenate([[0], thresholds.cumsum()])

    def weight(outcome):
        return np.exp(sum(-k * d - steps[k] for k, d in zip(outcome, design @ facets, strict=True)))

    given = (2, 0, 1)
    alike = [one for one in product(range(4), repeat=3) if sum(one) == 3]
    whole = sum(map(weight, alike))
    found = Conditional(Cells(np.array(given), np.zeros(3, dtype=int), design, 3)).at(facets, thresholds)
    assert found.log == pytest.approx(np.log(weight(given) / whole), abs=1e-12)
    for cell, level in product(range(3), range(4)):
        chance = sum(weight(one) for one in alike if one[cell] == level) / whole
        assert found.chances[cell, level] == pytest.approx(chance, abs=1e-12)


def test_fifty_rounds_find_the_severities():
    errors = np.array([logits(one, "assessor") - SEVERITIES for one in fifty_rounds()])
    scale = (errors * SEVERITIES).sum() / (SEVERITIES**2).sum() / 50
    assert abs(scale * 0.8) < 0.02
    noise = errors.std(axis=0) / np.sqrt(50)
    assert (abs(errors.mean(axis=0)) < 0.02 + 2 * noise).all()
    assert np.sqrt((errors.mean(axis=0) ** 2).mean()) < 0.02
    assert np.sqrt((errors**2).mean()) < 1.1 * 0.117


def test_intervals_and_fit_over_fifty_rounds():
    """95 % of 600 is 570; fit is 1 on average, and a standard deviation of surprise is one."""
    measures = [one for found in fifty_rounds() for one in found.measures["assessor"]]
    truths = [*SEVERITIES] * 50
    inside = sum(one.logits.low <= truth <= one.logits.high for one, truth in zip(measures, truths, strict=True))
    assert 552 <= inside <= 588
    assert np.mean([one.infit for one in measures]) == pytest.approx(1, abs=0.02)
    assert np.mean([one.outfit for one in measures]) == pytest.approx(1, abs=0.02)
    assert np.std([one.surprise for one in measures]) == pytest.approx(1, abs=0.12)


def test_who_throws_dice_is_erratic():
    found = rasch(*a_round(1, erratic=5), 30, 2)
    fits = {one.level: one for one in found.measures["assessor"]}
    assert max(fits.values(), key=lambda one: one.infit).level == "a05"
    assert fits["a05"].surprise > 4
    assert fits["a05"].infit > 1.5


def halves(bridging):
    """Assessors 0 to 5 for the one half of the candidates, 6 to 11 for the other; the first few have both."""

    def of(candidate, random):
        if candidate < bridging:
            return [candidate % 6, 6 + candidate % 6, (candidate + 1) % 6]
        return random.permutation(6)[:3] + (6 if candidate % 2 else 0)

    return of


def test_two_panels_without_a_candidate_between_are_two_groups():
    """All ten situations are shared, which ties nobody; each half sums to 0."""
    found = rasch(*a_round(3, halves(0)), 30, 2)
    first, second = found.groups["assessor"]
    assert {*first, *second} == {f"a{at:02}" for at in range(12)}
    assert (len(first), len(second)) == (6, 6)
    assert len(found.groups["situation"]) == 1
    values = logits(found, "assessor")
    assert (sum(values[:6]), sum(values[6:])) == pytest.approx((0, 0), abs=1e-9)
    assert values[:6] == pytest.approx(SEVERITIES[:6] - SEVERITIES[:6].mean(), abs=0.35)
    assert len(found.bridges) == 2
    assert found.confounded == ()


def test_a_weak_bridge_is_shown_with_its_error():
    errors = {}
    for bridging in (1, 5, 20):
        (bridge,) = rasch(*a_round(3, halves(bridging)), 30, 2).bridges
        errors[bridging] = bridge.error
        if bridging == 1:
            assert {bridge.one, bridge.other} == {
                tuple(f"a{at:02}" for at in some) for some in (range(6), range(6, 12))
            }
            assert bridge.candidates == 1
    (usual,) = rasch(*a_round(3), 30, 2).bridges
    assert errors[1] > errors[5] > errors[20]
    assert errors[1] > 2 * usual.error


def test_a_candidate_with_the_top_everywhere_changes_nothing_and_ties_nobody():
    levels, candidates, facets = twenty_four()
    more = [*levels, *[3] * 8]
    who = [*candidates, *["top"] * 8]
    wider = {"assessor": [*facets["assessor"], *"AAAABBBB"], "situation": [*facets["situation"], *"12341234"]}
    alone, beside = rasch(levels, candidates, facets, 10, 10), rasch(more, who, wider, 10, 10)
    assert logits(beside, "assessor") == pytest.approx(logits(alone, "assessor"), abs=1e-9)
    assert beside.n == alone.n == 24


def test_an_assessor_with_one_level_only_has_no_measure():
    levels, candidates, facets = twenty_four()
    more, who = [*levels, *[0] * 4], [*candidates, *["k1"] * 4]
    wider = {"assessor": [*facets["assessor"], *"DDDD"], "situation": [*facets["situation"], *"1234"]}
    found = rasch(more, who, wider, 10, 10)
    assert found.extreme == ("assessor:D",)
    assert logits(found, "assessor") == pytest.approx([-0.6583, 0.1300, 0.5283], abs=1e-4)


def test_what_the_design_cannot_tell_apart_is_named():
    """Each assessor did situations of their own: severity and difficulty are one thing."""
    random = np.random.default_rng(2)
    rows = [(int(random.integers(0, 4)), f"k{c}", "AABB"[s], str(s)) for c in range(30) for s in range(4)]
    levels, candidates, assessors, situations = map(list, zip(*rows, strict=True))
    found = rasch(levels, candidates, {"assessor": assessors, "situation": situations}, 10, 10)
    assert {"assessor:A", "assessor:B"} <= set(found.confounded)
    assert found.measures == {}


def test_a_level_that_nobody_gave_is_taken_out():
    levels, candidates, facets = twenty_four()
    found = rasch([level + (level > 1) for level in levels], candidates, facets, 10, 10)
    assert found.unused == (2,)
    assert logits(found, "assessor") == pytest.approx([-0.6583, 0.1300, 0.5283], abs=1e-4)


def test_too_little_is_no_measure():
    few = rasch(*twenty_four(), 25, 1)
    assert (few.too_few, few.measures, few.n) == (True, {}, 24)
    each = rasch(*twenty_four(), 10, 17)
    assert [one.logits.value for one in each.measures["assessor"]] == [None] * 3
    assert rasch([], [], {"assessor": [], "situation": []}, 10, 1).too_few
    assert rasch([3] * 20, [f"k{at}" for at in range(20)], {"assessor": ["A"] * 20}, 2, 1).too_few
    with pytest.raises(ValueError, match="one candidate"):
        rasch([1], [], {"assessor": ["A"]}, 2, 1)
