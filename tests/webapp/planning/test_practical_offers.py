"""KSF says no and offers other days; the organisation asks one of them for the same candidates."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from support import cast

from storage.people.outbox import MailMessage
from storage.planning.practical_sessions import PracticalSession, SessionState


@pytest.fixture
def scene(session, people):
    """A session that waits, and two other days: one with room for both candidates, one with a single place."""
    now = datetime.now(UTC).replace(microsecond=0)
    morning = now.replace(hour=8, minute=0, second=0)
    asked, other, small = (
        cast.practical_date(session, people, morning + timedelta(days=10 + at), places)
        for at, places in enumerate((4, 4, 1))
    )
    found = cast.practical_session(
        session, people, asked, people.candidate, people.second_candidate, now=now - timedelta(days=1)
    )
    session.commit()
    return found, other, small


def test_a_day_that_is_offered_is_asked_with_one_press(session, people, visit, scene):
    found, other, small = scene
    officer, beheerder = visit(people.officer), visit(people.beheerder)
    page = officer.get(f"/bureau/praktijktoetsen/{found.id}").text
    assert str(other.id) in page and str(small.id) not in page
    told = {"reason": "Er is die dag niemand.", "offered": [str(other.id)]}
    assert officer.post(f"/bureau/praktijktoetsen/{found.id}/afwijzen", told).status_code == 302
    mail = session.scalars(select(MailMessage).where(MailMessage.template == "practical_answer")).one()
    assert "KSF biedt andere dagen aan" in mail.text
    session.commit()
    where = f"/organisatie/praktijktoetsen/{found.id}"
    assert "Deze dag aanvragen" in beheerder.get(where).text
    assert beheerder.post(f"{where}/aanbod/{other.id}").status_code == 302
    made = session.scalars(select(PracticalSession).where(PracticalSession.date_id == other.id)).one()
    assert made.state is SessionState.REQUESTED and made.location_id == found.location_id
    assert {one.candidate_id for one in made.participants} == {people.candidate.id, people.second_candidate.id}
    session.commit()
    assert beheerder.post(f"{where}/aanbod/{other.id}").status_code == 409, "once"


def test_only_what_was_offered_is_there_and_only_for_that_organisation(session, people, visit, scene):
    found, other, small = scene
    officer = visit(people.officer)
    wrong = {"reason": "Er is niemand.", "offered": [str(small.id)]}
    assert officer.post(f"/bureau/praktijktoetsen/{found.id}/afwijzen", wrong).status_code == 422
    assert officer.post(f"/bureau/praktijktoetsen/{found.id}/afwijzen", {"reason": "Nee."}).status_code == 302
    where = f"/organisatie/praktijktoetsen/{found.id}/aanbod"
    assert visit(people.beheerder).post(f"{where}/{other.id}").status_code == 404
    assert visit(people.outsider_beheerder).post(f"{where}/{other.id}").status_code == 404
