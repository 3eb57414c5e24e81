"""Pages of benchmark answers and calibration: from the choice of an answer to an assessor who is given work again."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import object_session
from support import benchmarks as made
from support import cast
from support.judged_exam import score, state, tell
from support.visitors import text_of

from storage.base.clock import AMSTERDAM
from storage.judging import calibrating, start_rounds
from storage.judging.absences import enter
from storage.judging.benchmarks import Benchmark, BenchmarkState
from storage.judging.calibrations import CalibrationKind
from storage.people.examiners import propose

NOW = cast.NOW


@pytest.fixture
def exam(session, people):
    row = made.told_exam(session, people)
    session.commit()
    return row


@pytest.fixture
def judges(session):
    found = made.panel(session)
    session.commit()
    return found


def sign(visitor, rating, level=3, **scores):
    given = {key: score(level) for key in rating.visible} | scores
    # Whoever only read holds nothing that the page has to wait for.
    object_session(rating).commit()
    answer = tell(visitor, f"/beoordelen/{rating.id}/ondertekenen", state(rating, **given))
    assert answer.status_code == 200, answer.json
    return answer.json


def test_from_a_choice_to_a_signed_benchmark(session, visit, people, exam, judges):
    officer, member = visit(people.officer), visit(people.committee_member)
    assert "Nog geen normvideo’s" in text_of(officer.get("/normvideos").text)
    key, answer = exam.dossier.scheme.key, exam.answers[0]
    visible, code, name = list(answer.scenario.competencies), answer.code, people.candidate.name
    assert code in officer.get(f"/normvideos/kiezen/{key}").text
    url = f"/normvideos/antwoord/{answer.id}"
    assert name not in officer.get(url).text
    session.commit()
    few = officer.post(url, data={"assessor": ["niemand"]})
    assert few.status_code == 422 and "Kies drie verschillende assessoren." in few.text
    chosen = {"assessor": [str(one.id) for one in judges]}
    session.commit()
    officer.post(url, data=chosen)
    session.expire_all()
    row = session.query(Benchmark).one()
    assert "startronde: 0 van 3 klaar" in text_of(officer.get("/normvideos").text)
    page = f"/normvideos/{row.id}"
    for rating, level in zip(start_rounds.panel_of(session, row), (3, 3, 4), strict=True):
        mine = visit(rating.assessor)
        assert code in mine.get("/kalibratie").text and code not in mine.get("/beoordelen").text
        assert mine.get(f"/beoordelen/{rating.id}").status_code == 200
        assert sign(mine, rating, level)["next"] == "/kalibratie"
        assert "Wat de drie afspreken" not in member.get(page).text or level == 4
    session.commit()
    said = {f"level-{one}": "3" for one in visible}
    silent = member.post(page, data=said)
    assert silent.status_code == 422 and "Schrijf waarom dit niveau klopt." in silent.text
    assert officer.post(page, data=said).status_code == 404
    member.post(page, data=said | {f"reason-{one}": "Dat hoort u terug." for one in visible})
    session.expire_all()
    assert session.get_one(Benchmark, row.id).state is BenchmarkState.LIVE
    assert "Dat hoort u terug." in officer.get(page).text


def test_the_candidate_takes_it_back_on_the_own_page(session, visit, people, exam, judges):
    row = made.live(session, people, exam, judges, 1)[0]
    session.commit()
    candidate, url = visit(people.candidate), f"/account/gegevens/toestemming/{exam.dossier_id}/oefenen"
    session.commit()
    candidate.post(url, data={"antwoord": "nee"})
    session.expire_all()
    found = session.get_one(Benchmark, row.id)
    assert found.state is BenchmarkState.ENDED and found.agreed == []
    page = text_of(visit(people.committee_member).get(f"/normvideos/{row.id}").text)
    assert "De kandidaat nam de toestemming terug." in page


def test_the_committee_takes_out_what_is_not_fit(session, visit, people, exam, judges):
    row = made.live(session, people, exam, judges, 1)[0]
    session.commit()
    member, url = visit(people.committee_member), f"/normvideos/{row.id}/weghalen"
    session.commit()
    member.post(url)
    session.expire_all()
    assert session.get_one(Benchmark, row.id).state is BenchmarkState.ENDED


def test_who_is_locked_reads_why_and_is_free_after_the_test(session, visit, people, exam, judges):
    made.live(session, people, exam, judges)
    session.commit()
    one, key = people.assessors[0], exam.dossier.scheme.key
    me, officer = visit(one), visit(people.officer)
    assert "U krijgt geen nieuw werk van" in text_of(me.get("/beoordelen").text)
    assert text_of(officer.get("/normvideos").text).count("nog niet gekalibreerd") == 6
    session.commit()
    begun = me.post(f"/kalibratie/{key}/toets")
    row = calibrating.going_on(session, one, key, CalibrationKind.TEST)
    assert begun.headers["Location"] == f"/beoordelen/{row.works[0].rating_id}"
    for number, work in enumerate(row.works, 1):
        told = sign(me, work.rating)
        assert told["next"] == (f"/beoordelen/{row.works[number].rating_id}" if number < 10 else "/kalibratie")
        session.commit()
    assert "U krijgt geen nieuw werk van" not in text_of(me.get("/beoordelen").text)
    assert "Geldig tot en met" in text_of(me.get("/kalibratie").text)
    assert text_of(officer.get("/normvideos").text).count("nog niet gekalibreerd") == 5


def test_practice_tells_after_each_answer_what_was_agreed_on_and_a_test_does_not(session, visit, people, exam, judges):
    made.live(session, people, exam, judges)
    session.commit()
    one, key = people.assessors[0], exam.dossier.scheme.key
    me = visit(one)
    session.commit()
    me.post(f"/kalibratie/{key}/oefenen")
    work = calibrating.going_on(session, one, key, CalibrationKind.TRAINING).works[0]
    told = sign(me, work.rating, 5)
    assert told["next"] == f"/kalibratie/nakijken/{work.rating_id}"
    page = text_of(me.get(told["next"]).text)
    competency = exam.dossier.scheme.content.competency(work.rating.visible[0])
    assert f"3: {competency.anchor(3)}" in page and "verder ernaast" in page
    assert visit(people.assessors[1]).get(told["next"]).status_code == 404
    session.commit()
    me.post(f"/kalibratie/{key}/toets")
    test = calibrating.going_on(session, one, key, CalibrationKind.TEST).works[0]
    sign(me, test.rating)
    assert me.get(f"/kalibratie/nakijken/{test.rating_id}").status_code == 404


def test_who_may_judge_too_few_benchmarks_reads_so(session, visit, people, exam, judges):
    made.live(session, people, exam, judges, 2)
    session.commit()
    me = visit(people.assessors[0])
    assert "u mag er 2 doen" in text_of(me.get("/kalibratie").text)
    url = f"/kalibratie/{exam.dossier.scheme.key}/toets"
    session.commit()
    refused = me.post(url)
    assert refused.status_code == 409 and "u mag er 2 doen" in text_of(refused.text)
    assert me.post("/kalibratie/bestaat-niet/toets").status_code == 404


def test_who_knows_the_candidate_of_a_benchmark_gets_it_no_more(session, visit, people, exam, judges):
    row = start_rounds.choose(session, exam.answers[0], judges, people.officer, NOW)
    session.commit()
    mine = start_rounds.panel_of(session, row)[0]
    me = visit(mine.assessor)
    url = f"/beoordelen/{mine.id}"
    session.commit()
    me.post(f"{url}/melden", data={"kind": "known"})
    assert me.get(url).status_code == 404
    officer, page = visit(people.officer), f"/normvideos/{row.id}"
    shown = text_of(officer.get(page).text)
    assert "Een van de drie gaf het antwoord terug. Kies hieronder wie het in de plaats scoort." in shown
    member = visit(people.committee_member)
    assert "Het bureau kiest wie het in de plaats scoort." in text_of(member.get(page).text)
    session.commit()
    assert member.post(f"{page}/vervangen", data={}).status_code == 404
    nobody = officer.post(f"{page}/vervangen", data={"leaving": "", "assessor": str(mine.assessor_id)})
    assert nobody.status_code == 422 and "mag dit antwoord niet scoren" in nobody.text
    officer.post(f"{page}/vervangen", data={"leaving": "", "assessor": str(people.assessors[0].id)})
    assert people.assessors[0].name in text_of(officer.get(page).text)
    assert row.answer.code in visit(people.assessors[0]).get("/kalibratie").text


def test_the_office_puts_somebody_else_in_the_place_of_who_is_ill(session, visit, people, exam, judges):
    row = start_rounds.choose(session, exam.answers[0], judges, people.officer, NOW)
    ill, other, _ = start_rounds.panel_of(session, row)
    now = datetime.now(AMSTERDAM)
    enter(session, ill.assessor, now.date(), now.date() + timedelta(days=9), people.officer, now)
    session.commit()
    desk = visit(ill.assessor)
    assert desk.get(f"/beoordelen/{ill.id}").status_code == 200
    officer, page = visit(people.officer), f"/normvideos/{row.id}"
    shown = text_of(officer.get(page).text)
    assert "begonnen, afwezig van" in shown and "Wat de eerste invulde en niet ondertekende, vervalt." in shown
    session.commit()
    new = people.assessors[0]
    assert officer.post(f"{page}/vervangen", data={"leaving": str(ill.id)}).status_code == 422
    told = officer.post(
        f"{page}/vervangen", data={"leaving": str(ill.id), "assessor": str(new.id)}, follow_redirects=True
    )
    assert f"{new.name} zit nu in de startronde" in text_of(told.text)
    late = officer.post(f"{page}/vervangen", data={"leaving": str(ill.id), "assessor": str(people.assessors[1].id)})
    assert late.status_code == 422 and "Nog niet vervangen" in text_of(late.text)
    # The one who left reads what is so, and loses nothing that counts.
    assert desk.get(f"/beoordelen/{ill.id}").status_code == 404
    assert row.answer.code not in desk.get("/kalibratie").text
    assert f"/beoordelen/{other.id}" in visit(other.assessor).get("/kalibratie").text


def test_the_office_reads_who_cannot_be_tested_and_who_it_is_reads_so_too(session, visit, people, exam, judges):
    cast.rate(session, exam, people.assessors[0], 1)
    made.live(session, people, exam, judges)
    session.commit()
    page = text_of(visit(people.officer).get("/normvideos").text)
    assert "Er zijn meer normvideo’s nodig" in page
    assert f"{people.assessors[0].name}: 0 van de 10, en krijgt gewoon werk" in page
    assert page.count("krijgt werk: kan de toets nog niet doen") == 1 and page.count("krijgt geen werk") >= 5
    me = visit(people.assessors[0])
    assert "U krijgt geen nieuw werk van" not in text_of(me.get("/beoordelen").text)
    mine = text_of(me.get("/kalibratie").text)
    assert "U hoeft de toets nu niet te doen" in mine and "u mag er 0 doen" in mine
    assert "U krijgt daarom geen nieuw werk" in text_of(visit(people.assessors[1]).get("/kalibratie").text)


def test_the_assessor_and_the_office_read_the_same_record(session, visit, people, exam, judges):
    made.live(session, people, exam, judges)
    one = people.assessors[0]
    people.outsider_organisation.supplies_examiners = True
    row = propose(session, people.outsider_organisation, one.name, one.email, people.outsider_beheerder, NOW)
    row.accept(NOW.date(), NOW.date(), people.officer, NOW)
    row.calibrate(NOW.date(), people.officer, NOW)
    made.calibrate(session, exam, one, 4, NOW)
    made.calibrate(session, exam, one, 3, NOW)
    session.commit()
    pages = visit(one).get("/kalibratie"), visit(people.officer).get(f"/bureau/examiners/{row.id}")
    for page in (text_of(each.text) for each in pages):
        assert f"met de hand genoteerd door {people.officer.name}" in page
        assert "toets goed" in page and "toets niet goed genoeg" in page
        assert "100 % precies gelijk" in page and "0 % precies gelijk, 100 % hoogstens één niveau ernaast" in page
        assert people.outsider_organisation.name in page and "Nog niet ingezet." in page
