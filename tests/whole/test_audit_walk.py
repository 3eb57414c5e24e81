"""The year of an auditor, as its users click it: from the log-in to a pack that a stranger can check.

The office plans an audit that is late; the auditor holds it, notes a finding and reports; the organisation mends it,
and the auditor closes it. A sample is drawn, and drawn again; an exam is read whole, from the number of its certificate
down to a recording with a reason; and all of it is packed, and checked by the script in the pack.

`--screenshot on` looks at each step with axe, on a wide light and a narrow dark screen, and leaves a picture of both in
the folder that the test names; `--video on` leaves a film of each window there too.
"""

import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Page, Playwright, expect
from support import cast, desk_site, exam_walk

from storage.certificates import issuing
from storage.judging.progress import decide

pytestmark = pytest.mark.proof

SOON = timedelta(days=3)


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


def certified(walk: exam_walk.Walk) -> str:
    """The number of the certificate of a candidate who passed, with a film behind the first answers."""
    session, people = walk.site.session, walk.site.people
    sitting, began = walk.site.exam(2), desk_site.now() - timedelta(hours=1)
    for slot, assessor in enumerate(people.assessors[:2], 1):
        cast.rate(session, sitting, assessor, slot, 4, began)
    verdict = decide(session, sitting, began)
    verdict.confirm(people.officer, began)
    verdict.release(people.second_officer, began)
    session.flush()
    made = issuing.issue(session, verdict, people.officer, desk_site.now())
    people.organisation.created_at = desk_site.now() - timedelta(days=400)
    session.commit()
    return made.number


def logged_in(walk: exam_walk.Walk, email: str) -> Page:
    """A window in which somebody typed address and password."""
    page = walk.window()
    page.goto("/inloggen")
    page.get_by_label("E-mailadres").fill(email)
    page.get_by_label("Wachtwoord", exact=True).fill(cast.PASSWORD)
    page.get_by_role("button", name="Inloggen").click()
    expect(page.get_by_role("heading", level=1)).not_to_have_text("Inloggen")
    return page


@pytest.mark.real_time
def test_from_the_log_in_to_a_pack_that_anybody_can_check(walk: exam_walk.Walk):
    number, people = certified(walk), walk.site.people
    officer, beheerder = walk.window(people.officer), walk.window(people.beheerder)
    auditor = logged_in(walk, people.auditor.email)
    expect(auditor.get_by_role("heading", name="Controle")).to_be_visible()
    walk.look(auditor, "auditor-home")
    plan(walk, officer)
    hold(walk, auditor)
    mend(walk, beheerder, auditor)
    sample(walk, auditor)
    read(walk, auditor, number)
    pack(walk, auditor, number)
    assert walk.faults == [], walk.faults


def plan(walk: exam_walk.Walk, officer: Page) -> None:
    """What is late is red at home; the office makes an appointment."""
    officer.goto("/bureau")
    expect(officer.get_by_text("audit van een organisatie te laat").first).to_be_visible()
    walk.look(officer, "office-late")
    officer.goto("/audits")
    walk.look(officer, "due-list")
    officer.get_by_role("link", name=walk.site.people.organisation.name).click()
    officer.get_by_label("Dag", exact=True).fill((desk_site.now() + SOON).date().isoformat())
    officer.get_by_label("Begin", exact=True).fill("10:00")
    officer.get_by_label("Waar?", exact=True).fill("Proefstraat 1, Utrecht")
    officer.get_by_label("Wie houdt de audit?", exact=True).select_option(label=walk.site.people.auditor.name)
    walk.look(officer, "plan")
    officer.get_by_role("button", name="Plannen").click()
    expect(officer.get_by_text("De audit is gepland.")).to_be_visible()
    walk.look(officer, "planned")


def hold(walk: exam_walk.Walk, auditor: Page) -> None:
    """The auditor fills in the checklist, notes a finding and reports."""
    auditor.goto("/audits?toon=gepland")
    auditor.get_by_role("row", name=walk.site.people.organisation.name).get_by_role("link").last.click()
    points = auditor.get_by_label("In orde", exact=True)
    for place in range(points.count()):
        points.nth(place).check()
    auditor.get_by_label("Niet in orde").nth(1).check()
    auditor.get_by_label("Opmerking bij").nth(1).fill("De gang is te horen.")
    walk.look(auditor, "checklist")
    auditor.get_by_role("button", name="Checklist bewaren").click()
    expect(auditor.get_by_text("De checklist is compleet.")).to_be_visible()
    auditor.get_by_label("Wat hebt u gevonden?", exact=True).fill("De ruimte voor de online toets is niet rustig.")
    auditor.get_by_label("Wie lost het op?").select_option(label=walk.site.people.beheerder.name)
    auditor.get_by_role("button", name="Toevoegen").click()
    expect(auditor.get_by_text("De bevinding is bewaard.")).to_be_visible()
    auditor.get_by_role("button", name="Gehouden").click()
    expect(auditor.get_by_text("De audit is gehouden.")).to_be_visible()
    auditor.get_by_label("Conclusie", exact=True).fill("De organisatie houdt de examens goed, op één punt na.")
    walk.look(auditor, "held")
    auditor.get_by_role("button", name="Verslag maken").click()
    expect(auditor.get_by_text("Het verslag is klaar.")).to_be_visible()
    walk.look(auditor, "reported")
    assert walk.kept(auditor, "Verslag").read_bytes().startswith(b"%PDF-")


def mend(walk: exam_walk.Walk, beheerder: Page, auditor: Page) -> None:
    """The organisation says what it did, and the auditor closes the finding."""
    beheerder.goto("/organisatie/audits")
    walk.look(beheerder, "own-audits")
    beheerder.get_by_role("link", name="De ruimte voor de online toets").click()
    beheerder.get_by_label("Wat hebt u gedaan?").fill("Er hangt nu een gordijn, en de deur blijft dicht.")
    walk.look(beheerder, "own-finding")
    beheerder.get_by_role("button", name="Antwoord versturen").click()
    expect(beheerder.get_by_text("Uw antwoord is bewaard.")).to_be_visible()
    auditor.goto("/audits/bevindingen?toon=beantwoord")
    walk.look(auditor, "answered")
    auditor.get_by_role("link", name="De ruimte voor de online toets").click()
    walk.look(auditor, "finding")
    auditor.get_by_role("button", name="Sluiten", exact=True).click()
    expect(auditor.get_by_text("De bevinding is gesloten.")).to_be_visible()


def sample(walk: exam_walk.Walk, auditor: Page) -> None:
    """A sample is drawn, and drawn again from its seed."""
    auditor.goto("/audits/steekproeven")
    auditor.get_by_label("Examens uit het jaar").fill(str((desk_site.now() - timedelta(hours=2)).year))
    walk.look(auditor, "samples")
    auditor.get_by_role("button", name="Trekken").click()
    expect(auditor.get_by_text("De steekproef is getrokken.")).to_be_visible()
    auditor.get_by_role("link", name="Nog eens trekken uit de seed").click()
    expect(auditor.get_by_text("Opnieuw getrokken: gelijk")).to_be_visible()
    walk.look(auditor, "sample")


def read(walk: exam_walk.Walk, auditor: Page, number: str) -> None:
    """Home, the number, the exam: and from there a recording with a reason."""
    auditor.goto("/controle")
    auditor.get_by_label("Certificaatnummer of dossiernummer").fill(number)
    auditor.get_by_role("button", name="Zoek").first.click()
    expect(auditor.get_by_text(number).first).to_be_visible()
    expect(auditor.get_by_role("heading", name="Assessoren, toen")).to_be_visible()
    walk.look(auditor, "case")
    auditor.get_by_role("link", name="Met een reden").first.click()
    auditor.get_by_label("Waarom bekijkt u deze opname?").fill("Steekproef van de audit van dit jaar.")
    auditor.get_by_role("button", name="Opname openen").click()
    expect(auditor.locator("video")).to_be_visible()
    walk.look(auditor, "recording")


def pack(walk: exam_walk.Walk, auditor: Page, number: str) -> None:
    """One press, one file, and a stranger's check of it."""
    auditor.goto("/audits?toon=alles")
    auditor.get_by_role("link", name=walk.site.people.organisation.name).first.click()
    auditor.get_by_role("link", name="Pakket maken").click()
    auditor.get_by_label("Examens uit het jaar").fill(str((desk_site.now() - timedelta(hours=2)).year))
    walk.look(auditor, "pack-ask")
    auditor.get_by_role("button", name="Pakket maken").click()
    expect(auditor.get_by_text("Het pakket is klaar").first).to_be_visible()
    walk.look(auditor, "pack")
    file, keys, script = walk.kept(auditor, "Ophalen"), walk.folder / "did.json", walk.folder / "verify_pack.py"
    keys.write_text(json.dumps(auditor.request.get("/.well-known/did.json").json()))
    with zipfile.ZipFile(file) as archive:
        assert f"certificaten/{number}.pdf" in archive.namelist()
        script.write_bytes(archive.read("verify_pack.py"))
    asked = [sys.executable, "-I", str(script), str(file), str(keys)]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.startswith("In orde: ")) == (0, True), done.stdout + done.stderr
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(bytes(data))
    refused = subprocess.run(asked, capture_output=True, text=True, check=False)
    assert refused.returncode == 1 and "NIET IN ORDE" in refused.stdout
