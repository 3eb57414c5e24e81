"""The regulation of an exam: every value in words, and for insiders where each comes from."""

import pytest
from support import cast
from support.visitors import text_of

from scenarios.scheme import parse
from scenarios.unread import UNREAD
from storage.schemes import add_scheme
from webapp.verdict import regulation

ADDRESS = "/reglement/branchecertificaat_b"
PRACTICE = cast.CONTENT.parent / "praktijktoets_a" / "scheme.toml"


@pytest.fixture
def scheme(session, people):
    row = cast.scheme(session)
    session.commit()
    return row


def test_a_candidate_reads_what_is_examined_and_when_one_passes(people, visit, scheme):
    page = text_of(visit(people.candidate).get(ADDRESS).text)
    for competency in scheme.content.competencies:
        assert competency.name in page
        assert all(anchor in page for anchor in competency.anchors)
    assert "Voor elke competentie is het gemiddelde ten minste 2,25." in page
    assert scheme.content.text("objection").title in page
    assert "keuze van KSF" not in page


@pytest.mark.parametrize("who", ["officer", "committee_member", "auditor"])
def test_insiders_see_every_value_and_where_it_comes_from(people, visit, scheme, who):
    page = text_of(visit(getattr(people, who)).get(ADDRESS).text)
    for origin in scheme.content.origins:
        assert origin.label in page
    for question in scheme.content.questions:
        assert question.text in page
    for words in ("€ 250,00", "zonder einddatum", "80 %", "75 tot 300 woorden", "niveau 2,25", "KSF: hoe werkt het"):
        assert words in page
    for raw in ("Fraction", "True", "False", "cent "):
        assert raw not in page.split("Open vragen")[1].split("SHA-256")[0]


def test_every_open_question_says_how_it_is_answered(scheme):
    """Each of the eight has a setting or an answer in words, and each setting says its default and its origin."""
    answered = regulation.questions(scheme.content)
    assert [question.key for question, _ in answered] == [f"Q{number}" for number in range(1, 9)]
    for question, settings in answered:
        assert settings or question.answer, question.key
        assert all(one.now == one.default and one.now and one.origin.choice for one in settings)
    by_key = {question.key: {one.origin.path: one for one in settings} for question, settings in answered}
    assert by_key["Q7"]["sitting.answer_s"].now == "90 seconden"
    assert by_key["Q4"]["terms.certificate_valid_months"].default == "zonder einddatum"


def test_what_ksf_changed_stands_beside_the_default(session, people, visit, scheme):
    add_scheme(session, scheme.data.replace(b"\nanswer_s = 90", b"\nanswer_s = 120"), cast.NOW)
    session.commit()
    page = text_of(visit(people.officer).get(ADDRESS).text).split("Open vragen")[1]
    assert "Langste antwoord 120 seconden aangepast 90 seconden keuze van KSF" in page
    assert page.count("aangepast") == 1


def test_how_a_candidate_gets_a_moment_is_said_with_its_origin(session, people, visit, scheme):
    row = "Wanneer een kandidaat examen doet {} keuze van KSF"
    page = text_of(visit(people.officer).get(ADDRESS).text)
    assert row.format("in een periode na de uitnodiging, op een moment naar keuze") in page
    other = cast.with_dates(session)
    session.commit()
    assert row.format("op een examendatum van KSF, die de organisatie aanvraagt") in text_of(
        visit(people.officer).get(f"{ADDRESS}/{other.number}").text
    )


def test_another_scale_reads_as_well(session, people, visit):
    add_scheme(session, PRACTICE.read_bytes(), cast.NOW)
    session.commit()
    page = text_of(visit(people.officer).get("/reglement/praktijktoets_a").text)
    assert "Effectief communiceren: ten minste 17 van de 20 punten." in page
    assert "1.3" in page
    assert regulation.passing(parse(PRACTICE.read_bytes()))[2] == "Wet- en regelgeving: ten minste 2 van de 2 punten."


def test_an_older_version_stays_readable(session, people, visit, scheme):
    data = scheme.data.replace(b"number = 1\n", b"number = 2\n", 1).replace(b"\nanswer_s = 90", b"\nanswer_s = 120")
    add_scheme(session, data, cast.NOW)
    session.commit()
    officer = visit(people.officer)
    assert "120 seconden" in text_of(officer.get(ADDRESS).text)
    assert "90 seconden" in text_of(officer.get(f"{ADDRESS}/1").text)
    assert officer.get(f"{ADDRESS}/3").status_code == 404
    assert officer.get("/reglement/bestaat_niet").status_code == 404


def test_a_value_that_nothing_reads_yet_is_said_to_be_so(people, visit, scheme):
    page = text_of(visit(people.officer).get(ADDRESS).text)
    labels = [one.label for one in scheme.content.origins if one.path in UNREAD]
    of_exam = [path for path in UNREAD if getattr(scheme.content, path.partition(".")[0])]
    assert len(labels) == len(of_exam) > 0
    for label in labels:
        assert f"{label} nog niet in gebruik" in page
    assert page.split("Alle waarden")[1].count(" nog niet in gebruik ") == len(of_exam)
