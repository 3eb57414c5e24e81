"""Whose turn it is in a dossier: one button for who takes the step, a sentence for everybody else."""

import pytest
from support import cast
from support.visitors import text_of

from storage.base import audit
from storage.dossier.dossiers import DossierState
from storage.judging.progress import decide

pytestmark = pytest.mark.one_database


@pytest.fixture
def dossier(session, people):
    cast.pack(session)
    row = cast.dossier(session, people)
    session.commit()
    return row


def test_who_is_on_turn_has_a_button_and_the_others_a_sentence(session, people, visit, dossier):
    address = f"/dossier/{dossier.id}"
    assert "Nu bent u aan de beurt" in text_of(visit(people.candidate).get("/examen").text)
    dossier.submit(people.candidate.id, cast.NOW)
    session.commit()
    own = text_of(visit(people.candidate).get(address).text)
    assert "KSF beoordeelt het dossier" in own and "Nu bent u aan de beurt" not in own
    seen = text_of(visit(people.manager).get(f"/kandidaten/{dossier.id}").text)
    assert "KSF beoordeelt het dossier" in seen and "sinds maandag 2 maart 2026" in seen
    assert "KSF beoordeelt het dossier" in text_of(visit(people.manager).get("/kandidaten").text)
    office = text_of(visit(people.officer).get(f"/bureau/dossiers/{dossier.id}").text)
    assert "Nu bent u aan de beurt" in office


def test_the_manager_is_on_turn_when_the_substantiation_came_back(session, people, visit, dossier):
    dossier.state, dossier.decided_at, dossier.manager_done_at = DossierState.RETURNED, cast.NOW, None
    session.commit()
    seen = text_of(visit(people.manager).get("/kandidaten").text)
    assert "Eerst dit 1 onderbouwing terug van KSF" in seen and "U, sinds maandag 2 maart 2026" in seen
    assert "De leidinggevende schrijft" not in text_of(visit(people.manager).get(f"/kandidaten/{dossier.id}").text)


def test_a_manager_never_reads_what_was_asked_or_how_it_went(session, people, visit):
    done = cast.finished_sitting(session, people)
    for slot, assessor in enumerate(people.assessors[:2], 1):
        cast.rate(session, done, assessor, slot)
    verdict = decide(session, done, cast.NOW)
    audit.record(session, cast.NOW, people.candidate.id, "accommodation_asked", done.dossier)
    verdict.confirm(people.officer, cast.NOW)
    session.commit()
    page = f"/bureau/dossiers/{done.dossier_id}"
    assert "Uitslag vrijgeven" in visit(people.second_officer).get(page).text
    seen = text_of(visit(people.manager).get(f"/kandidaten/{done.dossier_id}").text)
    assert "Examen afgerond" in seen and "oorziening" not in seen and "ndoordeel" not in seen
    verdict.release(people.second_officer, cast.NOW)
    session.commit()
    own = text_of(visit(people.candidate).get(f"/dossier/{done.dossier_id}").text)
    assert "Uitslag lezen" in own and "Eindoordeel gecontroleerd" not in own


def test_nothing_that_is_zero_is_on_a_home_page(people, visit):
    for who, address in (("officer", "/bureau"), ("beheerder", "/organisatie"), ("committee_member", "/uitslagen")):
        text = text_of(visit(getattr(people, who)).get(address).text)
        assert " 0 " not in text.partition("Wacht op assessoren")[0], (who, text)
    assert "Er is nog geen enkel dossier" in text_of(visit(people.officer).get("/bureau").text)


def test_where_the_exam_goes_by_dates_the_organisation_is_on_turn(session, people, visit, dossier):
    dossier.scheme = cast.with_dates(session)
    dossier.state, dossier.decided_at = DossierState.APPROVED, cast.NOW
    session.commit()
    own = text_of(visit(people.candidate).get(f"/dossier/{dossier.id}").text)
    assert "De organisatie kiest een examendatum" in own and "KSF nodigt" not in own
