"""The end of a file at the office: the verdict and who saw to it, objections, and who looked, with the reason."""

from datetime import UTC, datetime, timedelta

from support import cast
from support.visitors import text_of

from review.objection import Ground, Ruling, Term
from storage.exam.looks import look_at
from storage.exam.recordings import latest_take
from storage.judging.objections import object_to
from storage.judging.progress import decide
from storage.people.people import Role


def test_a_file_ends_with_verdict_objection_and_who_looked(session, people, visit):
    now = datetime.now(UTC)
    sitting = cast.finished_sitting(session, people, now - timedelta(hours=2))
    for slot, assessor in enumerate(people.assessors[:2], 1):
        ratings = cast.rate(session, sitting, assessor, slot, now=now)
    ratings[2].seen, ratings[2].unseen_because = [[0, 12]], "Na twaalf seconden stond het beeld stil."
    officer, page = visit(people.second_officer), f"/bureau/dossiers/{sitting.dossier_id}"
    nothing = text_of(officer.get(page).text)
    assert "Eindoordeel openen" not in nothing
    assert "Nog niemand bekeek een opname" in nothing
    for slot, assessor in enumerate(people.assessors[:2], 1):
        assert f"Assessor {slot} {assessor.name}" in nothing
    verdict = decide(session, sitting, now)
    verdict.confirm(people.officer, now)
    verdict.release(people.committee_member, now)
    session.flush()
    objection = object_to(session, sitting.dossier, Term(now.date(), 6), "De camera haperde.", "", now, now.date())
    objection.classify(people.second_officer, Ground.TECHNICAL, False, now)
    take = latest_take(session, sitting.answers[0])
    look_at(session, take, people.committee_member, Role.EXAM_COMMITTEE, now, "Steekproef van dit jaar.")
    session.commit()
    told = text_of(officer.get(page).text)
    assert "geslaagd" in told
    assert f"Gecontroleerd {people.officer.name}" in told
    assert f"Vrijgegeven {people.committee_member.name}" in told
    assert f"{objection.code} , tegen de uitslag" in told or f"{objection.code}, tegen de uitslag" in told
    assert f"{people.committee_member.name}, " in told
    assert "opname. Steekproef van dit jaar." in told
    unseen = f"Situatie {ratings[2].answer.number}: assessor 2 zag niet de hele opname. Na twaalf seconden"
    assert unseen in told
    checked = text_of(officer.get(f"/uitslagen/{verdict.id}").text)
    assert checked.count("niet helemaal gezien") == 1
    assert "Assessor 2 zag niet alles (0:12 tot 0:40): Na twaalf seconden stond het beeld stil." in checked
    objection.rule(people.second_officer, Ruling.UPHELD, "Het beeld was goed.", now)
    session.commit()
    assert "ongegrond op" in text_of(officer.get(page).text)
