"""An exam of which the result was told, with sealed objects behind its recordings and its role document."""

import os
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from support import cast, sealed
from support.pdf import pdf

from storage.base.objects import sha256_of
from storage.dossier import role_documents
from storage.dossier.dossiers import Dossier
from storage.exam.recordings import Original, Recording, Rendition, RenditionKind
from storage.exam.sittings import Answer, Sitting
from storage.judging.progress import decide

PDF = pdf()
FILM = 30_000
"""Bytes of one film here."""


def told(
    session, people: cast.Cast, level: int = 3, now: datetime = cast.NOW, candidate=None, pack=None, films: int = 2
) -> Dossier:
    """A passed exam at `level` 3, a failed one at 1; the first `films` answers have objects behind them."""
    sitting = cast.finished_sitting(session, people, now, pack_row=pack) if candidate is None else None
    if sitting is None:
        made = cast.sitting(session, people, now, candidate, pack)
        sitting = cast.begin(made, now)
        for answer in sitting.answers:
            cast.record(session, answer, now)
        sitting.finish(now + timedelta(hours=1), lambda _: True)
    for slot, assessor in enumerate(people.assessors[:2], 1):
        cast.rate(session, sitting, assessor, slot, level)
    verdict = decide(session, sitting, now)
    verdict.confirm(people.officer, now)
    verdict.release(people.second_officer, now)
    document = role_documents.put(sitting.dossier, "functie.pdf", PDF, now)
    sitting.dossier.documents.append(document)
    session.flush()
    for recording in takes_of(session, sitting.dossier)[:films]:
        _put(recording)
    session.commit()
    return sitting.dossier


def takes_of(session, dossier: Dossier) -> list[Recording]:
    theirs = select(Recording).join(Answer).join(Sitting).where(Sitting.dossier_id == dossier.id)
    return list(session.scalars(theirs.order_by(Answer.number)))


def _put(recording: Recording) -> None:
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder, "plain")
        plain.write_bytes(os.urandom(FILM))
        (original,) = recording.originals
        stored = sealed.put(original.key, plain, recording.id)
        original.size, original.sha256, original.sealed_under = FILM, sha256_of(plain), recording.id
        original.cipher_size, original.cipher_sha256 = stored.size, stored.sha256
        key = f"recordings/{recording.id}/20260302/video.mp4.enc"
        sealed.put(key, plain, recording.id)
        recording.renditions.append(
            Rendition(
                kind=RenditionKind.VIDEO,
                key=key,
                content_type="video/mp4",
                size=FILM,
                sha256=sha256_of(plain),
                sealed_under=recording.id,
            )
        )


def write_down(recording: Recording, text: str) -> None:
    """Captions of what a program heard in this take."""
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder, "plain")
        plain.write_text(text)
        key = f"recordings/{recording.id}/20260302/speech/captions.enc"
        sealed.put(key, plain, recording.id)
        size, sha256 = plain.stat().st_size, sha256_of(plain)
        row = Rendition(kind=RenditionKind.CAPTIONS, key=key, content_type="text/vtt", size=size, sha256=sha256)
        row.sealed_under = recording.id
        recording.renditions.append(row)


def originals(session) -> list[Original]:
    return list(session.scalars(select(Original)))
