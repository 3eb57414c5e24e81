"""Long lists ask the database as often in a house of 10,000 dossiers as in one of 100, can be searched, and end."""

from datetime import UTC, datetime

import cast
import pytest
from lists_to_see import LISTS, looking
from visitors import text_of

from webapp import crowd


@pytest.mark.one_database
def test_no_list_asks_more_questions_with_ten_thousand_dossiers(session, people, visit, count_queries):
    """As often, but for sections in which nothing was in the small house."""
    pack, asked = cast.pack(session), []
    for dossiers, organisations in ((100, 2), (9_900, 198)):
        crowd.fill(session, pack, dossiers, organisations, datetime.now(UTC))
        session.commit()
        seen = looking(session, datetime.now(UTC))
        asked.append({name: count_queries(visit(seen[who]), path) for name, (who, path) in LISTS.items()})
    few, many = asked
    more = {name: (few[name], number) for name, number in many.items() if number > few[name] + SLACK.get(name, 0)}
    assert more == {}


SLACK = {"bureau_takes": 8, "verdicts": 2, "committee_verdicts": 2}
"""What it asks to read the rows of sections in which nothing was in the small house."""


@pytest.mark.one_database
@pytest.mark.parametrize("name", LISTS)
def test_looking_for_nobody_says_what_was_looked_for(session, people, visit, name):
    who, path = LISTS[name]
    if "zoek=" not in path:
        return
    seen = {"officer": people.officer, "beheerder": people.beheerder, "manager": people.manager}[who]
    cast.pack(session)
    cast.dossier(session, people)
    session.commit()
    text = text_of(visit(seen).get(path.replace("verzonnen", "zeer-onbekend")).text)
    assert "Niets gevonden voor ‘zeer-onbekend’" in text
