"""The work of one assessor, in the order in which it is served: scenario by scenario across the candidates."""

import uuid
from dataclasses import dataclass

from review.rating import Phase
from storage.exam.recordings import Recording
from storage.judging.flags import Flag
from storage.judging.purposes import LISTED, Purpose
from storage.judging.ratings import Rating
from webapp.access import benchmarks as access_benchmarks
from webapp.access import judging as access_judging
from webapp.context import g


@dataclass(frozen=True)
class Work:
    """One answer in the list, and how far it is."""

    rating: Rating
    take: Recording | None
    flags: list[Flag]

    @property
    def lapsed(self) -> bool:
        """True when it was begun and left for so long that the office may give it to somebody else."""
        return self.rating.has_lapsed(g.now)

    @property
    def set_aside(self) -> bool:
        return any(flag.sets_aside for flag in self.flags)

    @property
    def state(self) -> str:
        if self.rating.signed:
            return "signed"
        if self.set_aside or self.take is None:
            return "waiting"
        return "begun" if self.rating.opened_at else "new"

    @property
    def to_do(self) -> bool:
        return self.state in ("new", "begun")


def work_list() -> list[Work]:
    """The work of the one who asks, in the order in which it is served."""
    return _works(access_judging.my_work())


def work_around(rating: Rating) -> list[Work]:
    """The list in which this work of the one who asks stands: the ordinary one, or benchmark answers of one purpose."""
    return work_list() if rating.purpose in LISTED else _works(access_benchmarks.my_round(rating))


def _works(ratings: list[Rating]) -> list[Work]:
    takes = access_judging.takes_to_watch(rating.answer for rating in ratings)
    flags = access_judging.my_flags(ratings)
    return [Work(rating, takes.get(rating.answer_id), flags[rating.id]) for rating in ratings]


def dossiers_ready(work: list[Work]) -> list[list[Work]]:
    """The candidates whose answers are all signed: for each the own work, by situation."""
    by_sitting: dict[uuid.UUID, list[Work]] = {}
    for one in work:
        if one.rating.purpose is not Purpose.EXAM:
            continue
        by_sitting.setdefault(one.rating.answer.sitting_id, []).append(one)
    ready = [own for own in by_sitting.values() if all(one.rating.signed is Phase.BLIND for one in own)]
    return sorted(ready, key=lambda own: own[0].rating.answer.code)


def after(work: list[Work], current: Rating) -> Work | None:
    """The work after this answer: the next in order, else the first that is left."""
    order = [one.rating.id for one in work]
    start = order.index(current.id) + 1 if current.id in order else 0
    rest = [*work[start:], *work[:start]]
    return next((one for one in rest if one.to_do and one.rating.id != current.id), None)
