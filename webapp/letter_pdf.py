"""Letters as PDFs that can be archived (PDF/A-2b) and read aloud (PDF/UA-1), whatever somebody wrote in them.

Such a PDF takes no sign that no font of this machine has. It is replaced by one that says so, and who sends the letter
is told.
"""

import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import typst

from storage.base import plain

STANDARDS = ("a-2b", "ua-1")
REPLACEMENT = "□"
FONTS = ("Libertinus Serif", "DejaVu Sans", "DejaVu Sans Mono", "Droid Sans Fallback", "Unifont", "Unifont Upper")
"""Where a sign is looked for, in this order: the first and third come with the compiler, the others with the image.

No other font of the machine is taken: some claim every sign and draw none of them, such as Debian's "Unifont Sample",
which holds pictures of them and no outlines.
"""
MOST_ROUNDS = 3
LATIN = "\u017f"
"""Up to here our font has every sign."""

_REFUSED = re.compile(r"the text (?:contains the disallowed codepoint )?`\"(.+?)\"`")
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")
_PROBE = b"""#set document(title: "signs")
#set text(font: json(bytes(sys.inputs.fonts)), fallback: false)
#for words in json(bytes(sys.inputs.letter)) [#words #parbreak()]
"""


def make(template: Path, content: dict[str, Any], at: int, standards: Sequence[str] = STANDARDS) -> bytes:
    """This letter with this content, made at this moment (in seconds since 1970): the same bytes every time."""
    return _made(str(template), content, at, standards)[0]


def missing(texts: Iterable[str]) -> str:
    """The signs in these texts that a letter replaces, each once, in their order of code."""
    doubtful = [text for text in texts if any(sign > LATIN for sign in text)]
    gone = _made(_PROBE, doubtful, 0)[1] if doubtful else set()
    return "".join(sorted(sign for sign in gone if not _joins(sign)))


def _made(source: str | bytes, content: Any, at: int, standards: Sequence[str] = STANDARDS) -> tuple[bytes, set[str]]:
    """The PDF, and the signs that are replaced in it."""
    content = _each(content, plain.lines)
    gone = {sign for sign in _signs(content) if unicodedata.category(sign) == "Co"}
    for _ in range(MOST_ROUNDS):
        try:
            return _compiled(source, content, gone, at, standards), gone
        except typst.TypstError as error:
            found = _refused(error.diagnostic) & _signs(content) - gone
            if not found:
                break
            gone |= found
        except BaseException as error:
            # The layout of some long texts in many scripts panics, which is no Exception in Python.
            if type(error).__name__ != "PanicException":
                raise
            break
    # What is refused was not understood: a letter in Latin signs is better than none.
    gone |= {sign for sign in _signs(content) if sign > LATIN}
    return _compiled(source, content, gone, at, standards), gone


def _compiled(source: Any, content: Any, gone: set[str], at: int, standards: Sequence[str]) -> bytes:
    table = str.maketrans({sign: "" if _joins(sign) else REPLACEMENT for sign in gone})
    content = _each(content, lambda text: text.translate(table))
    data = {"letter": json.dumps(content, ensure_ascii=False), "fonts": json.dumps(FONTS)}
    wanted: Any = [*standards]
    pdf: bytes = typst.compile(source, format="pdf", sys_inputs=data, pdf_standards=wanted, timestamp=at)
    return pdf


def _joins(sign: str) -> bool:
    """True for what only joins its neighbours, and is nothing without them."""
    return unicodedata.category(sign) == "Cf"


def _refused(diagnostic: str) -> set[str]:
    """The signs beyond ASCII that the compiler names as refused."""
    texts = (_ESCAPED.sub(lambda code: chr(int(code[1], 16)), text) for text in _REFUSED.findall(diagnostic))
    return {sign for text in texts for sign in text if not sign.isascii()}


def _signs(content: Any) -> set[str]:
    signs: set[str] = set()
    _each(content, signs.update)
    return {sign for sign in signs if not sign.isascii()} - {REPLACEMENT}


def _each(content: Any, change: Any) -> Any:
    """The same content with every text in it changed so."""
    if isinstance(content, str):
        return change(content)
    if isinstance(content, dict):
        return {key: _each(value, change) for key, value in content.items()}
    if isinstance(content, list):
        return [_each(value, change) for value in content]
    return content
