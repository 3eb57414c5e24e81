"""Audit packs: made with one press, checked by a script that knows nothing of us, and refused after any change."""

import csv
import io
import json
import shutil
import subprocess
import sys
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from pypdf import PdfReader
from sqlalchemy import select
from support import audits_to_see, cast, certified, told_exam

from storage.audits import pack_verifier, packs
from storage.audits.packs import AuditPack
from storage.base.audit import AuditEvent
from storage.base.jobs import Job
from storage.certificates.signing_keys import did_document, rotate
from storage.exam.looks import Look
from webapp import worker
from webapp.audits import packing

NOW = datetime.now(UTC)
TEXT = "Er is iets aan veranderd"


@pytest.fixture
def house(session, people, object_store):
    """A passed exam with its certificate, and a reported audit of its organisation."""
    made = certified.certified(session, people, NOW - timedelta(hours=3))
    audits_to_see.reported(session, people.organisation, people.auditor, people.officer, NOW)
    session.commit()
    return made


@pytest.fixture
def pack(house, visit, session, people, tmp_path):
    """The file of a pack of the organisation as its auditor gets it, and the keys that everybody may have."""
    auditor, address = visit(people.auditor), f"/audits/pakketten/organisaties/{people.organisation.id}"
    year = house.verdict.sitting.finished_at.year
    session.rollback()
    assert auditor.post(address, {"year": str(year)}).status_code == 302
    made = session.scalars(select(AuditPack.id)).one()
    keys = tmp_path / "did.json"
    keys.write_text(json.dumps(did_document(session)))
    session.rollback()
    answer = auditor.get(f"/audits/pakketten/{made}/pakket.zip")
    assert answer.content_type == "application/zip"
    path = tmp_path / "pakket.zip"
    path.write_bytes(answer.data)
    return path, keys


def verify(path: Path, keys: Path) -> tuple[int, str]:
    """What a stranger sees: the script out of the pack, in a Python that does not know this repository."""
    script = path.parent / "verify_pack.py"
    if not script.exists():
        with zipfile.ZipFile(path) as archive:
            script.write_bytes(archive.read("verify_pack.py"))
    asked = [sys.executable, "-I", str(script), str(path), str(keys)]
    done = subprocess.run(asked, capture_output=True, text=True, check=False, cwd=path.parent)
    return done.returncode, done.stdout + done.stderr


def changed(path: Path, change) -> Path:
    """The same pack with other files: `change` gets the names with their content."""
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    change(files)
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def swap(files, name, old, new):
    assert old in files[name]
    files[name] = files[name].replace(old, new, 1)


def test_a_pack_is_whole_and_holds_what_it_says(pack, session, people):
    path, keys = pack
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        names = set(archive.namelist())
        read = {name: archive.read(name) for name in names}
    code, words = verify(path, keys)
    assert (code, words.startswith("In orde: ")) == (0, True), words
    certificate = session.scalars(select(cast.Dossier.code)).one()
    (exam,) = csv.DictReader(io.StringIO(read["examens.csv"].decode("utf-8-sig")), delimiter=";")
    assert (exam["examen"], exam["uitslag"], exam["opnames"]) == (certificate, "geslaagd", "10")
    number = exam["certificaten"]
    assert {f"certificaten/{number}.pdf", f"brieven/{certificate}-uitslag-1.pdf", "bevindingen.csv"} <= names
    assert number in PdfReader(io.BytesIO(read[f"certificaten/{number}.pdf"])).pages[0].extract_text()
    case = json.loads(read[f"examens/{certificate}.json"])
    assert len(case["recordings"]) == 10 and case["verdicts"][0]["passed"] is True
    assert len(case["recordings"][0]["originals"][0]["sha256"]) == 64
    assert {one["verb"] for one in case["events"]} >= {"verdict_released", "certificate_issued"}
    assert not [name for name in names if name.startswith("opnames/")]
    assert any(name.startswith("verslagen/audit-") for name in names)
    told = b"".join(data for name, data in read.items() if name.endswith((".json", ".csv")))
    assert people.candidate.name.encode() not in told and people.assessors[0].name.encode() not in told


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            lambda files: files.update({"examens.csv": files["examens.csv"].replace(b"geslaagd", b"Geslaagd")}),
            "veranderd",
        ),
        (lambda files: files.pop("gebeurtenissen.csv"), "gebeurtenissen.csv ontbreekt"),
        (lambda files: files.update({"extra.txt": b"erbij"}), "extra.txt is toegevoegd"),
        (
            lambda files: files.update({"SHA256SUMS": files["SHA256SUMS"].replace(b"a", b"b", 1)}),
            "handtekening klopt niet",
        ),
        (lambda files: files.update({"SHA256SUMS.sig": b"0" * 70}), "handtekening klopt niet"),
        (lambda files: files.pop("SHA256SUMS.sig"), "SHA256SUMS.sig ontbreekt"),
        (lambda files: swap(files, "PAKKET.json", b"#key", b"#nee"), "staat niet bij"),
    ],
)
def test_any_change_is_found_and_named(pack, change, told):
    path, keys = pack
    assert verify(path, keys)[0] == 0
    code, words = verify(changed(path, change), keys)
    assert (code, words.splitlines()[0]) == (1, "NIET IN ORDE")
    assert told in words


def test_every_byte_of_every_file_counts(pack):
    """One bit of one file at a time: by the middle byte of each."""
    path, keys = pack
    published = json.loads(keys.read_text())
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
    whole = path.read_bytes()
    for name in names:
        path.write_bytes(whole)

        def flip(files, name=name):
            data = bytearray(files[name])
            data[len(data) // 2] ^= 1
            files[name] = bytes(data)

        with pytest.raises((pack_verifier.Wrong, ValueError)):
            pack_verifier.check(changed(path, flip), published)


def test_a_damaged_file_is_never_taken_for_a_whole_one(pack):
    """A bit of the ZIP itself, all through it: the pack is refused, or (a date in it) still the very same files."""
    path, keys = pack
    published, whole = json.loads(keys.read_text()), path.read_bytes()

    def content():
        with zipfile.ZipFile(path) as archive:
            return {name: archive.read(name) for name in archive.namelist()}

    good, refused = content(), 0
    for at in range(0, len(whole), max(1, len(whole) // 150)):
        data = bytearray(whole)
        data[at] ^= 4
        path.write_bytes(bytes(data))
        try:
            pack_verifier.check(path, published)
        except pack_verifier.Wrong:
            refused += 1
        else:
            assert content() == good, at
    assert refused > 100


def test_a_forger_with_an_own_key_is_found(pack, session):
    """All of it made anew and signed under another key, which the pack brings along: only the published keys count."""
    path, keys = pack
    row = rotate(session, None, NOW)

    def forge(files):
        about = json.loads(files["PAKKET.json"])
        files["PAKKET.json"] = json.dumps(about | {"key": row.kid}).encode()
        hashes = {name: packing.hashlib.sha256(data).hexdigest() for name, data in files.items()}
        hashes = {name: one for name, one in hashes.items() if not name.startswith(("SHA256SUMS", "sleutel"))}
        files.update(packs.signed(hashes, row))

    code, words = verify(changed(path, forge), keys)
    assert code == 1 and "staat niet bij de sleutels van de uitgever" in words
    keys.write_text(json.dumps(did_document(session)))
    assert verify(path, keys)[0] == 0, "with the key published, the same pack is good"


def test_what_is_no_pack_and_keys_that_are_none_are_said_so(pack, tmp_path):
    path, keys = pack
    none = tmp_path / "geen.json"
    none.write_text("nee")
    assert verify(path, none)[0] == 2
    path.write_bytes(path.read_bytes()[:-300])
    assert verify(path, keys)[0] == 1


@pytest.mark.skipif(shutil.which("openssl") is None or shutil.which("sha256sum") is None, reason="needs both commands")
def test_openssl_and_sha256sum_say_the_same(pack, tmp_path):
    path, _ = pack
    there = tmp_path / "uitgepakt"
    with zipfile.ZipFile(path) as archive:
        archive.extractall(there)
    signed = ["openssl", "dgst", "-sha256", "-verify", "sleutel.pem", "-signature", "SHA256SUMS.sig", "SHA256SUMS"]
    subprocess.run(signed, cwd=there, check=True, capture_output=True)
    subprocess.run(["sha256sum", "--quiet", "-c", "SHA256SUMS"], cwd=there, check=True, capture_output=True)
    (there / "examens.csv").write_text(TEXT)
    assert subprocess.run(["sha256sum", "--quiet", "-c", "SHA256SUMS"], cwd=there, capture_output=True).returncode == 1


def test_a_pack_with_recordings_needs_a_reason_is_made_by_a_worker_and_each_look_is_noted(
    visit, session, people, object_store
):
    exam = told_exam.told(session, people, now=NOW - timedelta(days=20))
    year, code = (NOW - timedelta(days=20)).year, exam.code
    session.commit()
    auditor, address = visit(people.auditor), f"/audits/pakketten/organisaties/{people.organisation.id}"
    session.rollback()
    wanted = {"year": str(year), "with_video": "y"}
    assert auditor.post(address, wanted | {"reason": "kort"}).status_code == 409
    assert auditor.post(address, wanted | {"reason": "Klacht over het beeld van de steekproef."}).status_code == 302
    row = session.scalars(select(AuditPack)).one()
    assert row.made_at is None and session.scalars(select(Job.kind).where(Job.subject == row.id)).one() == packs.MAKE
    made, page = row.id, f"/audits/pakketten/{row.id}"
    session.rollback()
    assert "wordt gemaakt" in auditor.get(page).text
    assert auditor.get(f"{page}/pakket.zip").status_code == 404
    with visit(people.auditor).client.application.app_context():
        worker.make_audit_pack(SimpleNamespace(subject=made, report=lambda _: None))
        assert packing.run(made, NOW) == {"files": session.get(AuditPack, made).files}
    session.rollback()
    with zipfile.ZipFile(io.BytesIO(auditor.get(f"{page}/pakket.zip").data)) as archive:
        films = [name for name in archive.namelist() if name.startswith("opnames/")]
        assert films == [f"opnames/{code}-situatie-{number}-poging-1.mp4" for number in (1, 2)]
        assert {len(archive.read(name)) for name in films} == {told_exam.FILM}
    looks = session.scalars(select(Look).where(Look.person_id == people.auditor.id)).all()
    assert len(looks) >= 2 and {one.reason for one in looks} == {"Klacht over het beeld van de steekproef."}
    fetched = session.scalars(select(AuditEvent).where(AuditEvent.verb == "audit_pack_fetched")).all()
    assert [one.subject for one in fetched] == [made]


def test_after_a_month_the_file_is_gone_and_the_row_stays(pack, visit, session, people):
    row = session.scalars(select(AuditPack)).one()
    at = row.key
    assert packs.erase_old(session, row.made_at + packs.STAYS) == 0
    assert packs.erase_old(session, row.made_at + packs.STAYS + timedelta(seconds=1)) == 1
    assert packs.erase_old(session, row.made_at + packs.STAYS + timedelta(seconds=2)) == 0
    page = f"/audits/pakketten/{row.id}"
    session.commit()
    assert packs.object_store().size(at) is None
    auditor = visit(people.auditor)
    assert auditor.get(f"{page}/pakket.zip").status_code == 404
    assert "vernietigd" in auditor.get(page).text


def test_a_pack_of_a_sample_tells_how_it_was_drawn_and_nobody_else_fetches_it(visit, house, session, people):
    sample = audits_to_see.sample(session, people.auditor, NOW)
    other = cast.person(session, "auditor2", "Auditor Twee", cast.Role.AUDITOR, None, NOW)
    session.commit()
    auditor, address, seed = visit(people.auditor), f"/audits/pakketten/steekproeven/{sample.id}", sample.seed
    stranger, officer = visit(other), visit(people.officer)
    session.rollback()
    page = auditor.post(address).location
    with zipfile.ZipFile(io.BytesIO(auditor.get(f"{page}/pakket.zip").data)) as archive:
        told = json.loads(archive.read("steekproef.json"))
    assert told["seed"] == seed and told["chosen"] and told["known"]
    for somebody in (stranger, officer):
        assert somebody.get(page).status_code == 404
        assert somebody.get(f"{page}/pakket.zip").status_code == 404
