"""The offline verifier: what was done to a copy of the log is named, by the export and the anchors alone."""

import base64
import copy
import json
import shutil
import subprocess
import sys
import uuid
from email.message import EmailMessage
from pathlib import Path

import pytest

from storage.base import audit_verifier
from storage.base.audit_verifier import GENESIS, Fault, anchor_of, digest_of, faults, seal_of

KEY, ANOTHER = b"k" * 32, b"x" * 32
LENGTH = 30


def row_of(number: int, what: str = "looked") -> dict:
    row = {"number": number, "id": str(uuid.uuid4()), "at": f"2026-03-02T09:{number:02}:00+00:00", "actor": None}
    row |= {"verb": what, "subject_kind": "recording", "subject": str(uuid.uuid4())}
    return row | {"facts": {"nummer": number, "wat": "één"}, "hash": None, "seal": None}


def chain(rows: list[dict], key: bytes | None, previous: str = GENESIS) -> None:
    """Chain these rows anew, and seal them when there is a key."""
    for row in rows:
        row["hash"] = previous = digest_of(row, previous)
        row["seal"] = seal_of(row, key) if key else row["seal"]


@pytest.fixture
def log() -> list[dict]:
    rows = [row_of(number) for number in range(1, LENGTH + 1)]
    chain(rows, KEY)
    return rows


@pytest.fixture
def anchors(log) -> list[audit_verifier.Anchor]:
    """Of the rows 10, 20 and 30."""
    return [anchor_of(KEY, number, log[number - 1]["hash"], "2026-03-03T03:00:00+00:00") for number in (10, 20, 30)]


def changed(log):
    log[13]["verb"] = "approved"


def removed(log):
    del log[13:15]


def removed_and_numbered_anew(log):
    del log[13]
    for row in log[13:]:
        row["number"] -= 1


def inserted(log):
    for row in log[13:]:
        row["number"] += 1
    slipped = row_of(14, "approved")
    slipped["hash"] = digest_of(slipped, log[12]["hash"])
    log.insert(13, slipped)


def inserted_with_a_number_that_is_there(log):
    slipped = row_of(14, "approved")
    slipped["hash"] = digest_of(slipped, "0" * 64)
    log.insert(13, slipped)


def swapped(log):
    log[13]["number"], log[14]["number"] = 15, 14


def swapped_from_afar(log):
    log[13]["number"], log[23]["number"] = 24, 14


def tail_cut(log):
    del log[26:]


def emptied(log):
    log.clear()


def all_made_anew(log):
    log[13]["verb"] = "approved"
    chain(log, None)


def one_taken_out_and_all_made_anew(log):
    removed_and_numbered_anew(log)
    chain(log, None)


DONE = [
    (changed, [Fault(14, 14, "changed")]),
    (removed, [Fault(14, 15, "removed")]),
    (removed_and_numbered_anew, [Fault(14, 14, "removed")]),
    (inserted, [Fault(14, 14, "inserted")]),
    (inserted_with_a_number_that_is_there, [Fault(14, 14, "inserted")]),
    (swapped, [Fault(14, 15, "swapped")]),
    (swapped_from_afar, [Fault(14, 24, "swapped")]),
    (tail_cut, [Fault(27, 30, "cut")]),
    (emptied, [Fault(1, 30, "cut")]),
    (all_made_anew, [Fault(11, 20, "resealed"), Fault(21, 30, "resealed")]),
    (one_taken_out_and_all_made_anew, [Fault(11, 20, "resealed"), Fault(30, 30, "cut")]),
]


def test_a_good_log_is_whole(log, anchors):
    assert faults(log, anchors, KEY) == faults(log, anchors) == faults(log, []) == []


@pytest.mark.parametrize(("do", "expected"), DONE, ids=lambda one: getattr(one, "__name__", ""))
def test_what_was_done_is_named_by_the_export_and_the_anchors_alone(log, anchors, do, expected):
    do(log)
    assert faults(log, anchors) == expected


@pytest.mark.parametrize(("do", "expected"), DONE, ids=lambda one: getattr(one, "__name__", ""))
def test_the_key_names_the_same_row_and_no_innocent_one(log, anchors, do, expected):
    do(log)
    found = faults(log, anchors, KEY)
    assert set(expected) - set(found) == set() or {one.kind for one in found} >= {"resealed"}
    touched = {number for one in expected for number in range(one.first, one.last + 1)}
    if expected[0].kind != "resealed":
        assert {number for one in found for number in range(one.first, one.last + 1)} == touched


def test_a_row_changed_with_a_fitting_hash_is_named_with_the_key_and_its_neighbour_without(log, anchors):
    log[13]["verb"] = "approved"
    log[13]["hash"] = digest_of(log[13], log[12]["hash"])
    assert faults(log, anchors) == [Fault(15, 15, "changed")]
    assert faults(log, anchors, KEY) == [Fault(14, 14, "changed")]


def test_all_made_anew_is_found_from_the_first_row_with_the_key_and_without_an_anchor(log):
    all_made_anew(log)
    assert faults(log, []) == []
    assert faults(log, [], KEY) == [Fault(14, 30, "resealed")]


def test_a_chain_made_anew_under_another_key_is_found(log, anchors):
    chain(log, ANOTHER)
    assert faults(log, [], KEY) == [Fault(1, 30, "resealed")]
    log[3]["verb"] = "approved"
    chain(log, ANOTHER)
    assert [one.kind for one in faults(log, anchors)] == ["resealed"] * 3


def test_rows_put_behind_the_end_without_a_seal_are_named(log, anchors):
    more = [row_of(31), row_of(32)]
    chain(more, None, log[-1]["hash"])
    assert faults([*log, *more], anchors) == []
    assert faults([*log, *more], anchors, KEY) == [Fault(31, 32, "unsealed")]


def test_a_false_anchor_is_told_apart_from_a_broken_log(log, anchors):
    false = anchor_of(ANOTHER, 20, "f" * 64, "2026-03-03T03:00:00+00:00")
    assert faults(log, [*anchors, false], KEY) == [Fault(20, 20, "false_anchor")]
    assert [one.kind for one in faults(log, [*anchors, false])] == ["false_anchor"]


def test_two_things_at_once_are_both_named(log, anchors):
    changed(log)
    del log[20:22]
    tail_cut(log)
    assert faults(log, anchors) == [Fault(14, 14, "changed"), Fault(21, 22, "removed"), Fault(29, 30, "cut")]


def test_what_is_not_sealed_yet_does_not_count(log, anchors):
    assert faults([*log, row_of(31) | {"number": None}], anchors, KEY) == []


# The file, by itself


def written(folder: Path, log: list[dict]) -> Path:
    file = folder / "logboek.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in log))
    return file


def alone(folder: Path, *arguments) -> subprocess.CompletedProcess:
    """The verifier as somebody elsewhere runs it: one file, no packages."""
    script = shutil.copy(audit_verifier.__file__, folder / "verifier.py")
    command = [sys.executable, "-I", "-S", script, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)


def test_it_runs_as_one_file_with_anchors_from_mails_and_objects(tmp_path, log, anchors):
    mail, objects = EmailMessage(), tmp_path / "ankers"
    objects.mkdir()
    mail["Subject"] = "Anker"
    mail.set_content(f"Bewaar deze mail: é.\n\n{anchors[2]}\nGroet\n", cte="base64")
    (objects / "een.txt").write_text(str(anchors[0]))
    (objects / "brief.eml").write_bytes(mail.as_bytes())
    key = tmp_path / "sleutel"
    key.write_text(base64.b64encode(KEY).decode())
    good = alone(tmp_path, written(tmp_path, log), objects, "--key", key)
    assert (good.returncode, good.stdout.count("2 ankers"), good.stderr) == (0, 1, "")
    tail_cut(log)
    bad = alone(tmp_path, written(tmp_path, log), objects)
    assert bad.returncode == 1
    assert bad.stdout.splitlines()[0] == ("Regel 27 tot en met 30 ontbreekt: het einde van het logboek is afgeknipt.")


NO_NUMBER = json.dumps(row_of(1) | {"number": "1"})


@pytest.mark.parametrize("line", [NO_NUMBER, "{", "[]", '"x"', '{"number": 1}', "null", ""])
def test_garbage_is_told_by_its_line(tmp_path, log, line):
    file = written(tmp_path, log)
    file.write_text(f"{file.read_text()}{line}\n")
    told = alone(tmp_path, file)
    assert told.returncode == 2
    assert "regel 31" in told.stderr
    assert "Traceback" not in told.stderr


def test_files_that_are_not_there_and_keys_that_are_none_are_told(tmp_path, log):
    file = written(tmp_path, log)
    for arguments in ((tmp_path / "weg",), (file, tmp_path / "weg"), (file, "--key", file)):
        told = alone(tmp_path, *arguments)
        assert (told.returncode, "Traceback" in told.stderr) == (2, False)


def test_a_log_of_an_older_kind_has_the_same_hashes():
    """Rows of before there were seals: the chain goes on from them, so this sum may never change."""
    row = row_of(1) | {"id": "00000000-0000-4000-8000-000000000001", "subject": "00000000-0000-4000-8000-000000000002"}
    assert digest_of(row, GENESIS) == "07bd49514c06fd28fbd133c3c385850d5428112d8b512b659c88f37ef1db3f5d"
    assert digest_of(copy.deepcopy(row) | {"seal": "x"}, GENESIS) == digest_of(row, GENESIS)
