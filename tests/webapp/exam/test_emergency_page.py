"""When no server can be reached for long, the page offers what it keeps as a file, and the office takes that in."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Route, expect
from sqlalchemy import select
from support import cast
from test_exam_page import WAIT_MS, Tab, begun, chromium, installation, sitting, tab

from recorder.jobs.emergency import import_answer
from storage.base import database
from storage.base.jobs import Job, perform
from storage.exam import emergency
from storage.exam.recordings import RecordingState, latest_take
from storage.exam.sittings import Sitting

pytestmark = [pytest.mark.real_time, pytest.mark.one_database]


def hurried(route: Route) -> None:
    """The server's word, with an emergency that comes after two seconds."""
    answer = route.fetch()
    try:
        told = answer.json()
    except json.JSONDecodeError:
        return route.fulfill(response=answer)
    route.fulfill(response=answer, json=told | ({"emergency_s": 2} if "emergency_s" in told else {}))


def test_an_answer_that_nobody_takes_is_saved_as_a_file(
    tab: Tab, begun: Sitting, sitting: Sitting, tmp_path: Path
) -> None:
    page = tab.page
    page.route(re.compile(r"/examen/"), hurried)
    page.route("**/recorder/**", lambda route: route.abort())
    tab.go_on().press("Filmpje starten").at("clip", "playing").end_of_clip()
    tab.at("prepare", "preparing").press("Nu beginnen").at("record", "recording")
    assert not page.locator("#emergency").is_visible(), "nothing disturbs who talks"
    tab.press("Stoppen en bewaren").at("clip", "ready")
    offer = tab.button("Antwoord 1 bewaren")
    expect(offer).to_be_visible(timeout=WAIT_MS)
    expect(page.locator("#emergency")).to_contain_text("We kunnen de server al 2 seconden niet bereiken")
    tab.sound()
    with page.expect_download() as saving:
        offer.click()
    assert saving.value.suggested_filename == "vignet-antwoord-1.vignet"
    file = tmp_path / "file"
    saving.value.save_as(file)
    expect(page.locator("#emergency-said")).to_have_text("Antwoord 1 is als bestand bewaard, bij uw downloads.")
    tab.sound()

    office = Tab(page.context.browser.new_page(), tab.site)
    office.page.goto(f"{tab.site}/inloggen?next=/bureau/zittingen/{sitting.id}/noodbestand")
    office.page.get_by_label("E-mailadres").fill("bureau@voorbeeld.example")
    office.page.get_by_label("Wachtwoord").fill(cast.PASSWORD)
    office.press("Inloggen")
    office.page.get_by_label("Bestand", exact=True).set_input_files(file)
    office.press("Bestand inlezen")
    expect(office.page.get_by_text("Antwoord 1 is ingelezen en wordt nu verwerkt.")).to_be_visible()
    office.sound()
    office.page.context.close()
    with database.new_session(writes=False) as session:
        job = session.scalars(select(Job).where(Job.kind == emergency.IMPORT)).one()
    perform(job.id, import_answer)
    with database.new_session(writes=False) as session:
        take = latest_take(session, session.get(Sitting, sitting.id).answers[0])
        assert take.state is RecordingState.CAPTURED
        assert [one.name.split("-")[0] for one in take.originals] == ["closing", "slices"]

    page.unroute("**/recorder/**")
    expect(page.locator("#emergency")).to_be_hidden(timeout=WAIT_MS)
    expect(page.locator("#status")).to_contain_text("antwoord 1 veilig ontvangen", timeout=WAIT_MS)
