"""The figures of a year for the office, the exam committee and auditors."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from review.year_figures import Share, Spread
from storage.base.present import present
from storage.figures.years import OUTCOMES, Figures, figures
from storage.people import institution
from storage.people.people import Role
from webapp import access, letter_pdf
from webapp.certificates import pdf
from webapp.context import g
from webapp.csv_writer import table
from webapp.dutch import formats
from webapp.dutch.terms import RULINGS

pages = Blueprint("year_figures", __name__, url_prefix="/cijfers")

LETTER = Path(__file__).parent / "letters" / "figures.typ"
ROLES = (Role.KSF_OFFICER, Role.EXAM_COMMITTEE, Role.AUDITOR)
COLUMNS = ("onderdeel", "wat", "waarde", "van", "marge_van", "marge_tot")
FIRST_YEAR = 2020


@pages.get("")
@access.roles(*ROLES)
def show() -> ResponseReturnValue:
    """How many exams, how many passed, how long it took, what was objected to, how far assessors agree."""
    found = figures(g.db, _year())
    values = {"rows": _results(found), "outcomes": _outcomes(found), "this": _today().year}
    return render_template("figures/year.html", found=found, few=_few(found), **values)


@pages.get("/<int:year>.csv")
@access.roles(*ROLES)
def export(year: int) -> ResponseReturnValue:
    """The same as CSV."""
    found = figures(g.db, _within(year))
    return table(f"cijfers-{found.year}.csv", COLUMNS, list(_lines(found)))


@pages.get("/<int:year>.pdf")
@access.roles(*ROLES)
def file(year: int) -> ResponseReturnValue:
    """The same as PDF."""
    found = figures(g.db, _within(year))
    house = institution.of(g.db)
    # Figures of a year that goes on change: the day stands in the file.
    at = int(datetime(_today().year, _today().month, _today().day, tzinfo=UTC).timestamp())
    content = {
        "title": f"Cijfers van {found.year}",
        "issuer": house.name,
        "colour": house.colour,
        "date": {"year": _today().year, "month": _today().month, "day": _today().day},
        "day": formats.date_only(_today()),
        "few": _few(found),
        "sections": [
            {"title": title, "head": head, "rows": rows, "closing": closing}
            for title, head, rows, closing in _sections(found)
        ],
    }
    return pdf.answer(letter_pdf.make(LETTER, content, at), f"cijfers-{found.year}.pdf")


def _sections(found: Figures) -> Iterator[tuple[str, list[str], list[list[str]], str]]:
    few = _few(found)
    rows = [[name, _number(one.whole, few), _percent(one), _margin(one)] for name, one in _results(found)]
    rows.append(["Samen", _number(found.total, few), "", ""])
    margin = "De marge is die van Wilson, met 95 % zekerheid."
    yield "Examens met een uitslag", ["Examen", "Aantal", "Geslaagd", "Marge"], rows, margin
    times = (("Van aanmelding tot uitnodiging", found.nomination), ("Van examen tot uitslag", found.judging))
    told = [[name, *_times(one, few)] for name, one in times]
    yield "Hoe lang het duurde", ["Wat", "Aantal", "Helft binnen", "Negen van tien binnen"], told, ""
    outcomes = [[name, _number(number, few)] for name, number in _outcomes(found)]
    outcomes.append(["Samen", _number(found.objected, few)])
    yield "Bezwaren", ["Uitkomst", "Aantal"], outcomes, "Geteld in het jaar waarin het bezwaar binnenkwam."
    yield "Hoe ver assessoren het eens zijn", ["Maat", "Waarde"], [["Gewogen kappa", _kappa(found)]], KAPPA
    deployed = [[f"{times} keer", _number(number, few)] for times, number in found.deployments.items()]
    deployed.append(["Samen", _number(found.examiners, few)])
    yield "Inzet van examiners bij praktijktoetsen", ["Hoe vaak", "Examiners"], deployed, ""


KAPPA = (
    "Twee assessoren, dezelfde competentie van hetzelfde antwoord, voordat zij het dossier zagen. 1 is volledig eens."
)


def _lines(found: Figures) -> Iterator[tuple[str, ...]]:
    few = _few(found)
    for name, one in _results(found):
        margin = (_decimal(one.low), _decimal(one.high))
        yield ("uitslagen", name, _number(one.part, few), _number(one.whole, few), *margin)
    yield ("uitslagen", "samen", "", _number(found.total, few), "", "")
    for name, spread in (("aanmelding tot uitnodiging", found.nomination), ("examen tot uitslag", found.judging)):
        number = _number(spread.number, few)
        yield ("dagen", f"{name}, mediaan", _number(spread.median, few), number, "", "")
        yield ("dagen", f"{name}, p90", _number(spread.ninth, few), number, "", "")
    for name, objected in _outcomes(found):
        yield ("bezwaren", name, _number(objected, few), _number(found.objected, few), "", "")
    agreed = found.agreement
    if agreed and agreed.value is not None:
        edges = (_decimal(agreed.low), _decimal(agreed.high))
        yield ("overeenstemming", "gewogen kappa", _decimal(agreed.value), str(agreed.n), *edges)
    for times, examiners in found.deployments.items():
        yield ("inzet", f"{times} keer", _number(examiners, few), _number(found.examiners, few), "", "")


def _results(found: Figures) -> list[tuple[str, Share]]:
    return [(f"{one.name}, online toets" if one.theory else one.name, one.passed) for one in found.results]


def _outcomes(found: Figures) -> list[tuple[str, int | None]]:
    return [(RULINGS[one] if one else "nog geen uitspraak", found.objections[one]) for one in OUTCOMES]


def _few(found: Figures) -> str:
    return f"minder dan {found.least}, of niet getoond"


def _number(number: int | None, few: str) -> str:
    return few if number is None else str(number)


def _decimal(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}".replace(".", ",")


def _percent(one: Share) -> str:
    return "niet getoond" if one.value is None else formats.percent(one.value)


def _margin(one: Share) -> str:
    if one.low is None or one.high is None:
        return ""
    return f"{formats.percent(one.low)} tot {formats.percent(one.high)}"


def _times(one: Spread, few: str) -> list[str]:
    if one.median is None or one.ninth is None:
        return [few, "", ""]
    return [str(one.number), f"{one.median} dagen", f"{one.ninth} dagen"]


def _kappa(found: Figures) -> str:
    one = found.agreement
    if one is None or one.value is None:
        return "te weinig scores"
    known = one.low is not None and one.high is not None
    edges = f" ({formats.number(present(one.low))} tot {formats.number(present(one.high))})" if known else ""
    return f"{formats.number(one.value)}{edges}, uit {one.n} paren"


def _year() -> int:
    return _within(request.args.get("jaar", _today().year, type=int))


def _within(year: int) -> int:
    return year if FIRST_YEAR <= year <= _today().year else _today().year


def _today() -> date:
    return formats.day_of(g.now)


@pages.app_template_global("figure")
def figure(number: Any, few: str) -> str:
    """A number, or why there is none."""
    return _number(number, few)


@pages.app_template_global("figure_share")
def figure_share(one: Share) -> str:
    """The share with its margin, or that it is not shown."""
    margin = _margin(one)
    return f"{_percent(one)} ({margin})" if margin else _percent(one)


@pages.app_template_global("figure_kappa")
def figure_kappa(found: Figures) -> str:
    """How far assessors agree."""
    return _kappa(found)


@pages.app_template_global("figure_days")
def figure_days(one: Spread, few: str) -> list[str]:
    """How many, and within how many days."""
    return _times(one, few)
