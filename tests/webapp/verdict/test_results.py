"""From a verdict to a result that the candidate reads: four eyes, reasons, terms, and nothing before its time."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from support import cast
from support.visitors import text_of

from storage.exam.recordings import latest_take
from storage.judging.progress import decide
from storage.judging.ratings import ratings_of
from storage.judging.scores import Remark
from storage.judging.verdicts import Verdict
from storage.judging.workload import assign
from storage.people.outbox import MailMessage
from storage.people.people import Membership, Role

NOW = cast.NOW


@pytest.fixture
def free(app, session):
    # What the test itself looked up must not keep the database locked while the app works.
    app.before_request(session.commit)


@pytest.fixture
def sitting(free, session, people):
    row = cast.finished_sitting(session, people)
    session.commit()
    return row


@pytest.fixture
def judged(session, people, sitting):
    """A verdict of which everything is 3 and 4, that nobody has looked at yet."""
    cast.rate(session, sitting, people.assessors[0], 1, 3)
    cast.rate(session, sitting, people.assessors[1], 2, 4)
    for rating in ratings_of(session, sitting)[:1]:
        rating.remarks.append(Remark(at_s=12, text="U vat het gevoel goed samen.", created_at=NOW))
    row = decide(session, sitting, NOW)
    session.commit()
    return row


def rows_of(session, query):
    session.expire_all()
    return session.scalars(query).all()


# Giving work to assessors


def test_an_officer_gives_a_sitting_to_two_assessors(session, visit, people, sitting):
    officer, page = visit(people.officer), f"/uitslagen/zittingen/{sitting.id}"
    assert "2 assessoren" in text_of(officer.get("/uitslagen").text)
    one, two, three = (str(person.id) for person in people.assessors)
    for chosen in ({}, {"slot-1": one}, {"slot-1": one, "slot-2": one}, {"slot-1": one, "slot-2": "x"}):
        assert officer.post(page, chosen).status_code == 422
    assert officer.post(page, {"slot-1": one, "slot-2": str(people.officer.id)}).status_code == 422
    assert rows_of(session, select(Verdict)) == [] and not ratings_of(session, sitting)
    assert officer.post(page, {"slot-1": one, "slot-2": two, "slot-3": three}).status_code == 302
    assert [rating.slot for rating in ratings_of(session, sitting)] == [1] * 10 + [2] * 10
    assert "Alle plaatsen zijn bezet" in officer.get(page).text
    assert officer.post(page, {"slot-1": one, "slot-2": two}).status_code == 200
    assert len(ratings_of(session, sitting)) == 20
    assert "0 van 10, 0 van 10" in text_of(officer.get("/uitslagen").text)


def test_who_has_a_tie_with_the_candidate_cannot_be_chosen(session, visit, people, sitting):
    colleague, manager, former = people.assessors
    since = NOW - timedelta(days=900)
    colleague.memberships.append(Membership(role=Role.MANAGER, organisation=people.organisation, since=since))
    left = datetime.now(UTC) - timedelta(days=30)
    former.memberships.append(
        Membership(role=Role.CANDIDATE, organisation=people.organisation, since=since, until=left)
    )
    sitting.dossier.manager = manager
    session.commit()
    officer, page = visit(people.officer), f"/uitslagen/zittingen/{sitting.id}"
    text = text_of(officer.get(page).text)
    assert "Assessor Een: werkt bij dezelfde organisatie" in text
    assert "Assessor Twee: is de leidinggevende" in text
    assert "Assessor Drie: werkte onlangs bij dezelfde organisatie" in text
    assert "Niemand beschikbaar" in text
    refused = officer.post(page, {"slot-1": str(colleague.id), "slot-2": str(manager.id)})
    assert refused.status_code == 422 and not ratings_of(session, sitting)


def test_work_is_given_only_when_every_recording_can_be_watched(session, visit, people, sitting):
    latest_take(session, sitting.answers[4]).state = "captured"
    session.commit()
    one, two, _ = (str(person.id) for person in people.assessors)
    answer = visit(people.officer).post(f"/uitslagen/zittingen/{sitting.id}", {"slot-1": one, "slot-2": two})
    assert answer.status_code == 422 and "Nog niet alle antwoorden zijn klaar" in answer.text


def test_the_committee_sees_the_list_and_gives_no_work(visit, people, sitting):
    member = visit(people.committee_member)
    assert member.get("/uitslagen").status_code == 200
    assert member.get(f"/uitslagen/zittingen/{sitting.id}").status_code == 404


# Four eyes


def test_one_confirms_and_another_releases(session, visit, people, judged):
    first, second = visit(people.officer), visit(people.committee_member)
    page = f"/uitslagen/{judged.id}"
    early = second.post(f"{page}/vrijgeven")
    assert early.status_code == 409 and "Een eerste medewerker moet" in early.text
    assert first.post(f"{page}/controleren").status_code == 302
    assert first.post(f"{page}/controleren").status_code == 409
    assert "Iemand anders geeft vrij" in first.get(page).text
    own = first.post(f"{page}/vrijgeven")
    assert own.status_code == 409 and "Iemand anders moet het vrijgeven" in own.text
    assert second.post(f"{page}/vrijgeven").status_code == 302
    assert second.post(f"{page}/vrijgeven").status_code == 409
    (found,) = rows_of(session, select(Verdict))
    assert (found.confirmed_by_id, found.released_by_id) == (people.officer.id, people.committee_member.id)
    assert "Vrijgegeven op" in text_of(first.get(page).text)


def test_who_judged_neither_confirms_nor_releases(session, visit, people, judged):
    people.assessors[0].memberships.append(Membership(role=Role.KSF_OFFICER, since=NOW - timedelta(days=1)))
    session.commit()
    involved = visit(people.assessors[0])
    assert "Dit is niet aan u" in involved.get(f"/uitslagen/{judged.id}").text
    assert involved.post(f"/uitslagen/{judged.id}/controleren").status_code == 409
    visit(people.officer).post(f"/uitslagen/{judged.id}/controleren")
    assert involved.post(f"/uitslagen/{judged.id}/vrijgeven").status_code == 409


def test_a_batch_releases_what_may_be_and_says_what_may_not(session, visit, people, judged):
    pack = judged.sitting.pack
    other = cast.finished_sitting(session, people, candidate=people.second_candidate, pack_row=pack)
    cast.rate(session, other, people.assessors[0], 1)
    cast.rate(session, other, people.assessors[1], 2)
    second = decide(session, other, NOW)
    judged.confirm(people.officer, NOW)
    second.confirm(people.second_officer, NOW)
    session.commit()
    officer, address = visit(people.officer), "/uitslagen/vrijgeven"
    officer.post(address)
    assert "Kies eerst" in officer.get("/uitslagen").text
    assert officer.post(address, {"verdict": "niets"}).status_code == 302
    officer.post(address, {"verdict": [str(judged.id), str(second.id)]})
    text = text_of(officer.get("/uitslagen").text)
    assert "1 uitslag vrijgegeven" in text and f"Dossier {judged.sitting.dossier.code} is niet vrijgegeven" in text
    assert [
        one.released_at is not None for one in rows_of(session, select(Verdict).order_by(Verdict.decided_at))
    ].count(True) == 1


def test_a_verdict_that_was_tampered_with_is_shown_as_such(session, visit, people, judged):
    judged.decision = judged.decision | {"passed": False}
    judged.passed = False
    session.commit()
    assert "klopt niet met de scores" in visit(people.officer).get(f"/uitslagen/{judged.id}").text


def test_the_reasons_are_there_in_dutch(visit, people, judged):
    text = text_of(visit(people.officer).get(f"/uitslagen/{judged.id}").text)
    assert "Geslaagd, gemiddeld 3,50" in text
    assert "Deel 1, het motivatiedossier voldoende voldoende ja" in text
    assert "Gemiddelde van alle competenties 3,50 minstens 2,75 ja" in text
    assert "Mondelinge taalvaardigheid 3,50 10 3,00 4,00 ja" in text


def test_a_result_that_is_too_late_stands_out(session, visit, people, judged):
    text = text_of(visit(people.officer).get("/uitslagen").text)
    assert "maandag 16 maart 2026 te laat" in text
    assert "1 uitslag te laat" in text and "Te controleren maandag 16 maart 2026" in text


# The candidate


def test_before_its_release_the_candidate_reads_when_and_nothing_else(session, visit, people, judged):
    candidate = visit(people.candidate)
    text = text_of(candidate.get("/uitslag").text)
    assert "Uw uitslag komt nog" in text and "16 maart 2026" in text
    assert "geslaagd" not in text.lower() and "3,50" not in text
    judged.confirm(people.officer, NOW)
    session.commit()
    assert "geslaagd" not in text_of(candidate.get("/uitslag").text).lower()
    assert visit(people.second_candidate).get("/uitslag").status_code == 404


def released(session, people, verdict):
    verdict.confirm(people.officer, NOW)
    verdict.release(people.second_officer, NOW)
    session.commit()


def test_the_candidate_reads_levels_remarks_what_to_develop_and_how_to_object(session, visit, people, judged):
    released(session, people, judged)
    text = text_of(visit(people.candidate).get("/uitslag").text)
    assert "U bent geslaagd" in text and "3,50" in text
    assert "Wie een niveau hoger zit, " in text
    assert "Assessor 1 0:12 U vat het gevoel goed samen." in text
    assert "bezwaar maken tot en met maandag 13 april 2026" in text
    for assessor in people.assessors:
        assert assessor.name not in text
    assert people.officer.name not in text


def test_who_did_not_pass_reads_why(session, visit, people, sitting):
    for slot, assessor in enumerate(people.assessors[:2], 1):
        cast.rate(session, sitting, assessor, slot, 2)
    released(session, people, decide(session, sitting, NOW))
    text = text_of(visit(people.candidate).get("/uitslag").text)
    assert "U bent niet geslaagd" in text
    assert "Gemiddelde van alle competenties: 2,00, nodig is minstens 2,75." in text
    assert "Gemiddelde Reflectie: 2,00, nodig is minstens 2,25." in text


def test_the_mail_says_that_there_is_a_result_and_not_which(session, visit, people, judged):
    visit(people.officer).post(f"/uitslagen/{judged.id}/controleren")
    visit(people.second_officer).post(f"/uitslagen/{judged.id}/vrijgeven")
    (mail,) = rows_of(session, select(MailMessage).where(MailMessage.template == "result"))
    assert mail.person_id == people.candidate.id
    assert "/uitslag" in mail.text
    for word in ("geslaagd", "3,5", "niveau"):
        assert word not in (mail.subject + mail.text).lower()


def test_the_letter_is_archivable_accessible_and_always_the_same(session, visit, people, judged):
    candidate = visit(people.candidate)
    assert candidate.get("/uitslag/brief.pdf").location == "/uitslag"
    released(session, people, judged)
    first, again = candidate.get("/uitslag/brief.pdf"), candidate.get("/uitslag/brief.pdf")
    assert first.data == again.data and first.content_type == "application/pdf"
    assert first.data.startswith(b"%PDF-1.7")
    for mark in (b"<pdfaid:part>2<", b"<pdfaid:conformance>B<", b"<pdfuaid:part>1<", b"Uitslag Branchecertificaat B"):
        assert mark in first.data, mark
    for secret in (people.manager.name, people.officer.name, *(one.name for one in people.assessors)):
        assert secret.encode() not in first.data


def test_what_the_letter_cannot_print_is_replaced_and_the_office_knows_before_the_release(
    session, visit, people, judged
):
    page = f"/uitslagen/{judged.id}"
    assert "De brief mist tekens" not in visit(people.officer).get(page).text
    session.merge(people.candidate).name = "王小明 Proef\U0003ff80"
    rating = ratings_of(session, judged.sitting)[0]
    rating.remarks.append(Remark(at_s=13, text="Goed! 😀\u2028\ue000\x07", created_at=NOW))
    session.commit()
    shown = text_of(visit(people.officer).get(page).text)
    assert "De brief mist tekens" in shown and "\U0003ff80" in shown and "\ue000" in shown
    released(session, people, judged)
    answer = visit(people.candidate).get("/uitslag/brief.pdf")
    assert (answer.status_code, answer.content_type, answer.data[:5]) == (200, "application/pdf", b"%PDF-")


def test_an_examination_that_is_not_finished_has_no_date_yet(free, session, visit, people):
    cast.begin(cast.sitting(session, people))
    session.commit()
    assert "nog niet afgerond" in text_of(visit(people.candidate).get("/uitslag").text)


# The command line


def test_verdict_explain_recomputes_and_tells_every_reason(app, session, judged):
    runner = app.test_cli_runner()
    for known in (judged.id, judged.sitting_id):
        told = runner.invoke(args=["verdict", "explain", str(known)])
        assert told.exit_code == 0, told.output
        assert (
            "Geslaagd. Het gemiddelde van alle competenties is 3,50." in told.output
            and "Opnieuw gerekend: gelijk." in told.output
        )
        assert told.output.count("nodig:") == 18
    session.get(Verdict, judged.id).inputs = judged.inputs | {"part1_sufficient": False}
    session.commit()
    told = runner.invoke(args=["verdict", "explain", str(judged.id)])
    assert told.exit_code == 1 and "veranderd" in told.output
    assert runner.invoke(args=["verdict", "explain", str(judged.sitting.dossier_id)]).exit_code == 1


def test_work_that_is_under_way_shows_how_far_it_is(session, visit, people, sitting):
    for slot, assessor in enumerate(people.assessors[:2], 1):
        assign(session, sitting, assessor, slot, NOW)
    session.commit()
    assert "0 van 2 assessoren" in text_of(visit(people.officer).get("/uitslagen").text)


# What the checker sees


def test_the_checker_reads_each_score_each_change_and_each_remark_beside_the_film(session, visit, people, judged):
    one, two = (rating for rating in ratings_of(session, judged.sitting) if rating.answer.number == 1)
    first = one.scores[0]
    first.changed, first.phase2_level, first.change_reason = True, 5, "De STAR laat meer zien."
    second = next(score for score in two.scores if score.competency == first.competency)
    second.level, second.not_observable, second.reason = None, True, "Het geluid viel weg."
    one.remarks.append(Remark(at_s=31, text="Benoemt het gevoel.", created_at=NOW))
    take = latest_take(session, judged.sitting.answers[0])
    session.commit()
    page = visit(people.officer).get(f"/uitslagen/{judged.id}").text
    told = text_of(page)
    assert "3 → 5 Waarom anders: De STAR laat meer zien." in told
    assert "niet waarneembaar (Het geluid viel weg.)" in told
    assert "0:31, assessor 1: Benoemt het gevoel." in told
    assert told.count("Waarom anders") == 1
    assert f'href="/opnames/{take.id}"' in page
    assert people.assessors[0].name in told
    assert visit(people.candidate).get(f"/uitslagen/{judged.id}").status_code == 404


def test_answers_on_which_assessors_are_far_apart_are_marked(session, visit, people, judged):
    officer, page = visit(people.officer), f"/uitslagen/{judged.id}"
    assert "lopen uiteen" not in officer.get(page).text
    (rating, *_) = (one for one in ratings_of(session, judged.sitting) if one.answer.number == 2)
    rating.scores[0].level = 1
    session.commit()
    assert officer.get(page).text.count("lopen uiteen") == 1
