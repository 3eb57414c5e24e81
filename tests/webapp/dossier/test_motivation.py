"""The motivation file: nothing that was typed gets lost, and the manager never sees what the candidate wrote."""

import re
import uuid
from datetime import UTC, datetime

import pytest
from markupsafe import escape
from sqlalchemy import func, select
from support import cast, rights
from support.visitors import text_of

from storage.base.database import new_session
from storage.dossier.dossiers import Dossier, DossierState, SelfAssessment, Star, StarKind
from storage.schemes import add_scheme
from webapp import explain
from webapp.dutch import formats

SECRETS = {
    "motivation": "Mijn motivatie, alleen voor KSF.",
    "goal": "Mijn doel, alleen voor KSF.",
    "role_description": "Mijn eigen omschrijving van het werk.",
    "manager_situation": "Wat er speelde met mijn leidinggevende.",
    "manager_tasks": "Mijn taak tegenover mijn leidinggevende.",
    "manager_activities": "Wat ik tegen mijn leidinggevende zei.",
    "manager_result": "Hoe het met mijn leidinggevende afliep.",
    "colleague_situation": "Wat er speelde met mijn collega.",
    "colleague_tasks": "Mijn taak tegenover mijn collega.",
    "colleague_activities": "Wat ik tegen mijn collega zei.",
    "colleague_result": "Hoe het met mijn collega afliep.",
}


@pytest.fixture
def dossier(session, people):
    """A motivation file of which nothing is written yet."""
    row = Dossier(
        id=uuid.uuid4(),
        scheme=cast.scheme(session),
        organisation=people.organisation,
        candidate=people.candidate,
        manager=people.manager,
        state=DossierState.WRITING,
        created_at=cast.NOW,
    )
    session.add(row)
    session.commit()
    return row


def read(dossier):
    with new_session(writes=False) as session:
        row = session.get(Dossier, dossier.id)
        assert all((row.stars is not None, row.assessments is not None, row.scheme.content))
        return row


def whole(dossier, **other):
    """Everything that the candidate fills in."""
    levels = {f"level_{one.key}": "4" for one in dossier.scheme.content.competencies}
    stars = {f"star_{one.key}": "colleague" for one in dossier.scheme.content.competencies}
    return {"years": "6,5", "version": read(dossier).candidate_version, **SECRETS, **levels, **stars, **other}


def substantiate(visit, people, dossier):
    text = {"tasks": "guides_colleagues", "reason": cast.REASON, "example_role": cast.EXAMPLE_ROLE}
    answer = visit(people.manager).post(f"/kandidaten/{dossier.id}", {**text, "version": read(dossier).manager_version})
    assert answer.status_code == 302
    return text


def test_both_write_and_the_candidate_hands_in(people, visit, dossier):
    substantiate(visit, people, dossier)
    visitor, address = visit(people.candidate), f"/dossier/{dossier.id}"
    assert str(escape(cast.EXAMPLE_ROLE)) in visitor.get(address).text
    answer = visitor.post(address, whole(dossier, hand_in="1"), follow_redirects=True)
    assert "Uw dossier is ingediend." in answer.text
    by = formats.date_only(explain.answer_due(read(dossier)))
    assert text_of(answer.text).count(f"antwoordt uiterlijk {by}") == 2, "said at once, and on the page"
    row = read(dossier)
    assert (row.state, row.years, row.motivation) == (DossierState.SUBMITTED, 6.5, SECRETS["motivation"])
    assert {star.kind: star.result for star in row.stars} == {
        StarKind.MANAGER: SECRETS["manager_result"],
        StarKind.COLLEAGUE: SECRETS["colleague_result"],
    }
    assert {(one.level, one.star) for one in row.assessments} == {(4, StarKind.COLLEAGUE)}
    assert len(row.assessments) == 8


def test_what_is_half_done_is_kept_and_what_is_missing_is_named(people, visit, dossier):
    visitor, address = visit(people.candidate), f"/dossier/{dossier.id}"
    typed = {
        "version": 0,
        "motivation": "Half af",
        "level_reflection": "3",
        "star_flexibility": "manager",
        "hand_in": "1",
    }
    page = visitor.post(address, typed, follow_redirects=True)
    assert page.status_code == 200
    assert "Uw tekst is bewaard. Indienen kan nog niet" in page.text
    row = read(dossier)
    assert (row.state, row.motivation) == (DossierState.WRITING, "Half af")
    assert {one.competency: (one.level, one.star) for one in row.assessments} == {
        "reflection": (3, None),
        "flexibility": (None, StarKind.MANAGER),
    }
    told = text_of(page.text)
    for part in ("uw leidinggevende schrijft dit", "Het doel voor de toekomst", "De eigen beoordeling van Reflectie"):
        assert part in told
    assert "1 van 17 onderdelen" in told
    assert 'checked id="level_reflection-2"' in page.text


@pytest.mark.one_database
@pytest.mark.parametrize(
    "name, typed, said",
    [
        ("motivation", "x" * 6001, "Gebruik hoogstens 6000 tekens."),
        ("manager_tasks", "x" * 6001, "Gebruik hoogstens 6000 tekens."),
        ("years", "zes", "Vul een getal in, bijvoorbeeld 6,5."),
        ("years", "NaN", "Vul een getal in van 0 tot en met 60."),
        ("years", "-1", "Vul een getal in van 0 tot en met 60."),
        ("years", "1e99", "Vul een getal in van 0 tot en met 60."),
        ("years", "6,3", "Vul hele of halve jaren in"),
        ("level_reflection", "9", "Kies een van de mogelijkheden."),
        ("star_reflection", "nobody", "Kies een van de mogelijkheden."),
    ],
)
def test_what_cannot_be_is_explained_and_the_rest_stays_on_the_page(people, visit, dossier, name, typed, said):
    answer = visit(people.candidate).post(f"/dossier/{dossier.id}", whole(dossier, **{name: typed}))
    assert answer.status_code == 422
    assert said in text_of(answer.text)
    assert SECRETS["goal"] in answer.text
    assert read(dossier).goal == ""


@pytest.mark.parametrize("typed, kept", [("6,5", 6.5), (" 6.5 ", 6.5), ("0", 0.0), ("60", 60.0), ("", None)])
def test_years_are_written_as_in_dutch(people, visit, dossier, typed, kept):
    visitor, address = visit(people.candidate), f"/dossier/{dossier.id}"
    assert visitor.post(address, {"version": 0, "years": typed}).status_code == 302
    assert read(dossier).years == kept
    shown = "" if kept is None else f"{kept:g}".replace(".", ",")
    field = re.search(r'<input[^>]*name="years"[^>]*>', visitor.get(address).text).group()
    assert f'value="{shown}"' in field


def test_characters_that_no_database_keeps_are_taken_out(people, visit, dossier):
    garbage = "één\x00twee\r\ndrie <script>alert(1)</script> \ud83d\ude00".encode("utf-8", "replace").decode()
    visitor = visit(people.candidate)
    assert visitor.post(f"/dossier/{dossier.id}", {"version": 0, "motivation": garbage}).status_code == 302
    assert read(dossier).motivation == garbage.replace("\x00", "").replace("\r\n", "\n")
    assert "<script>alert" not in visitor.get(f"/dossier/{dossier.id}").text


def test_a_page_that_is_behind_overwrites_nothing(people, visit, dossier):
    visitor, address = visit(people.candidate), f"/dossier/{dossier.id}"
    assert visitor.post(address, {"version": 0, "motivation": "Van het ene venster"}).status_code == 302
    behind = visitor.post(address, {"version": 0, "motivation": "Van het andere venster"})
    assert behind.status_code == 409
    assert "Er is iets bewaard in een ander venster" in behind.text
    assert "Van het ene venster" in behind.text
    assert "Van het andere venster" in behind.text
    assert read(dossier).motivation == "Van het ene venster"
    assert 'name="version" type="hidden" value="1"' in behind.text
    assert visitor.post(address, {"version": 1, "motivation": "Van allebei"}).status_code == 302
    assert read(dossier).motivation == "Van allebei"


def test_the_managers_page_that_is_behind_overwrites_nothing(people, visit, dossier):
    visitor, address = visit(people.manager), f"/kandidaten/{dossier.id}"
    assert visitor.post(address, {"version": 0, "reason": "Eerst"}).status_code == 302
    behind = visitor.post(address, {"version": 0, "reason": "Daarna"})
    assert (behind.status_code, read(dossier).reason) == (409, "Eerst")
    assert "Eerst" in behind.text


@pytest.mark.parametrize("state", [DossierState.SUBMITTED, DossierState.APPROVED, DossierState.REJECTED])
def test_after_handing_in_nothing_changes_any_more(session, people, visit, dossier, state):
    session.merge(dossier).state = state
    session.commit()
    for person, address in (
        (people.candidate, f"/dossier/{dossier.id}"),
        (people.manager, f"/kandidaten/{dossier.id}"),
    ):
        visitor = visit(person)
        assert visitor.get(address).status_code == 200
        assert "data-draft" not in visitor.get(address).text
        answer = visitor.post(address, {"version": 0, "motivation": "Te laat", "reason": "Te laat"})
        assert answer.status_code == 409
        assert "al ingediend" in answer.text
    assert (read(dossier).motivation, read(dossier).reason) == ("", "")


def test_half_a_substantiation_is_kept_but_not_done(people, visit, dossier):
    visitor = visit(people.manager)
    page = visitor.post(f"/kandidaten/{dossier.id}", {"version": 0, "reason": "Omdat."}, follow_redirects=True)
    assert "Uw deel is klaar als dit er ook is" in page.text
    assert (read(dossier).reason, read(dossier).manager_done_at) == ("Omdat.", None)
    assert "nog te doen" in visitor.get("/kandidaten").text


def test_the_wall_between_candidate_and_manager(session, people, visit, dossier):
    """Whatever a manager or beheerder can open, of any dossier in any state, holds nothing of the candidate's texts."""
    visit(people.candidate).post(f"/dossier/{dossier.id}", whole(dossier))
    substantiate(visit, people, dossier)
    for state in DossierState:
        row = session.get(Dossier, dossier.id)
        session.refresh(row)
        row.state, row.decision_reason = state, "Besluit"
        session.commit()
        for person in (people.manager, people.beheerder):
            visitor = visit(person)
            answers = [
                visitor.get(address)
                for address in (
                    "/",
                    "/kandidaten",
                    f"/kandidaten/{dossier.id}",
                    "/organisatie",
                    f"/dossier/{dossier.id}",
                )
            ]
            answers.append(visitor.post(f"/kandidaten/{dossier.id}", {"version": 99, "reason": "x" * 7000}))
            for answer in answers:
                assert not [text for text in SECRETS.values() if text in answer.text]


def test_the_candidate_sees_the_managers_text_only_when_the_scheme_says_so(session, people, visit, dossier):
    text = substantiate(visit, people, dossier)
    assert str(escape(text["reason"])) in visit(people.candidate).get(f"/dossier/{dossier.id}").text
    data = dossier.scheme.data.replace(b"candidate_sees_manager_text = true", b"candidate_sees_manager_text = false")
    session.get(Dossier, dossier.id).scheme = add_scheme(session, data, cast.NOW)
    session.commit()
    page = visit(people.candidate).get(f"/dossier/{dossier.id}").text
    assert str(escape(text["reason"])) not in page


def test_a_page_of_nobody_elses_dossier_is_served(session, people, visit, dossier):
    world = rights.world(session, people, datetime.now(UTC))
    session.commit()
    for name, person in world.people.items():
        visitor = visit(person)
        found = (
            visitor.get(f"/dossier/{dossier.id}").status_code,
            visitor.get(f"/kandidaten/{dossier.id}").status_code,
        )
        assert found == (200 if name == "candidate" else 404, 200 if name == "manager" else 404)


def test_saving_again_makes_no_second_star(people, visit, dossier):
    visitor = visit(people.candidate)
    for _ in range(2):
        assert visitor.post(f"/dossier/{dossier.id}", whole(dossier)).status_code == 302
    with new_session(writes=False) as session:
        assert session.scalar(select(func.count()).select_from(Star)) == 2
        assert session.scalar(select(func.count()).select_from(SelfAssessment)) == 8


def test_what_is_missing_is_marked_at_its_field_and_counted_by_section(people, visit, dossier):
    visitor, address = visit(people.candidate), f"/dossier/{dossier.id}"
    shown = text_of(visitor.get(address).text)
    assert "Uw werk: 0 van 2" in shown and "nog niet ingevuld" not in shown
    some = {"role_description": SECRETS["motivation"], "version": 0, "hand_in": "1", "manager_situation": "Toen."}
    answer = visitor.post(address, some)
    assert answer.location == f"{address}?ontbreekt=ja"
    page = visitor.get(answer.location)
    assert page.status_code == 200 and "Uw werk: 1 van 2" in text_of(page.text)
    marked = {name for name in re.findall(r'id="(\w+)-error"', page.text)}
    assert {"years", "motivation", "goal", "manager_tasks", "colleague_result", "level_analysis"} <= marked
    assert not marked & {"role_description", "manager_situation"}
    assert read(dossier).state is DossierState.WRITING
