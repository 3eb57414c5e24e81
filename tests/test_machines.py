"""`make machines` leaves out no host, and a row is met only when nothing is lost, unmade or stuck."""

import sys
from pathlib import Path

import pytest

sys.path[:0] = [str(Path(__file__).parents[1] / "docker" / "local"), str(Path(__file__).parent / "bench")]

from machines.installation import NUMBERS
from machines.rows import ROWS
from machines.table import met, table

ROW = {
    "what": "a web app",
    "sittings": 20,
    "page_waited_s": 1.0,
    "slice_waited_s": 2.0,
    "safe_s": 3.0,
    "film_s": 4.0,
    "acknowledged": 320,
    "lost": 0,
    "films": 20,
    "whole_films": 20,
    "stuck": 0,
}


def test_each_host_is_lost_once_in_two_whole_exams():
    names = {row.name for row in ROWS}
    # These two change places, so that they are lost by what they do.
    assert names >= set(NUMBERS) - {"database-1", "database-2"} | {"database", "standby"}
    assert len(names) == len(ROWS) == 20


@pytest.mark.parametrize(
    "what", [{"lost": 1}, {"whole_films": 19}, {"films": 19, "whole_films": 19}, {"stuck": 1}, {"sittings_over": 19}]
)
def test_a_row_is_met_only_when_nothing_is_missing(what):
    assert met(ROW) and met(ROW | {"sittings_over": 20})
    assert not met(ROW | what)


def test_the_table_says_what_was_lost():
    told = table([ROW, ROW | {"what": "a recorder", "lost": 3}]).splitlines()
    assert " ".join(told[2].split()) == "a web app 1.0 s 2.0 s 3.0 s 4.0 s 320 0 20 of 20 0"
    assert " ".join(told[3].split()).endswith("320 3 20 of 20 0")
