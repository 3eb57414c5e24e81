"""From a pass to a certificate that anybody can check, and what puts a decision right, as its users click it.

One certificate is issued, printed, verified and found. A candidate who failed objects, and others judge the exam anew,
who know nothing of it; the ruling brings another result and a certificate. An office puts its own mistake right. At
last a certificate is withdrawn, and everything that tells of it follows.

`--screenshot on` looks at each step with axe, on a wide light and a narrow dark screen, and leaves a picture of both in
the folder that the test names; `--video on` leaves a film of each window there too.
"""

import csv
import io
import re
import subprocess
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote, urlsplit

import numpy as np
import pytest
import requests
import zxingcpp
from openbadgeslib.ob3.verifier import OB3VerificationError, OB3Verifier
from playwright.sync_api import Download, Page, Playwright, expect
from pypdf import PdfReader
from sqlalchemy import select
from sqlalchemy.orm import Session
from support import cast, desk_site, exam_walk, services

from review.rating import Phase
from storage.judging.progress import decide, look_again
from storage.judging.ratings import Rating
from storage.people.people import Person, Role

WHY_WRONG = "In situatie 4 zei ik dat ik terugbel, en toch staat daar dat ik geen afspraak maakte."


class Walk(exam_walk.Walk):
    """The walk of a certificate: people whose result is known, and what judges, releases and issues."""

    def picture(self, page: Page, what: str) -> None:
        """Look at this page wide and light, then narrow and dark, when that was asked for."""
        if self.pictures:
            self.look(page, what)

    def told(self, name: str, level: int, films: int = 0) -> Person:
        """A candidate whose result is known: passed at `level` 4, failed at 2. The first answers have films."""
        session, people = self.site.session, self.site.people
        sitting = self.site.exam(films)
        candidate = sitting.dossier.candidate
        candidate.name = name
        began = desk_site.now() - timedelta(hours=1)
        for slot, assessor in enumerate(people.assessors[:2], 1):
            cast.rate(session, sitting, assessor, slot, level, began)
        verdict = decide(session, sitting, began)
        verdict.confirm(people.officer, began)
        verdict.release(people.second_officer, began)
        session.commit()
        return candidate

    def score(self, assessor: Person, *phases: Phase) -> None:
        """What this assessor has not signed yet gets level 4 everywhere, and is signed."""
        with Session(self.site.session.get_bind(), expire_on_commit=False) as own:
            mine = own.scalars(select(Rating).where(Rating.assessor_id == assessor.id)).all()
            for phase in phases:
                for rating in mine:
                    if rating.signed is None:
                        cast.score(rating, 4)
                        own.flush()
                    if rating.signed is not phase:
                        rating.sign(phase, desk_site.now())
            look_again(own, mine[0].answer.sitting)
            own.commit()

    def somebody(self, name: str, role: Role) -> Person:
        made = self.site.newcomer(role)
        made.name = name
        self.site.session.commit()
        return made


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


@pytest.mark.real_time
def test_from_a_result_to_a_certificate_and_back(walk: Walk):
    people = walk.site.people
    holder, objector, wronged = (
        walk.told("Roos Proef", 4),
        walk.told("Bram Proef", 2, films=10),
        walk.told("Tess Proef", 2),
    )
    first, second = walk.window(people.officer), walk.window(people.second_officer)
    third = walk.window(walk.somebody("Bureau Drie", Role.KSF_OFFICER))

    number, token, address = certify(walk, first, second, holder)
    verify = verifier(walk)
    assert verify(token)
    check(walk, address, number, "Proef", "Dit certificaat is geldig", "valid")
    object_to_the_result(walk, objector, third)
    judge_anew(walk, third)
    rule_and_read(walk, objector)
    put_right(walk, wronged, first, second)
    withdraw(walk, first, second, number)

    def followed() -> bool:
        try:
            verify(token)
        except OB3VerificationError:
            return in_register(first, number)[7] == "ingetrokken"
        return False

    services.wait_until(followed, "the status list and the register to follow", 60)
    check(walk, address, number, "Proef", "Dit certificaat is ingetrokken", "withdrawn")
    page = walk.window(holder)
    page.goto("/certificaat")
    expect(page.get_by_text("Iemand anders deed het examen.").first).to_be_visible()
    walk.picture(page, "holder-withdrawn")
    assert walk.faults == [], walk.faults


def certify(walk: Walk, first: Page, second: Page, holder: Person) -> tuple[str, str, str]:
    """Issue the certificate: its number, its badge, and the address that its QR code holds."""
    page = walk.window(holder)
    page.goto("/uitslag")
    expect(page.get_by_role("heading", name="U bent geslaagd")).to_be_visible()
    walk.picture(page, "passed")
    # Who released the result is told that somebody else issues the certificate.
    second.goto("/register")
    second.get_by_role("link", name="Af te geven").click()
    expect(second.get_by_text("u; een collega geeft af")).to_be_visible()
    first.goto("/register")
    first.get_by_role("link", name="Af te geven").click()
    walk.picture(first, "to-issue")
    first.get_by_role("button", name="Gekozen certificaten afgeven").click()
    expect(first.get_by_text("1 certificaat afgegeven.")).to_be_visible()
    first.goto("/register")
    walk.picture(first, "register")
    first.get_by_role("link", name=holder.name).click()
    walk.picture(first, "register-one")
    page.goto("/uitslag")
    page.get_by_role("link", name="Naar mijn certificaat").click()
    walk.picture(page, "own-certificate")
    pdf = kept(page, "Certificaat (PDF)", walk.folder / "certificate.pdf")
    token = kept(page, "Badge", walk.folder / "badge.jwt").read_text()
    reader = PdfReader(pdf)
    assert reader.attachments["badge.jwt"][0].decode() == token
    address = qr_of(pdf)
    number = address.partition("#")[2]
    assert number in reader.pages[0].extract_text() and holder.name in reader.pages[0].extract_text()
    for language in ("Nederlands", "English", "Français"):
        kept(page, language, walk.folder / f"supplement-{language.lower()}.pdf")
    page.get_by_role("button", name="Link maken").click()
    link = page.get_by_label("Uw link").input_value()
    walk.picture(page, "shared-by-holder")
    stranger = walk.window()
    stranger.goto(link)
    expect(stranger.get_by_text(number).first).to_be_visible()
    walk.picture(stranger, "shared")
    page.get_by_role("button", name="Link uitzetten").click()
    expect(page.get_by_role("button", name="Link maken")).to_be_visible()
    assert stranger.goto(link).status == 404
    return number, token, address


def check(walk: Walk, address: str, number: str, last_name: str, answer: str, what: str) -> None:
    """What a phone shows that is pointed at the code; another name and another number get one and the same answer."""
    page = walk.window()
    page.goto(address)
    expect(page.get_by_label("Nummer")).to_have_value(number)
    page.get_by_label("Achternaam").fill(last_name)
    page.get_by_role("button", name="Controleren").click()
    expect(page.get_by_text(answer)).to_be_visible()
    assert number not in page.url
    walk.picture(page, f"check-{what}")
    answers = []
    for known, name in ((number, "Anders"), (number[:-1] + ("0" if number[-1] != "0" else "1"), last_name)):
        page.goto("/certificaat-controleren")
        page.get_by_label("Nummer").fill(known)
        page.get_by_label("Achternaam").fill(name)
        page.get_by_role("button", name="Controleren").click()
        expect(page.get_by_text("vinden wij niet samen")).to_be_visible()
        answers.append(page.get_by_role("main").inner_text())
    walk.picture(page, f"check-{what}-unknown")
    assert answers[0] == answers[1] and answer not in answers[0]


def object_to_the_result(walk: Walk, objector: Person, third: Page) -> None:
    """The candidate objects; the office says what it is about; the committee reads, looks, and orders a re-mark."""
    page = walk.window(objector)
    page.goto("/uitslag")
    walk.picture(page, "failed")
    page.get_by_role("link", name="Bezwaar maken").click()
    walk.picture(page, "objection-form")
    page.get_by_label("Waarmee bent u het niet eens, en waarom?").fill(WHY_WRONG)
    page.get_by_role("button", name="Bezwaar indienen").click()
    expect(page.get_by_text("Uw bezwaar is ontvangen.")).to_be_visible()
    walk.picture(page, "objection-receipt")
    page.get_by_role("link", name="De stukken").click()
    page.get_by_role("main").locator("summary").first.click()
    walk.picture(page, "objection-file-own")

    involved = walk.window(walk.site.people.officer)
    involved.goto("/bezwaren")
    walk.picture(involved, "objections")
    involved.get_by_role("link", name="Openen").click()
    expect(involved.get_by_text("U had een aandeel in het besluit.")).to_be_visible()
    walk.picture(involved, "objection-of-involved")
    third.goto("/bezwaren")
    third.get_by_role("link", name="Openen").click()
    walk.picture(third, "objection-to-classify")
    third.get_by_label("De inhoud").check()
    third.get_by_role("button", name="Indelen").click()
    expect(third.get_by_text("Ingedeeld:")).to_be_visible()

    member = walk.window(walk.site.people.committee_member)
    member.goto("/bezwaren")
    member.get_by_role("link", name="Openen").click()
    walk.picture(member, "objection-to-rule")
    member.get_by_role("link", name="De stukken").click()
    for summary in member.get_by_role("main").locator("summary").all()[:4]:
        summary.click()
    walk.picture(member, "objection-file")
    member.get_by_role("link", name="Bekijk de opname").nth(3).click()
    walk.picture(member, "look-reason")
    member.get_by_label("Waarom bekijkt u deze opname?").fill("Bezwaar over de afspraak in deze situatie.")
    member.get_by_role("button", name="Opname openen").click()
    seen = member.locator("video")
    services.wait_until(lambda: seen.evaluate("v => v.readyState") >= 1, "the recording to be there")
    walk.picture(member, "look")
    member.goto("/bezwaren")
    member.get_by_role("link", name="Openen").click()
    member.get_by_role("link", name="De stukken").click()
    member.get_by_label("Wat is er besproken of nagekeken?").fill("De opname van situatie 4 is bekeken.")
    member.get_by_role("button", name="In het verslag zetten").click()
    expect(member.get_by_text("De opname van situatie 4 is bekeken.").first).to_be_visible()
    member.goto("/bezwaren")
    member.get_by_role("link", name="Openen").click()
    member.get_by_label("Waarom wordt het opnieuw beoordeeld?").fill("De afspraak in situatie 4 is te horen.")
    member.get_by_role("button", name="Opnieuw laten beoordelen").click()
    expect(member.get_by_text("Er wordt nog beoordeeld")).to_be_visible()
    walk.picture(member, "remark-ordered")


def judge_anew(walk: Walk, third: Page) -> None:
    """Two others do the work as any other work, two answers of it at the desk; an officer checks what came of it."""
    names = ("Assessor Vier", "Assessor Vijf")
    anew = [walk.somebody(name, Role.ASSESSOR) for name in names]
    third.goto("/uitslagen?toon=toewijzen")
    walk.picture(third, "remark-to-assign")
    third.get_by_role("link", name="Assessor kiezen").click()
    for slot, name in enumerate(names, 1):
        option = third.get_by_label(f"Assessor {slot}").locator("option", has_text=name).get_attribute("value")
        third.get_by_label(f"Assessor {slot}").select_option(option)
    walk.picture(third, "remark-assign")
    third.get_by_role("button", name="Werk toewijzen").click()
    expect(third.get_by_text("De assessoren zien de antwoorden nu")).to_be_visible()
    walk.score(anew[1], *Phase)
    page = walk.window(anew[0])
    page.goto("/beoordelen")
    page.get_by_role("link", name="Beginnen met beoordelen").click()
    for answer in range(2):
        desk_site.ready(page)
        if answer == 0:
            walk.picture(page, "remark-desk")
        here = page.url
        desk_site.score_all(page, "4")
        desk_site.saved(page, within_s=30)
        desk_site.sign_unseen(page)
        page.wait_for_url(lambda url, here=here: url != here)
    walk.score(anew[0], Phase.BLIND)
    page.goto("/beoordelen")
    page.get_by_role("link", name="Fase 2 openen").click()
    page.get_by_role("button", name="Fase 2 ondertekenen").click()
    page.get_by_role("dialog").get_by_role("button", name="Ondertekenen").click()
    expect(page.get_by_text("Fase 2 is ondertekend.")).to_be_visible()
    third.goto("/uitslagen?toon=controleren")
    third.get_by_role("link", name=re.compile("^Controleren van")).click()
    walk.picture(third, "remark-to-confirm")
    third.get_by_role("button", name="Eindoordeel is gecontroleerd").click()
    expect(third.get_by_text("De uitspraak op het bezwaar maakt het bekend.")).to_be_visible()
    walk.picture(third, "remark-confirmed")


def rule_and_read(walk: Walk, objector: Person) -> None:
    """The committee rules, and at once there is another result, another letter and a certificate."""
    member = walk.window(walk.site.people.committee_member)
    member.goto("/bezwaren")
    member.get_by_role("link", name="Openen").click()
    walk.picture(member, "remark-found")
    member.get_by_label("Gegrond, met een nieuw besluit").check()
    member.get_by_label("Waarom, en wat er nu gebeurt").fill("Anderen zagen de afspraak ook. U bent geslaagd.")
    walk.picture(member, "ruling")
    member.get_by_role("button", name="Uitspraak vaststellen").click()
    expect(member.get_by_text("De uitspraak is bewaard.")).to_be_visible()
    walk.picture(member, "ruled")
    member.get_by_role("link", name="De stukken").click()
    walk.picture(member, "objection-file-ruled")
    page = walk.window(objector)
    page.goto("/uitslag")
    expect(page.get_by_role("heading", name="U bent geslaagd")).to_be_visible()
    expect(page.get_by_text("Toen stond er: niet geslaagd")).to_be_visible()
    walk.picture(page, "revised")
    letter = kept(page, "Uitslag als brief (PDF)", walk.folder / "letter-revised.pdf")
    assert "geslaagd" in PdfReader(letter).pages[0].extract_text()
    page.get_by_role("link", name="Lees de uitspraak").click()
    walk.picture(page, "objection-ruled-own")
    page.goto("/certificaat")
    expect(page.get_by_role("link", name="Certificaat (PDF)")).to_be_visible()
    walk.picture(page, "revised-certificate")


def put_right(walk: Walk, wronged: Person, first: Page, second: Page) -> None:
    """A released result was wrong: one officer proposes, another releases, and the candidate reads both."""
    first.goto("/uitslagen?toon=vrijgegeven")
    first.get_by_role("row", name=wronged.name).get_by_role("link", name="Bekijken").click()
    first.get_by_text("Klopt deze uitslag niet? Zet die recht").click()
    first.get_by_label("Geslaagd", exact=True).check()
    first.get_by_label("Waarom? De kandidaat leest dit.").fill("Situatie 4 telde door een fout van ons niet mee.")
    walk.picture(first, "correction-proposed")
    first.get_by_role("button", name="Voorstel bewaren").click()
    expect(first.get_by_text("Uw voorstel is bewaard.")).to_be_visible()
    second.goto("/uitslagen?toon=vrijgeven")
    second.get_by_role("row", name=wronged.name).get_by_role("link", name="Bekijken").click()
    walk.picture(second, "correction-to-release")
    second.get_by_role("button", name="Uitslag vrijgeven").click()
    second.get_by_role("dialog").get_by_role("button", name="Vrijgeven").click()
    expect(second.get_by_text("De uitslag is vrijgegeven.")).to_be_visible()
    page = walk.window(wronged)
    page.goto("/uitslag")
    expect(page.get_by_text("Situatie 4 telde door een fout van ons niet mee.").first).to_be_visible()
    walk.picture(page, "corrected")
    kept(page, "Uitslag als brief (PDF)", walk.folder / "letter-corrected.pdf")
    page.get_by_role("link", name="Naar mijn certificaat").click()
    expect(page.get_by_role("link", name="Certificaat (PDF)")).to_be_visible()


def withdraw(walk: Walk, first: Page, second: Page, number: str) -> None:
    """One officer asks it with a reason, another agrees."""
    first.goto("/register")
    first.get_by_label("Naam of nummer").fill(number)
    first.locator(".register-search").get_by_role("button", name="Zoeken").click()
    first.locator("tbody a").click()
    first.get_by_label("Intrekken").check()
    first.get_by_label("Waarom").fill("Iemand anders deed het examen.")
    first.get_by_role("button", name="Vragen aan een collega").click()
    expect(first.get_by_text("Dit is gevraagd.")).to_be_visible()
    walk.picture(first, "withdrawal-asked")
    second.goto("/register")
    second.get_by_role("link", name="Wacht op een tweede").click()
    walk.picture(second, "withdrawals")
    second.get_by_role("link", name="Openen").click()
    second.get_by_role("button", name="Akkoord").click()
    expect(second.get_by_text("Dit certificaat is nu ingetrokken.")).to_be_visible()
    walk.picture(second, "withdrawn")


def verifier(walk: Walk) -> Callable[[str], object]:
    """A library that is not ours, which fetches the issuer's keys and the status lists from the running site."""
    host = urlsplit(walk.site.address).netloc

    def fetch(url: str) -> bytes:
        parts = urlsplit(url)
        assert parts.netloc == host
        answer = requests.get(f"{walk.site.address}{parts.path}", timeout=20)
        answer.raise_for_status()
        return answer.content

    def verify(token: str) -> object:
        of_issuer = OB3Verifier.for_issuer_did(f"did:web:{quote(host, safe='')}", download=fetch)
        return of_issuer.verify(token, check_status=True, download=fetch)

    return verify


def kept(page: Page, link: str, file: Path) -> Path:
    with page.expect_download() as found:
        page.get_by_role("link", name=link).click()
    download: Download = found.value
    download.save_as(file)
    return file


def qr_of(pdf: Path) -> str:
    """What a phone reads from the first page."""
    drawn = subprocess.run(["pdftoppm", "-gray", "-r", "150", "-singlefile", pdf], check=True, capture_output=True)
    _, size, _, points = drawn.stdout.split(b"\n", 3)
    width, height = map(int, size.split())
    (code,) = zxingcpp.read_barcodes(np.frombuffer(points, np.uint8).reshape(height, width))
    return code.text


def in_register(page: Page, number: str) -> list[str]:
    """The line of this certificate in the list that an officer downloads."""
    table = page.request.get(f"/register/lijst.csv?zoek={number}").body().decode("utf-8-sig")
    return list(csv.reader(io.StringIO(table), delimiter=";"))[1]
