"""From the spool to the object store: nothing local goes before what left is confirmed and the row says so."""

import asyncio
import hashlib
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from support import cast

from recorder.spool import packet_file, upload
from recorder.spool.spool import Spool
from storage.base.backoff import Backoff
from storage.base.database import session_scope
from storage.base.jobs import Job
from storage.base.keys import decrypt_file, key_store
from storage.base.objects import ObjectError, ObjectStore
from storage.exam.recordings import FINISH, Recording, RecordingState

LATER = cast.NOW + timedelta(minutes=3)
AUDIO = (packet_file.Track("audio", "opus", 111, 48000),)


@pytest.fixture
def recording(session: Session, people: cast.Cast) -> uuid.UUID:
    """A take that the recorder received and whose end the page has told."""
    sitting = cast.begin(cast.sitting(session, people))
    row = cast.record(session, sitting.answers[0], stored=False)
    row.receive(LATER)
    session.commit()
    return row.id


@pytest.fixture
def spool(installation, tmp_path: Path) -> Spool:
    return Spool(tmp_path / "spool")


def fill(spool: Spool, recording: uuid.UUID, content: bytes = b"packet") -> bytes:
    writer = spool.begin(recording, AUDIO)
    for number in range(100):
        writer.append(packet_file.Kind.AUDIO, number, content * 10)
    writer.close()
    return writer.path.read_bytes()


def state_of(recording: uuid.UUID) -> tuple[RecordingState, dict[str, str], int]:
    """The row's state, the hash of each original, and how many finish jobs there are."""
    with session_scope(writes=False) as session:
        row = session.get(Recording, recording)
        jobs = session.scalars(select(Job).where(Job.kind == FINISH, Job.subject == recording)).all()
        return row.state, {original.name: original.sha256 for original in row.originals}, len(jobs)


def shipper(spool: Spool, store: Callable[[], ObjectStore]) -> upload.Shipper:
    return upload.Shipper(spool, store, key_store)


def test_every_session_becomes_an_original(
    object_store: ObjectStore, recording: uuid.UUID, spool: Spool, people: cast.Cast, tmp_path: Path
) -> None:
    contents = {f"whip-{k}": fill(spool, recording, b"%d" % k) for k in (1, 2)}
    shipper(spool, lambda: object_store).ship_now(recording, LATER)

    state, originals, jobs = state_of(recording)
    assert (state, jobs) == (RecordingState.CAPTURED, 1)
    assert originals == {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    key = key_store().get(recording)
    for name, content in contents.items():
        sealed, plain = tmp_path / "sealed", tmp_path / "plain"
        mark = hashlib.sha256(content).hexdigest()[:16]
        (stored,) = object_store.keys(f"recordings/{recording}/{name}-{mark}")
        object_store.get_file(stored, sealed)
        assert content not in sealed.read_bytes()
        decrypt_file(sealed, plain, key)
        assert plain.read_bytes() == content
    assert spool.recordings() == []


def test_two_recorders_that_ship_the_same_at_the_same_moment_do_not_write_over_each_other(
    object_store: ObjectStore, recording: uuid.UUID, spool: Spool, people: cast.Cast, tmp_path: Path
) -> None:
    """One has put its file and not yet told the row when the other ships the very same bytes, sealed otherwise."""
    content = fill(spool, recording)
    other = Spool(tmp_path / "other")
    other.folder(recording).mkdir(parents=True)
    (other.folder(recording) / "whip-1.rtp").write_bytes(content)
    first, second = (
        upload.Shipper(one, lambda: object_store, key_store, name) for one, name in ((spool, "a"), (other, "b"))
    )
    put = first._put

    def slow(*what: object) -> object:
        stored = put(*what)
        second.ship_now(recording, LATER)
        return stored

    first._put = slow
    with pytest.raises(IntegrityError):
        first.ship_now(recording, LATER)
    first._put = put
    first.ship_now(recording, LATER)
    assert state_of(recording)[:2] == (RecordingState.CAPTURED, {"whip-1": hashlib.sha256(content).hexdigest()})
    with session_scope(writes=False) as session:
        (original,) = session.get(Recording, recording).originals
        sealed = tmp_path / "sealed"
        object_store.get_file(original.key, sealed)
        assert hashlib.sha256(sealed.read_bytes()).hexdigest() == original.cipher_sha256
    assert spool.recordings() == other.recordings() == []


class Unsure:
    """The real store, which loses its answer after keeping what it was given."""

    def __init__(self, store: ObjectStore) -> None:
        self._store, self.failures = store, 0

    def put_file(self, key: str, path: Path) -> None:
        self._store.put_file(key, path)
        self.failures += 1
        raise ObjectError("the line went dead")


def test_what_is_not_confirmed_stays(object_store: ObjectStore, recording: uuid.UUID, spool: Spool) -> None:
    content = fill(spool, recording)
    with pytest.raises(ObjectError):
        shipper(spool, lambda: Unsure(object_store)).ship_now(recording, LATER)
    assert spool.sessions(recording)[0].read_bytes() == content
    assert state_of(recording)[0] is RecordingState.RECEIVING
    shipper(spool, lambda: object_store).ship_now(recording, LATER)
    assert state_of(recording)[0] is RecordingState.CAPTURED
    assert spool.recordings() == []


def test_a_crash_between_the_row_and_the_deletion_ships_nothing_twice(
    object_store: ObjectStore, recording: uuid.UUID, spool: Spool
) -> None:
    content = fill(spool, recording)
    shipper(spool, lambda: object_store).ship_now(recording, LATER)
    folder = spool.folder(recording)
    folder.mkdir()
    (folder / "whip-1.rtp").write_bytes(content)
    (folder / "whip-1.rtp.enc").write_bytes(b"half")
    before = state_of(recording)
    shipper(spool, lambda: Unsure(object_store)).ship_now(recording, LATER)
    assert state_of(recording) == before
    assert spool.recordings() == []


def test_a_session_that_comes_later_is_added(object_store: ObjectStore, recording: uuid.UUID, spool: Spool) -> None:
    fill(spool, recording)
    shipper(spool, lambda: object_store).ship_now(recording, LATER)
    with session_scope() as session:
        session.get(Recording, recording).store(40.0, {}, LATER)
    folder = spool.folder(recording)
    folder.mkdir()
    writer = packet_file.Writer(folder / "whip-2.rtp", packet_file.Header(str(recording), 2, AUDIO), 1)
    writer.close()
    shipper(spool, lambda: object_store).ship_now(recording, LATER)
    state, originals, _ = state_of(recording)
    assert (state, sorted(originals)) == (RecordingState.CAPTURED, ["whip-1", "whip-2"])


def test_what_is_confirmed_is_never_replaced(
    object_store: ObjectStore, recording: uuid.UUID, spool: Spool, people: cast.Cast, tmp_path: Path
) -> None:
    """A recorder that lost its disk counts its sessions from one again."""
    contents = [fill(spool, recording, b"first")]
    shipper(spool, lambda: object_store).ship_now(recording, LATER)
    for number in (2, 3):
        contents.append(fill(spool, recording, b"other%d" % number))
        shipper(spool, lambda: object_store).ship_now(recording, LATER + timedelta(minutes=number))
    _, originals, _ = state_of(recording)
    names = ("whip-1", "whip-1_2", "whip-1_3")
    assert originals == {
        name: hashlib.sha256(content).hexdigest() for name, content in zip(names, contents, strict=True)
    }
    for name, content in zip(names, contents, strict=True):
        mark = hashlib.sha256(content).hexdigest()[:16]
        (stored,) = object_store.keys(f"recordings/{recording}/{name}-{mark}")
        object_store.get_file(stored, tmp_path / "sealed")
        decrypt_file(tmp_path / "sealed", tmp_path / "plain", key_store().get(recording))
        assert (tmp_path / "plain").read_bytes() == content


def test_files_that_no_row_knows_stay(object_store: ObjectStore, spool: Spool) -> None:
    stranger = uuid.uuid4()
    fill(spool, stranger)
    with pytest.raises(upload.Unclaimed):
        shipper(spool, lambda: object_store).ship_now(stranger, datetime.now(UTC))
    assert len(spool.sessions(stranger)) == 1


@pytest.mark.one_database
def test_it_is_tried_until_the_store_is_back(
    object_store: ObjectStore, recording: uuid.UUID, spool: Spool, monkeypatch
) -> None:
    monkeypatch.setattr(upload, "UPLOADS", Backoff((0.01,)))
    unsure = Unsure(object_store)
    content = fill(spool, recording)

    def store() -> ObjectStore:
        return object_store if unsure.failures == 3 else unsure

    async def scene() -> None:
        patient = shipper(spool, store)
        patient.ship(recording)
        patient.ship(recording)
        assert patient.waiting == 1
        async with asyncio.timeout(30):
            while patient.waiting:
                await asyncio.sleep(0.01)
        await patient.stop()

    asyncio.run(scene())
    assert unsure.failures == 3
    assert state_of(recording)[1] == {"whip-1": hashlib.sha256(content).hexdigest()}
    assert spool.recordings() == []


def test_a_lone_recording_is_tried_again_soon_and_many_give_the_store_room():
    assert [upload.patience_s(failed, 1) for failed in range(1, 9)] == [1, 2, 5, 10, 11, 11, 11, 11]
    assert [upload.patience_s(failed, 100) for failed in range(1, 9)] == [1, 2, 5, 10, 30, 60, 60, 60]
