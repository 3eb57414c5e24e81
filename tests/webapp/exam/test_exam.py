"""The server leads the exam: nobody skips, answers twice or sees more than the own situation, whatever is sent."""

import json
import secrets
from datetime import UTC, datetime, timedelta

import pytest
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import select
from support import cast
from support.parallels import with_parallels

from scenarios.sitting import AnswerStage, Stage
from storage.base import database
from storage.base.audit import AuditEvent
from storage.base.jobs import Job, perform
from storage.exam import drawing, reservations
from storage.exam.recorder_nodes import beat
from storage.exam.recordings import RECEIPT, Recording, RecordingState, latest_take, recording_by_ticket
from storage.exam.sittings import Answer, Sitting
from storage.people.outbox import MailMessage
from webapp import worker
from webapp.app import BODY_LIMIT, create_app

pytestmark = pytest.mark.one_database

SEAT, OTHER_SEAT = "a" * 32, "b" * 32
POSTS = (
    "plaats",
    "controle",
    "opnieuw-controleren",
    "beginnen",
    "1/filmpje",
    "1/haperde",
    "1/voorbereiden",
    "1/opnemen",
    "1/klaar",
    "pauze",
    "verder",
    "afronden",
)
NEED_A_SEAT = tuple(path for path in POSTS if path != "plaats")


class Browser:
    """One browser of one person, with the page's own headers. `seat` is the tab that asks."""

    def __init__(self, app, person=None):
        self.client, self.seat, self._csrf = app.test_client(), SEAT, ""
        raw = secrets.token_hex(20)
        with self.client.session_transaction() as session:
            session["csrf_token"] = raw
            if person is not None:
                session["_user_id"], session["_fresh"] = cast.browser(person), True
        self._csrf = URLSafeTimedSerializer(app.secret_key, salt="wtf-csrf-token").dumps(raw)

    def get(self, path: str = "", **kwargs):
        return self.client.get(f"/examen{path}", **kwargs)

    def post(self, path: str, facts: object = None, data: bytes | None = None, **headers):
        sent = {"X-CSRFToken": self._csrf, "X-Seat": self.seat, "Accept": "application/json", **headers}
        sent = {name: value for name, value in sent.items() if value is not None}
        body = data if data is not None else json.dumps(facts or {}).encode()
        return self.client.post(f"/examen/{path}", data=body, content_type="application/json", headers=sent)

    def agree(self, agreed: bool = True):
        form = {"csrf_token": self._csrf, **({"agreed": "y"} if agreed else {})}
        return self.client.post("/examen/toestemming", data=form)

    def does(self, *paths: str, **facts) -> dict:
        """Several posts that must each be accepted; the step after the last."""
        for path in paths:
            answer = self.post(path, facts)
            assert answer.status_code == 200, (path, answer.status_code, answer.json)
        return answer.json


@pytest.fixture
def app(installation):
    return create_app(installation)


@pytest.fixture
def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def people(session, now):
    everybody = cast.gather(session, now)
    session.commit()
    return everybody


@pytest.fixture
def invited(session, people, now) -> Sitting:
    row = cast.sitting(session, people, now - timedelta(minutes=1))
    cast.node(session, now)
    session.commit()
    return row


@pytest.fixture
def browser(app, people, invited) -> Browser:
    return Browser(app, people.candidate)


@pytest.fixture
def begun(browser) -> Browser:
    """A browser at the first situation."""
    browser.agree()
    assert browser.does("plaats", "controle", "beginnen")["step"] == "clip"
    return browser


@pytest.fixture
def rows(invited):
    """`with rows() as (session, sitting)`: look at the rows, or change them, between two requests."""

    class Rows:
        def __enter__(self):
            self.session = database.new_session()
            return self.session, self.session.get(Sitting, invited.id)

        def __exit__(self, *error):
            self.session.commit()
            self.session.close()

    return Rows


def refused(answer, rule: str) -> None:
    assert answer.status_code == 409, (answer.status_code, answer.json)
    assert answer.json["rule"] == rule
    assert answer.json["error"].endswith(".")


# Who may ask.


def test_strangers_are_sent_to_the_log_in(app):
    stranger = Browser(app)
    answer = stranger.get()
    assert (answer.status_code, answer.location.split("?")[0]) == (302, "/inloggen")
    assert {stranger.post(path).status_code for path in (*POSTS, "toestemming")} == {401}


def test_for_other_roles_there_is_no_exam(app, people, invited):
    p = people
    others = (p.manager, p.beheerder, p.officer, p.committee_member, p.auditor, p.assessors[0], p.outsider_manager)
    for browser in (Browser(app, person) for person in others):
        answers = [browser.get(), browser.get("/stap"), *(browser.post(path) for path in (*POSTS, "toestemming"))]
        assert {answer.status_code for answer in answers} == {404}


def test_another_candidate_never_meets_this_sitting(app, people, invited):
    browser = Browser(app, people.outsider_candidate)
    assert {browser.post(path).status_code for path in (*POSTS, "toestemming")} == {404}
    page = browser.get().text
    assert "Er staat nog geen examen voor u klaar" in page and "Branchecertificaat B</h" not in page


def test_a_forged_page_changes_nothing(begun):
    assert {begun.post(path, **{"X-CSRFToken": None}).status_code for path in POSTS} == {400}
    assert begun.get("/stap").json["step"] == "clip"


# From which tab.


def test_a_tab_without_a_seat_is_told_so(begun):
    for seat in (None, "", "short", "x" * 65, "é" * 20):
        begun.seat = seat
        assert {begun.post(path).status_code for path in POSTS} == {400}, seat


def test_a_second_tab_waits_until_it_takes_over(begun):
    begun.seat = OTHER_SEAT
    for path in POSTS:
        refused(begun.post(path), "open_elsewhere")
    assert begun.post("plaats", {"takeover": True}).status_code == 200
    assert begun.does("1/filmpje")["step"] == "clip"
    begun.seat = SEAT
    for path in POSTS:
        refused(begun.post(path), "open_elsewhere")


def test_only_a_plain_yes_takes_over(begun):
    begun.seat = OTHER_SEAT
    for takeover in (1, "true", None, "yes"):
        refused(begun.post("plaats", {"takeover": takeover}), "open_elsewhere")


def test_nothing_changes_before_a_tab_leads(browser):
    browser.agree()
    for path in NEED_A_SEAT:
        refused(browser.post(path), "open_elsewhere")


# What is sent.


NONSENSE = (b"{", b"[]", b"7", b'"x"', b"null", b"\xff\xfe", b'{"a": {"b": 1}}', b'{"a": [1]}', b"[" * 3000)


def test_nonsense_is_refused_and_changes_nothing(begun):
    begun.does("1/filmpje")
    for path in ("plaats", "controle", "1/haperde"):
        assert {begun.post(path, data=body).status_code for body in NONSENSE} == {400}
    assert begun.get("/stap").json["situation"]["plays_left"] == 0


def test_long_facts_are_refused(browser):
    browser.agree()
    browser.does("plaats")
    assert browser.post("controle", {"x": "y" * 5000}).status_code == 413
    assert browser.get("/stap").json["step"] == "check"


def test_bytes_that_measure_the_line_are_kept_nowhere(browser):
    assert browser.post("lijn", data=b"x" * 300_000).status_code == 204
    assert browser.post("lijn", data=b"").status_code == 204
    assert browser.post("lijn", data=b"x" * (BODY_LIMIT + 1)).status_code == 413


def test_facts_of_the_check_are_kept(browser, rows):
    browser.agree()
    browser.does("plaats")
    assert browser.does("controle", width=1280, speaker=True)["step"] == "practice"
    with rows() as (_, sitting):
        assert sitting.device_check == {"width": 1280, "speaker": True}


@pytest.mark.parametrize(
    "facts, passes",
    [
        ({"width": 640, "height": 360, "frames_per_second": 15}, True),
        ({"width": 360, "height": 640, "frames_per_second": 30}, True),
        ({"width": 1280, "height": 720, "frames_per_second": 0}, True),
        ({}, True),
        ({"width": 320, "height": 240, "frames_per_second": 30}, False),
        ({"width": 1280, "height": 720, "frames_per_second": 10}, False),
        ({"width": "groot", "height": True, "frames_per_second": None}, True),
    ],
)
def test_the_check_has_the_limits_of_a_recording(browser, facts, passes):
    browser.agree()
    browser.does("plaats")
    answer = browser.post("controle", facts)
    if passes:
        assert answer.json["step"] == "practice"
    else:
        refused(answer, "camera_below_limits")
        assert "360 beeldlijnen en 15 beelden" in answer.json["error"]
        assert browser.get("/stap").json["step"] == "check"


# The order of things.


def test_consent_needs_a_tick_and_is_kept_with_its_version(browser, rows):
    assert "Wat gaat er gebeuren?" in browser.get().text
    assert browser.agree(False).status_code == 422
    assert browser.agree().location == "/examen"
    assert browser.agree().location == "/examen"
    with rows() as (_, sitting):
        assert (sitting.stage, sitting.consent_version) == (Stage.CONSENTED, "1")
    assert 'data-screen="check"' in browser.get().text


def test_the_way_from_check_to_the_first_situation(browser):
    browser.agree()
    assert browser.does("plaats")["step"] == "check"
    assert browser.does("controle")["step"] == "practice"
    assert browser.does("opnieuw-controleren")["step"] == "check"
    assert browser.does("controle", "controle")["situation"]["number"] == 0
    assert browser.does("beginnen", "beginnen")["situation"]["number"] == 1
    refused(browser.post("opnieuw-controleren"), "step_not_allowed")


def test_nobody_begins_without_consent_and_check(browser):
    browser.seat = SEAT
    assert browser.does("plaats")["step"] == "welcome"
    refused(browser.post("beginnen"), "step_not_allowed")
    assert browser.post("controle").json["step"] == "welcome"
    browser.agree()
    refused(browser.post("beginnen"), "step_not_allowed")
    for path in ("1/filmpje", "1/voorbereiden", "1/opnemen", "1/klaar", "1/haperde"):
        refused(browser.post(path, {"seconds": 9}), "other_step")


def test_only_the_own_situation_can_be_asked_for(begun):
    for number in (0, 2, 10, 11, 999999):
        for path in ("filmpje", "voorbereiden", "opnemen", "klaar", "haperde"):
            refused(begun.post(f"{number}/{path}", {"seconds": 9}), "other_step")
    assert begun.post("-1/filmpje").status_code == 404


def test_no_part_of_a_situation_can_be_skipped_or_done_twice(begun):
    refused(begun.post("1/voorbereiden"), "other_step")
    refused(begun.post("1/opnemen"), "step_not_allowed")
    refused(begun.post("1/klaar"), "other_step")
    begun.does("1/filmpje")
    refused(begun.post("1/filmpje"), "no_play_left")
    refused(begun.post("1/opnemen"), "step_not_allowed")
    assert begun.does("1/voorbereiden", "1/voorbereiden")["step"] == "prepare"
    refused(begun.post("1/filmpje"), "no_play_left")
    refused(begun.post("1/klaar"), "other_step")
    assert begun.does("1/opnemen")["step"] == "record"
    refused(begun.post("1/filmpje"), "no_play_left")
    refused(begun.post("1/voorbereiden"), "step_not_allowed")
    assert begun.does("1/klaar")["situation"]["number"] == 2
    for path in ("filmpje", "voorbereiden", "opnemen", "klaar"):
        refused(begun.post(f"1/{path}"), "other_step")


def test_preparation_does_not_start_again_by_asking_again(begun):
    begun.does("1/filmpje")
    first = begun.does("1/voorbereiden")["situation"]["preparation_left_s"]
    assert begun.does("1/voorbereiden")["situation"]["preparation_left_s"] < first <= 30


def test_a_page_knows_only_the_situation_it_is_at(begun, invited):
    step = begun.get("/stap")
    titles = [scenario.title for scenario in invited.pack.content.scenarios]
    assert titles[0] in step.json["situation"]["title"]
    assert not any(title in json.dumps(step.json, ensure_ascii=False) for title in titles[1:])
    assert not {"spoken", "guidance", "competencies", "mood"} & set(step.json["situation"])


def test_the_ticket_opens_one_recording_and_is_kept_as_a_hash(begun, rows):
    take = begun.does("1/filmpje", "1/voorbereiden", "1/opnemen")["take"]
    assert take["whip_url"].endswith(f"/recorder/whip/{take['recording_id']}")
    assert (take["limit_s"], take["ice_servers"]) == (90, [])
    assert 90 < take["most_s"] <= 102
    with rows() as (session, sitting):
        recording = latest_take(session, sitting.answers[0])
        assert str(recording.id) == take["recording_id"]
        assert take["bearer"] not in recording.ticket_sha256


def test_a_page_that_did_not_hear_its_ticket_gets_another_for_the_same_take(begun, rows):
    first = begun.does("1/filmpje", "1/voorbereiden", "1/opnemen")["take"]
    second = begun.does("1/opnemen")["take"]
    assert second["recording_id"] == first["recording_id"] and second["bearer"] != first["bearer"]
    with rows() as (session, sitting):
        latest_take(session, sitting.answers[0]).receive(datetime.now(UTC))
    refused(begun.post("1/opnemen"), "step_not_allowed")


def test_without_a_recorder_the_candidate_keeps_the_place(begun, rows):
    begun.does("1/filmpje", "1/voorbereiden")
    with rows() as (session, _):
        cast.node(session, datetime.now(UTC) - timedelta(minutes=5))
    refused(begun.post("1/opnemen"), "no_recorder_free")
    assert begun.get("/stap").json["step"] == "prepare"
    with rows() as (session, _):
        cast.node(session, datetime.now(UTC))
    assert begun.does("1/opnemen")["step"] == "record"


def test_an_exam_is_refused_before_it_begins_and_never_while_it_goes_on(browser, people, invited, session, rows, now):
    other = cast.sitting(session, people, now, people.second_candidate, invited.pack)
    beat(session, "recorder-1", "http://localhost/recorder", 1, 0, False, now)
    reservations.reserve(session, other, now)
    session.commit()
    browser.agree()
    browser.does("plaats", "controle")
    busy = browser.post("beginnen")
    refused(busy, "all_recorders_taken")
    assert "U bent niets kwijt" in busy.json["error"] and "{" not in busy.json["error"]
    assert browser.get("/stap").json["step"] == "practice"
    with rows() as (session, _):
        reservations.release(session, session.get(Sitting, other.id), datetime.now(UTC))
    assert browser.does("beginnen")["step"] == "clip"
    with rows() as (session, _):
        reservations.renew(session, session.get(Sitting, other.id), datetime.now(UTC))
    browser.does("1/filmpje", "1/voorbereiden", "1/opnemen")


def test_a_page_whose_recorder_is_lost_is_sent_to_another_one(begun, rows):
    take = begun.does("1/filmpje", "1/voorbereiden", "1/opnemen")["take"]
    ask = f"opnames/{take['recording_id']}/opnameserver"
    assert begun.does(ask) == {"whip_url": take["whip_url"], "slices_url": take["slices_url"]}
    with rows() as (session, _):
        now = datetime.now(UTC)
        beat(session, "recorder-1", "http://localhost/recorder", 100, 0, False, now - timedelta(seconds=15))
    refused(begun.post(ask), "no_recorder_free")
    with rows() as (session, _):
        beat(session, "recorder-2", "http://two.example/recorder", 100, 0, False, datetime.now(UTC))
    assert begun.does(ask)["slices_url"] == f"http://two.example/recorder/slices/{take['recording_id']}"
    with rows() as (session, sitting):
        recording = latest_take(session, sitting.answers[0])
        assert recording.node.name == "recorder-2"
        assert recording_by_ticket(session, recording.id, take["bearer"]) is recording
    begun.does("1/klaar", "2/filmpje", "2/voorbereiden")
    assert begun.does("2/opnemen")["take"]["slices_url"].startswith("http://two.example/")


# Stalls and accommodations.


def test_a_measured_stall_gives_one_more_play_and_no_third(begun):
    begun.does("1/filmpje")
    for seconds in (1.9, -1, True, "3", None):
        assert begun.post("1/haperde", {"seconds": seconds}).status_code == 400
    assert begun.post("1/haperde", data=b'{"seconds": NaN}').status_code == 400
    assert begun.does("1/haperde", seconds=2.5)["situation"]["plays_left"] == 1
    assert begun.does("1/filmpje")["situation"]["plays_left"] == 0
    begun.does("1/haperde", seconds=9)
    refused(begun.post("1/filmpje"), "no_play_left")


def test_an_accommodation_lets_the_clip_be_seen_twice(begun, rows):
    with rows() as (_, sitting):
        sitting.replay, sitting.extra_time = True, "3/2"
    assert begun.does("1/filmpje")["situation"]["plays_left"] == 1
    assert begun.does("1/filmpje")["situation"]["plays_left"] == 0
    refused(begun.post("1/filmpje"), "no_play_left")
    after = begun.does("1/voorbereiden")["situation"]
    assert (after["preparation_s"], after["answer_s"]) == (45, 135)


# Reload, closed laptop, other device.


def test_reload_before_the_clip_changes_nothing(begun):
    assert begun.does("plaats", "plaats")["situation"]["plays_left"] == 1


def test_reload_during_the_clip_leads_to_preparation(begun):
    begun.does("1/filmpje")
    assert begun.does("plaats")["step"] == "prepare"


def test_reload_restarts_preparation_once(begun, rows):
    begun.does("1/filmpje", "1/voorbereiden")
    _let_time_pass(rows, 20)
    assert begun.get("/stap").json["situation"]["preparation_left_s"] < 11
    assert begun.does("plaats")["situation"]["preparation_left_s"] > 29
    _let_time_pass(rows, 20)
    assert begun.does("plaats")["situation"]["preparation_left_s"] < 11
    _let_time_pass(rows, 3600)
    assert begun.does("plaats")["situation"]["preparation_left_s"] == 0


def _let_time_pass(rows, seconds: int) -> None:
    with rows() as (_, sitting):
        sitting.current.preparing_since -= timedelta(seconds=seconds)


@pytest.mark.parametrize("takeover", (False, True))
def test_reload_during_recording_ends_that_answer(begun, rows, takeover):
    begun.does("1/filmpje", "1/voorbereiden", "1/opnemen")
    if takeover:
        begun.seat = OTHER_SEAT
    assert begun.does("plaats", takeover=takeover)["situation"]["number"] == 2
    with rows() as (session, sitting):
        assert sitting.answers[0].stage is AnswerStage.RECORDED
        assert latest_take(session, sitting.answers[0]).closed_at is not None


def test_an_answer_of_which_nothing_came_is_asked_again_once(begun, rows):
    for expected in ("again", "office"):
        step = begun.does("1/filmpje", "1/voorbereiden", "1/opnemen")
        assert step["answers"][0]["state"] == "now"
        with rows() as (session, sitting):
            latest_take(session, sitting.answers[0]).refuse([{"kind": "unreadable"}], {}, datetime.now(UTC))
        step = begun.does("plaats")
        assert step["answers"][0]["state"] == expected
        assert step["situation"]["number"] == (1 if expected == "again" else 2)
    with rows() as (session, sitting):
        takes = select(Recording).join(Answer).where(Answer.sitting_id == sitting.id)
        assert [take.state for take in session.scalars(takes)] == [RecordingState.RETAKE] * 2


def test_a_retake_that_proves_needless_is_withdrawn_and_the_page_is_told(begun, rows):
    begun.does("1/filmpje", "1/voorbereiden", "1/opnemen", "1/klaar")
    with rows() as (session, sitting):
        latest_take(session, sitting.answers[0]).refuse([{"kind": "no_sound"}], {}, datetime.now(UTC))
    assert begun.does("plaats", "1/filmpje", "1/voorbereiden")["situation"]["number"] == 1
    with rows() as (session, sitting):
        cast.store(session, latest_take(session, sitting.answers[0]), datetime.now(UTC))
    answer = begun.post("1/opnemen")
    refused(answer, "retake_withdrawn")
    assert "blijkt toch goed te zijn" in answer.json["error"]
    step = begun.does("plaats")
    assert (step["situation"]["number"], step["answers"][0]["state"]) == (2, "safe")


# The window.


def test_before_the_window_one_may_read_but_not_begin(browser, rows):
    with rows() as (_, sitting):
        sitting.opens_at = datetime.now(UTC) + timedelta(hours=1)
    page = browser.get().text
    assert "Uw examen is open vanaf" in page and "agreed" not in page
    assert browser.agree().status_code == 409
    refused(browser.post("plaats"), "window_not_open")


def test_after_the_window_nobody_begins(browser, rows):
    browser.agree()
    browser.does("plaats", "controle")
    _close(rows)
    assert "Uw examen is gesloten" in browser.get().text
    for path in POSTS:
        refused(browser.post(path), "window_closed")


def test_who_was_answering_may_finish_after_the_window(begun, rows):
    _close(rows)
    assert 'data-screen="situation"' in begun.get().text
    assert begun.does("plaats", "1/filmpje")["step"] == "clip"


def _close(rows) -> None:
    with rows() as (_, sitting):
        sitting.opens_at -= timedelta(days=30)
        sitting.closes_at = datetime.now(UTC) - timedelta(minutes=1)


# Break and end.


def _answer(begun: Browser, rows, numbers, stored: bool = True) -> dict:
    for number in numbers:
        step = begun.does(*(f"{number}/{path}" for path in ("filmpje", "voorbereiden", "opnemen", "klaar")))
        if stored:
            with rows() as (session, sitting):
                cast.store(session, latest_take(session, sitting.answers[number - 1]), datetime.now(UTC))
    return step


def test_the_break_is_offered_once_after_the_fifth(begun, rows):
    refused(begun.post("pauze"), "other_step")
    assert not _answer(begun, rows, range(1, 5))["break"]["offered"]
    assert _answer(begun, rows, [5])["break"]["offered"]
    step = begun.does("pauze")
    assert (step["step"], step["situation"], round(step["break"]["left_s"])) == ("break", None, 600)
    refused(begun.post("pauze"), "other_step")
    step = begun.does("plaats", "verder", "verder")
    assert (step["step"], step["situation"]["number"], step["break"]["offered"]) == ("clip", 6, False)


def test_the_end_waits_for_every_answer_and_gives_a_receipt(begun, rows):
    _answer(begun, rows, range(1, 10))
    refused(begun.post("afronden"), "not_all_safe")
    step = _answer(begun, rows, [10], stored=False)
    assert (step["step"], step["situation"]) == ("saving", None)
    assert [answer["state"] for answer in step["answers"]] == ["safe"] * 9 + ["underway"]
    refused(begun.post("afronden"), "not_all_safe")
    with rows() as (session, sitting):
        cast.store(session, latest_take(session, sitting.answers[9]), datetime.now(UTC))
    assert begun.does("plaats", "afronden", "afronden")["step"] == "receipt"
    page = begun.get().text
    with rows() as (session, sitting):
        hashes = [latest_take(session, answer).sha256 for answer in sitting.answers]
        job = session.scalars(select(Job.id).where(Job.kind == RECEIPT)).one()
    perform(job, worker.send_receipt)
    with rows() as (session, sitting):
        (mail,) = session.scalars(select(MailMessage).where(MailMessage.template == "receipt"))
    assert len(set(hashes)) == 10 and all(digest in page for digest in hashes)
    assert page.count("40 seconden") == 10 and "wordt berekend" not in page
    assert all(digest in mail.text for digest in hashes) and mail.text.count("40 seconden") == 10
    assert mail.subject == "Uw ontvangstbewijs van Branchecertificaat B"
    for path in ("1/filmpje", "10/opnemen", "10/klaar"):
        refused(begun.post(path), "other_step")


def test_the_receipt_says_what_is_not_known_yet(begun, rows):
    _answer(begun, rows, range(1, 11))
    begun.does("afronden")
    with rows() as (session, sitting):
        latest_take(session, sitting.answers[3]).seconds = None
    page = begun.get().text
    assert page.count(">wordt berekend<") == 1 and "data-pending" in page


def test_a_page_that_is_kept_by_the_browser_is_asked_anew(begun):
    assert "no-store" in begun.get().headers["Cache-Control"]


def test_what_is_met_is_drawn_at_the_beginning_and_another_clip_stays_shut(app, session, people, now):
    pack = cast.pack(session, now, with_parallels(*range(1, 11)))
    sitting = cast.sitting(session, people, now - timedelta(minutes=1), pack_row=pack)
    cast.node(session, now)
    session.commit()
    browser = Browser(app, people.candidate)
    browser.agree()
    situation = browser.does("plaats", "controle", "beginnen")["situation"]
    session.expire_all()
    answer = sitting.answers[0]
    other = sitting.pack.clip(1, 1 - answer.parallel)
    titles = {one.title for one in pack.content.slot(1)}
    drawn, shut = answer.scenario.title, f"/media/clip/{other.id}"
    events = session.scalars(select(AuditEvent.verb).where(AuditEvent.subject == sitting.id)).all()
    session.commit()
    assert situation["title"] == drawn in titles and events.count("scenarios_drawn") == 1
    assert browser.client.get(situation["clip"]["url"]).status_code == 200
    assert browser.client.get(shut).status_code == 404


def test_an_exam_with_a_situation_that_leaked_does_not_begin_and_says_so(app, session, people, invited, now):
    pack = invited.pack
    drawing.retire(session, pack, pack.content.scenario(4), "Staat op internet.", people.officer, now)
    session.commit()
    browser = Browser(app, people.candidate)
    browser.agree()
    browser.does("plaats", "controle")
    refused(browser.post("beginnen"), "slot_without_scenario")
    with database.new_session() as own:
        assert own.get(Sitting, invited.id).stage is Stage.CHECKED
