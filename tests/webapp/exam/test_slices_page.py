"""An exam on slices alone: where no live connection can be made, the same page lives on what the browser records."""

import re
import time
from base64 import b64decode
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from playwright.sync_api import Route, expect
from support import cast, exam_site, services
from test_exam_page import WAIT_MS, Tab, begun, chromium, sitting, tab

from recorder.jobs.finish import finish_recording
from scenarios.sitting import Stage
from storage.base import database
from storage.base.jobs import Job, perform
from storage.base.keys import key_store
from storage.exam.recordings import latest_take
from storage.exam.sittings import Sitting
from storage.people.people import Person

pytestmark = [pytest.mark.real_time, pytest.mark.one_database]

KEPT_SLICES = """() => new Promise((told) => {
  const opening = indexedDB.open("vignet-vault", 1);
  opening.onsuccess = () => {
    const asked = opening.result.transaction("slices").objectStore("slices").getAll();
    asked.onsuccess = () => { opening.result.close(); told(asked.result.map((row) =>
      [row.number, [...new Uint8Array(row.data).slice(0, 4)]])); };
  };
})"""


BREAK = """
async () => {
  const at = () => performance.now() / 1000;
  const left = () => ring.innerText.trim().split(":").reduce((all, part) => 60 * all + Number(part), 0);
  const seen = [];
  const look = () => seen.push([main.dataset.phase, at(), left(), badge.innerText, hint.innerText]);
  new MutationObserver(look).observe(main, { attributes: true, attributeFilter: ["data-phase"] });
  look();
  breakMicrophone();
  while (seen.length < 3) await new Promise((resolve) => setTimeout(resolve, 50));
  return seen;
}
"""
"""Break it, and tell what the page shows at each change from then on: an interruption may be shorter than a look."""
BREAKABLE = """
const asked = navigator.mediaDevices?.getUserMedia.bind(navigator.mediaDevices);
if (asked) navigator.mediaDevices.getUserMedia = async (wanted) => {
  const stream = await asked(wanted);
  const [sound] = stream.getAudioTracks();
  const context = new AudioContext();
  const out = context.createMediaStreamDestination();
  context.createMediaStreamSource(stream).connect(out);
  const [made] = out.stream.getAudioTracks();
  made.getSettings = () => sound.getSettings();
  globalThis.breakMicrophone = () => context.suspend();
  return new MediaStream([...stream.getVideoTracks(), made]);
};
"""
"""A microphone that can be made to give nothing and to say nothing of it; opened again it is well."""


@pytest.fixture(scope="module")
def installation(swift, valkey, tmp_path_factory) -> Iterator[exam_site.SharedSite]:
    with exam_site.shared(tmp_path_factory.mktemp("slices"), swift, valkey, VIGNET_WHIP="off") as site:
        yield site


def take_of(sitting_id, number: int):
    with database.new_session(writes=False) as session:
        take = latest_take(session, session.get(Sitting, sitting_id).answers[number - 1])
        assert take is None or take.originals is not None
        return take


def test_an_answer_without_any_live_connection(tab: Tab, sitting: Sitting) -> None:
    asked = []
    tab.page.on("request", lambda request: asked.append(request.url))
    tab.straight_to_the_exam().press("Filmpje starten").at("clip", "playing").end_of_clip()
    tab.at("prepare", "preparing").press("Nu beginnen").at("record", "recording")
    tab.press("Stoppen en bewaren").at("clip", "ready")
    expect(tab.page.locator("#status")).to_contain_text("antwoord 1 veilig ontvangen", timeout=WAIT_MS)
    take = take_of(sitting.id, 1)
    assert [one.name.split("-")[0] for one in take.originals] == ["closing", "slices"]
    assert any("/recorder/slices/" in url for url in asked)
    assert not any("/recorder/whip/" in url for url in asked)
    with database.new_session(writes=False) as session:
        job = session.query(Job).filter_by(subject=take.id).one()
    perform(job.id, finish_recording)
    done = take_of(sitting.id, 1)
    decision = done.figures["decision"]
    assert (done.state, decision["took"], decision["why"], decision["live"]) == ("stored", "slices", "no_live", None)
    assert abs(done.seconds - decision["page_s"]) < 0.5
    tab.sound()


def test_somebody_else_at_the_same_browser_sees_nothing_of_it(tab: Tab, sitting: Sitting, begun: Sitting) -> None:
    tab.page.route("**/recorder/slices/**", lambda route: route.abort())
    tab.go_on().press("Filmpje starten").at("clip", "playing").end_of_clip()
    tab.at("prepare", "preparing").press("Nu beginnen").at("record", "recording")
    tab.press("Stoppen en bewaren").at("clip", "ready")
    kept = tab.page.evaluate(KEPT_SLICES)
    assert [number for number, _ in kept] == list(range(len(kept))) and kept
    assert kept[0][1] != [0x1A, 0x45, 0xDF, 0xA3], "nothing of it can be played"
    mine = tab.page.evaluate("fetch('/examen/sleutel').then((answer) => answer.json())")["key"]
    with database.new_session(writes=False) as session:
        candidate = session.get(Sitting, sitting.id).dossier.candidate_id
        others = session.query(Person.id).filter(Person.id != candidate)
        assert b64decode(mine) == key_store().browser_key(candidate)
        assert b64decode(mine) not in {key_store().browser_key(other) for (other,) in others}
    tab.page.unroute_all()
    tab.page.reload()
    tab.at("clip", "ready")
    expect(tab.page.locator("#status")).to_contain_text("antwoord 1 veilig ontvangen", timeout=WAIT_MS)
    services.wait_until(lambda: tab.page.evaluate(KEPT_SLICES) == [], "the vault to be empty", 30)


def test_nothing_is_erased_before_the_store_has_confirmed_its_hash(tab: Tab, begun: Sitting) -> None:
    answers, wrong = [], True

    def told(route: Route) -> None:
        answer = route.fetch()
        body = answer.json()
        for row in body.get("kept", ()) if wrong else ():
            row["sha256"] = "0" * 64
        answers.append(body.get("kept", ()))
        route.fulfill(response=answer, json=body)

    tab.page.route(re.compile(r"/recorder/slices/[0-9a-f-]+$"), told)
    tab.go_on().press("Filmpje starten").at("clip", "playing").end_of_clip()
    tab.at("prepare", "preparing").press("Nu beginnen").at("record", "recording")
    tab.press("Stoppen en bewaren").at("clip", "ready")

    def confirmed():
        return tab.page.wait_for_timeout(50) or sum(map(bool, answers)) > 2

    services.wait_until(confirmed, "the store to have been asked for three times", 30)
    assert tab.page.evaluate(KEPT_SLICES), "a hash that is another one confirms nothing"
    wrong = False
    services.wait_until(lambda: tab.page.evaluate(KEPT_SLICES) == [], "the vault to be empty", 30)


def test_a_slice_that_does_not_get_through_is_tried_after_0_1_3_and_5_seconds(
    tab: Tab,
    begun: Sitting,
) -> None:
    tries: list[float] = []

    def refused(route: Route) -> None:
        if route.request.url.endswith("/0"):
            tries.append(time.monotonic())
        route.abort()

    tab.page.route("**/recorder/slices/**", refused)
    tab.go_on().press("Filmpje starten").at("clip", "playing").end_of_clip()
    tab.at("prepare", "preparing").press("Nu beginnen").at("record", "recording")
    services.wait_until(lambda: tab.page.wait_for_timeout(50) or len(tries) >= 6, "six tries", 60)
    waited = [after - before for before, after in pairwise(tries[:6])]
    assert all(wait <= took < wait + 1 for wait, took in zip((0, 1, 3, 5, 5), waited, strict=True)), waited


def test_the_answer_that_is_recorded_goes_first_and_finishing_waits_for_all(
    tab: Tab,
    sitting: Sitting,
    session,
) -> None:
    row, before = session.get(Sitting, sitting.id), datetime.now(UTC) - timedelta(hours=1)
    cast.begin(row, before)
    for answer in row.answers[:8]:
        cast.record(session, answer, before)
    session.commit()
    sent: list[str] = []
    away = True

    def on_its_way(route: Route) -> None:
        if route.request.method == "PUT":
            sent.append(route.request.url.split("/")[-2])
        if away:
            route.abort()
        else:
            route.continue_()

    page = tab.page
    page.route("**/recorder/slices/**", on_its_way)
    tab.log_in().at("elsewhere").press("Hier verdergaan")
    for last in (False, True):
        tab.at("clip", "offer").press("Verder met situatie")
        tab.at("clip", "ready").press("Filmpje starten").at("clip", "playing").end_of_clip()
        tab.at("prepare", "preparing").press("Nu beginnen").at("record", "recording")
        page.wait_for_timeout(6000)
        if last:
            sent.clear()
            away = False
            services.wait_until(lambda: page.wait_for_timeout(50) or len(sent) > 7, "eight slices to be sent", 30)
            away = True
        tab.press("Stoppen en bewaren")
    newest = str(take_of(sitting.id, 10).id)
    assert sent[:7].count(newest) >= 5, "what was recorded before waits for what is being recorded"
    words = tab.at("saving").page.locator("#saving-lede")
    expect(words).to_contain_text("staat nog een deel alleen op deze computer")
    expect(page.locator("#saving-answers")).to_contain_text("te versturen")
    assert tab.button("Afronden").get_attribute("aria-disabled") == "true"
    away = False
    expect(words).to_contain_text("Al uw antwoorden zijn veilig ontvangen.", timeout=WAIT_MS)
    tab.press("Afronden")
    expect(page.get_by_role("heading", name="Uw examen is afgerond")).to_be_visible()


def test_what_is_left_when_the_exam_has_closed_is_still_sent(tab: Tab, sitting: Sitting, begun: Sitting) -> None:
    tab.page.route("**/recorder/slices/**", lambda route: route.abort())
    tab.go_on().press("Filmpje starten").at("clip", "playing").end_of_clip()
    tab.at("prepare", "preparing").press("Nu beginnen").at("record", "recording")
    tab.press("Stoppen en bewaren").at("clip", "ready")
    with database.session_scope() as late:
        row = late.get(Sitting, sitting.id)
        row.closes_at, row.stage = datetime.now(UTC), Stage.EXPIRED
    tab.page.on("dialog", lambda dialog: dialog.accept())
    tab.page.goto(f"{tab.site}/examen")
    expect(tab.page.get_by_role("heading", name="Uw examen is gesloten")).to_be_visible()
    tab.page.unroute_all()
    expect(tab.page.locator("#leftover")).to_have_text(
        "Alles wat hier nog stond, is veilig ontvangen.", timeout=WAIT_MS
    )
    assert [one.name.split("-")[0] for one in take_of(sitting.id, 1).originals] == ["closing", "slices"]
    tab.sound()


def test_a_microphone_that_gives_nothing_is_opened_again_and_costs_no_time(
    tab: Tab, sitting: Sitting, begun: Sitting
) -> None:
    tab.page.add_init_script(BREAKABLE)
    tab.go_on().press("Filmpje starten").at("clip", "playing").end_of_clip()
    tab.at("prepare", "preparing").press("Nu beginnen").at("record", "recording")
    tab.page.wait_for_timeout(2000)
    before, lost, back = tab.page.evaluate(BREAK)
    assert [before[0], lost[0], back[0]] == ["recording", "interrupted", "recording"]
    assert lost[1] - before[1] < 3.5, "within three seconds, and the moment in which a page is busy"
    assert lost[3] == "Geen geluid" and lost[4].startswith("We krijgen geen geluid van uw microfoon")
    assert back[4].startswith("Praat rechtstreeks")
    tab.page.wait_for_timeout(500)
    after = tab.page.evaluate(BREAK.replace("breakMicrophone();", "").replace("< 3", "< 1"))[0]
    assert before[2] - after[2] <= 2 < after[1] - before[1], "the clock stood still from when nothing came"
    tab.page.wait_for_timeout(3000)
    tab.press("Stoppen en bewaren").at("clip", "ready")
    expect(tab.page.locator("#status")).to_contain_text("antwoord 1 veilig ontvangen", timeout=WAIT_MS)
    take = take_of(sitting.id, 1)
    assert [one.name.split("-")[0] for one in take.originals] == ["closing", "slices", "slices"]
    with database.new_session(writes=False) as session:
        job = session.query(Job).filter_by(subject=take.id).one()
    perform(job.id, finish_recording)
    decision = take_of(sitting.id, 1).figures["decision"]
    assert decision["slices"]["files"] == 2
    assert {"microphone_silent", "microphone_back"} <= {note["what"] for note in decision["page_saw"]}
    tab.sound()
