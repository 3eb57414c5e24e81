"""Simulations of judging for the exam committee: asked here, made by a worker, read as table, plot and CSV."""

import secrets
import uuid
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from wtforms import IntegerField, RadioField, SelectField
from wtforms.validators import InputRequired, NumberRange, Optional

from storage.base import jobs
from storage.base.jobs import JobState
from storage.base.present import present
from storage.base.refusal import Refused
from storage.base.version import VERSION
from storage.committee import simulations as kept
from storage.committee.simulations import Simulation
from storage.people.people import Role
from storage.schemes import Pack
from webapp import access
from webapp.context import g
from webapp.csv_writer import table
from webapp.dutch import formats, refusals
from webapp.dutch.simulations import FIGURES, LINES, SUPPOSED
from webapp.forms import Form, NumberField, choices, offer
from webapp.paging import page_of

pages = Blueprint("simulations", __name__, url_prefix="/simulaties")

SIZES = {3_000: "3.000: klaar in een paar minuten", 12_000: "12.000: duurt langer, met half zo brede marges"}
COLUMNS = ("deel", "wat", "cijfer", "waarde", "marge_van", "marge_tot", "kandidaten")
PARTS = {"ways": "manieren van beoordelen", "steps": "stappen op de manier van nu"}


class AskForm(Form):
    pack = SelectField("Examen", [InputRequired("Kies een examen.")])
    candidates = RadioField(
        "Hoeveel verzonnen kandidaten?", [InputRequired("Kies hoeveel.")], choices=choices(SIZES.items())
    )
    mean = NumberField(
        "Gemiddeld niveau van de kandidaten", [InputRequired("Vul een niveau in."), NumberRange(1, 5)], places=2
    )
    error = NumberField(
        "Fout van assessoren",
        [InputRequired("Vul een getal in."), NumberRange(0, 3)],
        places=2,
        description="1 is wat wij aannemen. 0,7 is drie tiende minder, 0 is geen enkele fout.",
    )
    drift = NumberField(
        "Verloop",
        [InputRequired("Vul een getal in."), NumberRange(0, 2)],
        places=2,
        description="Hoe ver assessoren van de eerste tot de laatste kandidaat strenger of milder worden, in niveaus.",
    )
    unseen = IntegerField(
        "Niet waarneembaar",
        [InputRequired("Vul een heel getal in."), NumberRange(0, 90)],
        description="Welk deel van de scores ontbreekt, in procenten.",
    )
    cut = NumberField(
        "Andere cesuur per competentie",
        [Optional(), NumberRange(1, 5)],
        places=2,
        description="Leeg is die van het reglement. Wie echt voldoet, blijft wie het reglement bedoelt.",
    )
    situations = IntegerField(
        "Ander aantal situaties",
        [Optional(), NumberRange(8, 24)],
        description="Leeg is zoveel als nu: 8 tot en met 24.",
    )

    def supposed(self) -> dict[str, Any]:
        """What differs from the usual, as it is kept."""
        found: dict[str, Any] = {
            "mean": float(present(self.mean.data)),
            "error": float(present(self.error.data)),
            "drift": float(present(self.drift.data)),
            "unseen": present(self.unseen.data) / 100,
        }
        if self.cut.data is not None:
            found["cut"] = f"{Decimal(self.cut.data).quantize(Decimal('0.01'))}"
        if self.situations.data is not None:
            found["situations"] = self.situations.data
        return found


@pages.get("")
@access.roles(Role.EXAM_COMMITTEE)
def home() -> ResponseReturnValue:
    """Every simulation that was asked for, and the form for another."""
    usual = {"mean": Decimal("3.1"), "error": Decimal(1), "drift": Decimal(0), "unseen": 0, "candidates": "3000"}
    return _home(AskForm(formdata=None, data=usual), kept.packs(g.db))


@pages.post("")
@access.roles(Role.EXAM_COMMITTEE)
def ask() -> ResponseReturnValue:
    """Have one made."""
    form, packs = AskForm(), kept.packs(g.db)
    _offer(form, packs)
    if not form.validate_on_submit():
        return _home(form, packs), 422
    pack = next(one for one in packs if str(one.id) == form.pack.data)
    seed = secrets.randbelow(2**31)
    try:
        made = kept.ask(g.db, pack, int(form.candidates.data), form.supposed(), seed, VERSION, access.me(), g.now)
    except Refused as error:
        flash(refusals.refusal(error), "warn")
        return _home(form, packs), 409
    jobs.enqueue(g.db, jobs.Queue.OFFICE, kept.SIMULATE, made.id, g.now)
    flash("De simulatie begint. Kom over een paar minuten terug.", "ok")
    return redirect(url_for("simulations.one", simulation_id=made.id))


@pages.get("/<uuid:simulation_id>")
@access.roles(Role.EXAM_COMMITTEE)
def one(simulation_id: uuid.UUID) -> ResponseReturnValue:
    """What was supposed and what came out, or how far it is."""
    found = _found(simulation_id)
    job = kept.job_of(g.db, found)
    values = {"dead": job is not None and job.state is JobState.DEAD, "progress": job.progress if job else 0}
    return render_template("simulations/one.html", found=found, columns=FIGURES, names=LINES, **values)


@pages.get("/<uuid:simulation_id>/cijfers.csv")
@access.roles(Role.EXAM_COMMITTEE)
def export(simulation_id: uuid.UUID) -> ResponseReturnValue:
    """Every figure with its interval."""
    found = _found(simulation_id)
    if found.finished_at is None:
        abort(404)
    return table(f"simulatie-{found.asked_at.date()}-{found.id.hex[:8]}.csv", COLUMNS, list(_lines(found)))


def _lines(found: Simulation) -> Iterator[tuple[str, ...]]:
    for part, said in PARTS.items():
        for name, row in found.figures[part].items():
            for key, (value, low, high, number) in row.items():
                times = 100 if FIGURES[key].endswith("(%)") else 1
                yield (
                    said,
                    LINES[name],
                    FIGURES[key],
                    *(_decimal(one, times) for one in (value, low, high)),
                    str(number),
                )


def _decimal(value: float | None, times: int) -> str:
    return "" if value is None else formats.number(value * times, 2 if times > 1 else 4)


def _found(simulation_id: uuid.UUID) -> Simulation:
    whole = select(Simulation).where(Simulation.id == simulation_id)
    related = (joinedload(Simulation.asked_by), joinedload(Simulation.pack).joinedload(Pack.scheme))
    return g.db.scalars(whole.options(*related)).one_or_none() or abort(404)


def _offer(form: AskForm, packs: list[Pack]) -> None:
    offer(form.pack, {str(one.id): f"{one.scheme.content.name}, versie {one.scheme.number}" for one in packs})


def _home(form: AskForm, packs: list[Pack]) -> str:
    _offer(form, packs)
    newest = select(Simulation).order_by(Simulation.asked_at.desc(), Simulation.id)
    page = page_of(newest, joinedload(Simulation.asked_by), joinedload(Simulation.pack).joinedload(Pack.scheme))
    return render_template("simulations/home.html", page=page, form=form, packs=packs, busy=kept.busy(g.db))


@pages.app_template_global("aangenomen")
def supposed(found: Simulation) -> list[tuple[str, str]]:
    """What was supposed, who asked, and with which seed and version it can be made again."""
    said = [
        (SUPPOSED[key], formats.number(float(value))) for key, value in found.supposed.items() if key != "situations"
    ]
    if "situations" in found.supposed:
        said.append((SUPPOSED["situations"], str(found.supposed["situations"])))
    again = f"beginwaarde {found.seed}, versie {found.version} van Vignet"
    return [*said, ("Gevraagd door", found.asked_by.name), ("Na te rekenen met", again)]


@pages.app_template_global("simulated")
def simulated(key: str, figure: list[float | None]) -> str:
    """A figure for the screen: a share in percents with one decimal, kappa as it is, a price in answers."""
    value, low, high, _ = figure
    if value is None:
        return "niet bekend"
    if key == "price":
        return formats.number(value, 1)
    size, decimals = (1, 2) if key == "kappa" else (100, 1)
    margin = "" if low is None or high is None else f" ± {formats.number(size * (high - low) / 2, decimals)}"
    return f"{formats.number(size * value, decimals)}{margin}"
