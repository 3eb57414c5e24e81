"""Letters: whatever somebody wrote, there is a PDF that can be archived, and it is known which signs it lacks."""

import re
import subprocess
from pathlib import Path

import numpy as np
import pytest

from webapp import letter_pdf
from webapp.office import certificate
from webapp.verdict import letter

NOTHING = "\U0003abcd"
"""A code that Unicode gave to no sign. Fonts that draw the number of each such code end below it."""
TEXTS = {
    "emoji": "Goed gedaan 😀 👩\u200d👩\u200d👧 ❤\ufe0f \U0001f1f3\U0001f1f1",
    "chinese": "王小明",
    "korean": "김민수",
    "combining": "Ze\u0301 q\u0323\u0301\u0302 \u0301",
    "controls": "a\x00b\x07c\x1b[31m\x7f\x85",
    "ends": "a\u2028b\u2029c\r\nd\re\vf",
    "unseen": "\ufeffK\u200bi\u00adm\u2060\u200e\u180e",
    "hebrew": "שלום \u202eabc\u202c",
    "arabic": "محمد \u06f1",
    "hindi": "नमस्\u200dते",
    "private": "\ue000\uf8ff\U0010fffd",
    "no-characters": "\ufffe\ufdd0\U0001ffff",
    "nothing": NOTHING,
    "markup": '#panic() $ _a_ *b* `c` \\ "d" @e <f> // [',
    "many": "".join(chr(code) for code in range(0x4E00, 0x5200)),
}
WORDS = "title day name code heading footer"


def result_with(text):
    return dict.fromkeys(WORDS.split(), f"x {text}") | {
        "date": {"year": 2026, "month": 11, "day": 21},
        "opening": [text],
        "why": [text],
        "competencies": [{"name": text, "mean": "3,5", "level": "3", "anchor": text}],
        "develop": [{"name": text, "words": text}],
        "correction": [text] * bool(text),
        "objection": [text],
        "remarks": [{"situation": f"x {text}", "assessors": [{"who": text, "said": [{"at": "0:12", "text": text}]}]}],
    }


@pytest.mark.parametrize("name", TEXTS)
def test_whatever_is_written_the_letter_is_there(name):
    content = result_with(TEXTS[name])
    made = letter_pdf.make(letter.LETTER, content, 0)
    assert made.startswith(b"%PDF-1.7") and b"<pdfaid:part>2<" in made and b"<pdfuaid:part>1<" in made
    assert letter_pdf.make(letter.LETTER, content, 0) == made


@pytest.mark.parametrize("name", TEXTS)
def test_whatever_a_person_is_called_the_certificate_is_there(name):
    content = dict.fromkeys(WORDS.split(), f"x {TEXTS[name]}") | {
        "date": {"year": 2026, "month": 11, "day": 21},
        "timestamp": 0,
        "opening": TEXTS[name],
        "acts": [],
        "total": "0",
    }
    assert b"<pdfaid:part>2<" in certificate.pdf(content)


@pytest.mark.parametrize("name", ["emoji", "chinese", "korean", "hebrew", "arabic", "hindi", "nothing"])
def test_what_is_written_is_to_be_seen(name, tmp_path):
    """Drawn by a reader of PDFs: a font may have a sign and draw nothing, as a person sees too late."""
    sign = next(sign for sign in TEXTS[name] if not sign.isascii())
    drawn = ink(result_with("") | {"name": sign * 20}, tmp_path) - ink(result_with("") | {"name": " "}, tmp_path)
    assert drawn > 20 * 30


def ink(content: dict, folder: Path) -> int:
    """How many dark dots the first page has."""
    (folder / "letter.pdf").write_bytes(letter_pdf.make(letter.LETTER, content, 0))
    drawing = ["pdftoppm", "-gray", "-r", "150", "-f", "1", "-l", "1", folder / "letter.pdf"]
    picture = subprocess.run(drawing, check=True, capture_output=True, timeout=60).stdout
    head = re.match(rb"P5\s+(\d+)\s+(\d+)\s+255\s", picture)
    return int((np.frombuffer(picture, np.uint8, offset=head.end()) < 128).sum())


def test_in_production_a_name_in_any_living_script_is_written():
    """The image has these fonts, as the tests do (tests/apt.txt)."""
    image = (Path(__file__).parents[2] / "docker" / "Dockerfile").read_text()
    here = (Path(__file__).parents[1] / "apt.txt").read_text().split()
    for package in ("fonts-dejavu-core", "fonts-droid-fallback", "fonts-unifont"):
        assert package in image and package in here
    assert (
        letter_pdf.missing([TEXTS[name] for name in ("emoji", "chinese", "korean", "hebrew", "arabic", "hindi")]) == ""
    )


def test_what_no_font_has_is_named_once_and_what_no_eye_sees_is_not():
    assert letter_pdf.missing(["Zoë – “Kim” … €", "", "Kim"]) == ""
    assert letter_pdf.missing([f"a{NOTHING}\u200b\u2028", f"b\ue000{NOTHING}"]) == f"\ue000{NOTHING}"
    assert letter_pdf.missing([TEXTS["unseen"], TEXTS["ends"], TEXTS["controls"]]) == ""


def test_every_sign_of_unicode_is_a_letter():
    parts = ["".join(chr(code) for code in range(at, at + 0x1000)) for at in range(0, 0x20000, 0x1000)]
    assert letter_pdf.make(letter.LETTER, result_with("Kim") | {"opening": parts}, 0).startswith(b"%PDF")


def test_the_letter_differs_only_where_a_sign_is_missing():
    replaced = letter_pdf.make(letter.LETTER, result_with(f"Kim {NOTHING}"), 0)
    assert replaced == letter_pdf.make(letter.LETTER, result_with("Kim □"), 0)


def test_a_compiler_that_says_no_in_other_words_still_gives_a_letter(monkeypatch):
    monkeypatch.setattr(letter_pdf, "_refused", lambda diagnostic: set())
    text = f"Zoë {NOTHING}"
    assert letter_pdf.make(letter.LETTER, result_with(text), 0).startswith(b"%PDF")
    assert letter_pdf.missing([text]) == NOTHING
