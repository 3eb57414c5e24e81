"""The desk behind its pages: what is saved, what is refused, what stays blind, and what the last signature brings."""

import re
import uuid
from dataclasses import dataclass

import cast
import pytest
from sqlalchemy import event, select
from visitors import Visitor, text_of

from review.rating import Phase
from storage import database
from storage.audit import AuditEvent
from storage.flags import Flag, FlagKind
from storage.ratings import Rating, Remark, assign, own_ratings
from storage.sittings import Sitting
from storage.verdicts import Verdict

NOW = cast.NOW


@dataclass
class Bench:
    """A finished sitting on the desks of the first two assessors."""

    people: cast.Cast
    sitting: Sitting
    mine: list[Rating]
    theirs: list[Rating]

    def url(self, number: int = 1, what: str = "") -> str:
        return f"/beoordelen/{self.mine[number - 1].id}{what}"


@pytest.fixture
def bench(app, session, people):
    # What the test itself looked up must not keep the database locked while the app works.
    app.before_request(session.commit)
    sitting = cast.finished_sitting(session, people)
    mine = assign(session, sitting, people.assessors[0], 1, NOW)
    theirs = assign(session, sitting, people.assessors[1], 2, NOW)
    session.commit()
    return Bench(people, sitting, mine, theirs)


@pytest.fixture
def me(visit, bench):
    return visit(bench.people.assessors[0])


def tell(visitor: Visitor, url: str, body):
    headers = {"X-CSRFToken": visitor.token, "Accept": "application/json"}
    return visitor.client.post(url, json=body, headers=headers)


def score(level=3, moments=(4.5,), **more):
    return {"level": level, "not_observable": False, "reason": "", "moments": list(moments)} | more


def state(rating, version=0, remarks=(), **scores):
    return {
        "version": version,
        "scores": scores or {key: score() for key in rating.visible},
        "remarks": list(remarks),
    }


def note(text="Noemt de kou in huis.", at_s=12.25, competency=None, note_id=None):
    return {"id": str(note_id or uuid.uuid4()), "at_s": at_s, "text": text, "competency": competency}


def fresh(session, noun, wanted_id):
    """The row as it is in the database now, with nothing kept locked."""
    session.expire_all()
    row = session.get(noun, wanted_id)
    if noun is Rating:
        assert row.scores is not None and row.remarks is not None
    session.commit()
    return row


def rows_of(session, query):
    session.expire_all()
    rows = session.scalars(query).all()
    session.commit()
    return rows


# The list of work


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
    found = re.findall(r"A-[0-9A-Z]{6}", text)
    assert [set(found[at : at + 2]) for at in range(0, 20, 2)] == [set(codes[at : at + 2]) for at in range(0, 20, 2)]


def test_the_second_phase_waits_for_the_last_signature(session, me, bench):
    assert me.get(f"/beoordelen/fase-2/{bench.mine[0].id}").status_code == 404
    for number, rating in enumerate(bench.mine, 1):
        assert "STAR-dossier ligt klaar" not in me.get("/beoordelen").text
        tell(me, bench.url(number, "/bewaren"), state(rating))
        answer = tell(me, bench.url(number, "/ondertekenen"), {"version": 1})
        assert answer.status_code == 200, answer.json
    assert answer.json == {"next": f"/beoordelen/fase-2/{bench.mine[0].id}"}
    assert "STAR-dossier ligt klaar" in me.get("/beoordelen").text


def test_nothing_on_the_way_names_the_candidate(me, bench):
    for number, rating in enumerate(bench.mine, 1):
        tell(me, bench.url(number, "/bewaren"), state(rating))
        tell(me, bench.url(number, "/ondertekenen"), {"version": 1})
    dossier = bench.sitting.dossier
    pages = ["/beoordelen", *(bench.url(number) for number in range(1, 11)), f"/beoordelen/fase-2/{bench.mine[0].id}"]
    for page in pages:
        html = me.get(page).text
        secrets = (dossier.code, str(dossier.id), str(bench.sitting.id), str(dossier.candidate_id))
        names = (dossier.candidate.name, dossier.candidate.email, dossier.manager.name, dossier.organisation.name)
        dates = (bench.sitting.finished_at.isoformat(), "maandag 2 maart 2026")
        for secret in (*secrets, *names, *dates, dossier.reason, dossier.example_role, dossier.motivation):
            assert secret not in html, (page, secret)


# Saving


def test_a_save_keeps_everything_and_says_when(session, me, bench):
    rating = bench.mine[0]
    first, second = rating.visible[:2]
    sent = state(
        rating,
        remarks=[note(competency=first), note("Los gezegd.", 1)],
        **{first: score(4, []), second: score(None, [], not_observable=True, reason="Kwam niet aan bod.")},
    )
    answer = tell(me, bench.url(1, "/bewaren"), sent)
    assert answer.status_code == 200 and answer.json["version"] == 1
    assert re.fullmatch(r"\d\d:\d\d:\d\d", answer.json["saved_at"])
    found = fresh(session, Rating, rating.id)
    assert (found.score(first).level, found.score(second).reason) == (4, "Kwam niet aan bod.")
    assert [(one.text, one.at_s) for one in found.remarks] == [("Los gezegd.", 1), ("Noemt de kou in huis.", 12.25)]
    assert found.opened_at is not None
    shown = me.get(bench.url(1)).text
    assert "Noemt de kou in huis." in shown and "Kwam niet aan bod." in shown


def test_a_save_takes_away_what_is_gone(session, me, bench):
    rating = bench.mine[0]
    kept = note("Blijft.")
    tell(me, bench.url(1, "/bewaren"), state(rating, remarks=[kept, note("Gaat weg.")]))
    only = {rating.visible[0]: score(2)}
    assert tell(me, bench.url(1, "/bewaren"), state(rating, 1, [kept | {"text": "Anders."}], **only)).status_code == 200
    found = fresh(session, Rating, rating.id)
    assert ([one.text for one in found.remarks], len(found.scores)) == (["Anders."], 1)


def test_another_window_that_was_first_is_told_with_what_is_there_now(me, bench):
    rating = bench.mine[0]
    first = tell(me, bench.url(1, "/bewaren"), state(rating, remarks=[note("Eerste venster.")]))
    assert first.status_code == 200
    late = tell(me, bench.url(1, "/bewaren"), state(rating, 0))
    assert late.status_code == 409 and late.json["rule"] == "changed_elsewhere"
    assert (late.json["now"]["version"], late.json["now"]["remarks"][0]["text"]) == (1, "Eerste venster.")
    assert tell(me, bench.url(1, "/ondertekenen"), {"version": 0}).status_code == 409


def test_the_place_in_the_recording_is_kept_and_never_in_the_way(session, me, bench):
    assert tell(me, bench.url(1, "/plek"), {"position_s": 17.5}).status_code == 204
    assert tell(me, bench.url(1, "/bewaren"), state(bench.mine[0])).status_code == 200
    assert tell(me, bench.url(1, "/plek"), {"position_s": 9999}).status_code == 204
    assert fresh(session, Rating, bench.mine[0].id).position_s == 40.0
    assert '"position_s": 40.0' in me.get(bench.url(1)).text


def garbage(rating):
    """Bodies that no desk of ours would ever send."""
    good, key = state(rating), rating.visible[0]
    unseen = ({"analysis", "persuasion", "reflection"} - set(rating.visible)).pop()
    yield from (None, [], 3, "x", {}, {"version": 0}, good | {"version": "0"}, good | {"version": True})
    for bad in (
        score(6),
        score(0),
        score(2.5),
        score(True),
        score("3"),
        score(3, not_observable=True),
        score(3, [-1]),
        score(3, ["a"]),
        score(3, [float("1e400")]),
        score(3, [1.0] * 101),
        score(3, reason="x" * 2001),
        score(3, reason="\0"),
        score(3, reason=7),
        {},
        [],
    ):
        yield good | {"scores": {key: bad}}
    yield good | {"scores": {unseen: score()}}
    yield good | {"scores": {"nonsense": score()}}
    for bad in (
        note(""),
        note("  "),
        note("x" * 1001),
        note("\0"),
        note(at_s=-1),
        note(at_s=None),
        note(competency="nonsense"),
        note(competency=unseen),
        note() | {"id": "geen id"},
        note() | {"id": 7},
        "x",
    ):
        yield good | {"remarks": [bad]}
    twice = note()
    yield good | {"remarks": [twice, twice]}
    yield good | {"remarks": [note() for _ in range(401)]}


def test_garbage_is_refused_and_changes_nothing(session, me, bench):
    rating = bench.mine[0]
    for body in garbage(rating):
        answer = tell(me, bench.url(1, "/bewaren"), body)
        assert answer.status_code == 400, (body, answer.status_code)
    for body in (None, {}, {"position_s": "x"}, {"position_s": -1}, {"position_s": True}):
        assert tell(me, bench.url(1, "/plek"), body).status_code == 400
    huge = "x" * 1_100_000
    assert tell(me, bench.url(1, "/bewaren"), state(rating) | {"more": huge}).status_code == 413
    found = fresh(session, Rating, rating.id)
    assert (found.version, found.scores, found.remarks, found.opened_at) == (0, [], [], None)


def test_a_remark_cannot_be_taken_from_another_answer(session, me, bench):
    taken = note("Van antwoord 1.")
    tell(me, bench.url(1, "/bewaren"), state(bench.mine[0], remarks=[taken]))
    assert tell(me, bench.url(2, "/bewaren"), state(bench.mine[1], remarks=[taken])).status_code == 409
    assert fresh(session, Remark, uuid.UUID(taken["id"])).rating_id == bench.mine[0].id


# Signing


def test_what_is_missing_is_listed_in_dutch_in_the_order_of_the_desk(me, bench):
    rating = bench.mine[0]
    first, second, third, _ = rating.shuffled
    scores = {first: score(3, []), second: score(None, [], not_observable=True), third: score()}
    tell(me, bench.url(1, "/bewaren"), state(rating, **scores))
    answer = tell(me, bench.url(1, "/ondertekenen"), {"version": 1})
    assert answer.status_code == 409
    told = [one["text"].partition(": ")[2] for one in answer.json["missing"]]
    assert told == ["noem een moment in de opname", "schrijf waarom dit niet waarneembaar is", "kies een niveau"]


def test_a_remark_on_a_competency_is_evidence_for_its_score(me, bench):
    rating = bench.mine[0]
    remarks = [note(competency=key) for key in rating.visible]
    tell(me, bench.url(1, "/bewaren"), state(rating, 0, remarks, **{key: score(3, []) for key in rating.visible}))
    assert tell(me, bench.url(1, "/ondertekenen"), {"version": 1}).status_code == 200


def test_a_signature_leads_to_the_next_work_and_locks(session, me, bench):
    tell(me, bench.url(1, "/bewaren"), state(bench.mine[0]))
    assert tell(me, bench.url(1, "/ondertekenen"), {"version": 1}).json == {"next": bench.url(2)}
    assert tell(me, bench.url(1, "/ondertekenen"), {"version": 2}).status_code == 409
    assert tell(me, bench.url(1, "/bewaren"), state(bench.mine[0], 2)).status_code == 409
    page = me.get(bench.url(1)).text
    assert "Ondertekend op" in page and 'data-act="sign"' not in page
    verbs = rows_of(session, select(AuditEvent.verb).where(AuditEvent.actor == bench.people.assessors[0].id))
    assert verbs == ["rating_signed_1"]


# Blindness


def without_tokens(html):
    return re.sub(r'(name="csrf_token"[^>]*value|name="csrf-token" content)="[^"]+"', "", html)


def test_what_the_other_assessor_does_changes_nothing_on_my_pages(session, visit, me, bench):
    for number, rating in enumerate(bench.mine, 1):
        tell(me, bench.url(number, "/bewaren"), state(rating))
        tell(me, bench.url(number, "/ondertekenen"), {"version": 1})
    pages = ["/beoordelen", *(bench.url(number) for number in range(1, 11)), f"/beoordelen/fase-2/{bench.mine[0].id}"]
    before = [without_tokens(me.get(page).text) for page in pages]
    other = visit(bench.people.assessors[1])
    for rating in bench.theirs:
        url = f"/beoordelen/{rating.id}"
        tell(other, f"{url}/bewaren", state(rating, remarks=[note("Alleen voor mij.")]))
        tell(other, f"{url}/ondertekenen", {"version": 1})
        assert tell(me, f"{url}/bewaren", state(rating, 1)).status_code == 404
        assert me.get(url).status_code == 404
    other.post(f"/beoordelen/fase-2/{bench.theirs[0].id}/ondertekenen")
    assert [without_tokens(me.get(page).text) for page in pages] == before
    assert me.get(f"/beoordelen/fase-2/{bench.theirs[0].id}").status_code == 404


# What an assessor tells the office


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


# Phase 2


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
    star.situation = "Kandidaat Een zei tegen Leidinggevende Een bij Voorbeeld Klantcontact: bel 06 12345678."
    session.commit()
    text = text_of(me.get(ready).text)
    assert "[naam] zei tegen [naam] bij [organisatie]: bel [telefoonnummer]." in text
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
    assert (found.level, found.phase2["level"], len(found.phase2["evidence"])) == (3, 4, 3)
    shown = text_of(me.get(ready).text)
    assert "De STAR laat het zien." in shown and "STAR met een collega, S2" in shown
    assert me.post(ready, a_change(bench) | {"undo": "1"}).status_code == 302
    assert fresh(session, Rating, bench.mine[0].id).score(bench.mine[0].visible[0]).phase2 is None


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
    other = visit(third)
    assert other.get(f"/beoordelen/fase-2/{bench.mine[0].id}").status_code == 404
    assert other.post(f"/beoordelen/fase-2/{first_of_third}/ondertekenen").status_code == 302
    (verdict,) = rows_of(session, select(Verdict))
    assert {result["mean"] for result in verdict.decision["competencies"]} == {"4/1"}


# Load


def queries(visitor, url):
    seen = []

    def count(_connection, _cursor, statement, *_):
        seen.append(statement)

    event.listen(database.engine(), "before_cursor_execute", count)
    try:
        assert visitor.get(url).status_code == 200
    finally:
        event.remove(database.engine(), "before_cursor_execute", count)
    return len(seen)


@pytest.mark.one_database
def test_many_answers_and_remarks_ask_no_more_questions(session, visit, me, bench):
    few = queries(me, "/beoordelen"), queries(me, bench.url(1))
    for rating in bench.mine:
        for at in range(40):
            rating.remarks.append(Remark(at_s=at, text=f"Opmerking {at}", created_at=NOW))
        cast.score(rating)
    pack, people = bench.sitting.pack, bench.people
    other = cast.finished_sitting(session, people, candidate=people.second_candidate, pack_row=pack)
    assign(session, other, people.assessors[0], 1, NOW)
    session.commit()
    many = queries(me, "/beoordelen"), queries(me, bench.url(1))
    assert many == few
    assert max(many) < 25
