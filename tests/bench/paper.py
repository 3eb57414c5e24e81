"""What many candidates at once need, on paper: computed from what was measured on this machine.

`make bench ARGS=paper` (`--candidates N`) reads var/bench.json, so it says nothing that was not measured, and names
what was not. A core is one like those of the machine that measured. Cores are doubled: a plan that fills them to the
brim is none.
"""

from collections.abc import Mapping
from math import ceil

CANDIDATES = 10_000
SITTING_MIN, SPOKEN_SHARE, ANSWER_MIN = 45, 0.33, 15
"""A sitting lasts so long; a candidate speaks, and so sends, a third of it; ten answers of a minute and a half."""
SPARE = 2
SLICE_MBPS, LIVE_MBPS, FILM_MBPS = 1.56, 1.56, 1.6
NEEDED = ("recorder_whip_cpu_s_per_stream_minute", "recorder_slices_many_cpu_s_per_stream_minute",
          "finish_h264_cpu_s_per_minute", "finish_vp8_cpu_s_per_minute", "recorder_memory_mb_per_stream")  # fmt: skip


def plan(found: Mapping[str, float], candidates: int = CANDIDATES) -> list[tuple[str, str]]:
    """What is needed, and how much. Raises KeyError with what was not measured."""
    missing = [name for name in NEEDED if found.get(name) is None]
    if missing:
        raise KeyError(", ".join(missing))
    live = candidates * SPOKEN_SHARE
    record = live * (found[NEEDED[0]] + found[NEEDED[1]]) / 60
    answers_a_minute = candidates * ANSWER_MIN / SITTING_MIN
    copied, coded = (answers_a_minute * found[name] / 60 for name in NEEDED[2:4])
    stored_gb = candidates * ANSWER_MIN * 60 * (SLICE_MBPS + LIVE_MBPS + FILM_MBPS) / 8 / 1000
    return [
        ("candidates who sit at the same time", f"{candidates:,}"),
        ("of whom speak at any moment", f"{live:,.0f}"),
        (f"cores that record, both roads, with {SPARE} times to spare", f"{ceil(SPARE * record):,}"),
        ("recorders of 100 sittings (VIGNET_RECORDER_CAPACITY)", f"{ceil(candidates / 100):,}"),
        ("memory for live streams, all recorders", f"{live * found[NEEDED[4]] / 1000:,.1f} GB"),
        ("into the recorders, both roads", f"{live * (SLICE_MBPS + LIVE_MBPS) / 1000:,.1f} Gbit/s"),
        ("cores that finish as fast as answers come, pictures copied (H.264)", f"{ceil(SPARE * copied):,}"),
        ("the same where every picture is coded again (VP8)", f"{ceil(SPARE * coded):,}"),
        ("cores that finish within a day instead, H.264", f"{_within_a_day(candidates, found[NEEDED[2]]):,}"),
        ("kept in the object store, originals and films", f"{stored_gb:,.0f} GB"),
        ("into the object store while they sit", f"{stored_gb * 8 / (SITTING_MIN * 60):,.1f} Gbit/s"),
        ("slices acknowledged a second", f"{live:,.0f}"),
    ]


def _within_a_day(candidates: int, cpu_s_per_minute: float) -> int:
    return ceil(SPARE * candidates * ANSWER_MIN * cpu_s_per_minute / 86_400)


def told(found: Mapping[str, float], candidates: int = CANDIDATES) -> str:
    lines = plan(found, candidates)
    width = max(len(meaning) for meaning, _ in lines)
    return "\n".join(f"{meaning.ljust(width)}  {value}" for meaning, value in lines)
