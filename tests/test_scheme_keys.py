"""What differs between exams is data: no key of a scheme, a certificate or a test stands in the product's own code."""

import re
import subprocess
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ELSEWHERE = ("tests/", "demo/", "storage/migrations/", "findings/")
"""Tests, the demo (which is data), and the history of the tables."""


def keys() -> set[str]:
    found: set[str] = set()
    for file in ROOT.glob("scenarios/*/scheme.toml"):
        scheme = tomllib.loads(file.read_text())
        found |= {scheme["key"], *scheme["prerequisite_any_of"]}
        found |= {
            scheme.get("checklist", {}).get("certificate_key", ""),
            scheme.get("theory", {}).get("passed_key", ""),
        }
    return found - {""}


def python() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "*.py"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [ROOT / name for name in listed.split() if not name.startswith(ELSEWHERE)]


def named(text: str) -> set[str]:
    return {key for key in keys() if re.search(rf"\b{key}\b", text)}


def test_no_code_names_a_key_of_a_scheme():
    assert {"praktijktoets_a", "certificate_a", "theory_test_a"} <= keys()
    files = python()
    assert len(files) > 200
    assert {str(file.relative_to(ROOT)): found for file in files if (found := named(file.read_text()))} == {}


def test_a_key_in_code_is_found():
    assert named('EXAM = "praktijktoets_a"') == {"praktijktoets_a"}
    assert named('Rule.PASSED = "theory_test_passed"') == set()
