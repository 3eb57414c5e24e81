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
SLICE_MBPS, LIVE_MBPS, FILM_MBPS, CLIP_MBPS = 1.56, 1.56, 1.6, 2.0
CLIPS_SHARE = 0.12
"""Of the sitting a candidate watches clips: ten of half a minute."""
REQUESTS = 90
"""What a page asks the web app from welcome to receipt: some nine for an answer."""
ALL_BEGIN_WITHIN_MIN = 5
"""An exam date has an hour at which it begins, and people are punctual."""
ROUNDS_A_DAY, OUTAGE_H = 8, 1
PLACES, THREADS, RECORDER_CONNECTIONS, WORKER_CONNECTIONS = 100, 8, 15, 2
"""Sittings of a recorder; requests at once of a web process; connections to the database that one process may open."""
NEEDED = ("recorder_whip_cpu_s_per_stream_minute", "recorder_slices_of_page_cpu_s_per_stream_minute",
          "slice_s", "finish_h264_cpu_s_per_minute", "finish_vp8_cpu_s_per_minute",
          "recorder_memory_mb_per_stream", "begin_web_cpu_s_per_sitting", "begin_web_requests_per_sitting")  # fmt: skip
NOT_MEASURED = (
    "Not measured, so not planned: PostgreSQL at this rate, the object store's own machines, TLS at the edge, TURN."
)


def plan(found: Mapping[str, float], candidates: int = CANDIDATES) -> list[tuple[str, str]]:
    """What is needed, and how much. Raises KeyError with what was not measured."""
    missing = [name for name in NEEDED if found.get(name) is None]
    if missing:
        raise KeyError(", ".join(missing))
    whip, slices, slice_s, h264, vp8, memory, begins, asked = (found[name] for name in NEEDED)
    live = candidates * SPOKEN_SHARE
    recorders = ceil(candidates / PLACES)
    answers_a_minute = candidates * ANSWER_MIN / SITTING_MIN
    copied = ceil(SPARE * answers_a_minute * h264 / 60)
    requests_per_s = candidates * REQUESTS / (SITTING_MIN * 60)
    sitting = SPARE * requests_per_s * begins / asked
    beginning = SPARE * candidates * begins / (ALL_BEGIN_WITHIN_MIN * 60)
    web = ceil(max(sitting, beginning))
    connections = web * THREADS + recorders * RECORDER_CONNECTIONS + copied * WORKER_CONNECTIONS
    sent_gbps = live * (SLICE_MBPS + LIVE_MBPS) / 1000
    originals_gb, films_gb = (
        candidates * ANSWER_MIN * 60 * mbps / 8000 for mbps in (SLICE_MBPS + LIVE_MBPS, FILM_MBPS)
    )
    return [
        ("candidates who sit at the same time", f"{candidates:,}"),
        ("of whom speak at any moment", f"{live:,.0f}"),
        (f"recorders of {PLACES} sittings (VIGNET_RECORDER_CAPACITY)", f"{recorders:,}"),
        (f"their cores, both roads, with {SPARE} times to spare", f"{ceil(SPARE * live * (whip + slices) / 60):,}"),
        ("their memory for live streams", f"{live * memory / 1000:,.1f} GB"),
        ("into them, both roads", f"{sent_gbps:,.1f} Gbit/s"),
        ("slices that they acknowledge", f"{live / slice_s:,.0f} a second"),
        (f"their disks, with the object store away for {OUTAGE_H} h", f"{sent_gbps * 3600 * OUTAGE_H / 8:,.0f} GB"),
        ("media workers, one a core, as fast as answers come (H.264, copied)", f"{copied:,}"),
        ("the same where every picture is coded again (VP8)", f"{ceil(SPARE * answers_a_minute * vp8 / 60):,}"),
        ("media workers that finish within a day instead, H.264", f"{_within_a_day(candidates, h264):,}"),
        ("questions to the web app", f"{requests_per_s:,.0f} a second"),
        (f"web processes, one a core, when all begin within {ALL_BEGIN_WITHIN_MIN} min", f"{ceil(beginning):,}"),
        ("web processes while they sit", f"{ceil(sitting):,}"),
        ("connections to PostgreSQL, at most (max_connections, or a pooler)", f"{connections:,}"),
        ("clips out of the edge", f"{candidates * CLIPS_SHARE * CLIP_MBPS / 1000:,.1f} Gbit/s"),
        ("into the object store while they sit", f"{(originals_gb + films_gb) * 8 / (SITTING_MIN * 60):,.1f} Gbit/s"),
        ("out of it meanwhile: read back, and fetched for the film",
         f"{(2 * originals_gb + films_gb) * 8 / (SITTING_MIN * 60):,.1f} Gbit/s"),
        ("kept in it, originals and films, of each round", f"{originals_gb + films_gb:,.0f} GB"),
        (f"kept in it a day, of {ROUNDS_A_DAY} rounds", f"{ROUNDS_A_DAY * (originals_gb + films_gb) / 1000:,.1f} TB"),
    ]  # fmt: skip


def _within_a_day(candidates: int, cpu_s_per_minute: float) -> int:
    return ceil(SPARE * candidates * ANSWER_MIN * cpu_s_per_minute / 86_400)


def told(found: Mapping[str, float], candidates: int = CANDIDATES) -> str:
    lines = plan(found, candidates)
    width = max(len(meaning) for meaning, _ in lines)
    return "\n".join([*(f"{meaning.ljust(width)}  {value}" for meaning, value in lines), "", NOT_MEASURED])
