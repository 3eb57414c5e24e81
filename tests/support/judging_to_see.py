"""Figures about the judging as a page shows them, of invented scores: what real rows give is in storage/figures."""

import random
import uuid
from datetime import timedelta

from storage.figures import judging, judging_parts
from storage.figures.signed_scores import SignedScore

SEVERE = (0.6, 0.0, -0.3)


def figures(session, people, scheme, pack, now, candidates=36):
    """The row of this exam, with the cast's three assessors in it."""
    row = judging.ask(session, scheme.key, None, now)
    scores = list(invented(people, pack, now, candidates))
    row.figures = judging_parts.parts(scores, lambda one: pack.content.scenario(one.number).key, {})
    row.made_at, row.candidates, row.scores = now, candidates, len(scores)
    session.flush()
    return row


def invented(people, pack, now, candidates):
    """Two scores of each competency of the first three situations."""
    rng = random.Random(5)
    for place in range(candidates):
        sitting, able = uuid.UUID(int=place + 1), rng.gauss(3.1, 0.7)
        signed = now - timedelta(weeks=30 * (1 - place / candidates))
        panel = rng.sample(range(len(SEVERE)), 2)
        for scenario in pack.content.scenarios[:3]:
            answer = uuid.UUID(int=1000 * (place + 1) + scenario.number)
            for key in scenario.competencies:
                for slot, who in enumerate(panel, 1):
                    level = min(5, max(1, round(rng.gauss(able - SEVERE[who], 0.5))))
                    final = min(5, level + (rng.random() < 1 / 12))
                    yield SignedScore(
                        sitting,
                        pack.id,
                        answer,
                        scenario.number,
                        0,
                        people.assessors[who].id,
                        slot,
                        1,
                        signed,
                        True,
                        key,
                        level,
                        final,
                        "",
                    )
