"""A personal substantiation for each candidate: near-equal texts are marked, honest ones are not."""

import uuid

import pytest
from sqlalchemy import select
from support import cast
from support.visitors import text_of

from demo import example
from storage.base.database import new_session
from storage.dossier.dossiers import Dossier, DossierState
from storage.dossier.revisions import hand_in
from storage.people.people import Role


@pytest.fixture
def two(session, people):
    """Two motivation files of one manager of which nothing is written yet."""
    rows = [empty(session, people, person, people.manager) for person in (people.candidate, people.second_candidate)]
    session.commit()
    return rows


def empty(session, people, candidate, manager):
    row = Dossier(id=uuid.uuid4(), scheme=cast.scheme(session), organisation=people.organisation, candidate=candidate)
    row.manager, row.state, row.created_at = manager, DossierState.WRITING, cast.NOW
    session.add(row)
    return row


def read(dossier):
    with new_session(writes=False) as session:
        row = session.get(Dossier, dossier.id)
        assert row.scheme.content
        return row


def write(visitor, dossier, reason, example_role=cast.EXAMPLE_ROLE, **more):
    typed = {"tasks": "is_asked", "reason": reason, "example_role": example_role, **more}
    return visitor.post(f"/kandidaten/{dossier.id}", {"version": read(dossier).manager_version, **typed})


NEARLY = cast.REASON.replace("Collega's", "De collega's").replace("zij", "hij").replace("haar", "zijn")


def test_two_near_equal_texts_are_marked_and_need_a_reason(people, visit, two):
    manager = visit(people.manager)
    write(manager, two[0], cast.REASON)
    assert read(two[0]).manager_done_at and read(two[0]).alike_share is None
    answer = write(manager, two[1], NEARLY, example.OTHER_EXAMPLE)
    row = read(two[1])
    assert row.alike_share > 0.9 and row.manager_done_at is None
    assert row.manager_gaps() == ("alike_reason",)
    page = manager.get(answer.location).text
    assert "Deze tekst lijkt op een andere" in page and "Uw tekst voor Kandidaat Een" in page
    assert "<mark>" in page
    write(manager, two[1], NEARLY, example.OTHER_EXAMPLE, alike_reason="Zij deden dit samen.")
    assert read(two[1]).manager_done_at


def test_two_honest_texts_are_not_marked(people, visit, two):
    manager = visit(people.manager)
    write(manager, two[0], example.REASON, example.EXAMPLE_ROLE)
    write(manager, two[1], example.OTHER_REASON, example.OTHER_EXAMPLE)
    assert [read(one).alike_share for one in two] == [None, None]
    assert all(read(one).manager_done_at for one in two)


def test_a_text_moved_to_the_other_field_is_found_too(people, visit, two):
    manager = visit(people.manager)
    write(manager, two[0], cast.REASON)
    write(manager, two[1], cast.EXAMPLE_ROLE, cast.REASON)
    assert read(two[1]).alike_share == 1.0


def test_what_another_manager_wrote_is_never_shown(session, people, visit, two):
    """The one who copied sees which own words are the same; KSF sees both texts."""
    colleague = cast.person(session, "leidinggevende2", "Leidinggevende Twee", Role.MANAGER, people.organisation)
    session.get(Dossier, two[1].id).manager = colleague
    session.commit()
    secret = "Dit staat alleen in de eerste tekst en nergens anders, want het is van iemand anders."
    write(visit(people.manager), two[0], f"{cast.REASON} {secret}")
    copier = visit(colleague)
    write(copier, two[1], cast.REASON, example.OTHER_EXAMPLE, alike_reason="Samen bedacht.")
    page = copier.get(f"/kandidaten/{two[1].id}").text
    assert "de tekst van een andere leidinggevende" in page
    assert secret not in page and "Kandidaat Een" not in page and "Leidinggevende Een" not in page
    page = visit(people.officer).get(f"/bureau/dossiers/{two[1].id}").text
    assert secret in page and "Samen bedacht." in page and "Voor Kandidaat Een, door Leidinggevende Een" in page


def test_another_organisation_is_not_compared_with(session, people, visit, two):
    row = session.get(Dossier, two[0].id)
    row.organisation, row.manager = people.outsider_organisation, people.outsider_manager
    session.commit()
    write(visit(people.outsider_manager), two[0], cast.REASON)
    write(visit(people.manager), two[1], cast.REASON)
    assert read(two[1]).alike_share is None


def test_the_candidate_does_not_see_that_the_text_is_like_another(people, visit, two):
    manager = visit(people.manager)
    write(manager, two[0], cast.REASON)
    write(manager, two[1], NEARLY, alike_reason="Omdat zij alles samen deden.")
    page = visit(people.second_candidate).get(f"/dossier/{two[1].id}").text
    assert "Omdat zij alles samen deden." not in page and "Kandidaat Een" not in page


def test_too_few_words_or_no_task_is_not_done(people, visit, two):
    manager = visit(people.manager)
    answer = write(manager, two[0], "Omdat zij goed is.", tasks=[])
    page = text_of(manager.get(answer.location).text)
    assert "4 woorden ten minste 50 woorden" in page
    assert "0 gekozen ten minste 1" in page
    assert read(two[0]).manager_done_at is None
    assert "De reden van aanmelding" in text_of(visit(people.candidate).get(f"/dossier/{two[0].id}").text)


def test_facts_for_all_are_typed_once(people, visit, two):
    manager = visit(people.manager)
    page = manager.get("/kandidaten/samen").text
    assert "Kandidaat Een" in page and "Kandidaat Twee" in page
    assert page.index("Iedere kandidaat krijgt een eigen onderbouwing") < page.index("<textarea")
    facts = "Ons team beantwoordt vragen over energie."
    assert manager.post("/kandidaten/samen", {"was": "", "shared_facts": facts}).status_code == 302
    assert [read(one).shared_facts for one in two] == [facts, facts]
    assert facts in manager.get(f"/kandidaten/{two[1].id}").text
    behind = manager.post("/kandidaten/samen", {"was": "", "shared_facts": "Iets anders."})
    assert behind.status_code == 409 and facts in behind.text and "Iets anders." in behind.text
    assert read(two[0]).shared_facts == facts
    assert manager.post("/kandidaten/samen", {"was": facts, "shared_facts": "x" * 6001}).status_code == 422


def test_a_file_that_is_handed_in_is_not_among_them(session, people, visit, two):
    row = cast.dossier(session, people)
    session.flush()
    hand_in(session, row, people.candidate, cast.NOW)
    session.delete(session.get(Dossier, two[0].id))
    session.commit()
    manager = visit(people.manager)
    assert "Kandidaat Een" not in manager.get("/kandidaten/samen").text
    manager.post("/kandidaten/samen", {"was": "", "shared_facts": "Nieuw"})
    assert (read(row).shared_facts, read(two[1]).shared_facts) == ("", "Nieuw")
    with new_session(writes=False) as fresh:
        assert len(fresh.scalars(select(Dossier)).all()) == 2


def test_the_managers_list_costs_as_much_with_many_as_with_few(session, people, visit, count_queries):
    for number in range(12):
        somebody = cast.person(session, f"k{number}", f"Kandidaat {number}", Role.CANDIDATE, people.organisation)
        cast.dossier(session, people, candidate=somebody)
        if number == 2:
            session.commit()
            visitor = visit(people.manager)
            few = [count_queries(visitor, address) for address in ("/kandidaten", "/kandidaten/samen")]
    session.commit()
    assert [count_queries(visitor, address) for address in ("/kandidaten", "/kandidaten/samen")] == few
