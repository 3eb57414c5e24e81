"""Two recorders in one installation: no capacity at all, and one that is killed while somebody speaks to it."""

import signal
import uuid
from contextlib import ExitStack
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import expect
from support import cast, exam_site, services
from test_exam_page import WAIT_MS, Tab, chromium

from recorder.spool.slice_spool import Run, SliceSpool
from storage.base import database
from storage.base.config import config
from storage.base.objects import sha256_of
from storage.exam import reservations
from storage.exam.recordings import Recording, latest_take
from storage.exam.sittings import Sitting

pytestmark = [pytest.mark.real_time, pytest.mark.one_database]
LOST_S = 60


@pytest.fixture
def people(session) -> cast.Cast:
    return cast.gather(session, datetime.now(UTC))


@pytest.fixture
def sitting(installation, object_store, session, people) -> Sitting:
    return exam_site.invited(session, people, object_store, datetime.now(UTC))


@pytest.fixture
def new_tab(chromium):
    with ExitStack() as stack:

        def open_tab(site: str) -> Tab:
            context = chromium.new_context(permissions=["camera", "microphone"], reduced_motion="reduce")
            stack.callback(context.close)
            return Tab(context.new_page(), site)

        yield open_tab


def take_of(sitting_id: uuid.UUID) -> Recording | None:
    """The newest take of the first answer, with its node and its originals."""
    with database.new_session(writes=False) as session:
        take = latest_take(session, session.get(Sitting, sitting_id).answers[0])
        return take and (take.node, take.originals) and take


def parts(spool: Path, take: Recording) -> int:
    return len(SliceSpool(spool).slices(take.id))


def test_who_finds_no_capacity_waits_and_is_let_in_by_itself(
    installation, sitting, session, people, broker, tmp_path, new_tab, monkeypatch
):
    monkeypatch.setenv("VIGNET_RECORDER_CAPACITY", "1")
    other = cast.sitting(session, people, datetime.now(UTC), people.second_candidate, sitting.pack)
    session.commit()
    with exam_site.open_for_visitors(config(), tmp_path) as site:
        services.wait_until(lambda: _recorder_taken(other.id), "the recorder to be heard")
        tab = new_tab(site)
        tab.log_in().agree().check().press("Verder zonder oefenen").at("practice", "ready").press("Examen beginnen")
        expect(tab.page.get_by_text("U bent niets kwijt")).to_be_visible()
        expect(tab.page.get_by_text("We proberen het vanzelf opnieuw")).to_be_visible()
        tab.sound()
        with database.session_scope() as own:
            reservations.release(own, own.get(Sitting, other.id), datetime.now(UTC))
        tab.at("clip", "ready")


def _recorder_taken(sitting_id: uuid.UUID) -> bool:
    with database.session_scope() as own:
        if not reservations.loads(own, datetime.now(UTC)):
            return False
        reservations.reserve(own, own.get(Sitting, sitting_id), datetime.now(UTC))
        return True


def test_a_recorder_killed_in_mid_answer_loses_nothing_and_the_answer_goes_on_at_the_other(
    installation, sitting, broker, tmp_path, new_tab
):
    second = exam_site.SecondRecorder(config())
    second.env["VIGNET_RECORDER_CAPACITY"] = "200"  # the emptiest one, so the exam gets its place there
    with ExitStack() as stack:
        process = stack.enter_context(second.running(tmp_path / "second.log"))
        site = stack.enter_context(exam_site.open_for_visitors(config(), tmp_path))
        tab = new_tab(site).straight_to_the_exam().press("Filmpje starten").at("clip", "playing").end_of_clip()
        tab.at("prepare", "preparing").press("Nu beginnen").at("record", "recording")
        take = services.wait_until(lambda: take_of(sitting.id), "the take")
        assert take.node.name == second.NAME
        services.wait_until(lambda: parts(second.spool, take) >= 3, "three slices")
        process.send_signal(signal.SIGKILL)
        process.wait()
        held = parts(second.spool, take)
        live = sha256_of(second.spool / str(take.id) / "whip-1.rtp")
        services.wait_until(lambda: parts(config().spool, take) > held, "all slices at the other recorder", LOST_S)
        assert take_of(sitting.id).node.name == config().recorder_name
        tab.press("Stoppen en bewaren").at("clip", "ready")
        expect(tab.page.locator("#status")).to_contain_text("veilig", timeout=WAIT_MS)
        with second.running(tmp_path / "second-again.log"):
            services.wait_until(lambda: not (second.spool / str(take.id)).exists(), "the rest to be shipped", LOST_S)
        kept = take_of(sitting.id).originals
        runs = sorted(run for one in kept if (run := Run.of(one.name)))
        assert runs[0].first == 0 and all(a.last + 1 == b.first for a, b in pairwise(runs))
        assert runs[-1].last >= held
        assert live in {one.sha256 for one in kept}
        tab.sound()
