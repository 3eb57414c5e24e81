"""Components of variance, held against published examples, lme4, and a likelihood that shares no code."""

import time

import numpy as np
import pytest
from scipy.optimize import minimize

from review.decision_study import Design, project, projections
from review.generalizability import Component, Study, study
from review.mixed_model import MixedModel

CROSSED = """26752555 45676757 55465455 59865776 43564564 44476478 26652775 34456664 05455553 68766886"""
"""Brennan 2001, synthetic data set 3: ten persons, items 1 to 4 on occasion 1, then on 2."""
CROSSED_TERMS = [("p",), ("i",), ("o",), ("p", "i"), ("p", "o"), ("i", "o")]

NESTED = """565553456733 937775557752 343353356516 755331435335 929777372753 343533634512 737775575554 585775543211
998866655811 444335655711"""
"""Brennan 2001, synthetic data set 4: ten persons, three tasks, each with four raters of its own."""

UNBALANCED = """1: 5 9 2143; 2: 3 12 1233; 3: 3 8 3221; 4: 2 6 3355; 5: 4 11 2233; 6: 1 10 2222; 7: 3 7 2232; 8: 7 12
4544; 9: 4 6 2233; 10: 4 12 2344; 11: 6 10 3444; 12: 5 8 1111; 13: 5 7 3334; 14: 3 11 2244; 15: 3 5 3132"""
"""Candidate: two of twelve assessors, and their scores of situation 1, then of 2."""
UNBALANCED_TERMS = [("candidate",), ("situation",), ("assessor",), ("candidate", "situation")]


def crossed(rows):
    cells = [(p, k, float(score)) for p, row in enumerate(rows) for k, score in enumerate(row)]
    facets = {
        "p": [f"p{p}" for p, _, _ in cells],
        "i": [f"i{k % 4}" for _, k, _ in cells],
        "o": [f"o{k // 4}" for _, k, _ in cells],
    }
    return [score for *_, score in cells], facets


def unbalanced():
    scores, facets = [], {"candidate": [], "situation": [], "assessor": []}
    for line in UNBALANCED.split(";"):
        candidate, first, second, levels = line.replace(":", "").split()
        for k, level in enumerate(levels):
            scores.append(float(level))
            for facet, value in zip(facets, (candidate, str(k // 2), (first, second)[k % 2]), strict=True):
                facets[facet].append(value)
    return scores, facets


def large(seed=20):
    """60 candidates, 10 situations, 3 of 12 assessors each: 1,800 scores, in hundredths."""
    random = np.random.default_rng(seed)
    p, s, r = (random.normal(0, variance**0.5, n) for variance, n in ((0.16, 60), (0.03, 10), (0.1, 12)))
    ps = random.normal(0, 0.11**0.5, (60, 10))
    pr = random.normal(0, 0.04**0.5, (60, 12))
    sr = random.normal(0, 0.02**0.5, (10, 12))
    scores, facets = [], {"candidate": [], "situation": [], "assessor": []}
    for one in range(60):
        who = random.permutation(12)[:3]
        for situation in range(10):
            for rater in who:
                level = 3 + p[one] + s[situation] + r[rater] + ps[one, situation] + pr[one, rater]
                level += sr[situation, rater] + random.normal(0, 0.43**0.5)
                scores.append(round(level, 2))
                for facet, value in zip(facets, (f"k{one}", f"s{situation}", f"a{rater}"), strict=True):
                    facets[facet].append(value)
    return scores, facets


def variances(found):
    return [one.variance for one in found.components]


def test_brennans_crossed_design():
    """The components of its mean squares: p 6.9111, i 12.4833, o 3.2, pi 2.0852, po 1.3389, io 2.5, pio .9352."""
    found = study(*crossed(CROSSED.split()), CROSSED_TERMS)
    ms = {"p": 6.9111, "i": 12.4833, "o": 3.2, "pi": 2.0852, "po": 1.3389, "io": 2.5, "pio": 0.9352}
    by_hand = [
        (ms["p"] - ms["pi"] - ms["po"] + ms["pio"]) / 8,
        (ms["i"] - ms["pi"] - ms["io"] + ms["pio"]) / 20,
        (ms["o"] - ms["po"] - ms["io"] + ms["pio"]) / 40,
        (ms["pi"] - ms["pio"]) / 2,
        (ms["po"] - ms["pio"]) / 4,
        (ms["io"] - ms["pio"]) / 10,
        ms["pio"],
    ]
    assert variances(found) == pytest.approx(by_hand, abs=1e-4)
    assert variances(found) == pytest.approx([0.5528, 0.4417, 0.0074, 0.5750, 0.1009, 0.1565, 0.9352], abs=5e-5)


def test_brennans_nested_design():
    scores = [float(score) for row in NESTED.split() for score in row]
    facets = {
        "p": [str(p) for p in range(10) for _ in range(12)],
        "t": [str(k // 4) for _ in range(10) for k in range(12)],
        "r": [str(k % 4) for _ in range(10) for k in range(12)],
    }
    found = study(scores, facets, [("p",), ("t",), ("t", "r"), ("p", "t")])
    assert variances(found) == pytest.approx([0.4731, 0.3252, 0.6475, 0.5596, 2.3802], abs=5e-5)
    p, t, rt, pt, rest = variances(found)
    g, phi = p / (p + pt / 3 + rest / 12), p / (p + t / 3 + rt / 12 + pt / 3 + rest / 12)
    assert (g, phi) == pytest.approx((0.5514, 0.4637), abs=5e-5)


def test_where_mean_squares_would_go_below_zero():
    """The first six persons: REML of lme4 1.1-31 holds o and io at 0 and moves the others."""
    found = study(*crossed(CROSSED.split()[:6]), CROSSED_TERMS)
    assert variances(found) == pytest.approx([0.2917, 0.3528, 0, 0.7167, 0.1389, 0, 0.7986], abs=5e-5)
    assert found.converged
    held = found.components[2]
    assert (held.variance, held.low, held.high) == (0, None, None)
    assert not found.covariance[2].any()


def test_an_unbalanced_table_as_lme4_has_it():
    found = study(*unbalanced(), UNBALANCED_TERMS)
    assert variances(found) == pytest.approx([0.4645, 0.2655, 0.2048, 0.3616, 0.1292], abs=5e-5)
    assert found.criterion == pytest.approx(140.8531, abs=5e-5)
    assert found.mean == pytest.approx(2.6598, abs=5e-5)
    effects = {one.level: one.value for one in found.effects["assessor"]}
    assert [effects[one] for one in ("9", "12", "3")] == pytest.approx([-0.837, 0.570, 0.388], abs=5e-4)


def dense_criterion(variances, scores, columns):
    """-2 log restricted likelihood by the whole covariance matrix of the scores, with no equations of Henderson."""
    n = len(scores)
    v = variances[-1] * np.eye(n)
    for variance, codes in zip(variances, columns, strict=False):
        v += variance * (codes[:, None] == codes[None, :])
    inverse = np.linalg.inv(v)
    mean = inverse.sum(axis=0) @ scores / inverse.sum()
    rest = scores - mean
    whole = np.linalg.slogdet(v)[1] + np.log(inverse.sum()) + rest @ inverse @ rest
    return whole + (n - 1) * np.log(2 * np.pi)


def codes_of(facets, terms):
    keys = [list(zip(*(facets[one] for one in term), strict=True)) for term in terms]
    return [np.array([sorted(set(some)).index(key) for key in some]) for some in keys]


def test_the_likelihood_is_that_of_the_whole_covariance_matrix():
    scores, facets = unbalanced()
    columns = codes_of(facets, UNBALANCED_TERMS)
    model = MixedModel(np.array(scores), columns)
    for at in ([0.5, 0.1, 0.2, 0.3, 0.2], [0.5, 0, 0.2, 0, 0.4], [0, 0, 0, 0, 0.7]):
        held = dict(enumerate(at))
        assert model.fit(held=held).criterion == pytest.approx(dense_criterion(at, np.array(scores), columns), abs=1e-8)


def test_profile_intervals_are_where_the_likelihood_falls():
    """Each end put back into the dense likelihood, the other variances found by scipy: 3.84 above the least."""
    scores, facets = unbalanced()
    columns = codes_of(facets, UNBALANCED_TERMS)
    found = study(scores, facets, UNBALANCED_TERMS, profile=True)
    for at, one in enumerate(found.components):
        assert one.low < one.variance < one.high
        if at not in (0, 4):
            continue
        for end in (one.low, one.high):

            def held(others, at=at, end=end):
                return dense_criterion(np.insert(np.exp(others), at, end), np.array(scores), columns)

            start = np.log(np.delete(variances(found), at))
            best = minimize(held, start, method="Nelder-Mead", options={"fatol": 1e-6, "xatol": 1e-4, "maxfev": 3000})
            assert best.fun - found.criterion == pytest.approx(3.8415, abs=0.02)


def test_1800_scores_as_lme4_within_two_seconds():
    """lme4 1.1-31, lmer(y ~ 1 + (1|p) + (1|s) + (1|r) + (1|p:s) + (1|p:r) + (1|s:r)), bobyqa with rhoend 1e-9."""
    of_lme4 = [0.176905833, 0.065381403, 0.090657004, 0.133904925, 0.040535651, 0.021258186, 0.413706970]
    scores, facets = large()
    assert len(scores) == 1800
    began = time.thread_time()
    found = study(scores, facets)
    took = time.thread_time() - began
    assert variances(found) == pytest.approx(of_lme4, abs=1e-6)
    assert found.criterion == pytest.approx(4238.999407, abs=1e-5)
    assert found.mean == pytest.approx(2.751284, abs=1e-6)
    effects = {one.level: one.value for one in found.effects["assessor"]}
    assert [effects[one] for one in ("a0", "a1", "a10")] == pytest.approx([0.520760, 0.039034, -0.120686], abs=1e-5)
    assert took < 2
    assert all(one.low < one.variance < one.high for one in found.components)


TABLE = {"candidate": 0.1611, "situation": 0.0312, "assessor": 0.1057, "candidate:situation": 0.1139}
TABLE |= {"candidate:assessor": 0.0436, "situation:assessor": 0.0159, "residue": 0.4351}


def known(components):
    parts = tuple(Component(name, value, None, None, 10) for name, value in components.items())
    size = len(parts)
    return Study(1800, 3.0, parts, np.eye(size) * 1e-4, 0.0, True, (), {}, False)


def test_what_more_assessors_and_situations_would_bring():
    """Worked out from published components of such a table, to the three digits of the source."""
    expected = {
        6: (0.393, 0.541, 0.619),
        8: (0.419, 0.571, 0.650),
        10: (0.435, 0.590, 0.670),
        12: (0.447, 0.604, 0.684),
    }
    found = {(one.design.situations, one.design.assessors): one for one in projections(known(TABLE))}
    assert len(found) == 12
    for situations, values in expected.items():
        for assessors, phi in enumerate(values, start=1):
            one = found[situations, assessors]
            assert one.phi == pytest.approx(phi, abs=0.001)
            assert one.low < one.phi < one.high
    assert found[10, 2].g == pytest.approx(0.597, abs=0.001)
    assert project(known(TABLE), Design(10, 2, one_panel=True)).g == pytest.approx(0.746, abs=0.001)
    assert found[10, 2].error == pytest.approx((0.1611 * (1 / found[10, 2].phi - 1)) ** 0.5)


def test_spread_over_a_larger_panel_brings_more():
    whole, spread = (project(known(TABLE), Design(10, 2, panel)) for panel in (None, 4))
    assert spread.phi > whole.phi


def test_a_design_that_cannot_be():
    for design in (Design(0, 2), Design(10, 0), Design(10, 3, panel=2)):
        with pytest.raises(ValueError, match="at least"):
            project(known(TABLE), design)
    with pytest.raises(ValueError, match="knows of town"):
        project(known({"candidate": 1.0, "town": 1.0}), Design(10, 2))


def test_terms_that_cannot_be_told_apart_are_named():
    """One assessor an answer, always the same: no assessor, and a candidate's answer is the residue."""
    facets = {
        "candidate": [f"k{at // 4}" for at in range(40)],
        "situation": [f"s{at % 4}" for at in range(40)],
        "assessor": ["a"] * 40,
    }
    found = study(list(np.random.default_rng(1).normal(size=40)), facets)
    assert found.left_out == ("assessor", "candidate:situation", "candidate:assessor", "situation:assessor")
    assert [one.term for one in found.components] == ["candidate", "situation", "residue"]


def test_tables_that_say_little():
    scores, facets = unbalanced()
    few = study(scores, facets, UNBALANCED_TERMS, least=16)
    assert (few.too_few, few.components, few.n) == (True, (), 60)
    assert projections(few) == ()
    assert study([], {"candidate": [], "situation": [], "assessor": []}).too_few
    flat = study([3.0] * 60, facets)
    assert set(variances(flat)) == {0.0}
    assert [one.phi for one in projections(flat)] == [0.0] * 12
    with pytest.raises(ValueError, match="one level for each score"):
        study(scores[:-1], facets)


def test_candidates_who_do_not_differ_have_a_variance_of_zero():
    random = np.random.default_rng(6)
    facets = {
        "candidate": [f"k{at // 6}" for at in range(240)],
        "situation": [f"s{at // 2 % 3}" for at in range(240)],
        "assessor": [f"a{(at // 6 + at % 2) % 4}" for at in range(240)],
    }
    found = study(list(random.normal(3, 1, 240) + np.array([float(one[1:]) for one in facets["situation"]])), facets)
    assert found.converged
    assert found.variance("candidate") < 0.05
    assert found.variance("situation") > 0.2


def test_intervals_hold_the_truth_about_as_often_as_they_say():
    """Assessors of variance .1 among 24 of them, quick interval: 95 % of 40 is 38."""
    inside = 0
    for seed in range(40):
        random = np.random.default_rng(seed)
        candidates, assessors = random.normal(0, 0.4, 60), random.normal(0, 0.1**0.5, 24)
        scores, facets = [], {"candidate": [], "assessor": []}
        for one in range(60):
            for rater in random.permutation(24)[:4]:
                scores.append(candidates[one] + assessors[rater] + random.normal(0, 0.5))
                facets["candidate"].append(str(one))
                facets["assessor"].append(str(rater))
        found = study(scores, facets, [("candidate",), ("assessor",)]).components[1]
        inside += (found.low or 0) <= 0.1 <= (found.high or 1)
    assert 35 <= inside <= 40
