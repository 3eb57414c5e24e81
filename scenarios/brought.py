"""The exams and packs that Vignet brings along as files, each in a folder with the key of its exam."""

from functools import lru_cache
from pathlib import Path

from scenarios.scheme import Scheme, parse

FOLDER = Path(__file__).parent
PACK = "scenarios.toml"
"""The file of an exam's situations, where it brings any."""
INSTITUTION = "KSF "
"""Left out of the name of a certificate where it stands in a sentence."""


def scheme_file(key: str) -> Path:
    """Where the scheme of the exam with this key would lie; there is none for an exam that somebody added."""
    return FOLDER / key / "scheme.toml"


@lru_cache(maxsize=1)
def schemes() -> tuple[Scheme, ...]:
    """All of them as they are brought, in the order of the letters of their certificates."""
    found = [parse(file.read_bytes()) for file in FOLDER.glob("*/scheme.toml")]
    return tuple(sorted(found, key=lambda one: (one.letters, one.key)))


def with_situations() -> list[str]:
    """The keys of the exams that bring situations along, in the same order."""
    return [one.key for one in schemes() if scheme_file(one.key).with_name(PACK).exists()]


def theory_keys() -> dict[str, str]:
    """What who passed an online test has, with the letters of the first certificate that it is for."""
    return {one.theory.passed_key: one.letters for one in reversed(schemes()) if one.theory.passed_key}


def certificates() -> dict[str, str]:
    """The certificates for which an online test counts, by key, with their names."""
    tests = set(theory_keys())
    return {
        one.certificate_key: one.certificate.removeprefix(INSTITUTION)
        for one in schemes()
        if tests & set(one.prerequisite_any_of)
    }


def qualifications() -> dict[str, str]:
    """What opens the way to an exam, by key: certificates by their names, and tests by the letters of theirs."""
    asked = {key for one in schemes() for key in one.prerequisite_any_of}
    named = {one.certificate_key: one.certificate.removeprefix(INSTITUTION) for one in schemes() if one.checklist}
    tests = {key: f"de online toets van {letters}" for key, letters in theory_keys().items() if key in asked}
    return named | tests
