"""The whole road of one exam over the desk, in a real browser and by keyboard alone, from first look to letter.

Two assessors judge ten answers each and differ too much; a third is called; phase 2 changes a score with a reason; one
person checks, another releases; the candidate reads the result. It is the tool that is measured, never the person: what
the desk itself adds to an answer (opening, saving, signing, going on) may be a quarter of its playing time at most.
"""

import re
import time
from statistics import median

import pytest
from playwright.sync_api import Locator, Page, expect
from support import desk_site, services
from support.desk_site import FILM_S, findings, ready, remark, sign_unseen

from storage.judging.workload import assign
from storage.people.people import Role

pytestmark = [pytest.mark.real_time, pytest.mark.one_database]

MOST_OVERHEAD = 0.25
WATCHED_S = 0.5


@pytest.fixture
def told(capsys):
    """Say something that is read in the record of the tests, also when they pass."""

    def say(text: str) -> None:
        with capsys.disabled():
            print(text)

    return say


def tab_to(page: Page, target: Locator) -> None:
    """Go to something by the Tab key, as who has no mouse does."""
    for _ in range(300):
        if target.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"{target} cannot be reached by Tab")


def press(page: Page, target: Locator) -> None:
    tab_to(page, target)
    page.keyboard.press("Enter")


def played_s(page: Page) -> float:
    """How many seconds of the recording were really played."""
    return page.evaluate(
        "() => { const {played} = document.querySelector('.desk-video');"
        " return [...Array(played.length).keys()].reduce((sum, at) => sum + played.end(at) - played.start(at), 0) }"
    )


def judge(page: Page, level: str) -> float:
    """Watch, remark on and score the answer on the desk, sign it, and wait for the next; the tool's own seconds."""
    here = page.url
    began = time.monotonic()
    page.keyboard.press(" ")
    services.wait_until(lambda: played_s(page) >= WATCHED_S, "the recording to play")
    remark(page, "Zegt wie wat wanneer doet.")
    page.keyboard.press("k")
    for _ in range(page.locator(".mark").count()):
        page.keyboard.press(level)
        page.keyboard.press("b")
        page.keyboard.press("ArrowDown")
    watched = played_s(page)
    sign_unseen(page)
    page.wait_for_url(lambda url: url != here)
    if page.locator(".desk-video").count():
        ready(page)
    return time.monotonic() - began - watched


def phase_one(desk, person, level: str) -> tuple[Page, list[float]]:
    """All answers of one assessor, from the list of work on."""
    page = desk.visit(person)
    page.goto(f"{desk.site.address}/beoordelen")
    assert findings(page) == []
    press(page, page.get_by_role("link", name="Beginnen met beoordelen"))
    page.wait_for_selector(".desk-video")
    ready(page)
    seconds = [judge(page, level) for _ in range(10)]
    page.wait_for_url("**/fase-2/**")
    return page, seconds


def sign_phase_two(page: Page) -> None:
    assert findings(page) == []
    press(page, page.get_by_role("button", name="Fase 2 ondertekenen"))
    dialog = page.get_by_role("dialog", name="Fase 2 ondertekenen?")
    expect(dialog).to_be_visible()
    press(page, dialog.get_by_role("button", name="Ondertekenen", exact=True))
    page.wait_for_url("**/beoordelen")
    expect(page.get_by_text("Er ligt nu geen werk voor u klaar")).to_be_visible()


def change_one(page: Page) -> None:
    """Change one score in phase 2: without a reason it is refused, with one both values stay."""
    press(page, page.get_by_role("link", name=re.compile("^Wijzigen van")).first)
    page.wait_for_selector("#change-form")
    assert findings(page) == []
    tab_to(page, page.locator("#change-form input[type=radio]:checked"))
    page.keyboard.press("ArrowLeft")
    press(page, page.get_by_role("button", name="Wijziging bewaren"))
    expect(page.get_by_text("Schrijf waarom u de score verandert.").first).to_be_visible()
    tab_to(page, page.locator(".second-stars input[type=checkbox]").first)
    page.keyboard.press(" ")
    tab_to(page, page.get_by_label("Waarom verandert u deze score?"))
    page.keyboard.type("De STAR laat zien dat de afspraak geen termijn had.")
    press(page, page.get_by_role("button", name="Wijziging bewaren"))
    expect(page.locator(".second-why")).to_contain_text("geen termijn")
    expect(page.locator(".second-why")).to_contain_text("STAR met een leidinggevende, S1")


def test_two_assessors_and_a_third_bring_an_exam_to_its_result_by_keyboard(desks, chromium, told, tmp_path):
    desk = desk_site.give(desks, chromium, films=10, seen=False)
    site, first = desks, desk.assessor
    second, third = site.newcomer(Role.ASSESSOR), site.newcomer(Role.ASSESSOR)
    third.name = "Assessor Derde"
    assign(site.session, desk.sitting, second, 2, desk_site.now())
    site.session.commit()

    page, seconds = phase_one(desk, first, "4")
    change_one(page)
    sign_phase_two(page)
    page, more = phase_one(desk, second, "2")
    sign_phase_two(page)

    officer = desk.visit(site.people.officer)
    officer.goto(f"{site.address}/uitslagen?zoek={desk.sitting.dossier.code}")
    assert findings(officer) == []
    name = desk.sitting.dossier.candidate.name
    row = officer.get_by_role("row", name=re.compile(f"{name} {desk.sitting.dossier.code}.*derde assessor"))
    press(officer, row.get_by_role("link"))
    officer.wait_for_load_state()
    expect(officer.get_by_text("Waarom een derde assessor nodig is")).to_be_visible()
    assert findings(officer) == []
    tab_to(officer, officer.get_by_label("Assessor 3"))
    officer.keyboard.type("Assessor Derde")
    press(officer, officer.get_by_role("button", name="Werk toewijzen"))
    officer.wait_for_url("**/uitslagen")

    page, last = phase_one(desk, third, "3")
    sign_phase_two(page)
    seconds = [*seconds, *more, *last]
    share = median(seconds) / FILM_S
    told(
        f"\nthe desk's own time per answer: {median(seconds):.1f} s ({min(seconds):.1f}..{max(seconds):.1f}), "
        f"{share:.0%} of {FILM_S} s of playing"
    )
    assert share <= MOST_OVERHEAD

    release(desk, told)
    read(desk)


def release(desk, told) -> None:
    """One checks and another releases; neither can do both."""
    name = desk.sitting.dossier.candidate.name
    for person, label, act in (
        (desk.site.people.officer, "Controleren van", "Eindoordeel is gecontroleerd"),
        (desk.site.people.second_officer, "Bekijken van", "Uitslag vrijgeven"),
    ):
        page = desk.visit(person)
        page.goto(f"{desk.site.address}/uitslagen?zoek={desk.sitting.dossier.code}")
        press(page, page.get_by_role("row", name=re.compile(desk.sitting.dossier.code)).get_by_role("link"))
        page.wait_for_load_state()
        expect(page.get_by_role("heading", level=1)).to_have_text(name)
        assert findings(page) == [], label
        press(page, page.get_by_role("button", name=act))
        if act == "Uitslag vrijgeven":
            press(page, page.get_by_role("dialog").get_by_role("button", name="Vrijgeven"))
        page.wait_for_url("**/uitslagen")


def read(desk) -> None:
    """The candidate reads the result, fetches the letter, and could object."""
    page = desk.visit(desk.sitting.dossier.candidate)
    page.goto(f"{desk.site.address}/uitslag")
    main = page.get_by_role("main")
    expect(main).to_contain_text("U bent geslaagd")
    expect(main).to_contain_text("Zegt wie wat wanneer doet.")
    expect(main).to_contain_text("Wie een niveau hoger zit, ")
    assert findings(page) == []
    with page.expect_download() as download:
        press(page, page.get_by_role("link", name="Uitslag als brief (PDF)"))
    assert download.value.path().read_bytes().startswith(b"%PDF-1.7")
    press(page, page.get_by_role("link", name="Bezwaar maken"))
    page.wait_for_url("**/bezwaar/**")
    assert findings(page) == []
