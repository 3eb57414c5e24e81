"""Audits of organisations as rows: planned once, held by the guidelines, reported whole, and due again."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from support import audits_to_see, cast

from scenarios.audit_guidelines import Found, Standing, newest
from storage.audits import audits, findings
from storage.audits.audits import AuditState, OrganisationAudit
from storage.audits.evidence import AuditEvidence
from storage.audits.findings import AuditFinding, FindingState
from storage.base.audit import AuditEvent
from storage.base.refusal import Refused
from storage.base.steps import StepRule
from storage.people.organisations import Organisation
from storage.people.people import Role, join
from storage.retention.expired import AUDITS_KEPT, delete_expired

NOW = cast.NOW
DAY = timedelta(days=1)


def refused(rule, act, *given):
    with pytest.raises(Refused) as found:
        act(*given)
    assert found.value.rule is rule


@pytest.fixture
def who(session, people):
    return session, people.organisation, people.auditor, people.officer, NOW


def test_one_at_a_time_in_the_future_by_somebody_from_outside(session, people, who):
    organisation, later = people.organisation, NOW + DAY

    def plan(auditor, at):
        return audits.plan(session, organisation, at, "Utrecht", auditor, people.officer, NOW)

    refused(audits.Rule.PAST, plan, people.auditor, NOW)
    refused(audits.Rule.NOT_AUDITOR, plan, people.candidate, later)
    insider = cast.person(session, "twee", "Twee Rollen", Role.AUDITOR, None, NOW)
    insider.memberships.append(cast.Membership(role=Role.MANAGER, organisation=organisation, since=NOW - 2 * DAY))
    session.flush()
    refused(audits.Rule.OWN_ORGANISATION, plan, insider, later)
    first = plan(people.auditor, later)
    refused(audits.Rule.TWICE, plan, people.auditor, later)
    refused(audits.Rule.NO_REASON, first.cancel, " ", people.officer, NOW)
    first.cancel("De zaal is dicht.", people.officer, NOW)
    session.flush()
    assert plan(people.officer, later).version == newest().version


def test_the_membership_of_an_auditor_ends_and_with_it_the_right_to_hold(session, people):
    people.auditor.memberships[0].until = NOW - timedelta(hours=1)
    session.flush()
    given = session, people.organisation, NOW + DAY, "Utrecht", people.auditor, people.officer, NOW
    refused(audits.Rule.NOT_AUDITOR, audits.plan, *given)


def test_an_auditor_is_one_for_a_year_and_then_by_two_officers_again(session, people):
    somebody = cast.person(session, "nieuw", "Auditor Nieuw", None, None, NOW)
    made = join(session, somebody, Role.AUDITOR, None, people.officer.id, NOW)
    assert made.until == NOW + timedelta(days=365)
    assert (somebody.roles(NOW + timedelta(days=364)), somebody.roles(made.until)) == ({Role.AUDITOR}, set())
    officer = join(session, somebody, Role.KSF_OFFICER, None, people.officer.id, NOW)
    assert officer.until is None


def test_it_is_moved_with_a_reason(session, people, who):
    found = audits_to_see.planned(*who)
    later = NOW + 40 * DAY
    refused(audits.Rule.NO_REASON, found.move, later, "Elders", people.officer, "", people.officer, NOW)
    found.move(later, "Elders", people.officer, "De auditor is ziek.", people.officer, NOW)
    assert (found.starts_at, found.auditor, found.state) == (later, people.officer, AuditState.PLANNED)
    session.flush()
    assert session.scalars(select(AuditEvent).where(AuditEvent.verb == "organisation_audit_moved")).one()


def test_a_report_needs_every_point_and_a_remark_at_what_is_wrong(session, people, who):
    found = audits_to_see.planned(*who)
    refused(audits.Rule.IN_FUTURE, found.hold, (NOW + DAY).date(), people.auditor, NOW)
    refused(audits.Rule.NOT_YOURS, found.hold, NOW.date(), people.officer, NOW)
    found.hold(NOW.date(), people.auditor, NOW)
    refused(audits.Rule.INCOMPLETE, found.report, "Goed.", people.auditor, NOW)
    points = [one.key for one in found.guidelines.points]
    found.fill(dict.fromkeys(points, (Found.NO, "")) | {"strange": (Found.YES, "")}, people.auditor, NOW)
    assert set(found.answers) == set(points)
    refused(audits.Rule.UNEXPLAINED, found.report, "Goed.", people.auditor, NOW)
    found.fill(dict.fromkeys(points, (Found.NO, "Ontbreekt.")), people.auditor, NOW)
    refused(audits.Rule.NO_CONCLUSION, found.report, " ", people.auditor, NOW)
    found.report("Veel te doen.", people.auditor, NOW)
    refused(audits.Rule.CLOSED, found.fill, {}, people.auditor, NOW)
    refused(StepRule.NOT_ALLOWED, found.cancel, "Toch niet.", people.officer, NOW)


@pytest.mark.both_databases
def test_the_database_finds_the_same_organisations_due_as_the_rule(session, people):
    rules, today = newest(), NOW.date()
    for number, (joined, held) in enumerate([(364, None), (365, None), (366, None), (900, 365), (900, 366), (900, 1)]):
        home = cast.organisation(session, f"Organisatie {number}", NOW)
        home.created_at = NOW - joined * DAY
        session.flush()
        if held is not None:
            row = audits.plan(session, home, NOW + DAY, "Utrecht", people.auditor, people.officer, NOW)
            row.hold(today - held * DAY, people.auditor, NOW)
    session.flush()
    everybody = session.scalars(select(Organisation)).all()
    last = audits.last_held(session, [one.id for one in everybody])
    dues = {one.id: rules.due(audits.joined_on(one), last.get(one.id)) for one in everybody}
    late = {key for key, due in dues.items() if rules.standing(due, today) is Standing.OVERDUE}
    assert {one.id for one in session.scalars(audits.overdue(NOW))} == late
    assert len(late) == 2
    soon = today + timedelta(days=rules.soon_days + 1)
    before = {key for key, due in dues.items() if rules.standing(due, today) is not Standing.IN_TIME}
    assert {one.id for one in session.scalars(select(Organisation).where(audits.due_before(soon, rules)))} == before


def test_one_that_was_called_off_counts_for_nothing(session, people, who):
    people.organisation.created_at = NOW - 400 * DAY
    found = audits_to_see.held(*who)
    assert people.organisation.id not in {one.id for one in session.scalars(audits.overdue(NOW))}
    found.cancel("Verkeerd ingevoerd.", people.officer, NOW)
    session.flush()
    assert people.organisation.id in {one.id for one in session.scalars(audits.overdue(NOW))}
    assert audits.last_held(session, [people.organisation.id]) == {}


def test_a_finding_goes_to_and_fro_until_somebody_else_closes_it(session, people, who):
    found = audits_to_see.held(*who)
    made = audits_to_see.finding(found, people.beheerder, NOW)
    refused(findings.Rule.NOT_REPORTED, made.answer, "Gedaan.", people.beheerder, NOW)
    refused(findings.Rule.NOT_REPORTED, made.close, "Gedaan.", people.auditor, NOW)
    found.report("Eén punt.", people.auditor, NOW)
    refused(audits.Rule.CLOSED, audits_to_see.finding, found, None, NOW)
    refused(findings.Rule.NO_REASON, made.close, "", people.auditor, NOW)
    made.answer("Er hangt een gordijn.", people.beheerder, NOW)
    refused(findings.Rule.OWN, made.close, "Klaar.", people.beheerder, NOW)
    refused(findings.Rule.PAST, made.send_back, "Niet genoeg.", (NOW - DAY).date(), people.auditor, NOW)
    made.send_back("Niet genoeg.", NOW.date(), people.auditor, NOW)
    assert (made.state, made.overdue(NOW.date()), made.overdue((NOW + DAY).date())) == (FindingState.OPEN, False, True)
    session.flush()
    assert session.scalars(findings.overdue_findings(NOW + DAY)).all() == [made]
    made.answer("Nu een deur.", people.beheerder, NOW)
    made.close("", people.auditor, NOW)
    made.send_back("De deur is weg.", (NOW + DAY).date(), people.officer, NOW)
    session.flush()
    assert (made.closed_by_id, made.closed_at) == (None, None)


def test_findings_of_an_audit_that_came_to_nothing_are_nobodys(session, people, who):
    found = audits_to_see.held(*who)
    audits_to_see.finding(found, None, NOW)
    assert len(session.scalars(findings.findings()).all()) == 1
    found.cancel("Verkeerde organisatie.", people.officer, NOW)
    session.flush()
    assert session.scalars(findings.findings()).all() == []


def test_after_seven_years_all_of_an_audit_goes(session, people, who, object_store):
    made = audits_to_see.reported(*who)
    audits_to_see.file(session, made, people.auditor, NOW)
    session.flush()
    assert delete_expired(session, NOW + AUDITS_KEPT)["organisation_audit"] == 0
    gone = delete_expired(session, NOW + AUDITS_KEPT + DAY)
    assert [gone[one.__tablename__] for one in (OrganisationAudit, AuditFinding, AuditEvidence)] == [1, 1, 1]
    for noun in (OrganisationAudit, AuditFinding, AuditEvidence):
        assert session.scalar(select(func.count()).select_from(noun)) == 0


def test_in_a_year_of_two_hundred_organisations_nobody_is_late_who_goes_by_the_list(session, people):
    """Each week the office plans what the list calls soon, and what was planned is held: all 200 are in time."""
    rules, week = newest(), timedelta(days=7)
    for number in range(200):
        home = cast.organisation(session, f"Organisatie {number}", NOW)
        home.created_at = NOW - (number % 300) * DAY
    session.flush()
    for number in range(60):
        now = NOW + number * week
        today = now.date()
        for one in session.scalars(audits.to_hold(people.auditor, now)).all():
            one.fill({point.key: (Found.YES, "") for point in rules.points}, people.auditor, now)
            one.hold(today, people.auditor, now)
            one.report("In orde.", people.auditor, now)
        session.flush()
        assert session.scalars(audits.overdue(now)).all() == []
        soon = select(Organisation).where(audits.due_before(today + timedelta(days=rules.soon_days + 1), rules))
        for home in session.scalars(soon).all():
            if audits.live_of(session, home.id) is None:
                audits.plan(session, home, now + week, "Utrecht", people.auditor, people.officer, now)
    last = audits.last_held(session, [one.id for one in session.scalars(select(Organisation))])
    assert len(last) >= 200
    assert min(last.values()) >= (NOW + 59 * week).date() - timedelta(days=365)
