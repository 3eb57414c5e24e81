"""`flask simulate-panel`: what it prints, what it refuses, and that the document is what it makes."""

import csv
from pathlib import Path

import pytest
from click.testing import CliRunner

from webapp.cli import simulation

DOCUMENT = Path(__file__).parents[3] / "review" / "simulate_panel.md"
pytestmark = pytest.mark.one_database


def run(*arguments):
    return CliRunner().invoke(simulation.simulate_panel, arguments)


def test_the_document_is_what_the_command_makes():
    """The small tables are made again; who changes a rule makes the whole ones too: `--write` makes both."""
    text = DOCUMENT.read_text()
    assert text.count("<!-- whole ways -->") == text.count("<!-- small steps -->") == 1
    assert simulation.filled(text, {"small": simulation.SMALL}) == text, (
        "flask --app webapp simulate-panel --write review/simulate_panel.md"
    )


def test_the_whole_tables_say_what_the_text_says_of_them():
    rows = {}
    for line in DOCUMENT.read_text().split("<!-- small ways -->")[0].splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        rows.setdefault(cells[0], cells[1:])
    # The first estimate that was made apart from this program: .859 for the regulation, .792 for one, .922 for none.
    for name, expected in (("one", 0.792), ("two_third", 0.859), ("no_error", 0.922)):
        value, half = rows[simulation.NAMES[name]][0].split(" ± ")
        assert abs(float(value) - expected) <= float(half) + 0.004, name


def test_a_table_of_the_ways_with_a_recommendation():
    said = run("--candidates", "120", "--seed", "3")
    assert said.exit_code == 0, said.output
    assert "| two, a third where they differ | 0." in said.output
    assert "Recommended: " in said.output


def test_steps_as_csv_with_every_interval():
    said = run("--candidates", "120", "--steps", "--csv", "--cut", "2.0", "--situations", "12", "--unseen", "0.1")
    assert said.exit_code == 0, said.output
    rows = list(csv.DictReader(said.stdout[said.stdout.index("row,figure") :].splitlines()))
    right = {one["row"]: one for one in rows if one["figure"] == "accuracy"}
    assert len(right) == 8
    assert all(float(one["low"]) <= float(one["value"]) <= float(one["high"]) for one in right.values())
    assert {one["candidates"] for one in rows} == {"120"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--exam", "praktijktoets_a"), "There is no exam 'praktijktoets_a' with situations"),
        (("--exam", "../x"), "There is no exam"),
        (("--cut", "2,25"), "at most two decimals"),
        (("--cut", "5.5"), "from 1 to 5"),
        (("--situations", "2"), "do not ask every competency"),
        (("--candidates", "5"), "120<=x"),
    ],
)
def test_what_cannot_be_simulated_is_said(arguments, said):
    found = run(*arguments)
    assert found.exit_code != 0
    assert said in found.output
