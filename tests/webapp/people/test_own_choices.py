"""The own choices on the page of one's own data: asking for erasure, and consent given and taken back."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from support import cast, told_exam
from support.visitors import text_of

from review.retention import Erasable
from scenarios.sitting import Stage
from storage.base.database import new_session
from storage.base.jobs import Job
from storage.exam import consents
from storage.exam.consents import Consent
from storage.exam.recordings import Recording
from storage.exam.sittings import Answer, Sitting
from storage.people.logins import LogIn
from storage.people.outbox import MailMessage
from storage.retention import plan
from storage.retention.erasing import ERASE, begin_run
from storage.retention.holds import AuditYear
from storage.retention.requests import ErasureRequest, RequestState
from webapp import worker
from webapp.dutch import formats

ASK, PAGE, OFFICE = "/account/gegevens/verwijderen", "/account/gegevens", "/bureau/verwijderen"


@pytest.fixture(autouse=True)
def _let_go(app, session):
    # What a test itself looked up must not keep the database locked while the app works.
    app.before_request(session.commit)


@pytest.fixture
def exam(session, people, object_store):
    """A passed exam of two months ago; nothing of its year is in the sample."""
    return told(session, people, timedelta(days=60))


@pytest.fixture
def old_exam(session, people, object_store):
    """One of long ago that only the consent of its candidate keeps."""
    made = told(session, people, timedelta(days=500))
    consents.allow(session, made, consents.ConsentKind.BENCHMARK, "2", datetime.now(UTC) - timedelta(days=490))
    session.commit()
    return made


def told(session, people, ago):
    told_at = datetime.now(UTC) - ago
    made = told_exam.told(session, people, now=told_at)
    for year in range(told_at.year, datetime.now(UTC).year + 1):
        session.add(AuditYear(year=year, seed="x", closed_at=told_at, closed_by_id=people.auditor.id))
    session.commit()
    return made


def the_request():
    with new_session(writes=False) as fresh:
        return fresh.scalars(select(ErasureRequest).order_by(ErasureRequest.asked_at.desc())).first()


def mails(template):
    with new_session(writes=False) as fresh:
        return fresh.scalars(select(MailMessage).where(MailMessage.template == template)).all()


def test_the_page_says_what_goes_and_what_must_stay_and_why(people, visit, exam):
    shown = text_of(visit(people.candidate).get(ASK).text)
    assert "Mijn opnames" in shown and "Mijn motivatiedossiers" in shown
    assert exam.code in shown and "gaat komende nacht weg" in shown
    assert "Een certificaat geldt zonder einde" in shown and "KSF moet de uitslag zeven jaar kunnen uitleggen" in shown
    assert "Mijn lijsten" not in shown
    # Whoever has nothing that may go reads so, and why.
    shown = text_of(visit(people.auditor).get(ASK).text)
    assert "Er is niets dat wij eerder kunnen verwijderen" in shown and "Het logboek" in shown


def test_a_request_goes_its_whole_road_to_the_certificate(session, people, visit, exam):
    candidate, officer, second = visit(people.candidate), visit(people.officer), visit(people.second_officer)
    answer = candidate.post(ASK, {"wanted": ["recordings", "dossier"], "words": "Dank u."})
    assert (answer.status_code, answer.location) == (302, PAGE)
    made = the_request()
    assert "U krijgt antwoord uiterlijk" in text_of(candidate.get(PAGE).text)
    (mail,) = mails("erasure_received")
    assert mail.person_id == people.candidate.id and "opnames, motivatiedossiers" in mail.text
    assert "1 verzoek om te verwijderen" in text_of(officer.get("/bureau").text)
    assert people.candidate.name in text_of(officer.get(OFFICE).text)
    where = f"{OFFICE}/{made.id}"
    assert "Dank u." in text_of(officer.get(where).text)
    wrong = officer.post(where, {"granted": ["recordings"]})
    assert wrong.status_code == 422 and "Schrijf waarom dit niet, of niet alles" in wrong.text
    assert officer.post(where, {"granted": ["mails"], "reason": "x"}).status_code == 422
    assert officer.post(where, {"granted": ["recordings"], "reason": "Uw dossier blijft nog."}).status_code == 302
    assert mails("erasure_answered") == []
    assert "verzoek om te verwijderen" not in text_of(officer.get("/bureau").text).replace("Verzoeken", "")
    assert "1 verzoek om te verwijderen" in text_of(second.get("/bureau").text)
    assert officer.post(f"{where}/akkoord").status_code == 409, "not the same officer"
    assert second.post(f"{where}/akkoord").status_code == 302
    assert second.post(f"{where}/akkoord").status_code == 409, "twice"
    (mail,) = mails("erasure_answered")
    assert "Dit wordt verwijderd: opnames." in mail.text and "Uw dossier blijft nog." in mail.text
    assert "Autoriteit Persoonsgegevens" in mail.text
    assert candidate.get("/bewaren/mijn-bewijs").status_code == 404
    run = begin_run(session, datetime.now(UTC))
    session.commit()
    night(run.id)
    (mail,) = mails("erasure_done")
    assert "Op uw verzoek zijn verwijderd: opnames." in mail.text
    paper = candidate.get("/bewaren/mijn-bewijs")
    assert (paper.status_code, paper.data[:5]) == (200, b"%PDF-")
    shown = text_of(candidate.get(PAGE).text)
    assert "Dat is gedaan op" in shown and "Er zijn nu geen opnames om te bekijken" in shown
    assert people.candidate.name in text_of(officer.get(f"{OFFICE}?toon=gedaan").text)
    with new_session(writes=False) as fresh:
        assert fresh.get(type(exam), exam.id).motivation, "what was refused is still there"


def night(run_id):
    """One night, as the office worker does it."""

    class Claimed:
        subject = run_id

        @staticmethod
        def report(_percent):
            pass

    worker.erase(Claimed())


def test_a_request_is_taken_back_and_asked_anew(people, visit, exam):
    candidate = visit(people.candidate)
    candidate.post(ASK, {"wanted": ["recordings"]})
    assert candidate.post(ASK, {"wanted": ["recordings"]}).status_code == 409, "twice"
    assert "U hebt al een verzoek" in text_of(candidate.get(ASK).text)
    made = the_request()
    assert visit(people.second_candidate).post(f"{ASK}/{made.id}/intrekken").status_code == 404
    assert candidate.post(f"{ASK}/{made.id}/intrekken").status_code == 302
    assert candidate.post(f"{ASK}/{made.id}/intrekken").status_code == 409
    assert the_request().state is RequestState.WITHDRAWN
    assert candidate.post(ASK, {"wanted": ["recordings"]}).status_code == 302
    assert visit(people.officer).post(f"{OFFICE}/{made.id}", {"granted": ["recordings"]}).status_code == 409


@pytest.mark.parametrize(
    "sent", [{}, {"wanted": ["scores"]}, {"wanted": ["recordings", "account"]}, {"wanted": "x" * 999}, {"words": "x"}]
)
def test_what_is_not_offered_is_not_asked(people, visit, exam, sent):
    assert visit(people.candidate).post(ASK, sent).status_code == 422
    assert the_request() is None
    long = {"wanted": ["recordings"], "words": "x" * 3000}
    assert visit(people.candidate).post(ASK, long).status_code == 422


def test_an_officer_answers_everybody_but_the_own_request(people, visit, session):
    session.add(MailMessage(**_mail(people.officer)))
    session.commit()
    officer = visit(people.officer)
    assert officer.post(ASK, {"wanted": ["mails"]}).status_code == 302
    where = f"{OFFICE}/{the_request().id}"
    assert people.officer.name not in text_of(officer.get(OFFICE).text)
    for address in (where, f"{where}/akkoord", f"{where}/opnieuw"):
        assert officer.post(address, {"granted": ["mails"]}).status_code == 404
    assert visit(people.second_officer).post(where, {"granted": ["mails"]}).status_code == 302


def _mail(person):
    now = datetime.now(UTC)
    facts = {"template": "receipt", "subject": "S", "text": "T", "state": "sent", "attempts": 1, "created_at": now}
    return {"id": uuid.uuid4(), "person_id": person.id, **facts}


def test_who_lately_gave_no_password_is_asked_for_it_first(session, people, visit, exam):
    visitor = visit(people.candidate)
    for row in session.scalars(select(LogIn)):
        row.confirmed_at = datetime.now(UTC) - timedelta(days=1)
    session.commit()
    assert visitor.get(ASK).status_code == 200
    answer = visitor.post(ASK, {"wanted": ["recordings"]})
    assert answer.status_code == 302 and "/account/bevestigen" in answer.location
    assert the_request() is None


def test_assessors_may_train_with_it_only_while_the_candidate_allows_it(people, visit, exam):
    candidate, where = visit(people.candidate), f"{PAGE}/toestemming/{exam.id}/oefenen"
    shown = text_of(candidate.get(PAGE).text)
    assert "Mogen assessoren met uw opname oefenen en er een toets op doen?" in shown and "niet toegestaan" in shown
    assert candidate.post(where, {"antwoord": "misschien"}).status_code == 400
    assert visit(people.second_candidate).post(where, {"antwoord": "ja"}).status_code == 404
    for said, chip in (("ja", "toegestaan sinds"), ("ja", "toegestaan sinds"), ("nee", "niet toegestaan")):
        assert candidate.post(where, {"antwoord": said}).status_code == 302
        assert chip in text_of(candidate.get(PAGE).text)
    assert candidate.post(where, {"antwoord": "nee"}).status_code == 302
    with new_session(writes=False) as fresh:
        (one,) = fresh.scalars(select(Consent))
        assert one.taken_back_at is not None and one.version == "2"


def test_a_consent_taken_back_within_the_period_says_on_which_day_the_recordings_go(people, visit, exam):
    candidate, where = visit(people.candidate), f"{PAGE}/toestemming/{exam.id}/oefenen"
    candidate.post(where, {"antwoord": "ja"})
    (planned,) = _planned(exam)
    day = formats.date_only(planned.outlooks[Erasable.RECORDINGS].due)
    assert f"Neemt u het terug, dan gebruikt niemand ze meer. Uw opnames gaan weg op {day}" in text_of(
        candidate.get(PAGE).text
    )
    told = text_of(candidate.post(where, {"antwoord": "nee"}, follow_redirects=True).text)
    assert f"Uw opnames gaan weg op {day} (de bewaartermijn loopt nog)." in told
    with new_session(writes=False) as fresh:
        assert fresh.scalars(select(Job).where(Job.kind == ERASE)).all() == []


def _planned(exam):
    with new_session(writes=False) as fresh:
        return plan.plan(fresh, [exam.id], datetime.now(UTC), if_taken_back=True)


def test_a_consent_taken_back_after_the_period_erases_the_recordings_at_once(people, visit, old_exam, object_store):
    candidate, where = visit(people.candidate), f"{PAGE}/toestemming/{old_exam.id}/oefenen"
    assert "Neemt u het terug, dan gebruikt niemand ze meer. Wij verwijderen uw opnames meteen." in text_of(
        candidate.get(PAGE).text
    )
    told = text_of(candidate.post(where, {"antwoord": "nee"}, follow_redirects=True).text)
    assert "Wij verwijderen uw opnames meteen." in told
    assert "De bewaartermijn is voorbij. Wij verwijderen deze opnames nu." in told
    # What goes is allowed no more, also from a page of before.
    assert candidate.post(where, {"antwoord": "ja"}).status_code == 409
    with new_session(writes=False) as fresh:
        job = fresh.scalars(select(Job).where(Job.kind == ERASE)).one()
    night(job.subject)
    with new_session(writes=False) as fresh:
        takes = select(Recording).join(Answer).join(Sitting).where(Sitting.dossier_id == old_exam.id)
        gone = fresh.scalars(takes).all()
        assert gone and all(one.erased_at for one in gone)
        assert [key for one in gone for key in object_store.sizes(f"recordings/{one.id}/")] == []
    assert "Mogen assessoren met uw opname oefenen" not in candidate.get(PAGE).text


def test_a_request_for_erasure_takes_it_back_and_erases_at_once_too(people, visit, old_exam):
    candidate = visit(people.candidate)
    candidate.post(ASK, {"wanted": "recordings"})
    with new_session(writes=False) as fresh:
        assert fresh.scalars(select(Consent.taken_back_at)).one() is not None
        assert len(fresh.scalars(select(Job).where(Job.kind == ERASE)).all()) == 1


def test_who_will_not_be_recorded_after_all_says_so_on_the_own_page(session, people, visit):
    sitting = cast.sitting(session, people, datetime.now(UTC))
    sitting.consent("1", datetime.now(UTC))
    session.commit()
    candidate = visit(people.candidate)
    assert "Mijn akkoord terugnemen" in candidate.get(PAGE).text
    assert candidate.post(f"{PAGE}/toestemming/opnemen/terugnemen").status_code == 302
    with new_session(writes=False) as fresh:
        assert fresh.get(Sitting, sitting.id).stage is Stage.INVITED
    assert "Mijn akkoord terugnemen" not in candidate.get(PAGE).text
    assert candidate.post(f"{PAGE}/toestemming/opnemen/terugnemen").status_code == 302, "twice changes nothing"
    assert "Verder naar de controle van uw camera" in candidate.get("/examen").text
    assert candidate.post("/examen/beginnen").status_code in (400, 409)
