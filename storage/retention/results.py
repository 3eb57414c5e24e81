"""What there is of the result of one exam, and how it goes: every row of how it was held, judged and decided.

What stays is the dossier's own row, without content, since the certificate of what was destroyed names it; and the
certificate, which the register answers from: it rests on no verdict any more.
"""

from typing import Any

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from storage.base.database import Identified
from storage.certificates.certificates import Certificate
from storage.data_classes import TABLES, DataClass
from storage.dossier.dossiers import Dossier, DossierState
from storage.exam.recordings import Original, Recording, Rendition
from storage.exam.reservations import Reservation
from storage.exam.sittings import Answer, Sitting
from storage.exam.take_decisions import TakeDecision
from storage.judging.benchmarks import AgreedScore, Benchmark
from storage.judging.calibrations import BenchmarkWork
from storage.judging.flags import Flag
from storage.judging.objections import Minute, Objection, Outsider
from storage.judging.ratings import Rating
from storage.judging.repeats import Repeat
from storage.judging.scores import Remark, Score
from storage.judging.verdicts import Verdict
from storage.retention.holds import Hold

PARENTS: dict[type[Identified], tuple[InstrumentedAttribute[Any], type[Identified]]] = {
    Score: (Score.rating_id, Rating),
    Remark: (Remark.rating_id, Rating),
    Flag: (Flag.rating_id, Rating),
    BenchmarkWork: (BenchmarkWork.rating_id, Rating),
    AgreedScore: (AgreedScore.benchmark_id, Benchmark),
    Benchmark: (Benchmark.answer_id, Answer),
    Rating: (Rating.answer_id, Answer),
    Repeat: (Repeat.answer_id, Answer),
    TakeDecision: (TakeDecision.recording_id, Recording),
    Original: (Original.recording_id, Recording),
    Rendition: (Rendition.recording_id, Recording),
    Recording: (Recording.answer_id, Answer),
    Answer: (Answer.sitting_id, Sitting),
    Verdict: (Verdict.sitting_id, Sitting),
    Reservation: (Reservation.sitting_id, Sitting),
    Sitting: (Sitting.dossier_id, Dossier),
    Minute: (Minute.objection_id, Objection),
    Outsider: (Outsider.objection_id, Objection),
    Objection: (Objection.dossier_id, Dossier),
    Hold: (Hold.dossier_id, Dossier),
}
"""Tables whose rows go whole, each with its way to the dossier: what hangs on a row goes before it."""


def contents(session: Session, dossier: Dossier) -> list[dict[str, object]]:
    """How many rows there are of each table, for the certificate."""
    counted = {
        noun.__tablename__: session.scalar(select(func.count()).select_from(noun).where(_of(noun, dossier))) or 0
        for noun in PARENTS
    }
    of_people = {name for name in counted if TABLES[name].data_class is not DataClass.TECHNICAL}
    return [{"table": name, "rows": counted[name]} for name in counted if name in of_people and counted[name]]


def forget(session: Session, dossier: Dossier) -> None:
    """Delete the rows; the file says from now on that nothing of it is left."""
    session.flush()
    resting = Certificate.verdict_id.in_(select(Verdict.id).where(_of(Verdict, dossier)))
    session.execute(update(Certificate).where(resting).values(verdict_id=None))
    for noun in PARENTS:
        session.execute(delete(noun).where(_of(noun, dossier)), execution_options={"synchronize_session": False})
    session.expire_all()
    dossier.state = DossierState.ERASED


def _of(noun: type[Identified], dossier: Dossier) -> ColumnElement[bool]:
    column, parent = PARENTS[noun]
    if parent is Dossier:
        return column == dossier.id
    return column.in_(select(parent.id).where(_of(parent, dossier)))
