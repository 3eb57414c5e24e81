"""The candidate's page in a real browser, with a camera and microphone that the browser makes itself."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright
from sqlalchemy.orm import Session
from support import cast, exam_site

from scenarios.sitting import AnswerStage
from storage.base import database
from storage.exam.recordings import latest_take
from storage.exam.sittings import Sitting

pytestmark = [pytest.mark.real_time, pytest.mark.one_database]

CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
WAIT_MS = 30_000
HEIGHTS = (720, 540, 360)
SLOW_ABOVE_360 = """
const told = RTCPeerConnection.prototype.getStats;
RTCPeerConnection.prototype.getStats = async function () {
  const found = new Map();
  for (const [id, one] of await told.call(this)) {
    const slow = one.type === "outbound-rtp" && one.kind === "video" && one.frameHeight > 360;
    found.set(id, slow ? { ...one, framesEncoded: Math.round(one.framesEncoded / 2) } : one);
  }
  return found;
};
"""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def installation(swift, valkey, tmp_path_factory) -> Iterator[exam_site.SharedSite]:
    with exam_site.shared(tmp_path_factory.mktemp("exam"), swift, valkey) as site:
        yield site


@pytest.fixture
def sitting(installation, session: Session) -> Sitting:
    return installation.invite(session)


@pytest.fixture
def begun(sitting, session: Session) -> Sitting:
    """An exam at its first situation, for who tests what comes after check and practice."""
    cast.begin(session.merge(sitting), datetime.now(UTC))
    session.commit()
    return sitting


class Tab:
    """One tab of the candidate, and what went wrong in it."""

    def __init__(self, page: Page, site: str, email: str = "kandidaat@voorbeeld.example"):
        self.page, self.site, self.email, self.errors = page, site, email, []
        page.set_default_timeout(WAIT_MS)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda message: message.type == "error" and self._heard(message.text))

    def _heard(self, text: str) -> None:
        if "Failed to load resource" not in text:  # What the server refused is no error of the page.
            self.errors.append(text)

    def log_in(self) -> "Tab":
        self.page.goto(f"{self.site}/inloggen?next=/examen")
        self.page.get_by_label("E-mailadres").fill(self.email)
        self.page.get_by_label("Wachtwoord").fill(cast.PASSWORD)
        self.page.get_by_role("button", name="Inloggen").click()
        return self

    def agree(self) -> "Tab":
        self.page.get_by_label("Ja, dit vind ik goed").check()
        self.page.get_by_role("button", name="Verder naar de controle").click()
        return self

    def at(self, step: str, phase: str = "") -> "Tab":
        """Wait until the page is at a step."""
        self.page.wait_for_selector(f"main[data-step={step}]" + (f"[data-phase={phase}]" if phase else ""))
        return self

    def press(self, name: str) -> "Tab":
        """Press a button once it can be used."""
        button = self.button(name)
        expect(button).not_to_have_attribute("aria-disabled", "true", timeout=WAIT_MS)
        button.click()
        return self

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name)

    def check(self) -> "Tab":
        self.at("check").press("Camera en microfoon aanzetten").at("check", "open")
        self.press("Tonen afspelen").press("Ja, ik hoor ze").press("Verder naar oefenen")
        return self.at("practice", "intro")

    def straight_to_the_exam(self) -> "Tab":
        self.log_in().agree().check().press("Verder zonder oefenen").at("practice", "ready")
        return self.press("Examen beginnen").at("clip", "ready")

    def go_on(self) -> "Tab":
        """Go on here with an exam that has `begun` in another window."""
        return self.log_in().at("elsewhere").press("Hier verdergaan").at("clip", "ready")

    def end_of_clip(self) -> "Tab":
        """Let the browser play to the end at once; the page only sees that the film ended."""
        self.page.evaluate("document.getElementById('clip').currentTime = 1e6")
        return self

    def sound(self) -> None:
        """No finding of axe, no error of the page, one primary button at most."""
        found = Axe().run(self.page)
        assert found.violations_count == 0, found.generate_report()
        assert self.page.locator(".button-primary:visible").count() <= 1
        assert self.errors == []


@pytest.fixture
def tab(chromium, installation, sitting) -> Iterator[Tab]:
    context = chromium.new_context(permissions=["camera", "microphone"], reduced_motion="reduce")
    tab = Tab(context.new_page(), installation.address, sitting.dossier.candidate.email)
    yield tab
    context.close()


def _answer(sitting_id, number: int) -> tuple:
    """The stage of an answer and its newest take, as the database has them now."""
    with database.new_session(writes=False) as session:
        answer = next(one for one in session.get(Sitting, sitting_id).answers if one.number == number)
        take = latest_take(session, answer)
        return answer.stage, take and take.state.value, len(take.originals) if take else 0


def test_check_and_practice_leave_nothing_behind(tab):
    sent = []
    tab.log_in().sound()
    tab.agree().at("check").sound()
    tab.press("Camera en microfoon aanzetten").at("check", "open")
    expect(tab.page.get_by_text("Uw microfoon werkt. We horen u.").first).to_be_visible(timeout=WAIT_MS)
    assert tab.page.get_by_text("Uw camera werkt (1280 × 720)").is_visible()
    tab.press("Tonen afspelen").press("Nee")
    expect(tab.page.get_by_text("Zet het volume van uw computer hoger").first).to_be_visible()
    tab.press("Tonen afspelen").press("Ja, ik hoor ze").sound()
    tab.press("Verder naar oefenen").at("practice", "intro").sound()
    tab.page.on("request", lambda request: request.method != "GET" and sent.append(request.url))
    tab.press("Oefening starten").at("practice", "ready").sound()
    tab.press("Filmpje starten").at("practice", "playing").end_of_clip().at("practice", "preparing").sound()
    tab.press("Nu beginnen").at("practice", "counting").at("practice", "recording").sound()
    tab.press("Stoppen en bewaren").at("practice", "review").sound()
    video = tab.page.locator("#practice-video")
    assert video.evaluate("v => v.play().then(() => v.videoHeight)") in HEIGHTS
    tab.press("Nog een keer oefenen").at("practice", "ready")
    assert video.evaluate("v => v.src") == ""
    assert sent == []
    assert {request for request in tab.page.evaluate("indexedDB.databases()")} == set()


def test_an_answer_is_recorded_and_arrives(tab, sitting):
    tab.straight_to_the_exam().sound()
    assert tab.page.get_by_text("Situatie 1 van 10", exact=True).is_visible()
    tab.press("Filmpje starten").at("clip", "playing").sound()
    assert tab.page.locator("#clip").evaluate("v => [v.controls, v.src.slice(0, 5)]") == [False, "blob:"]
    tab.end_of_clip().at("prepare", "preparing").sound()
    tab.press("Nu beginnen").at("prepare", "counting").at("record", "recording")
    assert tab.button("Stoppen en bewaren").get_attribute("aria-disabled") == "true"
    tab.sound()
    tab.press("Stoppen en bewaren").at("clip", "ready")
    expect(tab.page.locator("#status")).to_contain_text("antwoord 1 veilig ontvangen", timeout=WAIT_MS)
    assert _answer(sitting.id, 1) == (AnswerStage.RECORDED, "captured", 3)
    assert tab.page.get_by_text("Situatie 2 van 10", exact=True).is_visible()
    tab.sound()


def test_reload_lands_on_the_right_step(tab, sitting):
    tab.straight_to_the_exam()
    tab.page.reload()
    tab.at("clip", "ready").press("Filmpje starten").at("clip", "playing")
    tab.page.reload()
    tab.at("prepare", "preparing").press("Nu beginnen").at("record", "recording")
    tab.page.on("dialog", lambda dialog: dialog.accept())
    tab.page.reload()
    tab.at("clip", "ready")
    assert _answer(sitting.id, 1)[0] is AnswerStage.RECORDED
    tab.page.goto(f"{tab.site}/")
    tab.page.go_back()
    tab.at("clip", "ready")
    assert tab.page.get_by_text("Situatie 2 van 10", exact=True).is_visible()


def test_the_break_is_offered_before_anything_of_the_next_situation_is_shown(tab, sitting, session):
    here, began = session.merge(sitting), datetime.now(UTC) - timedelta(minutes=40)
    cast.begin(here, began)
    for place, answer in enumerate(here.answers[:5]):
        cast.record(session, answer, began + timedelta(minutes=5 * place))
    session.commit()
    tab.log_in().at("elsewhere").press("Hier verdergaan").at("clip", "offer").sound()
    expect(tab.page.get_by_role("heading", name="Wilt u pauze?")).to_be_focused()
    assert tab.page.get_by_text("hoogstens 10 minuten").is_visible()
    assert here.answers[5].scenario.title not in tab.page.inner_text("body")
    tab.press("Eerst pauze nemen").at("break").sound()
    tab.press("Nu verdergaan").at("clip", "ready")
    assert here.answers[5].scenario.title in tab.page.inner_text("body")
    tab.page.reload()
    tab.at("clip", "ready")


def test_a_second_tab_takes_over_only_when_asked(tab, begun):
    tab.go_on()
    second = Tab(tab.page.context.new_page(), tab.site)
    second.page.goto(f"{tab.site}/examen")
    second.at("elsewhere").sound()
    second.press("Hier verdergaan").at("clip", "ready")
    tab.press("Filmpje starten").at("elsewhere")
    second.press("Filmpje starten").at("clip", "playing")


def test_a_copied_tab_gets_a_seat_of_its_own(tab, begun):
    tab.go_on()
    with tab.page.expect_popup() as opened:
        tab.page.evaluate("window.open('/examen')")
    copy = Tab(opened.value, tab.site)
    copy.at("elsewhere")


def test_by_keyboard_alone(tab):
    page = tab.log_in().page
    page.get_by_label("Ja, dit vind ik goed").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    tab.at("check")
    for name, phase in (
        ("Camera en microfoon aanzetten", "check:open"),
        ("Tonen afspelen", ""),
        ("Ja, ik hoor ze", ""),
        ("Verder naar oefenen", "practice:intro"),
        ("Verder zonder oefenen", "practice:ready"),
        ("Examen beginnen", "clip:ready"),
        ("Filmpje starten", "clip:playing"),
    ):
        expect(tab.button(name)).to_be_visible(timeout=WAIT_MS)
        expect(tab.button(name)).not_to_have_attribute("aria-disabled", "true", timeout=WAIT_MS)
        _tab_to(page, name)
        page.keyboard.press("Enter")
        if phase:
            tab.at(*phase.split(":"))
    tab.end_of_clip().at("prepare", "preparing")
    assert page.evaluate("document.activeElement.tagName") == "H1"
    _tab_to(page, "Nu beginnen")
    page.keyboard.press("Space")
    tab.at("record", "recording")
    page.keyboard.press("Enter")
    tab.at("record", "recording")
    expect(tab.button("Stoppen en bewaren")).not_to_have_attribute("aria-disabled", "true", timeout=WAIT_MS)
    _tab_to(page, "Stoppen en bewaren")
    page.keyboard.press("Enter")
    tab.at("clip", "ready")


def _tab_to(page: Page, name: str) -> None:
    for _ in range(20):
        if page.evaluate("document.activeElement.textContent.trim()") == name:
            return
        page.keyboard.press("Tab")
    pytest.fail(f"{name} is not reached by the Tab key")


def test_without_a_camera_the_page_says_what_to_do(chromium, installation, sitting):
    context = chromium.new_context()
    context.add_init_script(
        "navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'NotAllowedError'))"
    )
    tab = Tab(context.new_page(), installation.address, sitting.dossier.candidate.email).log_in().agree().at("check")
    tab.press("Camera en microfoon aanzetten")
    expect(tab.page.locator("#part-camera")).to_contain_text("kies ‘Toestaan’")
    assert tab.button("Opnieuw proberen").is_visible()
    tab.sound()
    context.close()


def test_a_lost_line_keeps_the_place_and_comes_back(tab, begun):
    tab.go_on()
    tab.page.context.set_offline(True)
    tab.press("Filmpje starten")
    expect(tab.page.get_by_role("alert")).to_contain_text("De verbinding is even weg")
    tab.page.context.set_offline(False)
    tab.at("clip", "playing")
    expect(tab.page.get_by_role("alert")).to_be_hidden()


def test_an_unplugged_camera_halts_before_the_next_clip(tab, begun):
    tab.go_on().press("Filmpje starten").at("clip", "playing").end_of_clip().at("prepare", "preparing")
    tab.page.evaluate(
        "for (const track of document.getElementById('self').srcObject.getVideoTracks())"
        " { track.stop(); track.dispatchEvent(new Event('ended')); }"
    )
    tab.press("Nu beginnen").at("devices")
    assert tab.page.get_by_text("Uw camera is losgeraakt").first.is_visible()
    tab.press("Opnieuw proberen").press("Verdergaan").at("prepare", "preparing")


def test_a_wrong_clock_does_not_matter(tab):
    tab.page.clock.install(time=datetime(1999, 12, 31, tzinfo=UTC))
    tab.straight_to_the_exam()


def test_a_camera_below_the_limits_of_a_recording_is_told_so_at_the_check(tab):
    tab.page.add_init_script(
        "const real = MediaStreamTrack.prototype.getSettings;"
        "MediaStreamTrack.prototype.getSettings = function () { return { ...real.call(this), height: 240 }; };"
    )
    tab.log_in().agree().at("check").press("Camera en microfoon aanzetten").at("check", "open")
    tab.press("Tonen afspelen").press("Ja, ik hoor ze").press("Verder naar oefenen")
    expect(tab.page.get_by_text("Nodig zijn 360 beeldlijnen").first).to_be_visible(timeout=WAIT_MS)
    expect(tab.button("Opnieuw proberen")).to_be_visible()
    tab.sound()


def test_the_check_tries_out_computer_and_line(tab, session, sitting):
    tab.log_in().agree().check()
    session.refresh(sitting)
    found = sitting.device_check
    assert found["coded_per_second"] >= 10
    assert found["line_kbps"] > 500
    assert found["height"] in HEIGHTS


def test_a_computer_that_cannot_keep_up_gets_a_smaller_picture(tab, session, sitting):
    tab.page.add_init_script(SLOW_ABOVE_360)
    tab.log_in().agree().check()
    session.refresh(sitting)
    assert (sitting.device_check["width"], sitting.device_check["height"]) == (640, 360)
    assert tab.page.evaluate("localStorage.getItem('vignet-picture-height')") == "360"
