"""What the desk saves by itself and what it may sign, behind its pages."""

import re
import uuid
from datetime import timedelta

from sqlalchemy import select
from support.judged_exam import fresh, note, rows_of, score, sign_all, state, tell
from support.visitors import text_of

from storage.base.audit import AuditEvent
from storage.base.clock import start_of_day
from storage.judging.ratings import Rating
from storage.judging.scores import Remark


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
    assert tell(me, bench.url(1, "/ondertekenen"), state(rating, 0)).status_code == 409


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
    for bad in ("x", [3], [[1]], [[1, 2, 3]], [[-1, 2]], [["0", 2]], [[0, 1]] * 1001):
        yield good | {"seen": bad}
    for bad in (7, None, "\0", "x" * 2001):
        yield good | {"unseen_because": bad}


def test_garbage_is_refused_and_changes_nothing(session, me, bench):
    rating = bench.mine[0]
    for body in garbage(rating):
        answer = tell(me, bench.url(1, "/bewaren"), body)
        assert answer.status_code == 400, (body, answer.status_code)
        assert tell(me, bench.url(1, "/ondertekenen"), body).status_code == 400
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


def test_what_is_missing_is_listed_in_dutch_in_the_order_of_the_desk(me, bench):
    rating = bench.mine[0]
    first, second, third, _ = rating.shuffled
    scores = {first: score(3, []), second: score(None, [], not_observable=True), third: score()}
    answer = tell(me, bench.url(1, "/ondertekenen"), state(rating, **scores))
    assert answer.status_code == 409
    told = [one["text"].partition(": ")[2] for one in answer.json["missing"]]
    assert told == ["noem een moment in de opname", "schrijf waarom dit niet waarneembaar is", "kies een niveau"]


def test_a_remark_on_a_competency_is_evidence_for_its_score(me, bench):
    rating = bench.mine[0]
    remarks = [note(competency=key) for key in rating.visible]
    whole = state(rating, 0, remarks, **{key: score(3, []) for key in rating.visible})
    assert tell(me, bench.url(1, "/ondertekenen"), whole).status_code == 200


def test_what_was_played_is_kept_and_a_recording_seen_to_its_end_is_signed_without_a_word(session, me, bench):
    rating = bench.mine[0]
    assert tell(me, bench.url(1, "/plek"), {"position_s": 9, "seen": [[0, 12.5], [30, 40.02]]}).status_code == 204
    assert fresh(session, Rating, rating.id).seen == [[0, 12.5], [30, 40.0]]
    # A silence of a second between two stretches is no part that was left out.
    assert tell(me, bench.url(1, "/bewaren"), state(rating) | {"seen": [[12, 29]]}).status_code == 200
    assert tell(me, bench.url(1, "/ondertekenen"), state(rating, 1) | {"seen": []}).status_code == 200
    found = fresh(session, Rating, rating.id)
    assert (found.seen, found.unseen_because) == ([[0, 29], [30, 40.0]], "")


def test_a_recording_that_was_not_seen_to_its_end_is_not_signed_without_saying_why(session, me, bench):
    rating, url = bench.mine[0], bench.url(1, "/ondertekenen")
    half = state(rating) | {"seen": [[3, 21.5]]}
    for silent in (half, half | {"unseen_because": "  "}):
        refused = tell(me, url, silent)
        assert refused.status_code == 409
        assert (refused.json["unseen"], refused.json["words"]) == ([[0, 3], [21.5, 40]], "0:00 tot 0:03, 0:21 tot 0:40")
        assert "U hebt niet de hele opname gezien" in refused.json["error"]
    assert fresh(session, Rating, rating.id).signed is None
    draft = half | {"unseen_because": "Het beeld stond stil."}
    kept = tell(me, bench.url(1, "/bewaren"), draft)
    assert '"unseen_because": "Het beeld stond stil."' in me.get(bench.url(1)).text
    assert tell(me, url, draft | {"version": kept.json["version"]}).status_code == 200
    assert fresh(session, Rating, rating.id).unseen_because == "Het beeld stond stil."
    assert "U ondertekende zonder alles te zien." in me.get(bench.url(1)).text


def test_who_saw_the_rest_after_all_leaves_no_word_behind(session, me, bench):
    rating = bench.mine[0]
    kept = tell(me, bench.url(1, "/bewaren"), state(rating) | {"seen": [], "unseen_because": "Geen tijd."})
    whole = state(rating, kept.json["version"]) | {"unseen_because": "Geen tijd."}
    assert tell(me, bench.url(1, "/ondertekenen"), whole).status_code == 200
    assert fresh(session, Rating, rating.id).unseen_because == ""


def test_who_signed_todays_number_reads_when_the_work_goes_on_and_loses_nothing(session, app, me, bench, monkeypatch):
    monkeypatch.setattr(Rating, "daily", 3)
    sign_all(me, bench.mine[:2])
    assert "Genoeg voor vandaag" not in me.get("/beoordelen").text
    third = tell(me, bench.url(3, "/ondertekenen"), state(bench.mine[2]))
    assert third.json["next"] == "/beoordelen/pauze"
    told = text_of(me.get(third.json["next"]).text)
    assert "U hebt vandaag 3 antwoorden ondertekend" in told and "U ondertekent weer vanaf" in told
    listed = me.get("/beoordelen").text
    assert "Genoeg voor vandaag" in listed and "Verder met beoordelen" not in listed
    page = me.get(bench.url(4)).text
    assert "U hebt vandaag 3 antwoorden ondertekend" in page and 'data-act="sign"' not in page
    kept = tell(me, bench.url(4, "/bewaren"), state(bench.mine[3]))
    assert kept.status_code == 200
    refused = tell(me, bench.url(4, "/ondertekenen"), state(bench.mine[3], kept.json["version"]))
    assert refused.status_code == 409 and refused.json["rule"] == "day_is_full"
    assert refused.json["error"].startswith("U hebt vandaag 3 antwoorden ondertekend.")
    found = fresh(session, Rating, bench.mine[3].id)
    assert found.signed is None and len(found.scores) == len(found.visible)


def test_a_new_day_is_a_new_number_and_anothers_work_does_not_count(session, me, visit, bench, monkeypatch):
    monkeypatch.setattr(Rating, "daily", 1)
    other = visit(bench.people.assessors[1])
    url = f"/beoordelen/{bench.theirs[0].id}/ondertekenen"
    assert tell(other, url, state(bench.theirs[0])).status_code == 200
    assert tell(me, bench.url(1, "/ondertekenen"), state(bench.mine[0])).status_code == 200
    assert tell(me, bench.url(2, "/ondertekenen"), state(bench.mine[1])).status_code == 409
    row = fresh(session, Rating, bench.mine[0].id)
    row.phase1_signed_at = start_of_day(row.phase1_signed_at) - timedelta(seconds=1)
    session.commit()
    assert tell(me, bench.url(2, "/ondertekenen"), state(bench.mine[1])).status_code == 200


def test_a_signature_leads_to_the_next_work_and_locks(session, me, bench):
    first = tell(me, bench.url(1, "/ondertekenen"), state(bench.mine[0]))
    assert first.json == {"next": bench.url(2), "done": 1, "total": 10}
    assert tell(me, bench.url(1, "/ondertekenen"), state(bench.mine[0], 2)).status_code == 409
    assert tell(me, bench.url(1, "/bewaren"), state(bench.mine[0], 2)).status_code == 409
    page = me.get(bench.url(1)).text
    assert "Ondertekend op" in page and 'data-act="sign"' not in page
    mine = select(AuditEvent.verb).where(AuditEvent.actor == bench.people.assessors[0].id, AuditEvent.verb != "refused")
    verbs = rows_of(session, mine)
    assert verbs == ["rating_signed_1"]
