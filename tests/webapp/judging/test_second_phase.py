"""Phase 2: STARs without names beside own locked scores, changes with reasons, and what the last signature brings."""

import pytest
from sqlalchemy import select
from support import cast
from support.judged_exam import NOW, fresh, rows_of
from support.visitors import text_of

from review.rating import Phase
from storage.judging.ratings import Rating, own_ratings
from storage.judging.verdicts import Verdict
from storage.schemes import add_scheme


@pytest.fixture
def ready(session, bench):
    """Both assessors signed phase 1; the second one phase 2 too."""
    for rating in (*bench.mine, *bench.theirs):
        cast.score(rating, 3)
    session.flush()
    for rating in (*bench.mine, *bench.theirs):
        rating.sign(Phase.BLIND, NOW)
    session.flush()
    for rating in bench.theirs:
        rating.sign(Phase.DOSSIER, NOW)
    session.commit()
    return f"/beoordelen/fase-2/{bench.mine[0].id}"


def a_change(bench, level="4", **more):
    rating = bench.mine[0]
    base = {"rating": str(rating.id), "competency": rating.visible[0], "level": level}
    return base | {"change_reason": "De STAR laat het zien."} | more


def test_phase_two_shows_stars_without_names_and_never_the_managers_part(session, me, bench, ready):
    star = bench.sitting.dossier.stars[0]
    star.situation = (
        "Kandidaat Een zei tegen Leidinggevende Een bij Voorbeeld Klantcontact: bel 06 12345678. Beheerder vroeg door."
    )
    session.commit()
    text = text_of(me.get(ready).text)
    assert "[naam] zei tegen [naam] bij [organisatie]: bel [telefoonnummer]." in text
    assert "[naam] vroeg door." in text
    assert bench.sitting.dossier.reason not in text and bench.sitting.dossier.motivation not in text


def test_a_change_needs_a_reason_keeps_both_values_and_cites_the_star(session, me, bench, ready):
    assert me.post(ready, a_change(bench, change_reason="")).status_code == 422
    assert me.post(ready, a_change(bench, level="")).status_code == 422
    assert me.post(ready, a_change(bench, level="not_observable")).status_code == 422
    assert me.post(ready, a_change(bench) | {"sentence": ["colleague:S:99"]}).status_code == 400
    assert me.post(ready, a_change(bench, competency="nonsense")).status_code == 400
    assert me.post(ready, a_change(bench, rating=str(bench.theirs[0].id))).status_code == 400
    assert me.post(ready, a_change(bench) | {"sentence": ["colleague:S:2", "manager:A:1"]}).status_code == 302
    found = fresh(session, Rating, bench.mine[0].id).score(bench.mine[0].visible[0])
    assert (found.level, found.phase2_level, len(found.phase2_evidence)) == (3, 4, 3)
    shown = text_of(me.get(ready).text)
    assert "De STAR laat het zien." in shown and "STAR met een collega, S2" in shown
    assert me.post(ready, a_change(bench) | {"undo": "1"}).status_code == 302
    assert fresh(session, Rating, bench.mine[0].id).score(bench.mine[0].visible[0]).value(Phase.DOSSIER) is None


def test_the_last_signature_brings_the_verdict_with_the_values_of_phase_two(session, me, bench, ready):
    for rating in bench.mine:
        for key in rating.visible:
            me.post(ready, a_change(bench, rating=str(rating.id), competency=key, level="4"))
    assert rows_of(session, select(Verdict)) == []
    assert me.post(f"{ready}/ondertekenen").status_code == 302
    (verdict,) = rows_of(session, select(Verdict))
    assert verdict.passed and {result["mean"] for result in verdict.decision["competencies"]} == {"7/2"}
    assert me.post(f"{ready}/ondertekenen").status_code == 409
    assert me.post(ready, a_change(bench)).status_code == 409
    assert "ondertekend" in text_of(me.get(ready).text)


def test_near_a_cut_a_third_is_asked_where_the_regulation_says_so_and_the_office_reads_why(
    session, me, visit, bench, ready
):
    row = bench.sitting.dossier.scheme
    data = row.data.replace(b'\nthird_near_cut = "0"\n', b'\nthird_near_cut = "0.25"\n', 1)
    data = data.replace(b"\nnumber = 1\n", b"\nnumber = 2\n", 1)
    bench.sitting.dossier.scheme = add_scheme(session, data, NOW)
    session.commit()
    assert me.post(f"{ready}/ondertekenen").status_code == 302
    assert rows_of(session, select(Verdict)) == []
    officer = visit(bench.people.officer)
    assert "dicht bij een grens" in text_of(officer.get("/uitslagen").text)
    page = text_of(officer.get(f"/uitslagen/zittingen/{bench.sitting.id}").text)
    assert "Over alles samen: samen komen zij op 3,00. De grens is 2,75." in page


def test_when_two_differ_too_much_a_third_is_asked_who_sees_nothing_of_them(session, me, visit, bench, ready):
    for rating in bench.mine:
        for key in rating.visible:
            me.post(ready, a_change(bench, rating=str(rating.id), competency=key, level="5"))
    me.post(f"{ready}/ondertekenen")
    assert rows_of(session, select(Verdict)) == []
    officer, third = visit(bench.people.officer), bench.people.assessors[2]
    assert "derde assessor" in text_of(officer.get("/uitslagen").text)
    page = f"/uitslagen/zittingen/{bench.sitting.id}"
    assert "Waarom een derde assessor nodig is" in officer.get(page).text
    assert officer.post(page, {"slot-3": str(third.id)}).status_code == 302
    session.expire_all()
    rows = own_ratings(session, bench.sitting, third)
    for rating in rows:
        cast.score(rating, 4)
        rating.sign(Phase.BLIND, NOW)
    session.commit()
    first_of_third = rows[0].id
    session.commit()
    other = visit(third)
    assert other.get(f"/beoordelen/fase-2/{bench.mine[0].id}").status_code == 404
    assert other.post(f"/beoordelen/fase-2/{first_of_third}/ondertekenen").status_code == 302
    (verdict,) = rows_of(session, select(Verdict))
    assert {result["mean"] for result in verdict.decision["competencies"]} == {"4/1"}
