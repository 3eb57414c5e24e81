"""The parts of the figures about the judging in Dutch: titles, measures, and what a part says in one sentence."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from webapp.dutch import formats

Row = Mapping[str, Any]
Names = Callable[[str], str]
"""What is called how: the id of an assessor, the key of a competency or of a situation."""


@dataclass(frozen=True)
class Measure:
    """One column. `times` 100: a share, said in per cent; `signed`: with a plus or a minus."""

    key: str
    label: str
    times: int = 1
    decimals: int = 2
    signed: bool = False

    def said(self, value: float) -> str:
        """The value alone."""
        rounded = round(value * self.times, self.decimals)
        text = formats.number(abs(rounded), self.decimals)
        sign = "\N{MINUS SIGN}" if rounded < 0 else "+" if self.signed and rounded > 0 else ""
        return f"{sign}{text}{' %' if self.times == 100 else ''}"

    def whole(self, row: Row) -> str:
        """The value with its margin, or why there is none."""
        if row["few"]:
            return f"te weinig gegevens ({row['n']} van {row['least']})"
        if row["value"] is None:
            return "niet te berekenen"
        if row["low"] is None or row["high"] is None:
            return self.said(row["value"])
        return f"{self.said(row['value'])} ({self.said(row['low'])} tot {self.said(row['high'])})"


@dataclass(frozen=True)
class Part:
    """One part of the page. `plotted`: the measures in the plot, `between`: its ends (None: as the figures need),
    `mark`: where its dashed line stands; `about` says what is measured, `caption` how to read the plot."""

    key: str
    title: str
    first: str
    measures: tuple[Measure, ...]
    plotted: tuple[str, ...]
    about: str
    caption: str
    sentence: Callable[[Sequence[Row], Names], str]
    between: tuple[float, float] | None = None
    mark: float | None = None
    turned: bool = False
    """True: it is about the whole exam, so each measure is a line of the table."""

    def measure(self, key: str) -> Measure:
        return next(one for one in self.measures if one.key == key)


SEVERITY = Measure("severity", "Strengheid", signed=True)
SPREAD = Measure("spread", "Spreiding")
EXACT = Measure("exact", "Zelfde score", 100, 0)
WITHIN_ONE = Measure("within_one", "Hoogstens één verschil", 100, 0)
SLOPE = Measure("slope", "Verloop in tien weken", signed=True)
KAPPA = Measure("kappa", "Gewogen kappa")
MARGIN = "De stip is het cijfer, de lijn de marge (95 %)."


def known(rows: Sequence[Row], measure: str) -> list[Row]:
    """The rows of this measure that have a value."""
    return [one for one in rows if one["measure"] == measure and one["value"] is not None]


def beyond(rows: Sequence[Row], measure: str, at: float = 0) -> tuple[list[Row], list[Row]]:
    """Whose whole margin lies above, and below."""
    sure = [one for one in known(rows, measure) if one["low"] is not None and one["high"] is not None]
    return [one for one in sure if one["low"] > at], [one for one in sure if one["high"] < at]


def _agreement(rows: Sequence[Row], _: Names) -> str:
    found = known(rows, "icc1")
    if not found:
        return ""
    (one,) = found
    if one["low"] is None:
        return f"De ICC van één assessor is {formats.number(one['value'])}, uit {one['n']} kandidaten."
    words = ((0.9, "uitstekend"), (0.75, "goed"), (0.5, "redelijk"))
    low, high = (next((word for least, word in words if one[end] >= least), "zwak") for end in ("low", "high"))
    how = low if low == high else f"{low} tot {high}"
    return (
        f"De scores van één assessor zijn {how} betrouwbaar: de ICC is {formats.number(one['value'])}, "
        f"uit {one['n']} kandidaten."
    )


def _and(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} en {names[-1]}"


def _assessors(rows: Sequence[Row], names: Names) -> str:
    if not known(rows, "severity"):
        return ""
    above, below = beyond(rows, "severity")
    said = []
    for some, word in ((above, "strenger"), (below, "milder")):
        if some:
            verb = "geeft" if len(some) == 1 else "geven"
            lower = "lagere" if word == "strenger" else "hogere"
            said.append(f"{_and([names(one['of']) for one in some])} {verb} {lower} scores dan collega’s ({word}).")
    return " ".join(said) or "Van niemand is zeker dat die strenger of milder is dan collega’s."


def _drift(rows: Sequence[Row], names: Names) -> str:
    if not known(rows, "slope"):
        return ""
    above, below = beyond(rows, "slope")
    said = []
    for some, word in ((above, "strenger"), (below, "milder")):
        if some:
            verb = "wordt" if len(some) == 1 else "worden"
            said.append(f"{_and([names(one['of']) for one in some])} {verb} {word}.")
    return " ".join(said) or "Van niemand is zeker dat die in de loop van de tijd strenger of milder wordt."


def _dossier(rows: Sequence[Row], _: Names) -> str:
    by = {one["measure"]: one for one in rows}
    if not rows or by["changed"]["value"] is None:
        return ""
    changed, raised, lowered = (formats.percent(by[name]["value"]) for name in ("changed", "raised", "lowered"))
    return f"Na het lezen van het dossier verandert {changed} van de scores: {raised} gaat omhoog, {lowered} omlaag."


def _lowest(rows: Sequence[Row], names: Names) -> str:
    found = known(rows, "kappa")
    if not found:
        return ""
    least, most = (pick(found, key=lambda one: one["value"]) for pick in (min, max))
    return (
        f"Assessoren zijn het het minst eens over ‘{names(least['of'])}’ (kappa {formats.number(least['value'])}) "
        f"en het meest over ‘{names(most['of'])}’ ({formats.number(most['value'])})."
    )


PARTS = (
    Part(
        "agreement",
        "Hoe ver twee assessoren het eens zijn",
        "Maat",
        (
            Measure("icc1", "ICC(1,1), één assessor"),
            Measure("icc1k", "ICC(1,2), gemiddelde van twee"),
            Measure("kappa", "Gewogen kappa, kwadratisch"),
            Measure("alpha", "Krippendorffs alfa, ordinaal"),
            EXACT,
            WITHIN_ONE,
        ),
        ("icc1", "icc1k", "kappa", "alpha"),
        "De eerste twee assessoren geven los van elkaar een score, voordat zij het dossier zien. Bij 1 zijn zij het "
        "altijd eens, bij 0 niet vaker dan toeval. De ICC is die met één factor (absolute overeenstemming).",
        f"{MARGIN} De streepjeslijn staat bij 0,75: vanaf daar heet een ICC goed.",
        _agreement,
        (0, 1),
        0.75,
        turned=True,
    ),
    Part(
        "assessors",
        "Strengheid en spreiding per assessor",
        "Assessor",
        (SEVERITY, SPREAD, EXACT, WITHIN_ONE),
        ("severity",),
        "Strengheid is hoeveel niveaus iemand lager scoort dan anderen die hetzelfde antwoord beoordeelden. Een "
        "spreiding onder 1 betekent: deze assessor blijft dichter bij het midden.",
        f"{MARGIN} Rechts van 0: strenger dan collega’s. Links: milder.",
        _assessors,
        mark=0,
    ),
    Part(
        "drift",
        "Verloop per assessor",
        "Assessor",
        (SLOPE,),
        ("slope",),
        "Hoeveel niveaus iemand in tien weken strenger (+) of milder (−) wordt, naast collega’s die hetzelfde "
        "beoordeelden. Wordt één collega strenger, dan lijken de anderen wat milder.",
        f"{MARGIN} Raakt de lijn de 0, dan is een verloop niet zeker.",
        _drift,
        mark=0,
    ),
    Part(
        "dossier",
        "Wat het dossier met scores doet",
        "Maat",
        (
            Measure("changed", "Scores die veranderen", 100, 0),
            Measure("raised", "Scores die omhoog gaan", 100, 0),
            Measure("lowered", "Scores die omlaag gaan", 100, 0),
            Measure("mean_change", "Gemiddelde verandering, in niveaus", signed=True),
            Measure("pull", "Trek naar de zelfbeoordeling (1 is helemaal)"),
        ),
        ("changed", "raised", "lowered"),
        "Scores uit fase 1 (zonder dossier) naast die uit fase 2 (met dossier). Een score mag door het dossier "
        "veranderen; het gaat om hoe vaak, en welke kant op.",
        MARGIN,
        _dossier,
        (0, 1),
        turned=True,
    ),
    Part(
        "competencies",
        "Eens per competentie",
        "Competentie",
        (KAPPA, EXACT, WITHIN_ONE),
        ("kappa",),
        "Hetzelfde, voor elke competentie apart.",
        MARGIN,
        _lowest,
        (0, 1),
    ),
    Part(
        "situations",
        "Eens per situatie",
        "Situatie",
        (KAPPA, EXACT, WITHIN_ONE),
        ("kappa",),
        "Hetzelfde, voor elke situatie apart.",
        MARGIN,
        _lowest,
        (0, 1),
    ),
)
