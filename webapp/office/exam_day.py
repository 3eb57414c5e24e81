"""Who is at the exam now: how far, since when nothing was heard, and what is missing; each with the way to act."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, or_, select
from sqlalchemy.orm import joinedload, selectinload

from scenarios.sitting import AnswerStage, Stage
from storage.base.clock import start_of_day
from storage.dossier.dossiers import Dossier, DossierState
from storage.exam.recordings import Recording, RecordingState
from storage.exam.reservations import KEPT, Reservation
from storage.exam.sittings import Answer, Sitting
from storage.people.people import Role
from webapp import access
from webapp.access import judging as access_judging
from webapp.context import g
from webapp.paging import page_of, search

pages = Blueprint("exam_day", __name__)

QUIET = timedelta(minutes=5)
"""After so long without a word from a candidate who is answering the office may want to ring."""
SAFE = (RecordingState.CAPTURED, RecordingState.STORED)


@dataclass(frozen=True)
class Seated:
    """One sitting today. `heard_at`: the last step of the candidate's page; `unsafe`: answers that did not arrive."""

    sitting: Sitting
    at: Answer | None
    heard_at: datetime | None
    recorded: int
    unsafe: list[Answer]

    @property
    def quiet(self) -> bool:
        """True when somebody who is answering has not been heard of for a while."""
        answering = self.sitting.stage is Stage.ANSWERING
        return answering and (self.heard_at is None or g.now - self.heard_at > QUIET)


@pages.get("/bureau/vandaag")
@access.roles(Role.KSF_OFFICER)
def show() -> ResponseReturnValue:
    """Everybody who is at the exam, in the order in which their time began; and after them who finished today."""
    words = search()
    query = _today()
    page = page_of(
        query.where(Sitting.id.in_(access_judging.looked_for(words))) if words else query,
        joinedload(Sitting.dossier).joinedload(Dossier.candidate),
        joinedload(Sitting.dossier).joinedload(Dossier.organisation),
        joinedload(Sitting.dossier).joinedload(Dossier.scheme),
        joinedload(Sitting.pack),
        selectinload(Sitting.answers),
    )
    rows = _seated(page.rows)
    return render_template("exam_day/show.html", page=page, words=words, rows=rows)


def _today() -> Select[Sitting]:
    """Sittings of others that are answered at, or prepared while they may still begin, or were finished today."""
    preparing = Sitting.stage.in_((Stage.CONSENTED, Stage.CHECKED)) & (Sitting.closes_at > g.now)
    finished = (Sitting.stage == Stage.FINISHED) & (Sitting.finished_at >= start_of_day(g.now))
    here = or_(preparing, Sitting.stage == Stage.ANSWERING, finished)
    approved = Dossier.state == DossierState.APPROVED
    found = select(Sitting).join(Sitting.dossier).where(here, approved, access.others())
    return found.order_by(Sitting.finished_at.is_not(None), Sitting.opens_at, Sitting.id)


def _seated(sittings: Sequence[Sitting]) -> list[Seated]:
    kept = select(Reservation.sitting_id, Reservation.kept_until).where(
        Reservation.sitting_id.in_([one.id for one in sittings])
    )
    heard = {sitting: until - KEPT for sitting, until in g.db.execute(kept)}
    answers = [answer.id for one in sittings for answer in one.answers]
    arrived = select(Recording.answer_id).where(Recording.answer_id.in_(answers), Recording.state.in_(SAFE))
    safe = set(g.db.scalars(arrived))
    found = []
    for one in sittings:
        recorded = [answer for answer in one.answers if answer.stage is AnswerStage.RECORDED]
        unsafe = [answer for answer in recorded if answer.id not in safe]
        at = one.current if one.stage is Stage.ANSWERING else None
        found.append(Seated(one, at, heard.get(one.id), len(recorded), unsafe))
    return found
