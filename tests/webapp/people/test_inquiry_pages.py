"""Asking KSF on a file, and the answer there: who sees what, what the mail says, and how long it waits."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from support import cast
from support.visitors import text_of

from storage.inquiries import LONGEST, MOST_A_DAY, SOON, Inquiry, InquiryState, ask
from storage.people.outbox import MailMessage
from storage.people.people import Membership, Role

QUESTION, ANSWER = "Mag mijn kandidaat op een andere dag?", "Dat mag, tot en met vrijdag."
OFFICE = "/bureau/vragen-van-organisaties"


@pytest.fixture
def file(app, session, people):
    row = cast.dossier(session, people, datetime.now(UTC))
    session.commit()
    app.before_request(session.commit)
    return row.id


def rows_of(session, noun):
    session.expire_all()
    found = session.scalars(select(noun)).all()
    session.commit()
    return found


def test_from_the_file_to_the_answer_there(session, visit, people, file):
    manager, officer = visit(people.manager), visit(people.officer)
    assert "Er is hierover nog niets gevraagd" in manager.get(f"/kandidaten/{file}").text
    form = f"/vragen-aan-ksf/dossier/{file}"
    assert form in manager.get(f"/kandidaten/{file}").text
    for garbage in ({}, {"text": "  "}, {"text": "x" * (LONGEST + 1)}):
        assert manager.post(form, garbage).status_code == 422
    there = manager.post(form, {"text": QUESTION}).headers["Location"]
    assert manager.post(form, {"text": QUESTION}).headers["Location"] == there
    (made,) = rows_of(session, Inquiry)
    assert made.code in manager.get(f"/kandidaten/{file}").text and made.code in manager.get("/vragen-aan-ksf").text
    assert "1 vraag van een organisatie te beantwoorden" in text_of(officer.get("/bureau").text)
    assert "sinds vandaag" in text_of(officer.get(OFFICE).text)
    assert made.code in officer.get(f"/bureau/dossiers/{file}").text
    page = f"{OFFICE}/{made.id}"
    assert QUESTION in text_of(officer.get(page).text)
    assert officer.post(page, {"text": " "}).status_code == 422
    assert officer.post(f"{page}/sluiten").status_code == 409
    assert officer.post(page, {"text": ANSWER}).status_code == 302
    assert visit(people.second_officer).post(page, {"text": "Nog eens."}).status_code == 409
    assert ANSWER in text_of(manager.get(there).text)
    assert "te beantwoorden" not in text_of(officer.get("/bureau").text)
    (mail,) = rows_of(session, MailMessage)
    assert (mail.template, mail.person_id) == ("inquiry_answered", people.manager.id)
    assert made.code in mail.text and there in mail.text
    for secret in (QUESTION, ANSWER, people.candidate.name, "K-"):
        assert secret not in mail.text + mail.subject
    assert manager.post(there, {"text": "En na vrijdag?"}).status_code == 302
    assert "En na vrijdag?" in text_of(officer.get(page).text)
    assert manager.post(f"{there}/sluiten").status_code == 302
    assert manager.post(f"{there}/sluiten").status_code == 302
    assert made.code in officer.get(f"{OFFICE}?staat=closed").text
    assert officer.post(f"{page}/heropenen").status_code == 302
    assert officer.post(f"{page}/heropenen").status_code == 409
    assert made.code in officer.get(OFFICE).text


def test_what_belongs_to_another_is_not_there(session, visit, people, file):
    made = visit(people.manager).post(f"/vragen-aan-ksf/dossier/{file}", {"text": QUESTION}).headers["Location"]
    (row,) = rows_of(session, Inquiry)
    for who in (people.beheerder, people.outsider_manager, people.outsider_beheerder, people.candidate):
        for path in (made, f"{made}/sluiten", f"{OFFICE}/{row.id}"):
            assert visit(who).post(path, {"text": "Van mij."}).status_code == 404, path
        assert QUESTION not in visit(who).get("/vragen-aan-ksf").text
    for who in (people.outsider_manager, people.outsider_beheerder, people.candidate):
        assert visit(who).post(f"/vragen-aan-ksf/dossier/{file}", {"text": "x"}).status_code == 404
    assert visit(people.beheerder).get(f"/vragen-aan-ksf/dossier/{file}").status_code == 200


def test_who_does_not_work_there_any_more_reads_it_no_more(session, visit, people, file):
    made = visit(people.manager).post(f"/vragen-aan-ksf/dossier/{file}", {"text": QUESTION}).headers["Location"]
    (work,) = session.scalars(select(Membership).where(Membership.person_id == people.manager.id))
    work.until = datetime.now(UTC)
    other = Membership(person_id=people.manager.id, role=Role.MANAGER, organisation=people.outsider_organisation)
    other.since = datetime.now(UTC) - timedelta(days=1)
    session.add(other)
    session.commit()
    assert visit(people.manager).get(made).status_code == 404
    assert "nog niets gevraagd" in visit(people.manager).get("/vragen-aan-ksf").text


def test_an_officer_never_answers_about_a_file_in_which_he_has_a_part(session, visit, people, file):
    row = session.get_one(cast.Dossier, file)
    row.manager_id = people.second_officer.id
    ask(session, row, people.beheerder, QUESTION, datetime.now(UTC))
    session.commit()
    (made,) = rows_of(session, Inquiry)
    assert visit(people.second_officer).get(f"{OFFICE}/{made.id}").status_code == 404
    assert made.code not in visit(people.second_officer).get(OFFICE).text
    assert made.code in visit(people.officer).get(OFFICE).text


def test_the_candidates_own_texts_are_nowhere_in_it(session, visit, people, file):
    dossier = session.get_one(cast.Dossier, file)
    texts = [dossier.motivation, dossier.goal, dossier.stars[0].situation]
    session.commit()
    assert all(texts)
    there = visit(people.manager).post(f"/vragen-aan-ksf/dossier/{file}", {"text": QUESTION}).headers["Location"]
    for page in ("/vragen-aan-ksf", there, f"/vragen-aan-ksf/dossier/{file}"):
        shown = visit(people.manager).get(page).text
        assert people.candidate.email not in shown and not any(text[:40] in shown for text in texts)


def test_about_a_practical_session_too(session, visit, people, file):
    day = cast.practical_date(session, people, datetime.now(UTC).replace(hour=9) + timedelta(days=20))
    about = cast.practical_session(session, people, day, people.candidate)
    session.commit()
    beheerder, officer = visit(people.beheerder), visit(people.officer)
    form = f"/vragen-aan-ksf/praktijktoets/{about.id}"
    assert form in beheerder.get(f"/organisatie/praktijktoetsen/{about.id}").text
    assert beheerder.post(form, {"text": "Is er een parkeerplaats?"}).status_code == 302
    assert visit(people.outsider_beheerder).post(form, {"text": "x"}).status_code == 404
    assert visit(people.manager).post(form, {"text": "x"}).status_code == 404
    (made,) = rows_of(session, Inquiry)
    assert made.code in officer.get(f"/bureau/praktijktoetsen/{about.id}").text
    assert "Praktijktoets op" in text_of(officer.get(f"{OFFICE}/{made.id}").text)
    assert made.code in beheerder.get(f"/organisatie/praktijktoetsen/{about.id}").text


def test_what_waits_too_long_stands_out_and_a_day_has_a_limit(session, visit, people, file):
    row, now = session.get_one(cast.Dossier, file), datetime.now(UTC)
    made = ask(session, row, people.manager, QUESTION, now)
    for number in range(MOST_A_DAY - 1):
        made.ask_more(f"Bericht {number}", now)
    session.commit()
    officer = visit(people.officer)
    refused = visit(people.manager).post(f"/vragen-aan-ksf/dossier/{file}", {"text": "Nog een"})
    assert refused.status_code == 409 and "Morgen kunt u weer iets vragen" in refused.text
    assert "te lang" not in text_of(officer.get(OFFICE).text)
    made.state_at = now - SOON - timedelta(days=1)
    session.commit()
    assert "6 dagen te lang" in text_of(officer.get(OFFICE).text)
    assert "1 vraag van een organisatie wacht langer dan 5 dagen" in text_of(officer.get("/bureau").text)


def test_the_list_asks_no_more_questions_with_more_inquiries(session, visit, people, file, count_queries):
    row, asked = session.get_one(cast.Dossier, file), []
    for size in (2, 12):
        for number in range(size):
            made = ask(session, row, people.beheerder, f"Vraag {size} {number}", cast.NOW + timedelta(days=number))
            if number % 2:
                made.state = InquiryState.ANSWERED
        session.commit()
        asked.append(
            [
                count_queries(visit(who), path)
                for who, path in ((people.officer, OFFICE), (people.beheerder, "/vragen-aan-ksf"))
            ]
        )
    assert asked[0] == asked[1]
