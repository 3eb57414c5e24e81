"""A scheme parses whole or is refused with everything that is wrong with it."""

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import scenarios
from scenarios.chapters import Allocation, Evidence
from scenarios.scheme import SchemeError, parse

PACKAGE = Path(scenarios.__file__).parent
B = (PACKAGE / "branchecertificaat_b" / "scheme.toml").read_bytes()
A = (PACKAGE / "praktijktoets_a" / "scheme.toml").read_bytes()


def changed(data: bytes, *changes: tuple[str, str]) -> bytes:
    text = data.decode()
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text.encode()


def problems(data: bytes) -> list[str]:
    with pytest.raises(SchemeError) as refused:
        parse(data)
    assert refused.value.problems
    return refused.value.problems


def test_the_scheme_of_b_holds_the_eight_competencies_with_five_anchors_each():
    scheme = parse(B)
    assert [one.name for one in scheme.competencies] == [
        "Analyse en oordeelsvorming",
        "Sensitiviteit / inlevingsvermogen",
        "Flexibiliteit",
        "Overtuigingskracht",
        "Taakgericht leiderschap",
        "Reflectie",
        "Organisatiesensitiviteit",
        "Mondelinge taalvaardigheid",
    ]
    anchors = [anchor for one in scheme.competencies for anchor in one.anchors]
    assert len(set(anchors)) == 40
    assert scheme.competency("flexibility").anchor(1) == "Houdt vast aan één aanpak die niet werkt."
    assert scheme.competency("flexibility").anchor(3) == "Biedt een alternatief dat werkt."


def test_the_scheme_of_b_holds_the_values_that_were_agreed():
    scheme = parse(B)
    assert [part.evidence for part in scheme.parts] == [Evidence.PORTFOLIO, Evidence.RECORDED_ANSWERS]
    assert scheme.prerequisite_any_of == ("certificate_a", "theory_test_a")
    assert scheme.pass_rule == {
        "kind": "competencies",
        "part1": True,
        "competency_min": "2.25",
        "overall_min": "2.75",
        "observed_min": 3,
    }
    sitting = scheme.sitting
    assert (sitting.clip_plays, sitting.preparation_s, sitting.answer_s, sitting.takes) == (1, 30, 90, 1)
    assert (sitting.technical_retakes, sitting.preparation_restarts) == (1, 1)
    assert sitting.extra_time == (Fraction(5, 4), Fraction(3, 2), Fraction(2))
    assert (scheme.assessment.slots, scheme.assessment.allocation) == (2, Allocation.WHOLE)
    assert scheme.assessment.third_difference == Fraction(3, 2)
    assert (scheme.terms.result_working_days, scheme.terms.objection_weeks, scheme.terms.ruling_weeks) == (10, 6, 6)
    assert (scheme.retention.passed_months, scheme.retention.failed_months) == (6, 12)
    assert scheme.retention.sample_share == Fraction(1, 20)
    assert (scheme.fees.member_cents, scheme.fees.copy_cents, scheme.fees.no_examiner_cents) == (25000, 1500, 0)
    assert scheme.quality.freeze_share == Fraction(1, 5)
    assert scheme.visibility.candidate_sees_manager_text
    assert not scheme.visibility.manager_sees_stars
    assert not scheme.visibility.assessor_sees_manager_text


def test_the_practical_test_of_a_is_the_same_kind_of_data():
    scheme = parse(A)
    rows = [(term["key"], term["max"], term["min"]) for term in scheme.pass_rule["terms"]]
    assert rows == [("term_1", 20, 17), ("term_2", 1, 1), ("term_3", 2, 2)]
    numbers = [criterion.number for term in scheme.end_terms for criterion in term.criteria]
    assert numbers == ["1.1", "1.2", "1.3", "2.1", "2.2", "3.1", "3.2"]
    assert (scheme.checklist.minimum_conversations, scheme.checklist.duration_minutes) == (3, 45)
    assert (scheme.fees.member_cents, scheme.fees.non_member_cents, scheme.fees.no_examiner_cents) == (3500, 4000, 4000)
    assert scheme.sitting is None
    assert scheme.competencies == ()


def test_only_these_values_of_b_come_from_a_source_and_all_others_are_a_choice():
    sourced = {one.path for one in parse(B).origins if not one.choice}
    assert sourced == {
        "assessment.scenarios",
        "assessment.calibration_days",
        "fees.member_cents",
        "fees.non_member_cents",
        "fees.copy_cents",
        "documents.tasks",
        "documents.stars_with_manager",
        "documents.stars_with_colleague",
    }


def test_the_open_questions_have_a_text_and_a_choice_that_answers_them():
    scheme = parse(B)
    assert [one.key for one in scheme.questions] == [f"Q{n}" for n in range(1, 9)]
    answered = {one.question for data in (A, B) for one in parse(data).origins if one.question}
    assert answered == {"Q1", "Q2", "Q3", "Q4", "Q5", "Q6", "Q7", "Q9"}


def test_every_origin_leads_to_its_value():
    for scheme in (parse(A), parse(B)):
        for one in scheme.origins:
            assert scheme.value(one.path) is not None
    assert parse(B).value("pass_rule.overall_min") == "2.75"


@pytest.mark.parametrize("path", ["sitting.never", "sitting.answer_s.real", "text", "sitting.__class__", ""])
def test_a_path_that_is_no_value_has_none(path):
    with pytest.raises(KeyError):
        parse(B).value(path)


def test_texts_tell_the_values_of_the_scheme():
    words = " ".join(parse(B).text("what_happens").paragraphs)
    assert "10 situaties" in words
    assert "30 seconden om na te denken" in words
    assert "hoogstens 90 seconden" in words
    assert "{" not in "".join("".join(text.paragraphs) + text.title for text in parse(B).texts)


@settings(max_examples=20, deadline=None)
@given(st.integers(31, 600))
def test_a_changed_value_changes_the_text_too(seconds):
    scheme = parse(changed(B, ("\nanswer_s = 90", f"\nanswer_s = {seconds}")))
    assert f"hoogstens {seconds} seconden" in " ".join(scheme.text("what_happens").paragraphs)


def test_the_candidate_is_told_that_the_employer_sees_no_clip_and_no_score():
    assert "Uw werkgever ziet uw filmpjes en scores nooit." in parse(B).text("employer").paragraphs[0]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("clip_plays = 1\naccom", "clip_plays = 0\naccom", "sitting.clip_plays: moet een getal van 1 tot en met 5"),
        ("\nanswer_s = 90", "\nanswer_s = 90.5", "sitting.answer_s: moet een geheel getal zijn"),
        ("\nanswer_s = 90", "\nanswer_s = true", "sitting.answer_s: moet een geheel getal zijn"),
        ("\nanswer_s = 90", "", "sitting.answer_s: ontbreekt."),
        ("\nanswer_s = 90", "\nanswer_s = 90\nanswers = 3", "sitting.answers: is onbekend."),
        ('third_difference = "1.5"', "third_difference = 1.5", "assessment.third_difference: moet een decimaal getal"),
        ('third_difference = "1.5"', 'third_difference = "5"', "van 0.5 tot en met 4 zijn, maar is 5."),
        ('sample_share = "0.05"', 'sample_share = "1.01"', "retention.sample_share: moet een getal van 0 tot en met 1"),
        ('allocation = "whole"', 'allocation = "half"', "assessment.allocation: moet whole of spread zijn"),
        ("self_rating = true", 'self_rating = "ja"', "sitting.self_rating: moet true of false zijn"),
        ('key = "analysis"', 'key = "Analyse"', "competencies[1].key: moet een sleutel"),
        ('name = "Reflectie"', 'name = "  "', "competencies[6].name: moet een tekst zijn die niet leeg is."),
        ("extra_time = [", 'extra_time = ["0.5", ', "sitting.extra_time[1]: moet een getal van 1 tot en met 4"),
        ("word_guide = [75, 300]", "word_guide = [75]", "documents.word_guide: telt 1 onderdelen; nodig: precies 2."),
        ("word_guide = [75, 300]", "word_guide = 75", "documents.word_guide: moet een lijst zijn."),
        ("[pass_rule]", "[other_rule]", "pass_rule: ontbreekt."),
        ('kind = "competencies"', "", "pass_rule.kind: ontbreekt."),
        ("warning_s = 15", "warning_s = 60\n# ", None),
        ("\nanswer_s = 90", "\nanswer_s = 15", "De waarschuwing moet vallen binnen de antwoordtijd."),
        ("minimum_answer_s = 5", "minimum_answer_s = 2", "De kortste opname mag niet langer zijn dan het kortste"),
        ("break_after = 5", "break_after = 10", "De pauze moet vóór de laatste situatie vallen."),
        ("accommodation_clip_plays = 2", "accommodation_clip_plays = 1", None),
        ("\nclip_plays = 1", "\nclip_plays = 3", "Met een voorziening mag het filmpje niet minder vaak spelen"),
        (
            "minimum_scenarios_per_competency = 3",
            "minimum_scenarios_per_competency = 11",
            "in meer situaties voorkomen",
        ),
        (
            'allocation = "whole"\nspread_minimum_assessors = 4',
            'allocation = "spread"\nspread_minimum_assessors = 3',
            "Gespreid",
        ),
        ('key = "sensitivity"', 'key = "analysis"', "Bij de competenties komt analysis meer dan één keer voor."),
        ("{sitting.answer_s}", "{sitting.answer}", "De tekst what_happens verwijst naar sitting.answer, maar"),
        (
            "{sitting.answer_s}",
            "{sitting.practice}",
            "verwijst naar sitting.practice, maar dat is geen getal of tekst.",
        ),
        ('key = "consent"', 'key = "agreement"', "De tekst consent ontbreekt."),
        (
            'path = "fees.copy_cents"',
            'path = "fees.copies"',
            "Van fees.copy_cents staat niet waar de waarde vandaan komt.",
        ),
        ('path = "fees.copy_cents"', 'path = "fees.copies"', "Er staat een herkomst van fees.copies, maar"),
        ('key = "Q8"', 'key = "Q7"', "Bij de vragen komt Q7 meer dan één keer voor."),
        ('key = "Q5"', 'key = "Q9"', "noemt vraag Q5, maar die staat niet in het schema."),
    ],
)
def test_refusals(old, new, problem):
    data = changed(B, (old, new))
    if problem is None:
        parse(data)
    else:
        assert any(problem in one for one in problems(data)), problems(data)


@pytest.mark.parametrize("table", ["sitting", "assessment", "quality", "retention", "documents", "visibility"])
def test_a_part_asks_for_the_tables_that_it_is_judged_by(table):
    lines, keep = [], True
    for line in B.decode().splitlines():
        if line.startswith("["):
            keep = not line.strip("[]").startswith(table)
        if keep:
            lines.append(line)
    found = problems("\n".join(lines).encode())
    assert any(one.endswith(f"heeft de tabel [{table}] nodig.") for one in found)


@pytest.mark.parametrize("count", [0, 1, 4, 6])
def test_a_competency_has_exactly_five_anchors(count):
    start = B.index(b"anchors = [")
    end = B.index(b"\n]", start)
    anchors = ", ".join(f'"Gedrag {n}."' for n in range(count))
    found = problems(B[:start] + f"anchors = [{anchors}".encode() + B[end:])
    assert found == [f"competencies[1].anchors: telt {count} onderdelen; nodig: precies 5."]


def test_the_terms_of_the_pass_rule_are_the_end_terms():
    found = problems(changed(A, ('key = "term_3"\nname = "Wet- en', 'key = "term_4"\nname = "Wet- en')))
    assert found == ["De slaagregel noemt andere eindtermen dan het schema."]


def test_a_rule_over_competencies_needs_competencies():
    found = problems(changed(A, ('kind = "terms"', 'kind = "competencies"')))
    assert "De slaagregel kijkt naar competenties, maar het schema heeft er geen." in found
    assert "De slaagregel competencies vraagt een onderdeel met recorded_answers als bewijs." in found


def test_every_problem_is_told_at_once():
    data = changed(
        B,
        ("\nanswer_s = 90", "\nanswer_s = 0"),
        ("copy_cents = 1500", "copy_cents = -1"),
        ("number = 1\nprerequisite", "number = 0\nprerequisite"),
    )
    assert [one.split(":")[0] for one in problems(data)] == ["number", "fees.copy_cents", "sitting.answer_s"]


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"key = ", "Het bestand is geen geldige TOML"),
        (b'key = "a"\nkey = "b"', "Het bestand is geen geldige TOML"),
        (b'key = "\xff"', "Het bestand is geen UTF-8-tekst (byte 7)."),
        (b"", "key: ontbreekt."),
        (b"parts = 3", "parts: moet een lijst zijn."),
        (b"parts = [3]", "parts[1]: moet een tabel zijn."),
        (b"terms = 3", "terms: moet een tabel zijn."),
        (b"pass_rule = 3", "pass_rule: moet een tabel zijn."),
    ],
)
def test_bytes_that_are_no_scheme(data, problem):
    assert any(one.startswith(problem) for one in problems(data))


@settings(max_examples=20, deadline=None)
@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader(data):
    problems(data)


@settings(max_examples=20, deadline=None)
@given(st.integers(), st.sampled_from(["preparation_s = 30", "window_days = 14", "warning_s = 15"]))
def test_a_number_is_taken_within_its_bounds_and_refused_outside(number, line):
    name = line.split(" ")[0]
    bounds = {"preparation_s": (0, 300), "window_days": (1, 365), "warning_s": (5, 60)}[name]
    data = changed(B, (f"\n{line}\n", f"\n{name} = {number}\n"))
    if bounds[0] <= number <= bounds[1]:
        assert getattr(parse(data).sitting, name) == number
    else:
        assert problems(data)[0].startswith(f"sitting.{name}: moet een getal van {bounds[0]} tot en met {bounds[1]}")
