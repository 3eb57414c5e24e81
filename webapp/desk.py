"""The assessor's desk: the list of work, the desk itself, and the marks that an assessor may set on an answer."""

import uuid
from itertools import groupby

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for

from storage.flags import Flag, FlagKind, raise_flag
from storage.people import Role
from storage.recordings import Recording, RenditionKind
from webapp import access, access_judging
from webapp.scoring import state_of
from webapp.worklist import after, dossiers_ready, work_list

pages = Blueprint("desk", __name__, url_prefix="/beoordelen")

FRAMES_PER_S = 30
LONGEST_REASON = 2000


@pages.get("")
@access.roles(Role.ASSESSOR)
def home():
    """What is to be judged, situation by situation; then the candidates whose motivation file is open."""
    work = work_list()
    dossiers = dossiers_ready(work)
    ready = {id(one) for own in dossiers for one in own}
    by_situation = groupby(
        (one for one in work if id(one) not in ready),
        lambda one: (one.rating.answer.number, one.rating.answer.scenario),
    )
    return render_template(
        "desk/list.html",
        situations=[(scenario, list(rows)) for (_, scenario), rows in by_situation],
        dossiers=dossiers,
        work=work,
        next_one=next((one for one in work if one.to_do), None),
    )


@pages.get("/<uuid:rating_id>")
@access.roles(Role.ASSESSOR)
def rating(rating_id: uuid.UUID):
    """One answer on the desk: the recording, the situation, and the competencies that it shows."""
    found = access.rating_for_assessor(rating_id)
    scheme, scenario = found.answer.sitting.dossier.scheme.content, found.answer.scenario
    take = access_judging.takes_to_watch([found.answer]).get(found.answer_id)
    work = work_list()
    following = after(work, found)
    data = {
        **state_of(found),
        "id": str(found.id),
        "position_s": found.position_s,
        "seconds": take.seconds if take else 0,
        "fps": (take and take.figures.get("fps")) or FRAMES_PER_S,
        "media": media_of(take),
        "next": following
        and {
            "url": url_for("desk.rating", rating_id=following.rating.id),
            "media": media_of(following.take),
        },
    }
    return render_template(
        "desk/desk.html",
        rating=found,
        scenario=scenario,
        competencies=[scheme.competency(key) for key in found.shuffled],
        clip=found.answer.sitting.pack.clip(found.answer.number),
        take=take,
        flags=access_judging.my_flags([found])[found.id],
        done=sum(one.state == "signed" for one in work),
        total=len(work),
        data=data,
    )


@pages.post("/<uuid:rating_id>/melden")
@access.roles(Role.ASSESSOR)
def flag(rating_id: uuid.UUID):
    """Tell the office that an answer is unusable, that one knows the candidate, or a worry about somebody's welfare."""
    found = access.rating_for_assessor(rating_id)
    kind = request.form.get("kind", "")
    if kind not in set(FlagKind):
        abort(400)
    made: Flag = raise_flag(g.db, found, FlagKind(kind), request.form.get("reason", "")[:LONGEST_REASON], g.now)
    flash(THANKS[made.kind], "success")
    if made.kind is FlagKind.WELFARE:
        return redirect(url_for("desk.rating", rating_id=found.id))
    return redirect(url_for("desk.home"))


THANKS = {
    FlagKind.UNUSABLE: "Dank u. Dit antwoord ligt apart tot het bureau heeft gereageerd. Uw scores blijven bewaard.",
    FlagKind.KNOWN: "Dank u. Al het werk van deze kandidaat is terug bij het bureau. Iemand anders beoordeelt het.",
    FlagKind.WELFARE: "Dank u. Het bureau ziet uw melding bovenaan staan. U kunt verder met beoordelen.",
}


def media_of(take: Recording | None) -> dict[str, str] | None:
    """The addresses of a recording and of what was made with it."""
    if take is None:
        return None
    there = {rendition.kind for rendition in take.renditions}
    kinds = [kind for kind in RenditionKind if kind in there and kind is not RenditionKind.VIDEO]
    return {
        "video": url_for("media.recording", recording_id=take.id),
        **{kind.value: url_for("media.recording", recording_id=take.id, kind=kind.value) for kind in kinds},
    }
