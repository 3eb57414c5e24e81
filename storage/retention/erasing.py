"""Erasing what is due: the keys first, then the objects, proven gone, then the rows; and each act in the audit log.

An act may be killed at any moment and begins again: it is a row before anything is destroyed, and whatever was done
already is done once more without harm. From the first key on nothing can be got back, so nothing stops it either.
"""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from review.retention import Erasable
from storage.admission.part_one import PartOneReview
from storage.base import audit, jobs
from storage.base.database import session_scope
from storage.base.keys import key_store
from storage.base.objects import ObjectError, object_store
from storage.dossier.dossiers import Dossier, RoleDocument, SelfAssessment, Star
from storage.dossier.revisions import Revision
from storage.exam import emergency
from storage.exam.accommodations import Accommodation
from storage.exam.recordings import Original, Recording, Rendition
from storage.exam.sittings import Answer, Sitting
from storage.inquiries import Inquiry, InquiryPost
from storage.retention import requests, results
from storage.retention.destructions import Destruction, Run
from storage.retention.plan import draw_samples, due, plan

ERASE = "erase"
"""The kind of the office job that does a run, by night or at once; its subject is the run."""

WRITTEN = (Star, SelfAssessment, Revision, PartOneReview, Accommodation, RoleDocument)
"""Tables whose rows go whole with a motivation file."""
BLANK: dict[str, object] = {
    "cost_centre": "",
    "tasks": [],
    "shared_facts": "",
    "reason": "",
    "example_role": "",
    "alike_share": None,
    "alike_reason": "",
    "role_description": "",
    "job_title": "",
    "years": None,
    "work_confirmed": None,
    "work_remark": "",
    "work_told_at": None,
    "work_told_by_id": None,
    "motivation": "",
    "goal": "",
    "open_parts": [],
    "decision_reason": "",
}
"""Columns of the dossier's own row that go; its number, who took part and how it ended stay with the result."""


@dataclass(frozen=True)
class _Things:
    """The things to destroy: `owners` of keys in the key store, and what lies in the object store.

    There it is all that begins with a prefix, what rows name (a list of a store may lag behind), and of the few
    emergency files that wait those of these takes.
    """

    owners: tuple[uuid.UUID, ...]
    prefixes: tuple[str, ...]
    named: frozenset[str]
    waiting: frozenset[str]
    contents: list[dict[str, object]]


def begin_run(session: Session, now: datetime) -> Run:
    """The run of this night: the one that did not end yet, or a new one."""
    draw_samples(session)
    going_on = session.scalars(select(Run).where(Run.ended_at.is_(None))).first()
    if going_on is None:
        going_on = Run(id=uuid.uuid4(), began_at=now)
        session.add(going_on)
        audit.record(session, now, None, "retention_began", going_on)
    return going_on


def begin_at_once(session: Session, dossiers: Sequence[uuid.UUID], now: datetime) -> list[uuid.UUID]:
    """Let a worker erase now what nothing keeps any more of the recordings of these exams; answers of which.

    For the moment at which a candidate takes a consent back: what that alone kept does not wait for the night.
    """
    going = [one.dossier.id for one in plan(session, dossiers, now) if one.outlooks[Erasable.RECORDINGS].goes]
    if going:
        jobs.enqueue(session, jobs.Queue.OFFICE, ERASE, begin_run(session, now).id, now)
    return going


def run_through(run_id: uuid.UUID, now: Callable[[], datetime], report: Callable[[float], None]) -> dict[str, int]:
    """Do a run, from where it was left; answers how many exams it erased of each kind.

    What the store does not let go of keeps nothing else waiting: it is raised (ObjectError) when all the rest is
    done, and tried again at the next attempt.
    """
    done, kept = dict.fromkeys(Erasable, 0), None
    with session_scope() as session:
        requests.erase_rows(session, now())
        begun = session.execute(select(Destruction.dossier_id, Destruction.what).where(Destruction.at.is_(None))).all()
        work = [(one.dossier_id, one.what) for one in begun]
        work += [(one, what) for what in Erasable for one in due(session, what, now()) if (one, what) not in work]
    for number, (dossier, what) in enumerate(work):
        try:
            done[what] += erase(run_id, dossier, what, now())
        except ObjectError as error:
            kept = error
        report(100 * number / len(work))
    if kept:
        raise kept
    with session_scope() as session:
        run = session.get_one(Run, run_id)
        run.ended_at = now()
        audit.record(session, run.ended_at, None, "retention_ended", run, **{str(what): n for what, n in done.items()})
    return {str(what): number for what, number in done.items()}


def erase(run_id: uuid.UUID, dossier_id: uuid.UUID, what: Erasable, now: datetime) -> bool:
    """Destroy this of one exam, unless something keeps it meanwhile. True when it was destroyed.

    Raises ObjectError when the store still holds something of it; then it goes on at the next attempt.
    """
    with session_scope() as session:
        things = _begin(session, run_id, dossier_id, what, now)
    if things is None:
        return False
    key_store().destroy(*things.owners)
    there = _objects(things)
    object_store().delete_all(sorted(things.named.union(there)))
    if left := _objects(things):
        raise ObjectError(f"{len(left)} objects of dossier {dossier_id} are still there")
    with session_scope() as session:
        _end(session, dossier_id, what, there, now)
    return True


def _begin(session: Session, run_id: uuid.UUID, dossier_id: uuid.UUID, what: Erasable, now: datetime) -> _Things | None:
    """Look once more, under a lock; from here on it cannot be held any more. None when it stays, or went already."""
    # Who places a hold waits for the same row.
    session.get(Dossier, dossier_id, with_for_update=True)
    (planned,) = plan(session, [dossier_id], now)
    things = _THINGS[what](session, planned.dossier)
    act = planned.gone.get(what)
    if act is None and planned.outlooks[what].goes:
        act = Destruction(
            id=uuid.uuid4(),
            run_id=run_id,
            dossier_id=dossier_id,
            person_id=planned.dossier.candidate_id,
            what=what,
            due=planned.outlooks[what].due,
            began_at=now,
            contents=things.contents,
        )
        session.add(act)
        audit.record(session, now, None, f"{what}_erasing", planned.dossier, due=str(act.due))
    return things if act is not None and act.at is None else None


def _end(session: Session, dossier_id: uuid.UUID, what: Erasable, there: dict[str, int], now: datetime) -> None:
    dossier = session.get_one(Dossier, dossier_id, with_for_update=True)
    act = session.scalars(
        select(Destruction).where(Destruction.dossier_id == dossier_id, Destruction.what == what)
    ).one()
    if act.at is not None:
        return
    _ROWS[what](session, dossier, now)
    act.at = now
    # A part that was done before a crash is counted then or not at all: what is told is at least what was given back.
    act.objects, act.size = len(there), sum(there.values())
    audit.record(session, now, None, f"{what}_erased", dossier, objects=act.objects, bytes=act.size)


def _objects(things: _Things) -> dict[str, int]:
    """Its objects in the store, with sizes in bytes."""
    store = object_store()
    found = {key: size for prefix in things.prefixes for key, size in store.sizes(prefix).items()}
    if things.waiting:
        found |= {key: size for key, size in store.sizes(emergency.FOLDER).items() if key in things.waiting}
    return found


def _takes(session: Session, dossier: Dossier) -> list[Recording]:
    theirs = select(Recording).join(Answer).join(Sitting).where(Sitting.dossier_id == dossier.id)
    return list(session.scalars(theirs.order_by(Answer.number, Recording.take)))


def _recordings(session: Session, dossier: Dossier) -> _Things:
    """Every take, whatever became of it, with all that lies in its folder, named by a row or not."""
    takes = _takes(session, dossier)
    contents: list[dict[str, object]] = [
        {
            "situation": take.answer.number,
            "take": take.take,
            "seconds": take.seconds,
            "receipts": [one.sha256 for one in take.receipts],
        }
        for take in takes
    ]
    owners = (*(take.id for take in takes), *_old_key(session, dossier, Erasable.RECORDINGS))
    prefixes = tuple(f"recordings/{take.id}/" for take in takes)
    originals = {one.key for take in takes for one in take.originals}
    named = frozenset(originals | {one.key for take in takes for one in take.renditions})
    return _Things(owners, prefixes, named, frozenset(emergency.key_of(take.id) for take in takes), contents)


def _documents(session: Session, dossier: Dossier) -> _Things:
    contents: list[dict[str, object]] = [
        {"document": True, "size": one.size, "sha256": one.sha256} for one in dossier.documents
    ]
    prefixes = tuple(one.key for one in dossier.documents)
    owners = (dossier.id, *_old_key(session, dossier, Erasable.DOSSIER))
    return _Things(owners, prefixes, frozenset(prefixes), frozenset(), contents)


def _result(session: Session, dossier: Dossier) -> _Things:
    return _Things((), (), frozenset(), frozenset(), results.contents(session, dossier))


def _old_key(session: Session, dossier: Dossier, what: Erasable) -> list[uuid.UUID]:
    """The candidate's own key, under which files of before are, when nothing else is under it any more."""
    mine = (Dossier.candidate_id == dossier.candidate_id) & (Dossier.id != dossier.id)
    takes = select(Original.id).join(Recording).join(Answer).join(Sitting).join(Dossier)
    files = select(RoleDocument.id).join(Dossier)
    same = Dossier.id == dossier.id
    others = [
        takes.where(Original.sealed_under.is_(None), Recording.erased_at.is_(None), mine),
        files.where(RoleDocument.sealed_under.is_(None), mine),
        files.where(RoleDocument.sealed_under.is_(None), same)
        if what is Erasable.RECORDINGS
        else takes.where(Original.sealed_under.is_(None), Recording.erased_at.is_(None), same),
    ]
    needed = any(session.scalars(query.limit(1)).first() for query in others)
    return [] if needed else [dossier.candidate_id]


def _forget_recordings(session: Session, dossier: Dossier, now: datetime) -> None:
    """The rows of the films go. Those of the originals stay with their hashes, so that a receipt can be looked up."""
    for take in _takes(session, dossier):
        session.execute(delete(Rendition).where(Rendition.recording_id == take.id))
        take.erased_at, take.figures, take.late_at = now, {}, None


def _forget_dossier(session: Session, dossier: Dossier, _now: datetime) -> None:
    asked = select(Inquiry.id).where(Inquiry.dossier_id == dossier.id)
    session.execute(delete(InquiryPost).where(InquiryPost.inquiry_id.in_(asked)))
    session.execute(delete(Inquiry).where(Inquiry.dossier_id == dossier.id))
    for noun in WRITTEN:
        session.execute(delete(noun).where(noun.dossier_id == dossier.id))
    session.expire(dossier, ["stars", "assessments", "documents"])
    for name, nothing in BLANK.items():
        setattr(dossier, name, nothing)


def _forget_result(session: Session, dossier: Dossier, _now: datetime) -> None:
    results.forget(session, dossier)


_THINGS = {Erasable.RECORDINGS: _recordings, Erasable.DOSSIER: _documents, Erasable.RESULT: _result}
_ROWS = {
    Erasable.RECORDINGS: _forget_recordings,
    Erasable.DOSSIER: _forget_dossier,
    Erasable.RESULT: _forget_result,
}
