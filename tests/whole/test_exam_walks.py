"""The exams beside B, each as its users click it, from the request to the certificate or the refusal."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright, expect
from pypdf import PdfReader
from sqlalchemy import func, select, update
from support import assessments, cast, checklist_page, desk_site, items_to_see
from support.exam_walk import Walk
from support.pdf import pdf

from storage.assessing.assessments import Assessment
from storage.people.people import Person, Role
from storage.planning import locations
from storage.planning.exam_dates import ExamDate
from storage.planning.practical_sessions import PracticalSession
from storage.planning.theory_tests import TheoryTest
from storage.schemes import add_scheme, current_scheme
from storage.theory.sittings import TheoryAnswer, TheorySitting
from webapp.dutch import formats

pytestmark = pytest.mark.proof

PROOF, MARKS = assessments.PROOF, assessments.MARKS
FEWER = {b"items = 22": b"items = 6", b"items = 8": b"items = 2", b"items = 10": b"items = 2"}
TERMS = ("1.1", "1.2", "1.3") * 4 + ("2.1", "2.2") * 2 + ("3.1", "3.2") * 2
"""Of the items of the bank: enough for a form of ten."""


@pytest.fixture(scope="module")
def site(swift, tmp_path_factory) -> Iterator[desk_site.Site]:
    with desk_site.running(tmp_path_factory.mktemp("site"), swift) as running:
        now = desk_site.now()
        for key in (PROOF, MARKS):
            assessments.scheme(running.session, key, now)
        of_theory(running)
        running.session.commit()
        yield running


@pytest.fixture
def walk(site, films, playwright: Playwright, pytestconfig, tmp_path) -> Iterator[Walk]:
    pictures = pytestconfig.getoption("--screenshot") == "on"
    # A page saves itself some seconds after a change, and a machine may be busy.
    expect.set_options(timeout=30_000)
    browser = desk_site.launch(playwright)
    going = Walk(site, browser, tmp_path, pictures, films)
    yield going
    for window in going.windows:
        window.close()  # a film ends with its window
    browser.close()
    expect.set_options(timeout=5_000)
    if pictures:
        print(f"pictures: {tmp_path}")


def test_an_ervaringsbewijs_from_the_request_to_the_certificate(walk: Walk):
    people = walk.site.people
    roos = walk.somebody("Roos Proef", Role.CANDIDATE)
    ask(walk, PROOF, roos)
    candidate = walk.window(roos)
    hand_in_portfolio(walk, candidate)
    office = walk.window(people.officer)
    plan(walk, office, roos, *people.assessors[:2])
    candidate.goto("/examen")
    walk.look(candidate, "planned-own")
    begin(walk)
    first, second, third = (walk.window(one) for one in people.assessors)
    open_sheet(walk, first, roos)
    with first.expect_download() as found:
        first.get_by_role("link", name="bewijs.pdf").click()
    assert found.value.suggested_filename == "bewijs.pdf"
    first.get_by_label("Past bij de competentie").first.check()
    prove(walk, first)
    sign(walk, first)
    open_sheet(walk, second, roos)
    second.get_by_label("Past bij de competentie").first.check()
    prove(walk, second, not_shown="3.6")
    sign(walk, second)
    office.goto("/assessments?toon=derde")
    office.get_by_role("link", name=roos.name).click()
    expect(office.get_by_text("De assessoren verschillen")).to_be_visible()
    walk.look(office, "beside-each-other")
    office.get_by_label("Wie is de derde assessor?").select_option(label=people.assessors[2].name)
    office.get_by_role("button", name="Derde assessor aanwijzen").click()
    expect(office.get_by_text("is de derde assessor en krijgt bericht")).to_be_visible()
    open_sheet(walk, third, roos)
    group(third, "3.6").get_by_label("Aangetoond", exact=True).check()
    times(third)
    walk.look(third, "third-sheet")
    sign(walk, third)
    release(walk, walk.window(people.second_officer), roos)
    candidate.goto("/examen")
    candidate.get_by_role("link", name="Uitslag lezen").click()
    expect(candidate.get_by_text("U hebt: Ervaringsbewijs callcenteroperator")).to_be_visible()
    walk.look(candidate, "result-own")
    certificate(walk, candidate, roos, "EVC-", "hoogstens 6 uur")
    beheerder = walk.window(people.beheerder)
    beheerder.goto("/organisatie/assessments")
    expect(beheerder.get_by_role("row", name=roos.name).get_by_text("behaald")).to_be_visible()
    walk.look(beheerder, "result-of-organisation")
    assert walk.faults == [], walk.faults


def test_an_mbo_diploma_is_refused_once_and_then_signed_by_the_committee(walk: Walk):
    people = walk.site.people
    bram = walk.somebody("Bram Proef", Role.CANDIDATE)
    office, committee, assessor = (
        walk.window(one) for one in (people.second_officer, people.committee_member, people.assessors[0])
    )
    candidate = walk.window(bram)
    for marks, passed in (({"1.1": "4", "1.2": "5", "2.3": "9"}, False), ({"3.1": "8"}, True)):
        ask(walk, MARKS, bram, look=not passed)
        plan(walk, office, bram, people.assessors[0], look=False)
        begin(walk)
        open_sheet(walk, assessor, bram, look=False)
        mark(walk, assessor, marks)
        sign(walk, assessor)
        committee.goto("/examencommissie")
        walk.look(committee, "committee-home")
        committee.goto("/assessments?toon=tekenen")
        committee.get_by_role("link", name=bram.name).click()
        walk.look(committee, "to-endorse")
        committee.get_by_role("button", name="Tekenen namens de examencommissie").click()
        expect(committee.get_by_text("Getekend. Het bureau geeft de uitslag vrij.")).to_be_visible()
        release(walk, office, bram, look=passed)
        candidate.goto("/examen")
        candidate.get_by_role("link", name="Uitslag lezen").first.click()
        if not passed:
            expect(candidate.get_by_text("niet behaald").first).to_be_visible()
            expect(candidate.get_by_text("Te weinig voor een voldoende.").first).to_be_visible()
            walk.look(candidate, "refused-own")
    expect(candidate.get_by_text("U hebt: Diploma Contactcenter medewerker")).to_be_visible()
    walk.look(candidate, "marks-own")
    certificate(walk, candidate, bram, "MBO-", "Kerntaak 1")
    assert walk.faults == [], walk.faults


def of_theory(site: desk_site.Site) -> None:
    """Certificate A and chat, with a theory test of ten items, a bank of them, and a location."""
    session, people, now = site.session, site.people, desk_site.now()
    for key in ("praktijktoets_a", "branchecertificaat_chat"):
        data = (cast.CONTENT.parent / key / "scheme.toml").read_bytes()
        for old, new in FEWER.items():
            assert old in data
            data = data.replace(old, new)
        add_scheme(session, data, now)
    items = [items_to_see.single(number, term) for number, term in enumerate(TERMS, 1)]
    items_to_see.in_use(session, items, (people.officer, people.second_officer), now)
    hall = cast.location(session, people, "Zaal Noord", now=now)
    hall.check(dict.fromkeys(locations.rules(session).items, True), "", people.beheerder, now)
    session.flush()


@pytest.mark.parametrize(
    "exam, certificate_name, short, channels",
    [
        ("praktijktoets_a", "Branchecertificaat A", "a", ("telephone", "email", "chat")),
        ("branchecertificaat_chat", "Branchecertificaat chat", "chat", ("chat",)),
    ],
)
def test_theory_passed_and_practice_refused(walk: Walk, exam, certificate_name, short, channels):
    people = walk.site.people
    tess = walk.somebody(f"Tess Proef {short.upper()}", Role.CANDIDATE)
    beheerder, office, candidate = (walk.window(one) for one in (people.beheerder, people.officer, tess))
    sit_the_theory(walk, beheerder, candidate, tess, certificate_name, short)
    office.goto("/bureau/online-toetsen?toon=uitslag")
    office.get_by_role("link", name=tess.name).click()
    walk.look(office, f"{short}-theory-to-release")
    office.get_by_role("button", name="Uitslag vrijgeven").click()
    expect(office.get_by_text("krijgt bericht dat de uitslag er is")).to_be_visible()
    listen_in(walk, beheerder, office, exam, tess, (16, 1, 2), channels, f"{short}-refused")
    candidate.goto("/examen")
    walk.look(candidate, f"{short}-home-of-candidate")
    candidate.get_by_role("link", name="Uitslag lezen").first.click()
    expect(candidate.get_by_text("niet behaald", exact=True).first).to_be_visible()
    walk.look(candidate, f"{short}-refused-own")
    assert walk.faults == [], walk.faults


def sit_the_theory(
    walk: Walk, beheerder: Page, page: Page, candidate: Person, certificate_name: str, short: str
) -> None:
    """Set ready by the organisation, opened by the supervisor, all items answered right, handed in."""
    beheerder.goto("/organisatie/online-toets/nieuw")
    beheerder.get_by_label(candidate.name).check()
    beheerder.get_by_label(certificate_name).check()
    day = (desk_site.now() + timedelta(days=2)).astimezone(formats.AMSTERDAM).date()
    beheerder.get_by_label("Dag").fill(day.isoformat())
    beheerder.get_by_label("Begin").fill("10:00")
    walk.look(beheerder, f"{short}-theory-set")
    beheerder.get_by_role("button", name="Klaarzetten").click()
    expect(beheerder.get_by_text("staat klaar").first).to_be_visible()
    session = walk.site.session
    test = session.scalars(select(TheoryTest).where(TheoryTest.person_id == candidate.id)).one()
    test.starts_at = desk_site.now()
    session.commit()
    beheerder.goto("/organisatie/online-toets/vandaag")
    walk.look(beheerder, f"{short}-theory-day")
    beheerder.get_by_role("button", name=f"Toets van {candidate.name} openen").click()
    expect(beheerder.get_by_text("is open. De tijd begint")).to_be_visible()
    page.goto("/online-toets")
    walk.look(page, f"{short}-theory-begin")
    page.get_by_role("button", name="Beginnen").click()
    page.locator("[data-theory][data-ready]").wait_for(state="attached")
    mine = select(TheoryAnswer).join(TheoryAnswer.sitting).where(TheorySitting.test_id == test.id)
    right = {one.number: list(one.item.content.correct) for one in session.scalars(mine)}
    session.commit()
    for number in sorted(right):
        form = page.locator(f"form[data-item='{number}']")
        expect(form).to_be_visible()
        for key in right[number]:
            form.locator(f"input[name=r][value='{key}']").check()
        if number == 1:
            walk.look(page, f"{short}-theory-item")
        if number < len(right):
            form.locator(f"[data-go='{number + 1}']").click()
    page.locator(f"form[data-item='{len(right)}'] [data-finish]").click()
    page.get_by_role("button", name="Inleveren", exact=True).click()
    expect(page.get_by_text("U hebt de toets behaald")).to_be_visible()
    walk.look(page, f"{short}-theory-passed")


def listen_in(
    walk: Walk,
    beheerder: Page,
    office: Page,
    exam: str,
    candidate: Person,
    given: tuple[int, ...],
    channels: tuple[str, ...],
    what: str,
) -> None:
    """A practical test: asked, confirmed, the checklist on a tablet, released by somebody else."""
    session, people, now = walk.site.session, walk.site.people, desk_site.now()
    number = session.scalar(select(func.count()).select_from(ExamDate)) + 5
    noon = now.replace(hour=10, minute=0, second=0, microsecond=0) + timedelta(days=number)
    day = cast.exam_date(session, people, noon, 4, current_scheme(session, exam))
    session.commit()
    beheerder.goto(f"/organisatie/praktijktoetsen/aanvragen/{exam}")
    beheerder.get_by_label(formats.exam_date(day)).check()
    session.commit()
    beheerder.get_by_label(candidate.name).check()
    walk.look(beheerder, f"{what}-ask")
    beheerder.get_by_role("button", name="Aanvragen").click()
    expect(beheerder.get_by_text("De praktijktoets is aangevraagd.")).to_be_visible()
    office.goto("/bureau/praktijktoetsen")
    office.locator("tbody a").first.click()
    option = office.get_by_label("Wie is de examiner?").locator("option", has_text=people.assessors[0].name)
    office.get_by_label("Wie is de examiner?").select_option(option.get_attribute("value"))
    walk.look(office, f"{what}-confirm")
    office.get_by_role("button", name="Bevestigen").click()
    expect(office.get_by_text("Bevestigd. De kandidaten")).to_be_visible()
    began = {"starts_at": now - timedelta(hours=3), "ends_at": now + timedelta(hours=3)}
    session.execute(update(ExamDate).where(ExamDate.id == day.id).values(**began))
    told = {"answered_at": now - timedelta(days=1)}
    session.execute(update(PracticalSession).where(PracticalSession.date_id == day.id).values(**told))
    session.commit()
    found = session.scalars(select(PracticalSession).where(PracticalSession.date_id == day.id)).one()
    participant, address = found.participants[0], f"/beoordelen/praktijktoetsen/{found.id}/checklist"
    session.commit()
    tablet = walk.window(people.assessors[0])
    tablet.goto(address)
    tablet.locator("[data-ready]").wait_for()
    place = checklist_page.sheet(tablet, participant)
    checklist_page.fill(place, given, channels)
    expect(tablet.locator("[data-status]")).to_contain_text("Bewaard om")
    walk.look(tablet, f"{what}-checklist")
    checklist_page.sign(tablet, place)
    expect(tablet.locator(f"[data-show='{participant.id}'] [data-state]")).to_contain_text("wacht op vrijgeven")
    second = walk.window(people.second_officer)
    second.goto("/bureau/praktijktoetsen?toon=uitslag")
    second.locator("tbody a").first.click()
    second.get_by_role("link", name=re.compile("^(niet )?behaald$")).first.click()
    walk.look(second, f"{what}-result")
    second.get_by_role("button", name="Uitslag vrijgeven").click()
    expect(second.get_by_text("Vrijgegeven. De kandidaat krijgt bericht")).to_be_visible()


def ask(walk: Walk, exam: str, candidate: Person, look: bool = True) -> None:
    """The beheerder asks it, and finds it in the list."""
    page = walk.window(walk.site.people.beheerder)
    page.goto(f"/organisatie/assessments/aanvragen/{exam}")
    page.get_by_label("Voor wie?").select_option(label=candidate.name)
    if look:
        walk.look(page, "ask")
    page.get_by_role("button", name="Aanvragen").click()
    expect(page.get_by_text("Het assessment is aangevraagd.")).to_be_visible()
    if look:
        walk.look(page, "asked")


def hand_in_portfolio(walk: Walk, page: Page) -> None:
    """The candidate adds a document to one competency."""
    file = Path(walk.folder, "bewijs.pdf")
    file.write_bytes(pdf())
    page.goto("/examen")
    page.get_by_role("link", name="Openen").click()
    place = page.locator("#data")
    place.get_by_label("Document toevoegen").set_input_files(file)
    place.get_by_role("button", name="Toevoegen", exact=True).click()
    expect(page.get_by_text("Het document is bewaard.")).to_be_visible()
    walk.look(page, "portfolio")


def plan(walk: Walk, page: Page, candidate: Person, *assessors: Person, look: bool = True) -> None:
    """The office names day, place and assessors."""
    page.goto("/assessments")
    if look:
        walk.look(page, "to-plan")
    page.get_by_role("link", name=candidate.name).click()
    day = (desk_site.now() + timedelta(days=3)).astimezone(formats.AMSTERDAM).date()
    page.get_by_label("Dag").fill(day.isoformat())
    page.get_by_label("Begin").fill("10:00")
    page.get_by_label("Waar?").fill("Zaal Noord, Utrecht")
    for number, one in enumerate(assessors, 1):
        label = f"Assessor {number}" if len(assessors) > 1 else "Assessor"
        page.get_by_label(label, exact=True).select_option(label=one.name)
    if look:
        walk.look(page, "plan")
    page.get_by_role("button", name="Plannen", exact=True).click()
    expect(page.get_by_text("Gepland. De kandidaat")).to_be_visible()
    if look:
        walk.look(page, "planned")


def begin(walk: Walk) -> None:
    """The clock passes: what is planned has begun."""
    moment = desk_site.now() - timedelta(hours=4)
    walk.site.session.execute(update(Assessment).where(Assessment.released_at.is_(None)).values(starts_at=moment))
    walk.site.session.commit()


def open_sheet(walk: Walk, page: Page, candidate: Person, look: bool = True) -> None:
    page.goto("/beoordelen/assessments")
    if look:
        walk.look(page, "sheets")
    page.get_by_role("row", name=candidate.name).filter(has_text="in te vullen").get_by_role("link").click()
    page.locator("form[data-draft-ready]").wait_for()


def group(page: Page, number: str):
    """The choices of this criterion."""
    return page.locator(f"fieldset[id='found-{number}']")


def prove(walk: Walk, page: Page, not_shown: str = "") -> None:
    """Every criterion by keyboard and pointer, save one that is not shown; how it stands is told while one fills in."""
    for box in page.locator("fieldset[id^='found-']").all():
        box.get_by_label("Aangetoond", exact=True).check()
    page.get_by_label("Typt ten minste 97 procent goed").fill("98,5")
    page.get_by_label("Geeft hoogstens twee of drie tegenwerpingen").fill("2")
    stands = page.locator("[data-part='term-communication']")
    expect(stands).to_have_text("aangetoond")
    if not_shown:
        choice = group(page, not_shown).get_by_label("Aangetoond", exact=True)
        choice.focus()
        page.keyboard.press("ArrowDown")
        expect(group(page, not_shown).get_by_label("Niet aangetoond")).to_be_checked()
        expect(stands).to_have_text("niet aangetoond")
        page.get_by_role("button", name="Ondertekenen").click()
        expect(page.get_by_role("alert")).to_contain_text("Schrijf waarom")
        walk.look(page, "sheet-with-faults")
        page.locator("form[data-draft-ready]").wait_for()
        page.locator(f"[id='reason-{not_shown}']").fill("Viel een paar keer lang stil.")
    times(page)
    expect(page.locator("[data-draft-status]")).to_contain_text("Bewaard om")
    walk.look(page, "sheet")


def times(page: Page) -> None:
    day = desk_site.now().astimezone(formats.AMSTERDAM).date()
    part = page.get_by_role("group", name="Deel 1")
    part.get_by_label("Dag").fill(day.isoformat())
    part.get_by_label("Van").fill("09:00")
    part.get_by_label("Tot").fill("12:30")


def mark(walk: Walk, page: Page, marks: dict[str, str]) -> None:
    """A mark for each work process; 7 where nothing else is said."""
    for box in page.locator("select[name^='found-']").all():
        box.select_option(marks.get(box.get_attribute("name").removeprefix("found-"), "7"))
    for number, given in marks.items():
        if int(given) < 6:
            page.locator(f"[id='reason-{number}']").fill("Te weinig voor een voldoende.")
    stands = page.locator("[data-part='term-market']")
    expect(stands).to_have_text("5 bijna voldoende" if "1.1" in marks else "7 ruim voldoende")
    walk.look(page, "marks")


def sign(walk: Walk, page: Page) -> None:
    page.get_by_role("button", name="Ondertekenen").click()
    expect(page.get_by_text("Ondertekend. U kunt hier niets meer veranderen.")).to_be_visible()


def release(walk: Walk, page: Page, candidate: Person, look: bool = True) -> None:
    """Another officer looks at it and makes it known."""
    page.goto("/assessments?toon=vrijgeven")
    page.get_by_role("link", name=candidate.name).click()
    if look:
        walk.look(page, "to-release")
    page.get_by_role("button", name="Uitslag vrijgeven").click()
    page.get_by_role("dialog").get_by_role("button", name="Vrijgeven").click()
    expect(page.get_by_text("Vrijgegeven. De kandidaat krijgt bericht")).to_be_visible()
    if look:
        walk.look(page, "released")


def certificate(walk: Walk, page: Page, holder: Person, letters: str, words: str) -> None:
    """The certificate as its holder finds it, and what its supplement says."""
    page.goto("/certificaat")
    walk.look(page, "certificate")
    text = PdfReader(walk.kept(page, "Certificaat (PDF)")).pages[0].extract_text()
    assert letters in text and holder.name in text
    supplement = PdfReader(walk.kept(page, "Nederlands"))
    assert words in " ".join(" ".join(one.extract_text().split()) for one in supplement.pages)
