"""The online test over HTTP: code, beginning, answers, handing in, release, and Safe Exam Browser."""

import plistlib
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from support import cast, items_to_see

from scenarios.theory.safe_exam_browser import CONFIG_KEY_HEADER, request_hash, seb_json
from storage.base.config import config
from storage.dossier import qualifications
from storage.people.outbox import MailMessage
from storage.planning.theory_tests import TheoryState, TheoryTest
from storage.schemes import add_scheme
from storage.theory.sittings import TheoryAnswer, TheorySitting, TheoryStage

HOME, DAY = "/online-toets", "/organisatie/online-toets/vandaag"
SEAT = "a" * 32


@pytest.fixture
def now():
    return datetime.now(UTC)


@pytest.fixture
def ready(app, session, people, now):
    """A test of this moment for the candidate, a scheme and a bank."""
    cast.scheme_of_a(session, now)
    items_to_see.bank(session, (people.officer, people.second_officer), now)
    hall = cast.location(session, people)
    session.flush()
    made = items_to_see.today(session, people.candidate, hall, people.beheerder, now)
    session.commit()
    return made


@pytest.fixture
def opened(ready, session, people, visit):
    """The supervisor opened it, and the candidate began."""
    visit(people.beheerder).post(f"{DAY}/{ready.id}/openen")
    candidate = visit(people.candidate)
    assert candidate.post(f"{HOME}/beginnen", data={"seat": SEAT}).status_code == 302
    return candidate


def send(visitor, path, facts, seat=SEAT):
    headers = {"X-CSRFToken": visitor.token, "X-Seat": seat, "Accept": "application/json"}
    return visitor.client.post(f"{HOME}{path}", json=facts, headers=headers)


def sitting(session):
    session.expire_all()
    found = session.scalars(select(TheorySitting)).one()
    assert found.answers
    session.commit()
    return found


def keys(session):
    """The right response on each item of the sitting, by number."""
    rows = session.scalars(select(TheoryAnswer).order_by(TheoryAnswer.number)).all()
    found = {one.number: list(one.item.content.correct) for one in rows}
    session.commit()
    return found


def give(session, most):
    return [
        {"number": number, "response": right if number <= most else [], "flagged": False}
        for number, right in keys(session).items()
    ]


def test_the_code_of_the_day_opens_the_test_of_who_sits_there(ready, session, people, visit):
    candidate, boss = visit(people.candidate), visit(people.beheerder)
    page = candidate.get(HOME).text
    assert "nog niet open" in page and "Beginnen" not in page
    boss.post(f"{DAY}/code", data={"location": str(ready.location_id)})
    page = boss.get(DAY).text
    code = page.split("<code>")[1].split("</code>")[0]
    told = candidate.post(f"{HOME}/openen", data={"code": "123"})
    assert told.status_code == 302 and "Deze code klopt niet" in candidate.get(HOME).text
    candidate.post(f"{HOME}/openen", data={"code": code})
    assert "U kunt beginnen" in candidate.get(HOME).text
    assert "open</span>" in boss.get(DAY).text


def test_another_organisation_opens_nothing_here(ready, people, visit):
    other = visit(people.outsider_beheerder)
    assert people.candidate.name not in other.get(DAY).text
    for act in ("openen", "andere-computer"):
        assert other.post(f"{DAY}/{ready.id}/{act}").status_code == 404


def test_the_page_of_the_own_exam_leads_to_the_test_and_to_what_came_of_it(ready, opened, session, people, visit):
    ready.starts_at = datetime.now(UTC) - timedelta(minutes=1)
    session.commit()
    page = opened.get("/examen").text
    assert "Naar de online toets" in page and f'href="{HOME}"' in page and "nog niet aangemeld" not in page
    assert send(opened, "/inleveren", {"answers": give(session, 30)}).status_code == 200
    page = opened.get("/examen").text
    assert "Wat u inleverde, en de uitslag" in page and "nog niet aangemeld" not in page


def test_all_items_are_on_the_page_and_none_of_their_keys(opened, session):
    page = opened.get(HOME).text
    assert page.count("data-item=") == 40
    assert 'alt="Tien wachtenden"' in page or "o1" in page
    for words in ("correct", "juiste antwoord", "qti-"):
        assert words not in page


def test_answers_are_kept_scored_and_released(opened, session, people, visit):
    told = send(opened, "/antwoorden", {"answers": give(session, 30), "facts": [{"kind": "left", "ago_s": 3}]})
    assert told.status_code == 200 and 2600 < told.json["left_s"] <= 2700
    assert send(opened, "/inleveren", {}).json == {"url": HOME}
    receipt = opened.get(HOME).text
    assert "U hebt de toets behaald" in receipt and "30 van de 40 punten" in receipt
    office = visit(people.officer)
    test_id = sitting(session).test_id
    page = office.get(f"/bureau/online-toetsen/{test_id}").text
    assert "naar een ander venster" in page and "Uitslag bewaren" not in page
    assert office.post(f"/bureau/online-toetsen/{test_id}", data={"result": "not_passed"}).status_code == 409
    assert office.post(f"/bureau/online-toetsen/{test_id}/vrijgeven").status_code == 302
    assert office.post(f"/bureau/online-toetsen/{test_id}/vrijgeven").status_code == 409
    session.expire_all()
    assert session.get(TheoryTest, test_id).state is TheoryState.PASSED
    assert [one.key for one in qualifications.held(session, [people.candidate.id])] == ["theory_test_a"]
    mails = session.scalars(select(MailMessage).where(MailMessage.template == "theory_result")).all()
    assert len(mails) == 1 and "behaald" not in mails[0].text
    session.commit()


def test_where_the_scheme_says_so_the_result_comes_after_release(ready, session, people, visit, now):
    data = (cast.CONTENT.parent / "praktijktoets_a" / "scheme.toml").read_bytes()
    add_scheme(session, data.replace(b"result_at_once = true", b"result_at_once = false"), now)
    session.commit()
    visit(people.beheerder).post(f"{DAY}/{ready.id}/openen")
    candidate = visit(people.candidate)
    candidate.post(f"{HOME}/beginnen", data={"seat": SEAT})
    send(candidate, "/antwoorden", {"answers": give(session, 10)})
    send(candidate, "/inleveren", {})
    assert "De uitslag volgt" in candidate.get(HOME).text and "van de 40 punten" not in candidate.get(HOME).text
    visit(people.officer).post(f"/bureau/online-toetsen/{ready.id}/vrijgeven")
    assert "U hebt de toets niet behaald" in candidate.get(HOME).text


def test_another_browser_waits_for_the_supervisor(opened, session, people, visit):
    other = "b" * 32
    told = send(opened, "/plaats", {}, other)
    assert told.status_code == 409 and told.json["rule"] == "theory_elsewhere"
    assert send(opened, "/antwoorden", {"answers": give(session, 1)}, other).status_code == 409
    boss = visit(people.beheerder)
    boss.post(f"{DAY}/{sitting(session).test_id}/andere-computer")
    assert send(opened, "/plaats", {}, other).status_code == 200
    assert send(opened, "/antwoorden", {"answers": give(session, 1)}).status_code == 409


def test_time_is_the_servers(opened, session):
    row = sitting(session)
    row.started_at -= timedelta(minutes=51)
    row.ends_at -= timedelta(minutes=51)
    session.commit()
    told = send(opened, "/antwoorden", {"answers": give(session, 40)})
    assert told.status_code == 409 and told.json["rule"] == "theory_time_over"
    assert "De tijd is om" in opened.get(HOME).text
    assert send(opened, "/inleveren", {}).status_code == 200
    row = sitting(session)
    assert (row.by_clock, row.passed, row.outcome["answered"]) == (True, False, 0)


@pytest.mark.parametrize(
    "facts, status",
    [
        ({"answers": [{"number": 1, "response": ["x"], "flagged": False}]}, 400),
        ({"answers": [{"number": 99, "response": [], "flagged": False}]}, 400),
        ({"answers": [{"number": "1", "response": [], "flagged": False}]}, 400),
        ({"answers": [{"number": 1, "response": "x", "flagged": False}]}, 400),
        ({"answers": [{"number": 1, "response": [1], "flagged": False}]}, 400),
        ({"answers": {}}, 400),
        ({"facts": [{"kind": "late", "ago_s": 1}]}, 400),
        ({"facts": [{"kind": "left", "ago_s": -1}]}, 400),
        ({"facts": [{"kind": "left", "ago_s": 1}] * 201}, 400),
        ([], 400),
        ({"answers": [{"number": 1, "response": ["x" * 400] * 199, "flagged": False}] * 3}, 413),
        ({}, 200),
    ],
)
def test_what_no_page_sends_changes_nothing(opened, session, facts, status):
    assert send(opened, "/antwoorden", facts).status_code == status
    session.expire_all()
    assert not session.scalars(select(TheoryAnswer).where(TheoryAnswer.saved_at.is_not(None))).all()
    session.commit()


@pytest.mark.parametrize("seat", ["", "kort", "x" * 65, "é" * 20])
def test_a_seat_is_a_name_of_the_page(opened, seat):
    assert send(opened, "/plaats", {}, seat.encode().decode("latin-1")).status_code == 400


def test_extra_time_is_granted_until_the_candidate_begins(ready, session, people, visit):
    office, where = visit(people.officer), f"/bureau/online-toetsen/{ready.id}/extra-tijd"
    assert office.post(where, data={"extra_time": "9"}).status_code == 422
    assert office.post(where, data={"extra_time": "3/2"}).status_code == 302
    visit(people.beheerder).post(f"{DAY}/{ready.id}/openen")
    candidate = visit(people.candidate)
    assert "U krijgt extra tijd" in candidate.get(HOME).text
    candidate.post(f"{HOME}/beginnen", data={"seat": SEAT})
    row = sitting(session)
    assert row.ends_at - row.started_at == timedelta(minutes=67.5)
    assert office.post(where, data={"extra_time": "1"}).status_code == 409


@pytest.fixture
def secured(environment, ready, session, now):
    """The same under a scheme that asks for Safe Exam Browser, at an address with https."""
    data = (cast.CONTENT.parent / "praktijktoets_a" / "scheme.toml").read_bytes()
    add_scheme(session, data.replace(b"safe_exam_browser = false", b"safe_exam_browser = true"), now)
    session.commit()
    return ready


@pytest.fixture
def https(app, monkeypatch):
    """The origin as in production."""
    from dataclasses import replace

    monkeypatch.setitem(app.config, "SETTINGS", replace(config(), origin="https://vignet.example"))


@pytest.mark.usefixtures("https")
def test_safe_exam_browser_is_asked_for_and_known_by_its_keys(secured, people, visit):
    candidate = visit(people.candidate)
    page = candidate.get(HOME).text
    assert "Safe Exam Browser" in page and "nog niet open" not in page
    file = candidate.get(f"{HOME}/instellingen.seb")
    assert file.mimetype == "application/seb"
    settings = plistlib.loads(file.data)
    assert settings["startURL"] == "https://vignet.example/online-toets"
    from hashlib import sha256

    key = sha256(seb_json(settings).encode()).hexdigest()
    right = {CONFIG_KEY_HEADER: request_hash("https://vignet.example/online-toets", key)}
    assert "nog niet open" in candidate.client.get(HOME, headers=right).text
    wrong = {CONFIG_KEY_HEADER: "0" * 64}
    assert "met andere instellingen" in candidate.client.get(HOME, headers=wrong).text
    assert "Safe Exam Browser" in candidate.get(HOME).text  # a header holds for its own page
    facts = {"path": "/online-toets", "config_key": right[CONFIG_KEY_HEADER], "exam_key": ""}
    assert send(candidate, "/browser", facts | {"config_key": "1" * 64}).json == {"right": False}
    assert send(candidate, "/browser", facts).json == {"right": True}
    assert "nog niet open" in candidate.get(HOME).text
    assert "Safe Exam Browser" in visit(people.candidate).get(HOME).text  # another browser proves it anew


@pytest.mark.usefixtures("https")
def test_nobody_begins_outside_of_safe_exam_browser(secured, session, people, visit):
    visit(people.beheerder).post(f"{DAY}/{secured.id}/openen")
    candidate = visit(people.candidate)
    assert candidate.post(f"{HOME}/beginnen", data={"seat": SEAT}).location.endswith(HOME)
    assert sitting(session).stage is TheoryStage.OPEN


def test_the_old_road_stays(session, people, visit, now):
    """Without a scheme that has a blueprint KSF enters the result."""
    hall = cast.location(session, people)
    session.flush()
    test = items_to_see.today(session, people.candidate, hall, people.beheerder, now)
    session.commit()
    assert visit(people.beheerder).post(f"{DAY}/{test.id}/openen").status_code == 409
    office = visit(people.officer)
    assert office.post(f"/bureau/online-toetsen/{test.id}", data={"result": "passed"}).status_code == 302


def test_the_lists_say_that_a_test_goes_on_and_wait_for_a_result_when_it_is_over(opened, session, people, visit):
    boss, office = visit(people.beheerder), visit(people.officer)
    lists = ((boss, "/organisatie/online-toets"), (office, "/bureau/online-toetsen"))
    for who, where in lists:
        seen = who.get(where).text
        assert "bezig</span>" in seen and "wacht op de uitslag</span>" not in seen
    send(opened, "/inleveren", {})
    for who, where in lists:
        seen = who.get(where).text
        assert "wacht op de uitslag</span>" in seen and "bezig</span>" not in seen
