"""Sessions of a practical test: what is refused and why, who holds which place, and what the database refuses."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from support import cast

from review.conflicts import Conflict
from scenarios.practical import Signal
from storage.base.audit import AuditEvent
from storage.base.clock import AMSTERDAM
from storage.base.database import new_session
from storage.base.refusal import Refused
from storage.base.steps import StepRule
from storage.dossier import qualifications
from storage.judging.conflicts import set_affiliations
from storage.people.people import Membership, Person, Role, release
from storage.planning import bookings, exam_dates, locations
from storage.planning.bookings import request as book_exam
from storage.planning.exam_dates import publish
from storage.planning.places_held import taken, withdraw_date
from storage.planning.practical_candidates import Rule as CandidateRule
from storage.planning.practical_candidates import able, advised, choose, confirm, hindrances, request
from storage.planning.practical_places import alternatives_of
from storage.planning.practical_sessions import (
    LIVE,
    STEPS,
    Participant,
    PracticalSession,
    Rule,
    SessionState,
    lapse_past,
)

NOW = cast.NOW
DAY = NOW + timedelta(days=20)


@pytest.fixture
def day(session, people):
    """A date of four hours with six places: it holds five candidates of 45 minutes."""
    return cast.practical_date(session, people, DAY, 6)


@pytest.fixture
def location(session, people):
    return cast.location(session, people)


@pytest.fixture
def pair(session, people):
    """Two candidates who passed the theory test."""
    both = [people.second_candidate, people.candidate]
    for one in both:
        cast.theory(session, people, one)
    session.flush()
    return both


@pytest.fixture
def asked(session, people, day, location, pair):
    return ask(session, people, day, location, pair)


def ask(session, people, wanted, location, candidates, now=NOW):
    return request(session, cast.scheme_of_a(session), wanted, location, candidates, people.beheerder, now)


def refused(rule, act, *arguments):
    with pytest.raises(Refused) as error:
        act(*arguments)
    assert error.value.rule is rule
    return error.value


def crowd(session, people, number):
    made = []
    for at in range(number):
        one = cast.person(session, f"veel{at}", f"Veel {at}", Role.CANDIDATE, people.organisation)
        session.flush()
        cast.theory(session, people, one)
        made.append(one)
    session.flush()
    return made


def test_a_session_holds_a_place_for_each_in_the_order_of_their_names(session, people, asked, day):
    assert [one.name for one in asked.candidates] == ["Kandidaat Een", "Kandidaat Twee"]
    assert (asked.state, asked.day, asked.organisation) == (SessionState.REQUESTED, day.day, people.organisation)
    assert taken(session, [day]) == {day.id: 2}
    assert [participant.turn[0] - day.starts_at for participant in asked.participants] == [
        timedelta(0),
        timedelta(minutes=45),
    ]
    told = session.scalars(select(AuditEvent).where(AuditEvent.verb == "practical_requested")).one()
    assert told.facts == {"date": str(day.id), "candidates": 2}


def test_what_is_missing_is_refused_with_what_is_needed(session, people, day, location, pair):
    error = refused(Rule.NO_LOCATION, ask, session, people, day, None, pair)
    assert (error.found, error.needed) == (0, 1)
    refused(Rule.NO_CANDIDATE, ask, session, people, day, location, [])
    location.close(people.beheerder, NOW)
    refused(locations.Rule.CLOSED, ask, session, people, day, location, pair)


def test_ksf_picks_another_day_that_would_do_and_the_places_move(session, people, day, location, pair):
    second = cast.practical_date(session, people, DAY + timedelta(days=1), 2)
    third = cast.practical_date(session, people, DAY + timedelta(days=2), 2)
    scheme = cast.scheme_of_a(session)
    asked = request(session, scheme, day, location, pair, people.beheerder, NOW, [second, third, second, day])
    assert alternatives_of(session, asked, NOW) == [second, third]
    assert taken(session, [day, second, third]) == {day.id: 2}
    choose(asked, third, people.officer, NOW)
    assert (asked.exam_date, asked.day, asked.state) == (third, third.day, SessionState.REQUESTED)
    assert [one.name for one in asked.candidates] == ["Kandidaat Een", "Kandidaat Twee"]
    assert taken(session, [day, second, third]) == {third.id: 2}
    assert alternatives_of(session, asked, NOW) == [second, day], "the first choice can be gone back to"
    confirm(asked, people.assessors[0], people.officer, NOW)
    assert alternatives_of(session, asked, NOW) == []
    assert refused(StepRule.NOT_ALLOWED, choose, asked, second, people.officer, NOW)


def test_a_day_that_nobody_named_is_full_or_is_over_is_not_picked(session, people, day, location, pair):
    small = cast.practical_date(session, people, DAY + timedelta(days=1), 1)
    other = cast.practical_date(session, people, DAY + timedelta(days=2), 6)
    scheme = cast.scheme_of_a(session)
    asked = request(session, scheme, day, location, pair, people.beheerder, NOW, [small])
    refused(Rule.NO_ALTERNATIVE, choose, asked, other, people.officer, NOW)
    error = refused(Rule.FULL, choose, asked, small, people.officer, NOW)
    assert (error.found, error.needed) == (2, 1)
    late = small.starts_at
    assert alternatives_of(session, asked, late) == []
    assert (asked.exam_date, taken(session, [day, small])) == (day, {day.id: 2})


def test_who_has_something_else_on_the_other_day_keeps_it_from_being_picked(session, people, day, location, pair):
    second = cast.practical_date(session, people, DAY + timedelta(days=1), 6)
    elsewhere = cast.practical_date(session, people, DAY + timedelta(days=1, hours=4), 6)
    asked = request(session, cast.scheme_of_a(session), day, location, pair[:1], people.beheerder, NOW, [second])
    other = request(session, cast.scheme_of_a(session), elsewhere, location, pair[1:], people.beheerder, NOW)
    # The same candidate on both days, as two requests of the same moment would leave it.
    session.execute(update(Participant).where(Participant.session_id == other.id).values(candidate_id=pair[0].id))
    session.expire_all()
    refused(Rule.SAME_DAY, choose, asked, second, people.officer, NOW)
    assert (asked.exam_date, [one.candidate for one in asked.participants]) == (day, pair[:1])


def test_a_date_holds_no_more_than_its_places(session, people, location):
    small = cast.practical_date(session, people, DAY, 1)
    error = refused(Rule.FULL, ask, session, people, small, location, crowd(session, people, 2))
    assert (error.found, error.needed) == (2, 1)


def test_a_day_holds_no_more_than_there_is_time_for(session, people, day, location):
    many = crowd(session, people, 6)
    error = refused(Rule.DAY_TOO_SHORT, ask, session, people, day, location, many)
    assert (error.found, error.needed) == (6, 5)
    assert len(ask(session, people, day, location, many[:5]).participants) == 5


def test_who_did_not_pass_the_theory_test_takes_no_part(session, people, day, location, pair):
    fresh = cast.person(session, "vers", "Vera Vers", Role.CANDIDATE, people.organisation)
    session.flush()
    error = refused(CandidateRule.NO_THEORY, ask, session, people, day, location, [*pair, fresh])
    assert (error.found, error.needed) == ("Vera Vers", ("theory_test_a",))


def test_who_has_certificate_a_takes_no_part(session, people, day, location, pair):
    qualifications.enter(session, pair[0], "certificate_a", "A-1", NOW.date(), people.officer, NOW)
    error = refused(CandidateRule.CERTIFIED, ask, session, people, day, location, pair)
    assert error.found == pair[0].name


def test_who_works_elsewhere_takes_no_part(session, people, day, location, pair):
    for somebody in (people.outsider_candidate, people.manager):
        cast.theory(session, people, somebody)
        error = refused(CandidateRule.NOT_OF_ORGANISATION, ask, session, people, day, location, [*pair, somebody])
        assert (error.found, error.needed) == (somebody.name, people.organisation.name)
    release(session, pair[0], {people.organisation.id}, people.officer.id, NOW)
    refused(CandidateRule.NOT_OF_ORGANISATION, ask, session, people, day, location, pair)


def test_a_date_that_is_past_withdrawn_or_of_another_exam_is_refused(session, people, day, location, pair):
    refused(exam_dates.Rule.OVER, ask, session, people, day, location, pair, day.starts_at)
    other = cast.exam_date(session, people, DAY, 5)
    refused(exam_dates.Rule.OTHER_EXAM, ask, session, people, other, location, pair)
    withdraw_date(session, day, people.officer, NOW)
    error = refused(exam_dates.Rule.OVER, ask, session, people, day, location, pair)
    assert (error.found, error.needed) == (day.starts_at, NOW)


def test_a_date_with_a_session_is_not_taken_back(session, people, asked, day):
    refused(exam_dates.Rule.IN_USE, withdraw_date, session, day, people.officer, NOW)
    asked.withdraw(people.beheerder, NOW)
    session.flush()
    withdraw_date(session, day, people.officer, NOW)


def test_nobody_has_two_sessions_to_come(session, people, asked, location, pair):
    later = cast.practical_date(session, people, DAY + timedelta(days=7), 6)
    refused(CandidateRule.TWICE, ask, session, people, later, location, pair[:1])
    asked.withdraw(people.beheerder, NOW)
    session.flush()
    assert ask(session, people, later, location, pair[:1]).live


def test_a_session_that_was_is_no_hindrance(session, people, asked, day, location, pair):
    asked.confirm(people.assessors[0], people.officer, NOW)
    after = day.ends_at
    assert hindrances(session, asked.scheme, [one.id for one in pair], after) == {}
    later = cast.practical_date(session, people, DAY + timedelta(days=7), 6)
    assert ask(session, people, later, location, pair, after).live


def test_another_exam_on_that_day_is_in_the_way(session, people, day, location, pair):
    cast.pack(session)
    dated = cast.with_dates(session)
    dossier = cast.approved_dossier(session, people)
    dossier.scheme = dated
    session.flush()
    book_exam(session, dossier, cast.exam_date(session, people, DAY, 5, dated), people.beheerder, NOW)
    error = refused(Rule.SAME_DAY, ask, session, people, day, location, pair)
    assert (error.found, error.needed) == (people.candidate.name, day.day)


def test_a_practical_test_is_in_the_way_of_another_exam_on_that_day(session, people, asked):
    cast.pack(session)
    dated = cast.with_dates(session)
    dossier = cast.approved_dossier(session, people)
    dossier.scheme = dated
    session.flush()
    same_day = cast.exam_date(session, people, DAY, 5, dated)
    refused(bookings.Rule.SAME_DAY, book_exam, session, dossier, same_day, people.beheerder, NOW)
    asked.withdraw(people.beheerder, NOW)
    session.flush()
    assert book_exam(session, dossier, same_day, people.beheerder, NOW).live


def test_ksf_confirms_by_naming_an_examiner(session, people, asked):
    error = refused(Rule.NO_EXAMINER, asked.confirm, None, people.officer, NOW)
    assert (error.found, error.needed) == (0, 1)
    refused(Rule.NOT_EXAMINER, asked.confirm, people.manager, people.officer, NOW)
    asked.confirm(people.assessors[0], people.officer, NOW)
    assert (asked.state, asked.examiner) == (SessionState.CONFIRMED, people.assessors[0])
    told = session.scalars(select(AuditEvent).where(AuditEvent.verb == "practical_confirmed")).one()
    assert told.facts == {"was": "requested", "examiner": str(people.assessors[0].id)}
    refused(StepRule.NOT_ALLOWED, asked.confirm, people.assessors[1], people.officer, NOW)


def test_ksf_does_not_confirm_for_who_may_take_part_no_more(session, people, asked, pair):
    def act():
        confirm(asked, people.assessors[0], people.officer, NOW)

    with session.begin_nested() as undone:
        qualifications.enter(session, pair[0], "certificate_a", "A-1", NOW.date(), people.officer, NOW)
        assert refused(CandidateRule.CERTIFIED, act).found == pair[0].name
        undone.rollback()
    release(session, people.candidate, {people.organisation.id}, people.officer.id, NOW)
    session.flush()
    assert refused(CandidateRule.NOT_OF_ORGANISATION, act).found == people.candidate.name
    assert asked.state is SessionState.REQUESTED


def test_an_examiner_with_a_tie_is_refused(session, people, asked):
    works_here, worked_here, same_group, fine = (
        cast.person(session, f"examiner{at}", f"Examiner {at}", Role.ASSESSOR, None) for at in range(4)
    )
    since, months = NOW - timedelta(days=900), timedelta(days=31)
    for who, until in ((works_here, None), (worked_here, NOW - 6 * months), (fine, NOW - 26 * months)):
        job = Membership(role=Role.MANAGER, organisation=people.organisation, since=since, until=until)
        who.memberships.append(job)
    session.flush()
    for whose in (people.organisation, same_group):
        set_affiliations(session, whose, ["Voorbeeldgroep"], people.officer, NOW)
    session.flush()
    assert asked.conflicts([works_here, worked_here, same_group, fine], NOW) == {
        works_here.id: (Conflict.EMPLOYER, Conflict.CLIENT_OR_GROUP),
        worked_here.id: (Conflict.FORMER_EMPLOYER,),
        same_group.id: (Conflict.CLIENT_OR_GROUP,),
    }
    for tied in (works_here, worked_here, same_group):
        refused(Rule.EXAMINER_TIED, asked.confirm, tied, people.officer, NOW)
    asked.confirm(fine, people.officer, NOW)


def test_the_manager_of_a_candidate_is_no_examiner(session, people, asked):
    cast.dossier(session, people)
    people.manager.memberships.append(Membership(role=Role.ASSESSOR, since=NOW - timedelta(days=1)))
    session.flush()
    found = asked.conflicts([people.manager], NOW)[people.manager.id]
    assert Conflict.MANAGER in found


def test_an_examiner_has_one_session_a_day(session, people, asked, day):
    other_day = cast.practical_date(session, people, DAY + timedelta(minutes=30), 6)
    elsewhere = cast.location(session, people, organisation=people.outsider_organisation)
    cast.theory(session, people, people.outsider_candidate)
    other = ask(session, people, other_day, elsewhere, [people.outsider_candidate])
    asked.confirm(people.assessors[0], people.officer, NOW)
    error = refused(Rule.EXAMINER_TAKEN, other.confirm, people.assessors[0], people.officer, NOW)
    assert (error.found, error.needed) == (people.assessors[0].name, day.day)
    assert other.state is SessionState.REQUESTED
    asked.cancel("De examiner is ziek.", people.officer, NOW)
    session.flush()
    other.confirm(people.assessors[0], people.officer, NOW)


def test_the_database_refuses_what_overlaps(session, people, asked, day, location):
    asked.confirm(people.assessors[0], people.officer, NOW)
    place, held = asked.participants[0].place, {one.place_id for one in asked.participants}
    free = next(one for one in day.places if one.id not in held)
    session.commit()

    def break_in(*rows):
        with new_session() as own, pytest.raises(IntegrityError):
            own.add_all(rows)
            own.flush()

    def copy(**more):
        names = ("scheme_id", "date_id", "day", "organisation_id", "location_id", "asked_by_id", "asked_at")
        values = {name: getattr(asked, name) for name in names} | {"reason": ""} | more
        return PracticalSession(**values)

    break_in(copy(state=SessionState.CONFIRMED, examiner_id=people.assessors[0].id))
    break_in(copy(state=SessionState.CONFIRMED))
    break_in(copy(state=SessionState.DECLINED))
    break_in(copy(organisation_id=people.outsider_organisation.id))
    break_in(copy(day=date(2020, 1, 1)))
    participant = {"session_id": asked.id, "day": asked.day}
    somebody = people.outsider_candidate.id
    break_in(Participant(**participant, number=3, candidate_id=somebody, place_id=place.id))
    break_in(Participant(**participant, number=1, candidate_id=somebody, place_id=free.id))
    other = copy()
    with new_session() as own:
        own.add(other)
        own.flush()
        twice = Participant(
            session_id=other.id, day=other.day, number=1, candidate_id=people.candidate.id, place_id=free.id
        )
        own.add(twice)
        with pytest.raises(IntegrityError):
            own.flush()


@pytest.mark.parametrize("state", SessionState)
def test_only_the_steps_of_the_table_are_taken(session, people, asked, state):
    session.execute(
        update(PracticalSession).values(state=state, examiner_id=people.assessors[0].id, reason="Omdat het zo is.")
    )
    session.expire_all()
    acts = {
        SessionState.CONFIRMED: lambda: asked.confirm(people.assessors[0], people.officer, NOW),
        SessionState.DECLINED: lambda: asked.decline("Geen examiner.", people.officer, NOW),
        SessionState.CANCELLED: lambda: asked.cancel("Examiner ziek.", people.officer, NOW),
        SessionState.WITHDRAWN: lambda: asked.withdraw(people.beheerder, NOW),
        SessionState.LAPSED: lambda: asked.lapse(NOW),
    }
    for wanted, act in acts.items():
        if wanted not in STEPS[state]:
            refused(StepRule.NOT_ALLOWED, act)
    assert asked.state is state


@pytest.mark.parametrize("end", [SessionState.DECLINED, SessionState.WITHDRAWN, SessionState.LAPSED])
def test_an_end_frees_the_places(session, people, asked, day, end):
    {
        SessionState.DECLINED: lambda: asked.decline("  Geen examiner vrij. ", people.officer, NOW),
        SessionState.WITHDRAWN: lambda: asked.withdraw(people.beheerder, NOW),
        SessionState.LAPSED: lambda: asked.lapse(NOW),
    }[end]()
    session.flush()
    assert (asked.state, asked.live, taken(session, [day])) == (end, False, {})
    assert asked.reason == ("Geen examiner vrij." if end is SessionState.DECLINED else "")


def test_a_no_has_a_reason(session, people, asked):
    refused(Rule.NO_REASON, asked.decline, "  ", people.officer, NOW)
    asked.confirm(people.assessors[0], people.officer, NOW)
    refused(Rule.NO_REASON, asked.cancel, "", people.officer, NOW)
    assert asked.state is SessionState.CONFIRMED


def test_the_organisation_takes_it_back_before_the_day_only(session, people, asked, day):
    asked.confirm(people.assessors[0], people.officer, NOW)
    midnight = datetime(day.day.year, day.day.month, day.day.day, tzinfo=AMSTERDAM)
    refused(Rule.BEGUN, asked.withdraw, people.beheerder, midnight)
    asked.withdraw(people.beheerder, midnight - timedelta(seconds=1))


def test_ksf_may_cancel_until_it_is_over(session, people, asked, day):
    asked.confirm(people.assessors[0], people.officer, NOW)
    refused(Rule.BEGUN, asked.cancel, "Te laat.", people.officer, day.ends_at)
    asked.cancel("De examiner werd ziek.", people.officer, day.ends_at - timedelta(minutes=1))


def test_a_day_without_an_answer_lapses(session, people, asked, day):
    assert lapse_past(session, day.starts_at - timedelta(minutes=1)) == []
    assert lapse_past(session, day.starts_at) == [asked]
    assert lapse_past(session, day.starts_at) == []
    refused(exam_dates.Rule.OVER, ask, session, people, day, asked.location, asked.candidates, day.starts_at)


def test_who_may_take_part_is_the_same_in_a_list_as_one_by_one(session, people, asked, location):
    fresh = cast.person(session, "vers", "Vera Vers", Role.CANDIDATE, people.organisation)
    holder = cast.person(session, "houder", "Hanna Houder", Role.CANDIDATE, people.organisation)
    ready = cast.person(session, "klaar", "Kas Klaar", Role.CANDIDATE, people.organisation)
    session.flush()
    for one in (holder, ready):
        cast.theory(session, people, one)
    qualifications.enter(session, holder, "certificate_a", "A-1", NOW.date(), people.officer, NOW)
    session.flush()
    everybody = [fresh, holder, ready, *asked.candidates]
    told = hindrances(session, asked.scheme, [one.id for one in everybody], NOW)
    assert told == {
        fresh.id: CandidateRule.NO_THEORY,
        holder.id: CandidateRule.CERTIFIED,
        **{one.id: CandidateRule.TWICE for one in asked.candidates},
    }
    here = {people.organisation.id}
    assert session.scalars(able(asked.scheme, here, NOW)).all() == [ready]


def test_an_advice_is_told_and_stops_nothing(session, people, day, location):
    late, quick = crowd(session, people, 2)
    session.execute(
        update(qualifications.Qualification)
        .where(qualifications.Qualification.person_id == late.id)
        .values(since=date(2025, 10, 1))
    )
    late.memberships[0].in_job_since = date(2025, 9, 1)
    quick.memberships[0].in_job_since = NOW.date()
    session.flush()
    scheme, here = cast.scheme_of_a(session), {people.organisation.id}
    found = advised(session, scheme, [late.id, quick.id], here, day.day, NOW)
    assert {person: [(one.signal, one.day) for one in told] for person, told in found.items()} == {
        late.id: [(Signal.THEORY_LONG_AGO, date(2026, 1, 1)), (Signal.LATE_IN_JOB, date(2025, 11, 24))]
    }
    assert ask(session, people, day, location, [late, quick]).live


def test_two_who_ask_at_once_do_not_get_the_same_place(session, people, location, pair):
    """The second sees what the first holds, since each locks the date first."""
    small = cast.practical_date(session, people, DAY, 2)
    ids = [one.id for one in pair]
    session.commit()
    for at, outcome in ((0, None), (1, None), (0, CandidateRule.TWICE)):
        with new_session() as own:
            one, there = own.get(Person, ids[at]), own.merge(location)
            wanted = own.merge(small)
            if outcome:
                refused(outcome, ask, own, people, wanted, there, [one])
            else:
                request(own, cast.scheme_of_a(own), wanted, there, [one], own.get(Person, people.beheerder.id), NOW)
            own.commit()
    session.expire_all()
    assert taken(session, [small]) == {small.id: 2}
    assert len(session.scalars(select(PracticalSession).where(PracticalSession.state.in_(LIVE))).all()) == 2


def test_only_exams_with_dates_or_a_checklist_get_a_date(session, people):
    starts = datetime(2026, 5, 1, 8, tzinfo=UTC)
    scheme = cast.scheme_of_a(session)
    session.flush()
    assert publish(session, scheme, starts, starts + timedelta(hours=2), 3, people.officer, NOW).exam == scheme.key
    with pytest.raises(Refused):
        publish(session, cast.scheme(session), starts, starts + timedelta(hours=2), 3, people.officer, NOW)
