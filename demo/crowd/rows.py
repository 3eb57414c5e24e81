"""The makings of a crowd: the cases that there are and how often, and rows that are kept until all are written."""

import random
import uuid
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from scenarios.sitting import Stage
from storage.base.audit import AuditEvent
from storage.base.codes import CODE_LETTERS
from storage.base.database import Base
from storage.dossier.dossiers import DossierState
from storage.people.people import Person, SearchWord
from storage.people.search_words import endings
from storage.schemes import Pack


@dataclass(frozen=True)
class Case:
    """Where a dossier stands: its share of all, its state, the stage of its exam, and what became of that."""

    share: float
    state: DossierState
    stage: Stage | None = None
    work: str = ""
    """Of a finished exam: open, third, judging, undecided, decided, confirmed or released."""
    recent: bool = True
    """True: in the last weeks; False: at any time in two years."""


CASES = (
    Case(11, DossierState.WRITING),
    Case(1.5, DossierState.WRITING, recent=False),
    Case(4, DossierState.RETURNED),
    Case(5, DossierState.SUBMITTED),
    Case(6, DossierState.REJECTED, recent=False),
    Case(3, DossierState.WITHDRAWN, recent=False),
    Case(1, DossierState.APPROVED),
    Case(7, DossierState.APPROVED, Stage.INVITED),
    Case(1.5, DossierState.APPROVED, Stage.CHECKED),
    Case(0.5, DossierState.APPROVED, Stage.ANSWERING),
    Case(3, DossierState.APPROVED, Stage.EXPIRED, recent=False),
    Case(3, DossierState.APPROVED, Stage.FINISHED, "open"),
    Case(0.3, DossierState.APPROVED, Stage.FINISHED, "third"),
    Case(4, DossierState.APPROVED, Stage.FINISHED, "judging"),
    Case(0.5, DossierState.APPROVED, Stage.FINISHED, "undecided"),
    Case(1, DossierState.APPROVED, Stage.FINISHED, "decided"),
    Case(1, DossierState.APPROVED, Stage.FINISHED, "confirmed"),
    Case(46.7, DossierState.APPROVED, Stage.FINISHED, "released", recent=False),
)


class Crowd:
    """Makes rows, and keeps them until they are written down all at once."""

    def __init__(
        self, session: Session, pack: Pack, seed: int, now: datetime, password: str | None, trouble: float = 1
    ) -> None:
        self.session, self.pack, self.scheme, self.now = session, pack, pack.scheme, now
        self.seed, self.password, self.people, self.trouble = seed, password, 0, trouble
        self.rng = random.Random(seed)
        self._rows: dict[type[Base], list[dict[str, Any]]] = defaultdict(list)
        self._codes: Iterator[int] = iter(())

    def add(self, noun: type[Base], **values: Any) -> uuid.UUID:
        """One row; the rows of one noun all name the same columns. Answers its id."""
        row_id = uuid.UUID(int=self.rng.getrandbits(128), version=4)
        self._rows[noun].append({"id": row_id, **values})
        return row_id

    def log(self, verb: str, noun: type[Base], subject: uuid.UUID, at: datetime, actor: uuid.UUID | None) -> None:
        """One row of the audit log."""
        self.add(AuditEvent, at=at, actor=actor, verb=verb, subject_kind=noun.__tablename__, subject=subject, facts={})

    def code(self, prefix: str) -> str:
        """A neutral code that nobody has yet."""
        number = next(self._codes, None)
        if number is None:
            self._codes = iter(self.rng.sample(range(len(CODE_LETTERS) ** 6), 200_000))
            number = next(self._codes)
        letters = []
        for _ in range(6):
            number, letter = divmod(number, len(CODE_LETTERS))
            letters.append(CODE_LETTERS[letter])
        return f"{prefix}-{''.join(letters)}"

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def mishap(self, share: float) -> bool:
        """The same of what goes wrong, which in this crowd may happen more often than elsewhere."""
        return self.chance(share * self.trouble)

    def since(self, days: float, least: float = 0) -> datetime:
        """Some moment at most so many days ago."""
        return self.now - timedelta(days=self.rng.uniform(least, days))

    def write(self) -> None:
        """Write all rows, parents first."""
        connection = self.session.connection()
        for table in Base.metadata.sorted_tables:
            for noun, rows in self._rows.items():
                if noun.__table__ is table and rows:
                    connection.execute(table.insert(), rows)
        people = [(row["id"], endings(row["name"], row["email"])) for row in self._rows[Person]]
        words = [{"word": word, "person_id": who} for who, found in people for word in found]
        if words:
            connection.execute(insert(SearchWord), words)
        self._rows.clear()
