"""Eight mishaps of the table, each the next answer of one sitting.

`make faults` runs all of them (tests/faults).
"""

import json

import pytest
from faults import rows
from faults.scene import LONGEST_S, Scene
from faults.table import MET, Row
from support.candidate import Candidate

pytestmark = [pytest.mark.real_time, pytest.mark.proof]

CHOSEN = ("plain", "vp8", "loss-10", "cut-20", "recorder", "second-session", "reloaded", "browser-killed")


@pytest.fixture
def scene(sitter: Candidate):
    sitter.mend()
    yield Scene(sitter)
    sitter.mend()


@pytest.mark.parametrize("row", [row for row in rows.ALL if row.name in CHOSEN], ids=lambda row: row.name)
def test_a_mishap_costs_no_more_than_its_bar(scene: Scene, row: Row):
    row.act(scene)
    result = scene.settle(row, scene.number, LONGEST_S, "")
    print(f"\n{result}")
    assert result.verdict == MET, result.reason
    take = scene.candidate.kept(scene.number).take
    told = scene.product.flask("recordings", "verify", take["id"], "--receipt", take["sha256"])
    assert json.loads(told)["state"] == "good"
