"""`flask recordings verify --all`: every recording with its films, a report, and going on where it was stopped."""

import json
import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from support import cast, sealed

from storage import verifying
from storage.base.database import session_scope
from storage.base.keys import key_store, sealed_size
from storage.base.objects import ObjectError, sha256_of
from storage.exam.recordings import Original, Recording, Rendition, RenditionKind
from webapp.cli import progress
from webapp.cli.recordings import verify

pytestmark = pytest.mark.one_database


@pytest.fixture
def recordings(session, people, object_store, tmp_path) -> list[uuid.UUID]:
    """Two recordings, each with an original and two films in the store; a third of which nothing came yet."""
    sitting = cast.begin(cast.sitting(session, people))
    rows = []
    for number in range(3):
        later = cast.NOW + timedelta(minutes=5 * number)
        rows.append(cast.record(session, sitting.answers[number], later, stored=False))
    for row in rows[:2]:
        plain, values = tmp_path / "plain", {"sealed_under": row.id, "created_at": cast.NOW}
        plain.write_bytes(row.id.bytes * 30_000)
        values |= {"size": plain.stat().st_size, "sha256": sha256_of(plain)}
        put = sealed.put(f"recordings/{row.id}/whip-1.enc", plain, row.id)
        hashes = {"cipher_size": put.size, "cipher_sha256": put.sha256}
        row.originals.append(Original(name="whip-1", key=put.key, **values, **hashes))
        row.receive(cast.NOW)
        row.capture(cast.NOW)
        film = film_of(row.id)
        film.size, film.sha256 = plain.stat().st_size, sha256_of(plain)
        assert sealed.put(film.key, plain, row.id).size == sealed_size(film.size)
        row.renditions.append(film)
        poster = object_store.put_file(f"recordings/{row.id}/poster.webp", plain)
        clear = {"size": poster.size, "sha256": poster.sha256, "content_type": "image/webp"}
        row.renditions.append(Rendition(kind=RenditionKind.POSTER, key=poster.key, **clear))
    session.commit()
    return [row.id for row in rows]


def film_of(recording: uuid.UUID) -> Rendition:
    key = f"recordings/{recording}/film.mp4.enc"
    return Rendition(kind=RenditionKind.VIDEO, key=key, content_type="video/mp4", sealed_under=recording)


def run(*words: str) -> Result:
    return CliRunner().invoke(verify, ["--all", *words])


def lines(report: Path) -> list[dict]:
    return [json.loads(line) for line in report.read_text().splitlines()]


def test_all_that_is_as_it_was_is_good(recordings, tmp_path):
    report = tmp_path / "report.jsonl"
    done = run("--report", str(report))
    assert (done.exit_code, done.stdout) == (0, "3 recordings: 2 good.\n")
    assert "100 %" in done.stderr
    whole = {"originals": {"whip-1": "good"}, "films": {"video": "good", "poster": "good"}}
    told = {uuid.UUID(line.pop("id")): line for line in lines(report)}
    assert told.keys() == set(recordings)
    assert told[recordings[2]] == {"state": None}
    for one in recordings[:2]:
        assert told[one].pop("bytes") > 3 * 16 * 30_000
        assert told[one] == {"state": "good", **whole}


def test_what_is_not_is_printed_with_the_file_that_it_is_about(recordings, object_store, tmp_path):
    first, second, _ = recordings
    object_store.delete(f"recordings/{first}/poster.webp")
    film, path = f"recordings/{second}/film.mp4.enc", tmp_path / "film"
    object_store.get_file(film, path)
    path.write_bytes(path.read_bytes()[:-20])
    object_store.put_file(film, path)
    done = run()
    told = {uuid.UUID(line["id"]): line for line in map(json.loads, done.stdout.splitlines()[:-1])}
    assert done.exit_code == 1 and done.stdout.endswith("3 recordings: 1 truncated, 1 missing.\n")
    assert told[first]["films"] == {"video": "good", "poster": "missing"}
    assert told[second]["films"] == {"video": "truncated", "poster": "good"}
    assert told[first]["originals"] == told[second]["originals"] == {"whip-1": "good"}
    assert "2 of them are not as they were received or made." in done.stderr


def test_a_run_that_was_stopped_goes_on_where_it_was(recordings, tmp_path, monkeypatch):
    report, looked = tmp_path / "report.jsonl", []

    def stop_after(most: int):
        def look(file: verifying.File) -> verifying.State:
            if len(looked) == most:
                raise ObjectError("the object store does not answer")
            looked.append(file.key)
            return verifying.State.GOOD

        return look

    monkeypatch.setattr(verifying, "look", stop_after(4))
    stopped = run("--report", str(report))
    assert stopped.exit_code == 1 and f"--report {report} goes on from here." in stopped.stderr
    # A machine that went away while it wrote leaves part of a line.
    with report.open("a") as file:
        file.write('{"id": "')
    monkeypatch.setattr(verifying, "look", stop_after(99))
    went_on = run("--report", str(report))
    assert (went_on.exit_code, went_on.stdout) == (0, "3 recordings: 2 good.\n")
    assert [line["id"] for line in lines(report)] == sorted(map(str, recordings), key=lambda one: uuid.UUID(one))
    assert len(looked) == 3 + 4  # of the one that it was at, one file was looked at twice
    assert run("--report", str(report)).exit_code == 0 and len(looked) == 7


def test_what_was_found_before_is_not_forgotten(recordings, object_store, tmp_path):
    report = tmp_path / "report.jsonl"
    key_store().destroy(recordings[0])
    assert run("--report", str(report)).exit_code == 1
    again = run("--report", str(report))
    assert (again.exit_code, again.stdout) == (1, "3 recordings: 1 good, 1 key_gone.\n")


def test_what_was_erased_is_no_fault(recordings, object_store, monkeypatch):
    """It goes while it is looked at: its object first, and then the row says so."""
    first, second, _ = recordings
    with session_scope() as session:
        session.get(Recording, first).erased_at = cast.NOW
    real = verifying.look

    def erase_and_look(file: verifying.File) -> verifying.State:
        object_store.delete(f"recordings/{second}/film.mp4.enc")
        found = real(file)
        with session_scope() as session:
            session.get(Recording, second).erased_at = cast.NOW
        return found

    monkeypatch.setattr(verifying, "look", erase_and_look)
    assert (run().exit_code, run().stdout) == (0, "1 recordings: nothing stored.\n")


def test_what_was_kept_and_of_which_nothing_is_named_is_missing(session, people, object_store):
    row = cast.record(session, cast.begin(cast.sitting(session, people)).answers[0], stored=False)
    row.capture(cast.NOW)
    session.commit()
    assert run().stdout.endswith("1 recordings: 1 missing.\n")


def test_a_store_that_is_away_makes_nothing_missing(recordings, environment):
    environment(VIGNET_S3_ENDPOINT="http://127.0.0.1:9")
    done = run()
    assert done.exit_code == 1 and "missing" not in done.stdout + done.stderr


@pytest.mark.parametrize("words", [[], ["--all", "--receipt", "0"], [str(uuid.uuid4()), "--report", "x"]])
def test_what_does_not_go_together_is_said(installation, words):
    done = CliRunner().invoke(verify, words)
    assert done.exit_code == 2 and "Name one recording" in done.stderr


def test_another_file_is_no_report(recordings, tmp_path):
    other = tmp_path / "other"
    other.write_text("a,b\n")
    assert "name another file" in run("--report", str(other)).stderr
    assert other.read_text() == "a,b\n"


def test_progress_counts_bytes_and_tells_how_long_it_takes():
    clock = iter([0.0, *(60.0,) * 9])
    shown = progress.Progress(4, 4_000_000, lambda: next(clock))
    shown.skip(2_000_000)
    shown.step(1_000_000)
    assert shown.line() == "2 of 4, 75 %, 3.0 of 4.0 MB, about 1 min left"
    assert progress.Progress(0, 0, lambda: 0).line() == "0 of 0, 100 %, 0.0 of 0.0 MB"
