"""`make bench` stays runnable: its quickest part runs for real, and its other parts at least start."""

import json
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

BENCH = Path(__file__).parent / "bench"


@pytest.mark.proof
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
    assert 0 < found["desk_switch_ms"] < found["desk_open_ms"]
    assert "One answer on the assessor's desk" in told
    assert sorted(file.name for file in tmp_path.iterdir()) == ["bench.json"], "what is measured stays out of var/"


def test_the_other_parts_find_what_they_import():
    parts = sorted(file.stem for file in BENCH.glob("*.py") if file.stem != "__main__")
    assert len(parts) > 12
    subprocess.run([sys.executable, "-c", f"import {', '.join(parts)}"], check=True, cwd=BENCH)


def test_the_ratio_is_that_of_each_turn_and_what_is_absent_is_said():
    bench = runpy.run_path(str(BENCH / "__main__.py"))
    rows = [
        bench["Row"]("live", "Ours", "ours", "s", "Theirs", "theirs", "ratio"),
        bench["Row"]("live", "Ours", "ours", "s", "Nobody's", "absent", "no_ratio", "not measured: not installed"),
    ]
    flat = bench["flatten"]({"ours": [1, 4, 3], "theirs": [2, 2, 6], "absent": [None] * 3}, rows)
    assert (flat["ours"], flat["ours_low"], flat["ours_high"]) == (3, 1, 4)
    assert (flat["ratio"], flat["ratio_low"], flat["ratio_high"]) == (0.5, 0.5, 2)
    assert flat["absent"] is None and "no_ratio" not in flat
    theirs, absent = bench["table"](rows, flat).splitlines()[2:]
    assert theirs.endswith("0.5 (0.5..2)") and absent.endswith("not measured: not installed")


def test_what_ten_thousand_need_is_computed_from_what_was_measured():
    paper = runpy.run_path(str(BENCH / "paper.py"))
    figures = dict.fromkeys(paper["NEEDED"], 0.2)
    needed = dict(paper["plan"](figures, 10_000))
    assert needed["recorders of 100 sittings (VIGNET_RECORDER_CAPACITY)"] == "100"
    finished = dict(paper["plan"](figures | {"finish_h264_cpu_s_per_minute": 6.0}))
    assert finished["media workers, one a core, as fast as answers come (H.264, copied)"] == "667"
    asked = {"begin_web_cpu_s_per_sitting": 0.09, "begin_web_requests_per_sitting": 9}
    assert dict(paper["plan"](figures | asked))["web processes while they sit"] == "7"
    assert "PostgreSQL at this rate" in paper["told"](figures)
    figures[paper["NEEDED"][0]] = None
    with pytest.raises(KeyError, match=paper["NEEDED"][0]):
        paper["plan"](figures)
