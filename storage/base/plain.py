"""Text that people type, paste or save, made plain: without the characters that no eye sees.

They come along unseen from web pages, PDFs and spreadsheets. They break headers and letters, and make two names that
look the same two names.
"""

import re
import unicodedata

_ENDS = re.compile("\r\n?|[\v\f\x85\u2028\u2029]")
_UNSEEN = frozenset({"Cc", "Cf", "Cs"})
"""Controls, format characters (zero width, byte-order marks, directions, soft hyphens) and halves of surrogates."""
_JOINERS = "\u200c\u200d"
_WRITTEN = "\u0600"
"""From here on are the scripts in which a joiner changes what is written (Persian, Hindi), and the emoji."""
_EMPTY = str.maketrans(dict.fromkeys("\u115f\u1160\u2800\u3164\uffa0", " ") | {"\u034f": None})
"""Letters without ink (Hangul fillers, the blank of Braille), which are no format characters to Unicode."""


def lines(text: str) -> str:
    """The same text with line feeds between its lines, and without anything else that no eye sees; tabs stay."""
    text = _ENDS.sub("\n", text)
    return (
        text
        if text.isascii() and text.isprintable()
        else "".join(sign for at, sign in enumerate(text) if sign in "\n\t" or _seen(text, at))
    )


def one_line(text: str) -> str:
    """A name or another text of one line: as `lines`, composed (NFC), with single blanks and nothing around it."""
    signs = unicodedata.normalize("NFC", lines(text)).translate(_EMPTY)
    return " ".join("".join(sign for sign in signs if unicodedata.category(sign) != "Co").split())


def _seen(text: str, at: int) -> bool:
    sign = text[at]
    if sign in _JOINERS:
        return 0 < at < len(text) - 1 and min(text[at - 1], text[at + 1]) >= _WRITTEN
    return unicodedata.category(sign) not in _UNSEEN and not _is_no_character(ord(sign))


def _is_no_character(code: int) -> bool:
    """True for what Unicode promises never to use."""
    return code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF
