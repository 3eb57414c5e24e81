"""The pages of erasing: what would go when and why not yet, holds, closing a year, and the certificates."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, select
from support import told_exam
from support.visitors import text_of

from review.retention import Erasable
from storage.base.database import new_session
from storage.certificates import issuing
from storage.exam.recordings import Recording, Rendition
from storage.judging.verdicts import Verdict
from storage.retention.destructions import Destruction, Run
from storage.retention.erasing import begin_run, run_through
from storage.retention.holds import AuditYear, Hold
from storage.verifying import State, look, of_original
from webapp.office import certificate

RECORDINGS, DOSSIER, RESULT = Erasable


@pytest.fixture
def exam(session, people, object_store):
    """An exam that was passed 200 days ago, whose recordings are due; nothing of its year is in the sample."""
    told_at = datetime.now(UTC) - timedelta(days=200)
    made = told_exam.told(session, people, now=told_at)
    years = {told_at.year, datetime.now(UTC).year}
    somebody = people.auditor.id
    session.add_all(AuditYear(year=one, seed="x", closed_at=told_at, closed_by_id=somebody) for one in years)
    session.commit()
    return made


def erase_all(session) -> Run:
    run = begin_run(session, datetime.now(UTC))
    session.commit()
    run_through(run.id, lambda: datetime.now(UTC), lambda _: None)
    return run


def test_the_plan_says_what_goes_and_looking_changes_nothing(session, people, visit, exam, object_store):
    before = object_store.keys("")
    for who in (people.officer, people.committee_member, people.auditor):
        shown = text_of(visit(who).get("/bewaren").text)
        assert exam.code in shown and "gaat komende nacht weg" in shown
        assert "van 1 examen de opnames, van 0 examens het motivatiedossier, van 0 examens de uitslag" in shown
        assert "de bewaartermijn loopt nog" in shown
    assert object_store.keys("") == before
    assert text_of(visit(people.officer).get("/bewaren?zoek=niemand").text).count(exam.code) == 0


def test_the_committee_holds_an_exam_with_a_reason_and_an_end(session, people, visit, exam):
    member, address = visit(people.committee_member), f"/bewaren/{exam.id}"
    until = datetime.now(UTC).date() + timedelta(days=100)
    for wrong in (
        {"reason": "", "until": until},
        {"reason": "Onderzoek", "until": ""},
        {"reason": "Onderzoek", "until": "2020-01-01"},
        {"reason": "Onderzoek", "until": "morgen"},
        {"reason": "Onderzoek", "until": until.replace(year=until.year + 3)},
        {"reason": "x" * 5000, "until": until},
    ):
        assert member.post(address, data=wrong).status_code == 422, wrong
    assert member.post(address, data={"reason": "Onderzoek", "until": until}).status_code == 302
    assert "de examencommissie heeft uitstel gegeven" in text_of(visit(people.officer).get(address).text)
    assert "Komende nacht is er niets aan de beurt" in text_of(visit(people.officer).get("/bewaren").text)
    erase_all(session)
    with new_session(writes=False) as fresh:
        assert fresh.scalars(select(Destruction)).all() == []
        (hold,) = fresh.scalars(select(Hold))
    lift = f"/bewaren/uitstel/{hold.id}/opheffen"
    assert visit(people.officer).post(lift).status_code == 404
    assert member.post(lift).status_code == 302
    assert member.post(lift).status_code == 409, "twice"


def test_only_the_committee_is_offered_a_hold(people, visit, exam):
    for who in (people.officer, people.auditor):
        assert "Langer bewaren" not in text_of(visit(who).get(f"/bewaren/{exam.id}").text)
        visit(who).post(f"/bewaren/{exam.id}", data={"reason": "Nee", "until": "2099-01-01"})
    with new_session(writes=False) as fresh:
        assert fresh.scalars(select(Hold)).all() == []


def test_the_auditor_closes_a_year_that_is_over_and_once(session, people, visit, exam):
    last, this = (AuditYear(year=year, seed="y") for year in (2024, datetime.now(UTC).year + 1))
    session.add_all([last, this])
    session.commit()
    visitor = visit(people.auditor)
    assert "Audit van 2024 afsluiten" in visitor.get("/bewaren").text
    assert visit(people.officer).post(f"/bewaren/jaren/{last.id}/afsluiten").status_code == 404
    assert visitor.post(f"/bewaren/jaren/{last.id}/afsluiten").status_code == 302
    assert visitor.post(f"/bewaren/jaren/{last.id}/afsluiten").status_code == 409
    assert visitor.post(f"/bewaren/jaren/{this.id}/afsluiten").status_code == 409


def test_the_certificates_name_what_was_destroyed(session, people, visit, exam):
    receipts = [take.receipts[-1].sha256 for take in told_exam.takes_of(session, exam)]
    session.commit()
    run, visitor = erase_all(session), visit(people.officer)
    shown = text_of(visitor.get(f"/bewaren/nachten/{run.id}").text)
    assert exam.code in shown and people.candidate.name not in shown
    assert exam.code in text_of(visitor.get(f"/bewaren/{exam.id}").text)
    assert "vernietigd op" in text_of(visitor.get("/bewaren").text)
    of_run = visitor.get(f"/bewaren/nachten/{run.id}/bewijs")
    of_person = visitor.get(f"/bewaren/personen/{people.candidate.id}/bewijs")
    for answer in (of_run, of_person):
        assert (answer.status_code, answer.content_type, answer.data[:5]) == (200, "application/pdf", b"%PDF-")
        assert answer.headers["Content-Disposition"].startswith("attachment")
        for mark in (b"<pdfaid:part>2<", b"<pdfuaid:part>1<", b"Bewijs van vernietiging"):
            assert mark in answer.data
    acts = session.scalars(select(Destruction)).all()
    told = {"run": certificate.of_run(run, acts), "person": certificate.of_person(people.candidate, acts)}
    assert people.candidate.name not in json.dumps(told["run"]) and exam.code in json.dumps(told["run"])
    assert told["person"]["name"] == people.candidate.name
    assert [line["sha256"] for line in told["person"]["acts"][0]["contents"]] == receipts
    session.commit()
    assert visitor.get(f"/bewaren/personen/{people.second_candidate.id}/bewijs").status_code == 404


def test_a_name_that_no_font_has_gets_its_certificate_and_the_office_knows(session, people, visit, exam):
    erase_all(session)
    visitor, page = visit(people.officer), f"/bewaren/{exam.id}"
    assert "Het bewijs mist tekens" not in visitor.get(page).text
    session.merge(people.candidate).name = "王 \U0003ff80 😀"
    session.commit()
    assert "Het bewijs mist tekens" in visitor.get(page).text
    answer = visitor.get(f"/bewaren/personen/{people.candidate.id}/bewijs")
    assert (answer.status_code, answer.data[:5]) == (200, b"%PDF-")


def test_what_was_erased_is_shown_nowhere_and_the_pages_about_it_still_open(session, people, visit, exam):
    take = told_exam.takes_of(session, exam)[0]
    # An assessor looks only while judging; the candidate until it is erased.
    watcher = visit(people.candidate)
    assert watcher.get(f"/media/{take.id}", headers={"Range": "bytes=0-9"}).status_code == 206
    erase_all(session)
    assert watcher.get(f"/media/{take.id}").status_code == 404
    officer, candidate = visit(people.officer), visit(people.candidate)
    for visitor, address in (
        (officer, f"/bureau/opnames/{take.id}"),
        (officer, f"/bureau/dossiers/{exam.id}"),
        (candidate, "/examen"),
        (candidate, "/uitslag"),
    ):
        assert visitor.get(address).status_code in (200, 302), address


def test_a_backup_from_before_cannot_be_played(session, people, visit, exam, object_store, tmp_path):
    """Rows and objects as they were, put back after the night; the keys are not in a backup of them."""
    take = told_exam.takes_of(session, exam)[0]
    backup = {key: b"".join(object_store.read(key)) for key in object_store.keys("recordings/")}
    rows = [{column.key: getattr(one, column.key) for column in Rendition.__table__.columns} for one in take.renditions]
    session.commit()
    erase_all(session)
    for key, content in backup.items():
        (tmp_path / "object").write_bytes(content)
        object_store.put_file(key, tmp_path / "object")
    session.expire_all()
    take = session.get_one(Recording, take.id)
    take.erased_at = None
    session.execute(insert(Rendition), rows)
    session.commit()
    assert object_store.keys("recordings/") == sorted(backup)
    # An assessor looks only while judging; the candidate until it is erased.
    watcher = visit(people.candidate)
    for headers in ({}, {"Range": "bytes=0-99"}):
        answer = watcher.get(f"/media/{take.id}", headers=headers)
        assert (answer.status_code, b"ftyp" in answer.data) == (404, False)
    assert {look(of_original(one)) for one in take.originals} == {State.KEY_GONE}
    session.commit()


def test_when_the_result_is_gone_each_page_says_so_and_the_register_answers_on(session, people, visit, object_store):
    """Told more than seven years ago: the file went in an earlier night, the certificate stays."""
    told_at = datetime.now(UTC) - timedelta(days=7 * 366 + 2)
    exam = told_exam.told(session, people, now=told_at)
    verdict = session.scalars(select(Verdict)).one()
    issued = issuing.issue(session, verdict, people.officer, told_at)
    session.add(AuditYear(year=told_at.year, seed="x", closed_at=told_at, closed_by_id=people.auditor.id))
    session.commit()
    officer = visit(people.officer)
    assert "het certificaat is nog niet uitgegeven" not in text_of(officer.get("/bewaren").text)
    erase_all(session)
    shown = text_of(officer.get("/bewaren").text)
    assert "van 0 examens het motivatiedossier, van 1 examen de uitslag" in shown
    run = erase_all(session)
    assert exam.code not in text_of(officer.get("/bewaren").text), "nothing of it is left"
    one = text_of(officer.get(f"/bewaren/{exam.id}").text)
    assert one.count("vernietigd op") == 3 and "Afgerond is vernietigd" in one
    assert "examen, beoordelingen en uitslag" in text_of(officer.get(f"/bewaren/nachten/{run.id}").text)
    acts = session.scalars(select(Destruction).where(Destruction.what == RESULT)).all()
    lines = [line["what"] for line in certificate.contents(acts[0])]
    assert {"Antwoorden: 10", "Beoordelingen: 20", "Eindoordelen: 1"} <= set(lines)
    session.commit()
    for who in (people.officer, people.candidate):
        address = (
            "/bewaren/mijn-bewijs" if who is people.candidate else f"/bewaren/personen/{people.candidate.id}/bewijs"
        )
        assert visit(who).get(address).data[:5] == b"%PDF-"
    for who, address, word in (
        (people.officer, f"/bureau/dossiers/{exam.id}", "Alles van dit examen is vernietigd"),
        (people.officer, "/bureau/dossiers?staat=erased", exam.code),
        (people.officer, "/uitslagen", ""),
        (people.candidate, "/examen", "Alles van dit examen is vernietigd"),
        (people.candidate, "/account/gegevens", ""),
        (people.candidate, "/certificaat", issued.number),
        (people.candidate, f"/dossier/{exam.id}", "Alles van dit examen is vernietigd"),
        (people.manager, "/kandidaten", ""),
        (people.manager, f"/kandidaten/{exam.id}", ""),
        (people.beheerder, "/organisatie", "vernietigd"),
    ):
        answer = visit(who).get(address, follow_redirects=True)
        assert (answer.status_code, word in answer.text) == (200, True), address
    assert visit(people.candidate).get("/uitslag").status_code in (200, 302, 404)
    asked = {"number": issued.number, "last_name": "een"}
    assert "Dit certificaat is geldig" in text_of(visit().post("/certificaat-controleren", asked).text)
    assert visit(people.candidate).get(f"/certificaat/{issued.id}/certificaat.pdf").data[:5] == b"%PDF-"
