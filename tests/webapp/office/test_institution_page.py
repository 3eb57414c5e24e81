"""The institution on its page and everywhere: who may change it, what is refused, where people read it."""

import io
import re
import struct
import zlib
from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from support import cast
from support.visitors import text_of

from storage.base.audit import AuditEvent
from storage.people import institution, institution_logo, outbox
from storage.people.logins import LogIn
from webapp.mail import deliver

PAGE = "/bureau/instelling"
CONTACT = (
    "Bel 030 123 45 67 (maandag tot en met vrijdag, 9.00 tot 17.00 uur) of mail naar bureau@proefinstituut.example."
)


def png(width=40, height=20) -> bytes:
    """A white picture."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    rows = (b"\0" + b"\xff" * width * 3) * height
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


@pytest.fixture
def set_up(session):
    institution.keep(session, cast.institution_values(), None, cast.NOW)
    session.commit()


def test_an_officer_changes_it_and_the_log_says_which_fields(visit, people, session):
    officer = visit(people.officer)
    assert text_of(officer.get(PAGE).text).startswith("Bureau Instelling")
    assert officer.post(PAGE, cast.institution_values()).status_code == 302
    assert officer.post(PAGE, cast.institution_values() | {"telephone": "088 000 11 22"}).status_code == 302
    session.expire_all()
    assert institution.of(session).telephone == "088 000 11 22"
    events = session.scalars(select(AuditEvent).where(AuditEvent.verb == "institution_kept")).all()
    assert sorted(len(one.facts["fields"]) for one in events)[0] == 1
    assert {one.actor for one in events} == {people.officer.id}
    assert "088" not in str([one.facts for one in events])


def test_all_that_is_wrong_stands_beside_its_field_and_nothing_is_kept(visit, people, session, set_up):
    wrong = cast.institution_values() | {"iban": "NL00BANK0", "colour": "#ffcc00", "name": "", "kvk_number": "abc"}
    answer = visit(people.officer).post(PAGE, wrong)
    assert answer.status_code == 422
    for told in (
        "IBAN: Deze IBAN klopt niet",
        "op wit is het contrast 1,5:1, en nodig is 4,5:1",
        "Naam van de instelling: Vul dit in.",
        "KvK-nummer: Een KvK-nummer heeft acht cijfers.",
    ):
        assert told in text_of(answer.text), told
    assert 'value="NL00BANK0"' in answer.text, "what was typed stays"
    session.expire_all()
    assert institution.of(session).values == cast.institution_values()


def test_a_password_of_a_while_ago_is_asked_for_again(visit, people, session, set_up):
    officer = visit(people.officer)
    for log_in in session.scalars(select(LogIn)):
        log_in.confirmed_at = cast.NOW
    session.commit()
    answer = officer.post(PAGE, cast.institution_values() | {"telephone": "088 000 11 22"})
    assert "/account/bevestigen" in answer.location
    session.expire_all()
    assert institution.of(session).telephone == "030 123 45 67"


def test_where_to_ask_stands_on_every_page_on_errors_and_in_mail(visit, people, session, set_up, tmp_path):
    stranger, officer = visit(), visit(people.officer)
    for page in (stranger.get("/inloggen"), stranger.get("/weg"), officer.get("/bureau")):
        assert CONTACT in re.sub(r"\s+", " ", page.text), page.request.path
    now = datetime.now(UTC)
    message = outbox.add(session, people.candidate, "x", "Onderwerp", "Beste Kim,\n\nDag.\n\nKSF\n", now)
    session.flush()
    email = deliver._as_email(message, now)
    assert email["From"] == "Bureau Proefinstituut <bureau@proefinstituut.example>"
    assert email.get_body(("plain",)).get_content().endswith(f"KSF\n\n{CONTACT}\n")


def test_before_it_is_set_up_no_page_says_half_of_it(visit, people):
    page = visit(people.officer).get("/bureau").text
    assert "Hulp nodig?" not in page
    assert "kleur.css" not in page


def test_in_the_exam_help_is_one_press_away(visit, people, session, set_up):
    now = datetime.now(UTC)
    row = cast.sitting(session, people, now)
    row.consent("1", now)
    session.commit()
    page = visit(people.candidate).get("/examen").text
    assert re.search(r"<summary>.*Hulp</summary>", page)
    assert CONTACT in page


def test_the_colour_is_served_to_everybody(visit, set_up):
    answer = visit().get("/instelling/kleur.css")
    assert (answer.text, answer.content_type) == (":root { --institution: #0d5c59; }\n", "text/css; charset=utf-8")


def test_a_logo_is_kept_shown_to_everybody_and_taken_away(visit, people, session, set_up, object_store):
    officer, stranger = visit(people.officer), visit()
    assert stranger.get("/instelling/logo").status_code == 204
    data = {"csrf_token": officer.token, "logo": (io.BytesIO(png()), "logo.png")}
    answer = officer.client.post(f"{PAGE}/logo", data=data, content_type="multipart/form-data")
    assert answer.status_code == 302
    shown = stranger.get("/instelling/logo")
    assert (shown.data, shown.content_type) == (png(), "image/png")
    assert 'class="institution-logo"' in stranger.get("/inloggen").text
    officer.post(f"{PAGE}/logo/weg")
    assert stranger.get("/instelling/logo").status_code == 204


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "Kies eerst een bestand"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "geen PNG en geen JPEG"),
        (png()[:-20], "beschadigd"),
        (png()[:50] + b"x" + png()[51:], "beschadigd"),
        (png(2001, 1), "te veel beeldpunten"),
        (png() + b"\0" * institution_logo.LARGEST, "te groot"),
        (b"\xff\xd8\xff\xe0\x00\x00" + b"\xff\xd9", "geen PNG en geen JPEG"),
    ],
)
def test_what_is_no_logo_is_refused_with_the_reason(visit, people, set_up, data, told):
    officer = visit(people.officer)
    form = {"csrf_token": officer.token, "logo": (io.BytesIO(data), "logo.png")}
    answer = officer.client.post(f"{PAGE}/logo", data=form, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert told in text_of(answer.text)


def test_the_size_of_a_jpeg_is_read():
    # SOI, an empty comment, a frame of 30 lines by 60, EOI.
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 8, 8, 30, 60, 0)
    data = b"\xff\xd8\xff\xfe\x00\x02" + frame + b"\xff\xd9"
    assert institution_logo.kind_of(data) == "jpg"
    assert institution_logo._jpeg_size(data) == (60, 30)


def test_the_steps_to_the_first_exam_are_told_until_all_are_done(visit, people, session, set_up):
    officer = visit(people.officer)
    page = text_of(officer.get(PAGE).text)
    assert "Tot het eerste examen" in page
    assert "schemes add" in page
    cast.pack(session, datetime.now(UTC))
    cast.dossier(session, people, datetime.now(UTC))
    session.commit()
    assert "Tot het eerste examen" not in text_of(officer.get(PAGE).text)
