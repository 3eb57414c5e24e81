"""The online test in a real browser, at 390 pixels: every kind by keyboard, without a network, and read by axe."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from axe_playwright_python.sync_playwright import Axe
from sqlalchemy import func, select
from support import cast, items_to_see
from support.services import wait_until
from support.visitors import Visitor

from storage.schemes import add_scheme
from storage.theory.sittings import Fact, TheoryAnswer, TheoryFact, TheorySitting, TheoryStage, open_test

pytestmark = pytest.mark.one_database

FEWER = {b"items = 22": b"items = 1", b"items = 8": b"items = 1", b"items = 10": b"items = 8"}
"""A form of ten, of which eight are one of each kind."""


@pytest.fixture
def sitting(app, session, people):
    """A test that a supervisor opened, with every kind of item in it."""
    now = datetime.now(UTC)
    data = (cast.CONTENT.parent / "praktijktoets_a" / "scheme.toml").read_bytes()
    for old, new in FEWER.items():
        data = data.replace(old, new)
    add_scheme(session, data, now)
    kinds = [replace(one, term="3.1") for one in items_to_see.every_kind()]
    items = [items_to_see.single(20, "1.1"), items_to_see.single(21, "2.1"), *kinds]
    items_to_see.in_use(session, items, (people.officer, people.second_officer), now)
    hall = cast.location(session, people)
    session.flush()
    test = items_to_see.today(session, people.candidate, hall, people.beheerder, now)
    made = open_test(session, test, people.beheerder, now)
    session.commit()
    return made


@pytest.fixture
def window(app, session, people, chromium, served, sitting):
    """The candidate's browser, logged in; whatever a page complains of fails the test."""
    session.refresh(people.candidate)
    session.commit()
    visitor = Visitor(app, people.candidate)
    name = app.config["SESSION_COOKIE_NAME"]
    opened = chromium.new_context(viewport={"width": 390, "height": 800}, locale="nl-NL", base_url=served)
    opened.add_cookies([{"name": name, "value": visitor.client.get_cookie(name).value, "url": served}])
    complaints = []
    opened.on("weberror", lambda error: complaints.append(str(error.error)))
    yield opened
    opened.close()
    assert complaints == []


def begin(window):
    page = window.new_page()
    page.goto("/online-toets")
    look(page)
    page.get_by_role("button", name="Beginnen").focus()
    page.keyboard.press("Enter")
    ready(page)
    return page


def ready(page):
    wait_until(lambda: page.locator("[data-theory][data-ready]").count(), "the test on the page")


def look(page):
    """What axe says, and whether something sticks out."""
    found = [(one["id"], [node["html"] for node in one["nodes"]][:2]) for one in Axe().run(page).response["violations"]]
    assert found == []
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def rows(session):
    found = session.scalars(select(TheoryAnswer).order_by(TheoryAnswer.number)).all()
    session.expire_all()
    said = {one.number: (list(one.item.content.correct), list(one.response), one.flagged) for one in found}
    session.commit()
    return said


def answer_by_keyboard(page, number, right):
    """Give the key of an item with nothing but the keyboard."""
    form = page.locator(f"form[data-item='{number}']")
    assert form.is_visible()
    boxes, lists = form.locator("input[name=r]"), form.locator("select[name=r]")
    for at in range(boxes.count()):
        if boxes.nth(at).get_attribute("value") in right:
            boxes.nth(at).focus()
            page.keyboard.press("Space")
    wanted = list(right)
    for at in range(lists.count()):
        values = lists.nth(at).evaluate("(one) => [...one.options].map((option) => option.value)")
        value = next(one for one in wanted if one in values)
        wanted.remove(value)
        lists.nth(at).focus()
        for _ in range(values.index(value)):
            page.keyboard.press("ArrowDown")
    assert page.locator(f".theory-overview [data-go='{number}']").get_attribute("class").count("is-answered")


def saved(page, session, most):
    wait_until(lambda: sum(bool(given) for _, given, _ in rows(session).values()) == most, f"{most} answers", 40)


def test_every_kind_by_keyboard_then_handed_in(window, session, sitting):
    page, right = begin(window), {number: one[0] for number, one in rows(session).items()}
    for number in range(1, 11):
        look(page)
        answer_by_keyboard(page, number, right[number])
        if number == 3:
            page.locator("form[data-item='3'] [data-flag]").focus()
            page.keyboard.press("Space")
        if number < 10:
            page.locator(f"form[data-item='{number}'] [data-go='{number + 1}']").focus()
            page.keyboard.press("Enter")
            assert page.evaluate("document.activeElement.id") == f"v{number + 1}"
    saved(page, session, 10)
    assert all(given == key for key, given, _ in rows(session).values())
    assert [number for number, one in rows(session).items() if one[2]] == [3]
    page.locator("form[data-item='10'] [data-finish]").focus()
    page.keyboard.press("Enter")
    assert "Alle vragen hebben een antwoord. Bij 1 vraag staat een vlag." in page.locator("[data-summary]").inner_text()
    look(page)
    page.get_by_role("button", name="Inleveren", exact=True).focus()
    page.keyboard.press("Enter")
    page.get_by_text("U hebt de toets behaald").wait_for()
    assert "10 van de 10 punten" in page.locator("main").inner_text()
    look(page)


def test_without_a_network_nothing_is_lost(window, session, sitting):
    page, right = begin(window), {number: one[0] for number, one in rows(session).items()}
    answer_by_keyboard(page, 1, right[1])
    saved(page, session, 1)
    window.set_offline(True)
    for number in (2, 3, 4):
        page.locator(f".theory-overview [data-go='{number}']").click()
        answer_by_keyboard(page, number, right[number])
    page.get_by_text("Geen verbinding. Ga gewoon door").wait_for()
    kept = page.evaluate("JSON.stringify({...localStorage})")
    assert "vignet-theory:" in kept and not any(f'"{key}"' in kept for key in ("response", "flagged"))
    # The browser ends with answers that nobody has but it, and another page opens them.
    page.close()
    assert sum(bool(given) for _, given, _ in rows(session).values()) == 1
    window.set_offline(False)
    page = window.new_page()
    page.goto("/online-toets")
    ready(page)
    saved(page, session, 4)
    assert all(rows(session)[number][1] == right[number] for number in (1, 2, 3, 4))
    page.locator(".theory-overview [data-go='2']").click()
    page.reload()
    ready(page)
    assert page.locator(".is-answered").count() == 4
    kinds = session.scalars(select(TheoryFact.kind)).all()
    session.commit()
    assert Fact.OFFLINE in kinds


def test_the_time_ends_it_with_what_was_given(window, session, sitting):
    page, right = begin(window), {number: one[0] for number, one in rows(session).items()}
    answer_by_keyboard(page, 1, right[1])
    saved(page, session, 1)
    row = session.get(TheorySitting, sitting.id)
    session.refresh(row)
    row.ends_at = datetime.now(UTC)
    session.commit()
    page.reload()
    page.get_by_text("Uw toets is ingeleverd").wait_for()
    session.refresh(row)
    assert (row.stage, row.outcome["answered"]) == (TheoryStage.HANDED_IN, 1)
    session.commit()


def test_a_second_computer_is_told_to_ask_the_supervisor(app, window, session, people, chromium, served, sitting):
    page = begin(window)
    other = chromium.new_context(base_url=served, storage_state={"cookies": window.cookies(), "origins": []})
    second = other.new_page()
    second.goto("/online-toets")
    second.get_by_text("Uw toets is open op een andere computer").wait_for()
    assert not second.locator("form[data-item='1']").is_visible()
    row = session.get(TheorySitting, sitting.id)
    session.refresh(row)
    row.move(people.beheerder, datetime.now(UTC))
    session.commit()
    second.reload()
    ready(second)
    page.locator("form[data-item='1'] [data-flag]").check()
    page.get_by_text("Uw toets is open op een andere computer").wait_for()
    assert session.scalar(select(func.count()).where(TheoryFact.kind == Fact.MOVED)) == 1
    session.commit()
    other.close()
