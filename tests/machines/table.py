"""The table of the many machines: what counts as met, and how a row is shown."""

from typing import Any

HEAD = (
    "lost",
    "page waited",
    "slice waited",
    "safe after",
    "film after",
    "acknowledged",
    "of it lost",
    "films",
    "stuck",
)


def met(row: dict[str, Any]) -> bool:
    """Nothing acknowledged is lost, each answer is a whole film, nothing is stuck."""
    whole = row["whole_films"] == row["films"] == row["sittings"]
    return (
        whole and not row["lost"] and not row["stuck"] and row.get("sittings_over", row["sittings"]) == row["sittings"]
    )


def table(rows: list[dict[str, Any]]) -> str:
    """Seconds are those of the candidate, or answer, that waited longest."""
    lines = [HEAD, *(_line(row) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    lines.insert(1, tuple("-" * width for width in widths))
    return "\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)


def _line(row: dict[str, Any]) -> tuple[str, ...]:
    times = (f"{row[name]:.1f} s" for name in ("page_waited_s", "slice_waited_s", "safe_s", "film_s"))
    films = f"{row['whole_films']} of {row['sittings']}"
    return (row["what"], *times, f"{row['acknowledged']}", f"{row['lost']}", films, f"{row['stuck']}")
