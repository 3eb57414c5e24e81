"""A database that is busy: who asks is told to ask again, and nobody waits for somebody else's line."""

import io
import logging
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from support import cast

from scenarios.sitting import Stage
from storage.base import database
from storage.exam.sittings import Sitting
from webapp import app as web

pytestmark = pytest.mark.one_database
CONSENT = "/examen/toestemming"


@pytest.fixture
def invited(session, people) -> Sitting:
    row = cast.sitting(session, people, datetime.now(UTC) - timedelta(minutes=1))
    session.commit()
    return row


@pytest.fixture
def candidate(visit, people, invited):
    return visit(people.candidate)


def writes_now() -> bool:
    """True when somebody else could write at this very moment."""
    with database.new_session(patience_s=0) as other:
        try:
            other.execute(text("SELECT 1"))
        except OperationalError:
            return False
    return True


def test_a_busy_database_is_no_error_but_a_request_to_ask_again(candidate, session, invited, monkeypatch):
    monkeypatch.setattr(web, "PATIENCE_S", 0)
    with database.session_scope() as other:
        other.execute(text("SELECT 1"))
        page = candidate.post(CONSENT, {"agreed": "y"})
        told = candidate.post(CONSENT, {"agreed": "y"}, headers={"Accept": "application/json"})
    assert [(one.status_code, one.headers["Retry-After"]) for one in (page, told)] == [(503, "2")] * 2
    assert "Dit lukt nu even niet" in page.text
    assert "is veilig" in told.json["error"]
    session.refresh(invited)
    assert invited.stage is Stage.INVITED
    session.commit()
    assert candidate.post(CONSENT, {"agreed": "y"}).location == "/examen"
    session.refresh(invited)
    assert invited.stage is Stage.CONSENTED


def test_what_asking_again_cannot_mend_is_an_error_that_tells_no_value(candidate, session, caplog):
    session.execute(text("ALTER TABLE sitting RENAME TO elsewhere"))
    session.commit()
    with caplog.at_level(logging.WARNING):
        answer = candidate.post(CONSENT, {"agreed": "y"})
    assert (answer.status_code, "Retry-After" in answer.headers) == (500, False)
    assert "no such table" in caplog.text
    assert "parameters hidden" in caplog.text


class Line(io.BytesIO):
    """A body that is on its way, and whether others could write while it was."""

    others: bool | None = None

    def readinto(self, buffer) -> int:
        self.others = writes_now()
        return super().readinto(buffer)


@pytest.mark.parametrize(
    ("path", "content_type", "status"),
    [
        (CONSENT, "application/x-www-form-urlencoded", 302),
        ("/examen/lijn", "application/octet-stream", 204),
        ("/examen/plaats", "application/json", 200),
    ],
)
def test_nobody_waits_for_bytes_that_are_still_on_their_way(candidate, path, content_type, status):
    form = urlencode({"csrf_token": candidate.token, "agreed": "y"}).encode()
    body = Line(b"{}" if content_type == "application/json" else form)
    answer = candidate.client.post(
        path,
        input_stream=body,
        content_length=len(body.getvalue()),
        content_type=content_type,
        headers={"X-CSRFToken": candidate.token, "X-Seat": "a" * 32, "Accept": "application/json"},
    )
    assert (answer.status_code, body.others) == (status, True)
