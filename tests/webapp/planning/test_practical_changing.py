"""A practical session that changes on the screen: another examiner, a candidate who comes no more, one who left."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from icalendar import Calendar
from sqlalchemy import select
from support import cast
from support.visitors import text_of

from storage.base.database import new_session
from storage.people.outbox import MailMessage
from storage.people.people import Membership, Role, release
from storage.planning.practical_sessions import PracticalSession
from webapp.dutch import formats

ADMIN, OFFICE, EXAMINER = "/organisatie/praktijktoetsen", "/bureau/praktijktoetsen", "/beoordelen/praktijktoetsen"


@pytest.fixture
def now():
    return datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def asked(session, people, now):
    """A session in ten days, asked for two."""
    noon = now.replace(hour=10, minute=0, second=0) + timedelta(days=10)
    day = cast.practical_date(session, people, noon)
    found = cast.practical_session(session, people, day, people.candidate, people.second_candidate, now=now)
    session.commit()
    return found


@pytest.fixture
def given(session, people, asked, now):
    """The first assessor is the examiner."""
    asked.confirm(people.assessors[0], people.officer, now)
    session.commit()
    return asked


def exchange(visitor, found, examiner):
    return visitor.post(f"{OFFICE}/{found.id}/examiner", {"examiner": examiner})


def take_out(visitor, where, participant):
    return visitor.post(f"{where}/plaatsen/{participant.id}/afmelden")


def mails():
    """Every mail: (template, whose, text, method and id of its calendar file), by both."""
    with new_session(writes=False) as session:
        rows = session.scalars(select(MailMessage))
        return sorted(
            (one.template, one.person.name, f"{one.subject}\n{one.text}", _file(one.calendar)) for one in rows
        )


def _file(text):
    if not text:
        return ()
    file = Calendar.from_ical(text)
    return str(file["method"]), str(file.walk("VEVENT")[0]["uid"])


def coming():
    with new_session(writes=False) as session:
        found = session.scalars(select(PracticalSession)).one()
        return [one.name for one in found.candidates]


def test_another_examiner_is_told_to_whoever_knew_the_former(people, visit, given):
    officer, (former, another) = visit(people.officer), people.assessors[:2]
    page = officer.get(f"{OFFICE}/{given.id}").text
    assert f'value="{former.id}"' not in page and f'value="{another.id}"' in page
    assert exchange(officer, given, another.id).status_code == 302
    sent = mails()
    assert [(template, whose) for template, whose, _, _ in sent] == [
        ("practical_examiner", another.name),
        ("practical_examiner_off", former.name),
        ("practical_exchanged", people.beheerder.name),
        ("practical_exchanged", people.candidate.name),
        ("practical_exchanged", people.second_candidate.name),
    ]
    event = f"{given.id}@vignet"
    assert [file for *_, file in sent] == [("REQUEST", event), ("CANCEL", event), (), (), ()]
    assert all(another.name in text for template, _, text, _ in sent if template == "practical_exchanged")
    assert visit(former).get(f"{EXAMINER}/{given.id}").status_code == 404
    assert people.candidate.name in visit(another).get(f"{EXAMINER}/{given.id}").text
    assert another.name in visit(people.beheerder).get(f"{ADMIN}/{given.id}").text


def test_the_same_examiner_twice_is_refused_and_tells_nobody(people, visit, given):
    officer, another = visit(people.officer), people.assessors[1]
    exchange(officer, given, another.id)
    before = mails()
    answer = exchange(officer, given, another.id)
    assert (answer.status_code, "Deze examiner komt al" in answer.text) == (409, True)
    assert mails() == before


def test_who_may_not_examine_is_refused_with_the_reason(session, people, visit, given, now):
    tied = session.merge(people.assessors[1])
    tied.memberships.append(
        Membership(role=Role.MANAGER, organisation_id=people.organisation.id, since=now - timedelta(days=9))
    )
    session.commit()
    officer = visit(people.officer)
    page = officer.get(f"{OFFICE}/{given.id}").text
    assert f'value="{tied.id}"' not in page
    assert f"{tied.name}: werkt bij dezelfde organisatie" in text_of(page)
    assert exchange(officer, given, tied.id).status_code == 409
    for garbage in ("", "niemand", uuid.uuid4(), people.manager.id):
        answer = exchange(officer, given, garbage)
        assert (answer.status_code, "Nog niet veranderd" in answer.text) == (422, True)
    assert mails() == []


def test_a_request_is_confirmed_and_not_exchanged(people, visit, asked):
    assert exchange(visit(people.officer), asked, people.assessors[1].id).status_code == 409
    assert mails() == []


def test_the_organisation_takes_out_one_candidate(people, visit, given):
    beheerder, (first, second) = visit(people.beheerder), given.participants
    assert "Kandidaat Een afmelden?" in beheerder.get(f"{ADMIN}/{given.id}").text
    made = take_out(beheerder, ADMIN, first)
    assert made.status_code == 302
    off, fewer = sorted(mails(), key=lambda one: one[0] != "practical_taken_out")
    assert (off[0], off[1], off[3]) == ("practical_taken_out", people.candidate.name, ("CANCEL", f"{first.id}@vignet"))
    assert (fewer[0], fewer[1], fewer[3]) == ("practical_fewer", people.assessors[0].name, ())
    assert "Beurt 1" in fewer[2] and "Kandidaten: 1." in fewer[2] and people.candidate.name not in fewer[2]
    assert coming() == [people.second_candidate.name]
    for visitor, address in ((beheerder, made.location), (visit(people.officer), f"{OFFICE}/{given.id}")):
        shown = text_of(visitor.get(address).text)
        assert "Kandidaat Een afgemeld" in shown
    printed = text_of(visit(people.assessors[0]).get(f"{EXAMINER}/{given.id}").text)
    assert people.candidate.name not in printed
    assert f"{people.second_candidate.name} {formats.clock(second.turn[0])}" in printed
    assert "Praktijktoets" not in text_of(visit(people.candidate).get("/examen").text)


def test_twice_is_refused_and_so_is_the_last(people, visit, given):
    beheerder, (first, second) = visit(people.beheerder), given.participants
    take_out(beheerder, ADMIN, first)
    before = mails()
    again = take_out(beheerder, ADMIN, first)
    assert (again.status_code, "is al afgemeld" in again.text) == (409, True)
    for visitor, where in ((beheerder, ADMIN), (visit(people.officer), OFFICE)):
        last = take_out(visitor, where, second)
        assert (last.status_code, "Dit is de enige kandidaat" in last.text) == (409, True)
    assert mails() == before
    page = text_of(beheerder.get(f"{ADMIN}/{given.id}").text)
    assert "Komt deze kandidaat niet? Trek dan de praktijktoets in." in page
    assert "afmelden?" not in page
    assert beheerder.post(f"{ADMIN}/{given.id}/intrekken").status_code == 302
    assert {whose for template, whose, *_ in mails() if template == "practical_off"} == {
        people.second_candidate.name,
        people.assessors[0].name,
    }


def test_ksf_takes_out_one_candidate_and_tells_the_organisation(people, visit, given):
    assert take_out(visit(people.officer), OFFICE, given.participants[1]).status_code == 302
    assert [(template, whose) for template, whose, *_ in mails()] == [
        ("practical_fewer", people.assessors[0].name),
        ("practical_fewer", people.beheerder.name),
        ("practical_taken_out", people.second_candidate.name),
    ]
    assert f"KSF heeft {people.second_candidate.name} afgemeld" in mails()[1][2]


def test_of_a_request_only_the_organisation_is_told(people, visit, asked):
    first, second = asked.participants
    assert take_out(visit(people.beheerder), ADMIN, first).status_code == 302
    assert (mails(), coming()) == ([], [second.candidate.name])


def test_nobody_else_takes_anybody_out(session, people, visit, given):
    participant = given.participants[0]
    assert take_out(visit(people.outsider_beheerder), ADMIN, participant).status_code == 404
    assert take_out(visit(people.officer), OFFICE, given).status_code == 404
    own = session.merge(people.candidate)
    own.memberships.append(Membership(role=Role.KSF_OFFICER, since=datetime.now(UTC) - timedelta(days=1)))
    session.commit()
    assert take_out(visit(own), OFFICE, participant).status_code == 404
    assert exchange(visit(own), given, people.assessors[1].id).status_code == 404
    assert len(coming()) == 2


def test_who_left_the_organisation_is_marked_for_both_and_can_be_taken_out(session, people, visit, given, now):
    release(session, session.merge(people.candidate), {people.organisation.id}, people.officer.id, now)
    session.commit()
    pages = [(visit(people.beheerder), f"{ADMIN}/{given.id}"), (visit(people.officer), f"{OFFICE}/{given.id}")]
    for visitor, address in pages:
        assert "Kandidaat Een werkt hier niet meer" in text_of(visitor.get(address).text)
    assert take_out(pages[0][0], ADMIN, given.participants[0]).status_code == 302
    for visitor, address in pages:
        assert "werkt hier niet meer" not in visitor.get(address).text


def test_whoever_takes_somebody_out_of_service_is_told_of_the_session(people, visit, asked):
    beheerder = visit(people.beheerder)
    said = f"De praktijktoets op {formats.day(asked.exam_date.starts_at)} staat nog."
    beheerder.post(f"/organisatie/mensen/{people.candidate.id}/uit-dienst")
    assert said in text_of(beheerder.get("/organisatie/mensen").text)
    assert take_out(beheerder, ADMIN, asked.participants[1]).status_code == 302
    beheerder.post(f"/organisatie/mensen/{people.second_candidate.id}/uit-dienst")
    assert said not in text_of(beheerder.get("/organisatie/mensen").text)
