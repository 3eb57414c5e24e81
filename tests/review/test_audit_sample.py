"""The sample of an audit: the same from its seed on any machine, and by what it says it goes by."""

from collections import Counter
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from review.audit_sample import Exam, How, Reason, Weights, draw, weigh

WEIGHTS = Weights(
    base=1,
    fails=2,
    fails_least=5,
    fails_half_times=3,
    incident=1,
    retake=1,
    most_each=3,
    alike=2,
    repeated=2,
    long_ago=1,
)
EXAMS = st.lists(
    st.builds(
        Exam,
        code=st.text("ABCDEF0123456789", min_size=3, max_size=6),
        organisation=st.sampled_from("abc"),
        passed=st.sampled_from([True, False, None]),
        incidents=st.integers(0, 9),
        retakes=st.integers(0, 9),
        alike=st.booleans(),
        repeated=st.booleans(),
        audited_days_ago=st.none() | st.integers(0, 900),
    ),
    max_size=40,
    unique_by=lambda one: one.code,
)
SEEDS = st.text("0123456789abcdef", min_size=1, max_size=32)


@given(EXAMS, SEEDS, st.integers(0, 9), st.integers(0, 9), st.randoms())
def test_the_same_seed_draws_the_same_whatever_the_order_of_the_rows(exams, seed, by_chance, by_risk, random):
    first = draw(weigh(exams, WEIGHTS, 365), seed, by_chance, by_risk)
    random.shuffle(exams)
    assert draw(weigh(exams, WEIGHTS, 365), seed, by_chance, by_risk) == first
    codes = [one.code for one in first]
    assert len(codes) == len(set(codes)) == min(len(exams), by_chance + by_risk)
    assert Counter(one.how for one in first)[How.CHANCE] == min(len(exams), by_chance)
    assert set(codes) <= {one.code for one in exams}


@given(EXAMS, SEEDS, st.integers(0, 9))
def test_what_chance_chooses_does_not_depend_on_the_risk(exams, seed, number):
    plain = [replace(one, incidents=0, retakes=0, alike=False, repeated=False) for one in exams]
    chosen = [
        {one.code for one in draw(weigh(rows, WEIGHTS, 365), seed, number, 5) if one.how is How.CHANCE}
        for rows in (exams, plain)
    ]
    assert chosen[0] == chosen[1]


@given(EXAMS)
def test_every_point_has_its_reason(exams):
    points = weigh(exams, WEIGHTS, 365)
    for one in exams:
        own = points[one.code]
        assert own[Reason.BASE] == 1
        assert own.get(Reason.INCIDENTS, 0) == min(one.incidents, 3)
        assert own.get(Reason.RETAKES, 0) == min(one.retakes, 3)
        assert (Reason.ALIKE in own, Reason.REPEATED in own) == (one.alike, one.repeated)
        assert (Reason.LONG_AGO in own) == (one.audited_days_ago is None or one.audited_days_ago > 365)


def test_where_more_fail_than_elsewhere_counts_from_enough_results_on():
    def exams(organisation, failed, passed):
        rows = [False] * failed + [True] * passed
        return [
            Exam(code=f"{organisation}{number}", organisation=organisation, passed=row, audited_days_ago=1)
            for number, row in enumerate(rows)
        ]

    points = weigh([*exams("a", 4, 4), *exams("b", 1, 9), *exams("c", 4, 0)], WEIGHTS, 365)
    found = {code[0] for code, own in points.items() if Reason.FAILS in own}
    assert found == set(), "half fail at a, and nine of 22 at all: less than one and a half times"
    points = weigh([*exams("a", 4, 1), *exams("b", 1, 9), *exams("c", 4, 0)], WEIGHTS, 365)
    assert {code[0] for code, own in points.items() if Reason.FAILS in own} == {"a"}


def test_more_points_are_drawn_more_often_and_none_is_out_of_reach():
    exams = [Exam(code=f"E{number}", organisation="a", audited_days_ago=1) for number in range(10)]
    exams[0] = replace(exams[0], incidents=9, retakes=9, alike=True)
    points = weigh(exams, WEIGHTS, 365)
    drawn = Counter(draw(points, str(seed), 0, 1)[0].code for seed in range(1800))
    assert sum(points["E0"].values()) == 9
    assert 810 < drawn["E0"] < 990
    assert min(drawn.values()) > 50


def test_a_known_sample():
    """Worked out by hand from the definition, so that another program can do it too."""
    points = {code: {Reason.BASE: 1} for code in ("K-A", "K-B", "K-C")}
    assert [one.code for one in draw(points, "seed", 1, 2)] == ["K-A", "K-B", "K-C"]
