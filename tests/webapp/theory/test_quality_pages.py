"""Dropping an item and the panel for the cut: two persons, what changes is shown first, and nothing happens twice."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from support import cast, items_to_see

from storage.people.outbox import MailMessage
from storage.planning.theory_tests import TheoryState
from storage.theory.panels import AngoffPanel
from storage.theory.sittings import Given, TheorySitting, open_test

PANELS = "/bureau/panels"


@pytest.fixture
def now(app):
    return cast.NOW


@pytest.fixture
def failed(app, session, people):
    """The candidate had 27 of 40, one too few, and the result is released."""
    at = cast.NOW.replace(hour=9)
    cast.scheme_of_a(session)
    items_to_see.bank(session, (people.officer, people.second_officer), at)
    hall = cast.location(session, people)
    session.flush()
    test = items_to_see.today(session, people.candidate, hall, people.beheerder, at)
    sitting = open_test(session, test, people.beheerder, at)
    sitting.begin("a" * 32, at)
    right = {one.number: Given(one.item.content.correct if one.number < 28 else (), False) for one in sitting.answers}
    sitting.save(right, at)
    sitting.hand_in(at + timedelta(minutes=30))
    session.flush()
    sitting.release(people.officer, at + timedelta(hours=1))
    session.commit()
    return sitting


def test_two_persons_drop_an_item_and_who_passes_by_it_is_told(failed, session, people, visit):
    first, second = visit(people.officer), visit(people.second_officer)
    item = failed.answers[39].item_id
    session.commit()
    where = f"/bureau/vragen/{item}/vervallen"
    seen = first.get(where).text
    assert "Met een andere uitslag: 1" in seen and people.candidate.name in seen and "27 van 40" in seen
    assert first.post(where, data={"reason": ""}).status_code == 422
    assert first.post(f"{where}/besluit", data={"besluit": "vervalt"}).status_code == 404
    assert first.post(where, data={"reason": "Twee goede antwoorden."}).status_code == 302
    assert first.post(where, data={"reason": "Twee goede antwoorden."}).status_code == 409
    assert "voorstel om te laten vervallen" in second.get("/bureau/vragen").text
    assert first.post(f"{where}/besluit", data={"besluit": "vervalt"}).status_code == 409
    assert second.post(f"{where}/besluit", data={"besluit": "iets"}).status_code == 400
    assert second.post(f"{where}/besluit", data={"besluit": "vervalt"}).status_code == 302
    assert second.post(f"{where}/besluit", data={"besluit": "vervalt"}).status_code == 409
    session.expire_all()
    kept = session.scalars(select(TheorySitting)).one()
    assert (kept.passed, kept.test.state) == (True, TheoryState.PASSED)
    mails = session.scalars(select(MailMessage).where(MailMessage.template == "theory_result_changed")).all()
    assert [one.person_id for one in mails] == [people.candidate.id] and "behaald" not in mails[0].text
    session.commit()
    assert "niet behaald" in second.get(where).text
    assert "Vervallen" in second.get(f"/bureau/vragen/{item}").text


def test_a_proposal_is_taken_back_and_an_item_of_no_test_cannot_be_dropped(failed, session, people, visit):
    first = visit(people.officer)
    where = f"/bureau/vragen/{failed.answers[0].item_id}/vervallen"
    draft = items_to_see.picture_item(session, people.officer, cast.NOW).id
    session.commit()
    first.post(where, data={"reason": "Onduidelijk."})
    assert first.post(f"{where}/besluit", data={"besluit": "terug"}).status_code == 302
    assert "Voorstellen</button>" in first.get(where).text
    assert first.get(f"/bureau/vragen/{draft}/vervallen").status_code == 404
    assert first.get("/bureau/vragen?toon=1").text.count("voorstel om te laten vervallen") == 0


def test_a_panel_estimates_alone_and_shows_its_cut_when_it_is_closed(app, session, people, visit):
    cast.scheme_of_a(session)
    items = [items_to_see.single(1), items_to_see.single(2, "2.1")]
    rows = items_to_see.in_use(session, items, (people.officer, people.second_officer), cast.NOW)
    ids = [row.id for row in rows]
    session.commit()
    first, second, outside = visit(people.officer), visit(people.second_officer), visit(people.committee_member)
    assert first.post(PANELS, data={"scheme": "elders", "members": []}).status_code == 422
    scheme = session.scalars(select(cast.Scheme.id)).first()
    session.commit()
    members = [str(people.officer.id), str(people.second_officer.id)]
    where = first.post(PANELS, data={"scheme": str(scheme), "members": members}).location
    assert first.post(f"{where}/sluiten").status_code == 409
    wrong = first.post(f"{where}/schatten", data={f"e-{ids[0]}": "veel", f"e-{ids[1]}": "101"})
    assert wrong.status_code == 422 and wrong.text.count("Vul een heel getal in van 0") == 2
    assert outside.post(f"{where}/schatten", data={f"e-{ids[0]}": "50"}).status_code == 404
    first.post(f"{where}/schatten", data={f"e-{ids[0]}": "0"})
    assert 'value="0"' in first.get(where).text
    first.post(f"{where}/schatten", data={f"e-{ids[0]}": "60", f"e-{ids[1]}": "70"})
    second.post(f"{where}/schatten", data={f"e-{ids[0]}": "64", f"e-{ids[1]}": "74"})
    assert "65 %" not in second.get(where).text and "2 van 2" in second.get(where).text
    assert second.post(f"{where}/sluiten").status_code == 302
    closed = outside.get(where).text
    assert "Het panel komt op 67 procent" in closed and "65 %" in closed and "69 %" in closed
    assert "tussen 42 en 92 procent" in closed and "70 procent" in closed
    assert first.post(f"{where}/schatten", data={f"e-{ids[0]}": "1"}).status_code == 409
    assert people.officer.name in closed and session.scalars(select(AngoffPanel)).one().closed_at
    session.commit()
    assert "gesloten" in first.get(PANELS).text


def test_figures_stand_in_a_plot_once_there_are_enough_and_the_list_says_how_often_an_item_was_met(
    app, session, people, visit
):
    cast.scheme_of_a(session)
    items = [items_to_see.single(number) for number in range(1, 4)]
    rows = items_to_see.in_use(session, items, (people.officer, people.second_officer), cast.NOW)
    hall = cast.location(session, people)
    given = [[("o2",) if place <= skill else ("o1",) for place in range(3)] for skill in [-1, 0, 1, 2] * 8]
    items_to_see.many_who_sat(session, hall, people.beheerder, rows, given, cast.NOW)
    session.commit()
    first = visit(people.officer)
    page = first.get("/bureau/vragen/cijfers").text
    assert page.count('<circle class="plot-dot') == 3 and "Te weinig gegevens" not in page
    assert first.get("/bureau/vragen").text.count('data-label="Toetsen">32</td>') == 3
