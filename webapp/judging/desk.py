"""The assessor's desk: the list of work, the desk itself, and the marks that an assessor may set on an answer."""

import uuid
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import joinedload

from storage.base.clock import start_of_day
from storage.base.keys import key_store
from storage.exam.recordings import Recording, RenditionKind
from storage.exam.sittings import Answer
from storage.judging.flags import Flag, FlagKind, raise_flag
from storage.judging.purposes import LISTED
from storage.judging.ratings import Rating, signed_since
from storage.people.people import Role
from webapp import access, explain, todo
from webapp.access import judging as access_judging
from webapp.access.worklist import Work, after, dossiers_ready, work_around, work_list
from webapp.context import g
from webapp.dutch.formats import day_of
from webapp.judging.calibration import locked_exams
from webapp.judging.scoring import progress, state_of
from webapp.paging import page_of

pages = Blueprint("desk", __name__, url_prefix="/beoordelen")

FRAMES_PER_S = 30


@dataclass(frozen=True)
class Full:
    """Today's number of signed answers is reached: `most`, and the day on which the work goes on."""

    most: int
    goes_on: date


LONGEST_REASON = 2000


@pages.get("")
@access.roles(Role.ASSESSOR)
def home() -> ResponseReturnValue:
    """The work to judge, situation by situation; then the candidates whose motivation file is open."""
    work = work_list()
    dossiers = dossiers_ready(work)
    ready = {id(one) for own in dossiers for one in own}
    next_one = next((one for one in work if one.to_do), None)
    by_situation = groupby(
        (one for one in work if id(one) not in ready),
        lambda one: (one.rating.answer.number, one.rating.answer.scenario),
    )
    return render_template(
        "desk/list.html",
        situations=[(scenario, list(rows)) for (_, scenario), rows in by_situation],
        dossiers=dossiers,
        work=work,
        todo=todo.of_work(work),
        terms={one.rating.answer.sitting_id: explain.due(one.rating.answer.sitting) for one in work if one.to_do},
        today=day_of(g.now),
        secret=_secret(),
        next_one=next_one,
        full=today_full(next_one.rating if next_one else None),
        locked=locked_exams(),
    )


@pages.get("/gedaan")
@access.roles(Role.ASSESSOR)
def done() -> ResponseReturnValue:
    """The own finished work, newest first: by code, for to an assessor no candidate has a name."""
    page = page_of(access_judging.my_finished(), joinedload(Rating.answer).joinedload(Answer.sitting))
    return render_template("desk/done.html", page=page)


@pages.get("/<uuid:rating_id>")
@access.roles(Role.ASSESSOR)
def rating(rating_id: uuid.UUID) -> ResponseReturnValue:
    """One answer on the desk: the recording, the situation, and the competencies that it shows."""
    found = access.rating_for_assessor(rating_id)
    scheme, scenario = found.answer.sitting.dossier.scheme.content, found.answer.scenario
    work, listed = work_around(found), found.purpose in LISTED
    mine = next((one for one in work if one.rating is found), None) or _final(found)
    following, around = after(work, found), neighbours(work, found)
    reachable = {"next": following, "before": around[0], "behind": around[1]}
    take, media = mine.take, _media([mine.take, *(one.take for one in reachable.values() if one)])
    data = {
        **state_of(found),
        "id": str(found.id),
        "secret": _secret(),
        "position_s": found.position_s,
        "seconds": take.seconds if take else 0,
        "fps": (take and take.figures.get("fps")) or FRAMES_PER_S,
        "media": media(take),
        **{name: one and {"url": _address(one), "media": media(one.take)} for name, one in reachable.items()},
    }
    return render_template(
        "desk/desk.html",
        rating=found,
        scenario=scenario,
        competencies=[scheme.competency(key) for key in found.shuffled],
        clip=found.answer.clip,
        take=take,
        flags=mine.flags,
        full=None if found.signed else today_full(found),
        done=progress(work)[0],
        total=len(work),
        data=data,
        home=("Werklijst", url_for("desk.home")) if listed else ("Kalibratie", url_for("calibration.home")),
    )


@pages.get("/pauze")
@access.roles(Role.ASSESSOR)
def stop() -> ResponseReturnValue:
    """Enough for now: what is signed, what is begun and kept, and what is left for another time."""
    work = work_list()
    return render_template(
        "desk/stop.html",
        signed_today=signed_since(g.db, access.me().id, start_of_day(g.now)),
        full=today_full(next((one.rating for one in work if one.to_do), None)),
        begun=[one for one in work if one.state == "begun"],
        left=sum(one.to_do for one in work),
        secret=_secret(),
    )


@pages.post("/<uuid:rating_id>/melden")
@access.roles(Role.ASSESSOR)
def flag(rating_id: uuid.UUID) -> ResponseReturnValue:
    """Tell the office that an answer is unusable, that one knows the candidate, or a worry about somebody's welfare."""
    found = access.rating_for_assessor(rating_id)
    kind = request.form.get("kind", "")
    if kind not in set(FlagKind):
        abort(400)
    made: Flag = raise_flag(g.db, found, FlagKind(kind), request.form.get("reason", "")[:LONGEST_REASON], g.now)
    if found.purpose not in LISTED and made.kind is FlagKind.KNOWN:
        flash("Dank u. U krijgt dit antwoord niet meer.", "success")
        return redirect(url_for("calibration.home"))
    flash(THANKS[made.kind], "success")
    if made.kind is FlagKind.WELFARE:
        return redirect(url_for("desk.rating", rating_id=found.id))
    return redirect(url_for("desk.home"))


THANKS = {
    FlagKind.UNUSABLE: "Dank u. Dit antwoord ligt apart tot het bureau heeft gereageerd. Uw scores blijven bewaard.",
    FlagKind.KNOWN: "Dank u. Al het werk van deze kandidaat is terug bij het bureau. Iemand anders beoordeelt het.",
    FlagKind.WELFARE: "Dank u. Het bureau ziet uw melding bovenaan staan. U kunt verder met beoordelen.",
}


def today_full(rating: Rating | None) -> Full | None:
    """Said where the one who asks has signed as many answers today as the scheme of this work allows."""
    if rating is None or not rating.day_is_full(g.now):
        return None
    return Full(rating.daily, day_of(start_of_day(g.now) + timedelta(hours=36)))


def neighbours(work: list[Work], current: Rating) -> tuple[Work | None, Work | None]:
    """The answers just before and behind this one in the list of work, passing by what cannot be watched now."""
    there = [one for one in work if one.rating is current or one.state != "waiting"]
    at = next((position for position, one in enumerate(there) if one.rating is current), None)
    if at is None:
        return None, None
    return (there[at - 1] if at else None), (there[at + 1] if at + 1 < len(there) else None)


def _secret() -> str:
    """The key under which this person's browser keeps what it could not send yet."""
    return b64encode(key_store().browser_key(access.me().id)).decode()


def _address(work: Work) -> str:
    return url_for("desk.rating", rating_id=work.rating.id)


def _final(rating: Rating) -> Work:
    """Work that is no longer in the list, as it is final."""
    take = access_judging.takes_to_watch([rating.answer]).get(rating.answer_id)
    return Work(rating, take, access_judging.my_flags([rating])[rating.id])


def _media(takes: list[Recording | None]) -> Callable[[Recording | None], dict[str, str] | None]:
    """For each of these recordings the addresses of its film and of what was made with it; asked for at once."""
    kinds = access_judging.kinds_of([take for take in takes if take])

    def addresses(take: Recording | None) -> dict[str, str] | None:
        if take is None:
            return None
        there = [kind for kind in RenditionKind if kind in kinds[take.id] and kind is not RenditionKind.VIDEO]
        return {
            "video": url_for("media.recording", recording_id=take.id),
            **{kind.value: url_for("media.recording", recording_id=take.id, kind=kind.value) for kind in there},
        }

    return addresses
