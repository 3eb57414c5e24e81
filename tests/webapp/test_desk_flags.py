"""What an assessor tells the office about an answer, and what follows."""

from judging import fresh, rows_of, state, tell
from sqlalchemy import select
from visitors import text_of

from storage.flags import Flag, FlagKind
from storage.ratings import Rating, own_ratings


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
