"""Certificate numbers: what was typed wrongly is never another number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from review.certificate import SERIALS, CertificateNumber, _as_number, read_number

numbers = st.builds(
    CertificateNumber,
    st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=4),
    st.integers(2000, 9999),
    st.integers(0, SERIALS - 1),
)


def test_the_check_digits_of_the_standard():
    """ISO 7064 gives 794 the check digits 44; a valid IBAN and a valid LEI leave the remainder 1."""
    assert 98 - _as_number("79400") % 97 == 44
    assert _as_number("WEST12345698765432GB82") % 97 == 1
    assert _as_number("5493001KJTIIGC8Y1R12") % 97 == 1


def test_a_number_as_it_is_printed():
    number = CertificateNumber("B", 2026, 42)
    assert str(number).startswith("B-2026-000042-")
    assert str(CertificateNumber("B", 2026, 483920)) == "B-2026-483920-90"
    assert _as_number(str(number).replace("-", "")) % 97 == 1


@given(numbers)
def test_what_is_printed_can_be_read_however_it_is_typed(number):
    for text in (str(number), str(number).replace("-", ""), f" {str(number).lower().replace('-', ' ')} "):
        assert read_number(text) == number


@given(numbers, st.data())
def test_one_wrong_character_is_found(number, data):
    text = str(number)
    place = data.draw(st.sampled_from([index for index, character in enumerate(text) if character != "-"]))
    alphabet = "0123456789" if text[place].isdigit() else "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    wrong = data.draw(st.sampled_from(alphabet.replace(text[place], "")))
    with pytest.raises(ValueError):
        read_number(text[:place] + wrong + text[place + 1 :])


@given(numbers, st.data())
def test_swapped_neighbours_are_found(number, data):
    text = str(number).replace("-", "")
    places = [index for index in range(len(text) - 1) if text[index] != text[index + 1]]
    place = data.draw(st.sampled_from(places))
    with pytest.raises(ValueError):
        read_number(text[:place] + text[place + 1] + text[place] + text[place + 2 :])


@pytest.mark.parametrize("text", ["", "B", "B-2026-000042", "2026-000042-11", "B-2026-00042-11", "B-2026-０00042-11"])
def test_other_forms_are_refused(text):
    with pytest.raises(ValueError):
        read_number(text)


@pytest.mark.parametrize(
    "parts", [("", 2026, 1), ("b", 2026, 1), ("B", 1999, 1), ("B", 2026, SERIALS), ("B", 2026, -1)]
)
def test_impossible_numbers_are_refused(parts):
    with pytest.raises(ValueError):
        CertificateNumber(*parts)
