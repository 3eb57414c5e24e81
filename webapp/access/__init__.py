"""Who may see what. Fetching a row and asking whether one may are one call, and the only way that a view gets a row.

What is not yours does not exist: 404. Who is not logged in is asked to log in.
"""

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import aliased, joinedload

from scenarios.sitting import AnswerStage, Stage
from storage.admission.part_one import PartOneReview
from storage.dossier.dossiers import Dossier, DossierState
from storage.exam import take_decisions
from storage.exam.recordings import Recording
from storage.exam.sittings import Answer, Sitting
from storage.judging.ratings import Rating
from storage.judging.verdicts import Verdict, is_result, result_of
from storage.people.people import Person, Role
from storage.people.second_factor import must_have_second_factor, second_factor_of
from storage.schemes import Clip
from webapp.context import g
from webapp.extensions import login_manager

HOMES: dict[Role, tuple[str, str]] = {
    Role.CANDIDATE: ("Mijn examen", "exam.home"),
    Role.MANAGER: ("Mijn kandidaten", "substantiation.candidates"),
    Role.ORGANISATION_ADMIN: ("Onze organisatie", "organisation.home"),
    Role.KSF_OFFICER: ("Bureau", "office.home"),
    Role.ASSESSOR: ("Beoordelen", "desk.home"),
    Role.EXAM_COMMITTEE: ("Examencommissie", "committee.home"),
    Role.AUDITOR: ("Controle", "auditing.home"),
}
"""The home page of each role: what the menu calls it, and where it is."""

MORE: dict[Role, tuple[str, str]] = {
    Role.CANDIDATE: ("Mijn certificaten", "own_certificates.home"),
}
"""What else the menu shows to a role."""


def navigation(roles: set[Role]) -> list[tuple[str, str, bool]]:
    """The menu of somebody with these roles: label, address, whether it is the page that is shown."""
    entries = [HOMES[role] for role in Role if role in roles]
    entries += dict.fromkeys(MORE[role] for role in Role if role in roles & MORE.keys())
    return [(label, url_for(endpoint), _shown(url_for(endpoint))) for label, endpoint in entries]


def _shown(address: str) -> bool:
    """True when the page is this one, or one below it."""
    return f"{request.path}/".startswith(f"{address}/")


def wants_json() -> bool:
    """True when the one who asks is a script of ours and not a person."""
    return request.accept_mimetypes.best_match(("text/html", "application/json")) == "application/json"


def ask_to_log_in() -> ResponseReturnValue:
    """A person goes to the log-in page, and from there to the page that was asked for; a script is told."""
    if wants_json():
        abort(401)
    goes_on = request.method in ("GET", "HEAD") and request.path != "/"
    return redirect(url_for("account.log_in", next=request.full_path.rstrip("?") if goes_on else None))


login_manager.unauthorized_handler(ask_to_log_in)


def roles(*allowed: Role, before_second_factor: bool = False) -> Callable[..., Any]:
    """A view for people who hold one of these roles now. Others get 404, strangers the log-in page.

    Who must have a second factor and has none yet is brought there first, except `before_second_factor`.
    """

    def wrap(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            if not current_user.is_authenticated:
                return login_manager.unauthorized()
            if not current_user.roles(g.now) & set(allowed):
                abort(404)
            if not before_second_factor and lacks_second_factor():
                return abort(403) if wants_json() else redirect(url_for("own_account.set_up"))
            return view(*args, **kwargs)

        guarded.roles = frozenset(allowed)  # type: ignore[attr-defined]  # a mark that the tests of rights read
        return guarded

    return wrap


def lacks_second_factor() -> bool:
    """True when the one who asks must have a second factor and has not set it up."""
    if not must_have_second_factor(me(), g.now):
        return False
    factor = second_factor_of(g.db, me())
    return factor is None or factor.confirmed_at is None


def confirmed(view: Callable[..., Any]) -> Callable[..., Any]:
    """A view for whoever showed in this browser a short while ago to be the one; others are asked for it first."""
    return _confirmed(view, ("GET", "HEAD", "POST"))


def confirmed_to_change(view: Callable[..., Any]) -> Callable[..., Any]:
    """The same for a page that may be looked at without: only what is sent asks for it."""
    return _confirmed(view, ("POST",))


def _confirmed(view: Callable[..., Any], methods: tuple[str, ...]) -> Callable[..., Any]:
    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if request.method not in methods or current_user.row.recently_confirmed(g.now):
            return view(*args, **kwargs)
        if request.method == "POST":
            flash("Er is nog niets veranderd. Doe het hierna nog een keer.", "info")
        back = request.full_path.rstrip("?") if request.method != "POST" else _came_from()
        return redirect(url_for("own_account.confirm", next=back))

    return guarded


def _came_from() -> str:
    """The page of ours with the button that was pressed."""
    parts = urlsplit(request.referrer or "")
    return parts.path if parts.netloc == request.host else url_for("own_account.show")


def others() -> ColumnElement[bool]:
    """Dossiers in which the one who asks is neither candidate nor manager: nobody handles the own case."""
    return (Dossier.candidate_id != me().id) & (Dossier.manager_id != me().id)


_FILE = aliased(Dossier)


def not_judging() -> ColumnElement[bool]:
    """Dossiers of candidates whose part 1 the one who asks is not judging: that comes before any recording of them."""
    judging = (
        select(_FILE.id)
        .join(PartOneReview, PartOneReview.dossier_id == _FILE.id)
        .where(
            _FILE.candidate_id == Dossier.candidate_id,
            PartOneReview.officer_id == me().id,
            PartOneReview.fixed_at.is_(None),
            _FILE.state == DossierState.SUBMITTED,
        )
        .correlate(Dossier)
    )
    # Not by a list of candidates: PostgreSQL takes half of everybody to be on one, and then reads every file.
    return ~judging.exists()


Found = TypeVar("Found")


def _one(query: Select[Found]) -> Found:
    row = g.db.scalars(query).first()
    if row is None:
        abort(404)
    return row


def me() -> Person:
    """Who asks."""
    person: Person = current_user.person
    return person


def my_sitting() -> Sitting | None:
    """The candidate's own newest sitting, if there is one."""
    mine = select(Sitting).join(Dossier).where(Dossier.candidate_id == me().id).order_by(Sitting.opens_at.desc())
    return g.db.scalars(mine.limit(1)).first()


def my_results() -> list[Verdict]:
    """The candidate's own results that count, of every attempt, newest first."""
    mine = select(Verdict).join(Sitting).join(Dossier).where(Dossier.candidate_id == me().id, is_result())
    return list(g.db.scalars(mine.order_by(Verdict.released_at.desc())))


def newest_result() -> Verdict | None:
    """The candidate's own result, while nothing was begun after it: what somebody comes for."""
    results, files = my_results(), my_dossiers_as_candidate()
    newest = results[0] if results else None
    return newest if newest and files and files[0].id == newest.sitting.dossier_id else None


def require_my_sitting() -> Sitting:
    return my_sitting() or abort(404)


def my_take(recording_id: uuid.UUID) -> Recording:
    """A take of one of the candidate's own answers."""
    mine = Recording.answer.has(Answer.sitting.has(Sitting.dossier.has(Dossier.candidate_id == me().id)))
    return g.db.scalars(select(Recording).where(Recording.id == recording_id, mine)).first() or abort(404)


def my_dossiers_as_candidate() -> list[Dossier]:
    mine = select(Dossier).where(Dossier.candidate_id == me().id).order_by(Dossier.created_at.desc())
    return list(g.db.scalars(mine))


def dossier_for_candidate(dossier_id: uuid.UUID) -> Dossier:
    """The candidate's own file. Who is about to write holds it, so that two pages save one after the other."""
    return _held(Dossier.id == dossier_id, Dossier.candidate_id == me().id)


def managed() -> ColumnElement[bool]:
    """The files that the one who asks writes as manager, in an organisation for which that is still so."""
    return (Dossier.manager_id == me().id) & Dossier.organisation_id.in_(me().organisations(Role.MANAGER, g.now))


def manages(dossier: Dossier) -> bool:
    """The same of one file at hand."""
    return dossier.manager_id == me().id and dossier.organisation_id in me().organisations(Role.MANAGER, g.now)


def dossier_for_manager(dossier_id: uuid.UUID) -> Dossier:
    """A file of which the one who asks is the manager, held like the candidate's own."""
    return _held(Dossier.id == dossier_id, managed())


def _held(*wanted: ColumnElement[bool]) -> Dossier:
    query = select(Dossier).where(*wanted)
    return _one(query.with_for_update() if request.method == "POST" else query)


def my_dossiers_as_manager() -> Select[Dossier]:
    """The files of which the one who asks is the manager, newest first."""
    return select(Dossier).where(managed()).order_by(Dossier.created_at.desc(), Dossier.id)


def dossier_for_officer(dossier_id: uuid.UUID) -> Dossier:
    """Any dossier, except one in which this officer is the candidate or the manager."""
    return _one(select(Dossier).where(Dossier.id == dossier_id, others()))


def sitting_for_officer(sitting_id: uuid.UUID) -> Sitting:
    return _one(select(Sitting).join(Dossier).where(Sitting.id == sitting_id, others()))


def recording_for_officer(recording_id: uuid.UUID) -> Recording:
    """The facts of a recording, never its picture."""
    theirs = select(Recording).join(Answer).join(Sitting).join(Dossier)
    return _one(theirs.where(Recording.id == recording_id, others(), not_judging()))


def takes_for_officer() -> dict[str, Select[Recording]]:
    """The takes that wait for the office, by what is the matter (`storage.exam.take_decisions.waits`)."""
    found = take_decisions.waits(g.db, g.now)
    return {name: query.where(others(), not_judging()) for name, query in found.items()}


def rating_for_assessor(rating_id: uuid.UUID) -> Rating:
    """Own work, with the situation and the scheme that it is judged by."""
    mine = (Rating.assessor_id == me().id) & Rating.declined_at.is_(None)
    sitting = joinedload(Rating.answer).joinedload(Answer.sitting)
    rules = sitting.options(joinedload(Sitting.dossier).joinedload(Dossier.scheme), joinedload(Sitting.pack))
    return _one(select(Rating).where(Rating.id == rating_id, mine).options(rules))


def verdict_for_release(verdict_id: uuid.UUID) -> Verdict:
    """A verdict that this officer or committee member may confirm or release."""
    return _one(select(Verdict).join(Sitting).join(Dossier).where(Verdict.id == verdict_id, others()))


def result_for_candidate(sitting: Sitting) -> Verdict | None:
    """The candidate's own verdict, once it is released."""
    return result_of(g.db, sitting)


def clip_to_watch(clip_id: uuid.UUID) -> Clip:
    """A clip, for the candidate whose sitting is at it now, for an assessor who judges an answer to it, or for the
    committee, which guards what is asked.
    """
    clip = _one(select(Clip).where(Clip.id == clip_id))
    committee = Role.EXAM_COMMITTEE in me().roles(g.now)
    if not (committee or _clip_is_mine_now(clip) or _clip_of_my_work(clip)):
        abort(404)
    return clip


def _clip_is_mine_now(clip: Clip) -> bool:
    sitting = my_sitting()
    if sitting is None or sitting.pack_id != clip.pack_id:
        return False
    if clip.number == 0:
        return sitting.stage in (Stage.CONSENTED, Stage.CHECKED)
    answer = sitting.current if sitting.stage is Stage.ANSWERING else None
    return (
        answer is not None
        and (answer.number, answer.parallel) == (clip.number, clip.parallel)
        and answer.stage in (AnswerStage.WAITING, AnswerStage.WATCHING)
    )


def _clip_of_my_work(clip: Clip) -> bool:
    work = (
        select(Rating.id)
        .join(Answer)
        .join(Sitting)
        .where(
            Rating.assessor_id == me().id,
            Rating.declined_at.is_(None),
            Sitting.pack_id == clip.pack_id,
            Answer.number == clip.number,
            Answer.parallel == clip.parallel,
        )
    )
    return g.db.scalars(work.limit(1)).first() is not None
