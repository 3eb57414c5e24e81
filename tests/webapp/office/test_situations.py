"""The office takes a situation that leaked out of use in one act, and reads what that does and who met it."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from support import cast
from support.parallels import with_parallels
from support.visitors import text_of

from storage.base.audit import AuditEvent
from storage.exam import drawing
from storage.exam.drawing import RetiredScenario

pytestmark = pytest.mark.one_database

EXAM, WHY = "branchecertificaat_b", "Het filmpje staat op internet."


def page(pack, number: int, parallel: int = 0) -> str:
    return f"/bureau/situaties/{EXAM}/{pack.content.scenario(number, parallel).key}"


def begun(session, people, pack, now):
    sitting = cast.sitting(session, people, now, pack_row=pack)
    drawing.draw(session, sitting, now)
    return cast.begin(sitting, now)


@pytest.fixture
def now():
    return datetime.now(UTC) - timedelta(minutes=5)


def test_one_act_with_a_reason_and_everybody_else_gets_another(app, session, visit, people, now):
    app.before_request(session.commit)
    pack = cast.pack(session, now, with_parallels(4))
    there = begun(session, people, pack, now)
    cast.record(session, there.answers[0], now)
    other = there.answers[3].scenario
    at, seen = (page(pack, 4, there.answers[3].parallel), page(pack, 1))
    session.commit()
    officer = visit(people.officer)
    shown = text_of(officer.get("/bureau/situaties").text)
    assert all(one.title in shown for one in pack.content.scenarios) and f"{pack.content.scenario(4).title} 2" in shown
    assert "Gezien door 1 kandidaat" in text_of(officer.get(seen).text)
    assert people.candidate.name in officer.get(seen).text
    for garbage in ({}, {"reason": " "}, {"reason": "x" * 2001}):
        assert officer.post(at, garbage).status_code == 422
    assert officer.post(at, {"reason": WHY}).status_code == 302
    told = text_of(officer.get(at).text)
    assert "1 examen van dit moment krijgt een andere situatie." in told
    assert WHY in told and people.officer.name in told and "Uit gebruik nemen" not in told
    assert officer.post(at, {"reason": WHY}).status_code == 409
    session.expire_all()
    assert there.answers[3].scenario.key != other.key
    (row,) = session.scalars(select(RetiredScenario)).all()
    assert (row.scenario, row.reason, row.retired_by_id) == (other.key, WHY, people.officer.id)
    assert session.scalars(select(AuditEvent.facts).where(AuditEvent.verb == "scenario_retired")).all() == [
        {"exam": EXAM, "scenario": other.key}
    ]
    session.commit()
    assert "uit gebruik" in text_of(officer.get("/bureau/situaties").text)


def test_the_last_one_of_a_number_is_told_beforehand_and_stops_invitations(app, session, visit, people, now):
    app.before_request(session.commit)
    pack = cast.pack(session, now)
    begun(session, people, pack, now)
    cast.sitting(session, people, now, people.second_candidate, pack)
    waiting = cast.dossier(session, people, now, people.outsider_candidate)
    waiting.submit(people.outsider_candidate.id, now)
    session.commit()
    officer, at = visit(people.officer), page(pack, 4)
    before = text_of(officer.get(at).text)
    assert "Er is geen andere situatie met dit nummer." in before and "Gepland: 1." in before
    assert officer.post(at, {"reason": WHY}).status_code == 302
    assert "1 examen van dit moment krijgt die toch nog" in text_of(officer.get(at).text)
    assert "Voor situatie 4 is niets meer over" in text_of(officer.get("/bureau/situaties").text)
    assert "1 situatie zonder filmpje" in text_of(officer.get("/bureau").text)


def test_what_was_retired_by_mistake_is_met_again_and_both_acts_stay(app, session, visit, people, now):
    app.before_request(session.commit)
    pack = cast.pack(session, now)
    session.commit()
    officer, at = visit(people.officer), page(pack, 4)
    assert officer.post(f"{at}/terug").status_code == 409, "it is in use"
    assert officer.post(f"/bureau/situaties/{EXAM}/nothing/terug").status_code == 404
    for _ in range(2):
        assert officer.post(at, {"reason": WHY}).status_code == 302
        assert "Weer in gebruik nemen" in officer.get(at).text
        assert drawing.empty_slots(session, pack) == [4]
        assert officer.post(f"{at}/terug").status_code == 302
        assert "weer in gebruik" in text_of(officer.get(at).text)
        assert drawing.empty_slots(session, pack) == [] and drawing.count_empty(session) == 0
    begun(session, people, pack, now)
    rows = session.scalars(select(RetiredScenario)).all()
    assert [(row.reason, row.restored_by_id) for row in rows] == [(WHY, people.officer.id)] * 2
    verbs = session.scalars(select(AuditEvent.verb).where(AuditEvent.verb.startswith("scenario_re"))).all()
    assert sorted(verbs) == ["scenario_restored"] * 2 + ["scenario_retired"] * 2


def test_what_is_not_there_is_not_there(session, visit, people, now):
    pack = cast.pack(session, now)
    session.commit()
    officer = visit(people.officer)
    for path in (f"/bureau/situaties/{EXAM}/nothing", "/bureau/situaties/chat/tears", page(pack, 0)):
        assert officer.get(path).status_code == 404, path
        assert officer.post(path, {"reason": WHY}).status_code == 404, path
    assert officer.get("/bureau/situaties").status_code == 200


def test_before_there_is_a_pack_the_list_says_how_one_comes(visit, people):
    assert "Er zijn nog geen situaties" in visit(people.officer).get("/bureau/situaties").text
