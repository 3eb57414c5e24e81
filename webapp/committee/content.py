"""What exams ask, for committee and office: versions, who made and approved them, and what is due for a look."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import RadioField, TextAreaField
from wtforms.validators import InputRequired, Length

from scenarios.catalogue import Scenario
from storage.base.refusal import Refused
from storage.committee import content as contents
from storage.committee.content import Content, ContentKind, LookOutcome, Rule
from storage.people.people import Role
from storage.schemes import Clip, newest_pack
from webapp import access
from webapp.context import g
from webapp.dutch import refusals
from webapp.dutch.committee import LOOK_OUTCOMES
from webapp.dutch.formats import day_of
from webapp.forms import Form, choices

pages = Blueprint("content", __name__, url_prefix="/inhoud")

READERS = (Role.EXAM_COMMITTEE, Role.KSF_OFFICER)


class LookForm(Form):
    outcome = RadioField(
        "Wat vindt u?",
        [InputRequired("Kies wat u vindt.")],
        choices=choices((one, words.capitalize()) for one, words in LOOK_OUTCOMES.items()),
    )
    remark = TextAreaField(
        "Toelichting",
        [Length(max=4000)],
        description="Moet er iets veranderen? Schrijf wat, zodat het bureau het kan doen.",
    )


@pages.get("")
@access.roles(*READERS)
def home() -> ResponseReturnValue:
    """Every part; with ?toon=te-bekijken only what is overdue, with ?toon=te-veranderen what is to change."""
    today, every = day_of(g.now), contents.contents(g.db)
    late = [one for one in every if one.overdue(today)]
    to_change = [one for one in every if one.to_change]
    shown = request.args.get("toon", "")
    rows = {"te-bekijken": late, "te-veranderen": to_change}.get(shown, every)
    groups = [(kind, [one for one in rows if one.kind is kind]) for kind in ContentKind]
    counts = {"": len(every), "te-bekijken": len(late), "te-veranderen": len(to_change)}
    values = {"groups": [one for one in groups if one[1]], "shown": shown if shown in counts else "", "counts": counts}
    return render_template("content/home.html", today=today, **values)


@pages.get("/<kind>/<exam>/<part>")
@access.roles(*READERS)
def one(kind: str, exam: str, part: str) -> ResponseReturnValue:
    """One part, every look at it, and for the committee the form for a new one."""
    return _page(_found(kind, exam, part), LookForm(formdata=None))


@pages.post("/<kind>/<exam>/<part>")
@access.roles(Role.EXAM_COMMITTEE)
def look(kind: str, exam: str, part: str) -> ResponseReturnValue:
    """Say whether it is still right."""
    found, form = _found(kind, exam, part), LookForm()
    if form.validate_on_submit():
        try:
            contents.look(g.db, found, LookOutcome(form.outcome.data), form.remark.data or "", access.me(), g.now)
        except Refused as error:
            if error.rule is not Rule.NO_REMARK:
                raise
            form.remark.errors = [refusals.refusal(error)]
        else:
            flash("Uw oordeel is bewaard. Over een jaar staat dit weer op de lijst.", "ok")
            return redirect(url_for("content.home"))
    return _page(found, form), 422


def _page(found: Content, form: LookForm) -> str:
    scenario, clip = _scenario(found)
    values = {"looks": contents.looks_at(g.db, found), "form": form, "today": day_of(g.now)}
    values["member"] = Role.EXAM_COMMITTEE in access.me().roles(g.now)
    return render_template("content/one.html", found=found, scenario=scenario, clip=clip, **values)


def _found(kind: str, exam: str, part: str) -> Content:
    known = kind in set(ContentKind)
    return (contents.content(g.db, ContentKind(kind), exam, part) if known else None) or abort(404)


def _scenario(found: Content) -> tuple[Scenario | None, Clip | None]:
    """The situation itself, with its clip in the newest pack."""
    pack = newest_pack(g.db, found.exam) if found.kind is ContentKind.SCENARIO else None
    if pack is None:
        return None, None
    for slot in pack.content.scenarios:
        for parallel, each in enumerate(pack.content.slot(slot.number)):
            if each.key == found.part:
                clips = {(one.number, one.parallel): one for one in pack.clips}
                return each, clips.get((slot.number, parallel))
    return None, None
