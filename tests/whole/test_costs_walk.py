"""What exams cost, as a beheerder and the office click it: from the price before asking to a credit note in the books.

The office says from when costs are charged; the beheerder reads the price before asking, and what each candidate costs
and why; invoices go out, are paid, and what a member paid too much comes back on a credit note; the books take it all.

`--screenshot on` looks at each step with axe, on a wide light and a narrow dark screen, and leaves a picture of both in
the folder that the test names; `--video on` leaves a film of each window there too.
"""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from lxml import etree
from playwright.sync_api import Page, Playwright, expect
from pypdf import PdfReader
from support import books, cast, desk_site, exam_walk, fees_to_see

from storage.fees.charging import charge_due
from storage.planning.theory_tests import set_ready

pytestmark = pytest.mark.proof


@pytest.fixture
def walk(films, playwright: Playwright, swift, pytestconfig, tmp_path) -> Iterator[exam_walk.Walk]:
    looks = pytestconfig.getoption("--screenshot") == "on"
    browser = desk_site.launch(playwright)
    with desk_site.running(tmp_path, swift) as site:
        going = exam_walk.Walk(site, browser, tmp_path, looks, films)
        yield going
        for window in going.windows:
            window.close()  # a film ends with its window
    browser.close()
    if looks:
        print(f"pictures: {tmp_path}")


def picture(walk: exam_walk.Walk, page: Page, what: str) -> None:
    if walk.pictures:
        walk.look(page, what)


@pytest.mark.real_time
def test_from_a_price_that_is_read_first_to_a_credit_note_in_the_books(walk: exam_walk.Walk):
    session, people = walk.site.session, walk.site.people
    cast.scheme_of_a(session)
    hall = cast.location(session, people)
    fees_to_see.seller(session)
    session.commit()
    officer, beheerder = walk.window(people.officer), walk.window(people.beheerder)
    begin(walk, officer)
    read_before_asking(walk, beheerder)
    now = desk_site.now()
    set_ready(session, [people.candidate], "certificate_a", hall, now + timedelta(days=7), people.beheerder, now)
    session.flush()
    assert charge_due(session, desk_site.now()) == 1
    session.commit()
    say_where_to(walk, beheerder)
    number = invoice(walk, officer, beheerder)
    come_back(walk, officer, beheerder, number)
    take_in(walk, officer)
    assert walk.faults == [], walk.faults


def begin(walk: exam_walk.Walk, officer: Page) -> None:
    """From today on exams cost something."""
    officer.goto("/bureau/tarieven")
    officer.get_by_label("Kosten gaan in op").fill(desk_site.now().date().isoformat())
    picture(walk, officer, "prices")
    officer.get_by_role("button", name="Keuzes bewaren").click()
    expect(officer.get_by_text("De keuzes zijn bewaard.")).to_be_visible()


def read_before_asking(walk: exam_walk.Walk, beheerder: Page) -> None:
    """The price and its reason stand where the test is asked."""
    beheerder.goto("/organisatie/online-toets/nieuw")
    expect(beheerder.get_by_text("€ 40,00 per kandidaat").first).to_be_visible()
    picture(walk, beheerder, "price-before-asking")


def say_where_to(walk: exam_walk.Walk, beheerder: Page) -> None:
    """What it costs and why; and where invoices go, with a wrong number said at its field."""
    beheerder.goto("/organisatie/kosten")
    expect(beheerder.get_by_text("prijs voor niet-leden")).to_be_visible()
    picture(walk, beheerder, "costs-without-details")
    beheerder.get_by_role("link", name="Gegevens invullen").click()
    details = fees_to_see.DETAILS | {"kvk_number": "1234567"}
    labels = {
        "Naam zoals op de factuur": "legal_name",
        "Straat en nummer": "street",
        "Postcode": "postcode",
        "Plaats": "city",
        "KvK-nummer": "kvk_number",
        "E-mailadres voor facturen": "mail",
        "Uw kenmerk": "reference",
    }
    for label, name in labels.items():
        beheerder.get_by_label(label).fill(details[name])
    beheerder.get_by_label("Hoe wilt u facturen krijgen?").select_option("nlcius")
    beheerder.get_by_label("Hoe vaak?").select_option("per_order")
    beheerder.get_by_role("button", name="Bewaren").click()
    expect(beheerder.locator(".field-error", has_text="Een KvK-nummer heeft acht cijfers.")).to_be_visible()
    picture(walk, beheerder, "details-with-a-fault")
    beheerder.get_by_label("KvK-nummer").fill("12345678")
    beheerder.get_by_role("button", name="Bewaren").click()
    expect(beheerder.get_by_text("De gegevens voor facturen zijn bewaard.")).to_be_visible()


def invoice(walk: exam_walk.Walk, officer: Page, beheerder: Page) -> str:
    """The office sees what comes on it and makes it; the beheerder has the PDF and the electronic one."""
    officer.goto("/bureau/facturen/te-maken")
    picture(walk, officer, "to-make")
    officer.get_by_role("button", name="1 factuur maken").click()
    expect(officer.get_by_text("1 factuur is gemaakt.")).to_be_visible()
    number = officer.get_by_role("rowheader").first.inner_text()
    beheerder.goto("/organisatie/kosten/facturen")
    picture(walk, beheerder, "own-invoices")
    text = PdfReader(walk.kept(beheerder, f"PDF van {number}")).pages[0].extract_text()
    assert number in text and "€ 48,40" in text
    assert walk.kept(beheerder, f"UBL van {number}").read_bytes().startswith(b"<?xml")
    officer.get_by_role("link", name=number).click()
    picture(walk, officer, "invoice")
    officer.get_by_role("button", name="Betaald").click()
    expect(officer.get_by_text("De factuur is betaald.")).to_be_visible()
    return number


def come_back(walk: exam_walk.Walk, officer: Page, beheerder: Page, number: str) -> None:
    """The organisation turns out to be a member: the difference is seen, given, and on a credit note."""
    people = walk.site.people
    officer.goto(f"/bureau/organisaties/{people.organisation.id}")
    officer.get_by_label("Is lid van KSF").check()
    officer.get_by_role("button", name="Bewaren").click()
    officer.get_by_role("link", name="Verschil voor leden").click()
    picture(walk, officer, "difference-for-members")
    officer.get_by_role("button", name="€ 5,00 teruggeven").click()
    expect(officer.get_by_text(f"creditfactuur bij {number}")).to_be_visible()
    officer.get_by_role("button", name="1 factuur maken").click()
    beheerder.goto("/organisatie/kosten")
    expect(beheerder.get_by_text("lid sinds")).to_be_visible()
    picture(walk, beheerder, "costs-with-credit")
    beheerder.get_by_role("link", name="Facturen", exact=True).first.click()
    expect(beheerder.get_by_text("creditfactuur", exact=True)).to_be_visible()


def take_in(walk: exam_walk.Walk, officer: Page) -> None:
    """The books take this month in."""
    officer.goto("/bureau/facturen/boekhouding")
    today = desk_site.now().date().isoformat()
    officer.get_by_label("Van", exact=True).fill(today)
    officer.get_by_label("Tot en met").fill(today)
    picture(walk, officer, "books")
    with officer.expect_download() as found:
        officer.get_by_role("button", name="Auditfile downloaden").click()
    root = etree.parse(found.value.path())
    etree.XMLSchema(etree.fromstring(books.schema())).assertValid(root)
    assert len(root.findall(".//{*}transaction")) == 2
