"""Assessments on the screen: asked, planned, filled in by two apart, laid beside each other, released, read."""

import re
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from sqlalchemy import select, update
from support import assessments, cast
from support.assessments import MARKS, PROOF
from support.pdf import pdf
from support.visitors import text_of

from storage.assessing import portfolios
from storage.assessing.assessments import Assessment, AssessmentSheet, AssessmentState
from storage.assessing.portfolios import PortfolioDocument
from storage.base.audit import AuditEvent
from storage.base.database import new_session, session_scope
from storage.certificates.signing_keys import current_key
from storage.people.outbox import MailMessage
from storage.people.people import Membership, Role
from webapp.dutch import formats

ADMIN, OFFICE, SHEETS, OWN = (
    "/organisatie/assessments",
    "/assessments",
    "/beoordelen/assessments",
    "/examen/assessments",
)
JSON = {"headers": {"Accept": "application/json"}}
NO = {"found-1.1": "no", "reason-1.1": "Keek niet op het scherm."}


@pytest.fixture
def now():
    return datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def exam(session, people, now):
    """Both exams are in use, and certificates can be signed."""
    current_key(session, now)
    for key in (PROOF, MARKS):
        assessments.scheme(session, key, now)
    session.commit()


def the(noun):
    return new_session(writes=False).scalars(select(noun)).one()


def mails(template):
    rows = new_session(writes=False).scalars(select(MailMessage).where(MailMessage.template == template))
    return sorted(one.person_id for one in rows)


def plan_values(now, *assessors):
    local = (now + timedelta(days=3)).astimezone(formats.AMSTERDAM)
    named = {f"assessor_{slot}": str(one.id) for slot, one in enumerate(assessors, 1)}
    return {"day": local.date().isoformat(), "at": "10:00", "place": "Zaal Noord, Utrecht"} | named


def begin():
    """The clock passes: what is planned has begun."""
    with session_scope() as session:
        session.execute(update(Assessment).values(starts_at=datetime.now(UTC) - timedelta(hours=3)))


@pytest.fixture
def planned(people, visit, exam, now):
    """Asked by the beheerder, planned by the office with the first two assessors."""
    asked = visit(people.beheerder).post(f"{ADMIN}/aanvragen/{PROOF}", {"candidate": str(people.candidate.id)})
    assert asked.status_code == 302
    made = the(Assessment)
    answer = visit(people.officer).post(f"{OFFICE}/{made.id}/plannen", plan_values(now, *people.assessors[:2]))
    assert answer.status_code == 302
    return made


def sheet_of(person):
    mine = select(AssessmentSheet).where(
        AssessmentSheet.assessor_id == person.id, AssessmentSheet.replaced_at.is_(None)
    )
    return new_session(writes=False).scalars(mine).one()


def whole(person, **other):
    """Everything on the page of this assessor filled in, to be signed."""
    with session_scope(writes=False) as session:
        sheet = session.get(AssessmentSheet, sheet_of(person).id)
        return assessments.whole(sheet) | {"version": str(sheet.version), "hand_in": "y"} | other


def fill(visitor, person, **other):
    """The page of this assessor, filled in whole and signed."""
    return visitor.post(f"{SHEETS}/{sheet_of(person).id}", whole(person, **other))


def test_from_the_request_to_the_certificate(people, visit, planned):
    assert mails("assessment_asked") == mails("assessment_planned") == [people.candidate.id]
    assert mails("assessment_named") == sorted(one.id for one in people.assessors[:2])
    assert mails("assessment_answer") == [people.beheerder.id]
    assert "Zaal Noord" in text_of(visit(people.candidate).get("/examen").text)
    begin()
    for assessor in people.assessors[:2]:
        assert fill(visit(assessor), assessor).status_code == 302
    office = visit(people.officer)
    assert "Assessor Een Assessor Twee Telt" in text_of(office.get(f"{OFFICE}/{planned.id}").text)
    assert "uitslag volgt" in text_of(visit(people.candidate).get(f"{OWN}/{planned.id}").text)
    assert office.post(f"{OFFICE}/{planned.id}/vrijgeven").status_code == 302
    assert mails("assessment_result") == [people.candidate.id] and mails("certificate_valid") == [people.candidate.id]
    own = text_of(visit(people.candidate).get(f"{OWN}/{planned.id}").text)
    assert "behaald" in own and "Simultaan handelen: aangetoond" in own
    assert the(Assessment).certificate_id in {
        one.subject
        for one in new_session(writes=False).scalars(select(AuditEvent).where(AuditEvent.verb == "certificate_issued"))
    }
    assert "behaald" in text_of(visit(people.beheerder).get(ADMIN).text)
    hindered = text_of(visit(people.beheerder).get(f"{ADMIN}/aanvragen/{PROOF}").text)
    assert "Kandidaat Een: heeft het certificaat al" in hindered


def test_assessors_see_nothing_of_each_other_until_it_is_decided(people, visit, planned):
    begin()
    first, second, third = people.assessors
    fill(visit(first), first, **NO)
    assert "Keek niet op het scherm" not in visit(second).get(f"{SHEETS}/{sheet_of(second).id}").text
    assert visit(second).get(f"{SHEETS}/{sheet_of(first).id}").status_code == 404
    fill(visit(second), second)
    assert the(Assessment).state is AssessmentState.DISPUTED
    office = visit(people.officer)
    page = office.get(f"{OFFICE}/{planned.id}").text
    assert "De assessoren verschillen" in text_of(page) and "sheet-differs" in page
    assert "Assessor Een" not in re.search(r'<select[^>]*name="third".*?</select>', page, re.S).group()
    assert office.post(f"{OFFICE}/{planned.id}/derde", {"third": str(third.id)}).status_code == 302
    own = visit(third).get(f"{SHEETS}/{sheet_of(third).id}").text
    assert "Keek niet op het scherm" not in own and 'name="found-1.2"' not in own and 'name="found-1.1"' in own
    assert fill(visit(third), third, **NO).status_code == 302
    assert the(Assessment).passed is False
    assert "Wat iedereen vond" in text_of(visit(second).get(f"{SHEETS}/{sheet_of(second).id}").text)
    office.post(f"{OFFICE}/{planned.id}/vrijgeven")
    result = text_of(visit(people.candidate).get(f"{OWN}/{planned.id}").text)
    assert "niet behaald" in result and "Keek niet op het scherm" in result
    organisation = text_of(visit(people.beheerder).get(f"{ADMIN}/{planned.id}").text)
    assert "Afgerond" in organisation and "Keek niet" not in organisation and "niet behaald" not in organisation


def test_a_page_that_saves_itself_hears_how_each_competency_stands(people, visit, planned):
    assessor, sheet = visit(people.assessors[0]), sheet_of(people.assessors[0])
    where = f"{SHEETS}/{sheet.id}"
    data = {f"found-3.{number}": "yes" for number in (1, 2, 4, 5, 6, 7, 8)} | {"found-3.3": "3", "version": "0"}
    told = assessor.post(where, data, **JSON).json
    assert told["version"] == 1 and told["errors"] == {}
    assert "aangetoond" in told["parts"]["term-communication"] and "nog niet" in told["parts"]["term-data"]
    told = assessor.post(where, data | {"found-3.3": "4", "found-2.5": "200", "version": "1"}, **JSON).json
    assert "niet aangetoond" in told["parts"]["term-communication"]
    assert told["errors"] == {"found-2.5": ["Vul een percentage in van 0 tot en met 100."]}
    behind = assessor.post(where, data | {"found-1.1": "yes", "version": "1"}, **JSON)
    assert behind.status_code == 409 and behind.json["now"]["found-3.3"] == "4"
    without_script = assessor.post(where, data | {"version": "1"})
    assert without_script.status_code == 409 and "in een ander venster" in without_script.text


def test_what_is_missing_is_said_at_its_field_and_what_was_filled_in_stays(people, visit, planned):
    assessor, sheet = people.assessors[0], sheet_of(people.assessors[0])
    where = f"{SHEETS}/{sheet.id}"
    early = visit(assessor).post(where, whole(assessor))
    assert early.status_code == 422 and "Het assessment is nog niet begonnen" in text_of(early.text)
    begin()
    again = {"found-1.1": "no", "found-1.2": "", "day-1": "", "from-1": "", "until-1": ""}
    page = visit(assessor).post(where, whole(assessor, **again))
    assert page.status_code == 422
    said = text_of(page.text)
    assert "Schrijf waarom. De kandidaat leest het." in said and "Vul dit in." in said
    assert "Vul in wanneer het assessment was" in said
    assert sheet_of(assessor).written["found-1.1"] == "no" and sheet_of(assessor).signed_at is None


@pytest.mark.parametrize("value", ["misschien", "x" * 3000])
def test_no_garbage_is_kept(people, visit, planned, value):
    sheet = sheet_of(people.assessors[0])
    wrong = {"found-1.1": value, "version": "0", "nonsense": "1"}
    answer = visit(people.assessors[0]).post(f"{SHEETS}/{sheet.id}", wrong)
    assert answer.status_code in (400, 422) and sheet_of(people.assessors[0]).written == {}


def test_marks_go_by_the_committee_to_a_diploma(session, people, visit, exam, now):
    visit(people.beheerder).post(f"{ADMIN}/aanvragen/{MARKS}", {"candidate": str(people.candidate.id)})
    made, office = the(Assessment), visit(people.officer)
    office.post(f"{OFFICE}/{made.id}/plannen", plan_values(now, people.assessors[0]))
    begin()
    assert fill(visit(people.assessors[0]), people.assessors[0], **{"found-3.1": "8"}).status_code == 302
    committee = visit(people.committee_member)
    assert "te tekenen" in text_of(committee.get("/examencommissie").text)
    page = text_of(committee.get(f"{OFFICE}/{made.id}").text)
    assert "7 ruim voldoende" in page and "Cijfer voor het geheel: 7,0 ruim voldoende" in page
    assert office.post(f"{OFFICE}/{made.id}/vrijgeven").status_code == 409
    assert office.post(f"{OFFICE}/{made.id}/tekenen").status_code == 404
    assert committee.post(f"{OFFICE}/{made.id}/tekenen").status_code == 302
    assert office.post(f"{OFFICE}/{made.id}/vrijgeven").status_code == 302
    own = text_of(visit(people.candidate).get(f"{OWN}/{made.id}").text)
    assert "U hebt: Diploma Contactcenter medewerker" in own and "8 goed" in own


def test_sent_back_replanned_and_called_off_everybody_concerned_hears_it(people, visit, planned, now):
    office, (first, second, third) = visit(people.officer), people.assessors
    assert office.post(f"{OFFICE}/{planned.id}/plannen", plan_values(now, first, third)).status_code == 302
    assert mails("assessment_off") == [second.id]
    assert mails("assessment_named") == sorted([first.id, second.id, third.id]), "who came before knows it"
    begin()
    for assessor in (first, third):
        fill(visit(assessor), assessor)
    assert office.post(f"{OFFICE}/{planned.id}/terugsturen", {"reason": ""}).status_code == 422
    assert office.post(f"{OFFICE}/{planned.id}/terugsturen", {"reason": "Kijk naar 2.5."}).status_code == 302
    assert mails("assessment_sent_back") == sorted([first.id, third.id])
    assert "Kijk naar 2.5." in text_of(visit(first).get(f"{SHEETS}/{sheet_of(first).id}").text)
    assert office.post(f"{OFFICE}/{planned.id}/afzeggen", {"reason": "Kandidaat ziek."}).status_code == 302
    assert len(mails("assessment_off")) == 4 and len(mails("assessment_answer")) == 3
    assert visit(first).get(f"{SHEETS}/{sheet_of(first).id}").status_code == 404


def test_who_judges_or_is_judged_finds_nothing_at_the_office(session, people, visit, planned):
    for person in (people.candidate, people.assessors[0]):
        cast_row = session.merge(person)
        cast_row.memberships.append(Membership(role=Role.KSF_OFFICER, since=cast_row.created_at))
    session.commit()
    for person in (people.candidate, people.assessors[0]):
        assert visit(person).get(f"{OFFICE}/{planned.id}").status_code in (302, 404)


def test_a_portfolio_goes_from_the_candidate_to_the_assessors(people, visit, planned, object_store):
    candidate, content = visit(people.candidate), pdf()
    where = f"{OWN}/{planned.id}/portfolio/data"

    def send(name, data, to=where):
        return candidate.post(to, {"document": (BytesIO(data), name)}, content_type="multipart/form-data")

    assert send("bewijs.pdf", content).status_code == 302
    assert send("programma.exe", b"MZ nothing").status_code == 409
    assert send("bewijs.pdf", content, f"{OWN}/{planned.id}/portfolio/nergens").status_code == 404
    row = the(PortfolioDocument)
    assessor = visit(people.assessors[0])
    assert assessor.get(f"{SHEETS}/bestanden/{row.id}").data == content
    assert candidate.get(f"{OWN}/bestanden/{row.id}").data == content
    for stranger in (people.assessors[2], people.officer, people.beheerder, people.outsider_candidate):
        assert visit(stranger).get(f"{SHEETS}/bestanden/{row.id}").status_code == 404
        assert visit(stranger).get(f"{OWN}/bestanden/{row.id}").status_code == 404
    looked = select(AuditEvent).where(AuditEvent.verb == "portfolio_document_looked_at")
    assert [one.actor for one in new_session(writes=False).scalars(looked)] == [people.assessors[0].id]
    assert "Bekijk het portfolio" in text_of(assessor.get(f"{SHEETS}/{sheet_of(people.assessors[0]).id}").text)
    begin()
    assert send("later.pdf", content).status_code == 409
    assert candidate.post(f"{OWN}/bestanden/{row.id}/weg").status_code == 409
    assert portfolios.get(row) == content


def test_a_long_list_asks_no_more_of_the_database_than_a_short_one(session, people, visit, exam, now, count_queries):
    pages = [
        (visit(people.officer), f"{OFFICE}?toon=alles"),
        (visit(people.beheerder), ADMIN),
        (visit(people.assessors[0]), SHEETS),
    ]
    asked = []
    for some in (1, 4):
        for number in range(some):
            somebody = cast.person(
                session, f"lang{some}{number}", f"Lang {number}", Role.CANDIDATE, people.organisation, now
            )
            assessments.plan(session, people, assessments.asked(session, people, somebody, PROOF, now), now)
        session.commit()
        asked.append([count_queries(*page) for page in pages])
    assert asked[0] == asked[1]
