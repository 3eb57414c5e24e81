"""The drill: a filled installation is backed up while somebody is at the exam, destroyed, and restored elsewhere."""

import hashlib
import os
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select
from support import cast, told_exam
from support.sender import send, sound, spool, video

from recorder.jobs.finish import finish_recording
from recorder.spool import upload
from recorder.spool.spool import Spool
from scenarios.sitting import AnswerStage
from storage.backup import made, named
from storage.base.audit import AuditEvent
from storage.base.database import engine, session_scope
from storage.base.jobs import Job, perform
from storage.base.keys import KeyGone, key_store
from storage.base.objects import object_store
from storage.exam.recordings import FINISH, Original, Recording, RecordingState, begin_take
from storage.exam.sittings import Sitting
from webapp.cli.backing_up import backup, restore
from webapp.cli.recordings import verify

BACKUP_KEY = "YmFja3VwcyBhcmUgc2VhbGVkIHVuZGVyIHRoaXMgMS4="
LATER = cast.NOW + timedelta(minutes=5)


@dataclass
class Place:
    """Where backups and the mirror of the keys lie."""

    folder: Path
    mirror: Path

    def make(self, *words: str) -> Result:
        return CliRunner().invoke(backup, ["make", str(self.folder), "--keys", str(self.mirror), *words])

    def verify(self) -> Result:
        return CliRunner().invoke(backup, ["verify", str(self.folder)])

    def restore(self, *words: str) -> Result:
        return CliRunner().invoke(restore, [str(self.folder), "--keys", str(self.mirror), *words])


@pytest.fixture
def place(environment, tmp_path) -> Place:
    environment(VIGNET_BACKUP_KEY=BACKUP_KEY)
    return Place(tmp_path / "backups", tmp_path / "mirror")


@pytest.fixture
def filled(session, people, object_store, place) -> Sitting:
    """A finished exam with films, all that rows name in the store, and somebody else in the middle of an answer."""
    pack = cast.pack(session)
    told = told_exam.told(session, people, films=3, pack=pack)
    for take in told_exam.takes_of(session, told)[3:]:
        take.erased_at = LATER
    sitting = cast.begin(cast.sitting(session, people, candidate=people.second_candidate, pack_row=pack))
    row = cast.record(session, sitting.answers[0], stored=False)
    row.receive(LATER)
    session.commit()
    fill_store()
    return sitting


def fill_store() -> None:
    """Put something where a row names an object that the cast did not make: clips, captions."""
    with engine().connect() as connection, tempfile.TemporaryDirectory() as folder:
        for key in named.objects(connection):
            if object_store().size(key) is None:
                (Path(folder, "made")).write_bytes(os.urandom(5000))
                object_store().put_file(key, Path(folder, "made"), "video/mp4")


@pytest.fixture
def elsewhere(request, environment, tmp_path) -> Iterator[Callable[[], None]]:
    """Moves to another database, empty, another bucket and another folder of keys."""
    number, made_here = uuid.uuid4().hex[:8], []

    def move() -> None:
        url = environment().database_url
        if url.startswith("sqlite"):
            other = f"sqlite:///{tmp_path / 'elsewhere' / 'vignet.sqlite'}"
        else:
            server = request.getfixturevalue("postgresql")
            with psycopg.connect(f"{server}/postgres", autocommit=True) as admin:
                admin.execute(f"CREATE DATABASE restored_{number}")
            made_here.append(server)
            other = f"{url.rpartition('/')[0]}/restored_{number}"
        folder = tmp_path / "elsewhere"
        environment(
            VIGNET_DATABASE_URL=other,
            VIGNET_S3_BUCKET=f"restored-{number}",
            VIGNET_KEYS=str(folder / "keys"),
            VIGNET_DATA=str(folder),
        )

    yield move
    for server in made_here:
        engine().dispose()
        with psycopg.connect(f"{server}/postgres", autocommit=True) as admin:
            admin.execute(f"DROP DATABASE restored_{number} WITH (FORCE)")


def hashes() -> dict[str, str]:
    """The SHA-256 of every object in the store."""
    store = object_store()
    return {key: hashlib.sha256(b"".join(store.read(key))).hexdigest() for key in store.keys("")}


def rows() -> dict[str, list]:
    """Every row of every table but those that a backup itself writes."""
    found = {}
    with engine().connect() as connection:
        for table in made.Backup.metadata.sorted_tables:
            if table.name not in ("backup", "audit_event"):
                found[table.name] = sorted(map(repr, connection.execute(select(table)).all()))
    return found


def test_all_comes_back_elsewhere_and_the_exam_goes_on(filled, place, elsewhere, object_store, tmp_path):
    done = place.make()
    assert done.exit_code == 0, done.output
    before, there = hashes(), rows()
    assert f"{len(before)} objects" in done.stdout and f"{len(before)} copied now" in done.stdout
    shutil.rmtree(Path(os.environ["VIGNET_DATA"]), ignore_errors=True)
    object_store.delete_all(object_store.keys(""))
    elsewhere()
    done = place.restore()
    assert done.exit_code == 0, done.output
    assert f"{len(before)} objects put, 0 were there" in done.stdout
    assert hashes() == before
    assert rows() == there
    assert CliRunner().invoke(verify, ["--all"]).exit_code == 0
    with session_scope(writes=False) as session:
        assert session.scalars(select(AuditEvent.verb).where(AuditEvent.subject_kind == "backup")).all() == [
            "backup_restored"
        ]
        assert made.last_good(session) is not None
    _go_on(filled.id, tmp_path)


def _go_on(sitting_id: uuid.UUID, tmp_path: Path) -> None:
    """What was coming in comes in whole, and the next answer is given; both become films."""
    with session_scope(writes=False) as session:
        sitting = session.get(Sitting, sitting_id)
        (coming_in,) = session.scalars(select(Recording.id).where(Recording.state == RecordingState.RECEIVING)).all()
        assert sitting.answers[1].stage is AnswerStage.WAITING
    _answer(coming_in, tmp_path / "first")
    with session_scope() as session:
        answer = session.get(Sitting, sitting_id).answers[1]
        answer.play(LATER)
        answer.prepare(LATER + timedelta(seconds=30))
        node = cast.node(session, LATER)
        taken, _ = begin_take(session, answer, node, LATER + timedelta(seconds=50))
        taken.receive(LATER + timedelta(seconds=51))
        answer.end_recording(LATER + timedelta(seconds=60))
        taken.close(LATER + timedelta(seconds=60))
        next_one = taken.id
    _answer(next_one, tmp_path / "next")
    assert CliRunner().invoke(verify, ["--all"]).exit_code == 0


def _answer(recording: uuid.UUID, folder: Path) -> None:
    there = Spool(folder)
    place = there.folder(recording)
    place.mkdir(parents=True)
    spool(place / "whip-1.rtp", send(video("H264", 3, ((640, 384),)), sound(3)), session=1, codec="H264")
    upload.Shipper(there, object_store, key_store).ship_now(recording, LATER + timedelta(minutes=2))
    with session_scope(writes=False) as session:
        jobs = select(Job).where(Job.kind == FINISH, Job.subject == recording).order_by(Job.created_at.desc())
        job = session.scalars(jobs).first()
    perform(job.id, finish_recording)
    with session_scope(writes=False) as session:
        assert session.get(Recording, recording).state is RecordingState.STORED


def test_the_next_one_copies_what_is_new_and_a_killed_one_goes_on(filled, place, object_store, tmp_path, monkeypatch):
    assert place.make().exit_code == 0
    again = place.make()
    assert again.exit_code == 0 and " 0 copied now" in again.stdout
    (tmp_path / "new").write_bytes(b"new")
    for number in range(4):
        object_store.put_file(f"clips/{number}", tmp_path / "new")
    real, asked = type(object_store).read, []

    def die_at_the_third(store, key, span=None):
        asked.append(key)
        if len(asked) == 3:
            raise KeyboardInterrupt
        return real(store, key, span)

    monkeypatch.setattr(type(object_store), "read", die_at_the_third)
    assert place.make().exit_code != 0
    names = CliRunner().invoke(backup, ["list", str(place.folder)]).stdout
    assert len(names.splitlines()) == 2
    done = place.make()
    assert done.exit_code == 0 and " 2 copied now" in done.stdout
    assert place.verify().exit_code == 0
    assert not list(place.folder.glob("backups/*.part"))


def test_old_ones_go_with_what_no_other_needs(filled, place, object_store, tmp_path):
    (tmp_path / "new").write_bytes(b"only in the first")
    object_store.put_file("clips/old", tmp_path / "new")
    place.make()
    object_store.delete("clips/old")
    place.make()
    assert len(list(place.folder.glob("objects/*/*"))) == len(object_store.keys("")) + 1
    assert "1 older backups and 1 objects removed" in place.make("--keep", "2").stdout
    assert place.verify().exit_code == 0


def test_a_key_that_was_destroyed_stays_so(session, filled, place, elsewhere):
    first, second = session.scalars(select(Recording.id).join(Original).where(Recording.erased_at.is_(None))).all()[:2]
    session.commit()
    assert place.make().exit_code == 0
    # One before the mirror is brought up to date once more, and one that only the folder of the keys knows of.
    key_store().destroy(first)
    assert "1 destroyed" in place.make().stdout
    key_store().destroy(second)
    session.close()
    keys = Path(os.environ["VIGNET_DATA"]) / "keys"
    elsewhere()
    shutil.copytree(keys, os.environ["VIGNET_KEYS"])
    for kept in Path(os.environ["VIGNET_KEYS"]).glob("*.key"):
        kept.unlink()
    name = sorted(path.name for path in place.folder.glob("backups/*"))[0]
    done = place.restore("--name", name)
    assert done.exit_code == 0 and "1 stay destroyed" in done.stdout
    assert "2 recordings were destroyed after this backup" in done.stdout
    assert str(first) in done.stdout and str(second) in done.stdout
    for owner in (first, second):
        with pytest.raises(KeyGone):
            key_store().get(owner)
    told = CliRunner().invoke(verify, ["--all"])
    assert told.exit_code == 1 and "1 good, 2 key_gone" in told.stdout


def test_what_is_not_there_is_told_and_what_was_erased_is_no_fault(filled, place, object_store, monkeypatch):
    with session_scope(writes=False) as session:
        kept = Recording.erased_at.is_(None)
        gone, lost, other = session.scalars(select(Original).join(Recording).where(kept)).all()
    for one in (gone, lost):
        object_store.delete(one.key)
    path = place.folder.parent / "other"
    path.write_bytes(b"another")
    object_store.put_file(other.key, path)
    real = type(object_store).entries

    def erase_meanwhile(store, prefix=""):
        with session_scope() as session:
            session.get(Recording, gone.recording_id).erased_at = datetime.now(UTC)
        return real(store, prefix)

    monkeypatch.setattr(type(object_store), "entries", erase_meanwhile)
    done = place.make("--keep", "1")
    assert done.exit_code == 1
    assert f"1 objects went while the backup was made: {gone.key}" in done.stdout
    assert f"{lost.key} is not in the store" in done.stderr and f"{other.key} is another" in done.stderr
    assert "2 things are wrong" in done.stderr
    assert place.verify().exit_code == 1
    with session_scope(writes=False) as session:
        assert made.last_good(session) is None


def test_nothing_in_the_folder_can_be_read_without_its_key(session, filled, place, people, environment):
    place.make()
    known = [people.candidate.email.encode(), people.candidate.name.encode(), str(people.candidate.id).encode()]
    for path in place.folder.rglob("*"):
        if path.is_file():
            assert not any(one in path.read_bytes() for one in known), path
    environment(VIGNET_BACKUP_KEY=BACKUP_KEY.replace("Y", "Z"))
    done = place.verify()
    assert done.exit_code == 1 and "VIGNET_BACKUP_KEY" in done.stderr


@pytest.mark.parametrize("what", ["objects/*/*", "backups/*/database/*"])
def test_damage_is_found_and_never_restored(filled, place, elsewhere, what):
    place.make()
    path = max(place.folder.glob(what), key=lambda one: one.stat().st_size)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    assert place.verify().exit_code == 1
    elsewhere()
    done = place.restore()
    assert done.exit_code == 1 and "Traceback" not in done.stderr
    again = place.restore()
    assert again.exit_code == 1 and "people" not in again.stderr


def test_a_restore_writes_over_nobody(filled, place):
    place.make()
    done = place.restore()
    assert done.exit_code == 1 and "there are people in this database" in done.stderr


def test_a_restore_that_was_killed_goes_on(filled, place, elsewhere, object_store, monkeypatch):
    place.make()
    before = hashes()
    elsewhere()
    real, put = type(object_store).put_file, []

    def die_at_the_fifth(store, key, *rest):
        put.append(key)
        if len(put) == 5:
            raise KeyboardInterrupt
        return real(store, key, *rest)

    monkeypatch.setattr(type(object_store), "put_file", die_at_the_fifth)
    assert place.restore().exit_code != 0
    done = place.restore()
    assert done.exit_code == 0 and f"{len(before) - 4} objects put, 4 were there" in done.stdout
    assert hashes() == before


def test_another_master_key_is_told(filled, place, elsewhere, environment):
    place.make()
    elsewhere()
    environment(VIGNET_MASTER_KEY=BACKUP_KEY)
    done = place.restore()
    assert done.exit_code == 1 and "do not open with this VIGNET_MASTER_KEY" in done.stderr
