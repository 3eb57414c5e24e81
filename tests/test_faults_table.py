"""The table of mishaps: what is met, what is short and why, and what is not run again."""

import pytest
from faults.table import MET, SHORT, TORN, WHOLE, Bar, Found, Result, Row, table

ROW = Row("plain", "nothing", lambda scene: None)
WELL = {
    "state": "stored",
    "frames_shown": 270,
    "frames_kept": 268,
    "sound_shown_s": 9.0,
    "sound_kept_s": 8.92,
    "safe_s": 1.5,
}


def found(**otherwise) -> Result:
    return Result("plain", "abc1234", **{**WELL, **otherwise})


def test_two_pictures_and_a_tenth_of_a_second_may_be_missing():
    assert found().judge(ROW).verdict == MET


@pytest.mark.parametrize(
    ("otherwise", "reason"),
    [
        ({"frames_kept": 267}, "3 pictures are missing"),
        ({"sound_kept_s": 8.8}, "0.20 s of sound are missing"),
        ({"safe_s": 40.0}, "safe after 40 s, 30 allowed"),
        ({"state": "retake"}, "ended retake"),
        ({"state": "retake", "more": {"faults": ["too_few_frames"]}}, "ended retake: too_few_frames"),
        ({"slices_lost": 1}, "1 acknowledged slices are lost"),
        ({"reason": "the page is gone"}, "the page is gone"),
    ],
)
def test_what_is_short_says_why(otherwise, reason):
    judged = found(**otherwise).judge(ROW)
    assert (judged.verdict, judged.reason) == (SHORT, reason)


def test_a_bar_looks_only_at_what_it_names():
    torn = {"frames_kept": 215, "sound_kept_s": 7.1}
    assert found(**torn).judge(Row("torn", "", ROW.act, TORN)).verdict == MET
    assert found(**torn).judge(Row("whole", "", ROW.act, WHOLE)).verdict == SHORT
    refused = Row("refused", "", ROW.act, Bar(ends=("retake",)))
    assert found(state="retake").judge(refused).verdict == MET
    assert found().judge(refused).reason == "ended stored"


def test_a_proof_says_what_else_is_otherwise():
    row = Row("plain", "nothing", ROW.act, proof=lambda result: [f"took {result.more['took']}"])
    assert found(more={"took": "live"}).judge(row).reason == "took live"


def test_a_row_is_done_for_one_commit_and_remembered_in_a_file(tmp_path):
    path = tmp_path / "var" / "faults.json"
    Found(path).keep(found().judge(ROW))
    again = Found(path)
    assert again.done(ROW, "abc1234") and not again.done(ROW, "def5678")
    assert again.results["plain"] == found().judge(ROW)
    head, line, other = table([ROW, Row("cut-5", "nothing gets through", ROW.act)], again).splitlines()
    assert head.split()[0] == "row" and line.endswith("met") and other.endswith("not run")
    assert "268 of 270" in line and "8.92 of 9.00 s" in line
