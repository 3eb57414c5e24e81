"""What things cost on this machine, each figure beside one to hold it against: one table, and var/bench.json.

`python tests/bench [part …] [--seconds N]`: the parts are live, transcode_cost and desk; all of them when none is
named. CPU time, never time on the clock, so a busy machine makes figures noisier and not larger. What stands side by
side was measured in turns: the figure is the median of the turns, with the least and the most behind it, and the ratio
is the median of the ratios of each turn.
"""

import argparse
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from statistics import median

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

from storage.config import config  # noqa: E402

PARTS = {"desk": 6.0, "transcode_cost": 15.0, "live": 10.0}
"""Each part is a script of its own beside this one; what `seconds` is to it when nobody says, its docstring tells."""


@dataclass(frozen=True)
class Row:
    """One line of the table: a figure of a part, and the figure of the same part that it is held against."""

    part: str
    meaning: str
    key: str
    unit: str
    beside: str = ""
    beside_key: str = ""


STOCK = "aiortc's MediaRecorder, {aiortc_mediarecorder_streams} stream"
BARE = "one bare ffmpeg command for the same files"
MINUTE = "CPU s a minute"
ROWS = (
    Row(
        "live",
        "Record a live stream, {recorder_streams} at once",
        "recorder_whip_cpu_s_per_stream_minute",
        MINUTE,
        STOCK,
        "aiortc_mediarecorder_cpu_s_per_stream_minute",
    ),
    Row(
        "live",
        "Record a live stream, 10 at once",
        "recorder_10_streams_whip_cpu_s_per_stream_minute",
        MINUTE,
        STOCK,
        "aiortc_mediarecorder_cpu_s_per_stream_minute",
    ),
    Row(
        "live",
        "Share of the live pictures that was recorded in time",
        "recorder_pace",
        "",
        STOCK,
        "aiortc_mediarecorder_pace",
    ),
    Row("live", "Record one packet", "recorder_us_per_packet", "CPU µs"),
    Row(
        "live",
        "Memory for a live stream",
        "recorder_memory_mb_per_stream",
        "MB",
        STOCK,
        "aiortc_mediarecorder_memory_mb_per_stream",
    ),
    Row(
        "live",
        "Disk for a live stream",
        "recorder_bytes_per_stream_minute",
        "bytes a minute",
        "the packets alone",
        "recorder_media_bytes_per_stream_minute",
    ),
    Row(
        "transcode_cost",
        "Finish a VP8 recording (picture encoded again)",
        "finish_vp8_cpu_s_per_minute",
        MINUTE,
        BARE,
        "bare_ffmpeg_vp8_cpu_s_per_minute",
    ),
    Row(
        "transcode_cost",
        "Finish an H.264 recording (picture copied)",
        "finish_h264_cpu_s_per_minute",
        MINUTE,
        BARE,
        "bare_ffmpeg_h264_cpu_s_per_minute",
    ),
    Row(
        "desk", "One answer on the assessor's desk", "desk_page_cpu_ms", "CPU ms", "an empty page", "empty_page_cpu_ms"
    ),
    Row("desk", "The assessor's list of work", "desk_list_cpu_ms", "CPU ms", "an empty page", "empty_page_cpu_ms"),
    Row("desk", "Queries of one answer", "desk_page_queries", "", "an empty page", "empty_page_queries"),
    Row("desk", "Queries of the list of work", "desk_list_queries", "", "an empty page", "empty_page_queries"),
)


def run(part: str, seconds: float) -> dict:
    """What a part found: a number, or a list with the number of each turn. Raises CalledProcessError."""
    command = [sys.executable, str(HERE / f"{part}.py"), str(seconds)]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, cwd=HERE.parents[1]).stdout)


def flatten(found: dict, rows: list[Row]) -> dict[str, float]:
    """The median of each figure under its own name, what spread it has, and the ratios of the rows."""
    flat: dict[str, float] = {}

    def put(name: str, values: float | list[float]) -> None:
        if not isinstance(values, list):
            values = [values]
        flat[name] = round(median(values), 4)
        if len(values) > 1:
            flat[f"{name}_low"], flat[f"{name}_high"] = round(min(values), 4), round(max(values), 4)

    for name, values in found.items():
        put(name, values)
    for row in rows:
        if row.beside_key:
            ours, theirs = found[row.key], found[row.beside_key]
            pairs = zip(ours, theirs, strict=True) if isinstance(ours, list) else [(ours, theirs)]
            put(f"{row.key}_ratio", [one / other for one, other in pairs])
    return flat


def table(rows: list[Row], flat: dict[str, float]) -> str:
    def number(value: float) -> str:
        return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"

    def spread(name: str) -> str:
        text = number(flat[name])
        return (
            f"{text} ({number(flat[f'{name}_low'])}..{number(flat[f'{name}_high'])})" if f"{name}_low" in flat else text
        )

    lines = [("what", "figure (least..most)", "unit", "beside", "against", "ratio")]
    for row in rows:
        line = (row.meaning.format_map(flat), spread(row.key), row.unit)
        other = (spread(row.beside_key), row.beside.format_map(flat)) if row.beside_key else ("", "")
        ratio = spread(f"{row.key}_ratio") if row.beside_key else ""
        lines.append((*line, *other, ratio))
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    lines.insert(1, tuple("-" * width for width in widths))
    return "\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__.partition("\n")[0])
    parser.add_argument("parts", nargs="*", metavar="part", help=f"{', '.join(PARTS)} (default: all)")
    parser.add_argument("--seconds", type=float, help="how long or how much each part measures")
    chosen = parser.parse_args()
    if unknown := set(chosen.parts) - PARTS.keys():
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    parts = chosen.parts or list(PARTS)
    found: dict = {}
    for part in parts:
        print(f"{part} …", file=sys.stderr, flush=True)
        found |= run(part, chosen.seconds or PARTS[part])
    rows = [row for row in ROWS if row.part in parts]
    flat = flatten(found, rows)
    file = config().data / "bench.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(flat, indent=2) + "\n")
    print(table(rows, flat))
    print(f"\nThe same figures: {file}")


if __name__ == "__main__":
    main()
