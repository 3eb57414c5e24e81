"""Long lists ask the database as often with 10,000 dossiers as with 200, can be searched, and end."""

from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest
from support import cast
from support.lists_to_see import FULL, LARGE, LISTS, MORE, SMALL, looking, place
from support.visitors import text_of

from demo import crowd


@pytest.mark.one_database
@pytest.mark.parametrize("large", [MORE, pytest.param(LARGE, marks=pytest.mark.proof)], ids=["1000", "10000"])
def test_no_list_asks_more_questions_with_more_dossiers(session, people, visit, count_queries, large):
    pack, asked = cast.pack(session), []
    cast.scheme_of_a(session)
    for size, made in ((SMALL, FULL), (large, {})):
        crowd.fill(session, pack, *size, datetime.now(UTC), **made)
        session.commit()
        seen = looking(session, datetime.now(UTC))
        asked.append({name: count_queries(visit(seen[who]), place(path, seen)) for name, (who, path) in LISTS.items()})
    few, many = asked
    assert {name: (few[name], number) for name, number in many.items() if number > few[name]} == {}


@pytest.mark.one_database
@pytest.mark.parametrize("name", LISTS)
def test_looking_for_nobody_says_what_was_looked_for(session, people, visit, name):
    who, path = LISTS[name]
    if "zoek=verzonnen" not in path:
        return
    seen = {"officer": people.officer, "beheerder": people.beheerder, "manager": people.manager}[who]
    cast.pack(session)
    cast.dossier(session, people)
    session.commit()
    text = text_of(visit(seen).get(path.replace("verzonnen", "zeer-onbekend")).text)
    assert "Niets gevonden voor ‘zeer-onbekend’" in text


@pytest.mark.both_databases
def test_a_dossier_is_found_by_its_whole_number_or_the_beginning_of_a_name(session, people, visit):
    cast.pack(session)
    row = cast.dossier(session, people)
    session.commit()
    code = row.code
    officer, first = visit(people.officer), people.candidate.name.split()[0]
    for words in (code, code.lower(), code[2:], first[:2], f"{first} {code}", people.candidate.email.split("@")[0]):
        assert "Niets gevonden" not in text_of(officer.get(f"/bureau/dossiers?{urlencode({'zoek': words})}").text)
    for words in (code[:5], first[1:] + "x", f"{first} K-NIEMAND"):
        assert "Niets gevonden" in text_of(officer.get(f"/bureau/dossiers?{urlencode({'zoek': words})}").text)
