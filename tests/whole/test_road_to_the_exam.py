"""The road before the exam in a real browser: a list of candidates, two who write, an officer, mail, the first clip.

Every step is looked at by axe; `--screenshot on` leaves a picture of it and `--video on` a film of each window, in the
folder that the test names.
"""

import csv
import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from icalendar import Calendar
from playwright.sync_api import Browser, Page, Playwright, expect
from support import camera, mailbox_server, services, system

from demo import example

OWN_PASSWORD = "vier losse woorden zijn sterk"
CANDIDATE, MANAGER = "nora.nieuw@voorbeeld.example", "max.meerder@voorbeeld.example"
LIST = (
    "kandidaat_naam;kandidaat_email;leidinggevende_naam;leidinggevende_email;kostenplaats\n"
    f"Nora Nieuw;nora.nieuw#voorbeeld.example;Max Meerder;{MANAGER};4010\n"
    f"Nico Nieuw;nico.nieuw@voorbeeld.example;;{MANAGER};4010\n"
    f"Kim Kandidaat;kandidaat@voorbeeld.example;Lena Leidinggevende;leidinggevende@voorbeeld.example;\n"
)
REASON = (
    "Nora zit naast de drempel waar nieuwe mensen binnenkomen, en dat is geen toeval: zij vroeg er zelf om. Wie voor "
    "het eerst een boze klant krijgt, kijkt haar kant op. Zij neemt het gesprek niet over maar schrijft één woord op "
    "een briefje. Ik zag dat een keer gebeuren en binnen een minuut was het weer rustig. Daarom meld ik haar aan."
)
EXAMPLE_ROLE = (
    "Haar verslag na een fout is kort en eerlijk: wat ging er mis, wat deed ik, wat doe ik voortaan. Zij hing haar "
    "eerste zelf op bij de koffie. Sindsdien schrijven vier anderen er ook een, zonder dat ik het vroeg. Op vrijdag "
    "bespreekt zij er een met wie wil, staand en in tien minuten. Zo werd praten over fouten bij ons iets gewoons."
)
MENDED = {("kandidaat_email", "nora.nieuw#voorbeeld.example"): CANDIDATE, ("leidinggevende_naam", ""): "Max Meerder"}


class Walk:
    """Who takes part, each with an own browser window, at a product whose mail goes to `mails`."""

    def __init__(
        self,
        product: system.System,
        mails: mailbox_server.Mailbox,
        chromium: Browser,
        pictures: Path | None,
        films: Path | None,
    ):
        self.product, self.mails, self.chromium, self.pictures = product, mails, chromium, pictures
        self.films = films
        self.taken = 0
        self.faults: list[str] = []

    def window(self, email: str = "") -> Page:
        size = {"width": 1280, "height": 800}
        film = {"record_video_dir": self.films, "record_video_size": size} if self.films else {}
        context = self.chromium.new_context(base_url=self.product.origin, viewport=size, locale="nl-NL", **film)
        context.on("weberror", lambda error: self.faults.append(str(error.error)))
        context.set_default_timeout(30_000)
        page = context.new_page()
        if email:
            system.log_in(page, self.product.origin, email)
        return page

    def picture(self, page: Page, what: str) -> None:
        """Look at the page as axe does. It leaves a picture where pictures are asked for by `--screenshot on`."""
        if self.pictures:
            self.taken += 1
            file = self.pictures / f"{self.taken:02}-{what}.png"
            page.screenshot(path=file, full_page=True)
            print(file)
        self.faults += [f"{what}: {one['id']}" for one in Axe().run(page).response["violations"]]

    def mail(self, address: str, subject: str) -> str:
        """The plain text of the one mail to this address with `subject` in its subject."""
        return self.whole_mail(address, subject).get_body(("plain",)).get_content()

    def whole_mail(self, address: str, subject: str) -> EmailMessage:
        def arrived() -> list[EmailMessage]:
            return [mail for mail in self.mails.to(address) if subject in mail["Subject"]]

        services.wait_until(arrived, f"a mail about {subject!r}", 60)
        (found,) = arrived()
        return found

    def accept_invitation(self, address: str, subject: str) -> Page:
        """Follow the link in the mail and choose a password."""
        page = self.window()
        page.goto(re.search(r"https?://\S+/welkom/\S+", self.mail(address, subject))[0])
        page.get_by_label("Uw nieuwe wachtwoord").fill(OWN_PASSWORD)
        page.get_by_label("Nog een keer").fill(OWN_PASSWORD)
        self.picture(page, "password")
        page.get_by_role("button", name="Wachtwoord bewaren en inloggen").click()
        page.wait_for_url(lambda url: "welkom" not in url)
        return page


@pytest.fixture(scope="module")
def walk(films, playwright: Playwright, filmed, tmp_path_factory, pytestconfig) -> Iterator[Walk]:
    folder = tmp_path_factory.mktemp("walk")
    pictures = folder / "pictures" if pytestconfig.getoption("--screenshot") == "on" else None
    chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=camera.chromium_flags(filmed))
    with mailbox_server.listening() as mails, system.running(folder, VIGNET_MAIL_URL=mails.url) as product:
        product.command("python", "tests/support/code_scheme.py")
        yield Walk(product, mails, chromium, pictures, films)
        for window in chromium.contexts:
            window.close()  # a film ends with its window
    chromium.close()
    for file in sorted(films.iterdir()) if films else ():
        print(file)


def test_the_road_to_the_exam(walk: Walk):
    beheerder = walk.window("beheerder@voorbeeld.example")
    enrol_by_list(walk, beheerder)
    manager = walk.accept_invitation(MANAGER, "onderbouwing")
    substantiate(walk, manager)
    candidate = walk.accept_invitation(CANDIDATE, "aangemeld")
    write_in_two_windows(walk, candidate)
    ask_for_more_time(walk, candidate)
    hand_in(walk, candidate)
    officer = walk.window("bureau@ksf.example")
    admit_and_give_time(walk, officer)
    judge(walk, officer, "Terugsturen", short="motivation_and_goal")
    assert "doel" in walk.mail(CANDIDATE, "aan te passen")
    answer_the_return(walk, candidate)
    judge(walk, officer, "Goedkeuren en uitnodigen")
    read_the_invitation(walk)
    begin_after_the_identity_step(walk, candidate, beheerder)
    assert walk.faults == []


def enrol_by_list(walk: Walk, page: Page) -> None:
    """Three lines with two mistakes; the faulty ones are downloaded, mended, and the list is sent in again."""
    page.goto("/organisatie/aanmelden/lijst")
    upload(page, LIST)
    for fault in ("nora.nieuw#voorbeeld.example", "leidinggevende_naam"):
        expect(page.get_by_role("table", name="Regels met een fout")).to_contain_text(fault)
    expect(page.get_by_role("button", name=re.compile("aanmelden"))).to_have_count(0)
    walk.picture(page, "faults")
    with page.expect_download() as download:
        page.get_by_role("link", name="Regels met een fout downloaden").click()
    rows = list(csv.reader(io.StringIO(download.value.path().read_text("utf-8-sig")), delimiter=";"))
    head, *lines = rows
    mended = [head] + [[MENDED.get((name, cell), cell) for name, cell in zip(head, row, strict=True)] for row in lines]
    page.get_by_role("link", name="Andere lijst kiezen").click()
    upload(page, "\n".join(";".join(row) for row in mended))
    expect(page.get_by_role("table", name="Regels met een fout")).to_have_count(0)
    walk.picture(page, "mended")
    page.get_by_role("button", name="2 kandidaten aanmelden").click()
    expect(page.get_by_text("2 kandidaten zijn aangemeld")).to_be_visible()
    walk.picture(page, "enrolled")


def upload(page: Page, text: str) -> None:
    page.get_by_label("Uw lijst (CSV)").set_input_files(
        {"name": "lijst.csv", "mimeType": "text/csv", "buffer": text.encode("utf-8-sig")}
    )
    page.get_by_role("button", name="Lijst bekijken").click()
    expect(page.get_by_role("heading", name="Dit gaat er gebeuren")).to_be_visible()


def substantiate(walk: Walk, page: Page) -> None:
    """The manager writes the own part for one of the two."""
    page.goto("/kandidaten")
    page.get_by_role("link", name=re.compile("Nora Nieuw")).first.click()
    page.wait_for_selector("form[data-draft-ready]")
    page.get_by_label("begeleidt collega's").check()
    page.locator("#reason").fill(REASON)
    page.locator("#example_role").fill(EXAMPLE_ROLE)
    saved(page)
    expect(page.locator("[data-part=standing] .chip").first).to_have_text("klaar")
    walk.picture(page, "substantiation")


def write_in_two_windows(walk: Walk, one: Page) -> None:
    """The candidate writes in two windows at once; they clash over one field, and nothing is lost."""
    one.goto("/")
    one.get_by_role("link", name=re.compile("Verder schrijven")).first.click()
    one.wait_for_selector("form[data-draft-ready]")
    two = one.context.new_page()
    two.goto(one.url)
    two.wait_for_selector("form[data-draft-ready]")
    one.locator("#goal").fill("Ik wil teamleider worden.")
    one.locator("#role_description").fill(example.ROLE_DESCRIPTION)
    saved(one)
    two.bring_to_front()
    two.locator("#goal").fill("Beter worden.")
    two.locator("#motivation").fill(example.MOTIVATION)
    clash = two.get_by_role("alert").filter(has_text="In een ander venster is hier iets anders bewaard")
    expect(clash).to_contain_text("Ik wil teamleider worden.")
    expect(two.locator("#role_description")).to_have_value(example.ROLE_DESCRIPTION)
    walk.picture(two, "conflict")
    clash.get_by_role("button", name="Mijn tekst houden").click()
    saved(two)
    two.close()
    one.bring_to_front()
    one.reload()
    one.wait_for_selector("form[data-draft-ready]")
    expect(one.locator("#goal")).to_have_value("Beter worden.")
    expect(one.locator("#motivation")).to_have_value(example.MOTIVATION)


def ask_for_more_time(walk: Walk, page: Page) -> None:
    here = page.url
    page.get_by_role("link", name="Voorziening vragen").click()
    page.get_by_label("Meer tijd om na te denken en te antwoorden").select_option(label="1,5 keer de tijd")
    walk.picture(page, "more-time")
    page.get_by_role("button", name="Voorziening vragen").click()
    expect(page.get_by_text("Uw verzoek is bewaard")).to_be_visible()
    page.goto(here)


def hand_in(walk: Walk, page: Page) -> None:
    """The rest of the file; the meter names what is missing until nothing is."""
    page.wait_for_selector("form[data-draft-ready]")
    page.locator("#years").fill("6,5")
    for kind, boxes in example.STARS.items():
        for box, text in zip(("situation", "tasks", "activities", "result"), boxes, strict=True):
            page.locator(f"#{kind}_{box}").fill(text)
    for number, level in enumerate(page.locator('fieldset[id^="level_"]').all()):
        level.get_by_role("radio").nth(2 + number % 2).check()
    for number, star in enumerate(page.locator('fieldset[id^="star_"]').all()):
        star.get_by_role("radio").nth(number % 2).check()
    saved(page)
    walk.picture(page, "whole-file")
    page.get_by_role("button", name="Dossier indienen").click()
    expect(page.get_by_text("Uw dossier is ingediend")).to_be_visible()


def admit_and_give_time(walk: Walk, page: Page) -> None:
    page.goto("/bureau/dossiers")
    page.get_by_role("link", name=re.compile("Nora Nieuw")).first.click()
    page.get_by_label("Wat heeft de kandidaat?").select_option("theory_test_a")
    page.get_by_label("Behaald op").fill(datetime.now(UTC).date().isoformat())
    page.get_by_role("button", name="Toelating bewaren").click()
    page.get_by_label("toekennen").check()
    page.locator("#accommodation-reason").fill("U leest langzamer; dat telt hier niet mee.")
    walk.picture(page, "accommodation")
    page.get_by_role("button", name="Besluit over de voorziening bewaren").click()
    expect(page.get_by_text("Uw besluit over de voorziening is bewaard")).to_be_visible()
    assert "1,5 keer de tijd" in walk.mail(CANDIDATE, "voorziening")


def judge(walk: Walk, page: Page, decision: str, short: str = "") -> None:
    """Claim the file, judge each criterion with a reason, and decide; `short` is the criterion that fails."""
    page.reload()
    page.get_by_role("button", name="Dossier oppakken").click()
    criteria = {one.get_attribute("name") for one in page.locator('[name^="met_"]').all()}
    for name in criteria:
        failed = name == f"met_{short}"
        page.locator(f'[name="{name}"][value="{"no" if failed else "yes"}"]').check()
        reason = "Het doel is nog te kort." if failed else "Dit klopt."
        page.locator(f'[name="{name.replace("met_", "reason_")}"]').fill(reason)
    if short:
        page.get_by_label("Bericht aan de kandidaat").fill("Schrijf meer over uw doel.")
    walk.picture(page, "judgement")
    page.get_by_role("button", name=decision).click()
    expect(page.get_by_text(re.compile("Goedgekeurd. De uitnodiging|Uw besluit is bewaard"))).to_be_visible()
    walk.picture(page, "decided")


def answer_the_return(walk: Walk, page: Page) -> None:
    """Only what was sent back is open."""
    page.reload()
    page.wait_for_selector("form[data-draft-ready]")
    expect(page.locator("#role_description")).to_have_count(0)
    walk.picture(page, "returned")
    page.locator("#goal").fill(example.GOAL)
    saved(page)
    page.get_by_role("button", name="Dossier indienen").click()
    expect(page.get_by_text("Uw dossier is ingediend")).to_be_visible()


def read_the_invitation(walk: Walk) -> None:
    """By itself after the approval, with the window as a calendar file, and without a link to any recording."""
    mail = walk.whole_mail(CANDIDATE, "staat klaar")
    (calendar,) = (part for part in mail.walk() if part.get_content_type() == "text/calendar")
    (event,) = Calendar.from_ical(calendar.get_content()).walk("VEVENT")
    assert (event.end - event.start).days == 14
    assert "/media/" not in mail.get_body(("plain",)).get_content()


def begin_after_the_identity_step(walk: Walk, page: Page, beheerder: Page) -> None:
    """Consent, then the code that the beheerder reads out; the times on the page are one and a half times the usual."""
    page.goto("/examen")
    expect(page.get_by_text("U hebt een voorziening")).to_be_visible()
    expect(page.get_by_text("hoogstens 2 minuten 15")).to_be_visible()
    walk.picture(page, "welcome")
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Verder naar de controle van uw camera").click()
    page.get_by_label("Code van zes cijfers").fill("000000")
    page.get_by_role("button", name="Verder").click()
    expect(page.get_by_text("Deze code klopt niet")).to_be_visible()
    beheerder.goto("/organisatie/identiteit")
    row = beheerder.get_by_role("row").filter(has_text="Nora Nieuw")
    walk.picture(beheerder, "who-is-there")
    page.get_by_label("Code van zes cijfers").fill(row.locator("code").inner_text().replace(" ", ""))
    walk.picture(page, "code")
    page.get_by_role("button", name="Verder").click()
    page.wait_for_selector('main[data-step="check"]')
    expect(page.get_by_role("button", name="Camera en microfoon aanzetten")).to_be_visible()
    page.get_by_role("button", name="Camera en microfoon aanzetten").click()
    for name in ("Tonen afspelen", "Ja, ik hoor ze", "Verder naar oefenen", "Verder zonder oefenen", "Examen beginnen"):
        button = page.get_by_role("button", name=name)
        expect(button).not_to_have_attribute("aria-disabled", "true", timeout=60_000)
        button.click()
    page.get_by_role("button", name="Filmpje starten").click()
    page.wait_for_selector('main[data-step="prepare"]', timeout=90_000)
    walk.picture(page, "thinking")


def saved(page: Page) -> None:
    expect(page.locator("[data-draft-status]")).to_contain_text("Bewaard om", timeout=15_000)
