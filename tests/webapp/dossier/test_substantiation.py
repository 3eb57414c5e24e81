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


def fill_in(visitor, dossier, **facts):
    typed = {"version": read(dossier).candidate_version, "role_description": "Mijn eigen verhaal.", **facts}
    assert visitor.post(f"/dossier/{dossier.id}", typed).status_code == 302


def tell(visitor, dossier, agrees, remark="", title="Senior medewerker", years="6,5"):
    body = {"agrees": agrees, "remark": remark, "title": title, "years": years}
    return visitor.post(f"/kandidaten/{dossier.id}/werk", body)


def test_the_manager_confirms_function_and_years_without_reading_the_candidates_text(people, visit, two):
    manager, candidate, officer = visit(people.manager), visit(people.candidate), visit(people.officer)
    early = tell(manager, two[0], "yes", years="")
    assert early.status_code == 409 and "nog niet ingevuld" in early.text
    fill_in(candidate, two[0], job_title="Senior medewerker", years="6,5")
    assert "1 kandidaat van wie u functie en jaren bevestigt" in text_of(manager.get("/kandidaten").text)
    assert "Kandidaat Twee" not in manager.get("/kandidaten?toon=werk").text
    page = manager.get(f"/kandidaten/{two[0].id}").text
    assert "Senior medewerker" in page and "6,5" in page and "Mijn eigen verhaal." not in page
    for who, address in ((candidate, f"/dossier/{two[0].id}"), (officer, f"/bureau/dossiers/{two[0].id}")):
        assert "nog niet bevestigd" in who.get(address).text
    assert tell(manager, two[0], "yes").status_code == 302
    for who, address in ((candidate, f"/dossier/{two[0].id}"), (officer, f"/bureau/dossiers/{two[0].id}")):
        assert "Functie en jaren kloppen volgens Leidinggevende Een" in text_of(who.get(address).text)
    assert "functie en jaren bevestigt" not in text_of(manager.get("/kandidaten").text)


def test_a_no_says_what_is_wrong_and_a_fact_that_changes_is_confirmed_anew(people, visit, two):
    manager, candidate, officer = visit(people.manager), visit(people.candidate), visit(people.officer)
    fill_in(candidate, two[0], job_title="Senior medewerker", years="6,5")
    refused = tell(manager, two[0], "no", " ")
    assert refused.status_code == 409 and "Schrijf wat er niet klopt." in refused.text
    assert tell(manager, two[0], "no", "Het zijn vier jaren.").status_code == 302
    for who, address in ((candidate, f"/dossier/{two[0].id}"), (officer, f"/bureau/dossiers/{two[0].id}")):
        assert "Het zijn vier jaren." in who.get(address).text
    fill_in(candidate, two[0], motivation="Iets anders.")
    assert read(two[0]).work_confirmed is False
    fill_in(candidate, two[0], years="4")
    row = read(two[0])
    assert (row.work_confirmed, row.work_remark, row.work_told_at) == (None, "", None)
    # The page that was open shows the years of before: nobody confirms what stood there no more.
    assert tell(manager, two[0], "yes").status_code == 409
    assert read(two[0]).work_confirmed is None
    assert tell(manager, two[0], "yes", years="4").status_code == 302
    for body in ({}, {"agrees": "misschien"}, {"agrees": "yes", "remark": "x" * 2001}):
        assert manager.post(f"/kandidaten/{two[0].id}/werk", body).status_code == 400


def test_after_the_decision_nothing_is_confirmed_any_more(session, people, visit, two):
    fill_in(visit(people.candidate), two[0], job_title="Senior medewerker", years="6,5")
    session.get(Dossier, two[0].id).state = DossierState.APPROVED
    session.commit()
    manager = visit(people.manager)
    assert "Antwoord geven" not in manager.get(f"/kandidaten/{two[0].id}").text
    late = tell(manager, two[0], "yes")
    assert late.status_code == 409 and "KSF heeft al" in late.text
    assert tell(visit(people.outsider_manager), two[0], "yes").status_code == 404
