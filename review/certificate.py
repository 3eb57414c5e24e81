"""The number on a certificate: readable over the telephone, and wrong when a digit of it is.

"B-2026-483920-90": the letters of the certificate, the year, a serial that is drawn at random (a number says nothing
about how many there are) and two check digits after ISO 7064 MOD 97-10, the scheme of IBAN and LEI: every wrong digit
and every swap of neighbours is found.
"""

import re
from dataclasses import dataclass

SERIALS = 1_000_000


@dataclass(frozen=True)
class CertificateNumber:
    """`letters`: one to four, A to Z. `serial`: from 0, below `SERIALS`. Raises ValueError outside of that."""

    letters: str
    year: int
    serial: int

    def __post_init__(self) -> None:
        if not (re.fullmatch(r"[A-Z]{1,4}", self.letters) and 2000 <= self.year <= 9999 and 0 <= self.serial < SERIALS):
            raise ValueError(f"no certificate can have the number {self.letters} {self.year} {self.serial}")

    @property
    def check_digits(self) -> str:
        return f"{98 - _as_number(f'{self.letters}{self.year}{self.serial:06}00') % 97:02}"

    def __str__(self) -> str:
        return f"{self.letters}-{self.year}-{self.serial:06}-{self.check_digits}"


def read_number(text: str) -> CertificateNumber:
    """The number that someone typed, with or without hyphens, spaces, dots and capitals.

    Raises ValueError when it is not in this form or its check digits are wrong.
    """
    found = re.fullmatch(r"([A-Z]{1,4})([0-9]{4})([0-9]{6})([0-9]{2})", re.sub(r"[\s.\-‐‑–]", "", text).upper())
    if not found:
        raise ValueError(f"{text!r} has not the form of a certificate number")
    letters, year, serial, check_digits = found.groups()
    number = CertificateNumber(letters, int(year), int(serial))
    if number.check_digits != check_digits:
        raise ValueError(f"the check digits of {text!r} are wrong")
    return number


def _as_number(text: str) -> int:
    """Letters count as two digits, A as 10 to Z as 35."""
    return int("".join(str(int(character, 36)) for character in text))
