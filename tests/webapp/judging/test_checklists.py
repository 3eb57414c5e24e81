"""Checklists at the server: what a tablet sends, who releases the result, who reads it, and the certificate."""

import json
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select
from support import checklists
from support.visitors import text_of

from storage.base.database import new_session
from storage.certificates.certificates import Certificate
from storage.people.outbox import MailMessage
from storage.planning.practical_results import PracticalResult
from storage.planning.practical_sheets import SheetEntry

WHERE = "/beoordelen/praktijktoetsen"


@pytest.fixture
def found(session, people):
    return checklists.held_now(session, people, people.candidate, people.second_candidate)


@pytest.fixture
def tablet(people, visit):
    """`tablet(address, body)`: what the server answers to the examiner's tablet."""
    examiner = visit(people.assessors[0])

    def send(address, body):
        headers = {"X-CSRFToken": examiner.token, "Accept": "application/json"}
        data = json.dumps(body)
        return examiner.client.post(f"{WHERE}/{address}", data=data, content_type="application/json", headers=headers)

    return send


def as_sent(participant, entries):
    return {"entries": [{**one.to_json(), "participant": str(participant.id)} for one in entries]}


def kept(kind):
    with new_session(writes=False) as session:
        return session.scalar(select(func.count()).select_from(kind))


def signed(session, people, participant, given=(17, 1, 2)):
    result = checklists.sign(session, participant, people.assessors[0], datetime.now(UTC), given)
    session.commit()
    return result


@pytest.mark.parametrize("given, passes", checklists.TABLE)
def test_the_table_of_the_rule_as_a_tablet_sends_it(found, tablet, given, passes):
    participant = found.participants[0]
    body = as_sent(participant, checklists.whole(participant, given))
    for _ in range(2):
        # Sent twice, as after an answer that got lost: nothing is there twice.
        answer = tablet(f"{found.id}/checklist/bewaren", body)
        assert answer.status_code == 200, answer.text
    told = answer.json["sheets"][str(participant.id)]
    assert len(told["entries"]) == len(body["entries"]) == kept(SheetEntry)
    signature = {"id": str(uuid.uuid4()), "seen": [one["id"] for one in told["entries"]]}
    for _ in range(2):
        answer = tablet(f"plaatsen/{participant.id}/ondertekenen", signature)
        assert answer.json["result"]["state"] == "signed", answer.text
    with new_session(writes=False) as session:
        (result,) = session.scalars(select(PracticalResult)).all()
        assert (result.passed, [one["given"] for one in result.judgement["totals"]]) == (passes, list(given))


def test_what_is_not_whole_is_not_signed_and_the_tablet_is_told_why(found, tablet):
    participant = found.participants[0]
    entries = [one for one in checklists.whole(participant, (20, 1, 2)) if one.field != "told"]
    tablet(f"{found.id}/checklist/bewaren", as_sent(participant, entries))
    signature = {"id": str(uuid.uuid4()), "seen": [one.id for one in entries]}
    answer = tablet(f"plaatsen/{participant.id}/ondertekenen", signature)
    assert (answer.status_code, answer.json["rule"]) == (409, "candidate_not_told")
    assert "wist niet vooraf" in answer.json["error"]
    assert kept(PracticalResult) == 0


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {"entries": [{}]},
        {"entries": [{"id": "x"}]},
        {"entries": "alles"},
        {"entries": [{"value": 7}]},
        {"entries": [{"value": {"a": 1}}]},
        {"id": "x", "seen": []},
        {"id": str(uuid.UUID(int=1)), "seen": [1]},
    ],
)
def test_what_no_tablet_sends_is_refused(found, tablet, body):
    for where in (f"{found.id}/checklist/bewaren", f"plaatsen/{found.participants[0].id}/ondertekenen"):
        answer = tablet(where, body)
        assert answer.status_code == 400, answer.text
    assert kept(SheetEntry) == 0


def test_too_much_is_refused(found, tablet):
    assert tablet(f"{found.id}/checklist/bewaren", {"entries": [{}] * 2001}).status_code == 400
    assert tablet(f"{found.id}/checklist/bewaren", {"entries": "x" * 2_000_001}).status_code == 413


def test_only_the_examiner_of_this_session_has_its_checklists(people, visit, found):
    for somebody in (people.assessors[1], people.officer, people.candidate, people.beheerder):
        assert visit(somebody).get(f"{WHERE}/{found.id}/checklist").status_code == 404
    page = visit(people.assessors[0]).get(f"{WHERE}/{found.id}/checklist")
    assert page.status_code == 200
    assert page.text.count("Niet gezien") == 2 * 23
    assert page.text.count("Kwam niet voor; gevraagd in een slotvraag") == 2 * 2
    assert "alles nodig" in page.text and people.candidate.email not in page.text


def test_from_signature_to_certificate(session, people, visit, found):
    participant = found.participants[0]
    result = signed(session, people, participant)
    officer, candidate = visit(people.officer), visit(people.candidate)
    assert "1 praktijktoets met een uitslag om vrij te geven" in text_of(officer.get("/bureau").text)
    assert people.organisation.name in officer.get("/bureau/praktijktoetsen?toon=uitslag").text
    address = f"/bureau/praktijktoetsen/uitslagen/{result.id}"
    told = text_of(officer.get(address).text)
    assert "17 van 20" in told and "Kwam in geen gesprek voor." in told
    assert "Uitslag lezen" not in candidate.get("/examen").text
    assert candidate.get(f"/examen/praktijktoets/{result.id}").status_code == 404
    assert officer.post(f"{address}/terugsturen", {"reason": " "}).status_code == 422
    assert officer.post(f"{address}/vrijgeven").status_code == 302
    assert officer.post(f"{address}/vrijgeven").status_code == 409
    assert officer.post(f"{address}/certificaat").status_code == 409
    assert "Uitslag lezen" in candidate.get("/examen").text
    own = text_of(candidate.get(f"/examen/praktijktoets/{result.id}").text)
    assert "U hebt KSF Branchecertificaat A" in own and "Kwam in geen gesprek voor." in own
    assert visit(people.second_candidate).get(f"/examen/praktijktoets/{result.id}").status_code == 404
    with new_session(writes=False) as read:
        (certificate,) = read.scalars(select(Certificate)).all()
        to_candidate = select(MailMessage.template).where(MailMessage.person_id == people.candidate.id)
        mails = set(read.scalars(to_candidate))
    assert certificate.person_id == people.candidate.id
    assert {"practical_result", "certificate_valid"} <= mails
    assert certificate.number in candidate.get("/certificaat").text
    home = text_of(visit(people.beheerder).get(f"/organisatie/praktijktoetsen/{found.id}").text)
    assert "behaald" in home and "Kwam in geen" not in home


def test_the_candidate_is_not_told_nothing_between_the_test_and_its_result(session, people, visit, found):
    candidate = visit(people.candidate)
    assert "uitslag volgt" not in candidate.get("/examen").text
    result = signed(session, people, found.participants[0])
    found.exam_date.ends_at = datetime.now(UTC) - timedelta(seconds=1)
    session.commit()
    page = candidate.get("/examen").text
    assert "uitslag volgt" in page and "nog niet aangemeld" not in page
    visit(people.officer).post(f"/bureau/praktijktoetsen/uitslagen/{result.id}/vrijgeven")
    page = candidate.get("/examen").text
    assert "uitslag volgt" not in page and "Uitslag lezen" in page


def test_an_objection_goes_from_the_candidate_to_a_third_person_and_back_to_the_examiner(session, people, visit, found):
    result = signed(session, people, found.participants[0], given=(16, 1, 2))
    candidate, first, third = visit(people.candidate), visit(people.officer), visit(people.second_officer)
    address, own = f"/bureau/praktijktoetsen/uitslagen/{result.id}", f"/examen/praktijktoets/{result.id}"
    assert candidate.post(f"{own}/bezwaar", {"text": "Nee."}).status_code == 404
    first.post(f"{address}/vrijgeven")
    assert "bezwaar maken tot en met" in text_of(candidate.get(own).text)
    assert candidate.post(f"{own}/bezwaar", {"text": " "}).status_code == 422
    assert visit(people.second_candidate).post(f"{own}/bezwaar", {"text": "Nee."}).status_code == 404
    assert candidate.post(f"{own}/bezwaar", {"text": "Ik deed punt 3 wel."}).status_code == 302
    assert candidate.post(f"{own}/bezwaar", {"text": "Nog eens."}).status_code == 409
    assert "KSF kijkt ernaar" in text_of(candidate.get(own).text)
    listed = "/bureau/praktijktoetsen?toon=bezwaar"
    assert "1 praktijktoets met een bezwaar" in text_of(third.get("/bureau").text)
    assert people.organisation.name in third.get(listed).text
    assert "Er wacht geen bezwaar op u" in text_of(first.get(listed).text)
    assert "beslist niet over het bezwaar" in text_of(first.get(address).text)
    assert first.post(f"{address}/bezwaar", {"granted": "ja", "words": "Ja."}).status_code == 409
    assert third.post(f"{address}/bezwaar", {"granted": "misschien", "words": ""}).status_code == 422
    assert third.post(f"{address}/bezwaar", {"granted": "ja", "words": "Dat klopt."}).status_code == 302
    assert third.post(f"{address}/bezwaar", {"granted": "nee", "words": "Toch niet."}).status_code == 409
    assert candidate.get(own).status_code == 404
    assert "Dat klopt." in text_of(third.get(address).text)
    with new_session(writes=False) as read:
        to = select(MailMessage.template, MailMessage.person_id, MailMessage.text)
        mails = {(name, person): text for name, person, text in read.execute(to)}
    answer = mails["practical_objection_answer", people.candidate.id]
    assert "toegekend" in answer and "Dat klopt." not in answer
    assert any(name == "practical_sent_back" for name, _ in mails)


def test_an_organisation_reads_of_a_test_that_was_not_passed_only_that_it_is_over(session, people, visit, found):
    result = checklists.sign(session, found.participants[0], people.assessors[0], datetime.now(UTC), (16, 1, 2))
    session.commit()
    visit(people.officer).post(f"/bureau/praktijktoetsen/uitslagen/{result.id}/vrijgeven")
    home = text_of(visit(people.beheerder).get(f"/organisatie/praktijktoetsen/{found.id}").text)
    assert "afgerond" in home and "behaald" not in home
    own = text_of(visit(people.candidate).get(f"/examen/praktijktoets/{result.id}").text)
    assert "niet behaald" in own and "16 van 20" in own
    assert kept(Certificate) == 0


def test_what_is_sent_back_is_told_to_the_examiner_and_is_open_again(session, people, visit, found, tablet):
    result = signed(session, people, found.participants[0])
    where = f"/bureau/praktijktoetsen/uitslagen/{result.id}/terugsturen"
    assert visit(people.officer).post(where, {"reason": "Het einde klopt niet."}).status_code == 302
    told = tablet(f"{found.id}/checklist/bewaren", {"entries": []}).json["sheets"][str(found.participants[0].id)]
    assert (told["result"], told["sent_back"]) == (None, "Het einde klopt niet.")
    with new_session(writes=False) as read:
        to_examiner = select(MailMessage.template).where(MailMessage.person_id == people.assessors[0].id)
        assert "practical_sent_back" in set(read.scalars(to_examiner))
