"""Long lists: one page of a query, and the words that somebody looks for in it."""

from dataclasses import dataclass

from flask import g, request
from sqlalchemy import ColumnElement, Select, and_, func, or_, select

PAGE = 25
LONGEST_SEARCH = 80


@dataclass(frozen=True)
class Page:
    """The rows of the page that was asked for; `total` counts the rows of all pages."""

    rows: list
    number: int
    pages: int
    total: int


def page_of(query: Select, size: int = PAGE) -> Page:
    """The page of `query` that the address asks for (?page=2); the nearest when there is no such page."""
    total = g.db.scalar(select(func.count()).select_from(query.order_by(None).options().subquery()))
    pages = max(1, -(-total // size))
    number = min(max(1, request.args.get("page", 1, type=int)), pages)
    return Page(list(g.db.scalars(query.limit(size).offset((number - 1) * size)).unique()), number, pages, total)


def search() -> str:
    """What somebody looks for (?zoek=…), cleaned of what no database keeps."""
    return request.args.get("zoek", "").replace("\x00", "").strip()[:LONGEST_SEARCH]


def matching(words: str, *columns) -> ColumnElement[bool]:
    """Rows in which each of the words is part of one of the columns."""
    return and_(
        True, *(or_(*(column.icontains(word, autoescape=True) for column in columns)) for word in words.split())
    )
