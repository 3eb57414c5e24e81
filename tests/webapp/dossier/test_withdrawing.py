"""A wrong nomination is taken back by manager, beheerder or KSF; the others hear of it, and nothing is lost."""

import pytest
from sqlalchemy import select
from support import cast

from scenarios.sitting import Stage
from storage.dossier.dossiers import Dossier, DossierState
from storage.dossier.qualifications import enter, held
from storage.exam.sittings import Sitting
from storage.people.outbox import MailMessage

NOW = cast.NOW
WHY = {"reason": "Dit is de verkeerde persoon."}


@pytest.fixture(autouse=True)
def free(app, session):
    # What the test itself looked up must not keep the database locked while the app works.
    app.before_request(session.commit)


def state(session, row):
    session.expire_all()
    found = session.get(Dossier, row.id).state
    session.commit()
    return found


def ways(people, row):
    return {
        "manager": (people.manager, f"/kandidaten/{row.id}/intrekken"),
        "beheerder": (people.beheerder, f"/organisatie/dossiers/{row.id}/intrekken"),
        "officer": (people.officer, f"/bureau/dossiers/{row.id}/intrekken"),
    }


@pytest.mark.parametrize("who", ["manager", "beheerder", "officer"])
def test_a_wrong_nomination_is_taken_back_with_a_reason_once(session, visit, people, who):
    row = cast.dossier(session, people)
    session.commit()
    person, address = ways(people, row)[who]
    visitor = visit(person)
    assert visitor.post(address, {"reason": " "}).status_code == 409
    assert state(session, row) is DossierState.WRITING
    assert visitor.post(address, WHY).status_code == 302
    assert state(session, row) is DossierState.WITHDRAWN
    assert visitor.post(address, WHY).status_code == 409
    told = {one.person_id for one in session.scalars(select(MailMessage))}
    assert told == {people.candidate.id, people.manager.id} - {person.id}
    assert WHY["reason"] not in "".join(one.text for one in session.scalars(select(MailMessage)))
    session.commit()
    assert WHY["reason"] in visit(people.candidate).get(f"/dossier/{row.id}").text


def test_after_the_invitation_the_exam_closes_and_a_manager_is_too_late(session, visit, people):
    sitting = cast.sitting(session, people)
    row = sitting.dossier
    session.commit()
    assert visit(people.manager).post(ways(people, row)["manager"][1], WHY).status_code == 409
    assert visit(people.outsider_beheerder).post(ways(people, row)["beheerder"][1], WHY).status_code == 404
    page = visit(people.beheerder).get(f"/organisatie/mensen/{people.candidate.id}").text
    assert ways(people, row)["beheerder"][1] in page
    assert visit(people.officer).post(ways(people, row)["officer"][1], WHY).status_code == 302
    assert state(session, row) is DossierState.WITHDRAWN
    assert session.get(Sitting, sitting.id).stage is Stage.EXPIRED


def test_who_did_the_exam_is_not_withdrawn(session, visit, people):
    row = cast.finished_sitting(session, people).dossier
    session.commit()
    for who in ("beheerder", "officer"):
        person, address = ways(people, row)[who]
        assert visit(person).post(address, WHY).status_code == 409
    assert state(session, row) is DossierState.APPROVED


def test_a_certificate_that_was_entered_wrongly_is_taken_back_and_a_test_is_not(session, visit, people):
    row = cast.dossier(session, people)
    session.flush()
    wrong = enter(session, people.candidate, "certificate_a", "A-1", NOW.date(), people.officer, NOW)
    test = enter(session, people.candidate, "theory_test_a", "", NOW.date(), people.officer, NOW)
    session.commit()
    officer, page = visit(people.officer), f"/bureau/dossiers/{row.id}"
    assert f"{page}/toelating/{wrong.id}/terug" in officer.get(page).text
    assert f"{page}/toelating/{test.id}/terug" not in officer.get(page).text
    assert officer.post(f"{page}/toelating/{test.id}/terug").status_code == 409
    assert officer.post(f"{page}/toelating/{wrong.id}/terug").status_code == 302
    assert officer.post(f"{page}/toelating/{wrong.id}/terug").status_code == 404
    assert [one.key for one in held(session, [people.candidate.id])] == ["theory_test_a"]


def test_approving_without_admission_opens_the_field_that_is_missing(session, visit, people):
    row = cast.dossier(session, people)
    row.submit(people.candidate.id, NOW)
    session.commit()
    officer, page = visit(people.officer), f"/bureau/dossiers/{row.id}"
    officer.post(f"{page}/oppakken")
    marks = {}
    for one in row.scheme.content.documents.criteria:
        marks |= {f"met_{one.key}": "yes", f"reason_{one.key}": "Goed beschreven."}
    session.commit()
    answer = officer.post(f"{page}/oordeel", {**marks, "reason": "Goed.", "decision": "approved"})
    assert answer.status_code == 302 and "toelating=ja" in answer.location
    shown = officer.get(answer.location.partition("#")[0]).text
    assert "eerst Branchecertificaat A" in shown and '<details class="more" open><summary>Toelating' in shown
    assert state(session, row) is DossierState.SUBMITTED
