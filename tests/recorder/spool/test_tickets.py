"""A ticket opens one recording for as long as its row is open, and nothing else."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session
from support import cast

from recorder.spool import tickets
from storage.base.database import session_scope
from storage.exam.recordings import Recording, RecordingState, begin_take

SECOND = timedelta(seconds=1)


@pytest.fixture
def take(session: Session, people: cast.Cast) -> tuple[uuid.UUID, str]:
    answer = cast.begin(cast.sitting(session, people)).answers[0]
    answer.play(cast.NOW)
    answer.prepare(cast.NOW)
    recording, ticket = begin_take(session, answer, cast.node(session), cast.NOW)
    session.commit()
    return recording.id, ticket


def test_the_right_ticket_opens_its_recording_until_the_end(take: tuple[uuid.UUID, str]) -> None:
    recording, secret = take
    ticket = tickets.find(str(recording), secret, cast.NOW)
    assert ticket.recording == recording and ticket.open and ticket.ends_at > cast.NOW
    assert tickets.find(str(recording), secret, ticket.ends_at - SECOND).open
    assert not tickets.find(str(recording), secret, ticket.ends_at).open


def test_any_other_ticket_or_recording_is_not_there(take: tuple[uuid.UUID, str]) -> None:
    recording, secret = take
    assert tickets.find(str(recording), secret + "x", cast.NOW) is None
    assert tickets.find(str(recording), "", cast.NOW) is None
    assert tickets.find(str(uuid.uuid4()), secret, cast.NOW) is None
    assert tickets.find("../..", secret, cast.NOW) is None


def test_the_row_learns_what_came_and_that_nothing_more_will(take: tuple[uuid.UUID, str]) -> None:
    recording, secret = take
    tickets.mark_receiving(recording, cast.NOW)
    tickets.mark_receiving(recording, cast.NOW)
    assert tickets.closed_among({recording, uuid.uuid4()}) == set() == tickets.closed_among(set())
    tickets.close(recording, cast.NOW + SECOND)
    tickets.close(recording, cast.NOW + 2 * SECOND)
    assert tickets.closed_among({recording}) == {recording}
    assert not tickets.find(str(recording), secret, cast.NOW).open
    with session_scope(writes=False) as session:
        row = session.get(Recording, recording)
        assert (row.state, row.closed_at) == (RecordingState.RECEIVING, cast.NOW + SECOND)
