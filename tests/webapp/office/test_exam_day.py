"""The office sees who is at the exam: how far, since when nothing was heard, what is on its way; never the own case."""

from datetime import timedelta

import pytest
from flask import g
from support import cast
from support.visitors import text_of

from storage.exam import reservations
from storage.people.people import Membership, Role

PAGE = "/bureau/vandaag"


@pytest.fixture
def clock(app, session):
    """What time the app thinks it is; and what the test looked up keeps nothing locked."""
    times = {"now": cast.NOW + timedelta(minutes=2)}

    @app.before_request
    def today():
        session.commit()
        g.now = times["now"]

    return times


@pytest.fixture
def begun(clock, session, people):
    row = cast.begin(cast.sitting(session, people))
    session.commit()
    return row


def told(visit, who):
    return text_of(visit(who).get(PAGE).text)


def test_it_says_where_a_candidate_is_and_what_arrived(session, visit, people, begun):
    cast.record(session, begun.answers[0])
    cast.record(session, begun.answers[1], cast.NOW, stored=False)
    begun.answers[2].play(cast.NOW)
    session.commit()
    page = told(visit, people.officer)
    assert people.candidate.name in page
    assert "Situatie 3 van 10, kijkt" in page
    assert "1 van 10" in page
    assert "onderweg situatie 2" in page


def test_who_is_not_heard_of_for_long_is_marked(session, visit, people, begun, clock):
    cast.node(session)
    reservations.reserve(session, begun, cast.NOW)
    session.commit()
    assert "stil" not in told(visit, people.officer)
    clock["now"] = cast.NOW + timedelta(minutes=6)
    assert "10:00 stil" in told(visit, people.officer)


def test_who_finished_today_is_there_and_who_did_yesterday_is_not(session, visit, people, clock):
    row = cast.finished_sitting(session, people)
    session.commit()
    clock["now"] = row.finished_at + timedelta(hours=1)
    assert "klaar om" in told(visit, people.officer)
    clock["now"] = row.finished_at + timedelta(days=1)
    assert "Er is nu niemand aan het examen" in told(visit, people.officer)


def test_who_was_only_invited_is_not_at_the_exam(session, visit, people, clock):
    cast.sitting(session, people)
    session.commit()
    assert "Er is nu niemand aan het examen" in told(visit, people.officer)


def test_somebody_is_looked_for(visit, people, begun):
    officer = visit(people.officer)
    assert people.candidate.name in officer.get(f"{PAGE}?zoek={begun.dossier.code}").text
    assert "Niets gevonden" in officer.get(f"{PAGE}?zoek=niemand").text


def test_the_own_exam_is_not_there(session, visit, people, begun):
    people.candidate.memberships.append(Membership(role=Role.KSF_OFFICER, since=cast.NOW - timedelta(days=1)))
    session.commit()
    assert begun.dossier.code not in visit(people.candidate).get(PAGE).text
    assert "Er is nu niemand aan het examen" in told(visit, people.candidate)


@pytest.mark.parametrize("who", ["candidate", "manager", "beheerder", "committee_member", "auditor"])
def test_nobody_else_sees_it(visit, people, who):
    assert visit(getattr(people, who)).get(PAGE).status_code == 404
