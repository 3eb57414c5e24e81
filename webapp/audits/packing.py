"""What stands in an audit pack, written into its ZIP: rows as CSV and JSON, letters as PDF, hashes, a signature."""

import hashlib
import json
import tempfile
import uuid
import zipfile
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.audits import audits, cases, findings, packs
from storage.audits import pack_verifier as verifier
from storage.audits.audits import AuditState, OrganisationAudit
from storage.audits.cases import Case
from storage.audits.packs import AuditPack
from storage.base.database import session_scope
from storage.base.present import present
from storage.certificates import signing_keys
from storage.certificates.signing_keys import SigningKey
from storage.dossier.dossiers import Dossier
from storage.exam import looks
from storage.exam.recordings import Recording, RecordingState, RenditionKind
from storage.judging.verdicts import Verdict
from storage.people.people import Role
from storage.planning.examiner_records import Calibrated
from webapp import media
from webapp.audits import report_pdf
from webapp.certificates import pdf
from webapp.csv_writer import written
from webapp.dutch.audits import FINDING_STATES, FOUND, SAMPLE_POINTS, SAMPLED
from webapp.verdict import letter

Blocks = Iterable[bytes]
Row = tuple[str, ...]

READ_ME = Path(__file__).parent / "letters" / "leesmij.txt"
EXAM_COLUMNS = (
    "examen",
    "reglement",
    "versie",
    "sha256_reglement",
    "stand",
    "klaar_op",
    "uitslag",
    "verteld_op",
    "certificaten",
    "opnames",
    "bezwaren",
)
EVENT_COLUMNS = ("examen", "nummer", "moment", "wie", "gebeurtenis", "waarover", "id", "hash")
ORIGINAL_COLUMNS = ("examen", "situatie", "opname", "bestand", "bytes", "sha256", "ontvangen_op", "vernietigd_op")
CHECK_COLUMNS = ("audit", "onderwerp", "punt", "gezien", "opmerking")
FINDING_COLUMNS = ("audit", "nummer", "bevinding", "voor", "stand", "opvolging", "gesloten_op")
SAMPLE_COLUMNS = ("examen", "hoe", "punten", "waarom")


def run(pack: uuid.UUID, now: datetime, report: Callable[[float], None] = lambda _: None) -> dict[str, Any]:
    """Make this pack and keep it; answers how many files it has. A pack that is made is left as it is."""
    with session_scope() as session:
        row = session.get_one(AuditPack, pack)
        if row.made_at is not None:
            return {"files": row.files}
        key = signing_keys.current_key(session, now)
        if row.with_video:
            _note_looks(session, row, now)
        key_id, key_row = key.kid, key.id
    with tempfile.TemporaryDirectory() as place:
        path = Path(place, "pack.zip")
        with session_scope(writes=False) as session:
            found = session.get_one(AuditPack, pack)
            files = write(session, found, session.get_one(SigningKey, key_row), path, now, report)
        at = packs.put(pack, path)
        with session_scope() as session:
            packs.finish(session.get_one(AuditPack, pack), path, at, files, key_id, now)
    return {"files": files}


def write(
    session: Session, pack: AuditPack, key: SigningKey, path: Path, now: datetime, report: Callable[[float], None]
) -> int:
    """Write the ZIP of this pack; answers how many files are in it."""
    sums: dict[str, str] = {}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, blocks in _files(session, pack, key, now, report):
            sums[name] = _add(archive, name, blocks)
        last = packs.signed(sums, key)
        for name, data in last.items():
            _add(archive, name, (data,))
    return len(sums) + len(last)


def _add(archive: zipfile.ZipFile, name: str, blocks: Blocks) -> str:
    """Write this file; answers its SHA-256."""
    digest = hashlib.sha256()
    with archive.open(name, "w", force_zip64=True) as file:
        for block in blocks:
            digest.update(block)
            file.write(block)
    return digest.hexdigest()


def _files(
    session: Session, pack: AuditPack, key: SigningKey, now: datetime, report: Callable[[float], None]
) -> Iterator[tuple[str, Blocks]]:
    about = {
        "pack": str(pack.id),
        "made_at": now.astimezone(UTC).isoformat(),
        "about": pack.organisation.name if pack.organisation else f"steekproef {pack.sample_id}",
        "year": pack.year,
        "exams": len(pack.codes),
        "video": pack.with_video,
        "issuer": signing_keys.did(),
        "key": key.kid,
    }
    yield verifier.ABOUT, (_json(about),)
    yield "LEESMIJ.txt", (READ_ME.read_bytes(),)
    yield "verify_pack.py", (Path(verifier.__file__).read_bytes(),)
    if pack.organisation is not None:
        yield from _of_organisation(session, pack)
    if pack.sample is not None:
        yield from _of_sample(pack)
    exams: list[Row] = []
    events: list[Row] = []
    originals: list[Row] = []
    files = session.scalars(select(Dossier).where(Dossier.code.in_(pack.codes)).order_by(Dossier.code)).all()
    for done, dossier in enumerate(files):
        case = cases.case_of(session, dossier)
        exams.append(_exam_row(case))
        events += _event_rows(case)
        originals += _original_rows(case)
        yield f"examens/{dossier.code}.json", (_json(_case(case)),)
        yield from _letters(session, case)
        if pack.with_video:
            yield from _films(case)
        report(100 * done / len(files))
    yield "examens.csv", (written(EXAM_COLUMNS, exams),)
    yield "gebeurtenissen.csv", (written(EVENT_COLUMNS, events),)
    yield "originelen.csv", (written(ORIGINAL_COLUMNS, originals),)


def _of_organisation(session: Session, pack: AuditPack) -> Iterator[tuple[str, Blocks]]:
    """Every audit that took place, its checklist, findings and report."""
    home = present(pack.organisation_id)
    held = [one for one in audits.audits_of(session, home) if one.state in audits.TOOK_PLACE]
    told = [one for audit in held for one in findings.of_audit(audit)]
    yield "audits.json", (_json([_audit(one) for one in held]),)
    yield "checklists.csv", (written(CHECK_COLUMNS, [row for one in held for row in _check_rows(one)]),)
    rows = [
        (
            str(one.audit.held_on),
            str(one.number),
            one.text,
            str(one.until),
            FINDING_STATES[one.state],
            one.follow_up,
            _moment(one.closed_at),
        )
        for one in told
    ]
    yield "bevindingen.csv", (written(FINDING_COLUMNS, rows),)
    for one in held:
        if one.state is AuditState.REPORTED:
            yield f"verslagen/audit-{one.held_on}-{one.id.hex[:8]}.pdf", (report_pdf.made(one),)


def _of_sample(pack: AuditPack) -> Iterator[tuple[str, Blocks]]:
    sample = present(pack.sample)
    values = {
        "seed": sample.seed,
        "day": str(sample.day),
        "year": sample.year,
        "guidelines": sample.version,
        "by_chance": sample.by_chance,
        "by_risk": sample.by_risk,
        "known": sample.known,
        "chosen": sample.chosen,
    }
    yield "steekproef.json", (_json(values),)
    rows = [
        (
            one.code,
            SAMPLED[one.how],
            str(sum(one.points.values())),
            ", ".join(f"{SAMPLE_POINTS[why]} ({number})" for why, number in one.points.items()),
        )
        for one in sample.lines
    ]
    yield "steekproef.csv", (written(SAMPLE_COLUMNS, rows),)


def _letters(session: Session, case: Case) -> Iterator[tuple[str, Blocks]]:
    """The letter of each result, and each certificate that was issued for it."""
    for number, verdict in enumerate(_released(case), 1):
        yield f"brieven/{case.dossier.code}-uitslag-{number}.pdf", (letter.result(session, verdict),)
    for one in case.certificates:
        yield f"certificaten/{one.number}.pdf", (pdf.certificate(session, one),)


def _released(case: Case) -> list[Verdict]:
    return [one for one in case.verdicts if one.released_at is not None]


def _films(case: Case) -> Iterator[tuple[str, Blocks]]:
    for one in _watchable(case.recordings):
        film = one.rendition(RenditionKind.VIDEO)
        if film is not None:
            name = f"opnames/{case.dossier.code}-situatie-{one.answer.number}-poging-{one.take}.mp4"
            yield name, media.whole(film)()


def _watchable(recordings: Iterable[Recording]) -> list[Recording]:
    return [one for one in recordings if one.state is RecordingState.STORED and one.erased_at is None]


def _note_looks(session: Session, pack: AuditPack, now: datetime) -> None:
    """Each recording that goes into a pack is a look of the auditor, with the reason, which its candidate may read."""
    for dossier in session.scalars(select(Dossier).where(Dossier.code.in_(pack.codes)).order_by(Dossier.code)):
        for one in _watchable(cases.case_of(session, dossier).recordings):
            if looks.going_on(session, one.id, pack.asked_by, now) is None:
                looks.look_at(session, one, pack.asked_by, Role.AUDITOR, now, pack.reason)


def _exam_row(case: Case) -> Row:
    dossier, sitting = case.dossier, case.sitting
    result = next((one for one in reversed(_released(case)) if one.ended_at is None), None)
    return (
        dossier.code,
        dossier.scheme.key,
        str(dossier.scheme.number),
        dossier.scheme.sha256,
        str(dossier.state),
        _moment(sitting.finished_at) if sitting else "",
        {True: "geslaagd", False: "niet geslaagd", None: ""}[result.passed if result else None],
        _moment(sitting.told_at) if sitting else "",
        " ".join(one.number for one in case.certificates),
        str(len(case.recordings)),
        str(len(case.objections)),
    )


def _event_rows(case: Case) -> list[Row]:
    return [
        (
            case.dossier.code,
            str(one.number or ""),
            _moment(one.at),
            str(one.actor or "systeem"),
            one.verb,
            one.subject_kind,
            str(one.subject),
            one.hash or "",
        )
        for one in case.events
    ]


def _original_rows(case: Case) -> list[Row]:
    return [
        (
            case.dossier.code,
            str(recording.answer.number),
            str(recording.take),
            one.name,
            str(one.size),
            one.sha256,
            _moment(one.created_at),
            _moment(recording.erased_at),
        )
        for recording in case.recordings
        for one in recording.originals
    ]


def _check_rows(found: OrganisationAudit) -> list[Row]:
    words = {str(one): word for one, word in FOUND.items()} | {"": "niet bekeken"}
    rows: list[Row] = []
    for topic in found.guidelines.topics:
        for point in topic.points:
            answer = found.answers.get(point.key, {"found": "", "remark": ""})
            rows.append((str(found.held_on), topic.name, point.text, words[answer["found"]], answer["remark"]))
    return rows


def _audit(found: OrganisationAudit) -> dict[str, Any]:
    return {
        "id": str(found.id),
        "state": str(found.state),
        "held_on": str(found.held_on),
        "place": found.place,
        "auditor": str(found.auditor_id),
        "guidelines": found.version,
        "answers": found.answers,
        "conclusion": found.conclusion,
        "findings": [
            {
                "number": one.number,
                "point": one.point,
                "text": one.text,
                "until": str(one.until),
                "state": str(one.state),
                "follow_up": one.follow_up,
                "remark": one.remark,
                "closed_at": _moment(one.closed_at),
                "closed_by": str(one.closed_by_id or ""),
            }
            for one in findings.of_audit(found)
        ],
    }


def _calibration(one: Calibrated) -> dict[str, Any]:
    """A calibration as values of JSON; the two shares as fractions."""
    values = {"on": str(one.on), "by_hand": one.by_hand, "passed": one.passed, "scores": one.scores}
    shares = {"exact": str(one.exact or 0), "within_one": str(one.within_one or 0)}
    return values if one.by_hand else values | shares


def _case(case: Case) -> dict[str, Any]:
    """All of one exam as values of JSON; people are ids, and no text of the candidate is in it."""
    dossier, sitting = case.dossier, case.sitting
    return {
        "exam": dossier.code,
        "scheme": {"key": dossier.scheme.key, "number": dossier.scheme.number, "sha256": dossier.scheme.sha256},
        "pack": {"number": sitting.pack.number, "sha256": sitting.pack.sha256} if sitting else None,
        "finished_at": _moment(sitting.finished_at) if sitting else "",
        "consent": sitting.consent_version if sitting else None,
        "assessors": [
            {
                "person": str(one.person.id),
                "marking": one.marking,
                "slot": one.slot,
                "began_on": str(one.began_on or ""),
                "signed_at": _moment(one.signed_at),
                "trained_on": str(one.trained_on or ""),
                "calibrated_on": str(one.calibrated_on or ""),
                "calibrations": [_calibration(each) for each in one.calibrations],
            }
            for one in case.assessors
        ],
        "recordings": [
            {
                "situation": one.answer.number,
                "take": one.take,
                "state": str(one.state),
                "faults": one.faults,
                "receipts": [{"at": _moment(receipt.at), "sha256": receipt.sha256} for receipt in one.receipts],
                "originals": [
                    {"name": original.name, "size": original.size, "sha256": original.sha256}
                    for original in one.originals
                ],
                "erased_at": _moment(one.erased_at),
            }
            for one in case.recordings
        ],
        "ratings": [
            {
                "situation": one.answer.number,
                "assessor": str(one.assessor_id),
                "marking": one.marking,
                "slot": one.slot,
                "declined_at": _moment(one.declined_at),
                "phase1_signed_at": _moment(one.phase1_signed_at),
                "phase2_signed_at": _moment(one.phase2_signed_at),
                "scores": [
                    {
                        "competency": score.competency,
                        "level": score.level,
                        "not_observable": score.not_observable,
                        "changed": score.changed,
                        "phase2_level": score.phase2_level,
                        "phase2_not_observable": score.phase2_not_observable,
                    }
                    for score in sorted(one.scores, key=lambda score: score.competency)
                ],
            }
            for one in case.ratings
        ],
        "verdicts": [
            {
                "id": str(one.id),
                "replaces": str(one.replaces_id or ""),
                "cause": str(one.cause),
                "passed": one.passed,
                "inputs": one.inputs,
                "decision": one.decision,
                "decided_at": _moment(one.decided_at),
                "confirmed_at": _moment(one.confirmed_at),
                "confirmed_by": str(one.confirmed_by_id or ""),
                "released_at": _moment(one.released_at),
                "released_by": str(one.released_by_id or ""),
                "ended_at": _moment(one.ended_at),
            }
            for one in case.verdicts
        ],
        "certificates": [
            {"number": one.number, "state": str(one.state), "issued_on": str(one.issued_on)}
            for one in case.certificates
        ],
        "objections": [
            {"code": one.code, "against": str(one.against), "state": str(one.state), "ruling": str(one.ruling or "")}
            for one in case.objections
        ],
        "events": [one.line() for one in case.events],
    }


def _moment(at: datetime | None) -> str:
    return at.astimezone(UTC).isoformat() if at else ""


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True).encode()
