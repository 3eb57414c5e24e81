"""Everything that is kept of one person, table by table, as that person may have it (articles 15 and 20 GDPR).

What a person gets of a row is said by `storage.data_classes`, so nothing can be forgotten here. Other people stand in
it by what they are, "assessor 1", or by a name that is known already (the manager of the own file), never by an id.
"""

import enum
import uuid
from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, FromClause, Select, select
from sqlalchemy.orm import Session

from storage.base.database import Base
from storage.data_classes import TABLES
from storage.dossier.dossiers import Dossier
from storage.exam.sittings import Answer, Sitting
from storage.judging.ratings import Rating
from storage.people.organisations import Organisation
from storage.people.people import Person

Row = dict[str, Any]

ME, ASSESSOR, SOMEBODY = "me", "assessor {}", "somebody"
"""How people stand in the own data: oneself, an assessor of the own exam by the slot, anybody else."""


def rows_of(session: Session, person: Person) -> dict[str, list[Row]]:
    """The rows of this person by table; in each the columns that he gets, and by which path (`of`) it is his."""
    name = _names(session, person)
    found: dict[str, list[Row]] = {}
    for table, lines in TABLES.items():
        for path, columns in lines.told.items():
            rows = session.execute(_query(table, path, columns.split(), lines.once.get(path), person.id)).mappings()
            found.setdefault(table, []).extend(
                {"of": path.rpartition(".")[2], **{key: _plain(value, name) for key, value in row.items()}}
                for row in rows
            )
    return {table: rows for table, rows in found.items() if rows}


def _query(table: str, path: str, columns: list[str], once: tuple[str, str] | None, person: uuid.UUID) -> Select[Any]:
    here = Base.metadata.tables[table]
    there: dict[str, FromClause] = {table: here}
    joined: FromClause = here
    last: FromClause = here
    *keys, end = path.split(".")
    for key in keys:
        target = next(one.column.table for one in last.c[key].foreign_keys if one.column.name == "id")
        joined = joined.join(target, last.c[key] == target.c.id)
        there[target.name], last = target, target
    links = [column for column in here.c if _joins(column) and column.name not in columns]
    wanted = select(*links, *(here.c[name] for name in columns)).select_from(joined).where(last.c[end] == person)
    if once:
        wanted = wanted.where(there[once[0]].c[once[1]].is_not(None))
    return wanted.order_by(*(here.c[name] for name in _ORDER if name in here.c))


_ORDER = ("created_at", "at", "number", "id")


def _joins(column: Column[Any]) -> bool:
    """True for a column that only joins rows of the same person."""
    return column.name == "id" or any(
        key.column.name == "id" and key.column.table.name in TABLES for key in _others(column)
    )


def _others(column: Column[Any]) -> Iterator[Any]:
    return (key for key in column.foreign_keys if key.column.table.name != "person")


def _names(session: Session, person: Person) -> Callable[[uuid.UUID], str | None]:
    """The name that stands for somebody or an organisation in this person's data; None for any other id."""
    own = select(Dossier).where((Dossier.candidate_id == person.id) | (Dossier.manager_id == person.id))
    known = {one.id: one.name for one in session.scalars(select(Organisation))}
    known[person.id] = ME
    judged = select(Rating.assessor_id, Rating.slot).join(Answer).join(Sitting).join(Dossier)
    for assessor_id, slot in session.execute(judged.where(Dossier.candidate_id == person.id)):
        known.setdefault(assessor_id, ASSESSOR.format(slot or "?"))
    for dossier in session.scalars(own):
        known.setdefault(dossier.manager_id, dossier.manager.name)
        known.setdefault(dossier.candidate_id, dossier.candidate.name)
    everybody = set(session.scalars(select(Person.id)))
    return lambda one: known.get(one) or (SOMEBODY if one in everybody else None)


def _plain(value: Any, name: Callable[[uuid.UUID], str | None]) -> Any:
    """As JSON has it, with people by what they are."""
    if isinstance(value, dict):
        return {_plain(key, name): _plain(one, name) for key, one in value.items()}
    if isinstance(value, list):
        return [_plain(one, name) for one in value]
    if isinstance(value, str) and not isinstance(value, enum.Enum):
        try:
            return name(uuid.UUID(value)) or value
        except ValueError:
            return value
    if isinstance(value, uuid.UUID):
        return name(value) or str(value)
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value
