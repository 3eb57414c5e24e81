"""The office keeps for whom its staff works, and sees of whom nobody knows."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete
from support.visitors import text_of

from storage.people import employers
from storage.people.employers import Employer

TODAY = datetime.now(UTC).date()


@pytest.fixture
def assessor(session, people):
    session.execute(delete(Employer).where(Employer.person_id == people.assessors[0].id))
    session.commit()
    return people.assessors[0]


def test_an_unknown_employer_is_told_and_filled_in(visit, people, session, assessor):
    officer, page = visit(people.officer), f"/bureau/mensen/{assessor.id}/werkgevers"
    assert "assessor zonder werkgever" in text_of(officer.get("/bureau").text)
    assert "Assessor Een onbekend" in text_of(officer.get("/bureau/assessoren").text)
    assert "Werkgever onbekend" in text_of(officer.get(f"/bureau/assessoren/{assessor.id}").text)
    assert "Zonder werkgever krijgt een assessor geen werk" in text_of(
        officer.get(f"/bureau/mensen/{assessor.id}").text
    )
    sent = {"organisation": str(people.outsider_organisation.id), "since": TODAY.isoformat()}
    assert officer.post(page, sent).status_code == 302
    assert people.outsider_organisation.name in text_of(officer.get(page).text)
    assert "assessor zonder werkgever" not in text_of(officer.get("/bureau").text)
    assert people.outsider_organisation.name in text_of(officer.get("/bureau/assessoren").text)
    again = officer.post(page, sent)
    assert again.status_code == 422
    assert "Deze werkgever staat er al" in text_of(again.text)


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({}, "Kies een dag."),
        ({"since": TODAY.isoformat()}, "vul de naam van een andere werkgever in"),
        ({"since": (TODAY + timedelta(days=1)).isoformat(), "name": "A"}, "Deze dag komt nog"),
        ({"since": TODAY.isoformat(), "until": "2020-01-01", "name": "A"}, "ligt voor de eerste"),
        ({"since": "gisteren", "name": "A"}, "Vul een datum in"),
        ({"since": TODAY.isoformat(), "name": "A" * 121}, "hoogstens 120 tekens"),
        ({"since": TODAY.isoformat(), "organisation": "weg"}, "Kies een van de mogelijkheden"),
    ],
)
def test_what_cannot_be_is_told_beside_the_field(visit, people, session, assessor, sent, told):
    answer = visit(people.officer).post(f"/bureau/mensen/{assessor.id}/werkgevers", sent)
    assert answer.status_code == 422
    assert told in text_of(answer.text)
    assert employers.of(session, [assessor])[assessor.id] == []


def test_an_employer_is_ended_and_stays_as_a_former_one(visit, people, session, assessor):
    officer, page = visit(people.officer), f"/bureau/mensen/{assessor.id}/werkgevers"
    officer.post(page, {"name": "Proefpost", "since": "2024-01-02"})
    (row,) = employers.of(session, [assessor])[assessor.id]
    session.commit()
    for last in ("", "morgen"):
        officer.post(f"/bureau/mensen/werkgevers/{row.id}/einde", {"last": last})
        assert "Kies de laatste dag." in officer.get(page).text
    refused = officer.post(f"/bureau/mensen/werkgevers/{row.id}/einde", {"last": "2023-01-01"})
    assert refused.status_code == 409
    officer.post(f"/bureau/mensen/werkgevers/{row.id}/einde", {"last": "2025-06-30"})
    told = text_of(officer.get(page).text)
    assert "Proefpost dinsdag 2 januari 2024 maandag 30 juni 2025" in told
    assert "Werkgever onbekend" in text_of(officer.get(f"/bureau/assessoren/{assessor.id}").text)


def test_nobody_keeps_the_own_employers(visit, people):
    assert visit(people.officer).get(f"/bureau/mensen/{people.officer.id}/werkgevers").status_code == 404
