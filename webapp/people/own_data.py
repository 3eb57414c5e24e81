"""Everything about me: what is kept of the one who asks, as one file; the own recordings; and who looked at them.

The file is a ZIP that is made while it is sent, so nothing of it is kept: the films, the files that were handed in, all
rows as JSON for a program, and the same as a page for a person.
"""

import json
import zipfile
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from logging import Logger

from flask import Blueprint, Response, current_app, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from review.retention import Erasable, Outlook
from storage import own_data
from storage.assessing.assessments import Assessment
from storage.assessing.portfolios import PortfolioDocument
from storage.base import audit
from storage.base.database import session_scope
from storage.base.keys import KeyGone, Tampered
from storage.base.objects import ObjectError
from storage.data_classes import KEPT, DataClass
from storage.dossier import role_documents
from storage.dossier.dossiers import Dossier, RoleDocument
from storage.exam import consents, looks
from storage.exam.recordings import RenditionKind
from storage.exam.sittings import CONSENT_STAGES, Sitting
from storage.people.people import Person, Role
from storage.retention import plan, requests
from storage.retention.destructions import destroyed_of
from webapp import access, long_answers, media
from webapp.access import looks as access_looks
from webapp.context import g
from webapp.dutch import own_data as words
from webapp.dutch import terms
from webapp.dutch.own_values import said
from webapp.extensions import limiter

pages = Blueprint("own_data", __name__, url_prefix="/account/gegevens")

BENCHMARK = consents.ConsentKind.BENCHMARK
LEFT_OUT = "Dit bestand is er niet meer, of kon niet worden gelezen. Vraag het aan KSF.\n"
Blocks = Callable[[], Iterable[bytes]]


@pages.get("")
@access.roles(*Role)
def show() -> ResponseReturnValue:
    """The page of the own data: the file to fetch, the own recordings, who looked, and how long everything stays."""
    return render_template(
        "own_data/show.html",
        candidate=Role.CANDIDATE in access.me().roles(g.now),
        recordings=g.db.scalars(access_looks.my_recordings()).all(),
        looks=looks.looks_at(g.db, access.me()),
        requests=requests.requests_of(g.db, access.me()),
        destroyed=destroyed_of(g.db, access.me()),
        to_be_recorded=_to_be_recorded(),
        allowed=_allowed(),
        when_gone=terms.when_gone,
        classes=[(words.CLASSES[key], kept) for key, kept in KEPT.items() if key is not DataClass.TECHNICAL],
    )


@pages.get("/alles-over-mij.zip")
@access.roles(*Role)
@access.confirmed
@limiter.limit("10/hour")
def everything() -> ResponseReturnValue:
    """All of it. Who did not give the password lately is asked for it first."""
    me = access.me()
    rows = own_data.rows_of(g.db, me)
    films = list(_films())
    documents = list(_documents())
    with session_scope() as session:
        audit.record(session, g.now, me.id, "own_data_taken", session.get_one(Person, me.id))
    values = {"made_at": g.now.isoformat(), "tables": rows}
    read = {"rows": rows, "words": words, "said": said, "now": g.now, "films": [name for name, _ in films]}
    page = render_template("own_data/page.html", **read)
    texts = {
        "lees-mij.html": page,
        "gegevens.json": json.dumps(values, ensure_ascii=False, indent=1),
    }
    body = long_answers.Long(me.id, _zip(texts, [*films, *documents], current_app.logger))
    response = Response(body, content_type="application/zip")
    response.headers.set("Content-Disposition", "attachment", filename="alles-over-mij.zip")
    return response


def _allowed() -> list[tuple[Dossier, consents.Consent | None, Outlook]]:
    """The own exams that may train and test assessors: what holds, and when the recordings go without it."""
    found = {one.id: one for one in access_looks.may_allow()}
    planned = plan.plan(g.db, list(found), g.now, if_taken_back=True)
    return [
        (one.dossier, consents.holding(g.db, one.dossier, BENCHMARK), one.outlooks[Erasable.RECORDINGS])
        for one in planned
    ]


def _to_be_recorded() -> Sitting | None:
    """The own sitting for which it was said that recording is fine, and nothing is recorded yet."""
    mine = access.my_sitting()
    return mine if mine and mine.stage in CONSENT_STAGES else None


def _films() -> Iterator[tuple[str, Blocks]]:
    for recording in g.db.scalars(access_looks.my_recordings()):
        film = recording.rendition(RenditionKind.VIDEO)
        if film is not None:
            answer = recording.answer
            dossier = answer.sitting.dossier.code
            name = f"opnames/{dossier}-situatie-{answer.number}-poging-{recording.take}"
            yield f"{name}.mp4", media.whole(film)
            heard = recording.rendition(RenditionKind.CAPTIONS)
            if heard is not None:
                yield f"{name}.vtt", media.whole(heard)


def _documents() -> Iterator[tuple[str, Blocks]]:
    mine = select(RoleDocument).join(RoleDocument.dossier).where(Dossier.candidate_id == access.me().id)
    for number, document in enumerate(g.db.scalars(mine.order_by(RoleDocument.created_at)), 1):
        document.dossier  # noqa: B018 (read now: there is no session while the file is sent)
        yield f"bestanden/{number}-{document.name}", partial(_whole, document)
    theirs = select(PortfolioDocument).join(PortfolioDocument.assessment)
    theirs = theirs.where(Assessment.candidate_id == access.me().id).order_by(PortfolioDocument.created_at)
    for number, one in enumerate(g.db.scalars(theirs), 1):
        yield f"portfolio/{number}-{one.name}", partial(_of_portfolio, one)


def _whole(document: RoleDocument) -> tuple[bytes]:
    return (role_documents.get(document),)


def _of_portfolio(document: PortfolioDocument) -> tuple[bytes]:
    return (role_documents.unseal(document, document.assessment_id),)


class _Pieces:
    """The bytes written since the last call, for a file that is sent while it is made."""

    def __init__(self) -> None:
        self._held: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._held.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        pass

    def close(self) -> None:
        pass

    def take(self) -> bytes:
        held, self._held = b"".join(self._held), []
        return held


def _zip(texts: dict[str, str], files: Iterable[tuple[str, Blocks]], log: Logger) -> Iterator[bytes]:
    out = _Pieces()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in texts.items():
            archive.writestr(name, text, zipfile.ZIP_DEFLATED)
            yield out.take()
        for name, blocks in files:
            try:
                # The first block is read before the file begins: what is gone leaves a line instead.
                source = iter(blocks())
                first = next(source, b"")
            except (KeyGone, Tampered, ObjectError) as error:
                log.warning("a file is left out of somebody's own data: %s", type(error).__name__)
                archive.writestr(f"{name}.txt", LEFT_OUT)
                continue
            with archive.open(zipfile.ZipInfo(name), "w", force_zip64=True) as entry:
                entry.write(first)
                for block in source:
                    entry.write(block)
                    yield out.take()
    yield out.take()
