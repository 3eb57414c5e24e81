"""The film on the page where the committee agrees on levels: only there, only while it waits, and each look noted."""

import pytest
from sqlalchemy import select
from support import benchmarks as made
from support import cast
from support.visitors import text_of

from storage.exam.looks import Look
from storage.exam.recordings import Rendition, RenditionKind, counting_take
from storage.judging import start_rounds
from storage.judging.start_rounds import Agreed
from storage.people.people import Membership, Role

NOW = cast.NOW


@pytest.fixture
def judges(session):
    return made.panel(session)


@pytest.fixture
def exam(session, people):
    row = made.told_exam(session, people)
    for answer in row.answers[:2]:
        take = counting_take(session, answer)
        key = f"recordings/{take.id}/video.mp4"
        film = Rendition(kind=RenditionKind.VIDEO, key=key, content_type="video/mp4", size=1, sha256="0" * 64)
        take.renditions.append(film)
    session.commit()
    return row


def test_the_committee_sees_the_film_beside_the_scores_until_it_signed(session, visit, people, exam, judges):
    member, officer = visit(people.committee_member), visit(people.officer)
    row = start_rounds.choose(session, exam.answers[0], judges, people.officer, NOW)
    film, page = f"/media/{counting_take(session, row.answer).id}", f"/normvideos/{row.id}"
    other = f"/media/{counting_take(session, exam.answers[1]).id}"
    for rating in start_rounds.panel_of(session, row):
        session.commit()
        assert member.get(film).status_code == 404 and "<video" not in member.get(page).text
        made.sign(rating, 3)
    session.commit()
    assert f'src="{film}"' in member.get(page).text and "<video" not in officer.get(page).text
    assert [member.get(film).status_code for _ in range(2)] == [200, 200]
    assert [one.get(film).status_code for one in (officer, visit(people.auditor), visit(people.manager))] == [404] * 3
    assert member.get(other).status_code == 404, "no other answer of the same exam"
    session.expire_all()
    look = session.scalars(select(Look)).one()
    assert (look.person_id, look.role) == (people.committee_member.id, Role.EXAM_COMMITTEE)
    session.commit()
    assert "om af te spreken welke scores kloppen" in text_of(visit(people.candidate).get("/account/gegevens").text)
    agreed = {one: Agreed(3) for one in row.answer.scenario.competencies}
    start_rounds.agree(session, row, agreed, people.committee_member, NOW)
    session.commit()
    assert member.get(film).status_code == 404 and "<video" not in member.get(page).text


def test_who_scored_or_is_the_candidate_agrees_on_nothing_and_sees_no_film_by_it(session, visit, people, exam, judges):
    row = made.scored(session, people, exam.answers[0], judges)
    own = people.candidate
    for one in (judges[0], own):
        one.memberships.append(Membership(role=Role.EXAM_COMMITTEE, since=NOW))
    session.flush()
    assert session.scalars(start_rounds.to_agree(judges[0])).all() == []
    assert session.scalars(start_rounds.to_agree(people.committee_member)).all() == [row]
    session.commit()
    assert "<video" not in visit(judges[0]).get(f"/normvideos/{row.id}").text
    assert visit(own).get(f"/normvideos/{row.id}").status_code == 404
