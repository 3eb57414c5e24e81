"""The exam of the candidate. The server says which step it is; the page shows it and asks for the next one.

Every change is a POST that names the answer it is about and the seat (the one browser tab that leads). A page that is
behind gets 409 with the rule that refused it, and asks again where it is.
"""

from base64 import b64encode
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, current_app, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField
from wtforms.validators import DataRequired

from scenarios import sitting as rules
from scenarios.chapters import SittingRules
from scenarios.sitting import AnswerStage, Rule, Stage, Step
from storage.base import json_values
from storage.base.keys import key_store
from storage.base.present import present
from storage.base.refusal import Refused
from storage.dossier.dossiers import Dossier, DossierState
from storage.exam import drawing, reservations
from storage.exam.ice_servers import IceServers
from storage.exam.recordings import Recording, RecordingState, begin_take, counting_takes, enqueue_receipt, latest_take
from storage.exam.sittings import Answer, Sitting
from storage.people.people import Role
from storage.planning.bookings import awaits_date, booking_of
from storage.theory.sittings import sitting_of
from webapp import access, explain
from webapp.access import theory_sittings
from webapp.access import theory_tests as access_theory
from webapp.context import g
from webapp.dossier import timeline
from webapp.exam.exam_state import state
from webapp.extensions import limiter
from webapp.forms import Form
from webapp.people.advising import advice_for

pages = Blueprint("exam", __name__, url_prefix="/examen")

SEAT_HEADER = "X-Seat"
CONSENT = "consent"
LONGEST_BODY = 4000
CLOSING_S = 3
"""How much of the closing grace is left for the page to say that the answer is complete."""


class ConsentForm(Form):
    agreed = BooleanField(
        "Ja, dit vind ik goed",
        validators=[DataRequired("Zet eerst een vinkje. Zonder uw akkoord kunt u niet beginnen.")],
    )


@pages.get("")
@access.roles(Role.CANDIDATE)
def home() -> ResponseReturnValue:
    """The page that fits the step: what will happen, the exam itself, or the receipt."""
    sitting, dossiers = access.my_sitting(), access.my_dossiers_as_candidate()
    if sitting is None or awaits_date(g.db, sitting.dossier) or _begins_anew(sitting, dossiers):
        booked = {one.id: booking_of(g.db, one) for one in dossiers if awaits_date(g.db, one)}
        newest = timeline.of(dossiers[0], Role.CANDIDATE) if dossiers else None
        advice = advice_for([access.me().id], access.me().organisations(Role.CANDIDATE, g.now)).get(access.me().id)
        results = access.my_results()
        finished = {one.sitting.dossier_id for one in results}
        values: dict[str, Any] = {"timeline": newest, "advice": advice, "theory": access_theory.my_test()}
        values |= {"results": results, "finished": finished}
        if values["theory"] is None and (come := theory_sittings.my_test()):
            sitting_of_test = sitting_of(g.db, come)
            values |= {"come": come, "sat": sitting_of_test is not None and sitting_of_test.over}
        return render_template("exam/waiting.html", dossiers=dossiers, booked=booked, **values)
    step = sitting.step(g.now)
    if step is Step.RECEIPT:
        told = {"result": access.result_for_candidate(sitting), "due": explain.due(sitting)}
        return render_template("exam/receipt.html", sitting=sitting, takes=counting_takes(g.db, sitting), **told)
    refusal = rules.window_refusal(g.now, sitting.opens_at, sitting.closes_at)
    if step is Step.CLOSED or (refusal is Rule.WINDOW_CLOSED and sitting.stage is not Stage.ANSWERING):
        return render_template("exam/closed.html", sitting=sitting)
    if step is Step.WELCOME:
        return _welcome(sitting, ConsentForm(), opens_later=refusal is Rule.WINDOW_NOT_OPEN)
    if sitting.needs_identity:
        return redirect(url_for("planning.identity"))
    texts = {text.key: text for text in sitting.dossier.scheme.content.texts}
    return render_template("exam/exam.html", sitting=sitting, texts=texts, total=len(sitting.answers))


def _begins_anew(sitting: Sitting, dossiers: list[Dossier]) -> bool:
    """True when a newer file was begun after an exam that is over: that one is what the candidate comes for."""
    over = sitting.stage in (Stage.FINISHED, Stage.EXPIRED)
    newer = dossiers[0] if dossiers and dossiers[0].created_at > sitting.dossier.created_at else None
    return over and newer is not None and newer.state is not DossierState.WITHDRAWN


def _welcome(sitting: Sitting, form: ConsentForm, opens_later: bool = False) -> str:
    texts = {text.key: text for text in sitting.dossier.scheme.content.texts}
    return render_template("exam/welcome.html", sitting=sitting, texts=texts, form=form, opens_later=opens_later)


@pages.post("/toestemming")
@access.roles(Role.CANDIDATE)
def consent() -> ResponseReturnValue:
    sitting, form = access.require_my_sitting(), ConsentForm()
    sitting.require_open(g.now)
    if not form.validate_on_submit():
        return _welcome(sitting, form), 422
    if sitting.stage is Stage.INVITED:
        sitting.consent(str(sitting.dossier.scheme.content.text(CONSENT).version), g.now)
    return redirect(url_for("exam.home"))


@pages.get("/stap")
@access.roles(Role.CANDIDATE)
def step() -> ResponseReturnValue:
    """Where the candidate is. Changes nothing."""
    return jsonify(state(access.require_my_sitting()))


@pages.get("/sleutel")
@access.roles(Role.CANDIDATE)
def key() -> ResponseReturnValue:
    """The key under which this person's browser keeps what it has not sent yet: nobody else at that machine has it."""
    return jsonify({"key": b64encode(key_store().browser_key(access.me().id)).decode()})


@pages.post("/plaats")
@access.roles(Role.CANDIDATE)
def take_seat() -> ResponseReturnValue:
    """Make this tab the leading one. Another tab loses the seat only when `takeover` says so."""
    sitting, seat = access.require_my_sitting(), _seat()
    if _facts().get("takeover") is not True:
        sitting.require_seat(seat)
    sitting.require_open(g.now)
    begun = sitting.current if sitting.stage is Stage.ANSWERING else None
    sitting.take_seat(seat, g.now)
    if begun is not None and begun.stage is AnswerStage.RECORDED:
        present(latest_take(g.db, begun)).close(g.now)
    _ask_again(sitting)
    return jsonify(state(sitting))


def _ask_again(sitting: Sitting) -> None:
    """Ask again for answers whose fault was measured while the candidate's page was still at them."""
    for answer, take in zip(sitting.answers, counting_takes(g.db, sitting).values(), strict=True):
        failed = take is not None and take.state is RecordingState.RETAKE
        if failed and answer.stage is AnswerStage.RECORDED and not rules.retake_refusal(answer.view, sitting.times):
            answer.retake(g.now)


@pages.post("/controle")
@access.roles(Role.CANDIDATE)
def check() -> ResponseReturnValue:
    """Keep what the camera and microphone check found."""
    sitting, found = _mine(), _facts()
    if sitting.stage is Stage.CONSENTED:
        sitting.pass_check(found, g.now)
    return jsonify(state(sitting))


@pages.post("/lijn")
@access.roles(Role.CANDIDATE)
@limiter.limit("120/minute")
def line() -> ResponseReturnValue:
    """Take bytes that nobody keeps: the page measures how fast its line carries them."""
    access.require_my_sitting()
    return "", 204


@pages.post("/opnieuw-controleren")
@access.roles(Role.CANDIDATE)
def check_again() -> ResponseReturnValue:
    sitting = _mine()
    sitting.check_again(g.now)
    return jsonify(state(sitting))


@pages.post("/beginnen")
@access.roles(Role.CANDIDATE)
def begin() -> ResponseReturnValue:
    """The practice round is over: the ten situations begin."""
    sitting = _mine()
    if sitting.stage is not Stage.ANSWERING:
        reservations.reserve(g.db, sitting, g.now)
        drawing.draw(g.db, sitting, g.now)
        sitting.begin(g.now)
    return jsonify(state(sitting))


@pages.post("/<int:number>/filmpje")
@access.roles(Role.CANDIDATE)
def play(number: int) -> ResponseReturnValue:
    """Grant one play of the clip. A second one begins where a reload would: at a clip that waits."""
    sitting, answer = _current(number)
    if answer.stage is AnswerStage.WATCHING:
        answer.resume(g.now)
    answer.play(g.now)
    return jsonify(state(sitting))


@pages.post("/<int:number>/haperde")
@access.roles(Role.CANDIDATE)
def stall(number: int) -> ResponseReturnValue:
    """The page measured that the clip stood still; it may be played once more."""
    sitting, answer = _current(number)
    if json_values.number(_facts().get("seconds")) < sitting.dossier.scheme.content.chapter(SittingRules).stall_s:
        abort(400)
    answer.stall(g.now)
    return jsonify(state(sitting))


@pages.post("/<int:number>/voorbereiden")
@access.roles(Role.CANDIDATE)
def prepare(number: int) -> ResponseReturnValue:
    """The clip has ended: the time to think begins."""
    sitting, answer = _current(number)
    if answer.stage is AnswerStage.WAITING and rules.plays_left(answer.view, sitting.times):
        raise Refused(Rule.OTHER_STEP, found=answer.stage, needed=AnswerStage.WATCHING)
    if answer.stage is not AnswerStage.PREPARING:
        answer.prepare(g.now)
    return jsonify(state(sitting))


@pages.post("/<int:number>/opnemen")
@access.roles(Role.CANDIDATE)
def record(number: int) -> ResponseReturnValue:
    """Begin the one take: answers the recording, its recorder's roads and the ticket that opens them.

    `most_s` is how long from now the page may still send, connecting included. Asked twice by a page that did not hear
    the first answer, it hands out a new ticket for the same take.
    """
    sitting, answer = _current(number)
    if answer.stage is AnswerStage.RECORDING:
        recording = present(latest_take(g.db, answer))
        ticket = recording.renew_ticket()
        reservations.move(g.db, recording, g.now)
    else:
        recording, ticket = begin_take(g.db, answer, reservations.renew(g.db, sitting, g.now), g.now)
        g.db.flush()
    settings = current_app.config["SETTINGS"]
    return jsonify(
        state(sitting)
        | {
            "take": _roads(recording)
            | {
                "recording_id": str(recording.id),
                "number": number,
                "bearer": ticket,
                "ice_servers": IceServers(settings.ice_servers, settings.turn_secret).of_take(
                    recording.id, recording.ends_at
                ),
                "limit_s": recording.limit_s,
                "most_s": max(0.0, (recording.ends_at - g.now).total_seconds() - CLOSING_S),
            }
        }
    )


def _roads(recording: Recording) -> dict[str, Any]:
    """The two addresses of its recorder; no live road where there is none."""
    base_url, live = present(recording.node).url, current_app.config["SETTINGS"].whip
    return {
        "whip_url": f"{base_url}/whip/{recording.id}" if live else None,
        "slices_url": f"{base_url}/slices/{recording.id}",
    }


@pages.post("/opnames/<uuid:recording_id>/opnameserver")
@access.roles(Role.CANDIDATE)
def find_recorder(recording_id: UUID) -> ResponseReturnValue:
    """The page does not reach its recorder: answers the roads of this take, elsewhere when that recorder is lost.

    The ticket stays as it is. Also for what an earlier page, or an earlier answer, has left to be sent.
    """
    recording = access.my_take(recording_id)
    if recording.takes_slices(g.now):
        reservations.move(g.db, recording, g.now)
    return jsonify(_roads(recording))


@pages.post("/<int:number>/klaar")
@access.roles(Role.CANDIDATE)
def finish_answer(number: int) -> ResponseReturnValue:
    """The candidate has stopped, or the time is up."""
    sitting, answer = _current(number)
    answer.end_recording(g.now)
    present(latest_take(g.db, answer)).close(g.now)
    return jsonify(state(sitting))


@pages.post("/pauze")
@access.roles(Role.CANDIDATE)
def pause() -> ResponseReturnValue:
    sitting = _mine()
    sitting.take_break(g.now)
    return jsonify(state(sitting))


@pages.post("/verder")
@access.roles(Role.CANDIDATE)
def go_on() -> ResponseReturnValue:
    sitting = _mine()
    sitting.end_break(g.now)
    return jsonify(state(sitting))


@pages.post("/afronden")
@access.roles(Role.CANDIDATE)
def finish() -> ResponseReturnValue:
    """Close the exam, once every answer is safely kept."""
    sitting = _mine()
    if sitting.stage is not Stage.FINISHED:
        takes = counting_takes(g.db, sitting)
        safe = {number for number, take in takes.items() if take is not None and take.safe}
        sitting.finish(g.now, lambda answer: answer.number in safe)
        reservations.release(g.db, sitting, g.now)
        enqueue_receipt(g.db, sitting, g.now)
    return jsonify(state(sitting))


def _seat() -> str:
    seat = request.headers.get(SEAT_HEADER, "")
    if not 16 <= len(seat) <= 64 or not seat.isascii():
        abort(400)
    return seat


def _facts() -> dict[str, Any]:
    """The body that the page sent: a flat mapping, empty when there is none."""
    if not request.data:
        return {}
    if len(request.data) > LONGEST_BODY:
        abort(413)
    return json_values.flat(request.get_json(silent=True))


def _mine() -> Sitting:
    """The candidate's own sitting, led from this tab, in its window."""
    sitting = access.require_my_sitting()
    if sitting.seat is None:
        raise Refused(Rule.ELSEWHERE)
    sitting.require_seat(_seat())
    sitting.require_open(g.now)
    return sitting


def _current(number: int) -> tuple[Sitting, Answer]:
    """The own sitting and the answer that it is at, which must be the one that the page means."""
    sitting = _mine()
    answer = sitting.current if sitting.stage is Stage.ANSWERING else None
    if answer is None or answer.number != number:
        if any(one.number == number and rules.retake_withdrawn(one.view) for one in sitting.answers):
            raise Refused(Rule.RETAKE_WITHDRAWN)
        raise Refused(Rule.OTHER_STEP, found=answer.number if answer else None, needed=number)
    return sitting, answer
