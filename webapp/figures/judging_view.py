"""What a page shows of the figures about the judging: for each part a sentence, a plot, a table and lines for CSV."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from webapp.dutch import formats
from webapp.figures.judging_words import Measure, Names, Part, Row

COLUMNS = ("onderdeel", "waarvan", "cijfer", "waarde", "marge_van", "marge_tot", "kandidaten", "nodig")
ROW = 11
"""The height of one line of a plot."""


@dataclass(frozen=True)
class Dot:
    """One figure in a plot, in hundredths of its width; `low` and `high` None: no margin is known."""

    label: str
    said: str
    y: int
    x: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Plot:
    """Figures with their margins on one axis. `ticks`: place and text; `mark`: where the dashed line stands."""

    label: str
    height: int
    dots: Sequence[Dot]
    ticks: Sequence[tuple[float, str]]
    mark: float | None


@dataclass(frozen=True)
class Line:
    """One line of a table: its name, a text for each column, and how many candidates it rests on."""

    name: str
    cells: Sequence[str]
    n: int


@dataclass(frozen=True)
class Shown:
    """One part. `few`: how many candidates there are and are needed, where there is no figure at all."""

    part: Part
    sentence: str
    plot: Plot | None
    columns: Sequence[str]
    lines: Sequence[Line]
    few: tuple[int, int] | None


def shown(part: Part, rows: Sequence[Row], names: Names) -> Shown:
    """This part as the page shows it."""
    wanted = {one.key for one in part.measures}
    kept = [one for one in rows if one["measure"] in wanted]
    if not any(one["value"] is not None for one in kept):
        few = (max((one["n"] for one in kept), default=0), min((one["least"] for one in kept), default=0))
        return Shown(part, "", None, (), (), few)
    lines = _turned(part, kept) if part.turned else _by_name(part, kept, names)
    columns = ("Cijfer, met de marge",) if part.turned else tuple(one.label for one in part.measures)
    return Shown(part, part.sentence(kept, names), _plot(part, kept, names), columns, lines, None)


def csv_lines(part: Part, rows: Sequence[Row], names: Names) -> Iterator[tuple[str, ...]]:
    """Each figure with its margin, in `COLUMNS`; empty where there is none."""
    by = {one.key: one for one in part.measures}
    for row in rows:
        measure = by.get(row["measure"])
        if measure is None and not row["measure"].startswith("week:"):
            continue
        label = measure.label if measure else f"strengheid in week {row['measure'].partition(':')[2]}"
        said = ["" if row[end] is None else formats.number(row[end], 4) for end in ("value", "low", "high")]
        yield part.title, names(row["of"]) if row["of"] else "", label, *said, str(row["n"]), str(row["least"])


def _turned(part: Part, rows: Sequence[Row]) -> list[Line]:
    by = {one["measure"]: one for one in rows}
    return [Line(one.label, (one.whole(by[one.key]),), by[one.key]["n"]) for one in part.measures if one.key in by]


def _by_name(part: Part, rows: Sequence[Row], names: Names) -> list[Line]:
    several: dict[str, dict[str, Row]] = {}
    for one in rows:
        several.setdefault(one["of"], {})[one["measure"]] = one
    lines = []
    for of in sorted(several, key=lambda key: names(key).casefold()):
        mine = several[of]
        cells = [one.whole(mine[one.key]) if one.key in mine else "" for one in part.measures]
        lines.append(Line(names(of), cells, max(one["n"] for one in mine.values())))
    return lines


def _plot(part: Part, rows: Sequence[Row], names: Names) -> Plot | None:
    drawn = [one for one in rows if one["measure"] in part.plotted and one["value"] is not None]
    if not drawn:
        return None
    if not part.turned:
        drawn.sort(key=lambda one: -one["value"])
    ends = [one[end] for one in drawn for end in ("value", "low", "high") if one[end] is not None]
    marks = [] if part.mark is None else [part.mark]
    low, high, step = _axis(min([*ends, *marks]), max([*ends, *marks]), part.between)

    def place(value: float | None) -> float | None:
        return None if value is None else round(100 * (min(max(value, low), high) - low) / (high - low), 2)

    measure = part.measure(part.plotted[0])
    dots = []
    for at, one in enumerate(drawn):
        said = part.measure(one["measure"])
        label = said.label if part.turned else names(one["of"])
        middle = place(one["value"]) or 0.0
        text = said.whole(one)
        dots.append(Dot(f"{label} (n = {one['n']})", text, ROW * at + 8, middle, place(one["low"]), place(one["high"])))
    number = round((high - low) / step)
    ticks = [(round(100 * at / number, 2), _tick(measure, low + at * step, step)) for at in range(number + 1)]
    return Plot(_told(part, dots), ROW * len(dots) + 2, dots, ticks, place(part.mark))


def _told(part: Part, dots: Sequence[Dot]) -> str:
    """The plot in words; of a long one the ends, as the table has all."""
    chosen = dots if len(dots) <= 4 else (dots[0], dots[-1])
    ends = "; ".join(f"{one.label}: {one.said}" for one in chosen)
    return f"{part.title}. {len(dots)} cijfers met hun marge. {ends}."


def _axis(low: float, high: float, between: tuple[float, float] | None) -> tuple[float, float, float]:
    """The ends of the axis and its step: 1, 2 or 5 of some size."""
    if between is not None:
        low, high = min(between[0], low), max(between[1], high)
    high = max(high, low + 0.1)
    width = high - low
    size = 10 ** floor(log10(width / 4))
    step = next(times * size for times in (1, 2, 2.5, 5, 10) if width / (times * size) <= 5)
    first, last = floor(low / step + 1e-9), ceil(high / step - 1e-9)
    return first * step, max(last, first + 1) * step, step


def _tick(measure: Measure, value: float, step: float) -> str:
    decimals = max(0, ceil(-log10(step * measure.times) - 1e-9))
    if abs(step * measure.times * 10**decimals % 1) > 1e-6:
        decimals += 1
    return Measure("", "", measure.times, decimals, measure.signed).said(value)
