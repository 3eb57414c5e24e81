"""Names never reach an assessor, and what is left still reads as Dutch."""

from time import process_time

import pytest

from review.blinding import masked, sentences

PEOPLE = ("Kim Kandidaat", "Lena van der Linden-Vos", "Mo Een")
ORGANISATIONS = ("Voorbeeld Klantcontact BV", "Bel & Co")


@pytest.mark.parametrize(
    ("text", "blind"),
    [
        ("Kim belde Lena.", "[naam] belde [naam]."),
        ("Dat was kims idee.", "Dat was [naam] idee."),
        ("Kim Kandidaat en LENA", "[naam] en [naam]"),
        ("Lena van der Linden-Vos vroeg het.", "[naam] vroeg het."),
        ("Mevrouw Van der Linden-Vos vroeg het.", "Mevrouw Van der [naam] vroeg het."),
        ("Mo had er mo en een plan.", "[naam] had er mo en een plan."),
        ("Ik werk bij voorbeeld klantcontact.", "Ik werk bij [organisatie]."),
        ("Bij Voorbeeld Klantcontact B.V. en Voorbeeld Klantcontact BV", "Bij [organisatie] B.V. en [organisatie]"),
        ("Bel & Co's klanten", "[organisatie] klanten"),
        ("Bijvoorbeeld klantcontact in een kimono.", "Bijvoorbeeld klantcontact in een kimono."),
        ("Mail kim.kandidaat@voorbeeld.example", "Mail [e-mailadres]"),
        ("Bel 06 12 34 56 78 of +31 20 1234567.", "Bel [telefoonnummer] of [telefoonnummer]."),
        ("Er waren 12 gesprekken en 2026 klachten.", "Er waren 12 gesprekken en 2026 klachten."),
    ],
)
def test_names_become_neutral_words(text, blind):
    assert masked(text, PEOPLE, ORGANISATIONS) == blind


COLLEAGUES = ("Koos Vos", "Jan-Willem de Bruin", "Wil van den Berg", "Anna", "Els Maat")


@pytest.mark.parametrize(
    ("text", "blind"),
    [
        ("Koos zei dat Vos ziek was.", "[naam] zei dat [naam] ziek was."),
        ("Koos' plan, Anna’s idee en Jan-Willems lijst.", "[naam]' plan, [naam] idee en [naam] lijst."),
        ("Jan-Willem de Bruin belde Wil van den Berg.", "[naam] belde [naam]."),
        ("Ik wil een maat zoeken op de berg.", "Ik wil een maat zoeken op de berg."),
        ("Kim en Koos", "[naam] en [naam]"),
        ("Annabel en Kooske heten anders.", "Annabel en Kooske heten anders."),
    ],
)
def test_colleagues_are_masked_where_they_are_written_as_names(text, blind):
    assert masked(text, PEOPLE, ORGANISATIONS, COLLEAGUES) == blind


def test_a_thousand_colleagues_cost_no_more_than_their_names_in_the_text():
    many = [f"Naam{number} Achter{number}" for number in range(5000)]
    began = process_time()
    assert masked("Naam17 belde Achter4999. " * 50, (), (), many).startswith("[naam] belde [naam]. ")
    assert process_time() - began < 1


def test_nothing_to_mask_leaves_the_text_as_it_is():
    assert masked("Alles blijft (staan) [zo].", ("", " "), ("",)) == "Alles blijft (staan) [zo]."


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Een. Twee! Drie?", ("Een.", "Twee!", "Drie?")),
        ('Ik zei: "stop!" Toen was het stil.', ('Ik zei: "stop!"', "Toen was het stil.")),
        ("Zonder punt\nnieuwe regel", ("Zonder punt", "nieuwe regel")),
        ("Een 6,2 of 3.5 is geen einde.", ("Een 6,2 of 3.5 is geen einde.",)),
        ("  \n ", ()),
    ],
)
def test_sentences_can_be_cited_one_by_one(text, parts):
    assert sentences(text) == parts
