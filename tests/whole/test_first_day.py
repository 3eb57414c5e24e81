"""The first day: from an empty database to the first invited candidate, by the commands of the README and by pages.

Nobody types an address: from the link in a mail on, everything is pressed. Each page that is met is looked at by axe
the first time, and its picture is kept beside the test's data. The films are taken in while the officers are at work.
"""

import re
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pyotp
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Frame, Page, expect
from support import mailbox_server, services, system

from demo import example

pytestmark = [pytest.mark.real_time, pytest.mark.proof, pytest.mark.timeout(1800)]

OWN_PASSWORD = "vier losse woorden zijn sterk"
ORGANISATION = "Voorbeeld Klantcontact"
CANDIDATE, MANAGER = "nora.nieuw@voorbeeld.example", "max.meerder@voorbeeld.example"
BEHEERDER = "bram.beheerder@voorbeeld.example"
ASSESSORS = ("Anne Assessor", "Abe Assessor", "Ada Assessor")
SETUP = services.ROOT / "docker" / "institution.example.toml"


class Day:
    """An installation that nobody has used, its mail, and the windows of those who come to it."""

    def __init__(self, product: system.System, mails: mailbox_server.Mailbox, chromium: Browser, pictures: Path):
        self.product, self.mails, self.chromium, self.pictures = product, mails, chromium, pictures
        self.loads, self.seen, self.faults = 0, set[str](), list[str]()
        self.helpers = ThreadPoolExecutor(1)
        self.films: Future[str] | None = None

    def window(self) -> Page:
        context = self.chromium.new_context(base_url=self.product.origin, locale="nl-NL")
        context.set_default_timeout(60_000)
        context.on("weberror", lambda error: self.faults.append(str(error.error)))
        page = context.new_page()
        page.on("framenavigated", self._came)
        return page

    def _came(self, frame: Frame) -> None:
        if frame.parent_frame is None and frame.url.startswith(self.product.origin):
            self.loads += 1

    def look(self, page: Page) -> None:
        """Have axe look at this page, once for each kind of page."""
        path = re.sub(r"/[0-9a-f-]{36}", "/…", page.url.removeprefix(self.product.origin).partition("?")[0])
        path = re.sub(r"/welkom/\S+", "/welkom/…", path)
        if path not in self.seen:
            self.seen.add(path)
            page.screenshot(path=self.pictures / f"{len(self.seen):02}.png", full_page=True)
            self.faults += [f"{path}: {one['id']}" for one in Axe().run(page).response["violations"]]

    def press(self, page: Page, role: str, name: str) -> None:
        """Press the first link or button of this name, and look at where it leads."""
        page.get_by_role(role, name=re.compile(name)).first.click()
        page.wait_for_load_state()
        self.look(page)

    def open_list(self, page: Page, group: str, name: str) -> None:
        """Choose a list from the menu that stays."""
        menu = page.get_by_role("navigation", name="Alle lijsten")
        menu.locator("summary", has_text=group).click()
        menu.get_by_role("link", name=re.compile(f"^{name}")).click()
        page.wait_for_load_state()
        self.look(page)

    def come_in(self, link: str, second_step: bool) -> Page:
        """Choose a password behind this link, and the second step where the role asks for it."""
        page = self.window()
        page.goto(link)
        self.look(page)
        page.get_by_label("Uw nieuwe wachtwoord").fill(OWN_PASSWORD)
        page.get_by_label("Nog een keer").fill(OWN_PASSWORD)
        self.press(page, "button", "Wachtwoord bewaren en inloggen")
        if second_step:
            self.press(page, "button", "Beginnen met instellen")
            secret = re.sub(r"\s", "", page.locator("code").first.inner_text())
            page.get_by_label("Code uit uw app").fill(pyotp.TOTP(secret).now())
            self.press(page, "button", "Tweede stap aanzetten")
            self.press(page, "link", "Ik heb ze bewaard")
        return page

    def link_for(self, address: str) -> str:
        """The personal link in the newest mail to this address that has one."""

        def links() -> list[str]:
            texts = [mail.get_body(("plain",)).get_content() for mail in self.mails.to(address)]
            return [found[0] for text in texts if (found := re.search(r"https?://\S+/welkom/\S+", text))]

        services.wait_until(links, f"a link for {address}", 180)
        return links()[-1]


@contextmanager
def beginning(folder: Path, chromium: Browser) -> Iterator[Day]:
    settings = {"VIGNET_DEMO": "off", "VIGNET_SECOND_FACTOR": "on"}
    pictures = folder / "pictures"
    pictures.mkdir(parents=True)
    with mailbox_server.listening() as mails, system.running(folder, VIGNET_MAIL_URL=mails.url, **settings) as product:
        yield Day(product, mails, chromium, pictures)


def test_from_an_empty_database_to_the_first_invited_candidate(tmp_path, chromium):
    with beginning(tmp_path, chromium) as day:
        began = time.monotonic()
        officer, second = the_commands(day)
        staff(day, officer, second)
        beheerder = an_organisation(day, officer)
        nominate(day, beheerder)
        substantiate(day)
        candidate = hand_in(day)
        judge(day, officer)
        invited(day, candidate)
        minutes = (time.monotonic() - began) / 60
        print(f"the first day: {minutes:.1f} minutes, {day.loads} pages loaded, {len(day.seen)} different ones")
        print(day.pictures, *day.faults, sep="\n")
        assert day.faults == []


def the_commands(day: Day) -> tuple[Page, Page]:
    """What the README says to type; answers the windows of both officers."""
    stranger = day.window()
    stranger.goto("/")
    expect(stranger.get_by_label("Wachtwoord")).to_be_visible()
    said = day.product.flask("setup", "--file", str(SETUP))
    links = re.findall(r"https?://\S+/welkom/\S+", said)
    assert len(links) == 2, said
    assert [mail["Subject"] for mail in day.mails.to("bureau@ksf.example")] == ["Vignet kan mail versturen"]
    folders = [str(services.ROOT / "scenarios" / name) for name in ("praktijktoets_a", "branchecertificaat_b")]
    day.product.flask("schemes", "add", *folders)
    day.films = day.helpers.submit(day.product.flask, "scenarios", "import", folders[1])
    one, two = (day.come_in(link, second_step=True) for link in links)
    day.press(one, "link", "Naar Instelling")
    expect(one.get_by_text("Tot het eerste examen")).to_be_visible()
    expect(one.get_by_text(re.compile("[34] van 8 klaar"))).to_be_visible()
    return one, two


def staff(day: Day, officer: Page, second: Page) -> None:
    """One asks for three assessors and says who employs them, the other agrees; each gets a mail."""
    for name in ASSESSORS:
        day.open_list(officer, "Mensen", "Mensen")
        day.press(officer, "link", "Medewerker toevoegen")
        officer.get_by_label("Naam").fill(name)
        officer.get_by_label("E-mailadres").fill(address_of(name))
        officer.get_by_label("Assessor").check()
        day.press(officer, "button", "Toevoegen")
        expect(officer.get_by_text("zodra een collega het goedkeurt")).to_be_visible()
        day.press(officer, "link", "Werkgevers bijwerken")
        officer.get_by_label("Andere werkgever").fill(f"Werkgever van {name}")
        officer.get_by_label("Eerste dag").fill("2020-01-01")
        day.press(officer, "button", "Werkgever bewaren")
        expect(officer.get_by_role("table", name="Werkgevers")).to_contain_text(f"Werkgever van {name}")
    day.open_list(second, "Mensen", "Wacht op een tweede")
    for name in ASSESSORS:
        day.press(second, "button", f"Akkoord: .* voor {name}")
    assert all(day.link_for(address_of(name)) for name in ASSESSORS)


def an_organisation(day: Day, officer: Page) -> Page:
    """The officer adds it and invites its beheerder, whose window is answered."""
    day.open_list(officer, "Mensen", "Organisaties")
    day.press(officer, "link", "Organisatie toevoegen")
    officer.get_by_label("Naam").fill(ORGANISATION)
    day.press(officer, "button", "Toevoegen")
    officer.get_by_label("Naam").first.fill("Bram Beheerder")
    officer.get_by_label("E-mailadres").fill(BEHEERDER)
    day.press(officer, "button", "Uitnodigen")
    return day.come_in(day.link_for(BEHEERDER), second_step=True)


def nominate(day: Day, page: Page) -> None:
    day.press(page, "link", "Kandidaat aanmelden")
    page.get_by_label("Naam van de kandidaat").fill("Nora Nieuw")
    page.get_by_label("E-mailadres van de kandidaat").fill(CANDIDATE)
    page.get_by_label("Naam van de direct leidinggevende").fill("Max Meerder")
    page.get_by_label(re.compile("E-mailadres van de .*leidinggevende")).fill(MANAGER)
    day.press(page, "button", "^Aanmelden$")


def substantiate(day: Day) -> None:
    page = day.come_in(day.link_for(MANAGER), second_step=False)
    day.press(page, "link", "Nora Nieuw")
    page.wait_for_selector("form[data-draft-ready]")
    page.get_by_label("begeleidt collega's").check()
    page.locator("#reason").fill(example.REASON.replace("Kim", "Nora"))
    page.locator("#example_role").fill(example.EXAMPLE_ROLE.replace("Kim", "Nora"))
    saved(page)


def hand_in(day: Day) -> Page:
    page = day.come_in(day.link_for(CANDIDATE), second_step=False)
    day.press(page, "link", "Verder schrijven")
    page.wait_for_selector("form[data-draft-ready]")
    texts = {"role_description": example.ROLE_DESCRIPTION, "motivation": example.MOTIVATION, "goal": example.GOAL}
    for name, text in texts.items():
        page.locator(f"#{name}").fill(text)
    page.locator("#years").fill("6,5")
    for kind, boxes in example.STARS.items():
        for box, text in zip(("situation", "tasks", "activities", "result"), boxes, strict=True):
            page.locator(f"#{kind}_{box}").fill(text)
    for number, level in enumerate(page.locator('fieldset[id^="level_"]').all()):
        level.get_by_role("radio").nth(2 + number % 2).check()
    for number, star in enumerate(page.locator('fieldset[id^="star_"]').all()):
        star.get_by_role("radio").nth(number % 2).check()
    saved(page)
    day.press(page, "button", "Dossier indienen")
    expect(page.get_by_text("Uw dossier is ingediend")).to_be_visible()
    return page


def judge(day: Day, page: Page) -> None:
    """The officer finds it among what waits, admits, judges and approves, once the films are there."""
    day.films.result()
    day.press(page, "link", "^Bureau$")
    day.press(page, "link", "Doe dit nu")
    day.press(page, "link", "Nora Nieuw")
    page.get_by_label("Wat heeft de kandidaat?").select_option("theory_test_a")
    page.get_by_label("Behaald op").fill(datetime.now(UTC).date().isoformat())
    day.press(page, "button", "Toelating bewaren")
    day.press(page, "button", "Dossier oppakken")
    for name in {one.get_attribute("name") for one in page.locator('[name^="met_"]').all()}:
        page.locator(f'[name="{name}"][value="yes"]').check()
        page.locator(f'[name="{name.replace("met_", "reason_")}"]').fill("Dit klopt.")
    day.press(page, "button", "Goedkeuren en uitnodigen")
    expect(page.get_by_text(re.compile("Goedgekeurd. De uitnodiging"))).to_be_visible()


def invited(day: Day, candidate: Page) -> None:
    """The mail says when, where to ask, and comes from the institution; the page shows the exam."""

    def mails() -> list:
        return [mail for mail in day.mails.to(CANDIDATE) if "staat klaar" in mail["Subject"]]

    services.wait_until(mails, "the invitation", 180)
    text = mails()[0].get_body(("plain",)).get_content()
    assert "030 123 45 67" in text
    assert mails()[0]["From"] == "Bureau Voorbeeldinstituut <bureau@ksf.example>"
    day.press(candidate, "link", "Mijn examen")
    expect(candidate.get_by_role("heading", name="Uw examen")).to_be_visible()
    expect(candidate.get_by_role("button", name="Verder naar de controle van uw camera")).to_be_visible()


def saved(page: Page) -> None:
    expect(page.locator("[data-draft-status]")).to_contain_text("Bewaard om", timeout=60_000)


def address_of(name: str) -> str:
    return f"{name.lower().replace(' ', '.')}@ksf.example"
