"""The exams beside B as data: the points of a checklist, proof, marks, and what contradicts itself."""

import re
from pathlib import Path

import pytest

import scenarios
from scenarios.judged_live import Channel, spread
from scenarios.scheme import SchemeError, parse

PACKAGE = Path(scenarios.__file__).parent
A = (PACKAGE / "praktijktoets_a" / "scheme.toml").read_text()
PROOF = (PACKAGE / "ervaringsbewijs_callcenter" / "scheme.toml").read_text()
MARKS = (PACKAGE / "mbo_contactcenter" / "scheme.toml").read_text()
CHAT = (PACKAGE / "branchecertificaat_chat" / "scheme.toml").read_text()
CHANNELS = 'channels = ["telephone", "email", "chat"]'


def problems(text: str) -> list[str]:
    with pytest.raises(SchemeError) as refused:
        parse(text.encode())
    return refused.value.problems


def changed(old: str, new: str) -> str:
    assert A.count(old) == 1
    return A.replace(old, new)


def test_the_23_points_are_spread_as_the_scheme_says():
    points = parse(A.encode()).checklist.points
    assert spread(points) == {"1.1": 10, "1.2": 6, "1.3": 4, "2.1 en 2.2": 1, "3.1": 1, "3.2": 1}
    assert [point.key for point in points if point.may_be_asked] == ["privacy", "do_not_call"]
    assert len({point.text for point in points}) == len(points)


@pytest.mark.parametrize(
    "old, new, expected",
    [
        ('key = "leads"', 'key = "sums_up"', ["Bij de punten komt sums_up meer dan één keer voor."]),
        ('criteria = ["3.2"]', 'criteria = ["3.1"]', ["Bij toetsterm 3.2 hoort geen punt van de checklist."]),
        (
            'criteria = ["2.1", "2.2"]',
            'criteria = ["2.1", "1.1"]',
            [
                "Het punt serves_and_represents noemt toetsterm 1.1, maar die hoort niet bij term_2.",
                "Bij toetsterm 2.2 hoort geen punt van de checklist.",
            ],
        ),
        (
            'term = "term_2"',
            'term = "term_4"',
            [
                "Het punt serves_and_represents hoort bij eindterm term_4, maar die is er niet.",
                "De checklist heeft 0 punten bij term_2, maar de slaagregel 1.",
            ],
        ),
        ("max = 20", "max = 21", ["De checklist heeft 20 punten bij term_1, maar de slaagregel 21."]),
        (
            'criteria = ["3.2"]',
            "criteria = []",
            ["checklist.points[23].criteria: telt 0 onderdelen; nodig: minstens 1."],
        ),
        (CHANNELS, "channels = []", ["checklist.channels: telt 0 onderdelen; nodig: minstens 1 en hoogstens 3."]),
        (
            CHANNELS,
            'channels = ["fax"]',
            ["checklist.channels[1]: moet telephone of email of chat zijn, maar is 'fax'."],
        ),
        (
            'evidence = "live_checklist"',
            'evidence = "theory_test"',
            ["De slaagregel terms vraagt een onderdeel met live_checklist als bewijs."],
        ),
    ],
)
def test_a_checklist_that_is_not_the_rules_is_refused(old, new, expected):
    assert problems(changed(old, new)) == expected


def test_an_unknown_kind_of_rule_is_refused_before_anybody_is_judged_by_it():
    found = problems(changed('kind = "terms"', 'kind = "average"'))
    assert found == ["pass_rule.kind: moet competencies of terms of proven of marks zijn, maar is 'average'."]


def test_proof_is_given_before_two_assessors_in_six_hours_and_the_portfolio_is_a_choice():
    scheme = parse(PROOF.encode())
    assert (scheme.proof.assessors, scheme.proof.maximum_hours, scheme.proof.maximum_days) == (2, 6, 2)
    assert [(part.evidence, part.optional) for part in scheme.parts] == [
        ("competency_portfolio", True),
        ("live_assessment", False),
    ]


def test_chat_is_the_theory_test_and_the_checklist_of_a_over_chats():
    chat, practical = parse(CHAT.encode()), parse(A.encode())
    assert [part.evidence for part in chat.parts] == ["theory_test", "live_checklist"]
    assert (chat.checklist.channels, chat.checklist.minimum_conversations) == ((Channel.CHAT,), 3)
    assert chat.checklist.certificate_key == "certificate_chat" != practical.checklist.certificate_key
    assert spread(chat.checklist.points) == spread(practical.checklist.points)
    assert chat.pass_rule == practical.pass_rule
    assert (chat.fees.member_cents, chat.fees.non_member_cents) == (3500, 4000)
    assert not any(one.source for one in chat.origins if one.path.startswith(("checklist.", "pass_rule.")))


@pytest.mark.parametrize("scheme", sorted(one.parent.name for one in PACKAGE.glob("*/scheme.toml")))
def test_each_certificate_has_a_supplement_in_three_languages_with_the_seven_blocks(scheme):
    found = parse((PACKAGE / scheme / "scheme.toml").read_bytes()).supplements
    assert [one.language for one in found] == ["nl", "en", "fr"]
    counts = set()
    for one in found:
        assert [block.number for block in one.blocks] == [1, 2, 3, 4, 5, 6, 7]
        counts.add(tuple(len(block.paragraphs) for block in one.blocks[2:]))
        titles = " ".join(one.blocks[1].paragraphs)
        assert re.search("geen (juridische|wettelijke) status|no legal status|pas de valeur juridique", titles)
        levels = re.findall("(?:NLQF|EQF|CEC)[- ](?:level |niveau )?[0-9]", " ".join(one.blocks[4].paragraphs))
        assert bool(levels) == (scheme == "mbo_contactcenter"), "the one of which the source states a level"
    assert len(counts) == 1, "what a reader of one language learns, readers of the others learn too"


@pytest.mark.parametrize(
    "text, old, new, expected",
    [
        (
            PROOF,
            'criterion = "3.3"',
            'criterion = "3.9"',
            "De slaagregel noemt een norm bij 3.9, maar dat staat niet in het schema.",
        ),
        (PROOF, "[proof]", "[proofs]", "proofs: is onbekend."),
        (
            PROOF,
            "assessors = 2",
            "assessors = 1",
            "proof.assessors: moet een getal van 2 tot en met 3 zijn, maar is 1.",
        ),
        (PROOF, 'number = "1.4"', 'number = "2.5"', "Bij de toetstermen komt 2.5 meer dan één keer voor."),
        (
            PROOF,
            'evidence = "live_assessment"',
            'evidence = "theory_test"',
            "De slaagregel proven vraagt een onderdeel met live_assessment als bewijs.",
        ),
        (
            MARKS,
            'evidence = "work_processes"',
            'evidence = "live_assessment"',
            "Het onderdeel Werkprocessen heeft de tabel [proof] nodig.",
        ),
        (MARKS, "[marking]", "[marks]", "marks: is onbekend."),
    ],
)
def test_a_neighbour_that_contradicts_itself_is_refused(text, old, new, expected):
    assert text.count(old) == 1
    assert expected in problems(text.replace(old, new))


def test_a_rule_over_end_terms_needs_them():
    kept, skip = [], False
    for line in MARKS.splitlines():
        skip = line.startswith("[[end_terms") if line.startswith("[") else skip
        kept += [] if skip else [line]
    assert problems("\n".join(kept)) == ["De slaagregel kijkt naar eindtermen, maar het schema heeft er geen."]
