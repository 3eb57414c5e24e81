"""`flask recordings verify`: an original is only good when the store still gives what the receipt says."""

import json
import uuid
from datetime import timedelta

import pytest
from click.testing import CliRunner
from support import cast

from storage.base.database import session_scope
from storage.base.keys import encrypt_file, key_store
from storage.base.objects import sha256_of
from storage.exam.recordings import Original, Recording
from webapp.cli.recordings import verify

pytestmark = pytest.mark.one_database


@pytest.fixture
def recording(session, people, object_store, tmp_path) -> uuid.UUID:
    """A captured recording of two originals that really are in the store."""
    row = cast.record(session, cast.begin(cast.sitting(session, people)).answers[0], stored=False)
    for name in ("slices-0-3", "whip-1"):
        plain, sealed = tmp_path / name, tmp_path / f"{name}.enc"
        plain.write_bytes(name.encode() * 30_000)
        encrypt_file(plain, sealed, key_store().get_or_create(row.candidate_id))
        put = object_store.put_file(f"recordings/{row.id}/{sealed.name}", sealed)
        values = {"size": plain.stat().st_size, "sha256": sha256_of(plain), "created_at": cast.NOW}
        values |= {"cipher_size": put.size, "cipher_sha256": put.sha256}
        row.originals.append(Original(name=name, key=put.key, **values))
    row.receive(cast.NOW)
    row.capture(cast.NOW)
    session.commit()
    return row.id


def told(recording: uuid.UUID, *words: str) -> tuple[int, str, dict]:
    done = CliRunner().invoke(verify, [str(recording), *words])
    answer = json.loads(done.stdout)
    return done.exit_code, answer["state"], answer["originals"]


def receipt(recording: uuid.UUID) -> str:
    with session_scope(writes=False) as session:
        return session.get(Recording, recording).sha256


def replace(object_store, recording, tmp_path, change) -> None:
    """Put something else in the place of the first original."""
    key, path = f"recordings/{recording}/slices-0-3.enc", tmp_path / "other"
    object_store.get_file(key, path)
    path.write_bytes(change(path.read_bytes()))
    object_store.put_file(key, path)


def test_what_is_as_it_was_received_is_good(recording):
    assert told(recording) == (0, "good", {"slices-0-3": "good", "whip-1": "good"})
    assert told(recording, "--receipt", receipt(recording).upper())[:2] == (0, "good")
    assert told(recording, "--receipt", "0" * 64)[:2] == (1, "good")


@pytest.mark.parametrize(
    ("change", "state"),
    [
        (lambda data: data[:-1000], "truncated"),
        (lambda data: b"", "truncated"),
        (lambda data: data[:5000] + bytes([data[5000] ^ 1]) + data[5001:], "changed"),
        (lambda data: data + b"more", "changed"),
    ],
)
def test_what_is_not_is_named(recording, object_store, tmp_path, change, state):
    replace(object_store, recording, tmp_path, change)
    assert told(recording) == (1, state, {"slices-0-3": state, "whip-1": "good"})


def test_even_when_the_row_was_changed_along_with_it(recording, object_store, tmp_path):
    """Somebody who can write to the store and to the ciphertext's row still cannot seal anything under the key."""
    replace(object_store, recording, tmp_path, lambda data: data[:5000] + bytes([data[5000] ^ 1]) + data[5001:])
    with session_scope() as session:
        session.get(Recording, recording).originals[0].cipher_sha256 = sha256_of(tmp_path / "other")
    assert told(recording)[2]["slices-0-3"] == "changed"


def test_what_is_gone_is_named(recording, object_store, people):
    object_store.delete(f"recordings/{recording}/whip-1.enc")
    assert told(recording) == (1, "missing", {"slices-0-3": "good", "whip-1": "missing"})
    key_store().destroy(people.candidate.id)
    assert told(recording)[2] == {"slices-0-3": "key_gone", "whip-1": "missing"}


def test_an_earlier_receipt_stays_true_when_something_was_added(recording, object_store, tmp_path):
    before = receipt(recording)
    with session_scope() as session:
        row = session.get(Recording, recording)
        plain, sealed = tmp_path / "slices-4-5", tmp_path / "slices-4-5.enc"
        plain.write_bytes(b"later" * 1000)
        encrypt_file(plain, sealed, key_store().get(row.candidate_id))
        put = object_store.put_file(f"recordings/{recording}/{sealed.name}", sealed)
        values = {"size": put.size, "sha256": sha256_of(plain), "created_at": cast.NOW + timedelta(hours=1)}
        values |= {"cipher_size": put.size, "cipher_sha256": put.sha256}
        row.originals.append(Original(name="slices-4-5", key=put.key, **values))
    after = receipt(recording)
    assert after != before
    for told_then in (before, after):
        assert told(recording, "--receipt", told_then)[:2] == (0, "good")
    given = json.loads(CliRunner().invoke(verify, [str(recording)]).stdout)["receipts"]
    assert [one["sha256"] for one in given] == [before, after]


def test_the_help_shows_what_comes_out(recording):
    words = CliRunner().invoke(verify, ["--help"]).output
    shown = json.loads(words[words.index("{") : words.rindex("}") + 1])
    assert shown.keys() == json.loads(CliRunner().invoke(verify, [str(recording)]).stdout).keys()


def test_nothing_is_said_of_what_is_not_there(installation):
    done = CliRunner().invoke(verify, [str(uuid.uuid4())])
    assert (done.exit_code, done.stdout) == (1, "") and "Er is geen opname" in done.stderr
