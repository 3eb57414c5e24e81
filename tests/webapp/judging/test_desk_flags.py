"""What an assessor tells the office about an answer, and what follows."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from support import cast
from support.judged_exam import NOW, fresh, rows_of, state, tell
from support.visitors import text_of

from review.rating import Phase
from storage.judging.flags import Flag, FlagKind
from storage.judging.progress import decide, sign_dossier
from storage.judging.ratings import Rating, Return, own_ratings
from storage.judging.repeats import Repeat
from storage.judging.verdicts import Verdict


def test_who_knows_the_candidate_returns_everything_and_never_gets_it_back(session, me, visit, bench):
    tell(me, bench.url(1, "/bewaren"), state(bench.mine[0]))
    assert me.post(bench.url(2, "/melden"), {"kind": "known"}).status_code == 302
    assert "geen werk voor u klaar" in me.get("/beoordelen").text
    for number in range(1, 11):
        assert me.get(bench.url(number)).status_code == 404
    found = fresh(session, Rating, bench.mine[0].id)
    assert (found.slot, len(found.scores)) == (None, 4)
    officer = visit(bench.people.officer)
    page = officer.get(f"/uitslagen/zittingen/{bench.sitting.id}").text
    assert "Assessor Een: kent de kandidaat" in page
    refused = officer.post(f"/uitslagen/zittingen/{bench.sitting.id}", {"slot-1": str(bench.people.assessors[0].id)})
    assert refused.status_code == 422 and "kent de kandidaat" in refused.text
    taken = officer.post(f"/uitslagen/zittingen/{bench.sitting.id}", {"slot-1": str(bench.people.assessors[2].id)})
    assert taken.status_code == 302
    assert len(own_ratings(session, bench.sitting, bench.people.assessors[2])) == 10


def test_an_unusable_answer_lies_apart_until_the_office_has_answered(session, me, visit, bench):
    assert me.post(bench.url(1, "/melden"), {"kind": "unusable"}).status_code == 409
    assert me.post(bench.url(1, "/melden"), {"kind": "unusable", "reason": "Geen beeld."}).status_code == 302
    assert me.post(bench.url(1, "/melden"), {"kind": "unusable", "reason": "Weer."}).status_code == 409
    assert "bij het bureau" in text_of(me.get("/beoordelen").text)
    officer = visit(bench.people.officer)
    assert "Geen beeld." in officer.get("/uitslagen").text
    flag = rows_of(session, select(Flag))[0]
    assert officer.post(f"/uitslagen/meldingen/{flag.id}", {"reason": " "}).status_code == 409
    assert officer.post(f"/uitslagen/meldingen/{flag.id}", {"reason": "Luister alleen."}).status_code == 302
    assert officer.post(f"/uitslagen/meldingen/{flag.id}", {"reason": "Nog eens."}).status_code == 404
    assert "bij het bureau" not in text_of(me.get("/beoordelen").text)
    assert "Luister alleen." in me.get(bench.url(1)).text


def test_a_worry_about_welfare_goes_to_the_office_and_the_work_goes_on(session, me, bench):
    answer = me.post(bench.url(3, "/melden"), {"kind": "welfare", "reason": "Klonk wanhopig."})
    assert answer.location == bench.url(3)
    assert rows_of(session, select(Flag.kind)) == [FlagKind.WELFARE]
    assert "Het bureau ziet uw melding" in me.get(bench.url(3)).text
    assert me.post(bench.url(3, "/melden"), {"kind": "iets"}).status_code == 400


def test_an_unusable_answer_is_asked_again_and_judged_anew_with_all_that_was_said_kept(session, me, visit, bench):
    mine, theirs = bench.mine[0], bench.theirs[0]
    tell(me, bench.url(1, "/bewaren"), state(mine))
    other = visit(bench.people.assessors[1])
    tell(other, f"/beoordelen/{theirs.id}/ondertekenen", state(theirs))
    me.post(bench.url(1, "/melden"), {"kind": "unusable", "reason": "Geen geluid."})
    flag = rows_of(session, select(Flag))[0]
    officer = visit(bench.people.officer)
    again = officer.post(f"/uitslagen/meldingen/{flag.id}", {"reason": "We vragen het opnieuw.", "again": "1"})
    assert again.status_code == 302
    # Both judge a new take, in the slots they had; what they said of the old one stays with the old ratings.
    old = fresh(session, Rating, mine.id)
    assert (old.slot, old.declined_because, len(old.scores)) == (None, Return.AGAIN, 4)
    new = own_ratings(session, bench.sitting, bench.people.assessors[0])
    assert len(new) == 10 and new[0].id != mine.id and new[0].scores == [] and new[0].slot == 1
    assert own_ratings(session, bench.sitting, bench.people.assessors[1])[0].signed is None
    assert (bench.sitting.stage, bench.sitting.answers[0].stage) == ("answering", "waiting")
    assert rows_of(session, select(Repeat.reason)) == ["We vragen het opnieuw."]
    address = f"/beoordelen/{new[0].id}"
    session.commit()
    assert me.get(bench.url(1)).status_code == 404
    assert "opname wordt gemaakt" in text_of(me.get("/beoordelen").text)
    assert me.get(address).status_code == 200


def test_a_worry_about_welfare_has_a_name_that_follows_it_up(session, me, visit, bench):
    me.post(bench.url(3, "/melden"), {"kind": "welfare", "reason": "Klonk wanhopig."})
    flag = rows_of(session, select(Flag))[0]
    one, two = visit(bench.people.officer), visit(bench.people.second_officer)
    early = one.post(f"/uitslagen/meldingen/{flag.id}", {"reason": "Gebeld."})
    assert early.status_code == 409 and "Pak deze melding eerst zelf op" in early.text
    assert one.post(f"/uitslagen/meldingen/{flag.id}/oppakken").status_code == 302
    assert f"{bench.people.officer.name} volgt dit op" in text_of(two.get("/uitslagen").text)
    assert two.post(f"/uitslagen/meldingen/{flag.id}", {"reason": "Gebeld."}).status_code == 409
    assert one.post(f"/uitslagen/meldingen/{flag.id}", {"reason": "Gebeld."}).status_code == 302
    assert two.post(f"/uitslagen/meldingen/{flag.id}/oppakken").status_code == 404


# Too little observed


@pytest.fixture
def undecided(session, bench):
    """Nobody observed persuasion: both assessors are final, and nothing is decided."""
    for rating in (*bench.mine, *bench.theirs):
        cast.score(rating, 3)
        for score in rating.scores:
            if score.competency == "persuasion":
                score.level, score.not_observable, score.reason = None, True, "Niet te zien."
    session.flush()
    for phase in Phase:
        for rating in (*bench.mine, *bench.theirs):
            rating.sign(phase, NOW)
        session.flush()
    verdict = decide(session, bench.sitting, NOW)
    assert verdict.passed is None and verdict.unseen == ("persuasion",)
    session.commit()
    return verdict


def test_too_little_evidence_is_a_task_of_the_office_that_asks_situations_again(session, visit, bench, undecided):
    officer, page = visit(bench.people.officer), f"/uitslagen/{undecided.id}"
    assert "1 examen vraagt extra bewijs" in text_of(officer.get("/uitslagen").text)
    text = text_of(officer.get(page).text)
    assert "Overtuigingskracht: in te weinig antwoorden gezien" in text and "Situatie 4" in text
    chosen = bench.sitting.answers[3]
    for body in ({}, {"answer": str(chosen.id)}, {"reason": "Nog eens."}, {"answer": "x", "reason": "Nog eens."}):
        assert officer.post(f"{page}/extra-bewijs", body).location == page
    body = {"answer": str(chosen.id), "reason": "Laat zien hoe u overtuigt."}
    session.commit()
    assert officer.post(f"{page}/extra-bewijs", body).location == "/uitslagen"
    # The verdict stays while the answer is asked again.
    (stays,) = rows_of(session, select(Verdict))
    assert stays.asked_until is not None and stays.passed is None
    (kept,) = rows_of(session, select(Repeat))
    assert kept.verdict["decision"]["passed"] is None and kept.answer_id == chosen.id
    # The rest stays final; the new take alone is judged, signed, and brings the verdict.
    cast.record(session, chosen, NOW + timedelta(hours=1))
    bench.sitting.finish(NOW + timedelta(hours=1), lambda _: True)
    session.flush()
    verdicts = []
    for person in bench.people.assessors[:2]:
        (new,) = [one for one in own_ratings(session, bench.sitting, person) if one.signed is None]
        cast.score(new, 4)
        session.flush()
        new.sign(Phase.BLIND, NOW)
        session.flush()
        verdicts.append(sign_dossier(session, bench.sitting, person, NOW))
    assert verdicts[0] is None and verdicts[1].passed is None
    assert len(verdicts[1].inputs["marks"]) == 80


def test_the_committee_may_decide_with_a_reason_and_somebody_else_confirms(session, app, visit, bench, undecided):
    member, officer = visit(bench.people.committee_member), visit(bench.people.officer)
    page = f"/uitslagen/{undecided.id}"
    assert officer.post(f"{page}/controleren").status_code == 409
    assert officer.post(f"{page}/beslissen", {"passed": "yes", "reason": "x"}).status_code == 404
    assert member.post(f"{page}/beslissen", {"passed": "misschien", "reason": "x"}).status_code == 400
    assert member.post(f"{page}/beslissen", {"passed": "yes", "reason": " "}).status_code == 409
    assert member.post(f"{page}/beslissen", {"passed": "yes", "reason": "Elders ruim getoond."}).status_code == 302
    assert member.post(f"{page}/beslissen", {"passed": "no", "reason": "Toch niet."}).status_code == 409
    own = member.post(f"{page}/controleren")
    assert own.status_code == 409 and "U nam dit besluit zelf" in own.text
    assert "Elders ruim getoond." in text_of(officer.get(page).text)
    assert officer.post(f"{page}/extra-bewijs", {"answer": "x", "reason": "y"}).status_code == 302
    told = app.test_cli_runner().invoke(args=["verdict", "explain", str(undecided.id)])
    assert told.exit_code == 0 and "De examencommissie besloot dit" in told.output, told.output
    assert officer.post(f"{page}/controleren").status_code == 302
    assert member.post(f"{page}/vrijgeven").status_code == 302
    text = text_of(visit(bench.people.candidate).get("/uitslag").text)
    assert "U bent geslaagd" in text and "Elders ruim getoond." in text
    assert visit(bench.people.candidate).get("/uitslag/brief.pdf").status_code == 200
