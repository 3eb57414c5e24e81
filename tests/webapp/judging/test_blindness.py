"""Nothing of another assessor is reachable before all is final: not by a page, a header, a question to the database."""

import re
from collections import defaultdict

import pytest
from sqlalchemy import event
from support import cast
from support.judged_exam import NOW, note, sign_all, state, tell

from review.rating import Phase
from storage.base import database
from storage.judging.assignments import give
from storage.judging.ratings import own_ratings, ratings_of
from storage.judging.workload import assign
from storage.people.people import Role


@pytest.fixture(params=["whole", "spread"])
def sitting(request, app, session, people):
    """A sitting on the desks of two assessors, or spread over four of them."""
    app.before_request(session.commit)
    row = cast.finished_sitting(session, people)
    if request.param == "whole":
        for slot, person in enumerate(people.assessors[:2], 1):
            assign(session, row, person, slot, NOW)
    else:
        four = [*people.assessors, cast.person(session, "assessor4", "Assessor Vier", Role.ASSESSOR, None)]
        session.flush()
        half = [(row.answers[:5], four[0], four[1]), (row.answers[5:], four[2], four[3])]
        pairs = [(answer, slot, who) for answers, *two in half for slot, who in enumerate(two, 1) for answer in answers]
        give(session, row, pairs, people.officer, NOW)
    session.commit()
    return row


def without_tokens(html):
    return re.sub(r'(name="csrf_token"[^>]*value|name="csrf-token" content)="[^"]+"', "", html)


PER_ANSWER = ("Set-Cookie", "Date", "X-Request-Id")
"""What is new in each answer: a random number among it, which tells of nothing but the answer."""


def seen(visitor, pages):
    """What every page says, with every header that does not change by itself."""
    found = []
    for page in pages:
        answer = visitor.get(page)
        headers = {name: value for name, value in answer.headers.items() if name not in PER_ANSWER}
        headers.pop("Content-Length")
        assert not {"ETag", "Last-Modified", "Age", "Server-Timing"} & headers.keys()
        found.append((page, answer.status_code, sorted(headers.items()), without_tokens(answer.text)))
    return found


def pages_of(own):
    return ["/beoordelen", *(f"/beoordelen/{one.id}" for one in own), f"/beoordelen/fase-2/{own[0].id}"]


@pytest.mark.parametrize("phase", Phase)
def test_what_others_do_changes_nothing_that_i_can_see(session, visit, people, sitting, phase):
    """Before my own signatures and after them, with the STARs open, until the last of the others is final."""
    me, mine = visit(people.assessors[0]), own_ratings(session, sitting, people.assessors[0])
    others = defaultdict(list)
    for rating in ratings_of(session, sitting):
        if rating.assessor_id != people.assessors[0].id:
            others[rating.assessor].append(rating)
    session.commit()
    if phase is Phase.DOSSIER:
        sign_all(me, mine)
    before = seen(me, pages_of(mine))
    for person, ratings in others.items():
        visitor = visit(person)
        url = f"/beoordelen/{ratings[0].id}"
        kept = tell(visitor, f"{url}/bewaren", state(ratings[0], remarks=[note("Alleen voor mij.")]))
        assert kept.status_code == 200 and seen(me, pages_of(mine)) == before
        assert me.get(url).status_code == 404 and tell(me, f"{url}/bewaren", state(ratings[0], 1)).status_code == 404
        sign_all(visitor, ratings[1:])
        told = tell(visitor, f"{url}/ondertekenen", state(ratings[0], 1))
        assert told.status_code == 200
        assert visitor.post(f"/beoordelen/fase-2/{ratings[0].id}/ondertekenen").status_code == 302
        assert me.get(f"/beoordelen/fase-2/{ratings[0].id}").status_code == 404
        assert seen(me, pages_of(mine)) == before


def rows_read(session, visitor, pages):
    """The ratings whose rows, scores or remarks were read for these pages, by asking the same questions again."""
    asked = []

    def note_down(_connection, _cursor, statement, parameters, *_):
        if re.search(r"\b(rating|score|remark|flag)\b", statement) and statement.startswith("SELECT"):
            asked.append((statement, parameters))

    event.listen(database.engine(), "before_cursor_execute", note_down)
    try:
        for page in pages:
            assert visitor.get(page).status_code == 200
    finally:
        event.remove(database.engine(), "before_cursor_execute", note_down)
    found = set()
    with database.engine().connect() as connection:
        for statement, parameters in asked:
            for row in connection.exec_driver_sql(statement, parameters).all():
                found |= {str(value).replace("-", "") for value in row}
    return len(asked), found


def test_no_question_to_the_database_reads_a_row_of_another(session, visit, people, sitting):
    mine = own_ratings(session, sitting, people.assessors[0])
    for rating in ratings_of(session, sitting):
        cast.score(rating)
    session.flush()
    for rating in ratings_of(session, sitting):
        rating.sign(Phase.BLIND, NOW)
    session.flush()
    secret = set()
    for rating in ratings_of(session, sitting):
        if rating.assessor_id != people.assessors[0].id:
            secret |= {one.hex for one in (rating.id, rating.assessor_id, *(score.id for score in rating.scores))}
    known = {rating.id.hex for rating in mine}
    session.commit()
    asked, found = rows_read(session, visit(people.assessors[0]), pages_of(mine))
    assert asked > 12 and known <= found
    assert not secret & found


STRUCTURE = re.compile(r'A-[A-Z0-9]{7}|[0-9a-f]{8}-[0-9a-f-]{27}|"secret": "[^"]+"')


def test_a_third_look_is_ordinary_work_byte_for_byte_in_structure(session, visit, people, sitting):
    """A third assessor, or one who judges anew, has the pages of a first but for codes, ids and own secrets."""
    first, third = (
        own_ratings(session, sitting, people.assessors[0]),
        cast.person(session, "assessor9", "Assessor Een", Role.ASSESSOR, None),
    )
    numbers = [rating.answer.number for rating in first]
    answers = [answer for answer in sitting.answers if answer.number in numbers]
    again = assign(session, sitting, third, 3, NOW, None, answers)
    for rating in again:
        rating.shuffle = first[0].shuffle
    session.commit()
    ones = [visit(people.assessors[0]).get(page) for page in pages_of(first)[:-1]]
    others = [visit(third).get(page) for page in pages_of(again)[:-1]]
    for one, other in zip(ones, others, strict=True):
        assert one.status_code == other.status_code == 200
        assert [name for name, _ in one.headers] == [name for name, _ in other.headers]
        assert STRUCTURE.sub("#", without_tokens(one.text)) == STRUCTURE.sub("#", without_tokens(other.text))
    assert {rating.slot for rating in again} == {3}
