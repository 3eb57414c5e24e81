"""The pack of Branchecertificaat B as it stands: ten situations, eleven persons, forty cells."""

from pathlib import Path

import pytest

import scenarios
from scenarios.catalogue import parse_pack
from scenarios.scheme import parse

FOLDER = Path(scenarios.__file__).parent / "branchecertificaat_b"
SCHEME = parse((FOLDER / "scheme.toml").read_bytes())
PACK = parse_pack((FOLDER / "scenarios.toml").read_bytes(), SCHEME)

MATRIX = {one.number: frozenset(one.competencies) for one in PACK.scenarios}

COLUMNS = [
    "analysis", "sensitivity", "flexibility", "persuasion",
    "task_leadership", "reflection", "organisational_sensitivity", "oral_language",
]  # fmt: skip

TABLE = {
    ("U belde niet terug", "Wilma Terpstra", 68): ". x x . . . x x",
    ("Ik kan dit niet", "Ruben van Dam", 24): ". x . . x x . x",
    ("Zo doe ik het altijd", "Carla Mertens", 55): "x . . . x x . x",
    ("Vijf minuten, niet langer", "Soraya Amrani", 39): ". . x x . . x x",
    ("Even opzoeken", "Dennis Kok", 31): ". . . x x . x x",
    ("Die 6,2 klopt niet", "Winston Pinas", 47): "x x . . . x . x",
    ("Niet naast haar", "Yusuf Aydın", 34): ". x x . x . . x",
    ("Waar iedereen bij was", "Mei-Lin Chen", 28): ". x x . . x . x",
    ("Alles op rood", "Tomasz Nowak", 43): "x . . x x . . x",
    ("Haal haar van ons project", "Ingrid Vermeulen", 52): "x . . x . . x x",
}

CELLS = [
    (number, key, mark == "x")
    for number, row in enumerate(TABLE.values(), 1)
    for key, mark in zip(COLUMNS, row.split(), strict=True)
]


@pytest.mark.parametrize(("number", "key", "seen"), CELLS)
def test_each_cell_of_the_table(number, key, seen):
    assert (key in MATRIX[number]) is seen


def test_the_sums_of_the_columns():
    sums = [sum(key in row for row in MATRIX.values()) for key in COLUMNS]
    assert sums == [4, 5, 4, 4, 5, 4, 4, 10]
    assert sum(sums) == 40
    assert sum(seen for *_, seen in CELLS) == 40


def test_the_ten_situations_and_persons_in_order():
    assert [(one.title, one.person.name, one.person.age) for one in PACK.scenarios] == list(TABLE)
    assert len({one.person.name for one in (PACK.practice, *PACK.scenarios)}) == 11


def test_the_order_of_competencies_is_that_of_the_scheme():
    assert [one.key for one in SCHEME.competencies] == COLUMNS
    for one in PACK.scenarios:
        assert list(one.competencies) == [key for key in COLUMNS if key in one.competencies]
        assert [guide.competency for guide in one.guidance] == list(one.competencies)


@pytest.mark.parametrize("number", range(11))
def test_a_scenario_can_be_played_read_and_judged(number):
    one = PACK.scenario(number)
    assert 20 <= one.spoken_s <= 45
    assert "\n" not in one.spoken
    assert "  " not in one.spoken
    assert one.question.startswith("Wat zegt u tegen ")
    assert len(one.setting) < 420
    for key in one.competencies:
        guide = one.guide(key)
        assert len({guide.weak, guide.sufficient, guide.strong}) == 3
        assert all(text.endswith(".") for text in (guide.weak, guide.sufficient, guide.strong))
    assert one.clip == f"{number:02d}-" + one.clip[3:]


def test_no_guidance_is_copied_from_another_situation():
    texts = [
        text
        for one in PACK.scenarios
        for guide in one.guidance
        for text in (guide.weak, guide.sufficient, guide.strong)
    ]
    assert len(texts) == 120
    assert len(set(texts)) == 120


def test_what_the_candidate_reads_does_not_name_what_is_judged():
    names = [one.name.casefold() for one in SCHEME.competencies]
    for one in PACK.scenarios:
        shown = f"{one.title} {one.setting} {one.question}".casefold()
        assert not [name for name in names if name in shown]


def test_the_practice_scenario_is_outside_the_ten():
    assert PACK.practice.number == 0
    assert PACK.practice not in PACK.scenarios
    assert 0 not in MATRIX
