"""Exam dates on the screen: the office publishes and answers, the beheerder asks, the invitation goes by itself."""

from datetime import UTC, datetime, timedelta

import pytest
from icalendar import Calendar
from sqlalchemy import select
from support import cast
from support.part_one import decide
from support.visitors import text_of

from scenarios.sitting import Stage
from storage.base.database import new_session
from storage.dossier import qualifications
from storage.dossier.revisions import hand_in
from storage.exam.sittings import Sitting
from storage.people.outbox import MailMessage
from storage.people.people import Role, join, release
from storage.planning.bookings import Booking, BookingState, request
from storage.planning.exam_dates import ExamDate
from webapp.dutch import formats
from webapp.planning import planning

ADMIN, OFFICE = "/organisatie/examendata", "/bureau/examendata"


@pytest.fixture
def now():
    return datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def noon(now):
    """Ten o'clock UTC, ten days from now: begin and end of four hours lie on one day in Amsterdam."""
    return now.replace(hour=10, minute=0, second=0) + timedelta(days=10)


@pytest.fixture
def dated(session, now):
    """The exam goes by dates; its situations are there."""
    cast.pack(session, now)
    return cast.with_dates(session, now + timedelta(seconds=1))


@pytest.fixture
def approved(session, people, dated, now):
    """An approved file that waits for a date."""
    row = cast.approved_dossier(session, people, now)
    row.scheme = dated
    session.commit()
    return row


@pytest.fixture
def dates(session, people, dated, noon):
    """Two dates, a week apart: the first with two places, the second with one."""
    made = [cast.exam_date(session, people, noon + timedelta(days=7 * n), 2 - n, dated) for n in range(2)]
    session.commit()
    return made


@pytest.fixture
def asked(visit, people, approved, dates):
    """The beheerder asked the first date."""
    ask(visit(people.beheerder), dates[0], approved)
    return one_of(Booking)


def ask(visitor, exam_date, *dossiers):
    values = {"exam_date": exam_date.id, "candidates": [str(one.id) for one in dossiers]}
    return visitor.post(f"{ADMIN}/branchecertificaat_b", values)


def one_of(noun):
    with new_session(writes=False) as session:
        return session.scalars(select(noun)).one()


def mails():
    """(template, text) of every mail, oldest first."""
    with new_session(writes=False) as session:
        rows = session.scalars(select(MailMessage).order_by(MailMessage.created_at, MailMessage.template))
        return [(one.template, f"{one.subject}\n{one.text}") for one in rows]


def state():
    return one_of(Booking).state


def test_from_approval_to_an_invitation_on_the_date(session, people, visit, dated, noon, now):
    """The whole road: approved, published, asked, confirmed, invited with a calendar file, begun in time."""
    row = cast.dossier(session, people, now)
    row.scheme = dated
    session.flush()
    qualifications.enter(session, people.candidate, "theory_test_a", "", now.date(), people.officer, now)
    hand_in(session, row, people.candidate, now)
    session.commit()
    officer, beheerder, candidate = (visit(one) for one in (people.officer, people.beheerder, people.candidate))
    page = decide(officer, row, "approved")
    assert "kan nu een examendatum aanvragen" in officer.get(page.location).text
    assert [template for template, _ in mails()] == ["approved", "date_needed"]
    assert people.candidate.name in mails()[1][1]
    assert "De examendatum" in officer.get(f"/bureau/dossiers/{row.id}").text
    assert "vraagt een examendatum voor u aan" in candidate.get("/examen").text
    assert "Er is nu geen datum met een vrije plaats" in beheerder.get(ADMIN).text
    local = noon.astimezone(formats.AMSTERDAM)
    ends = (local + timedelta(hours=4)).strftime("%H:%M")
    values = {"exam": dated.key, "day": local.date(), "begins": local.strftime("%H:%M"), "ends": ends, "places": 3}
    assert officer.post(f"{OFFICE}/nieuw", values).status_code == 302
    published = one_of(ExamDate)
    assert (published.starts_at, published.ends_at) == (noon, noon + timedelta(hours=4))
    assert "nog 3 plaatsen" in beheerder.get(ADMIN).text
    assert "Examendatum kiezen" in beheerder.get("/organisatie").text
    assert ask(beheerder, published, row).status_code == 302
    assert "KSF antwoordt over de examendatum" in beheerder.get("/organisatie").text
    assert "KSF moet nog antwoord geven" in candidate.get("/examen").text
    assert people.candidate.name in text_of(officer.get(OFFICE).text)
    booking = one_of(Booking)
    assert officer.post(f"{OFFICE}/aanvragen/{booking.id}/bevestigen").status_code == 302
    sitting = one_of(Sitting)
    assert (sitting.opens_at, sitting.closes_at, sitting.stage) == (noon, noon + timedelta(hours=4), Stage.INVITED)
    (event,) = Calendar.from_ical(candidate.get("/examen/agenda.ics").text).walk("VEVENT")
    assert (event.decoded("dtstart"), event["transp"]) == (noon, "OPAQUE")
    sent = dict(mails())
    assert formats.moment(noon) in sent["invitation"]
    assert "staat vast" in sent["date_answer"]
    assert formats.moment(noon) in candidate.get("/examen").text
    assert "Examendatum bevestigd" in officer.get(f"/bureau/dossiers/{row.id}").text
    assert "bevestigd" in text_of(beheerder.get(ADMIN).text)


def test_another_date_is_offered_and_taken(people, visit, asked, dates):
    officer, beheerder = visit(people.officer), visit(people.beheerder)
    page = f"{OFFICE}/aanvragen/{asked.id}"
    assert officer.post(f"{page}/andere-datum", {"other": dates[1].id}).status_code == 422
    assert officer.post(f"{page}/andere-datum", {"other": dates[0].id, "reason": "x"}).status_code == 422
    assert state() is BookingState.REQUESTED
    counter = {"other": dates[1].id, "reason": "Die dag is er geen examiner."}
    assert officer.post(f"{page}/andere-datum", counter).status_code == 302
    assert "Voorstel beantwoorden" in beheerder.get("/organisatie").text
    assert "Die dag is er geen examiner." in beheerder.get(ADMIN).text
    assert "Uw organisatie moet nog zeggen" in visit(people.candidate).get("/examen").text
    assert "Die dag is er geen examiner." in dict(mails())["date_answer"]
    assert officer.post(f"{page}/bevestigen").status_code == 409
    assert beheerder.post(f"{ADMIN}/aanvragen/{asked.id}/akkoord").status_code == 302
    assert one_of(Sitting).opens_at == dates[1].starts_at
    assert beheerder.post(f"{ADMIN}/aanvragen/{asked.id}/akkoord").status_code == 409


def test_another_date_is_offered_and_not_taken(people, visit, asked, dates, approved):
    officer, beheerder = visit(people.officer), visit(people.beheerder)
    counter = {"other": dates[1].id, "reason": "Die dag is er geen examiner."}
    officer.post(f"{OFFICE}/aanvragen/{asked.id}/andere-datum", counter)
    assert beheerder.post(f"{ADMIN}/aanvragen/{asked.id}/niet-akkoord").status_code == 302
    assert state() is BookingState.REFUSED
    assert ask(beheerder, dates[0], approved).status_code == 302


def test_an_organisation_cannot_say_yes_for_ksf(people, visit, asked):
    assert visit(people.beheerder).post(f"{ADMIN}/aanvragen/{asked.id}/akkoord").status_code == 409
    assert state() is BookingState.REQUESTED


def test_a_no_has_a_reason_that_the_beheerder_reads(people, visit, asked):
    officer = visit(people.officer)
    assert officer.post(f"{OFFICE}/aanvragen/{asked.id}/afwijzen", {"reason": " "}).status_code == 422
    assert officer.post(f"{OFFICE}/aanvragen/{asked.id}/afwijzen", {"reason": "x" * 2001}).status_code == 422
    assert officer.post(f"{OFFICE}/aanvragen/{asked.id}/afwijzen", {"reason": "Geen examiner."}).status_code == 302
    assert "Geen examiner." in visit(people.beheerder).get(ADMIN).text
    assert [template for template, _ in mails()] == ["date_answer"]
    refused = officer.post(f"{OFFICE}/aanvragen/{asked.id}/afwijzen", {"reason": "Nog eens."})
    assert (refused.status_code, "Dit kan nu niet" in refused.text) == (409, True)


@pytest.mark.parametrize("by", ["officer", "beheerder"])
def test_a_date_that_stood_is_taken_back_and_another_one_invites_again(people, visit, asked, dates, approved, by):
    officer, beheerder, candidate = (visit(one) for one in (people.officer, people.beheerder, people.candidate))
    officer.post(f"{OFFICE}/aanvragen/{asked.id}/bevestigen")
    if by == "officer":
        assert "krijgen bericht" in officer.get(f"{OFFICE}/aanvragen/{asked.id}").text
        officer.post(f"{OFFICE}/aanvragen/{asked.id}/afwijzen", {"reason": "De examiner is ziek."})
    else:
        assert "gaat dan niet door" in beheerder.get(ADMIN).text
        beheerder.post(f"{ADMIN}/aanvragen/{asked.id}/teruggeven")
    told = dict(mails())["date_cancelled"]
    assert "gaat niet door" in told and ("ziek" in told) is (by == "officer")
    asked_for, cancelled = (calendar_of(template) for template in ("invitation", "date_cancelled"))
    (event,), (gone,) = asked_for.walk("VEVENT"), cancelled.walk("VEVENT")
    assert (asked_for["method"], cancelled["method"], gone["status"]) == ("REQUEST", "CANCEL", "CANCELLED")
    assert gone["uid"] == event["uid"] and gone["sequence"] > event["sequence"]
    assert gone["organizer"].startswith("mailto:")
    assert gone["attendee"] == event["attendee"] == f"mailto:{people.candidate.email}"
    assert one_of(Sitting).stage is Stage.EXPIRED
    assert "vraagt een examendatum voor u aan" in candidate.get("/examen").text
    assert ask(beheerder, dates[1], approved).status_code == 302
    with new_session(writes=False) as session:
        newest = session.scalars(select(Booking).order_by(Booking.asked_at.desc())).first()
    assert officer.post(f"{OFFICE}/aanvragen/{newest.id}/bevestigen").status_code == 302
    assert (one_of(Sitting).stage, one_of(Sitting).opens_at) == (Stage.INVITED, dates[1].starts_at)


def test_what_is_full_or_taken_is_refused_in_words(session, people, visit, asked, dates, approved, now):
    beheerder = visit(people.beheerder)
    assert ask(beheerder, dates[0], approved).location == ADMIN  # nobody waits any more
    others = []
    for number in (2, 3):
        person = cast.person(session, f"extra{number}", f"Extra {number}", Role.CANDIDATE, people.organisation, now)
        row = cast.approved_dossier(session, people, now, person)
        row.scheme = approved.scheme
        others.append(row)
    session.commit()
    refused = ask(beheerder, dates[0], *others)
    assert (refused.status_code, "net vol geraakt" in refused.text) == (409, True)
    assert state() is BookingState.REQUESTED  # all or none
    assert ask(beheerder, dates[0], others[0]).status_code == 302
    assert "net vol" not in beheerder.get(ADMIN).text
    assert ask(beheerder, dates[0], others[1]).status_code == 422


@pytest.mark.parametrize(
    "values",
    [{}, {"exam_date": "x", "candidates": "y"}, {"candidates": "00000000-0000-0000-0000-000000000000"}],
)
def test_garbage_asks_nothing(people, visit, approved, dates, values):
    beheerder = visit(people.beheerder)
    assert beheerder.post(f"{ADMIN}/branchecertificaat_b", values).status_code == 422
    assert beheerder.post(f"{ADMIN}/bestaat-niet", values).location == ADMIN
    with new_session(writes=False) as session:
        assert session.scalars(select(Booking)).all() == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"day": "2020-01-01"},
        {"day": "gisteren"},
        {"ends": "09:00"},
        {"places": "0"},
        {"places": "501"},
        {"places": "tien"},
        {"exam": "praktijktoets_a"},
        {"begins": ""},
    ],
)
def test_garbage_publishes_nothing(people, visit, dated, noon, wrong):
    values = {"exam": dated.key, "day": noon.date(), "begins": "10:00", "ends": "14:00", "places": "4"} | wrong
    answer = visit(people.officer).post(f"{OFFICE}/nieuw", values)
    assert answer.status_code == 422
    assert "Nog niet gepubliceerd" in answer.text
    with new_session(writes=False) as session:
        assert session.scalars(select(ExamDate)).all() == []


def test_a_date_is_taken_back_only_while_it_is_empty(people, visit, asked, dates):
    officer = visit(people.officer)
    refused = officer.post(f"{OFFICE}/{dates[0].id}/intrekken")
    assert (refused.status_code, "plaatsen bezet" in refused.text) == (409, True)
    assert people.candidate.name in officer.get(f"{OFFICE}/{dates[0].id}").text
    assert officer.post(f"{OFFICE}/{dates[1].id}/intrekken").status_code == 302
    assert formats.day(dates[1].starts_at) not in visit(people.beheerder).get(ADMIN).text


def test_another_organisation_sees_and_does_nothing(session, people, visit, asked, dates, approved, now):
    away = visit(people.outsider_beheerder)
    assert people.candidate.name not in away.get(ADMIN).text
    for act in ("akkoord", "niet-akkoord", "teruggeven"):
        assert away.post(f"{ADMIN}/aanvragen/{asked.id}/{act}").status_code == 404
    release(session, session.merge(people.candidate), {people.organisation.id}, people.officer.id, now)
    session.commit()
    beheerder = visit(people.beheerder)
    assert people.candidate.name not in beheerder.get(ADMIN).text
    assert beheerder.post(f"{ADMIN}/aanvragen/{asked.id}/teruggeven").status_code == 404


@pytest.mark.parametrize("answered", [True, False])
def test_whoever_asked_and_left_is_not_written_to(session, people, visit, asked, dates, now, app, answered):
    heir = cast.person(session, "opvolger", "Opvolger Een", Role.ORGANISATION_ADMIN, people.organisation, now)
    leaver = session.merge(people.beheerder)
    release(session, leaver, {people.organisation.id}, people.officer.id, now)
    join(session, leaver, Role.ORGANISATION_ADMIN, people.outsider_organisation, people.officer.id, now)
    session.commit()
    if answered:
        visit(people.officer).post(f"{OFFICE}/aanvragen/{asked.id}/afwijzen", {"reason": "Geen examiner."})
    else:
        tend(app, dates[0].starts_at)
    assert one_of(MailMessage).person_id == heir.id


def test_an_officer_does_not_answer_about_the_own_candidate(session, people, visit, asked):
    insider = cast.person(session, "bureau.belang", "Bureau Belang", Role.KSF_OFFICER, None)
    session.get(Booking, asked.id).dossier.manager = insider
    session.commit()
    officer = visit(insider)
    assert people.candidate.name not in officer.get(OFFICE).text
    assert officer.post(f"{OFFICE}/aanvragen/{asked.id}/bevestigen").status_code == 404


def calendar_of(template):
    """The calendar file that went with the mail of this template."""
    with new_session(writes=False) as session:
        message = session.scalars(select(MailMessage).where(MailMessage.template == template)).one()
    return Calendar.from_ical(message.calendar)


def tend(app, moment):
    with app.app_context():
        planning.tend_windows(moment)
    return [template for template, _ in mails()]


def test_reminders_count_back_from_the_date(people, visit, asked, dates, app):
    visit(people.officer).post(f"{OFFICE}/aanvragen/{asked.id}/bevestigen")
    starts = dates[0].starts_at
    assert "reminder" not in tend(app, starts - timedelta(days=7, hours=1))
    assert tend(app, starts - timedelta(days=6)).count("reminder") == 1
    assert tend(app, starts - timedelta(hours=20)).count("reminder") == 2
    assert tend(app, starts + timedelta(hours=1)).count("reminder") == 2
    assert formats.moment(starts) in dict(mails())["reminder"]


def test_a_day_that_nobody_answered_is_told_and_may_be_asked_again(people, visit, asked, dates, approved, app):
    assert tend(app, dates[0].starts_at) == ["date_answer"]
    assert "niet op tijd beantwoord" in mails()[0][1]
    assert state() is BookingState.LAPSED
    assert ask(visit(people.beheerder), dates[1], approved).status_code == 302


def test_a_no_show_on_a_date_is_told_and_may_get_another(people, visit, asked, dates, approved, app):
    visit(people.officer).post(f"{OFFICE}/aanvragen/{asked.id}/bevestigen")
    assert "no_show" in tend(app, dates[0].ends_at)
    assert (state(), one_of(Sitting).stage) == (BookingState.LAPSED, Stage.EXPIRED)
    assert ask(visit(people.beheerder), dates[1], approved).status_code == 302


def test_who_withdraws_frees_the_place(people, visit, asked, dates, approved):
    visit(people.candidate).post(f"/dossier/{approved.id}/terugtrekken", {"reason": "Andere baan."})
    assert state() is BookingState.WITHDRAWN
    assert "Niemand heeft hier een plaats" in visit(people.officer).get(f"{OFFICE}/{dates[0].id}").text


def test_without_dates_there_is_nothing_to_see(session, people, visit, now):
    cast.sitting(session, people, now)
    session.commit()
    assert "Examendata" not in text_of(visit(people.beheerder).get("/organisatie").text)
    officer = visit(people.officer)
    assert "Geen examen werkt met data" in officer.get(OFFICE).text
    assert "Geen examen werkt met data" in officer.get(f"{OFFICE}/nieuw").text


def test_the_lists_ask_the_same_number_of_questions_however_long(
    session, people, visit, dated, dates, asked, count_queries, now
):
    officer, beheerder = visit(people.officer), visit(people.beheerder)
    cast.approved_dossier(session, people, now, people.second_candidate).scheme = dated
    session.commit()
    pages = [(officer, OFFICE), (beheerder, ADMIN), (officer, f"{OFFICE}/{dates[0].id}")]
    before = [count_queries(*page) for page in pages]
    large = cast.exam_date(session, people, dates[0].starts_at + timedelta(days=1), 30, dated)
    for number in range(12):
        person = cast.person(session, f"veel{number}", f"Veel {number}", Role.CANDIDATE, people.organisation, now)
        row = cast.approved_dossier(session, people, now, person)
        row.scheme = dated
        session.flush()
        if number % 2:
            request(session, row, large, people.beheerder, now)
    session.commit()
    pages[2] = (officer, f"{OFFICE}/{large.id}")
    assert [count_queries(*page) for page in pages] == before
