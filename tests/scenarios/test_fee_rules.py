"""What an exam costs: the table of the sources, line by line, and what is due after it came to nothing."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from scenarios.fee_rules import ChargedAt, Ending, Fees, Product, Reason, Supplying, credited, joined, lines, total
from scenarios.scheme import parse

SCHEMES = {path.parent.name: parse(path.read_bytes()) for path in Path("scenarios").glob("*/scheme.toml")}
MEMBER = {"member": True, "supplies_examiner": True, "again": False}


def cost(exam, at, **facts):
    return total(lines(SCHEMES[exam].fees, at, **(MEMBER | facts)))


@pytest.mark.parametrize("exam", ["praktijktoets_a", "branchecertificaat_chat"])
def test_a_and_chat_cost_members_35_and_others_40_when_the_theory_test_is_set_ready(exam):
    assert cost(exam, ChargedAt.THEORY) == 3500
    assert cost(exam, ChargedAt.THEORY, member=False) == 4000
    assert cost(exam, ChargedAt.INVITATION) == 0


def test_b_costs_250_for_everybody_when_the_candidate_is_invited_and_never_more_without_an_examiner():
    for facts in ({}, {"member": False}, {"supplies_examiner": False}):
        assert cost("branchecertificaat_b", ChargedAt.INVITATION, **facts) == 25000
    assert cost("branchecertificaat_b", ChargedAt.PRACTICAL, supplies_examiner=False) == 0


def test_who_supplies_no_examiner_pays_40_more_for_each_candidate_of_a_practical_test():
    assert cost("praktijktoets_a", ChargedAt.PRACTICAL, supplies_examiner=False) == 4000
    (line,) = lines(SCHEMES["praktijktoets_a"].fees, ChargedAt.PRACTICAL, **MEMBER)
    assert (line.product, line.reason, line.cents) == (Product.NO_EXAMINER, Reason.ACTIVE_EXAMINER, 0)


def test_who_takes_it_again_pays_what_the_scheme_says_of_that():
    (line,) = lines(SCHEMES["praktijktoets_a"].fees, ChargedAt.THEORY, **(MEMBER | {"again": True}))
    assert (line.product, line.reason) == (Product.RESIT, Reason.AGAIN)


def test_the_step_at_which_an_exam_is_charged_is_a_choice():
    later = replace(SCHEMES["praktijktoets_a"].fees, charged_at=ChargedAt.PRACTICAL)
    assert lines(later, ChargedAt.THEORY, **MEMBER) == ()
    found = lines(later, ChargedAt.PRACTICAL, member=False, supplies_examiner=False, again=False)
    assert [one.cents for one in found] == [4000, 4000]


@pytest.mark.parametrize(
    "ending, cents, back",
    [
        (Ending.CANCELLED, 3500, 3500),
        (Ending.NOT_COME, 3500, 0),
        (Ending.WITHDRAWN, 3500, 1750),
        (Ending.WITHDRAWN, 3501, 1751),
    ],
)
def test_what_is_given_back(ending, cents, back):
    fees = Fees(member_cents=0, non_member_cents=0, no_examiner_cents=0, resit_cents=0, copy_cents=0)
    assert fees.withdrawn_share == Fraction(1, 2)
    assert credited(fees, cents, ending) == back


def test_an_examiner_counts_as_the_scheme_says_and_the_reason_tells_which():
    fees = SCHEMES["praktijktoets_a"].fees
    assert fees.supplying is Supplying.ACTIVE
    said = replace(fees, supplying=Supplying.SAID)
    facts = {"member": True, "again": False}
    for rule, supplies, reason in (
        (fees, True, Reason.ACTIVE_EXAMINER),
        (fees, False, Reason.NO_ACTIVE_EXAMINER),
        (said, True, Reason.OWN_EXAMINER),
        (said, False, Reason.NO_EXAMINER),
    ):
        (line,) = lines(rule, ChargedAt.PRACTICAL, supplies_examiner=supplies, **facts)
        assert (line.reason, line.cents) == (reason, 0 if supplies else 4000)


def test_a_resit_is_charged_at_the_step_that_the_scheme_says():
    fees = replace(SCHEMES["praktijktoets_a"].fees, resit_at=ChargedAt.PRACTICAL, resit_cents=2000)
    again = MEMBER | {"again": True}
    assert lines(fees, ChargedAt.THEORY, **again) == ()
    assert [one.product for one in lines(fees, ChargedAt.PRACTICAL, **again)] == [Product.RESIT, Product.NO_EXAMINER]
    assert [one.product for one in lines(fees, ChargedAt.THEORY, **MEMBER)] == [Product.EXAM]
    assert [one.product for one in lines(fees, ChargedAt.PRACTICAL, **MEMBER)] == [Product.NO_EXAMINER]


@pytest.mark.parametrize("exam", ["ervaringsbewijs_callcenter", "mbo_contactcenter"])
def test_an_assessment_costs_nothing_until_somebody_sets_a_price(exam):
    fees = SCHEMES[exam].fees
    assert lines(fees, ChargedAt.ASSESSMENT, **MEMBER) == ()
    (line,) = lines(replace(fees, member_cents=9000), ChargedAt.ASSESSMENT, **MEMBER)
    assert (line.product, line.cents) == (Product.EXAM, 9000)


@pytest.mark.parametrize(
    "left, paid, member, back",
    [(4000, 4000, 3500, 500), (2000, 4000, 3500, 250), (0, 4000, 3500, 0), (4000, 4000, 4000, 0), (3, 4000, 3500, 1)],
)
def test_who_was_a_member_gets_the_same_share_of_what_is_left(left, paid, member, back):
    assert joined(left, paid, member) == back
