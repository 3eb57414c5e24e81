"""How many files one person may send in a day: what is beyond is said in Dutch, and nobody else notices."""

import time
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from support import assessments, audits_to_see, cast
from support.visitors import text_of

from webapp.uploads import Upload

pytestmark = pytest.mark.one_database

DAY_S = 24 * 3600


@pytest.fixture
def places(session, people):
    """Where each kind of file is sent to, by whom, and who else sends there."""
    file = cast.dossier(session, people)
    sitting = cast.sitting(session, people)
    assessment = assessments.asked(session, people, people.candidate)
    now = datetime.now(UTC)
    mended = audits_to_see.reported(session, people.organisation, people.auditor, people.officer, now)
    session.commit()
    officers = (people.officer, people.second_officer)
    beheerders = (people.beheerder, people.outsider_beheerder)
    return {
        Upload.ROLE_DOCUMENT: (
            f"/dossier/{file.id}/functieomschrijving",
            (people.candidate, people.second_candidate),
        ),
        Upload.EMERGENCY_FILE: (f"/bureau/zittingen/{sitting.id}/noodbestand", officers),
        Upload.ROSTER: ("/organisatie/aanmelden/lijst", beheerders),
        Upload.LOGO: ("/bureau/instelling/logo", officers),
        Upload.PAPER_LIST: ("/register/papier", officers),
        Upload.AUDIT_EVIDENCE: (
            f"/audits/bevindingen/{mended.id}/bewijs",
            (people.auditor, people.officer),
        ),
        Upload.ITEM_PACKAGE: ("/bureau/vragen/nieuw", officers),
        Upload.PORTFOLIO_DOCUMENT: (
            f"/examen/assessments/{assessment.id}/portfolio/data",
            (people.candidate, people.second_candidate),
        ),
    }


@pytest.mark.parametrize("kind", Upload)
def test_a_person_sends_so_many_files_a_day_and_no_more(places, visit, kind):
    address, (sender, other) = places[kind]
    most, called = kind.value
    visitor = visit(sender)
    assert {visitor.post(address).status_code for _ in range(most)} <= {409, 422}
    elsewhere = visit(sender)
    for answer in (visitor.post(address), elsewhere.post(address)):
        assert answer.status_code == 429
        assert f"U hebt vandaag al {most} {called} gestuurd." in text_of(answer.text)
        assert "morgen" in text_of(answer.text)
    assert visitor.get("/account").status_code == 200
    assert visit(other).post(address).status_code in (404, 409, 422)


def test_a_day_later_the_person_may_send_again(places, visit, monkeypatch):
    address, (sender, _) = places[Upload.ROSTER]
    visitor = visit(sender)
    answers = [visitor.post(address).status_code for _ in range(Upload.ROSTER.value[0] + 1)]
    assert answers[-1] == 429
    for later, status in ((DAY_S - 60, 429), (DAY_S + 1, 422)):
        monkeypatch.setattr("limits.storage.memory.time", SimpleNamespace(time=lambda later=later: time.time() + later))
        assert visitor.post(address).status_code == status
