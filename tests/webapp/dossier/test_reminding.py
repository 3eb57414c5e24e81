"""Managers who have not written yet are reminded once a week, of all at once, and not for ever."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from support import cast

from storage.base.database import new_session
from storage.people.outbox import MailMessage
from webapp.dossier import reminding

DAY = timedelta(days=1)


@pytest.fixture
def two(session, people):
    rows = [cast.dossier(session, people, candidate=one) for one in (people.candidate, people.second_candidate)]
    for row in rows:
        row.manager_done_at = None
    session.commit()
    return rows


def mails():
    with new_session(writes=False) as session:
        found = select(MailMessage).where(MailMessage.template == "substantiation_reminder")
        return list(session.scalars(found.order_by(MailMessage.created_at)))


def on(app, days):
    with app.app_context():
        reminding.remind(cast.NOW + days * DAY)
    return mails()


def test_a_manager_is_reminded_of_all_candidates_once_a_week_until_the_term(app, people, two):
    assert on(app, 6) == []
    (mail,) = on(app, 7)
    assert mail.person_id == people.manager.id
    assert people.candidate.name in mail.text and people.second_candidate.name in mail.text
    assert "maandag 30 maart 2026" in mail.text
    assert len(on(app, 7)) == len(on(app, 13)) == 1
    assert len(on(app, 14)) == 2
    assert len(on(app, 21)) == len(on(app, 22)) == 3
    assert len(on(app, 29)) == len(on(app, 60)) == 3


def test_who_has_written_or_is_handed_in_is_named_no_more(app, session, people, two):
    two[0].manager_done_at = cast.NOW
    session.commit()
    (mail,) = on(app, 8)
    assert people.candidate.name not in mail.text
    two[1].withdraw(people.second_candidate.id, "Ander werk.", cast.NOW)
    session.commit()
    assert len(on(app, 16)) == 1


def test_the_list_names_the_day(session, people, two, visit):
    assert "liefst klaar op maandag 30 maart 2026" in visit(people.manager).get("/kandidaten").text
