"""Proposing and accepting examiners on pages, and what both sides read of it."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from support import cast
from support.visitors import text_of

from storage.people import examiners
from storage.people.examiners import Examiner, ExaminerState
from storage.people.outbox import MailMessage
from storage.people.people import Role, join
from webapp.dutch import formats

TODAY = datetime.now(UTC).date()
OWN, OFFICE = "/organisatie/examiners", "/bureau/examiners"
EVA = {"name": "Eva Examiner", "email": "eva@voorbeeld.example"}


@pytest.fixture
def supplying(session, people):
    people.organisation.supplies_examiners = True
    session.commit()


def days(trained=0, active=0):
    both = {"trained_on": trained, "active_from": active}
    return {name: (TODAY + timedelta(days=one)).isoformat() for name, one in both.items()}


def only(session):
    """The one examiner there is; the database is free for others again."""
    session.expire_all()
    found = session.scalars(select(Examiner)).one()
    session.commit()
    return found


def test_proposed_accepted_and_counted(visit, people, session, supplying):
    beheerder, officer = visit(people.beheerder), visit(people.officer)
    assert "U levert nog geen examiners" in text_of(beheerder.get(OWN).text)
    assert beheerder.post(OWN, EVA).status_code == 302
    assert "Eva Examiner eva@voorbeeld.example wacht op KSF" in text_of(beheerder.get(OWN).text)
    assert "voorstel voor een examiner" in text_of(officer.get("/bureau").text)
    page = re.search(rf"{OFFICE}/[0-9a-f-]+", officer.get(OFFICE).text).group()
    assert officer.post(page, days(-2, 3)).status_code == 302
    told = text_of(officer.get(OFFICE).text)
    assert "Eva Examiner" in told
    assert "nog niet" in told
    assert "aangenomen" in text_of(beheerder.get(OWN).text)
    (mail,) = session.scalars(select(MailMessage).where(MailMessage.template == "examiner_answer")).all()
    session.commit()
    assert mail.person_id == people.beheerder.id
    assert "KSF heeft het voorstel aangenomen" in mail.text
    again = officer.post(page, days())
    assert again.status_code == 409
    second = visit(people.second_officer).get("/bureau/mensen/wijzigingen")
    assert "Eva Examiner" in text_of(second.text)
    row = only(session)
    where = f"{OFFICE}/{row.id}"
    assert "Gekalibreerd op nog niet" in text_of(officer.get(where).text)
    wrong = officer.post(f"{where}/kalibratie", {"day": str(TODAY + timedelta(days=3))})
    assert wrong.status_code == 422 and "tot en met vandaag" in wrong.text
    assert officer.post(f"{where}/kalibratie", {"day": str(TODAY - timedelta(days=1))}).status_code == 302
    noted = text_of(officer.get(where).text)
    assert "Gekalibreerd op nog niet" not in noted
    assert f"met de hand genoteerd door {people.officer.name}" in noted
    row = only(session)
    assert officer.post(f"{OFFICE}/{row.id}/einde").status_code == 302
    assert only(session).state is ExaminerState.ENDED
    assert officer.post(f"{OFFICE}/{row.id}/einde").status_code == 409


def test_declined_with_a_reason_that_the_organisation_reads(visit, people, session, supplying):
    beheerder, officer = visit(people.beheerder), visit(people.officer)
    beheerder.post(OWN, EVA)
    page = f"{OFFICE}/{only(session).id}"
    assert officer.post(f"{page}/afwijzen", {"reason": "  "}).status_code == 422
    assert officer.post(f"{page}/afwijzen", {"reason": "Nog te kort in het vak."}).status_code == 302
    assert "Nog te kort in het vak." in text_of(beheerder.get(OWN).text)
    (mail,) = session.scalars(select(MailMessage).where(MailMessage.template == "examiner_answer")).all()
    assert "Nog te kort in het vak." in mail.text


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        (days(1, 2), "Deze dag komt nog"),
        (days(-1, -2), "Inzetten kan pas vanaf de dag van de scholing"),
        ({}, "Kies een dag."),
        ({"trained_on": "ooit", "active_from": "nooit"}, "Vul een datum in"),
    ],
)
def test_what_cannot_be_accepted_is_told_beside_the_field(visit, people, session, supplying, sent, told):
    visit(people.beheerder).post(OWN, EVA)
    answer = visit(people.officer).post(f"{OFFICE}/{only(session).id}", sent)
    assert answer.status_code == 422
    assert told in text_of(answer.text)
    assert only(session).state is ExaminerState.PROPOSED


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({}, "Vul"),
        (EVA | {"email": "eva"}, "geen e-mailadres"),
        (EVA | {"name": "E" * 121}, "120"),
        (EVA | {"organisation": "weg"}, ""),
    ],
)
def test_what_cannot_be_proposed_is_told(visit, people, session, supplying, sent, told):
    answer = visit(people.beheerder).post(OWN, sent)
    assert answer.status_code == 422
    assert told in text_of(answer.text)
    assert session.scalars(select(Examiner)).all() == []


def test_who_supplies_none_is_told_and_cannot_propose(visit, people, session):
    beheerder = visit(people.beheerder)
    assert "levert geen examiners" in text_of(beheerder.get(OWN).text)
    assert beheerder.post(OWN, EVA).status_code == 200
    assert session.scalars(select(Examiner)).all() == []


def test_twice_is_told_and_the_proposal_can_be_taken_back(visit, people, session, supplying):
    beheerder = visit(people.beheerder)
    beheerder.post(OWN, EVA)
    assert "al voorgesteld" in text_of(beheerder.post(OWN, EVA).text)
    row = only(session)
    assert beheerder.post(f"{OWN}/{row.id}/intrekken").status_code == 302
    assert beheerder.post(f"{OWN}/{row.id}/intrekken").status_code == 409
    assert only(session).state is ExaminerState.WITHDRAWN


def test_a_beheerder_of_two_organisations_says_which(visit, people, session, supplying):
    people.outsider_organisation.supplies_examiners = True
    join(session, people.beheerder, Role.ORGANISATION_ADMIN, people.outsider_organisation, None, datetime.now(UTC))
    session.commit()
    sent = EVA | {"organisation": str(people.outsider_organisation.id)}
    assert visit(people.beheerder).post(OWN, sent).status_code == 302
    assert only(session).organisation_id == people.outsider_organisation.id


def test_the_record_of_an_examiner_tells_training_calibration_and_each_deployment(session, people, visit):
    now = datetime.now(UTC).replace(microsecond=0)
    people.outsider_organisation.supplies_examiners = True
    one = people.assessors[0]
    found = examiners.propose(
        session, people.outsider_organisation, one.name, one.email, people.outsider_beheerder, now
    )
    trained = (now - timedelta(days=500)).date()
    found.accept(trained, trained, people.officer, now)
    day = cast.practical_date(session, people, now.replace(hour=8, minute=0, second=0) + timedelta(days=10))
    given = cast.practical_session(session, people, day, people.candidate, now=now)
    given.confirm(session.merge(people.assessors[1]), people.officer, now)
    session.commit()
    page = text_of(visit(people.officer).get(f"/bureau/examiners/{found.id}").text)
    assert formats.date_only(trained) in page and people.outsider_organisation.name in page
    assert "Inzetten in twaalf maanden: 0" in page and "minder dan drie" in page and "Nog niet ingezet" in page
    given = session.merge(given)
    given.exchange(session.merge(one), people.officer, now)
    session.commit()
    page = text_of(visit(people.officer).get(f"/bureau/examiners/{found.id}").text)
    assert f"{formats.date_only(given.day)} (gepland)" in page
    assert formats.date_only(trained) in visit(people.officer).get("/bureau/examiners").text
