"""What a program heard, on the desk: marked while it plays, a way to each second, captions, search, out of sight."""

import pytest
from playwright.sync_api import expect
from support import cast, services
from support.desk_site import findings, now, ready, video
from support.spoken import SAID, say, second_of

from review.rating import Phase

pytestmark = [pytest.mark.one_database]

MOVED = """() => new Promise((done) => {
  const moved = ({ node, previousRect: was, currentRect: is }) =>
    node?.closest?.('.desk-left') && was.y !== is.y;
  new PerformanceObserver((list) => done(
    list.getEntries().flatMap((one) => one.sources).filter(moved).map((one) => one.node.outerHTML.slice(0, 80))
  )).observe({type: 'layout-shift', buffered: true});
  setTimeout(() => done([]), 500);
})"""
"""What in the half of the recording moved by itself; the cards of the competencies fold by themselves as ever."""
CAPTIONS = (
    "[...document.querySelector('.desk-video').textTracks].map((one) => [one.mode, (one.activeCues ?? []).length])"
)


def text(page):
    return page.get_by_role("group", name="Wat gezegd is")


def at(page, second: float) -> None:
    services.wait_until(lambda: abs(video(page)["now"] - second) < 0.02, f"second {second}")


def test_each_word_leads_to_its_second_by_pointer_and_by_key(desk):
    say(desk)
    page = desk.open()
    words = text(page).get_by_role("button")
    expect(words).to_have_count(len(SAID.split()))
    words.get_by_text("levering", exact=True).click()
    at(page, second_of("levering"))
    expect(text(page).locator("[aria-current]")).to_have_text("levering")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(words.get_by_text("laat", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    at(page, second_of("laat"))
    page.keyboard.press("Home")
    page.keyboard.press("Enter")
    at(page, 1.0)
    expect(text(page).locator("[aria-current]")).to_have_text("Goedemiddag")
    assert text(page).locator("[tabindex='0']").count() == 1, "Tab comes to one word"
    assert not desk.complaints


@pytest.mark.real_time
def test_the_word_of_now_is_marked_and_kept_in_sight_while_it_plays(desk):
    say(desk)
    page = desk.open()
    page.keyboard.press("l")
    at(page, 5)
    page.keyboard.press("k")
    marked = text(page).locator("[aria-current]")
    expect(marked).to_have_text("hebben", timeout=20000)
    expect(marked).to_have_text("gesprek", timeout=20000)
    now = video(page)["now"]
    assert second_of("gesprek") - 0.05 <= now <= second_of("gesprek") + 3
    page.keyboard.press("k")
    inside, word = text(page).bounding_box(), marked.bounding_box()
    assert inside["y"] <= word["y"] and word["y"] + word["height"] <= inside["y"] + inside["height"] + 1


def test_a_search_counts_marks_and_goes_from_place_to_place(desk):
    say(desk)
    page = desk.open()
    find = page.get_by_role("searchbox")
    find.fill("de KLANT")
    expect(page.locator("[data-found]")).to_have_text("2 keer")
    expect(text(page).locator("[data-hit]")).to_have_text(["de", "de"])
    find.press("Enter")
    expect(page.locator("[data-found]")).to_have_text("1 van 2")
    first = video(page)["now"]
    find.press("Enter")
    services.wait_until(lambda: video(page)["now"] > first + 1, "the second place")
    find.press("Enter")
    at(page, first)
    find.fill("voetbal")
    expect(page.locator("[data-found]")).to_have_text("niet gevonden")


def test_captions_are_switched_and_stay_so_for_the_next_answer(desk):
    say(desk)
    say(desk, number=2)
    page = desk.open()
    assert page.evaluate(CAPTIONS) == [["disabled", 0]]
    page.keyboard.press("c")
    expect(page.get_by_role("button", name="Ondertiteling")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("l")
    services.wait_until(lambda: page.evaluate(CAPTIONS) == [["showing", 1]], "a caption on the film")
    page.keyboard.press("]")
    expect(page).to_have_url(desk.url(2))
    ready(page)
    services.wait_until(lambda: page.evaluate(CAPTIONS)[0][0] == "showing", "captions of the next answer")
    assert len(page.evaluate(CAPTIONS)) == 1


def test_who_hides_the_words_gets_a_desk_without_them_and_nothing_moves(desk):
    say(desk)
    page = desk.open()
    expect(text(page).get_by_role("button").first).to_be_visible()
    assert page.evaluate(MOVED) == []
    page.keyboard.press("t")
    expect(text(page)).to_be_hidden()
    page.reload()
    ready(page)
    expect(page.get_by_role("button", name="Tekst")).to_have_attribute("aria-pressed", "false")
    expect(text(page)).to_be_hidden()
    assert page.evaluate(MOVED) == []
    page.get_by_role("button", name="Tekst").click()
    expect(text(page)).to_be_visible()


def test_the_recording_is_as_high_while_the_rest_of_the_page_is_still_to_come(desk):
    say(desk)
    page = desk.open()
    height = "document.querySelector('.desk-screen').getBoundingClientRect().height"
    whole = page.evaluate(height)

    def half(route):
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().split('<div class="desk-scrub"')[0])

    page.route(desk.url(), half)
    page.goto(desk.url())
    assert page.evaluate("document.querySelector('.desk-words')") is None
    assert page.evaluate(height) == whole


def test_a_search_that_is_quicker_than_the_words_finds_them_when_they_come(desk):
    say(desk)
    held, page = [], desk.visit()
    page.route("**/words", lambda route: held.append(route))
    page.goto(desk.url())
    ready(page)
    page.get_by_role("searchbox").fill("de KLANT")
    expect(page.locator("[data-found]")).to_be_empty()
    services.wait_until(lambda: page.evaluate("1") and held, "the words are asked for")
    held[0].continue_()
    expect(page.locator("[data-found]")).to_have_text("2 keer")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width, height", [(1280, 720), (390, 844)])
def test_axe_finds_nothing_and_it_fits(desk, scheme, width, height):
    say(desk)
    page = desk.open(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": height})
    expect(page.get_by_text("Hulpmiddel, geen bewijs")).to_be_visible()
    text(page).get_by_role("button").nth(3).click()
    page.get_by_role("searchbox").fill("klant")
    assert findings(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == width
    if width == 1280:
        assert page.evaluate("document.documentElement.scrollHeight") == height
        for place in (".desk-video", ".scrub", ".desk-words-text", "#remark"):
            box = page.locator(place).bounding_box()
            assert box["y"] + box["height"] <= height, place


def test_without_words_there_is_no_trace_of_them(desk):
    page = desk.open()
    assert page.locator("[data-words]").count() == 0
    assert "bewijs: een programma" not in page.content() and "Ondertiteling" not in page.content()
    assert page.evaluate(CAPTIONS) == []
    page.keyboard.press("c")
    page.keyboard.press("t")
    assert not desk.complaints


def test_words_that_cannot_be_read_leave_the_desk_as_it_is(desk):
    say(desk)
    page = desk.visit()
    page.route("**/words", lambda route: route.fulfill(status=422))
    page.goto(desk.url())
    ready(page)
    expect(text(page)).to_have_text("De tekst kan nu niet worden geladen. Laad de pagina opnieuw.")
    page.keyboard.press("l")
    at(page, 5)


def test_in_phase_two_the_ten_answers_are_searched_and_lead_to_answer_and_second(desk):
    say(desk)
    say(desk, "Dat was een goede vraag. We maken morgen een afspraak met de klant.", number=3)
    session = desk.site.session
    for rating in desk.ratings:
        cast.score(rating)
        rating.sign(Phase.BLIND, now())
    session.commit()
    page = desk.visit()
    page.goto(f"{desk.site.address}/beoordelen/fase-2/{desk.ratings[0].id}")
    page.get_by_role("searchbox").fill("de klant")
    page.get_by_role("button", name="Zoeken", exact=True).click()
    expect(page.locator("[data-search-status]")).to_have_text("3 keer gevonden.")
    lines = page.locator("[data-search-results] li")
    expect(lines.nth(2)).to_contain_text("morgen een afspraak met de klant.")
    assert findings(page) == []
    lines.nth(2).get_by_role("link").click()
    ready(page)
    assert page.url.startswith(desk.url(3))
    at(page, second_of("de", "Dat was een goede vraag. We maken morgen een afspraak met de klant."))
    page.go_back()
    page.get_by_role("searchbox").fill("voetbal")
    page.keyboard.press("Enter")
    expect(page.locator("[data-search-status]")).to_contain_text("Niet gevonden.")
    assert not desk.complaints
