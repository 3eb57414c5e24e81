"""How the items did in the sittings that are still kept: what `review.item_analysis` is given, version by version."""

import uuid
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from review.item_analysis import Answered, ItemFigures, Options, Reliability, analyse, reliability
from scenarios.theory.items import Choice
from storage.theory.items import TheoryItem
from storage.theory.sittings import TheoryAnswer, TheorySitting


def item_figures(session: Session) -> dict[uuid.UUID, ItemFigures]:
    """The figures of every version of an item that was in a sitting which is handed in, by its id."""
    answered, items = _answered(session)
    options = {str(one.id): _options(one) for one in items.values()}
    return {uuid.UUID(one.item): one for one in analyse(answered, options)}


def whole_reliability(session: Session) -> Reliability:
    """Alpha and standard error over all of these sittings; None inside where they had different forms."""
    return reliability(_answered(session)[0])


def _answered(session: Session) -> tuple[Sequence[Answered], dict[uuid.UUID, TheoryItem]]:
    done = select(TheorySitting).where(TheorySitting.handed_in_at.is_not(None)).order_by(TheorySitting.id)
    loaded = joinedload(TheorySitting.answers).joinedload(TheoryAnswer.item)
    found: list[Answered] = []
    items: dict[uuid.UUID, TheoryItem] = {}
    for sitting in session.scalars(done.options(loaded)).unique():
        scores, chosen = {}, {}
        for one in sitting.answers:
            key, content = str(one.item_id), one.item.content
            scores[key] = float(content.score(tuple(one.response)) / content.maximum)
            chosen[key] = tuple(one.response)
            items[one.item_id] = one.item
        found.append(Answered(scores, chosen))
    return found, items


def _options(row: TheoryItem) -> Options:
    """Only a choice has distractors."""
    item = row.content
    one = item.interaction
    keys = tuple(option.key for option in one.options) if isinstance(one, Choice) else ()
    return Options(keys, item.correct)
