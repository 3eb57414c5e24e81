"""Calendars to subscribe to: whoever has the address reads it, and nobody who lost the role or ended it."""

from datetime import UTC, datetime, timedelta

import pytest
from icalendar import Calendar
from sqlalchemy import select
from support import cast

from storage.base.audit import AuditEvent
from storage.planning.bookings import request as ask_place
from storage.planning.calendar_feeds import CalendarFeed
from storage.planning.practical_candidates import confirm
from storage.planning.theory_tests import set_ready


@pytest.fixture
def now():
    return datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def scene(session, people, now):
    """A practical session that is confirmed, one that waits, a place on an exam date, an online test; all to come."""
    morning = now.replace(hour=8, minute=0, second=0)
    before = now - timedelta(days=1)
    session_row = cast.practical_session(
        session,
        people,
        cast.practical_date(session, people, morning + timedelta(days=10)),
        people.candidate,
        now=before,
    )
    confirm(session_row, people.assessors[0], people.officer, before)
    dated = cast.with_dates(session, before, "examen_op_datum")
    dossier = cast.approved_dossier(session, people, before, people.second_candidate)
    dossier.scheme = dated
    day = cast.exam_date(session, people, morning + timedelta(days=12), 3, dated)
    session.flush()
    booking = ask_place(session, dossier, day, people.beheerder, before)
    where = cast.location(session, people, "Zaal Zuid", now=before)
    person = cast.person(session, "toets", "Tom Toets", cast.Role.CANDIDATE, people.organisation, before)
    session.flush()
    test = set_ready(session, [person], "certificate_a", where, morning + timedelta(days=11), people.beheerder, before)[
        0
    ]
    session.commit()
    return session_row, booking, test


def address(visitor, whose):
    page = visitor.post("/agenda", {"whose": whose})
    assert page.status_code == 200
    found = [one for one in page.text.split('"') if "/agenda/" in one and one.endswith(".ics")]
    assert len(found) == 1
    return found[0].partition("/agenda/")[2].join(["/agenda/", ""])


def events(app, where):
    answer = app.test_client().get(where)
    assert (answer.status_code, answer.mimetype) == (200, "text/calendar")
    assert "no-store" in answer.headers["Cache-Control"]
    return {str(one["uid"]): one for one in Calendar.from_ical(answer.text).walk("VEVENT")}, answer.text


def test_an_organisation_reads_all_its_dates_and_no_name(session, app, people, visit, scene):
    given, _booking, test = scene
    where = address(visit(people.beheerder), str(people.organisation.id))
    found, text = events(app, where)
    by_title = {str(one["summary"]).partition(",")[0]: one for one in found.values()}
    assert len(found) == 3
    assert found[f"{given.id}@vignet"]["status"] == "CONFIRMED"
    assert by_title["Examen Branchecertificaat B"]["status"] == "TENTATIVE"
    assert by_title["Online toets"].decoded("dtstart") == test.starts_at
    flat = text.replace("\r\n ", "")
    for person in (people.candidate, people.second_candidate, people.assessors[0], people.beheerder):
        assert person.name not in flat and person.email not in flat
    assert Calendar.from_ical(text)["method"] == "PUBLISH"
    for one in found.values():
        assert one.errors == [] and int(one["sequence"]) > 0 and one.decoded("dtend") > one.decoded("dtstart")
    assert events(app, where)[1] == text, "the same moments make the same text"


def test_what_changes_has_a_higher_sequence_and_what_is_off_is_cancelled(session, app, people, visit, scene, now):
    given, booking, test = scene
    where = address(visit(people.beheerder), str(people.organisation.id))
    before, _ = events(app, where)
    given.cancel("De examiner is ziek.", people.officer, now)
    booking.withdraw(people.beheerder, now)
    test.withdraw(people.beheerder, now)
    session.commit()
    after, _ = events(app, where)
    assert after.keys() == before.keys()
    for uid, one in after.items():
        assert one["status"] == "CANCELLED", one["summary"]
        assert one["sequence"] > before[uid]["sequence"]
        assert one["transp"] == "TRANSPARENT"


def test_a_location_that_moves_is_another_place_with_a_higher_sequence(session, app, people, visit, scene, now):
    given = scene[0]
    where = address(visit(people.assessors[0]), "eigen")
    uid = f"{given.id}@vignet"
    before, _ = events(app, where)
    given.location.change(given.location.name, "Nieuweweg 9, Zwolle", given.location.room, people.beheerder, now)
    session.commit()
    after, _ = events(app, where)
    assert "Nieuweweg 9" in after[uid]["location"] and after[uid]["sequence"] > before[uid]["sequence"]


def test_an_examiner_reads_the_own_work_and_sees_that_another_took_over(session, app, people, visit, scene, now):
    given = scene[0]
    first, second = (address(visit(one), "eigen") for one in people.assessors[:2])
    uid = f"{given.id}@vignet"
    before, _ = events(app, first)
    assert before[uid]["status"] == "CONFIRMED" and events(app, second)[0] == {}
    given.exchange(people.assessors[1], people.officer, now)
    session.commit()
    assert events(app, second)[0][uid]["status"] == "CONFIRMED"
    assert events(app, first)[0][uid]["status"] == "CANCELLED"
    assert events(app, first)[0][uid]["sequence"] > before[uid]["sequence"]


def test_the_address_is_shown_once_kept_as_a_hash_and_replaced_by_a_new_one(session, app, people, visit, scene):
    beheerder, whose = visit(people.beheerder), str(people.organisation.id)
    first = address(beheerder, whose)
    secret = first.removeprefix("/agenda/").removesuffix(".ics")
    assert len(secret) >= 40
    assert secret not in beheerder.get("/agenda").text
    row = session.scalars(select(CalendarFeed)).one()
    assert secret not in row.digest
    facts = session.scalars(select(AuditEvent).where(AuditEvent.verb == "calendar_feed_made")).one()
    assert secret not in str(facts.line())
    session.commit()
    second = address(beheerder, whose)
    assert second != first
    assert app.test_client().get(first).status_code == 404
    assert app.test_client().get(second).status_code == 200


def test_it_ends_with_the_button_and_with_the_role(session, app, people, visit, scene, now):
    beheerder, whose = visit(people.beheerder), str(people.organisation.id)
    first = address(beheerder, whose)
    (row,) = session.scalars(select(CalendarFeed)).all()
    session.commit()
    assert visit(people.outsider_beheerder).post(f"/agenda/{row.id}/stoppen").status_code == 404
    for _ in range(2):
        assert beheerder.post(f"/agenda/{row.id}/stoppen").status_code == 302
    assert app.test_client().get(first).status_code == 404
    second = address(beheerder, whose)
    session.merge(people.beheerder).memberships[0].until = now
    session.commit()
    assert app.test_client().get(second).status_code == 404


@pytest.mark.parametrize("whose", ["eigen", "x", "0" * 3000])
def test_nobody_makes_an_address_for_what_is_not_theirs(people, visit, whose):
    assert visit(people.beheerder).post("/agenda", {"whose": whose}).status_code == 404


def test_who_names_nothing_is_asked_again(people, visit):
    assert visit(people.beheerder).post("/agenda").status_code == 422


def test_another_organisation_and_an_unknown_secret_are_not_there(app, people, visit):
    other = str(people.outsider_organisation.id)
    assert visit(people.beheerder).post("/agenda", {"whose": other}).status_code == 404
    for secret in ("x", "x" * 43, "x" * 4000):
        assert app.test_client().get(f"/agenda/{secret}.ics").status_code == 404


def test_many_dates_ask_the_database_no_more(session, app, people, visit, scene, now, count_queries):
    where = address(visit(people.beheerder), str(people.organisation.id))
    stranger = visit()
    few = count_queries(stranger, where)
    morning = now.replace(hour=8, minute=0, second=0)
    for at in range(6):
        one = cast.person(session, f"meer{at}", f"Meer {at}", cast.Role.CANDIDATE, people.organisation, now)
        day = cast.practical_date(session, people, morning + timedelta(days=20 + at))
        cast.practical_session(session, people, day, one, now=now)
    session.commit()
    assert count_queries(stranger, where) == few
