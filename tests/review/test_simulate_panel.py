"""Simulations of judging: what they rest on, that they find what is known beforehand, and what they refuse."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from review import simulated_people, simulated_verdicts
from review.adjudication import Triggers
from review.batch import Mode
from review.reliability import Estimate
from review.rules import CompetencyRule
from review.simulate_panel import ASSESSORS, CANDIDATES, Procedure, Trial, share_out, simulate, simulate_all
from review.simulated_figures import Counts, Figures, figures, reaching, recommended
from review.simulated_people import UNSEEN, Form, Spreads

FORM = Form(tuple(tuple((3 * number + one) % 6 for one in range(3)) for number in range(8)), 6)
RULE = CompetencyRule(True, Fraction("2.25"), Fraction("2.75"), 3)
THIRD = Triggers(True, Fraction("1.5"))
TWO = Trial(Procedure(2, THIRD), Spreads(), FORM, RULE, RULE)


def test_the_same_seed_gives_the_same_and_another_one_not():
    one, same, other = (simulate(TWO, 240, seed) for seed in (1, 1, 2))
    assert figures(one) == figures(same) != figures(other)


def test_without_any_error_and_on_levels_that_every_answer_shows_each_verdict_is_right():
    clear = replace(Spreads().with_error(0), situations=0, cells=0, candidates=0, competencies=0, mean=3.0)
    found = figures(simulate(replace(TWO, spreads=clear), 240, 1))
    assert (found.accuracy.value, found.consistency_answers.value, found.base_rate.value) == (1, 1, 1)
    low = figures(simulate(replace(TWO, spreads=replace(clear, mean=2.0)), 240, 1))
    assert (low.accuracy.value, low.passed.value, low.false_pass.value) == (1, 0, 0)


def test_less_error_makes_verdicts_better_and_a_third_costs_what_is_asked():
    trials = {
        "one": replace(TWO, procedure=Procedure(1)),
        "two": TWO,
        "half": replace(TWO, spreads=Spreads().with_error(0.5)),
        "none": replace(TWO, spreads=Spreads().with_error(0)),
    }
    found = {name: figures(counts) for name, counts in simulate_all(trials, 1800, 3, allocations=1).items()}
    right = [found[name].accuracy.value for name in trials]
    assert right == sorted(right) and right[0] < right[-1] - 0.05
    assert found["one"].price.value == 8
    assert 16 < found["half"].price.value < found["two"].price.value < 24
    assert found["none"].price.value == 16
    assert found["none"].consistency_assessors.value == 1


def test_a_lower_cut_than_the_one_that_is_meant_trades_false_fails_for_false_passes():
    lower = replace(TWO, rule=replace(RULE, competency_min=Fraction("1.75")))
    found = {n: figures(c) for n, c in simulate_all({"as": TWO, "lower": lower}, 1800, 3, allocations=1).items()}
    assert found["lower"].false_fail.value < found["as"].false_fail.value
    assert found["lower"].false_pass.value > found["as"].false_pass.value
    assert found["lower"].base_rate == found["as"].base_rate


def test_work_is_shared_out_by_the_products_own_rules():
    (whole,) = share_out(TWO, 1, 1)
    assert whole.shape == (3, CANDIDATES, 8)
    assert (whole == whole[:, :, :1]).all()
    assert all(len(set(whole[:, candidate, 0])) == 3 for candidate in range(CANDIDATES))
    loads = np.bincount(whole[:, :, 0].ravel(), minlength=ASSESSORS)
    assert loads.max() - loads.min() <= 1
    (spread,) = share_out(replace(TWO, procedure=Procedure(2, THIRD, Mode.SPREAD)), 1, 1)
    for candidate in range(CANDIDATES):
        seen = np.bincount(spread[:, candidate].ravel(), minlength=ASSESSORS)
        assert seen.max() <= 5 and (seen > 0).sum() >= 4
    assert (np.sort(spread, axis=0)[1:] != np.sort(spread, axis=0)[:-1]).all()


def test_scores_are_made_of_what_they_are_said_to_be_made_of():
    """Each source alone, on levels that are all 3: where it shows, and that it has the spread that was asked."""
    nothing = Spreads(3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    form, random = Form(((0, 1),) * 4, 2), np.random.default_rng(1)
    given = simulated_people.answers(nothing, form, np.full((400, 2), 3.0), random)
    who = np.broadcast_to((np.arange(400) % 100)[None, :, None], (1, 400, 4))

    def made(**some):
        return simulated_people.scores(replace(nothing, **some), form, given, who, 100, np.random.default_rng(2))[0]

    assert (made() == 3).all()
    severity = made(severity=1)
    assert (severity == severity[:, :1]).all() and (severity[:100] == severity[100:200]).all()
    assert 0.8 < severity[:100, 0].std() < 1.2
    by_competency = made(severity_by_competency=1)
    assert (by_competency[:, ::2] == by_competency[:, :1]).all() and (by_competency[:, 0] != by_competency[:, 1]).any()
    halo = made(halo=1)
    assert (halo == halo[:, :1]).all() and (halo[:100] != halo[100:200]).any()
    drift = made(drift=2)
    assert (drift[190:210] == 3).all() and (drift[:20] != 3).any() and (drift[-20:] != 3).any()
    unseen = made(unseen=0.25)
    assert 0.2 < (unseen == UNSEEN).mean() < 0.3
    assert (made(stretch=1) == 3).all()


def test_who_is_observed_too_little_has_no_verdict_and_is_told_apart():
    found = figures(simulate(replace(TWO, spreads=replace(Spreads(), unseen=0.8)), 240, 1))
    assert found.undecided.value > 0.5
    assert found.accuracy.n == 240


def test_an_interval_is_wider_where_candidates_share_severe_assessors():
    """Who shares assessors is no separate case: severe ones make batches differ more than chance would."""
    few = replace(Spreads(), severity=1.0, rest=0, halo=0, severity_by_competency=0)
    counts = simulate(replace(TWO, spreads=few, procedure=Procedure(1)), 1800, 5)
    one = figures(counts).passed
    alone = (one.value * (1 - one.value) / one.n) ** 0.5 * 2
    assert (one.high - one.low) / 2 > 1.3 * alone


def test_a_jackknife_of_a_share_in_equal_batches_is_that_of_their_means():
    numbers = np.array([30, 40, 35, 45])
    zero = np.zeros(4, dtype=int)
    counts = Counts(numbers, 60 - numbers, zero, zero, zero, zero + 60, numbers, zero + 60, numbers, zero + 600)
    found = figures(counts)
    error = (numbers / 60).std(ddof=1) / 2
    assert found.accuracy.value == pytest.approx(0.625)
    assert found.accuracy.high - found.accuracy.value == pytest.approx(3.182446 * error, rel=1e-5)
    # Where nobody fails truly, there is no share of those who do.
    nobody = figures(replace(counts, false_pass=zero))
    assert nobody.failing_pass == Estimate(None, None, None, 150)
    assert found.price.value == 10


def _row(accuracy, price, failing_pass=0.1):
    nothing = dict.fromkeys(Figures.__dataclass_fields__, Estimate(0.5, 0.4, 0.6, 60))
    known = {
        "accuracy": Estimate(accuracy, accuracy - 0.01, accuracy + 0.01, 60),
        "price": Estimate(price, price, price, 60),
    }
    return Figures(**{**nothing, **known, "failing_pass": Estimate(failing_pass, None, None, 60)})


def test_the_cheapest_that_reaches_the_aim_is_recommended_or_else_the_cheapest_near_the_best():
    rows = {"dear": _row(0.93, 30), "cheap": _row(0.925, 20), "poor": _row(0.80, 10)}
    assert recommended(rows, 0.90) == "cheap"
    assert recommended(rows, 0.99) == "cheap"
    assert recommended({**rows, "best": _row(0.96, 40)}, 0.99) == "best"
    assert recommended({}, 0.9) is None
    steps = {"many": _row(0.93, 20, 0.2), "fewer": _row(0.92, 30, 0.1), "below": _row(0.905, 10, 0.01)}
    assert reaching(steps, 0.9) == ["fewer", "many"]


@pytest.mark.parametrize(
    "made",
    [
        lambda: Procedure(0),
        lambda: Procedure(5),
        lambda: Procedure(1, THIRD),
        lambda: Spreads(rest=-1),
        lambda: Spreads(rest=float("nan")),
        lambda: Spreads(mean=6),
        lambda: Spreads(unseen=0.95),
        lambda: Form(((0,), (2,)), 3),
        lambda: Form(((0, 0),), 1),
        lambda: replace(TWO, form=FORM.longer(60)),
    ],
)
def test_what_cannot_be_is_refused(made):
    with pytest.raises(ValueError):
        made()


def test_quick_and_slow_rules_that_differ_end_a_simulation(monkeypatch):
    right = simulated_verdicts.verdicts
    monkeypatch.setattr(simulated_verdicts, "verdicts", lambda *given: 1 - right(*given))
    with pytest.raises(RuntimeError, match="two verdicts"):
        simulate(replace(TWO, procedure=Procedure(2)), 120, 1)
