"""The assessor's pages: the list of work, what stays blind, and how much a page asks of the database."""

import re

import pytest
from support import cast
from support.judged_exam import NOW, note, sign_all, state, tell
from support.visitors import text_of

from storage.judging.scores import Remark
from storage.judging.workload import assign


def test_without_work_the_list_says_what_to_expect(visit, people):
    assert "Er ligt nu geen werk voor u klaar" in text_of(visit(people.assessors[0]).get("/beoordelen").text)


def test_work_is_listed_situation_by_situation_across_candidates(session, visit, me, bench):
    pack = bench.sitting.pack
    other = cast.finished_sitting(session, bench.people, candidate=bench.people.second_candidate, pack_row=pack)
    assign(session, other, bench.people.assessors[0], 1, NOW)
    session.commit()
    text = text_of(me.get("/beoordelen").text)
    assert "0 van 20 klaar" in text
    codes = [answer.code for pair in zip(bench.sitting.answers, other.answers, strict=True) for answer in pair]
    found = re.findall(r"A-[0-9A-Z]{7}", text)
    assert [set(found[at : at + 2]) for at in range(0, 20, 2)] == [set(codes[at : at + 2]) for at in range(0, 20, 2)]


def test_the_second_phase_waits_for_the_last_signature(session, me, bench):
    assert me.get(f"/beoordelen/fase-2/{bench.mine[0].id}").status_code == 404
    sign_all(me, bench.mine[:9])
    assert "STAR-dossier ligt klaar" not in me.get("/beoordelen").text
    answer = tell(me, bench.url(10, "/ondertekenen"), state(bench.mine[9]))
    assert answer.json == {"next": f"/beoordelen/fase-2/{bench.mine[0].id}", "done": 10, "total": 10}
    assert "STAR-dossier ligt klaar" in me.get("/beoordelen").text


def all_pages(bench):
    """Every address of an assessor who has signed all answers."""
    desks = [bench.url(number) for number in range(1, 11)]
    return ["/beoordelen", "/beoordelen/pauze", *desks, f"/beoordelen/fase-2/{bench.mine[0].id}"]


def test_nothing_on_the_way_names_the_candidate(me, bench):
    sign_all(me, bench.mine)
    dossier = bench.sitting.dossier
    pages = all_pages(bench)
    for page in pages:
        html = me.get(page).text
        secrets = (dossier.code, str(dossier.id), str(bench.sitting.id), str(dossier.candidate_id))
        names = (dossier.candidate.name, dossier.candidate.email, dossier.manager.name, dossier.organisation.name)
        dates = (bench.sitting.finished_at.isoformat(), "maandag 2 maart 2026")
        for secret in (*secrets, *names, *dates, dossier.reason, dossier.example_role, dossier.motivation):
            assert secret not in html, (page, secret)


def without_tokens(html):
    return re.sub(r'(name="csrf_token"[^>]*value|name="csrf-token" content)="[^"]+"', "", html)


def test_what_the_other_assessor_does_changes_nothing_on_my_pages(session, visit, me, bench):
    sign_all(me, bench.mine)
    pages = all_pages(bench)
    before = [without_tokens(me.get(page).text) for page in pages]
    other = visit(bench.people.assessors[1])
    for rating in bench.theirs:
        url = f"/beoordelen/{rating.id}"
        tell(other, f"{url}/ondertekenen", state(rating, remarks=[note("Alleen voor mij.")]))
        assert tell(me, f"{url}/bewaren", state(rating, 1)).status_code == 404
        assert me.get(url).status_code == 404
    other.post(f"/beoordelen/fase-2/{bench.theirs[0].id}/ondertekenen")
    assert [without_tokens(me.get(page).text) for page in pages] == before
    assert me.get(f"/beoordelen/fase-2/{bench.theirs[0].id}").status_code == 404


@pytest.mark.one_database
def test_many_answers_and_remarks_ask_no_more_questions(session, visit, me, bench, count_queries):
    few = count_queries(me, "/beoordelen"), count_queries(me, bench.url(1))
    for rating in bench.mine:
        for at in range(40):
            rating.remarks.append(Remark(at_s=at, text=f"Opmerking {at}", created_at=NOW))
        cast.score(rating)
    pack, people = bench.sitting.pack, bench.people
    other = cast.finished_sitting(session, people, candidate=people.second_candidate, pack_row=pack)
    assign(session, other, people.assessors[0], 1, NOW)
    session.commit()
    many = count_queries(me, "/beoordelen"), count_queries(me, bench.url(1))
    assert many == few
    # Two are every page's own: who the institution is, and what a person is asked to handle as an outsider. One is how
    # many answers were signed today.
    assert max(many) <= 13
