"""Many judged exams in the database, cheaply: rows of the crowd whose levels follow candidates and assessors we know.

What an assessor is like is told by the place in `SEVERE`: how many levels the score lies below what the candidate
deserves. One of them becomes stricter with the weeks.
"""

import random
from collections import defaultdict
from datetime import timedelta
from itertools import combinations

from sqlalchemy import bindparam, select, update

from demo import crowd
from demo.crowd.rows import Case
from scenarios.sitting import Stage
from storage.dossier.dossiers import DossierState
from storage.exam.sittings import Answer
from storage.judging.ratings import Rating
from storage.judging.scores import Score
from storage.people.people import Membership, Person, Role

JUDGED = (Case(1, DossierState.APPROVED, Stage.FINISHED, "confirmed"),)
SEVERE = (0.7, 0.0, -0.3, -0.3, 0.0, 0.3, -0.2, 0.1, 0.0, -0.3)
DRIFTS = 1
"""The place of the assessor who becomes stricter: two levels in forty weeks."""
WEEKS = 40


def fill(session, pack, exams, now, assessors=4, seed=11):
    """So many exams, each judged by two of these assessors in the last forty weeks; answers their ids, by place.

    Both phases are signed; one score in twelve is a level higher in phase 2.
    """
    rng = random.Random(seed)
    crowd.fill(session, pack, exams, 2, now, JUDGED)
    staff = _assessors(session, assessors)
    exam_of, levels, changes, ratings = defaultdict(list), [], [], []
    rows = session.execute(
        select(Answer.sitting_id, Answer.number, Rating.id, Rating.slot).join(Rating, Rating.answer_id == Answer.id)
    ).all()
    for one in sorted(rows):
        exam_of[one.sitting_id].append(one)
    scores = defaultdict(list)
    for rating, score in session.execute(select(Score.rating_id, Score.id).order_by(Score.competency, Score.id)):
        scores[rating].append(score)
    panels = list(combinations(range(len(staff)), 2))
    for place, of_exam in enumerate(exam_of.values()):
        able, share = rng.gauss(3.1, 0.7), place / len(exam_of)
        panel = rng.sample(panels[place % len(panels)], 2)
        signed = now - timedelta(weeks=WEEKS * (1 - share), hours=1)
        for one in of_exam:
            who = panel[one.slot - 1]
            moments = dict.fromkeys(("phase1_signed_at", "phase2_signed_at", "opened_at", "active_at"), signed)
            ratings.append({"id": one.id, "assessor_id": staff[who], **moments})
            meant = able - SEVERE[who] - 0.1 * (one.number - 5) - (2 * share if who == DRIFTS else 0)
            for score in scores[one.id]:
                level = min(5, max(1, round(rng.gauss(meant, 0.5))))
                levels.append({"id": score, "level": level})
                if level < 5 and rng.random() < 1 / 12:
                    reason = "Uit de STAR blijkt meer."
                    changes.append({"id": score, "changed": True, "phase2_level": level + 1, "change_reason": reason})
    # Nobody may hold two slots of an answer at any moment, so first of all officers hold them.
    held = list(session.scalars(select(Membership.person_id).where(Membership.role == Role.KSF_OFFICER).limit(2)))
    apart = [{"id": one.id, "assessor_id": held[one.slot - 1]} for one in rows]
    for noun, values in ((Rating, apart), (Rating, ratings), (Score, levels), (Score, changes)):
        _write(session, noun, values)
    session.flush()
    session.expire_all()
    return staff


def _write(session, noun, values):
    table = noun.__table__
    statement = update(table).where(table.c.id == bindparam("row"))
    statement = statement.values({name: bindparam(f"new_{name}") for name in values[0] if name != "id"})
    told = [{"row" if name == "id" else f"new_{name}": one for name, one in each.items()} for each in values]
    session.connection().execute(statement, told)


def _assessors(session, number):
    of_role = select(Person.id).join(Membership, Membership.person_id == Person.id)
    return list(session.scalars(of_role.where(Membership.role == Role.ASSESSOR).order_by(Person.email).limit(number)))
