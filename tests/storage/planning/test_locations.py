"""Locations: made once, closed and opened again, and ready as long as their newest check counts."""

from datetime import timedelta

import pytest
from support import cast

from scenarios.chapters import LocationRules
from scenarios.readiness import Readiness
from storage.base.audit import AuditEvent
from storage.base.refusal import Refused
from storage.planning import locations
from storage.planning.locations import Location, Rule, add, checks_of, not_ready

NOW = cast.NOW
RULES = LocationRules()
ALL_GOOD = dict.fromkeys(RULES.items, True)


@pytest.fixture
def hall(session, people):
    row = add(session, people.organisation, "Zaal  Noord", "Proefstraat 1, Utrecht", "2.14", people.beheerder, NOW)
    session.flush()
    return row


def test_an_organisation_has_a_room_once(session, people, hall):
    assert hall.full_address == "Zaal Noord, 2.14, Proefstraat 1, Utrecht"
    with pytest.raises(Refused) as caught:
        add(session, people.organisation, "zaal noord", "Anders 2", "2.14", people.beheerder, NOW)
    assert caught.value.rule is Rule.KNOWN
    add(session, people.outsider_organisation, "Zaal Noord", "Proefstraat 1", "2.14", people.outsider_beheerder, NOW)
    other = add(session, people.organisation, "Zaal Noord", "Proefstraat 1", "2.15", people.beheerder, NOW)
    session.flush()
    with pytest.raises(Refused):
        other.change("Zaal Noord", "Proefstraat 1", "2.14", people.beheerder, NOW)
    hall.change("Zaal Noord", "Proefstraat 3", "2.14", people.beheerder, NOW)
    assert hall.address == "Proefstraat 3"


def test_a_closed_location_is_not_checked_and_can_be_opened_again(session, people, hall):
    hall.close(people.beheerder, NOW)
    session.flush()
    for act in (lambda: hall.check(ALL_GOOD, "", people.beheerder, NOW), hall.require_open):
        with pytest.raises(Refused) as caught:
            act()
        assert caught.value.rule is Rule.CLOSED
    add(session, people.organisation, "Zaal Noord", "Proefstraat 1", "2.14", people.beheerder, NOW)
    session.flush()
    with pytest.raises(Refused):
        hall.open_again(people.beheerder, NOW)
    hall.room = "2.16"
    hall.open_again(people.beheerder, NOW)
    assert hall.is_open


def test_a_check_counts_for_some_days_and_says_what_was_missing(session, people, hall):
    assert hall.standing(RULES, NOW).readiness is Readiness.ABSENT
    marks = ALL_GOOD | {RULES.items[1]: False}
    hall.check(marks, " Wifi valt weg. ", people.beheerder, NOW)
    session.flush()
    assert hall.standing(RULES, NOW).readiness is Readiness.INCOMPLETE
    hall.check(ALL_GOOD, "", people.beheerder, NOW + timedelta(hours=1))
    session.flush()
    session.expire_all()
    newest, before = checks_of(session, hall)
    assert (newest.missing, before.missing, before.remarks) == ([], [RULES.items[1]], "Wifi valt weg.")
    last = NOW + timedelta(days=RULES.check_days)
    assert hall.standing(RULES, last).ready
    assert hall.standing(RULES, last + timedelta(days=1)).readiness is Readiness.EXPIRED
    verbs = [event.verb for event in session.query(AuditEvent).order_by(AuditEvent.at)]
    assert verbs == ["location_kept", "location_checked", "location_checked"]


def test_the_database_counts_as_the_rule_does(session, people, hall):
    def counted(at):
        return bool(session.query(Location).filter(not_ready(RULES, at)).count())

    seen = []
    for days, marks in ((0, None), (0, ALL_GOOD | {RULES.items[0]: False}), (0, ALL_GOOD), (180, None), (181, None)):
        at = NOW + timedelta(days=days)
        if marks:
            hall.check(marks, "", people.beheerder, at)
        session.flush()
        assert counted(at) is not hall.standing(RULES, at).ready
        seen.append(counted(at))
    assert seen == [True, True, False, False, True]


def test_a_installation_without_a_scheme_has_the_checklist_that_vignet_brings(session, people):
    assert locations.rules(session) == RULES
    cast.scheme_of_a(session)
    session.flush()
    assert locations.rules(session) == RULES
