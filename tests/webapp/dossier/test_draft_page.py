"""Writing in a real browser: saved within five seconds, after a lost line too, and never over another window."""

import time

import pytest
from playwright.sync_api import expect
from support import cast
from support.services import wait_until
from support.visitors import Visitor

from storage.base.database import new_session
from storage.dossier.dossiers import Dossier

pytestmark = pytest.mark.one_database


@pytest.fixture
def dossier(session, people):
    row = cast.dossier(session, people)
    row.goal = row.motivation = ""
    session.commit()
    return row


@pytest.fixture
def browsing(app, served, people, chromium):
    """`browsing(person)`: that person's browser at the web app; what the page itself complains of fails the test."""
    contexts, complaints = [], []

    def browse(person):
        context = chromium.new_context(base_url=served, viewport={"width": 1280, "height": 800}, locale="nl-NL")
        name = app.config["SESSION_COOKIE_NAME"]
        cookie = Visitor(app, person).client.get_cookie(name).value
        context.add_cookies([{"name": name, "value": cookie, "url": served}])
        context.on("weberror", lambda error: complaints.append(str(error.error)))
        contexts.append(context)
        return context

    yield browse
    for context in contexts:
        context.close()
    assert complaints == []


def open_page(context, address):
    page = context.new_page()
    page.goto(address)
    page.wait_for_selector("form[data-draft-ready]")
    return page


def saved(page):
    expect(page.locator("[data-draft-status]")).to_contain_text("Bewaard om", timeout=8000)


def read(dossier):
    with new_session(writes=False) as session:
        return session.get(Dossier, dossier.id)


def test_it_is_saved_within_five_seconds_and_the_meter_follows(browsing, people, dossier):
    page = open_page(browsing(people.candidate), f"/dossier/{dossier.id}")
    expect(page.get_by_text("15 van 17 onderdelen")).to_be_visible()
    began = time.monotonic()
    page.locator("#goal").press_sequentially("Ik wil een team coachen, en dat goed doen.", delay=60)
    saved(page)
    assert time.monotonic() - began < 42 * 0.06 + 5
    expect(page.get_by_text("16 van 17 onderdelen")).to_be_visible()
    assert read(dossier).goal.startswith("Ik wil een team")
    page.locator("#years").fill("zes")
    expect(page.locator("[data-draft-status]")).to_contain_text("behalve: Vul een getal in", timeout=8000)
    assert read(dossier).years == 6.5


def test_what_was_typed_without_a_line_is_there_after_a_reload_and_is_sent(browsing, people, dossier):
    context = browsing(people.candidate)
    page = open_page(context, f"/dossier/{dossier.id}")
    context.route("**/dossier/**", lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    page.locator("#motivation").fill("Geschreven in de trein.")
    expect(page.locator("[data-draft-status]")).to_contain_text("Uw tekst staat veilig in deze browser", timeout=8000)
    kept = page.evaluate("Object.entries(localStorage).map(String).join()")
    assert "vignet-draft" in kept and "trein" not in kept
    page.close()
    assert read(dossier).motivation == ""
    context.unroute("**/dossier/**")
    page = open_page(context, f"/dossier/{dossier.id}")
    expect(page.locator("#motivation")).to_have_value("Geschreven in de trein.")
    wait_until(lambda: page.evaluate("localStorage.length") == 0, "the sealed copy is gone")
    assert read(dossier).motivation == "Geschreven in de trein."


@pytest.mark.parametrize("choice", ["Mijn tekst houden", "De andere tekst nemen"])
def test_two_windows_lose_nothing_and_the_writer_chooses(browsing, people, dossier, choice):
    context = browsing(people.candidate)
    one, two = (open_page(context, f"/dossier/{dossier.id}") for _ in range(2))
    one.locator("#goal").fill("Van het ene venster")
    one.locator("#role_description").fill("Alleen in het ene venster")
    saved(one)
    two.bring_to_front()
    two.locator("#goal").fill("Van het andere venster")
    two.locator("#motivation").fill("Alleen in het andere venster")
    clash = two.get_by_role("alert").filter(has_text="In een ander venster is hier iets anders bewaard")
    expect(clash).to_contain_text("Van het ene venster", timeout=8000)
    expect(two.locator("#goal")).to_have_value("Van het andere venster")
    expect(two.locator("#role_description")).to_have_value("Alleen in het ene venster")
    assert read(dossier).goal == "Van het ene venster"
    clash.get_by_role("button", name=choice).click()
    expect(clash).to_have_count(0)
    saved(two)
    row = read(dossier)
    assert row.goal == ("Van het andere venster" if choice == "Mijn tekst houden" else "Van het ene venster")
    assert (row.role_description, row.motivation) == ("Alleen in het ene venster", "Alleen in het andere venster")


def test_a_managers_text_that_is_like_another_is_marked_while_writing(session, browsing, people, dossier):
    other = cast.dossier(session, people, candidate=people.second_candidate)
    other.reason = ""
    session.commit()
    page = open_page(browsing(people.manager), f"/kandidaten/{other.id}")
    expect(page.get_by_label("Waarom lijkt deze tekst op een andere?")).to_be_hidden()
    page.locator("#reason").fill(cast.REASON)
    expect(page.get_by_text("Deze tekst lijkt op een andere")).to_be_visible(timeout=8000)
    page.get_by_label("Waarom lijkt deze tekst op een andere?").fill("Zij deden dit samen.")
    expect(page.locator("[data-part=standing] .chip").first).to_have_text("klaar", timeout=8000)
    assert read(other).alike_reason == "Zij deden dit samen."


def test_a_session_that_ended_keeps_the_text_here(browsing, people, dossier):
    context = browsing(people.candidate)
    page = open_page(context, f"/dossier/{dossier.id}")
    cookies = context.cookies()
    context.clear_cookies()
    page.locator("#goal").fill("Na het uitloggen")
    expect(page.locator("[data-draft-status]")).to_contain_text("U bent uitgelogd", timeout=8000)
    assert read(dossier).goal == ""
    context.add_cookies(cookies)
    expect(page.locator("[data-draft-status]")).to_contain_text("Bewaard om", timeout=15000)
    assert read(dossier).goal == "Na het uitloggen"
