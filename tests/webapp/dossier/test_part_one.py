"""KSF judges part 1: claimed by one, judged per criterion with reasons, decided once, and what follows from it."""

import re
import uuid
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import g
from sqlalchemy import select, update
from support import cast
from support.part_one import CRITERIA, decide, judgement, take
from support.visitors import text_of

from storage.admission.part_one import PartOneReview
from storage.base.audit import AuditEvent
from storage.base.database import new_session
from storage.dossier import qualifications
from storage.dossier.dossiers import Dossier, DossierState
from storage.dossier.revisions import hand_in
from storage.exam.sittings import Sitting
from storage.people.outbox import MailMessage, MailState
from storage.people.people import Person, release
from webapp.dossier import part_one


@pytest.fixture
def handed_in(session, people):
    """A motivation file that waits for a decision, of somebody who has certificate A, where there are situations."""
    cast.pack(session)
    row = cast.dossier(session, people)
    session.flush()
    qualifications.enter(
        session, people.candidate, "certificate_a", "A-1234", date(2025, 5, 1), people.officer, datetime.now(UTC)
    )
    hand_in(session, row, people.candidate, cast.NOW)
    session.commit()
    return row


def all_of(noun):
    with new_session(writes=False) as session:
        return list(session.scalars(select(noun)))


def test_an_approved_candidate_is_invited_at_once(people, visit, handed_in):
    visitor = visit(people.officer)
    page = visitor.get(decide(visitor, handed_in, "approved").location)
    assert "Goedgekeurd. De uitnodiging is onderweg." in page.text
    (dossier,), (sitting,), (mail,) = all_of(Dossier), all_of(Sitting), all_of(MailMessage)
    assert (dossier.state, dossier.decided_by_id) == (DossierState.APPROVED, people.officer.id)
    assert sitting.dossier_id == dossier.id
    assert (sitting.closes_at - sitting.opens_at).days == handed_in.scheme.content.sitting.window_days
    assert (mail.person_id, mail.template, mail.state) == (people.candidate.id, "invitation", MailState.WAITING)
    assert people.candidate.name in mail.text
    assert visit(people.candidate).get("/examen").status_code == 200
    (review,) = all_of(PartOneReview)
    assert review.fixed_at and review.outcome == "approved" and set(review.marks) == set(CRITERIA)


@pytest.mark.parametrize("decision, word", [("returned", "aan te passen"), ("rejected", "afgewezen")])
def test_a_refusal_tells_the_candidate_why(people, visit, handed_in, decision, word):
    answer = decide(visit(people.officer), handed_in, decision, ["star_with_colleague"], "Beschrijf wat u zelf zei.")
    assert answer.status_code == 302
    (dossier,), (mail,) = all_of(Dossier), all_of(MailMessage)
    assert dossier.state == decision
    assert "Beschrijf wat u zelf zei." in mail.text
    assert "Reden bij star_with_colleague." in mail.text
    assert "Reden bij role_fits." not in mail.text
    assert word in mail.subject + mail.text
    assert all_of(Sitting) == []
    assert "Beschrijf wat u zelf zei." in visit(people.candidate).get(f"/dossier/{dossier.id}").text


@pytest.mark.parametrize("decision", ["returned", "rejected"])
@pytest.mark.parametrize("reason", ["", "   \n"])
def test_a_refusal_needs_a_reason(people, visit, handed_in, decision, reason):
    answer = decide(visit(people.officer), handed_in, decision, ["role_fits"], reason)
    assert answer.status_code == 409
    assert "Schrijf eerst waarom u dit besluit neemt" in answer.text
    assert all_of(Dossier)[0].state is DossierState.SUBMITTED
    assert all_of(MailMessage) == []
    assert all_of(PartOneReview)[0].marks["role_fits"].sufficient is False  # nothing that was typed is lost


@pytest.mark.parametrize(
    "decision, wrong, said",
    [
        ("approved", ["role_fits"], "Goedkeuren kan alleen als elk criterium voldoende is"),
        ("returned", [], "Alles is voldoende"),
        ("rejected", [], "Alles is voldoende"),
    ],
)
def test_a_decision_fits_its_judgements(people, visit, handed_in, decision, wrong, said):
    answer = decide(visit(people.officer), handed_in, decision, wrong, "Omdat.")
    assert answer.status_code == 409
    assert said in answer.text
    assert all_of(Dossier)[0].state is DossierState.SUBMITTED


def test_every_criterion_needs_a_judgement_and_a_reason(people, visit, handed_in):
    visitor, address = visit(people.officer), f"/bureau/dossiers/{handed_in.id}/oordeel"
    take(visitor, handed_in)
    for gap in ({"met_role_fits": ""}, {"reason_role_fits": " "}):
        answer = visitor.post(address, judgement(decision="approved", **gap))
        assert answer.status_code == 409
        assert "Het werk past bij dit certificaat" in text_of(answer.text)
    assert visitor.post(address, judgement(met_role_fits="")).status_code == 302  # keeping half is fine
    assert all_of(Dossier)[0].state is DossierState.SUBMITTED


def test_garbage_is_no_decision(people, visit, handed_in):
    visitor, address = visit(people.officer), f"/bureau/dossiers/{handed_in.id}/oordeel"
    take(visitor, handed_in)
    for decision in ("", "withdrawn", "submitted", "nonsense"):
        assert visitor.post(address, judgement(decision=decision)).status_code == 302
    assert visitor.post(address, judgement(decision="approved", met_role_fits="9")).status_code == 409
    assert visitor.post(address, judgement(decision="approved", reason_role_fits="x" * 2001)).status_code == 409
    assert all_of(Dossier)[0].state is DossierState.SUBMITTED


def test_one_officer_judges_at_a_time(session, people, visit, handed_in):
    first, second = visit(people.officer), visit(people.second_officer)
    assert take(first, handed_in).status_code == 302
    answer = take(second, handed_in)
    assert (answer.status_code, "Een collega beoordeelt dit dossier" in answer.text) == (409, True)
    assert "bij Bureau Een" in second.get("/bureau/dossiers?staat=submitted").text
    page = second.get(f"/bureau/dossiers/{handed_in.id}").text
    assert "Bureau Een beoordeelt dit dossier" in page and 'name="met_role_fits"' not in page
    assert second.post(f"/bureau/dossiers/{handed_in.id}/oordeel", judgement(decision="approved")).status_code == 409
    assert second.post(f"/bureau/dossiers/{handed_in.id}/loslaten").status_code == 409
    assert first.post(f"/bureau/dossiers/{handed_in.id}/loslaten").status_code == 302
    assert decide(second, handed_in, "approved").status_code == 302
    assert all_of(Dossier)[0].decided_by_id == people.second_officer.id


def test_a_claim_that_was_left_lying_is_taken_over_with_what_was_judged(session, people, visit, handed_in):
    first, second = visit(people.officer), visit(people.second_officer)
    take(first, handed_in)
    first.post(f"/bureau/dossiers/{handed_in.id}/oordeel", judgement(["role_fits"]))
    session.execute(update(PartOneReview).values(claimed_until=datetime.now(UTC) - timedelta(minutes=1)))
    session.commit()
    assert first.post(f"/bureau/dossiers/{handed_in.id}/oordeel", judgement()).status_code == 409
    assert take(second, handed_in).status_code == 302
    (review,) = all_of(PartOneReview)
    assert (review.officer_id, review.marks["role_fits"].sufficient) == (people.second_officer.id, False)


def test_a_decision_is_taken_once(people, visit, handed_in):
    first, second = visit(people.officer), visit(people.second_officer)
    assert decide(first, handed_in, "approved").status_code == 302
    for visitor in (first, second):
        assert decide(visitor, handed_in, "rejected", ["role_fits"], "Toch niet.").status_code == 409
    assert (len(all_of(Sitting)), len(all_of(MailMessage))) == (1, 1)
    assert all_of(Dossier)[0].state is DossierState.APPROVED


def test_who_was_overtaken_hears_so_and_changes_nothing(people, visit, handed_in, monkeypatch):
    """Between the reading and the writing of one officer the row was changed by somebody else."""
    decided = part_one.decide

    def overtaken(review, outcome):
        assert review.dossier.state is DossierState.SUBMITTED
        g.db.connection().execute(update(Dossier.__table__).values(state="returned"))
        decided(review, outcome)

    monkeypatch.setattr(part_one, "decide", overtaken)
    answer = decide(visit(people.second_officer), handed_in, "approved")
    assert answer.status_code == 409
    assert "Laad de pagina opnieuw" in answer.text
    assert all_of(Sitting) == []
    assert all_of(MailMessage) == []


def test_without_situations_nobody_is_invited(session, people, visit):
    row = cast.dossier(session, people)
    session.flush()
    qualifications.enter(session, people.candidate, "theory_test_a", "", date(2026, 1, 5), people.officer, cast.NOW)
    hand_in(session, row, people.candidate, cast.NOW)
    session.commit()
    answer = decide(visit(people.officer), row, "approved")
    assert answer.status_code == 409
    assert "Dit examen heeft nog geen situaties" in answer.text
    assert all_of(Dossier)[0].state is DossierState.SUBMITTED


BOXES = ("situation", "tasks", "activities", "result")


def own_fields(dossier, **other):
    """What the candidate's page would send of this file."""
    levels = {f"level_{one.competency}": one.level for one in dossier.assessments}
    stars = {f"star_{one.competency}": str(one.star) for one in dossier.assessments}
    texts = {f"{star.kind}_{box}": getattr(star, box) for star in dossier.stars for box in BOXES}
    own = {"role_description": dossier.role_description, "years": "6,5", "motivation": "M", "goal": "G"}
    return {**own, **levels, **stars, **texts, **other}


def test_only_what_was_flagged_opens_again_and_what_changed_is_shown(people, visit, handed_in):
    officer, candidate = visit(people.officer), visit(people.candidate)
    decide(officer, handed_in, "returned", ["star_with_colleague"], "Maak het concreter.")
    page = candidate.get(f"/dossier/{handed_in.id}").text
    assert "Maak het concreter." in page and "Reden bij star_with_colleague." in page
    assert 'name="colleague_result"' in page
    for closed in ("motivation", "manager_result", "level_reflection", "years"):
        assert f'name="{closed}"' not in page
    typed = own_fields(handed_in, version=0, hand_in="1", colleague_result="Wij spraken af elke week te kijken.")
    assert candidate.post(f"/dossier/{handed_in.id}", typed).status_code == 302
    (dossier,) = all_of(Dossier)
    assert (dossier.state, dossier.rounds, dossier.motivation) == (DossierState.SUBMITTED, 2, handed_in.motivation)
    page = officer.get(f"/bureau/dossiers/{handed_in.id}").text
    assert "Wat er veranderde sinds ronde 1" in page
    assert "<ins>Wij spraken af elke week te kijken.</ins>" in page
    assert text_of(page).count("Dossier ingediend") == 2
    # What was favourable in round 1 is there again, to be looked at; the rest is to be judged anew.
    take(officer, handed_in)
    second = next(one for one in all_of(PartOneReview) if one.round == 2)
    assert set(second.marks) == set(CRITERIA) - {"star_with_colleague"}
    assert decide(officer, handed_in, "approved").status_code == 302


def test_a_manager_who_was_asked_again_writes_before_the_candidate_can_hand_in(people, visit, handed_in):
    officer, candidate, manager = visit(people.officer), visit(people.candidate), visit(people.manager)
    decide(officer, handed_in, "returned", ["substantiation_is_personal"], "Vraag uw leidinggevende om een voorbeeld.")
    mails = {mail.person_id: mail for mail in all_of(MailMessage)}
    assert "Reden bij substantiation_is_personal." in mails[people.manager.id].text
    assert "Reden bij substantiation_is_personal." not in mails[people.candidate.id].text
    assert "Ook uw leidinggevende is gevraagd" in mails[people.candidate.id].text
    refused = candidate.post(f"/dossier/{handed_in.id}", {"version": 0, "hand_in": "1"}, follow_redirects=True)
    assert "de onderbouwing, die KSF terugstuurde" in text_of(refused.text).lower().replace("ksf", "KSF")
    page = manager.get(f"/kandidaten/{handed_in.id}").text
    assert "Reden bij substantiation_is_personal." in page
    text = {"version": 0, "tasks": "is_asked", "reason": f"{cast.REASON} Nu beter.", "example_role": cast.EXAMPLE_ROLE}
    assert manager.post(f"/kandidaten/{handed_in.id}", text).status_code == 302
    assert candidate.post(f"/dossier/{handed_in.id}", {"version": 0, "hand_in": "1"}).status_code == 302
    assert all_of(Dossier)[0].state is DossierState.SUBMITTED


def test_a_manager_who_left_is_asked_nothing_and_the_organisation_names_another(people, visit, handed_in, session):
    release(
        session,
        session.get(Person, people.manager.id),
        {people.organisation.id},
        people.beheerder.id,
        datetime.now(UTC),
    )
    session.commit()
    decide(visit(people.officer), handed_in, "returned", ["substantiation_is_personal"], "Vraag om een voorbeeld.")
    mails = {(one.person_id, one.template) for one in all_of(MailMessage)}
    assert mails == {(people.candidate.id, "dossier_returned"), (people.beheerder.id, "manager_needed")}


def test_a_manager_who_was_not_asked_changes_nothing(people, visit, handed_in):
    decide(visit(people.officer), handed_in, "returned", ["role_fits"], "Te kort.")
    manager = visit(people.manager)
    page = manager.get(f"/kandidaten/{handed_in.id}").text
    # What may still be written: why the nomination is withdrawn, and what is wrong with function and years.
    assert not re.search('<textarea(?![^>]* id="(withdraw-reason|remark)")', page) and "Te kort." not in page
    answer = manager.post(f"/kandidaten/{handed_in.id}", {"version": 0, "reason": "Anders"})
    assert (answer.status_code, "KSF heeft dit deel niet teruggestuurd" in answer.text) == (409, True)


def test_who_has_neither_certificate_a_nor_its_test_cannot_go_on(session, people, visit):
    cast.pack(session)
    row = cast.dossier(session, people)
    session.flush()
    hand_in(session, row, people.candidate, cast.NOW)
    session.commit()
    officer, address = visit(people.officer), f"/bureau/dossiers/{row.id}"
    answer = decide(officer, row, "approved")
    # No page of errors: back on the file, with the field that is missing open.
    assert answer.status_code == 302 and "toelating=ja" in answer.location
    shown = officer.get(answer.location.partition("#")[0]).text
    assert "eerst Branchecertificaat A, of de online toets" in shown
    for who, where in ((officer, address), (visit(people.candidate), f"/dossier/{row.id}")):
        told = text_of(who.get(where).text)
        assert "niets in het register Branchecertificaat A of de online toets van A" in told
    assert "niets in het register" in text_of(visit(people.manager).get(f"/kandidaten/{row.id}").text)
    entered = {"key": "theory_test_a", "number": "", "since": "2026-01-05"}
    assert officer.post(f"{address}/toelating", entered).status_code == 302
    assert "niets in het register" not in officer.get(address).text
    assert decide(officer, row, "approved").status_code == 302
    assert "qualification_entered" in {event.verb for event in all_of(AuditEvent)}


SEEN = "Gezien op papier."


@pytest.mark.parametrize(
    "entered, status, said",
    [
        (
            {"key": "certificate_a", "number": "", "since": "2026-01-05", "reason": SEEN},
            409,
            "Vul het nummer van het certificaat in",
        ),
        (
            {"key": "certificate_a", "number": "A1", "since": "2999-01-05", "reason": SEEN},
            409,
            "De datum ligt in de toekomst",
        ),
        ({"key": "certificate_a", "number": "A1", "since": "2026-01-05", "reason": " "}, 409, "Schrijf waarom u dit"),
        ({"key": "certificate_a", "number": "A1", "since": "morgen"}, 302, "Vul een datum in"),
        ({"key": "certificate_z", "number": "A1", "since": "2026-01-05"}, 302, "Kies een van de mogelijkheden"),
        ({"key": "certificate_a", "number": "x" * 61, "since": "2026-01-05"}, 302, "Niet bewaard"),
        ({}, 302, "Niet bewaard"),
    ],
)
def test_what_cannot_be_entered_is_explained(session, people, visit, entered, status, said):
    row = cast.dossier(session, people)
    session.commit()
    officer, address = visit(people.officer), f"/bureau/dossiers/{row.id}"
    answer = officer.post(f"{address}/toelating", entered)
    assert answer.status_code == status
    assert said in (answer.text if status == 409 else officer.get(address).text)
    assert all_of(qualifications.Qualification) == []


def test_a_qualification_is_entered_once(people, visit, handed_in):
    entered = {"key": "certificate_a", "number": "A-9", "since": "2026-01-05", "reason": SEEN}
    answer = visit(people.officer).post(f"/bureau/dossiers/{handed_in.id}/toelating", entered)
    assert (answer.status_code, "Dit stond er al" in answer.text) == (409, True)


def test_no_recording_of_the_candidate_opens_before_the_judgement_is_fixed(session, people, visit):
    """An earlier attempt left recordings; a new file of the same candidate is being judged."""
    earlier = cast.begin(cast.sitting(session, people))
    recording = cast.record(session, earlier.answers[0])
    qualifications.enter(session, people.candidate, "theory_test_a", "", date(2026, 1, 5), people.officer, cast.NOW)
    row = cast.dossier(session, people)
    session.flush()
    hand_in(session, row, people.candidate, cast.NOW)
    session.commit()
    first, second, address = visit(people.officer), visit(people.second_officer), f"/bureau/opnames/{recording.id}"
    assert first.get(address).status_code == 200
    take(first, row)
    assert (first.get(address).status_code, second.get(address).status_code) == (404, 200)
    assert decide(first, row, "returned", ["role_fits"], "Te kort.").status_code == 302
    assert first.get(address).status_code == 200


def test_who_judges_the_recordings_does_not_judge_part_1(session, people, visit):
    done = cast.finished_sitting(session, people)
    cast.rate(session, done, people.assessors[0], 1)
    officer = cast.person(session, "beide", "Beide Rollen", cast.Role.KSF_OFFICER, None)
    cast.rate(session, done, officer, 2)
    row = cast.dossier(session, people)
    session.flush()
    hand_in(session, row, people.candidate, cast.NOW)
    session.commit()
    answer = take(visit(officer), row)
    assert (answer.status_code, "Iemand anders beoordeelt deel 1" in answer.text) == (409, True)
    assert take(visit(people.officer), row).status_code == 302


@pytest.mark.parametrize("state", [DossierState.WRITING, DossierState.APPROVED, DossierState.WITHDRAWN])
def test_only_what_was_handed_in_is_judged(session, people, visit, state):
    row = cast.dossier(session, people)
    row.state = state
    session.commit()
    assert take(visit(people.officer), row).status_code == 409
    assert visit(people.officer).post(f"/bureau/dossiers/{row.id}/oordeel", judgement()).status_code == 404


def test_the_label_of_each_reason_names_its_own_field(people, visit, handed_in):
    text = visit(people.officer).get(f"/bureau/dossiers/{handed_in.id}").text
    for name in ("qualification-reason", "accommodation-reason"):
        assert text.count(f'id="{name}"') == text.count(f'for="{name}"') == 1


def test_the_list_costs_as_much_with_many_as_with_few(session, people, visit, count_queries):
    for number in range(30):
        somebody = cast.person(session, f"k{number}", f"Kandidaat {number}", cast.Role.CANDIDATE, people.organisation)
        row = cast.dossier(session, people, candidate=somebody)
        row.state, row.submitted_at, row.rounds, row.code = DossierState.SUBMITTED, cast.NOW, 1, f"K-{number:06}"
        if number == 3:
            session.commit()
            visitor = visit(people.officer)
            few = [count_queries(visitor, f"/bureau/dossiers{query}") for query in ("", "?staat=submitted")]
    session.commit()
    assert [count_queries(visitor, f"/bureau/dossiers{query}") for query in ("", "?staat=submitted")] == few
    assert max(few) <= 22, "of which the counts of the menu are thirteen"
    assert uuid.UUID(str(row.id))
