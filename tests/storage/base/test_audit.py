"""The audit log: chained, so that a change afterwards is found, and never in the way of who writes."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from support import cast

from storage.base import audit
from storage.base.audit import AuditEvent
from storage.base.database import new_session, session_scope

KEY = b"k" * 32


@pytest.fixture
def sealed(session, people):
    """Twenty sealed rows, ids in the order of their numbers."""
    for number in range(20):
        at = cast.NOW + timedelta(seconds=number)
        audit.record(session, at, people.officer.id, "looked", people.candidate, number=number, what="één ding")
    session.commit()
    assert audit.seal(session, KEY) == 20
    session.commit()
    rows = session.scalars(select(AuditEvent).order_by(AuditEvent.number)).all()
    assert [row.facts["number"] for row in rows] == list(range(20))
    assert [row.number for row in rows] == list(range(1, 21))
    session.expunge_all()
    return [row.id for row in rows]


def test_an_untouched_log_is_whole(session, sealed):
    assert audit.first_broken(session) is None


def test_sealing_again_changes_nothing_and_goes_on_where_it_was(session, sealed, people):
    before = session.scalars(select(AuditEvent.hash).order_by(AuditEvent.number)).all()
    assert audit.seal(session, KEY) == 0
    # Written late, of an earlier moment: the numbers tell the order of sealing.
    audit.record(session, cast.NOW - timedelta(days=1), None, "came_late", people.candidate)
    assert audit.seal(session, KEY) == 1
    session.commit()
    assert session.scalars(select(AuditEvent.hash).order_by(AuditEvent.number)).all()[:20] == before
    assert audit.first_broken(session) is None


@pytest.mark.parametrize(
    "values",
    [
        {"facts": {"number": 7, "what": "een ander ding"}},
        {"verb": "approved"},
        {"actor": None},
        {"actor": uuid.uuid4()},
        {"subject": uuid.uuid4()},
        {"subject_kind": "dossier"},
        {"at": cast.NOW},
        {"hash": "0" * 64},
    ],
    ids=lambda values: next(iter(values)),
)
def test_a_changed_row_is_found_by_its_number(session, sealed, values):
    session.execute(update(AuditEvent).where(AuditEvent.id == sealed[7]).values(**values))
    session.commit()
    assert audit.first_broken(session) == 8


def test_a_removed_row_is_found(session, sealed):
    session.execute(delete(AuditEvent).where(AuditEvent.id == sealed[7]))
    session.commit()
    assert audit.first_broken(session) == 8


def test_two_swapped_rows_are_found(session, sealed):
    for row, number in ((sealed[7], 100), (sealed[8], 8), (sealed[7], 9)):
        session.execute(update(AuditEvent).where(AuditEvent.id == row).values(number=number))
    session.commit()
    assert audit.first_broken(session) == 8


def test_a_row_slipped_in_with_a_fitting_hash_is_found(session, sealed):
    """Whoever makes a link must make all links after it: the next row still holds the hash of the old one."""
    row = session.get(AuditEvent, sealed[7])
    previous = session.get(AuditEvent, sealed[6]).hash
    row.verb = "approved"
    row.hash = row.digest(previous)
    session.commit()
    assert audit.first_broken(session) == 9


def test_a_stretch_made_anew_is_found_with_the_key_alone(session, sealed):
    rows = session.scalars(select(AuditEvent).order_by(AuditEvent.number)).all()
    rows[7].verb = "approved"
    previous = audit.GENESIS
    for row in rows:
        row.hash = previous = row.digest(previous)
    session.commit()
    assert audit.first_broken(session) is None
    assert audit.first_broken(session, KEY) == 8


def test_a_rolled_back_change_leaves_no_row(session, people):
    audit.record(session, cast.NOW, None, "looked", people.candidate)
    session.rollback()
    assert audit.seal(session, KEY) == 0


def test_two_rows_never_have_one_number(session, people):
    for _ in range(2):
        audit.record(session, cast.NOW, None, "looked", people.candidate)
    session.flush()
    with pytest.raises(IntegrityError):
        session.execute(update(AuditEvent).values(number=1))


def test_many_writers_and_a_sealer_at_the_same_time(installation, people):
    def write(writer: int) -> None:
        for number in range(5):
            with session_scope() as session:
                audit.record(session, cast.NOW, None, "wrote", people.candidate, writer=writer, number=number)

    def seal(_) -> None:
        for _ in range(5):
            with session_scope() as session:
                audit.seal(session, KEY)

    with ThreadPoolExecutor(5) as pool:
        done = [pool.submit(write, writer) for writer in range(4)] + [pool.submit(seal, 0)]
        for each in done:
            each.result()
    with session_scope() as session:
        audit.seal(session, KEY)
    with new_session() as session:
        assert audit.first_broken(session) is None
        assert session.scalars(select(AuditEvent.number).order_by(AuditEvent.number)).all() == list(range(1, 21))
