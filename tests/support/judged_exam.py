"""A finished exam on the desks of two assessors, and what a desk sends, for tests of judging without a browser."""

import uuid
from dataclasses import dataclass

from support import cast
from support.visitors import Visitor

from storage.exam.sittings import Sitting
from storage.judging.ratings import Rating
from storage.judging.workload import assign

NOW = cast.NOW


@dataclass
class Bench:
    """A finished sitting on the desks of the first two assessors."""

    people: cast.Cast
    sitting: Sitting
    mine: list[Rating]
    theirs: list[Rating]

    def url(self, number: int = 1, what: str = "") -> str:
        return f"/beoordelen/{self.mine[number - 1].id}{what}"


def make(session, people: cast.Cast) -> Bench:
    sitting = cast.finished_sitting(session, people)
    mine = assign(session, sitting, people.assessors[0], 1, NOW)
    theirs = assign(session, sitting, people.assessors[1], 2, NOW)
    session.commit()
    return Bench(people, sitting, mine, theirs)


def tell(visitor: Visitor, url: str, body):
    headers = {"X-CSRFToken": visitor.token, "Accept": "application/json"}
    return visitor.client.post(url, json=body, headers=headers)


def score(level=3, moments=(4.5,), **more):
    return {"level": level, "not_observable": False, "reason": "", "moments": list(moments)} | more


def state(rating, version=0, remarks=(), **scores):
    """Phase 1 of an answer as the desk sends it, by default whole, of a recording that was seen to its end."""
    return {
        "version": version,
        "scores": scores or {key: score() for key in rating.visible},
        "remarks": list(remarks),
        "seen": [[0, 3600]],
    }


def note(text="Noemt de kou in huis.", at_s=12.25, competency=None, note_id=None):
    return {"id": str(note_id or uuid.uuid4()), "at_s": at_s, "text": text, "competency": competency}


def sign_all(visitor: Visitor, ratings) -> None:
    """Score and sign phase 1 of all these answers."""
    for rating in ratings:
        told = tell(visitor, f"/beoordelen/{rating.id}/ondertekenen", state(rating))
        assert told.status_code == 200, told.json


def fresh(session, noun, wanted_id):
    """The row as it is in the database now, with nothing kept locked."""
    session.expire_all()
    row = session.get(noun, wanted_id)
    if noun is Rating:
        assert row.scores is not None and row.remarks is not None
    session.commit()
    return row


def rows_of(session, query):
    session.expire_all()
    rows = session.scalars(query).all()
    session.commit()
    return rows
