"""A pack of scenarios is refused, in Dutch and with every reason, unless an exam can be held with it."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.parallels import with_parallels

import scenarios
from scenarios.catalogue import FEWEST_WORDS, MOST_WORDS, PackError, parse_pack
from scenarios.scheme import parse

PACKAGE = Path(scenarios.__file__).parent
SCHEME = parse((PACKAGE / "branchecertificaat_b" / "scheme.toml").read_bytes())
TEN = (PACKAGE / "branchecertificaat_b" / "scenarios.toml").read_text()


def problems(text: str, scheme=SCHEME) -> list[str]:
    with pytest.raises(PackError) as refused:
        parse_pack(text.encode(), scheme)
    assert refused.value.problems
    return refused.value.problems


def block(number: int) -> str:
    """The text of one scenario, as it stands in the file."""
    parts = re.split(r"(?m)^(?=\[\[scenarios\]\]$)", TEN)
    return parts[number]


def changed(number: int, old: str, new: str) -> str:
    """The ten with something changed in one scenario (0 is the head with the practice scenario)."""
    here = block(number)
    assert here.count(old) == 1, (number, old)
    return TEN.replace(here, here.replace(old, new))


def with_spoken(number: int, words: int) -> str:
    here = block(number)
    spoken = " ".join(["woord"] * words)
    return TEN.replace(here, re.sub(r'spoken = """.*?"""', f'spoken = "{spoken}"', here, flags=re.S))


def test_nine_scenarios_are_too_few_and_eleven_too_many():
    assert "Het pakket telt 9 situaties; dat moeten er precies 10 zijn." in problems(TEN.replace(block(10), ""))
    eleven = block(10).replace("number = 10", "number = 11")
    assert "Het pakket telt 11 situaties; dat moeten er precies 10 zijn." in problems(TEN + "\n" + eleven)


def test_no_person_key_title_or_file_comes_twice():
    found = problems(changed(7, 'name = "Yusuf Aydın"', 'name = "ruben VAN dam"'))
    assert found == ["De persoon Ruben van Dam komt in meer dan één situatie voor: 2, 7."]
    assert problems(changed(7, 'key = "conflict"', 'key = "tears"')) == [
        "De sleutel tears komt in meer dan één situatie voor: 2, 7."
    ]
    assert any("De persoon Hanna Bos" in one for one in problems(changed(1, "Wilma Terpstra", "Hanna Bos")))
    assert any("Het filmpje" in one for one in problems(changed(7, "07-niet-naast-haar.mp4", "02-ik-kan-dit-niet.mp4")))


@pytest.mark.parametrize("number", [1, 2, 12])
def test_the_numbers_run_from_one_without_gaps(number):
    found = problems(changed(3, "number = 3\n", f"number = {number}\n"))
    assert "De situaties moeten op volgorde genummerd zijn, vanaf 1 en zonder gaten." in found


def test_the_practice_scenario_has_number_nought():
    found = problems(changed(0, "[practice]\nnumber = 0", "[practice]\nnumber = 11"))
    assert "De oefensituatie moet nummer 0 hebben." in found


def test_a_competency_that_the_exam_does_not_know():
    text = changed(9, '"analysis", "persuasion"', '"courage", "persuasion"')
    found = problems(text)
    assert "Situatie 9 (Alles op rood) noemt de competentie courage, maar die kent het examen niet." in found
    assert (
        "Situatie 9 (Alles op rood) moet precies één beoordelingswijzer voor courage hebben, maar heeft er 0." in found
    )
    assert any("heeft een beoordelingswijzer voor analysis, maar" in one for one in found)


def test_a_competency_named_twice():
    found = problems(changed(9, '["analysis", "persuasion"', '["analysis", "analysis", "persuasion"'))
    assert "Situatie 9 (Alles op rood) noemt de competentie analysis meer dan één keer." in found


def test_guidance_that_is_missing_or_double():
    found = problems(changed(9, 'competency = "analysis"', 'competency = "persuasion"'))
    assert found == [
        "Situatie 9 (Alles op rood) moet precies één beoordelingswijzer voor analysis hebben, maar heeft er 0.",
        "Situatie 9 (Alles op rood) moet precies één beoordelingswijzer voor persuasion hebben, maar heeft er 2.",
    ]


def test_a_competency_that_is_seen_too_seldom():
    text = TEN
    for number in (1, 4):
        here = block(number)
        kept = re.sub(r'\[\[scenarios\.guidance\]\]\ncompetency = "flexibility".*?(?=\n\n)', "", here, flags=re.S)
        text = text.replace(here, kept.replace('"flexibility", ', ""))
    assert problems(text) == ["Flexibiliteit komt in 2 situaties voor; nodig zijn er minstens 3."]


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 300))
def test_the_spoken_text_lasts_twenty_to_forty_five_seconds(words):
    text = with_spoken(4, words)
    if FEWEST_WORDS <= words <= MOST_WORDS:
        assert 18 <= parse_pack(text.encode(), SCHEME).scenario(4).spoken_s <= 46
    else:
        (found,) = problems(text)
        assert f"de gesproken tekst telt {words} woorden" in found


@pytest.mark.parametrize(
    ("number", "old", "new", "problem"),
    [
        (0, 'scheme = "branchecertificaat_b"', 'scheme = "chat"', "Het pakket hoort bij chat, niet bij"),
        (5, 'question = "Wat zegt u tegen Dennis?"', 'question = "Reageer."', "moet eindigen met een vraagteken."),
        (5, "05-even-opzoeken.mp4", "06-even-opzoeken.mp4", "bestandsnaam 06-even-opzoeken.mp4 moet beginnen met 05-."),
        (5, "05-even-opzoeken.vtt", "05-opzoeken.vtt", "het filmpje en de ondertiteling moeten dezelfde naam hebben."),
        (5, "05-even-opzoeken.mp4", "../05-even.mp4", "scenarios[5].clip: moet een bestandsnaam"),
        (5, "age = 31", "age = 8", "scenarios[5].person.age: moet een getal van 16 tot en met 99 zijn, maar is 8."),
        (5, 'beard = "stubble"', 'beard = "huge"', "scenarios[5].person.looks.beard: moet none of stubble of"),
        (5, '"#2f6f9f"', '"blauw"', "scenarios[5].person.looks.clothes: moet een kleur als #a1b2c3 zijn"),
        (5, "pitch = 44", "pitch = 144", "scenarios[5].person.voice.pitch: moet een getal van 0 tot en met 99"),
        (5, 'title = "Even opzoeken"', "", "scenarios[5].title: ontbreekt."),
        (5, 'competencies = ["persuasion", "task_leadership", "organisational_sensitivity", "oral_language"]',
         "competencies = []", "scenarios[5].competencies: telt 0 onderdelen; nodig: minstens 1."),
        (5, 'key = "looking_up"', 'key = "looking_up"\nhint = "x"', "scenarios[5].hint: is onbekend."),
    ],
)  # fmt: skip
def test_refusals(number, old, new, problem):
    found = problems(changed(number, old, new))
    assert any(problem in one for one in found), found


def test_an_exam_without_recorded_answers_has_no_scenarios():
    practical = parse((PACKAGE / "praktijktoets_a" / "scheme.toml").read_bytes())
    found = problems(TEN, practical)
    assert found == [
        "Het pakket hoort bij branchecertificaat_b, niet bij praktijktoets_a.",
        "Het examen Praktijktoets Branchecertificaat A heeft geen opgenomen antwoorden, dus geen situaties.",
    ]


@settings(max_examples=20, deadline=None)
@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader(data):
    with pytest.raises(PackError):
        parse_pack(data, SCHEME)


def test_parallel_scenarios_stand_beside_those_with_their_number():
    pack = parse_pack(with_parallels(4, 4, 7), SCHEME)
    assert [one.key for one in pack.slot(4)] == [
        pack.scenario(4).key,
        f"{pack.scenario(4).key}_2",
        "unpopular_measure_3",
    ]
    assert pack.scenario(7, 1).title == f"{pack.scenario(7).title} 2"
    assert len(pack.slot(1)) == len(pack.slot(0)) == 1
    assert len(pack.everyone) == 14


def test_a_parallel_scenario_shows_what_the_other_shows_and_has_a_number_that_is_there():
    text = with_parallels(4).decode()
    head, _, parallel = text.partition("[[parallels]]")
    other = re.sub(r"(?m)^number = 4$", "number = 5", parallel)
    found = problems(f"{head}[[parallels]]{other}")
    assert any("moet dezelfde competenties laten zien als situatie 5." in one for one in found), found
    for number in (0, 11):
        found = problems(f"{head}[[parallels]]" + re.sub(r"(?m)^number = 4$", f"number = {number}", parallel))
        assert any(f"hoort bij nummer {number}, maar die situatie is er niet." in one for one in found)


def test_a_parallel_scenario_is_another_one():
    text = with_parallels(4).decode()
    assert any("De titel" in one for one in problems(re.sub(r'(?m)^(title = ".*) 2"$', r'\1"', text)))
    assert any("Het filmpje" in one for one in problems(text.replace("-2.mp4", ".mp4")))
