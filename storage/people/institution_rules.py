"""What the institution says of itself must be fit for a letter, an invoice and a page: pure checks, one for each field.

Numbers are held against their own check digits: an IBAN by ISO 13616 (mod 97), a Dutch VAT number by the eleven test of
a legal person or by mod 97, as the tax office gives them. A number of the chamber of commerce has none. None of the
rule sets of electronic invoices looks at any of these digits.
"""

import re
from collections.abc import Callable, Mapping
from email.utils import parseaddr
from enum import StrEnum

ENOUGH = 4.5
"""The least contrast of text with what is behind it (WCAG 2.2, 1.4.3)."""

WHITE = "#ffffff"
_IBAN_LENGTHS = {"NL": 18, "BE": 16, "DE": 22}
"""Where the length is known; elsewhere any that the standard has."""


class Fault(StrEnum):
    """Why a value cannot be used."""

    MISSING = "missing"
    TOO_LONG = "too_long"
    NO_TELEPHONE = "no_telephone"
    NO_ADDRESS = "no_address"
    NO_KVK = "no_kvk"
    NO_VAT = "no_vat"
    NO_IBAN = "no_iban"
    NO_COLOUR = "no_colour"
    LOW_CONTRAST = "low_contrast"
    NO_SENDER = "no_sender"
    UNKNOWN = "unknown"


LIMITS: Mapping[str, int] = {
    "name": 120,
    "address": 300,
    "telephone": 40,
    "mail": 254,
    "opening_hours": 200,
    "privacy_officer": 254,
    "complaints_address": 300,
    "kvk_number": 20,
    "vat_number": 20,
    "iban": 42,
    "colour": 7,
    "signatory_name": 120,
    "signatory_function": 120,
    "sender": 254,
}
"""Every field that must be filled in, with its most characters, in the order in which people are asked."""


def faults(values: Mapping[str, str]) -> dict[str, Fault]:
    """All that is wrong with these values, by field; empty when they can be used. Unknown fields are wrong."""
    found = {name: Fault.UNKNOWN for name in values if name not in LIMITS}
    for name, most in LIMITS.items():
        value = values.get(name, "").strip()
        if not value:
            found[name] = Fault.MISSING
        elif len(value) > most:
            found[name] = Fault.TOO_LONG
        elif name in _CHECKS and (fault := _CHECKS[name](value)):
            found[name] = fault
    return found


def compact(value: str) -> str:
    """A number without the blanks and dots that people write in it, in capitals."""
    return re.sub(r"[\s.\-]", "", value).upper()


def is_iban(value: str) -> bool:
    """Whether country, length and check digits fit (ISO 13616)."""
    number = compact(value)
    if not re.fullmatch(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}", number):
        return False
    return len(number) == _IBAN_LENGTHS.get(number[:2], len(number)) and _mod_97(number[4:] + number[:4])


def is_vat_number(value: str) -> bool:
    """Whether this can be a Dutch VAT number (btw-id), such as NL001234567B01."""
    number = compact(value)
    return bool(re.fullmatch(r"NL[0-9]{9}B(?!00)[0-9]{2}", number)) and (_eleven(number[2:11]) or _mod_97(number))


def is_oin(value: str) -> bool:
    """Whether this can be the number of a public body (OIN): twenty digits, the first eight naming a register.

    That of register 1 is an RSIN with three zeros, which has the eleven test; of register 3 a number of the chamber of
    commerce with four (Logius). Others have no check that is known.
    """
    number = compact(value)
    if not re.fullmatch(r"0000000[1-9][0-9]{12}", number):
        return False
    register, rest = number[7], number[8:]
    if register == "1":
        return rest.endswith("000") and _eleven(rest[:9])
    return rest.endswith("0000") if register == "3" else int(rest) > 0


def contrast(one: str, other: str = WHITE) -> float:
    """The contrast of two colours such as #0d5c59, from 1 to 21 (WCAG 2.2, relative luminance)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _mod_97(number: str) -> bool:
    return int("".join(str(int(sign, 36)) for sign in number)) % 97 == 1


def _eleven(digits: str) -> bool:
    weights = (9, 8, 7, 6, 5, 4, 3, 2, -1)
    total = sum(weight * int(digit) for weight, digit in zip(weights, digits, strict=True))
    return int(digits) > 0 and total % 11 == 0


def _luminance(colour: str) -> float:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _is_address(value: str) -> bool:
    return bool(re.fullmatch(r"[^@\s<>,]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", value))


def _telephone(value: str) -> Fault | None:
    digits = sum(sign.isdecimal() for sign in value)
    fits = re.fullmatch(r"\+?[0-9 ()\-.]+", value) and 4 <= digits <= 15
    return None if fits else Fault.NO_TELEPHONE


def _colour(value: str) -> Fault | None:
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", value):
        return Fault.NO_COLOUR
    return None if contrast(value) >= ENOUGH else Fault.LOW_CONTRAST


def _sender(value: str) -> Fault | None:
    name, address = parseaddr(value)
    return None if name and _is_address(address) and "\n" not in value else Fault.NO_SENDER


_CHECKS: Mapping[str, Callable[[str], Fault | None]] = {
    "telephone": _telephone,
    "mail": lambda value: None if _is_address(value) else Fault.NO_ADDRESS,
    "kvk_number": lambda value: None if re.fullmatch(r"[0-9]{8}", compact(value)) else Fault.NO_KVK,
    "vat_number": lambda value: None if is_vat_number(value) else Fault.NO_VAT,
    "iban": lambda value: None if is_iban(value) else Fault.NO_IBAN,
    "colour": _colour,
    "sender": _sender,
}
