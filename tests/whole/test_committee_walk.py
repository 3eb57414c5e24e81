"""A year's work of the exam committee, as its members and the office click it.

What is overdue is looked at, a case of fraud is opened, heard and decided by two, its certificate is suspended, its
person objects and reads the answer, and all of it stands in minutes that a second member signs.

`--screenshot on` looks at each step with axe, on a wide light and a narrow dark screen, and leaves a picture of both in
the folder that the test names; `--video on` leaves a film of each window there too.
"""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Playwright, expect
from pypdf import PdfReader
from sqlalchemy import update
from support import cast, desk_site
from support.exam_walk import Walk

from storage.certificates import issuing
from storage.committee.irregularities import Irregularity
from storage.judging.progress import decide
from storage.people.people import Person, Role
from storage.schemes import Scheme

FACTS = "Op de opname is te horen dat iemand voorzegt."
REASONS = "Het voorzeggen is in drie situaties te horen."


@pytest.fixture
def walk(films, playwright: Playwright, swift, pytestconfig, tmp_path) -> Iterator[Walk]:
    looks = pytestconfig.getoption("--screenshot") == "on"
    browser = desk_site.launch(playwright)
    with desk_site.running(tmp_path, swift) as site:
        going = Walk(site, browser, tmp_path, looks, films)
        yield going
        for window in going.windows:
            window.close()  # a film ends with its window
    browser.close()
    if looks:
        print(f"pictures: {tmp_path}")


def certified(walk: Walk, name: str) -> tuple[Person, str]:
    """Somebody who passed, and the number of the certificate."""
    session, people = walk.site.session, walk.site.people
    sitting = walk.site.exam(0)
    sitting.dossier.candidate.name = name
    began = desk_site.now() - timedelta(hours=1)
    for slot, assessor in enumerate(people.assessors[:2], 1):
        cast.rate(session, sitting, assessor, slot, 4, began)
    verdict = decide(session, sitting, began)
    verdict.confirm(people.officer, began)
    verdict.release(people.second_officer, began)
    session.flush()
    number = issuing.issue(session, verdict, people.officer, began).number
    session.commit()
    return sitting.dossier.candidate, number


@pytest.mark.proof
def test_the_table_of_the_exam_committee(walk: Walk):
    session, people = walk.site.session, walk.site.people
    holder, number = certified(walk, "Roos Proef")
    session.execute(update(Scheme).values(created_at=desk_site.now() - timedelta(days=400)))
    session.commit()
    first = walk.window(people.committee_member)
    second, third = (walk.window(walk.somebody(f"Lid {name}", Role.EXAM_COMMITTEE)) for name in ("Twee", "Drie"))
    office = walk.window(people.officer)

    first.goto("/examencommissie")
    expect(first.get_by_text("langer dan een jaar niet bekeken")).to_be_visible()
    walk.look(first, "home")
    first.goto("/inhoud?toon=te-bekijken")
    walk.look(first, "overdue")
    first.get_by_role("rowheader").get_by_role("link").first.click()
    walk.look(first, "one-part")
    first.get_by_label("In orde").check()
    first.get_by_role("button", name="Oordeel bewaren").click()
    expect(first.get_by_text("Uw oordeel is bewaard.")).to_be_visible()

    office.goto("/onregelmatigheden/nieuw")
    office.get_by_label("Fraude").check()
    office.get_by_label("Over wie gaat het?").fill(number)
    office.get_by_label("Wat is er gebeurd?").fill(FACTS)
    walk.look(office, "open-a-case")
    office.get_by_role("button", name="Zaak openen").click()
    expect(office.get_by_text("is geopend.").first).to_be_visible()
    case = office.url
    day = (desk_site.now() + timedelta(days=9)).date().isoformat()
    office.get_by_label("Dag").fill(day)
    office.get_by_label("Tijd").fill("10:00")
    office.get_by_label("Waar, of hoe").fill("Utrecht")
    office.get_by_role("button", name="Uitnodigen").click()
    expect(office.get_by_text("Deze persoon krijgt een mail")).to_be_visible()
    own = walk.window(holder)
    own.goto("/examen")
    own.get_by_role("link", name="Mijn zaak").click()
    expect(own.get_by_text(FACTS)).to_be_visible()
    walk.look(own, "invited")

    # Nobody waits nine days here: the hearing was an hour ago.
    session.execute(update(Irregularity).values(hearing_at=desk_site.now() - timedelta(hours=1)))
    session.commit()
    office.goto(case)
    office.get_by_label("Nee, niet gekomen").check()
    office.get_by_label("Wat is er gezegd?").fill("Twee keer gebeld, niet bereikt.")
    walk.look(office, "hearing")
    office.get_by_role("button", name="Verslag bewaren").click()
    expect(office.get_by_text("Het verslag is bewaard.")).to_be_visible()

    first.goto(case)
    first.get_by_label("Besluit", exact=True).select_option(label="Het certificaat wordt geschorst")
    first.get_by_label("Waarom?").first.fill(REASONS)
    walk.look(first, "propose")
    first.get_by_role("button", name="Voorstellen").click()
    expect(first.get_by_text("Een ander lid van de commissie beslist mee.").first).to_be_visible()
    second.goto(case)
    walk.look(second, "agree")
    second.get_by_role("button", name="Akkoord: dit is het besluit").click()
    expect(second.get_by_text("Besloten: het certificaat wordt geschorst.")).to_be_visible()

    own.reload()
    expect(own.get_by_text(REASONS)).to_be_visible()
    own.get_by_label("Waarmee bent u het niet eens").fill("Dat was mijn eigen stem.")
    walk.look(own, "object")
    own.get_by_role("button", name="Bezwaar versturen").click()
    expect(own.get_by_text("Uw bezwaar is ontvangen.").first).to_be_visible()
    third.goto(case)
    third.get_by_label("Ongegrond").check()
    third.get_by_label("Waarom?").fill("Er zijn twee stemmen.")
    walk.look(third, "answer")
    third.get_by_role("button", name="Antwoord versturen").click()
    own.reload()
    expect(own.get_by_text("Ongegrond: het besluit blijft.")).to_be_visible()
    walk.look(own, "answered")

    first.goto("/besluitenlijsten")
    walk.look(first, "to-draw-up")
    first.get_by_role("button", name="Opstellen").click()
    expect(first.get_by_text("De besluitenlijst is opgesteld.")).to_be_visible()
    second.goto(first.url)
    second.get_by_role("button", name="Akkoord: tekenen").click()
    expect(second.get_by_text("is getekend.").first).to_be_visible()
    walk.look(second, "minutes")
    file = walk.kept(second, "PDF")
    words = " ".join(" ".join(page.extract_text() for page in PdfReader(file).pages).split())
    assert "het certificaat wordt geschorst" in words and "bezwaar ongegrond" in words
    assert holder.name not in words and FACTS not in words
    assert walk.faults == [], walk.faults
