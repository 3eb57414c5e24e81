"""Who may look into the bank of items: KSF's office and the exam committee, but nobody who has a test to take."""

import uuid
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from flask import abort
from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import joinedload, selectinload

from storage.base.refusal import Refused
from storage.people.people import Role
from storage.planning.theory_tests import live_test
from storage.theory.items import ItemState, Rule, TheoryItem, TheoryMedium
from webapp.access import me, roles
from webapp.context import g

OF_ITEM = (
    selectinload(TheoryItem.media),
    *(
        joinedload(one)
        for one in (TheoryItem.author, TheoryItem.reviewed_by, TheoryItem.approved_by, TheoryItem.retired_by)
    ),
)
"""Loaded with one item that is shown."""


def keepers(view: Callable[..., Any]) -> Callable[..., Any]:
    """A view for who keeps the items. Who is to take a test is told to wait until it is over."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if live_test(g.db, me().id):
            raise Refused(Rule.OWN_TEST)
        return view(*args, **kwargs)

    kept: Callable[..., Any] = roles(Role.KSF_OFFICER, Role.EXAM_COMMITTEE)(guarded)
    return kept


def items(*wanted: ColumnElement[bool]) -> Select[TheoryItem]:
    """Items of the bank, by number, the newest version first."""
    return select(TheoryItem).where(*wanted).order_by(TheoryItem.number, TheoryItem.version.desc(), TheoryItem.id)


def item(item_id: uuid.UUID) -> TheoryItem:
    """One version of one item."""
    return g.db.scalars(items(TheoryItem.id == item_id).options(*OF_ITEM)).first() or abort(404)


def chosen_items(ids: Sequence[uuid.UUID]) -> Sequence[TheoryItem]:
    """These items, all of which there must be; held, since their state is about to change."""
    found = g.db.scalars(items(TheoryItem.id.in_(ids)).with_for_update()).all()
    return found if len(found) == len(set(ids)) else abort(404)


def medium(item_id: uuid.UUID, medium_id: uuid.UUID) -> TheoryMedium:
    """A picture or sound of an item."""
    theirs = select(TheoryMedium).where(TheoryMedium.id == medium_id, TheoryMedium.item_id == item_id)
    return g.db.scalars(theirs).first() or abort(404)


def waiting(state: ItemState) -> Select[TheoryItem]:
    """Items in this state for which the one who asks may take the next step."""
    mine = {ItemState.DRAFT: TheoryItem.author_id, ItemState.REVIEWED: TheoryItem.reviewed_by_id}[state]
    return select(TheoryItem).where(TheoryItem.state == state, mine != me().id)
