"""How a file ended, for the office: the verdict and who saw to it, certificates, objections, and who looked."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from scenarios.sitting import Stage
from storage.certificates import certificates
from storage.certificates.certificates import Certificate
from storage.dossier.dossiers import Dossier
from storage.exam.looks import Look
from storage.exam.sittings import Sitting
from storage.judging.objections import Objection
from storage.judging.ratings import Rating, ratings_of
from storage.judging.verdicts import Verdict
from storage.people.people import Person
from webapp.context import g

MOST_LOOKS = 50


@dataclass(frozen=True)
class Ending:
    """What came of one file; each part empty, or None, where nothing did."""

    assessors: dict[int, Person]
    """Who judged it, or judges it now, by slot."""
    verdict: Verdict | None
    certificates: Sequence[Certificate]
    objections: Sequence[Objection]
    unseen: Sequence[Rating]
    """The ratings behind the verdict that were signed without seeing all of the recording."""
    looks: Sequence[Look]
    """Newest first, at most MOST_LOOKS."""


def of(dossier: Dossier, sitting: Sitting | None) -> Ending:
    """The ending of this file so far."""
    verdict, issued = None, []
    ratings: Sequence[Rating] = []
    if sitting is not None:
        people = (joinedload(Verdict.confirmed_by), joinedload(Verdict.released_by), joinedload(Verdict.settled_by))
        theirs = select(Verdict).where(Verdict.sitting_id == sitting.id, Verdict.ended_at.is_(None))
        # The one on its way comes before the result that it may take the place of.
        verdict = g.db.scalars(theirs.order_by(Verdict.released_at.is_not(None)).options(*people)).first()
        issued = certificates.of_sitting(g.db, sitting)
        ratings = ratings_of(g.db, sitting) if sitting.stage is Stage.FINISHED else []
    objected = select(Objection).where(Objection.dossier_id == dossier.id).order_by(Objection.received_at)
    looked = select(Look).where(Look.dossier_id == dossier.id).order_by(Look.at.desc(), Look.id)
    return Ending(
        {one.slot: one.assessor for one in ratings if one.slot},
        verdict,
        issued,
        g.db.scalars(objected.options(joinedload(Objection.ruled_by))).all(),
        [one for one in ratings if verdict and one.unseen_because],
        g.db.scalars(looked.options(joinedload(Look.person)).limit(MOST_LOOKS)).all(),
    )
