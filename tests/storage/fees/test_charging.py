"""Each step that costs something becomes one order, at the price of its day; what came to nothing is given back."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from support import assessments, cast

from scenarios.fee_rules import ChargedAt, Product, Reason
from storage.base.refusal import Refused
from storage.fees import billing, prices
from storage.fees.charging import charge_due, credit_ended, preview
from storage.fees.orders import FeeOrder, Rule, credit
from storage.fees.prices import Price, fees_on, set_price
from storage.people import examiners
from storage.planning import locations
from storage.planning.theory_tests import set_ready

NOW = cast.NOW
A, B = "certificate_a", "certificate_b"
TODAY = NOW.date()
LATER = NOW + timedelta(hours=1)
SOON = NOW + timedelta(days=7)


@pytest.fixture
def hall(session, people):
    row = locations.add(
        session, people.organisation, "Zaal Noord", "Proefstraat 1, Utrecht", "2.14", people.beheerder, NOW
    )
    session.flush()
    return row


@pytest.fixture
def scheme(session):
    return cast.scheme_of_a(session)


@pytest.fixture
def charging(session, people, scheme):
    billing.choose(session, TODAY, 30, "", people.officer, NOW)


@pytest.fixture
def put(session, people, hall):
    return lambda who, certificate=A, at=SOON, now=NOW: set_ready(
        session, [who], certificate, hall, at, people.beheerder, now
    )[0]


def found(session):
    return session.scalars(select(FeeOrder).order_by(FeeOrder.ordered_at, FeeOrder.cents.desc())).all()


def test_nothing_is_charged_before_ksf_says_from_when(session, people, scheme, put):
    put(people.candidate)
    assert charge_due(session, LATER) == 0
    billing.choose(session, TODAY + timedelta(days=1), 30, "", people.officer, NOW)
    assert charge_due(session, NOW + timedelta(days=2)) == 0


@pytest.mark.usefixtures("charging")
def test_a_theory_test_is_charged_once_to_the_organisation_at_the_price_of_members(session, people, put):
    people.organisation.is_member = True
    test = put(people.candidate)
    assert charge_due(session, LATER) == 1
    assert charge_due(session, LATER) == 0
    (order,) = found(session)
    assert (order.organisation, order.candidate) == (people.organisation, people.candidate)
    assert (order.product, order.reason, order.cents) == (Product.EXAM, Reason.MEMBER, 3500)
    assert (order.subject_id, order.ordered_at) == (test.id, test.set_at)


@pytest.mark.usefixtures("charging")
def test_on_the_road_to_b_the_theory_test_itself_costs_nothing(session, people, put):
    put(people.candidate, B)
    assert charge_due(session, LATER) == 0


@pytest.mark.usefixtures("charging")
def test_what_is_withdrawn_later_is_half_given_back_and_once(session, people, put):
    test = put(people.candidate)
    charge_due(session, LATER)
    test.withdraw(people.beheerder, LATER)
    session.flush()
    assert credit_ended(session, LATER) == 1
    assert credit_ended(session, LATER) == 0
    charged, back = found(session)
    assert (charged.cents, back.cents, back.credits) == (4000, -2000, charged)
    assert back.note


@pytest.mark.usefixtures("charging")
def test_withdrawn_before_it_was_charged_costs_nothing(session, people, put):
    put(people.candidate).withdraw(people.beheerder, LATER)
    session.flush()
    assert charge_due(session, LATER) == 0


@pytest.mark.usefixtures("charging")
def test_a_later_price_does_not_change_what_was_ordered(session, people, scheme, put):
    set_price(session, scheme.key, Price.NON_MEMBER, 4500, TODAY + timedelta(days=2), people.officer, TODAY, NOW)
    put(people.candidate)
    charge_due(session, NOW + timedelta(days=5))
    (order,) = found(session)
    assert order.cents == 4000
    assert fees_on(session, scheme, TODAY + timedelta(days=1)).non_member_cents == 4000
    assert fees_on(session, scheme, TODAY + timedelta(days=2)).non_member_cents == 4500


@pytest.mark.usefixtures("charging")
def test_the_file_of_b_is_charged_when_the_candidate_is_invited_with_its_cost_centre(session, people):
    dossier = cast.approved_dossier(session, people)
    dossier.cost_centre = "KP-7"
    session.flush()
    charge_due(session, LATER)
    (order,) = found(session)
    assert (order.cents, order.cost_centre, order.product) == (25000, "KP-7", Product.EXAM)


def test_a_preview_says_what_it_will_cost_and_why(session, people, scheme):
    (line,) = preview(session, scheme, ChargedAt.THEORY, people.organisation, people.candidate.id, NOW)
    assert (line.reason, line.cents) == (Reason.NO_MEMBER, 4000)


@pytest.mark.usefixtures("charging")
def test_a_credit_needs_a_reason_and_is_never_more_than_the_order(session, people, put):
    put(people.candidate)
    charge_due(session, LATER)
    (order,) = found(session)
    for cents, note, rule in (
        (1000, " ", Rule.NO_REASON),
        (4001, "te veel", Rule.TOO_MUCH),
        (0, "niets", Rule.TOO_MUCH),
    ):
        with pytest.raises(Refused) as refused:
            credit(session, order, cents, note, people.officer.id, LATER)
        assert refused.value.rule is rule
    credit(session, order, 1000, "lid geworden", people.officer.id, LATER)
    with pytest.raises(Refused) as refused:
        credit(session, order, 500, "nog een keer", people.officer.id, LATER)
    assert refused.value.rule is Rule.CREDITED


def test_a_price_begins_today_at_the_earliest_once_and_is_taken_back_only_before_it_begins(session, people, scheme):
    def put_price(day):
        return set_price(session, scheme.key, Price.MEMBER, 3600, day, people.officer, TODAY, NOW)

    for day, rule in ((TODAY - timedelta(days=1), prices.Rule.IN_PAST), (date(2099, 1, 1), prices.Rule.TOO_FAR)):
        with pytest.raises(Refused) as refused:
            put_price(day)
        assert refused.value.rule is rule
    begun, coming = put_price(TODAY), put_price(TODAY + timedelta(days=9))
    with pytest.raises(Refused) as refused:
        put_price(TODAY)
    assert refused.value.rule is prices.Rule.TWICE
    with pytest.raises(Refused) as refused:
        begun.take_back(people.officer, TODAY, NOW)
    assert refused.value.rule is prices.Rule.BEGUN
    coming.take_back(people.officer, TODAY, NOW)
    session.flush()
    assert [one.since for one in prices.prices_of(session, scheme.key)] == [TODAY]


def examiner(session, people, active_from=TODAY - timedelta(days=1), accepted=NOW - timedelta(hours=1)):
    """Somebody whom the organisation supplies."""
    people.organisation.supplies_examiners = True
    row = examiners.propose(
        session, people.organisation, "Evi Examiner", "evi@voorbeeld.example", people.beheerder, NOW
    )
    row.accept(min(active_from, TODAY) - timedelta(days=1), active_from, people.officer, accepted)
    session.flush()
    return row


def surcharge(session, people, scheme, moment=NOW):
    (line,) = [
        one
        for one in preview(session, scheme, ChargedAt.PRACTICAL, people.organisation, people.candidate.id, moment)
        if one.product is Product.NO_EXAMINER
    ]
    return line.reason, line.cents


def test_no_surcharge_while_an_examiner_of_the_organisation_is_active(session, people, scheme):
    people.organisation.supplies_examiners = True
    assert surcharge(session, people, scheme) == (Reason.NO_ACTIVE_EXAMINER, 4000)
    row = examiner(session, people)
    assert surcharge(session, people, scheme) == (Reason.ACTIVE_EXAMINER, 0)
    row.end(people.officer, LATER)
    session.flush()
    assert surcharge(session, people, scheme) == (Reason.ACTIVE_EXAMINER, 0)
    assert surcharge(session, people, scheme, LATER + timedelta(seconds=1)) == (Reason.NO_ACTIVE_EXAMINER, 4000)


def test_an_examiner_who_begins_later_does_not_count_yet(session, people, scheme):
    examiner(session, people, active_from=TODAY + timedelta(days=3))
    assert surcharge(session, people, scheme) == (Reason.NO_ACTIVE_EXAMINER, 4000)
    assert surcharge(session, people, scheme, NOW + timedelta(days=4)) == (Reason.ACTIVE_EXAMINER, 0)


@pytest.mark.usefixtures("charging")
def test_an_assessment_is_charged_once_it_is_planned_when_ksf_set_a_price(session, people):
    exam = assessments.scheme(session, assessments.PROOF)
    price = set_price(session, exam.key, Price.NON_MEMBER, 90_000, TODAY, people.officer, TODAY, NOW)
    found_one = assessments.asked(session, people, people.candidate)
    assert charge_due(session, LATER) == 0
    assessments.plan(session, people, found_one)
    assert charge_due(session, LATER) == 1
    (order,) = found(session)
    assert (order.cents, order.subject_id, order.organisation) == (price.cents, found_one.id, people.organisation)
    found_one.withdraw(people.beheerder, LATER)
    session.flush()
    assert credit_ended(session, LATER) == 1
    assert credit_ended(session, LATER) == 0
    assert [one.cents for one in found(session)] == [90_000, -45_000]


@pytest.mark.usefixtures("charging")
def test_an_assessment_without_a_price_is_no_order(session, people):
    found_one = assessments.asked(session, people, people.candidate)
    assessments.plan(session, people, found_one)
    assert charge_due(session, LATER) == 0
