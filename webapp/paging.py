"""Long lists: one page of a query, how many there are, and the words that somebody looks for."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from flask import request
from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select, union_all
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.base import ExecutableOption

from storage.base.database import Identified
from storage.dossier.dossiers import Dossier
from storage.people.people import called
from storage.people.search_words import typed
from webapp.context import g

State = TypeVar("State", bound=StrEnum)

PAGE = 25
LONGEST_SEARCH = 80


@dataclass(frozen=True)
class Page:
    """The rows of the page that was asked for; `total` counts the rows of all pages."""

    rows: list[Any]
    number: int
    pages: int
    total: int


def counted(query: Select[Any], most: int | None = None) -> Select[Any]:
    """The query that says how many rows `query` has, up to `most`; it reads no column that is not asked about."""
    if most is None:
        return query.with_only_columns(func.count(), maintain_column_froms=True).order_by(None)
    rows = query.with_only_columns(literal(1), maintain_column_froms=True).order_by(None).limit(most)
    return select(func.count()).select_from(rows.subquery())


def count(query: Select[Any]) -> int:
    """How many rows `query` has."""
    number: int = g.db.scalars(counted(query)).one()
    return number


def page_of(query: Select[Any], *options: ExecutableOption, size: int = PAGE) -> Page:
    """The page of `query`, of one noun, that the address asks for (?page=2); the nearest when there is no such page.

    What is passed over is passed over by id alone, so that the last page of a long list costs hardly more than the
    first; the rows of the page itself are read after that, with `options`. Give `query` an order that ends in the id.
    """
    noun = query.column_descriptions[0]["entity"]
    ids = query.with_only_columns(noun.id, maintain_column_froms=True)
    number, pages, total = _bounds(count(query), size)
    shown = g.db.scalars(ids.limit(size).offset((number - 1) * size))
    return Page(_rows(noun, list(shown), options), number, pages, total)


def _bounds(total: int, size: int) -> tuple[int, int, int]:
    pages = max(1, -(-total // size))
    return min(max(1, request.args.get("page", 1, type=int)), pages), pages, total


def _rows(noun: type[Identified], ids: Sequence[uuid.UUID], options: Sequence[ExecutableOption]) -> list[Any]:
    if not ids:
        return []
    found = {row.id: row for row in g.db.scalars(select(noun).where(noun.id.in_(ids)).options(*options)).unique()}
    return [found[row_id] for row_id in ids]


def one_of(states: type[State], name: str) -> State | None:
    """The state that the address asks for (?name=…); None when it asks for none, or for one that there is not."""
    asked = request.args.get(name, "")
    return states(asked) if asked in set(states) else None


def search() -> str:
    """The search words (?zoek=…, or a field of a form), without characters that no database keeps."""
    return request.values.get("zoek", "").replace("\x00", "").strip()[:LONGEST_SEARCH]


def called_so(words: str, person: ColumnElement[uuid.UUID] | InstrumentedAttribute[uuid.UUID]) -> ColumnElement[bool]:
    """Rows whose `person` is somebody of whom each of the words begins a part of the name or the address."""
    return and_(True, *(person.in_(called(word)) for word in typed(words)))


def of_dossier(words: str, *codes: ColumnElement[str] | InstrumentedAttribute[str]) -> ColumnElement[bool]:
    """Dossiers whose candidate is called so. A word may also be the number of the dossier, or one of these `codes`."""
    return and_(True, *(_has(word, codes) for word in typed(words)))


def _has(word: str, codes: Sequence[ColumnElement[str] | InstrumentedAttribute[str]]) -> ColumnElement[bool]:
    number = word.upper()
    # One list of ids, which both databases make from indexes; of an OR PostgreSQL would look at every row.
    found = union_all(
        select(Dossier.id).where(Dossier.candidate_id.in_(called(word))),
        select(Dossier.id).where(Dossier.code.in_((number, f"K-{number}"))),
    )
    return or_(Dossier.id.in_(found), *(code.in_((number, f"B-{number}")) for code in codes))


def matching(words: str, *columns: Any) -> ColumnElement[bool]:
    """Rows in which each of the words is part of one of the columns."""
    return and_(
        True, *(or_(*(column.icontains(word, autoescape=True) for column in columns)) for word in words.split())
    )
