"""What things cost on this machine, each figure beside one to hold it against: one table, and var/bench.json.

`python tests/bench [part …] [--seconds N]`: all parts when none is named. `paper` measures nothing: it computes from
those figures what ten thousand candidates need. CPU time and not time on the clock, save where somebody waits, so a
busy machine makes figures noisier and not larger. What stands side by side was measured in turns: the figure is the
median of the turns, with the least and the most behind it, and the ratio is the median of the ratios of each turn.
"""

import argparse
import json
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[1]), str(HERE.parent)]

from storage.base.config import config

sys.path.insert(0, str(HERE))
import paper

PARTS = {
    "allocation": 60.0,
    "desk": 6.0,
    "transcode_cost": 15.0,
    "lists": 0.3,
    "live": 10.0,
    "slices": 20.0,
    "scale": 8.0,
    "begin": 60.0,
    "playable": 60.0,
    "sharing": 20.0,
    "retention": 1000.0,
    "freeze": 3.0,
    "made_answers": 2000.0,
    "theory": 120.0,
    "year": 10_000.0,
    "small": 60.0,
    "start": 5.0,
    "idle": 5.0,
}
"""Each part is a script of its own beside this one; what `seconds` is to it when nobody says, its docstring tells."""
ASKED_FOR = ("small",)
"""Only when it is named: it takes the machine for itself, and needs root."""


@dataclass(frozen=True)
class Row:
    """One line of the table: a figure of a part, and the figure of the same part that it is held against.

    `absent` is said where the other could not be measured.
    """

    part: str
    meaning: str
    key: str
    unit: str
    beside: str = ""
    beside_key: str = ""
    ratio_key: str = ""
    absent: str = ""


MINUTE = "CPU s a minute"
STOCK = "aiortc's MediaRecorder, {aiortc_mediarecorder_streams} stream"
STOCK_KEY = "aiortc_mediarecorder_cpu_s_per_stream_minute"
JANUS = "Janus video room, {janus_streams} streams"
NO_JANUS = "not measured: janus is not installed"
BARE = "one bare ffmpeg command, the same files and measurements"
EMPTY = "an empty page"
OTHER = "another checkout (--beside)"
NO_OTHER = "not measured: --beside names no checkout"

# fmt: off
ROWS = (
    Row("live", "Record a live stream, {recorder_streams} at once", "recorder_whip_cpu_s_per_stream_minute", MINUTE,
        STOCK, STOCK_KEY, "recorder_whip_to_mediarecorder_ratio"),
    Row("live", "Record a live stream, 10 at once", "recorder_10_streams_whip_cpu_s_per_stream_minute", MINUTE,
        STOCK, STOCK_KEY, "recorder_10_streams_whip_to_mediarecorder_ratio"),
    Row("live", "Record a live stream, {recorder_streams} at once", "recorder_whip_cpu_s_per_stream_minute", MINUTE,
        JANUS, "janus_cpu_s_per_stream_minute", "recorder_whip_to_janus_ratio", NO_JANUS),
    Row("live", "Share of the pictures recorded in time", "recorder_pace", "",
        STOCK, "aiortc_mediarecorder_pace", "recorder_pace_ratio"),
    Row("live", "Record one packet", "recorder_us_per_packet", "CPU µs"),
    Row("live", "Memory for a live stream", "recorder_memory_mb_per_stream", "MB",
        STOCK, "aiortc_mediarecorder_memory_mb_per_stream", "recorder_memory_ratio"),
    Row("scale", "Most streams without a lost packet", "recorder_lossless_streams", "of 1, 20, 50, 100, 150, 200"),
    *(Row("scale", f"Record a live stream, {streams} at once",
          f"recorder_{streams}_streams_cpu_s_per_stream_minute", MINUTE) for streams in (1, 20, 50, 100, 150, 200)),
    *(Row("scale", f"Share of the pictures recorded in time, {streams} at once",
          f"recorder_{streams}_streams_pace", "less than 1: no time left") for streams in (100, 150, 200)),
    *(Row("scale", f"Memory for a live stream, {streams} at once",
          f"recorder_{streams}_streams_memory_mb_per_stream", "MB") for streams in (20, 200)),
    *(Row("scale", f"Packets lost, {streams} at once",
          f"recorder_{streams}_streams_lost_packets_per_million", "of a million") for streams in (100, 150, 200)),
    Row("begin", "Errors while {begin_sittings:.0f} sittings begin within a minute", "begin_errors", "answers"),
    Row("begin", "Pages told to ask again meanwhile", "begin_asked_again", "answers"),
    Row("begin", "The hundred and first is refused, with the reason", "begin_one_too_many_refused", "of 1"),
    Row("begin", "Web app, from welcome to the first slice", "begin_web_cpu_s_per_sitting", "CPU s a sitting"),
    Row("begin", "Slowest answer meanwhile", "begin_slowest_answer_ms", "ms"),
    Row("begin", "Of them live at once", "begin_live_at_once", "streams"),
    Row("playable", "Last word to playable, {playable_answer_s:.0f} s of answer, idle", "playable_idle_s", "s"),
    Row("playable", "Of that until every original is safe", "playable_idle_safe_s", "s"),
    Row("playable", "The first of 20 that end at once", "playable_20_first_s", "s"),
    Row("playable", "Half of 20 that end at once", "playable_20_median_s", "s"),
    Row("playable", "The last of 20 that end at once", "playable_20_last_s", "s"),
    Row("playable", "Recorder and worker, from the last word on", "playable_20_cpu_s_per_answer", "CPU s an answer"),
    Row("sharing", "Take a slice, {sharing_recorders} recorders", "sharing_several_recorder_cpu_ms_per_slice",
        "CPU ms", "one", "sharing_one_recorder_cpu_ms_per_slice", "recorder_share_ratio"),
    Row("sharing", "Films made, {sharing_workers} workers", "sharing_several_worker_films_per_minute",
        "films a minute", "one, busy with {sharing_one_worker_cores:.2g} cores",
        "sharing_one_worker_films_per_minute", "worker_share_gain"),
    *(Row("sharing", f"Cores of the machine in use, {{sharing_{kind}s}} {kind}s",
          f"sharing_several_{kind}_machine_cores", "cores", "one", f"sharing_one_{kind}_machine_cores",
          f"{kind}_share_cores_ratio")
      for kind in ("recorder", "worker")),
    Row("sharing", "Most that one of {sharing_recorders} recorders got", "sharing_several_recorder_most_share",
        "of the answers"),
    Row("sharing", "Most that one of {sharing_workers} workers did", "sharing_several_worker_most_share",
        "of the work"),
    Row("live", "Disk for a live stream", "recorder_bytes_per_stream_minute", "bytes a minute",
        "the packets alone", "recorder_media_bytes_per_stream_minute", "recorder_bytes_ratio"),
    Row("slices", "Take the same stream in slices, {slices_pages:.0f} at once, {slices_mbps:.2f} Mbps",
        "recorder_slices_cpu_s_per_stream_minute", MINUTE),
    Row("slices", "Take the same stream in slices, {slices_many_pages:.0f} at once",
        "recorder_slices_many_cpu_s_per_stream_minute", MINUTE),
    Row("slices", "Take what a page records, {slices_pages:.0f} at once, {slices_of_page_mbps:.2f} Mbps",
        "recorder_slices_of_page_cpu_s_per_stream_minute", MINUTE),
    Row("transcode_cost", "Finish a VP8 recording (picture encoded again)", "finish_vp8_cpu_s_per_minute", MINUTE,
        BARE, "bare_ffmpeg_vp8_cpu_s_per_minute", "finish_vp8_ratio"),
    Row("transcode_cost", "Finish an H.264 recording (picture copied)", "finish_h264_cpu_s_per_minute", MINUTE,
        BARE, "bare_ffmpeg_h264_cpu_s_per_minute", "finish_h264_ratio"),
    Row("allocation", "Share out {allocation_candidates:.0f} candidates, whole", "allocation_whole_cpu_s", "CPU s"),
    Row("allocation", "Most less least per assessor, whole", "allocation_whole_gap", "answers",
        "one candidate", "allocation_one_candidate", "allocation_whole_gap_ratio"),
    Row("allocation", "Share out {allocation_candidates:.0f} candidates, spread", "allocation_spread_cpu_s", "CPU s",
        "the same, whole", "allocation_whole_cpu_s", "allocation_spread_ratio"),
    Row("allocation", "Most less least per assessor, spread", "allocation_spread_gap", "answers",
        "one candidate", "allocation_one_candidate", "allocation_spread_gap_ratio"),
    Row("desk", "One answer on the assessor's desk", "desk_page_cpu_ms", "CPU ms a request",
        EMPTY, "empty_page_cpu_ms", "desk_page_ratio"),
    Row("desk", "The assessor's list of work", "desk_list_cpu_ms", "CPU ms a request",
        EMPTY, "empty_page_cpu_ms", "desk_list_ratio"),
    Row("desk", "One answer on the assessor's desk", "desk_page_queries", "queries",
        EMPTY, "empty_page_queries", "desk_page_queries_ratio"),
    Row("desk", "The assessor's list of work", "desk_list_queries", "queries",
        EMPTY, "empty_page_queries", "desk_list_queries_ratio"),
    Row("retention", "Erase {retention_recordings:.0f} recordings", "retention_cpu_s_per_1000", "CPU s a thousand"),
    Row("retention", "The object store meanwhile", "retention_store_cpu_s_per_1000", "CPU s a thousand"),
    Row("retention", "Requests to the object store", "retention_requests_per_1000", "a thousand recordings"),
    Row("retention", "Recordings erased a year later, of {retention_exams:.0f} exams",
        "retention_recordings_of_exams_erased", "exams"),
    Row("retention", "Motivation files erased", "retention_files_erased", "exams"),
    Row("retention", "Films of a restored backup that play", "retention_films_of_backup", "films",
        "before, of twenty", "retention_films_played_before", "retention_films_ratio"),
    Row("retention", "Originals of a restored backup that open", "retention_originals_of_backup", "originals"),
    Row("retention", "Results still told, of twenty", "retention_results_answered", "candidates"),
    Row("retention", "Results erased eight years after that", "retention_results_erased", "exams"),
    Row("retention", "Erase results", "retention_result_cpu_s_per_1000", "CPU s a thousand"),
    Row("retention", "Certificates without a verdict that are confirmed, of twenty", "retention_certificates_checked",
        "certificates"),
    Row("freeze", "A camera that hangs and is called frozen", "freeze_hanging_called_share", "share of answers"),
    Row("freeze", "A camera that hangs and is shown to a person", "freeze_hanging_shown_share", "share of answers"),
    Row("freeze", "A camera that hangs and of which nobody hears", "freeze_hanging_passed_share", "share of answers"),
    Row("freeze", "Somebody who sits still and is called frozen", "freeze_living_called_share", "share of answers"),
    Row("freeze", "Somebody who sits still and is shown", "freeze_living_shown_share", "share of answers"),
    Row("made_answers", "Of {made_answers:.0f} answers made of packets, dead", "made_answers_dead", "answers"),
    Row("made_answers", "Of these, what could be decoded was lost without a word", "made_answers_lossy", "answers"),
    Row("made_answers", "Measure and choose", "made_answers_cpu_ms", "CPU ms an answer"),
    Row("theory", "Save one answer of an online test", "theory_answer_cpu_ms", "CPU ms a request",
        EMPTY, "theory_empty_page_cpu_ms", "theory_answer_ratio"),
    Row("theory", "Save one answer of an online test", "theory_answer_queries", "queries",
        EMPTY, "theory_empty_page_queries", "theory_answer_queries_ratio"),
    Row("theory", "Lost by a killed web app, of {theory_candidates:.0f} candidates' {theory_answers:.0f} answers",
        "theory_lost", "answers"),
    Row("theory", "Sent again meanwhile", "theory_sent_again", "requests"),
    Row("theory", "Refused meanwhile", "theory_refused", "requests"),
    *(Row("year", f"{what}, a year on {kind}", f"year_{kind}_{key}", unit)
      for kind in ("sqlite", "postgresql")
      for key, what, unit in (
          ("organisations", "Organisations", ""),
          ("exams", "Exams", ""),
          ("orders", "Orders that two processes made, each once and as reckoned by another sum", "orders"),
          ("credits_of_withdrawn", "Given back of what was withdrawn", "credits"),
          ("credits_of_membership", "Given back to who turned out to be a member", "credits"),
          ("invoices", "Invoices that add up to their orders", "invoices"),
          ("credit_notes", "Credit notes that do", "credit notes"),
          ("least_of_two", "Least that one of the two processes made", "invoices"),
          ("net_euros", "Together, without VAT", "euros"),
          ("holes_in_numbers", "Holes in their numbers", ""),
          ("cpu_s", "All of it", "CPU s"),
      )),
    *(Row("start", f"Start: {what}", f"start_{key}_cpu_s", "CPU s", OTHER, f"start_{key}_beside_cpu_s",
          f"start_{key}_ratio", NO_OTHER)
      for key, what in (("help", "flask --help"), ("command", "flask recorders --help"), ("web", "the web app"),
                        ("office", "the office worker"), ("media", "the media worker"))),
    *(Row("idle", what, f"idle_{key}", unit, OTHER, f"idle_beside_{key}", f"idle_{key}_ratio", NO_OTHER)
      for key, what, unit in (("start_cpu_s", "A second make run until all is up", "CPU s"),
                              ("pss_mb", "Memory of make run while nobody uses it", "MB, PSS"),
                              ("processes", "Its processes", ""),
                              ("cpu_s_per_minute", "What it does meanwhile", MINUTE))),
    Row("desk", "To the next answer on the desk", "desk_switch_ms", "ms in a Chromium",
        "opening it by its address", "desk_open_ms", "desk_switch_ratio"),
    Row("small", "Sittings at once, films as fast as answers come, half kept", "small_at_once", "sittings"),
    Row("small", "Sittings at once, films later, half kept", "small_at_once_films_later", "sittings"),
    Row("small", "Films an hour, half kept", "small_films_an_hour", "films"),
    Row("small", "Memory of everything, with {small_sittings:.0f} who speak", "small_most_mb", "MB",
        "nobody there", "small_idle_mb", "small_memory_ratio"),
    Row("small", "Everything, while somebody speaks", "small_speak_cpu_s_per_minute", MINUTE),
    Row("small", "Everything, for the film of it", "small_film_cpu_s_per_minute", MINUTE),
    Row("small", "Ended by the kernel for want of memory", "small_killed", "processes"),
)
# fmt: on

from support.lists_to_see import LISTS

ROWS += tuple(
    Row(
        "lists",
        f"{who} at {path}, 10,000 dossiers, {kind}: {{{kind}_{name}_large_queries:.0f}} queries",
        f"{kind}_{name}_large_cpu_ms",
        "CPU ms a request",
        f"200 dossiers: {{{kind}_{name}_small_queries:.0f}} queries",
        f"{kind}_{name}_small_cpu_ms",
        f"{kind}_{name}_ratio",
    )
    for kind in ("sqlite", "postgresql")
    for name, (who, path) in LISTS.items()
)


def run(part: str, seconds: float, beside: Path | None = None) -> dict:
    """What a part found: a number, or a list with the number of each turn. Raises CalledProcessError."""
    command = [sys.executable, str(HERE / f"{part}.py"), str(seconds), *([str(beside)] if beside else [])]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, cwd=HERE.parents[1]).stdout)


def flatten(found: dict, rows: list[Row]) -> dict[str, float | None]:
    """The median of each figure under its own name, what spread it has, and the ratios of the rows.

    None: it could not be measured here.
    """
    flat: dict[str, float | None] = {}

    def put(name: str, values: float | list[float]) -> None:
        values = values if isinstance(values, list) else [values]
        if None in values:
            flat[name] = None
            return
        flat[name] = round(median(values), 4)
        if len(values) > 1:
            flat[f"{name}_low"], flat[f"{name}_high"] = round(min(values), 4), round(max(values), 4)

    for name, values in found.items():
        put(name, values)
    for row in rows:
        if row.beside_key and flat[row.beside_key] is not None:
            ours, theirs = found[row.key], found[row.beside_key]
            pairs = zip(ours, theirs, strict=True) if isinstance(ours, list) else [(ours, theirs)]
            put(row.ratio_key, [one / other for one, other in pairs])
    return flat


def table(rows: list[Row], flat: dict[str, float | None]) -> str:
    def number(value: float) -> str:
        return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"

    def spread(name: str) -> str:
        if f"{name}_low" not in flat:
            return number(flat[name])
        return f"{number(flat[name])} ({number(flat[f'{name}_low'])}..{number(flat[f'{name}_high'])})"

    def against(row: Row) -> tuple[str, str, str]:
        if not row.beside_key:
            return "", "", ""
        if flat[row.beside_key] is None:
            return "", row.beside.format_map(flat), row.absent
        return spread(row.beside_key), row.beside.format_map(flat), spread(row.ratio_key)

    lines = [("what", "figure (least..most)", "unit", "beside", "which is", "ratio")]
    lines += [(row.meaning.format_map(flat), spread(row.key), row.unit, *against(row)) for row in rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    lines.insert(1, tuple("-" * width for width in widths))
    return "\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__.partition("\n")[0])
    parser.add_argument(
        "parts", nargs="*", metavar="part", help=f"{', '.join(PARTS)} (default: all but {' and '.join(ASKED_FOR)})"
    )
    parser.add_argument("--candidates", type=int, default=paper.CANDIDATES, help="how many sit at once, for paper")
    parser.add_argument("--beside", type=Path, help="another checkout with its environments, for start and idle")
    parser.add_argument("--seconds", type=float, help="how long or how much each part measures")
    chosen = parser.parse_args()
    file = config().data / "bench.json"
    known = json.loads(file.read_text()) if file.exists() else {}
    if chosen.parts == ["paper"]:
        try:
            print(paper.told(known, chosen.candidates))
        except KeyError as missing:
            parser.exit(1, f"{file} lacks {missing.args[0]}: make bench measures it.\n")
        return
    if unknown := set(chosen.parts) - PARTS.keys():
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    parts = chosen.parts or [part for part in PARTS if part not in ASKED_FOR]
    found: dict = {}
    for part in parts:
        print(f"{part} …", end=" ", file=sys.stderr, flush=True)
        began = time.monotonic()
        found |= run(part, chosen.seconds or PARTS[part], chosen.beside if part in ("start", "idle") else None)
        print(f"{time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    rows = [row for row in ROWS if row.part in parts]
    flat = flatten(found, rows)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(known | flat, indent=2) + "\n")
    print(table(rows, flat))
    print(f"\nThe same figures: {file}")


if __name__ == "__main__":
    main()
