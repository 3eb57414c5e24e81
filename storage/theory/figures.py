"""How the items did in the sittings that are still kept: what `review.item_analysis` is given, version by version.

The database adds up: it gives a row for every different answer to an item, and not one for every candidate.
"""

import json
import uuid
from collections.abc import Collection

from sqlalchemy import Text, cast, func, select
from sqlalchemy.orm import Session

from review.item_analysis import Gathered, ItemFigures, Options, Reliability, alike, analyse, reliability
from scenarios.theory.items import Choice
from storage.theory.items import TheoryItem
from storage.theory.sittings import TheoryAnswer, TheorySitting

_DONE = TheorySitting.share_sum.is_not(None)


def item_figures(session: Session, *of: uuid.UUID) -> dict[uuid.UUID, ItemFigures]:
    """The figures of every version of an item that was in a sitting which is handed in, by its id; or of these only."""
    found, items = _gathered(session, of)
    options = {str(one.id): _options(one) for one in items}
    return {uuid.UUID(one.item): one for one in analyse(found, options)}


def whole_reliability(session: Session) -> Reliability:
    """Alpha and standard error over all of these sittings; None inside where they had different forms."""
    return reliability(_gathered(session, ())[0])


def exposure(session: Session, items: Collection[uuid.UUID]) -> dict[uuid.UUID, int]:
    """In how many sittings that are still kept each of these stood, whether or not they are handed in."""
    counted = select(TheoryAnswer.item_id, func.count()).where(TheoryAnswer.item_id.in_(items))
    return {item: n for item, n in session.execute(counted.group_by(TheoryAnswer.item_id))}


def _gathered(session: Session, of: Collection[uuid.UUID]) -> tuple[Gathered, list[TheoryItem]]:
    size = select(func.count()).where(TheoryAnswer.sitting_id == TheorySitting.id).correlate(TheorySitting)
    done = select(TheorySitting.id, TheorySitting.share_sum, size.scalar_subquery().label("size")).where(_DONE)
    sat = done.subquery()
    response = cast(TheoryAnswer.response, Text)
    total = sat.c.share_sum
    counted = select(TheoryAnswer.item_id, response, sat.c.size, func.count(), func.sum(total), func.sum(total * total))
    counted = counted.join(sat, TheoryAnswer.sitting_id == sat.c.id)
    if of:
        counted = counted.where(TheoryAnswer.item_id.in_(of))
    rows = session.execute(counted.group_by(TheoryAnswer.item_id, response, sat.c.size)).all()
    wanted = select(TheoryItem).where(TheoryItem.id.in_({row[0] for row in rows})).order_by(TheoryItem.id)
    items = {one.id: one for one in session.scalars(wanted)}
    whole = session.execute(select(func.count(), func.sum(total), func.sum(total * total)).select_from(sat)).one()
    groups = []
    for item_id, text, size_of_form, *totals in rows:
        chosen = json.loads(text)
        groups.append(alike(str(item_id), chosen, items[item_id].content.share(chosen), size_of_form, totals))
    sizes = frozenset(row[2] for row in rows)
    found = Gathered(whole[0], whole[1] or 0.0, whole[2] or 0.0, sizes, tuple(groups))
    return found, list(items.values())


def _options(row: TheoryItem) -> Options:
    """Only a choice has distractors."""
    item = row.content
    one = item.interaction
    keys = tuple(option.key for option in one.options) if isinstance(one, Choice) else ()
    return Options(keys, item.correct)
