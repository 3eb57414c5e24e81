"""Text made plain: what no eye sees goes, and what somebody reads stays."""

import pytest

from storage.base import plain


@pytest.mark.parametrize(
    "text, name",
    [
        (" Zoë  Proef ", "Zoë Proef"),
        ("Zoe\u0308", "Zoë"),
        ("a\u2028b\u2029c\x85d\r\ne\x0bf\x1cg", "a b c d e fg"),
        ("\ufeff\u200bK\u00adi\u2060m\u202e\x00\x1b", "Kim"),
        ("\ud800K\udfffim\ufffe\ufdd0\U0001ffff", "Kim"),
        ("\u3164\u115f\u2800", ""),
        ("K\u200cim \u200dP", "Kim P"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("क\u094d\u200dष", "क\u094d\u200dष"),
        ("👩\u200d👧 王小明", "👩\u200d👧 王小明"),
        ("Özgür O’Neil-d'Ancona", "Özgür O’Neil-d'Ancona"),
    ],
)
def test_a_name_is_what_is_read(text, name):
    assert plain.one_line(text) == name == plain.one_line(name)


def test_lines_stay_lines():
    assert plain.lines("a\r\nb\rc\u2028d\u200b\te  f\n\n") == "a\nb\nc\nd\te  f\n\n"


def test_every_sign_comes_out_the_same_twice():
    text = "".join(chr(code) for code in range(0x110000))
    assert plain.lines(plain.lines(text)) == plain.lines(text)
    plain.one_line(text).encode()
