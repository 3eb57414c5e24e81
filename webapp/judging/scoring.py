"""Saving from the desk: scores, remarks, the position in the recording, and at last the signature.

The desk sends phase 1 of an answer as a whole, on top of the version that it knows. When another window saved in
between, the answer is 409 with what is there now, so that the page can join both and lose nothing.
"""

import uuid
from typing import Any

from flask import Blueprint, abort, jsonify, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm.exc import StaleDataError

from review.rating import Missing, Phase, Score, TimeCode
from review.rules import on_scale
from review.watching import Part
from storage.base.json_values import listing, mapping, number, text, whole, yes_no
from storage.base.refusal import Refused
from storage.judging import calibrating
from storage.judging.purposes import LISTED
from storage.judging.ratings import Rating
from storage.judging.ratings import Rule as RatingRule
from storage.judging.scores import Note
from storage.people.people import Role
from webapp import access
from webapp.access import judging as access_judging
from webapp.access.worklist import Work, after, dossiers_ready, work_around
from webapp.context import g
from webapp.dutch import formats, refusals, terms
from webapp.judging.calibration import after_signing

pages = Blueprint("scoring", __name__, url_prefix="/beoordelen")

LONGEST_REMARK, LONGEST_REASON = 1000, 2000
MOST_REMARKS, MOST_MOMENTS, MOST_PARTS = 400, 100, 1000
LONGEST_BODY = 1_000_000


@pages.post("/<uuid:rating_id>/bewaren")
@access.roles(Role.ASSESSOR)
def keep(rating_id: uuid.UUID) -> ResponseReturnValue:
    """Save phase 1 of one answer."""
    rating = access.rating_for_assessor(rating_id)
    try:
        _take_over(rating)
        g.db.flush()
    except Refused as refused:
        if refused.rule is not RatingRule.CHANGED_ELSEWHERE:
            raise
        return _behind(rating_id)
    return jsonify(version=rating.version, saved_at=formats.second(g.now))


@pages.post("/<uuid:rating_id>/plek")
@access.roles(Role.ASSESSOR)
def position(rating_id: uuid.UUID) -> ResponseReturnValue:
    """Remember the position in the recording, and what of it was played."""
    rating = access.rating_for_assessor(rating_id)
    if rating.signed is None:
        body, seconds = _body(), _seconds(rating)
        rating.resume_from(_moment(body.get("position_s"), seconds), g.now, _parts(body, seconds))
    return "", 204


@pages.post("/<uuid:rating_id>/ondertekenen")
@access.roles(Role.ASSESSOR)
def sign(rating_id: uuid.UUID) -> ResponseReturnValue:
    """Save phase 1 and sign it when nothing is missing; say where the next work is. One question, so no waiting."""
    rating = access.rating_for_assessor(rating_id)
    rating.require_unsigned(Phase.BLIND)
    rating.require_day(g.now)
    try:
        _take_over(rating)
        if gaps := rating.missing(Phase.BLIND):
            return jsonify(error=refusals.REFUSALS[RatingRule.INCOMPLETE], missing=missing(rating, gaps)), 409
        rating.sign(Phase.BLIND, g.now)
        g.db.flush()
        benchmark = calibrating.signed(g.db, rating, g.now)
    except Refused as refused:
        if refused.rule is RatingRule.NOT_SEEN:
            return _not_seen(rating)
        if refused.rule is not RatingRule.CHANGED_ELSEWHERE:
            raise
        return _behind(rating_id)
    except StaleDataError:
        g.db.rollback()
        return _behind(rating_id)
    work = work_around(rating)
    done, total = progress(work)
    if benchmark is not None and rating.purpose not in LISTED:
        return jsonify(next=after_signing(benchmark), done=done, total=total)
    return jsonify(next=_next(work, rating), done=done, total=total)


def progress(work: list[Work]) -> tuple[int, int]:
    """How many answers are signed, of how many."""
    return sum(one.state == "signed" for one in work), len(work)


def _next(work: list[Work], rating: Rating) -> str:
    """Where the next work is: another answer, else a candidate whose STARs are open, else the list.

    Where today's number is reached, the page that says so.
    """
    following = after(work, rating)
    if following and following.rating.day_is_full(g.now):
        return url_for("desk.stop")
    if following:
        return url_for("desk.rating", rating_id=following.rating.id)
    ready = dossiers_ready(work)
    return url_for("second_phase.show", rating_id=ready[0][0].rating.id) if ready else url_for("desk.home")


def _take_over(rating: Rating) -> None:
    """Phase 1 as the desk sends it. Aborts on what no desk of ours would send; raises Refused as `Rating.keep`."""
    body = _body()
    seconds = _seconds(rating)
    scores = {key: _score(value, seconds) for key, value in mapping(body.get("scores")).items()}
    notes = [_note(item, rating, seconds) for item in listing(body.get("remarks"), MOST_REMARKS)]
    if scores.keys() - set(rating.visible) or len({note.id for note in notes}) < len(notes):
        abort(400)
    parts, because = _parts(body, seconds), text(body.get("unseen_because", ""), LONGEST_REASON)
    rating.keep(whole(body.get("version")), scores, notes, g.now)
    rating.saw(parts)
    rating.unseen_because = because


def state_of(rating: Rating) -> dict[str, Any]:
    """Phase 1 of an answer as the desk knows it, and sends it back."""
    return {
        "version": rating.version,
        "scores": {
            score.competency: {
                "level": score.level,
                "not_observable": score.not_observable,
                "reason": score.reason,
                "moments": [item["seconds"] for item in score.evidence],
            }
            for score in rating.scores
        },
        "remarks": [
            {"id": str(one.id), "at_s": one.at_s, "text": one.text, "competency": one.competency}
            for one in rating.remarks
        ],
        "unseen_because": rating.unseen_because,
    }


def missing(rating: Rating, gaps: tuple[Missing, ...]) -> list[dict[str, str]]:
    """The gaps, in the order of the desk, as a person reads it."""
    scheme = rating.answer.sitting.dossier.scheme.content
    order = rating.shuffled
    return [
        {
            "competency": gap.competency,
            "text": f"{scheme.competency(gap.competency).name}: {terms.GAPS[gap.gap]}",
        }
        for gap in sorted(gaps, key=lambda gap: order.index(gap.competency))
    ]


def _not_seen(rating: Rating) -> ResponseReturnValue:
    """The recording was not played to its end and nothing says why: what was not, for the page to show."""
    parts = rating.unseen()
    body = {"error": refusals.REFUSALS[RatingRule.NOT_SEEN], "rule": str(RatingRule.NOT_SEEN)}
    return jsonify(**body, unseen=parts, words=formats.stretches(parts)), 409


def _behind(rating_id: uuid.UUID) -> ResponseReturnValue:
    """Another window was first: what is there now."""
    rating = access.rating_for_assessor(rating_id)
    g.db.refresh(rating)
    text = refusals.REFUSALS[RatingRule.CHANGED_ELSEWHERE]
    return jsonify(error=text, rule=str(RatingRule.CHANGED_ELSEWHERE), now=state_of(rating)), 409


def _seconds(rating: Rating) -> float:
    take = access_judging.takes_to_watch([rating.answer]).get(rating.answer_id)
    return take.seconds or 0 if take else 0


def _body() -> dict[str, Any]:
    if (request.content_length or 0) > LONGEST_BODY:
        abort(413)
    return mapping(request.get_json(silent=True))


def _moment(value: Any, seconds: float) -> float:
    """A moment in the recording. The browser's clock may run a little past its end."""
    return round(min(float(number(value)), seconds), 3)


def _parts(body: dict[str, Any], seconds: float) -> list[Part]:
    """What was played. Work that waited in a browser comes without."""
    pairs = [listing(one, 2) for one in listing(body.get("seen", []), MOST_PARTS)]
    if any(len(pair) < 2 for pair in pairs):
        abort(400)
    return [(_moment(start, seconds), _moment(end, seconds)) for start, end in pairs]


def _score(value: Any, seconds: float) -> Score:
    value = mapping(value)
    level, not_observable = value.get("level"), yes_no(value.get("not_observable"))
    if level is not None and (not_observable or not on_scale(level)):
        abort(400)
    moments = listing(value.get("moments"), MOST_MOMENTS)
    evidence = tuple(TimeCode(at) for at in sorted({_moment(one, seconds) for one in moments}))
    return Score(level, not_observable, text(value.get("reason"), LONGEST_REASON), evidence)


def _note(value: Any, rating: Rating, seconds: float) -> Note:
    value = mapping(value)
    competency = value.get("competency")
    if competency is not None and competency not in rating.visible:
        abort(400)
    try:
        note_id = uuid.UUID(value.get("id"))
    except (ValueError, AttributeError, TypeError):
        abort(400)
    words = text(value.get("text"), LONGEST_REMARK) or abort(400)
    return Note(note_id, _moment(value.get("at_s"), seconds), words, competency)
