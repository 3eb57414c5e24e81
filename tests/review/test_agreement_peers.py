"""What we say of tables that say little, held against R's psych and Python's packages (`peers/ask.sh` asked them).

Where one of them says something else, the table below says why we do not follow; `review/agreement.md` says it whole.
"""

import json
from pathlib import Path

import numpy as np
import pytest

from review.agreement import alpha, kappa, linear, quadratic
from review.reliability import icc

PEERS = Path(__file__).parent / "peers"
MANUAL = Path(__file__).parents[2] / "review" / "agreement.md"
TABLES = json.loads((PEERS / "tables.json").read_text())
SAID = json.loads((PEERS / "said.json").read_text())

LMER, ANOVA, PINGOUIN = "psych ICC", "psych ICC(lmer=FALSE)", "pingouin intraclass_corr(nan_policy=omit)"
SINGLE, MEANS, KAPPAS = ("icc1", "icc2", "icc3"), ("icc1k", "icc2k", "icc3k"), ("kappa_linear", "kappa_quadratic")
SIX, TWO_WAY = (*SINGLE, *MEANS), ("icc2", "icc2k", "icc3", "icc3k")

OTHERWISE = [
    ("nothing varies", "one level only", LMER, SIX),
    ("nothing varies", "one level only", ANOVA, SIX),
    ("nothing varies", "two constant raters who agree", ANOVA, SIX),
    ("nothing varies", "two constant raters who differ", ANOVA, ("icc1k", "icc3", "icc3k")),
    ("an estimate, not mean squares", "two constant raters who differ", LMER, ("icc1", "icc2", "icc2k")),
    ("an estimate, not mean squares", "one constant rater", LMER, TWO_WAY),
    ("an estimate, not mean squares", "a level that nobody used", LMER, TWO_WAY),
    ("an estimate, not mean squares", "raters in step but apart", LMER, ("icc1", "icc2", "icc1k", "icc2k")),
    ("what one cell takes along", "a missing cell", LMER, SIX),
    ("what one cell takes along", "a missing cell", ANOVA, SIX),
    ("what one cell takes along", "a missing cell", PINGOUIN, ("icc1", "icc1k")),
    ("what one cell takes along", "a subject scored once", LMER, SIX),
    ("what one cell takes along", "a subject scored once", ANOVA, SIX),
    ("what one cell takes along", "a subject scored once", "irrCAC conger", KAPPAS),
    ("too few for a package", "two subjects", PINGOUIN, SIX),
    ("too few for a package", "two subjects", "psych cohen.kappa(levels=1:5)", KAPPAS),
    *(
        ("other ordinal distances", table, "irrCAC krippendorff", ("alpha_ordinal",))
        for table in (
            "one constant rater",
            "a level that nobody used",
            "a missing cell",
            "a subject scored once",
            "two subjects",
            "raters in step but apart",
        )
    ),
]
"""The reason (a heading of the manual), the table, who says something else, and of which coefficients."""
NOT_FOLLOWED = {(table, who, name): reason for reason, table, who, names in OTHERWISE for name in names}


def ours(rows: list) -> dict[str, float | None]:
    table = np.array(rows, dtype=float)
    estimates = {
        **icc(table),
        "kappa_linear": kappa(table, linear),
        "kappa_quadratic": kappa(table, quadratic),
        "alpha_ordinal": alpha(table, "ordinal"),
        "alpha_interval": alpha(table, "interval"),
    }
    return {name: one.value for name, one in estimates.items()}


@pytest.mark.parametrize("table", TABLES)
def test_each_package_says_what_we_say_or_the_manual_says_why_not(table):
    found = ours(TABLES[table])
    for who, values in SAID[table].items():
        for name, value in values.items():
            # Some search for their values, and stop when they are near.
            same = found[name] is value if None in (value, found[name]) else abs(found[name] - value) < 1e-4
            assert same == ((table, who, name) not in NOT_FOLLOWED), (who, name, value, found[name])


def test_every_value_is_one_that_somebody_else_says_too():
    for table, rows in TABLES.items():
        for name, value in ours(rows).items():
            others = [values[name] for values in SAID[table].values() if name in values]
            assert not others or any(
                other is value if None in (other, value) else abs(other - value) < 1e-4 for other in others
            ), (table, name)


def test_the_manual_gives_each_reason_and_each_reason_is_used():
    headings = {line.removeprefix("### ") for line in MANUAL.read_text().splitlines() if line.startswith("### ")}
    assert {reason.capitalize() for reason in NOT_FOLLOWED.values()} == headings
    assert {table for table, _, _ in NOT_FOLLOWED} <= set(TABLES)


def test_who_is_followed_is_followed_everywhere():
    """scikit-learn for kappa, krippendorff for alpha, and R itself for unequal numbers of scores."""
    followed = {who for told in SAID.values() for who in told} - {who for _, who, _ in NOT_FOLLOWED}
    assert followed == {"scikit-learn cohen_kappa_score(labels=1..5)", "krippendorff alpha", "R anova, k0"}
