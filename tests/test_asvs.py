"""What we say of OWASP ASVS 5.0 (SECURITY.md, tests/asvs.csv): whole, counted, and each name leads somewhere."""

import csv
import re
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "SECURITY.md").read_text()
LEVELS = {"1": 70, "2": 183}
STATES = ("met", "not applicable", "not met")

with (ROOT / "tests" / "asvs.csv").open(newline="") as file:
    ROWS = list(csv.DictReader(file))


def _tests() -> set[str]:
    found: set[str] = set()
    for path in (ROOT / "tests").rglob("test_*.py"):
        found.update(re.findall(r"^(?:async )?def (test_\w+)", path.read_text(), re.M))
    return found


def test_every_requirement_of_both_levels_stands_once():
    numbers = [row["requirement"] for row in ROWS]
    assert len(set(numbers)) == len(numbers)
    assert Counter(row["level"] for row in ROWS) == LEVELS
    assert all(re.fullmatch(r"\d{1,2}\.\d\.\d{1,2}", number) for number in numbers)


def test_the_page_counts_them_right():
    told = re.search(r"of (\d+), (\d+) are met, .* (\d+) do not apply, and (\d+) are not met", PAGE.replace("\n", " "))
    states = Counter(row["state"] for row in ROWS)
    assert tuple(int(number) for number in told.groups()) == (len(ROWS), *(states[state] for state in STATES))
    assert set(states) == set(STATES)


def test_what_is_met_names_a_test_or_a_part_of_the_page():
    tests, parts = _tests(), {f"SECURITY.md#{title}" for title in re.findall(r"^## (.+)$", PAGE, re.M)}
    for row in ROWS:
        if row["state"] == "met":
            named = [row["proof"]] if row["proof"].startswith("SECURITY.md") else row["proof"].split()
            assert named, row
            assert not set(named) - tests - parts, row


def test_what_is_not_met_or_does_not_apply_says_why_and_until_when():
    for row in ROWS:
        if row["state"] != "met":
            assert len(row["proof"]) > 5, row
        if row["state"] == "not met":
            assert re.search(r"first production|12\.3\.1", row["proof"]), row
