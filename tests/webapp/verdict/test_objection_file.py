"""The file of an objection builds itself, and says the same to the candidate and to whoever rules."""

import re

import pytest
from support import cast
from support.visitors import text_of

from review.objection import Ground, Ruling, Term
from storage.exam.looks import Look
from storage.exam.recordings import counting_takes
from storage.judging.objections import object_to
from storage.judging.progress import decide
from storage.people.people import Role

NOW = cast.NOW


@pytest.fixture
def made(app, session, people):
    """An objection of somebody who failed, at the committee."""
    app.before_request(session.commit)
    sitting = cast.finished_sitting(session, people)
    for slot, assessor in enumerate(people.assessors[:2], 1):
        cast.rate(session, sitting, assessor, slot, 2)
    verdict = decide(session, sitting, NOW)
    verdict.confirm(people.officer, NOW)
    verdict.release(people.second_officer, NOW)
    session.flush()
    row = object_to(session, sitting.dossier, Term(NOW.date(), 6), "Het klopt niet.", "", NOW, NOW.date())
    third = cast.person(session, "bureau3", "Bureau Drie", Role.KSF_OFFICER, None)
    session.flush()
    row.classify(third, Ground.CONTENT, False, NOW)
    session.commit()
    return row


def facts(page):
    """What a reader finds, from the rules on, without the way to a recording and the form for the minutes."""
    text = text_of(page).partition("De regels")[2].partition("Zet iets in het verslag")[0]
    return re.sub(r"\s+", " ", text.replace(". Bekijk de opname", "")).strip()


def test_candidate_and_committee_read_the_same_facts(session, visit, people, made):
    member, candidate = visit(people.committee_member), visit(people.candidate)
    ours, theirs = f"/bezwaren/{made.id}/stukken", f"/bezwaar/{made.dossier_id}/stukken/{made.id}"
    assert member.post(f"/bezwaren/{made.id}/verslag", {"text": " "}).status_code == 422
    written = member.post(f"/bezwaren/{made.id}/verslag", {"text": "Situatie 3 samen bekeken."})
    assert written.status_code == 302
    for_member, for_candidate = member.get(ours).text, candidate.get(theirs).text
    assert facts(for_member) == facts(for_candidate) != ""
    sitting, scheme = made.sitting, made.dossier.scheme
    session.commit()
    for take in counting_takes(session, sitting).values():
        assert take.sha256 in for_candidate
    session.commit()
    found = facts(for_candidate)
    assert scheme.sha256 in found and f"versie {scheme.number}" in found
    competency = scheme.content.competencies[0]
    assert competency.anchor(2) in found and "in de opname op 0:04" in found
    assert "Assessor 1" in found and "Assessor 2" in found and "Situatie 3 samen bekeken." in found
    assert "Uitslag vrijgegeven" in found and "Bezwaar ontvangen" in found
    names = [one.name for one in (*people.assessors, people.officer, people.second_officer, people.committee_member)]
    assert not [name for name in names if name in found]


def test_a_recording_is_opened_with_a_reason_and_the_look_is_kept(session, visit, people, made):
    member = visit(people.committee_member)
    page = member.get(f"/bezwaren/{made.id}/stukken").text
    link = re.search(r'href="(/opnames/[^"]+)"', page).group(1)
    assert "<video" not in member.get(link).text
    assert member.post(link, {"reason": "Bezwaar over het geluid."}).status_code == 302
    assert "<video" in member.get(link).text
    session.expire_all()
    assert [one.reason for one in session.query(Look)] == ["Bezwaar over het geluid."]
    session.commit()


def test_what_others_find_anew_is_in_it_once_it_is_ruled(session, visit, people, made):
    member = people.committee_member
    others = [cast.person(session, f"nieuw{n}", f"Assessor Nieuw {n}", Role.ASSESSOR, None) for n in (1, 2)]
    session.flush()
    sitting = made.order_remark(member, "Opnieuw.", NOW)
    for slot, assessor in enumerate(others, 1):
        cast.rate(session, sitting, assessor, slot, 1)
    decide(session, sitting, NOW)
    session.commit()
    page = f"/bezwaar/{made.dossier_id}/stukken/{made.id}"
    candidate = visit(people.candidate)
    assert "Opnieuw beoordeeld, door anderen" not in candidate.get(page).text
    made.rule(member, Ruling.UPHELD, "De uitslag blijft.", NOW)
    session.commit()
    after = candidate.get(page).text
    assert "Opnieuw beoordeeld, door anderen" in after and "Assessor Nieuw" not in after
    assert visit(member).post(f"/bezwaren/{made.id}/verslag", {"text": "Te laat."}).status_code == 409


def test_it_is_of_nobody_else(session, visit, people, made):
    page = f"/bezwaar/{made.dossier_id}/stukken/{made.id}"
    assert visit(people.second_candidate).get(page).status_code == 404
    assert visit(people.outsider_candidate).get(page).status_code == 404
    for person in (people.manager, people.beheerder, people.assessors[2]):
        assert visit(person).get(f"/bezwaren/{made.id}/stukken").status_code == 404
    refused = visit(people.officer).post(f"/bezwaren/{made.id}/verslag", {"text": "Ik was erbij."})
    assert refused.status_code == 409


def test_an_outsider_who_only_judges_opens_the_recordings_of_that_one_case_while_it_runs(session, visit, people, made):
    outsider, why = people.assessors[2], "Bezwaar over het geluid."
    other = cast.finished_sitting(session, people, NOW, people.second_candidate, made.sitting.pack)
    takes = [one.id for one in counting_takes(session, made.sitting).values()]
    (elsewhere, *_) = (one.id for one in counting_takes(session, other).values())
    session.commit()
    visitor = visit(outsider)
    assert visitor.get(f"/opnames/{takes[0]}").status_code == 404
    made.appoint(outsider, "Iedereen had een aandeel.", people.officer, NOW)
    session.commit()
    page = visitor.get(f"/bezwaren/{made.id}/stukken").text
    assert f"/opnames/{takes[0]}" in page
    assert visitor.post(f"/opnames/{takes[0]}", {"reason": "kort"}).status_code == 422
    assert "<video" not in visitor.get(f"/opnames/{takes[0]}").text
    assert visitor.post(f"/opnames/{takes[0]}", {"reason": why}).status_code == 302
    assert "<video" in visitor.get(f"/opnames/{takes[0]}").text
    assert "<video" not in visitor.get(f"/opnames/{takes[1]}").text, "one reason opens one recording"
    assert visitor.get(f"/opnames/{elsewhere}").status_code == 404
    assert visitor.post(f"/opnames/{elsewhere}", {"reason": why}).status_code == 404
    session.expire_all()
    assert [(one.reason, one.role, one.person_id) for one in session.query(Look)] == [(why, Role.ASSESSOR, outsider.id)]
    made.rule(outsider, Ruling.UPHELD, "De uitslag blijft.", NOW)
    session.commit()
    assert visitor.get(f"/opnames/{takes[0]}").status_code == 404
    assert f"/opnames/{takes[0]}" not in visitor.get(f"/bezwaren/{made.id}/stukken").text
