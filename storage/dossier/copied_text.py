"""A personal substantiation for each candidate: what a manager writes is held beside the others of the organisation."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from review.likeness import share
from scenarios.chapters import Documents
from storage.dossier.dossiers import Dossier
from storage.dossier.revisions import Side, write
from storage.people.people import Person

FIELDS = ("reason", "example_role")


@dataclass(frozen=True)
class Alike:
    """A text that is more like somebody else's than the scheme allows; `share` from 0 to 1."""

    dossier: Dossier
    field: str
    share: float
    other: Dossier
    other_field: str

    @property
    def text(self) -> str:
        return str(getattr(self.dossier, self.field))

    @property
    def other_text(self) -> str:
        return str(getattr(self.other, self.other_field))


def alike(session: Session, dossier: Dossier) -> list[Alike]:
    """Every text of this substantiation that is too much like one for another candidate, most alike first.

    Compared with all of the same organisation and of the same manager, also those of attempts that have ended.
    """
    limit = float(dossier.scheme.content.chapter(Documents).same_text_share)
    others = (
        select(Dossier)
        .where(
            or_(Dossier.organisation_id == dossier.organisation_id, Dossier.manager_id == dossier.manager_id),
            Dossier.candidate_id != dossier.candidate_id,
            or_(Dossier.reason != "", Dossier.example_role != ""),
        )
        .options(joinedload(Dossier.candidate), joinedload(Dossier.manager))
    )
    found = []
    for other in session.scalars(others):
        for field in FIELDS:
            text = getattr(dossier, field)
            much, best = max((share(text, getattr(other, name)), name) for name in FIELDS)
            if much > limit:
                found.append(Alike(dossier, field, much, other, best))
    return sorted(found, key=lambda one: -one.share)


def substantiate(session: Session, dossier: Dossier, values: Mapping[str, Any], author: Person, now: datetime) -> None:
    """Keep the manager's part, mark it when it is like another's, and say whether it is whole."""
    write(session, dossier, Side.MANAGER, values, author, now)
    marked = alike(session, dossier)
    dossier.alike_share = marked[0].share if marked else None
    dossier.manager_done_at = None
    if not set(dossier.manager_gaps()) - {"substantiation"}:
        dossier.manager_done_at = now
