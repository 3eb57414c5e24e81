"""The menu that stays: every list can be reached, what waits is counted once, and nobody sees that of another role."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from flask import url_for
from support import cast

from storage.people.people import Membership, Role
from webapp import menu, todo

OWN = {"/account", "/klachten", "/bureau", "/controle", "/examencommissie", "/bureau/zoeken"}
"""Lists of KSF's people that are reached otherwise: the home pages from the head of the page, and the own account."""


def addresses(app):
    with app.test_request_context():
        return {
            role: {url_for(one) for part in parts.values() for _, one in part} for role, parts in menu.MENUS.items()
        }


def shown(page):
    """The address of each entry of the menu on this page, with its count."""
    found = re.search(r'<nav class="lasting-menu".*?</nav>', page, re.S)
    if found is None:
        return None
    entry = re.compile(r'<a [^>]*?href="([^"]*)"[^>]*>[^<]*(?:<span class="waiting">(\d+))?')
    return {url: int(number or 0) for url, number in entry.findall(found.group())}


def test_every_list_of_a_role_is_in_its_menu(app):
    found = addresses(app)
    for rule in app.url_map.iter_rules():
        roles = getattr(app.view_functions[rule.endpoint], "roles", frozenset())
        file = "." in rule.rule or rule.rule.endswith(("/nieuw", "/mijn-bewijs"))
        if "GET" not in rule.methods or rule.arguments or file or rule.rule in OWN or roles == frozenset(Role):
            continue
        for role in roles & found.keys():
            assert rule.rule in found[role] or roles - found.keys(), (role, rule.rule)


def test_whatever_waits_is_at_an_entry(app, session, people, visit):
    """A line of the home page that leads nowhere in the menu would not be counted."""
    found = addresses(app)
    visit(people.officer)
    for role, somebody in ((Role.KSF_OFFICER, people.officer), (Role.EXAM_COMMITTEE, people.committee_member)):
        lines = []

        def keep(made, lines=lines):
            lines.extend(made)
            return []

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(todo, "_ordered", keep)
            visit(somebody).get("/bureau" if role is Role.KSF_OFFICER else "/examencommissie")
        assert lines
        assert {urlsplit(line.url).path for line in lines} <= found[role]


def test_it_counts_what_waits_and_goes_along(session, people, visit):
    session.add(cast.dossier(session, people))
    session.flush()
    officer = visit(people.officer)
    before = shown(officer.get("/bureau").text)
    assert before["/bureau/dossiers"] == 0
    row = cast.dossier(session, people, candidate=people.second_candidate)
    row.submit(people.second_candidate.id, cast.NOW)
    session.commit()
    for page in ("/bureau", "/bureau/dossiers", "/bureau/mensen", "/uitslagen"):
        assert shown(officer.get(page).text)["/bureau/dossiers"] == 1


def test_beyond_what_is_counted_it_says_only_that_there_is_more(session, people, visit, monkeypatch):
    monkeypatch.setattr(todo, "MANY", 2)
    officer = visit(people.officer)
    for number, (candidate, told) in enumerate(((people.candidate, "1"), (people.second_candidate, "1+")), start=1):
        row = cast.dossier(session, people, candidate=candidate)
        row.submit(candidate.id, cast.NOW + timedelta(minutes=number))
        session.commit()
        page = officer.get("/bureau/mensen").text
        assert f'Dossiers<span class="waiting">{told}<' in page
    assert "1+ dossiers" in officer.get("/bureau").text


def test_the_page_that_is_shown_is_marked(people, visit):
    page = visit(people.officer).get("/bureau/mensen/wijzigingen").text
    assert re.findall(r'href="([^"]*)" aria-current="page"', page)[-1] == "/bureau/mensen/wijzigingen"
    assert page.count('class="menu-head menu-here"') == 1


@pytest.mark.parametrize("who", ["candidate", "manager", "beheerder", "assessor"])
def test_nobody_else_has_it(people, visit, who):
    person = people.assessors[0] if who == "assessor" else getattr(people, who)
    assert shown(visit(person).get("/account").text) is None


def test_each_role_has_its_own(app, people, visit):
    found = addresses(app)
    for person, role, page in (
        (people.officer, Role.KSF_OFFICER, "/account"),
        (people.committee_member, Role.EXAM_COMMITTEE, "/uitslagen"),
        (people.auditor, Role.AUDITOR, "/controle/logboek"),
    ):
        assert shown(visit(person).get(page).text).keys() <= found[role]


def test_who_also_has_another_role_sees_it_on_pages_of_the_office_alone(session, people, visit):
    people.officer.memberships.append(Membership(role=Role.MANAGER, organisation=people.organisation, since=cast.NOW))
    session.commit()
    officer = visit(people.officer)
    assert shown(officer.get("/bureau").text) is not None
    assert shown(officer.get("/kandidaten").text) is None
    assert shown(officer.get("/account").text) is None


def test_before_the_second_step_is_set_nothing_is_told(people, visit, environment):
    environment(VIGNET_SECOND_FACTOR="on")
    officer = visit(people.officer)
    assert shown(officer.get("/account/tweede-stap").text) is None
    assert shown(officer.get("/bestaat-niet").text) is None


def test_a_page_that_says_what_went_wrong_counts_nothing(people, visit, monkeypatch):
    """A count that fails would else take the page that says so with it."""

    def fail(_role):
        raise RuntimeError("the count is what broke")

    officer = visit(people.officer)
    monkeypatch.setattr(todo, "_counted", fail)
    lost = officer.get("/bureau/dossiers/00000000-0000-0000-0000-000000000000")
    assert lost.status_code == 404
    found = shown(lost.text)
    assert "/bureau/dossiers" in found and set(found.values()) == {0}
