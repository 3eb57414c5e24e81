"""Versions: what was written before can be read, compared and brought back, by whoever wrote it and nobody else."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from support import cast

from scenarios.chapters import FilePart
from storage.base.database import new_session
from storage.base.refusal import Refused
from storage.dossier.dossiers import Dossier, DossierState
from storage.dossier.revisions import Revision, Side, content, hand_in, handed_in, history, restore, write

LATER = timedelta(minutes=11)


@pytest.fixture
def dossier(session, people):
    row = cast.dossier(session, people)
    session.commit()
    return row


def goal(session, dossier, people, text, now):
    write(session, dossier, Side.CANDIDATE, {"goal": text}, people.candidate, now)


def test_saves_within_ten_minutes_are_one_version(session, people, dossier):
    for seconds, text in ((0, "A"), (5, "Aa"), (599, "Aan"), (601, "Later")):
        goal(session, dossier, people, text, cast.NOW + timedelta(seconds=seconds))
    assert [one.content["goal"] for one in history(session, dossier, Side.CANDIDATE)] == ["Later", "Aan"]
    assert dossier.candidate_version == 4


def test_saving_the_same_makes_no_version(session, people, dossier):
    for number in range(3):
        goal(session, dossier, people, "Hetzelfde", cast.NOW + number * LATER)
    assert len(history(session, dossier, Side.CANDIDATE)) == 1


def test_an_old_version_comes_back_and_loses_nothing(session, people, dossier):
    before = content(dossier, Side.CANDIDATE)
    goal(session, dossier, people, "Eerst", cast.NOW)
    goal(session, dossier, people, "Daarna", cast.NOW + LATER)
    first = history(session, dossier, Side.CANDIDATE)[-1]
    restore(session, first, people.candidate, cast.NOW + LATER)
    assert content(dossier, Side.CANDIDATE) == {**before, "goal": "Eerst"}
    newest, middle, _ = history(session, dossier, Side.CANDIDATE)
    assert (newest.restored_from, middle.content["goal"]) == (first.number, "Daarna")
    goal(session, dossier, people, "Verder", cast.NOW + LATER)
    assert len(history(session, dossier, Side.CANDIDATE)) == 4


def test_each_round_is_kept_as_it_was_handed_in(session, people, dossier):
    hand_in(session, dossier, people.candidate, cast.NOW)
    dossier.decide(DossierState.RETURNED, people.officer.id, "Doel?", cast.NOW, [FilePart.MOTIVATION])
    goal(session, dossier, people, "Een eigen team", cast.NOW)
    hand_in(session, dossier, people.candidate, cast.NOW)
    goals = [handed_in(session, dossier, Side.CANDIDATE, number).content["goal"] for number in (1, 2)]
    assert goals == ["Op termijn coach worden.", "Een eigen team"]
    assert handed_in(session, dossier, Side.MANAGER, 2).content["reason"] == cast.REASON


def test_a_part_that_is_closed_does_not_come_back(session, people, dossier):
    goal(session, dossier, people, "Eerst", cast.NOW)
    write(session, dossier, Side.CANDIDATE, {"motivation": "Nieuw"}, people.candidate, cast.NOW + LATER)
    first = history(session, dossier, Side.CANDIDATE)[-1]
    hand_in(session, dossier, people.candidate, cast.NOW + LATER)
    with pytest.raises(Refused):
        restore(session, first, people.candidate, cast.NOW + LATER)
    dossier.decide(DossierState.RETURNED, people.officer.id, "Werk?", cast.NOW, [FilePart.ROLE])
    restore(session, first, people.candidate, cast.NOW + LATER)
    assert dossier.motivation == "Nieuw"


def test_everybody_reads_the_own_versions_only(session, people, visit, dossier):
    goal(session, dossier, people, "Mijn geheime doel", cast.NOW)
    write(session, dossier, Side.MANAGER, {"reason": "Mijn reden"}, people.manager, cast.NOW)
    session.commit()
    with new_session(writes=False) as fresh:
        ids = {one.side: one.id for one in fresh.scalars(select(Revision))}
    candidate, manager = visit(people.candidate), visit(people.manager)
    assert "Mijn geheime doel" in candidate.get(f"/versies/{ids[Side.CANDIDATE]}").text
    assert "Mijn reden" in manager.get(f"/versies/{ids[Side.MANAGER]}").text
    for visitor, side in ((manager, Side.CANDIDATE), (candidate, Side.MANAGER), (visit(people.officer), Side.MANAGER)):
        assert visitor.get(f"/versies/{ids[side]}").status_code == 404
        assert visitor.post(f"/versies/{ids[side]}/terugzetten").status_code == 404
    assert "Mijn geheime doel" not in manager.get(f"/kandidaten/{dossier.id}/versies").text


def test_bringing_back_by_hand(session, people, visit, dossier):
    goal(session, dossier, people, "Eerst", cast.NOW)
    goal(session, dossier, people, "Daarna", cast.NOW + LATER)
    first = history(session, dossier, Side.CANDIDATE)[-1].id
    session.commit()
    visitor = visit(people.candidate)
    assert "Deze versie terugzetten" in visitor.get(f"/versies/{first}").text
    assert visitor.post(f"/versies/{first}/terugzetten", follow_redirects=True).status_code == 200
    with new_session(writes=False) as fresh:
        assert fresh.get(Dossier, dossier.id).goal == "Eerst"
