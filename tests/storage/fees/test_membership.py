"""A member that paid the price for others gets the difference, once, and what was ordered stays as it was."""

from datetime import timedelta

import pytest
from support import cast, fees_to_see

from scenarios.fee_rules import Reason
from storage.base.refusal import Refused
from storage.fees import membership
from storage.fees.invoicing import make_due
from storage.fees.orders import credit, credits_of
from storage.fees.prices import Price, set_price

NOW = cast.NOW
TODAY = NOW.date()
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def scheme(session):
    return cast.scheme_of_a(session)


@pytest.fixture
def paid(session, people, scheme):
    def place(cents=4000, at=NOW, reason=Reason.NO_MEMBER):
        order = fees_to_see.ordered(session, scheme, people.organisation, people.candidate, at, cents)
        order.reason = reason
        session.flush()
        return order

    return place


def give(session, people, since=TODAY):
    return membership.give_back(session, people.organisation, since, "lid sinds vandaag", people.officer, LATER)


def test_the_difference_is_given_back_once_and_the_order_stays(session, people, paid):
    people.organisation.is_member = True
    first, member = paid(), paid(3500, reason=Reason.MEMBER)
    (back,) = give(session, people)
    assert (back.cents, back.credits, back.reason) == (-500, first, Reason.JOINED)
    assert (first.cents, first.reason, member.cents) == (4000, Reason.NO_MEMBER, 3500)
    with pytest.raises(Refused) as refused:
        give(session, people)
    assert refused.value.rule is membership.Rule.NOTHING


def test_only_a_member_gets_it_and_only_from_the_day_on(session, people, paid):
    paid()
    with pytest.raises(Refused) as refused:
        give(session, people)
    assert refused.value.rule is membership.Rule.NO_MEMBER
    people.organisation.is_member = True
    assert membership.differences(session, people.organisation, TODAY + timedelta(days=1)) == []


def test_the_price_for_members_is_that_of_the_day_of_the_order(session, people, scheme, paid):
    people.organisation.is_member = True
    set_price(session, scheme.key, Price.MEMBER, 3900, TODAY + timedelta(days=2), people.officer, TODAY, NOW)
    paid(at=NOW), paid(at=NOW + timedelta(days=3))
    found = membership.differences(session, people.organisation, TODAY)
    assert [one.cents for one in found] == [500, 100]


def test_of_what_was_half_given_back_the_same_share_of_the_rest_and_never_more_than_it_cost(session, people, paid):
    people.organisation.is_member = True
    order = paid()
    credit(session, order, 2000, "teruggetrokken", None, NOW, Reason.WITHDRAWN)
    (back,) = give(session, people)
    assert back.cents == -250
    with pytest.raises(Refused):
        credit(session, order, 1751, "te veel", people.officer.id, LATER)
    credit(session, order, 1750, "alles", people.officer.id, LATER)
    assert sum(one.cents for one in credits_of(session, order)) == -4000


def test_what_was_invoiced_is_given_back_on_a_credit_note(session, people, scheme, paid):
    fees_to_see.invoiced(session, scheme, people.organisation, people.candidate, people.beheerder, NOW)
    people.organisation.is_member = True
    order = paid()
    (invoice,) = make_due(session, None, NOW)
    give(session, people)
    (note,) = make_due(session, None, LATER + timedelta(minutes=1))
    assert order.invoice is invoice
    assert (note.credits, note.net_cents) == (invoice, 500)
