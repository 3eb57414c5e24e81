"""How far judging is, which a sitting keeps: always what its work and its verdict say, whatever happened to them."""

import random
from collections.abc import Sequence
from datetime import timedelta

import pytest
from alembic import command
from sqlalchemy import select
from sqlalchemy.orm import Session
from support import cast

from demo import crowd
from review.adjudication import open_slots
from review.rating import Phase
from storage.base import migrate
from storage.base.database import make_engine
from storage.base.refusal import Refused
from storage.exam.sittings import Judging, Sitting
from storage.judging.assignments import give, open_answers
from storage.judging.progress import disagreement, sign_dossier
from storage.judging.ratings import own_ratings, ratings_of
from storage.judging.repeats import ask_again
from storage.judging.verdicts import Verdict
from storage.judging.workload import decline, take_back
from storage.people.people import Person, Role

NOW = cast.NOW


def worked_out(session, sitting: Sitting) -> Judging:
    """How far judging is, from what there is."""
    if session.scalars(select(Verdict).where(Verdict.sitting_id == sitting.id)).first():
        return Judging.DECIDED
    ratings, slots = ratings_of(session, sitting), sitting.dossier.scheme.content.assessment.slots
    third = any(one.slot > slots for one in ratings) or bool(disagreement(sitting, list(ratings)))
    taken = [{one.slot for one in ratings if one.answer_id == answer.id} for answer in sitting.answers]
    waits = any(open_slots(one, slots, third) for one in taken)
    assert waits == bool(open_answers(session, sitting))
    return Judging.OPEN if waits else Judging.HELD


@pytest.mark.parametrize("seed", (1, 4, 8, 13))
def test_whatever_happens_to_the_work_the_sitting_knows_how_far_it_is(session, people, seed):
    """Thirty times something, by seeds that come to a verdict."""
    rng, sitting = random.Random(seed), cast.finished_sitting(session, people)
    judges = [*people.assessors, *(cast.person(session, name, name, Role.ASSESSOR, None) for name in ("vier", "vijf"))]
    seen = set()
    for _ in range(30):
        try:
            with session.begin_nested():
                rng.choice(VERBS)(session, rng, sitting, people, judges)
        except Refused:
            pass
        session.commit()
        session.expire_all()
        assert sitting.judging is worked_out(session, sitting)
        seen.add(sitting.judging)
    assert seen == set(Judging)


def given(session, rng, sitting, people, judges: Sequence[Person]) -> None:
    """Free places of one slot go to somebody: all of them, or a part."""
    free = open_answers(session, sitting)
    slot, who = rng.choice([slot for slots in free.values() for slot in slots] or [1]), rng.choice(judges)
    places = [(answer, slot, who) for answer, slots in free.items() if slot in slots]
    give(session, sitting, places[: rng.choice((4, 10, 10, 10))], people.officer, NOW)


def judged(session, rng, sitting, people, judges) -> None:
    """Somebody scores and signs everything of both phases."""
    at_work = [one.assessor for one in ratings_of(session, sitting) if one.signed is not Phase.DOSSIER]
    who, level = rng.choice(at_work or judges), rng.choice((1, 3, 5))
    for rating in own_ratings(session, sitting, who):
        if rating.signed is None:
            cast.score(rating, level)
            session.flush()
            rating.sign(Phase.BLIND, NOW)
    session.flush()
    sign_dossier(session, sitting, who, NOW)


def known(session, rng, sitting, people, judges) -> None:
    decline(session, sitting, rng.choice(judges), NOW)


def left(session, rng, sitting, people, judges) -> None:
    take_back(session, sitting, rng.choice(judges), people.officer, NOW + timedelta(days=30))


def asked_again(session, rng, sitting, people, judges) -> None:
    """An answer is recorded anew."""
    if sitting.judging is Judging.DECIDED:
        return
    answer = rng.choice(sitting.answers)
    ask_again(session, [answer], people.officer, "Niet te horen.", NOW)
    cast.record(session, answer, NOW)
    sitting.finish(NOW, lambda _: True)


VERBS = (*[given] * 4, *[judged] * 4, known, left, asked_again)


@pytest.mark.parametrize("empty_database_url", ["sqlite", "postgresql"], indirect=True)
def test_sittings_of_before_are_told_how_far_they_are(empty_database_url):
    """In a crowd all say what can be worked out, and say the same when the migration has told them."""
    migrate.upgrade(empty_database_url)
    engine = make_engine(empty_database_url)
    try:
        with Session(engine) as session:
            cast.gather(session, NOW)
            crowd.fill(session, cast.pack(session), 150, 3, NOW)
            session.commit()
            sittings = session.scalars(select(Sitting)).all()
            before = {one.id: one.judging for one in sittings}
            assert before == {one.id: worked_out(session, one) for one in sittings}
            assert set(before.values()) == set(Judging)
        command.downgrade(migrate._alembic(empty_database_url), "0011")
        migrate.upgrade(empty_database_url)
        with Session(engine) as session:
            assert dict(session.execute(select(Sitting.id, Sitting.judging)).all()) == before
    finally:
        engine.dispose()
