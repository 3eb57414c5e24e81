"""`make bench` stays runnable: its quickest part runs for real, and its other parts at least start."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

BENCH = Path(__file__).parent / "bench"


def test_the_desk_is_measured_beside_an_empty_page(tmp_path, monkeypatch):
    monkeypatch.setenv("VIGNET_DATA", str(tmp_path))
    told = subprocess.run(
        [sys.executable, str(BENCH), "desk", "--seconds", "2"], check=True, capture_output=True, text=True
    ).stdout
    found = json.loads((tmp_path / "bench.json").read_text())
    assert found["desk_page_cpu_ms_low"] <= found["desk_page_cpu_ms"] <= found["desk_page_cpu_ms_high"]
    assert found["desk_page_ratio"] > 1 < found["desk_list_ratio"]
    assert found["desk_page_queries"] > found["empty_page_queries"] > 0
    assert found["desk_page_bytes"] > found["empty_page_bytes"]
    assert "One answer on the assessor's desk" in told
    assert sorted(file.name for file in tmp_path.iterdir()) == ["bench.json"], "what is measured stays out of var/"


@pytest.mark.parametrize("part", ["janus_bridge", "live", "load", "media_recorder", "transcode_cost"])
def test_the_other_parts_find_what_they_import(part):
    subprocess.run([sys.executable, "-c", f"import {part}"], check=True, cwd=BENCH)
