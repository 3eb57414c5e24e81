"""The examiner's tablet in a real browser: the table of the rule, without network too, two tablets, and signing."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from sqlalchemy import select
from support import cast, checklists
from support.checklist_page import fill, sheet, sign
from support.services import wait_until
from support.visitors import Visitor

from storage.base.database import new_session
from storage.planning.practical_results import PracticalResult
from storage.planning.practical_sheets import SheetEntry

pytestmark = pytest.mark.one_database

WHERE = "/beoordelen/praktijktoetsen"
READY = "[data-ready]"


@dataclass
class Scene:
    found: Any
    people: Any
    browse: Any
    contexts: list[Any] = field(default_factory=list)

    def tablet(self):
        """A tablet of the examiner's, at the page of this session."""
        context = self.browse(self.people.assessors[0])
        page = context.new_page()
        page.goto(f"{WHERE}/{self.found.id}/checklist")
        page.wait_for_selector(READY)
        return page


@pytest.fixture
def browse(app, served, chromium):
    """`browse(person)`: a tablet on which that person is logged in; what the page complains of fails the test."""
    contexts, complaints = [], []

    def come(person):
        context = chromium.new_context(base_url=served, viewport={"width": 820, "height": 1180}, locale="nl-NL")
        name = app.config["SESSION_COOKIE_NAME"]
        value = Visitor(app, person).client.get_cookie(name).value
        context.add_cookies([{"name": name, "value": value, "url": served}])
        context.on("weberror", lambda error: complaints.append(str(error.error)))
        contexts.append(context)
        return context

    yield come
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def five(session, people, browse):
    """A session of five candidates, one for each row of the table."""
    since = datetime.now(UTC) - timedelta(days=20)
    more = [
        cast.person(session, f"vijf{at}", f"Vijf {at}", cast.Role.CANDIDATE, people.organisation, since)
        for at in range(3)
    ]
    return Scene(checklists.held_now(session, people, people.candidate, people.second_candidate, *more), people, browse)


@pytest.fixture
def one(session, people, browse):
    return Scene(checklists.held_now(session, people, people.candidate), people, browse)


def results():
    with new_session(writes=False) as session:
        rows = session.scalars(select(PracticalResult)).all()
        return {one.participant_id: one for one in rows}


def the_table_is_filled_in(page, five):
    for participant, (given, passes) in zip(five.found.participants, checklists.TABLE, strict=True):
        place = sheet(page, participant)
        fill(place, given)
        expect(place.locator("[data-verdict]")).to_contain_text(": behaald" if passes else "niet behaald")
        for term, number in enumerate(given, 1):
            expect(place.locator(f'[data-total="term_{term}"] [data-given]')).to_have_text(str(number))
        sign(page, place)


def the_table_is_there(five):
    kept = results()
    for participant, (given, passes) in zip(five.found.participants, checklists.TABLE, strict=True):
        result = kept[participant.id]
        assert (result.passed, [one["given"] for one in result.judgement["totals"]]) == (passes, list(given))
        assert len(result.sheet["conversations"]) == 3
        assert {one["reason"] for one in result.judgement["missed"]} <= {"Kwam in geen gesprek voor."}


def test_the_table_of_the_rule_through_the_page(five):
    page = five.tablet()
    the_table_is_filled_in(page, five)
    wait_until(lambda: len(results()) == 5, "every signature")
    the_table_is_there(five)


def test_a_whole_session_without_network_is_sent_when_there_is_one(five):
    page = five.tablet()
    expect(page.locator("[data-status]")).to_contain_text("Bewaard om")
    page.context.set_offline(True)
    the_table_is_filled_in(page, five)
    expect(page.locator("[data-status]")).to_contain_text("Alles staat veilig op dit apparaat")
    assert results() == {}
    with new_session(writes=False) as session:
        assert session.scalars(select(SheetEntry)).all() == []
    # What waits lies sealed on the tablet: neither a name of a field nor a word of it can be read there.
    waits = page.evaluate("JSON.stringify(Object.entries(localStorage))")
    assert "vignet-checklist" in waits and "gesprek" not in waits and "point" not in waits
    # Even a tablet that was switched off in between sends it all, once.
    context = page.context
    page.close(run_before_unload=False)
    context.set_offline(False)
    again = context.new_page()
    again.goto(f"{WHERE}/{five.found.id}/checklist")
    wait_until(lambda: len(results()) == 5, "every signature")
    the_table_is_there(five)
    expect(again.locator("[data-status]")).to_contain_text("Bewaard om")
    wait_until(lambda: not again.evaluate("Object.keys(localStorage).length"), "the tablet to forget what was sent")
    with new_session(writes=False) as session:
        there = [(row.participant_id, row.field) for row in session.scalars(select(SheetEntry))]
    assert len(there) == len(set(there))


def test_two_tablets_without_network_are_shown_side_by_side_and_the_examiner_chooses(one):
    (participant,) = one.found.participants
    first, second = one.tablet(), one.tablet()
    for page in (first, second):
        page.context.set_offline(True)
    point = '[data-point="leads"]'
    sheet(first, participant).locator(point).get_by_label("Gezien", exact=True).check()
    sheet(second, participant).locator(point).get_by_label("Niet gezien", exact=True).check()
    for page in (first, second):
        page.context.set_offline(False)
        expect(page.locator("[data-status]")).to_contain_text("Bewaard om", timeout=20_000)
    first.reload()
    first.wait_for_selector(READY)
    place = sheet(first, participant)
    clash = place.locator("[data-clash]")
    expect(clash).to_contain_text("Op twee apparaten staat hier iets anders")
    place.get_by_role("button", name="Nakijken en ondertekenen").click()
    expect(first.locator("#sign")).to_contain_text("1 vak met twee antwoorden")
    expect(first.locator("#sign-now")).to_be_hidden()
    first.get_by_role("button", name="Terug naar de checklist").click()
    clash.get_by_role("button", name="niet gezien").click()
    expect(clash).to_have_count(0)
    expect(place.locator(point).get_by_label("Niet gezien", exact=True)).to_be_checked()


def test_what_is_missing_is_told_before_signing_and_what_is_signed_is_locked(one, people, visit):
    (participant,) = one.found.participants
    page = one.tablet()
    place = sheet(page, participant)
    place.get_by_role("button", name="Nakijken en ondertekenen").click()
    for gap in ("ten minste 3 hele gesprekken", "23 punten hebben nog geen oordeel", "weet dat deze gesprekken"):
        expect(page.locator("#sign")).to_contain_text(gap)
    expect(page.locator("#sign-now")).to_be_hidden()
    page.get_by_role("button", name="Terug naar de checklist").click()
    fill(place, (17, 1, 2))
    sign(page, place)
    expect(place.locator("[data-verdict]")).to_contain_text("wacht op vrijgeven")
    expect(place.get_by_label("De kandidaat weet dat deze gesprekken meetellen")).to_be_disabled()
    result = results()[participant.id]
    visit(people.officer).post(f"/bureau/praktijktoetsen/uitslagen/{result.id}/vrijgeven")
    page.reload()
    page.wait_for_selector(READY)
    expect(sheet(page, participant).locator("[data-verdict]")).to_contain_text("vrijgegeven")


def test_axe_finds_nothing_on_a_filled_in_checklist_and_nothing_sticks_out(one):
    (participant,) = one.found.participants
    page = one.tablet()
    place = sheet(page, participant)
    place.locator('[data-point="leads"]').get_by_label("Niet gezien", exact=True).check()
    for width, scheme in ((820, "light"), (390, "dark")):
        page.set_viewport_size({"width": width, "height": 900})
        # Without motion, so that no colour is looked at on its way to another.
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        found = Axe().run(page).response["violations"]
        assert [(one["id"], [node["html"] for node in one["nodes"]][:3]) for one in found] == []
        assert page.evaluate("document.documentElement.scrollWidth") == width


def test_what_is_sent_back_is_open_again_with_the_reason(session, one, people, visit):
    (participant,) = one.found.participants
    now = datetime.now(UTC)
    result = checklists.sign(session, session.merge(participant), session.merge(people.assessors[0]), now)
    session.commit()
    answer = visit(people.officer).post(
        f"/bureau/praktijktoetsen/uitslagen/{result.id}/terugsturen", {"reason": "Het einde klopt niet."}
    )
    assert answer.status_code == 302
    page = one.tablet()
    place = sheet(page, participant)
    expect(place).to_contain_text("KSF stuurde deze checklist terug: Het einde klopt niet.")
    place.locator("[data-conversation]").first.get_by_label("Einde", exact=True).fill("10:20")
    sign(page, place)
    expect(place.locator("[data-verdict]")).to_contain_text("wacht op vrijgeven")
