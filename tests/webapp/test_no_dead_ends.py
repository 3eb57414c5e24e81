"""In each state of a table of states somebody has a next step: a button on a page, or a clock that runs.

The states are found in the code, so one that is added without a way on fails here. Each is built, and every role of the
cast looks at the pages that are about it; a state from which nothing leads must be an end that its people can read.
"""

import enum
import importlib
import pkgutil
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

import pytest
from flask import url_for
from support import cast

import scenarios
import storage
from review.objection import Ground, Ruling, Term
from scenarios.sitting import AnswerStage, Stage
from storage.dossier.dossiers import DossierState
from storage.exam.recordings import begin_take
from storage.exam.sittings import Sitting
from storage.judging.objections import ObjectionState, object_to
from storage.judging.progress import decide
from storage.people.examiners import ExaminerState
from storage.people.examiners import propose as propose_examiner
from storage.people.people import Role
from webapp import worker
from webapp.planning import planning

NOW = cast.NOW


def tables() -> list[tuple[str, enum.StrEnum]]:
    """Every state of every table of allowed steps, found in the modules of storage and scenarios."""
    found: dict[int, dict] = {}
    for package in (storage, scenarios):
        for one in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if ".migrations" in one.name:
                continue
            for name, value in vars(importlib.import_module(one.name)).items():
                states = isinstance(value, dict) and value and all(isinstance(key, enum.StrEnum) for key in value)
                if name.isupper() and states and all(isinstance(steps, set | frozenset) for steps in value.values()):
                    found[id(value)] = value
    return sorted({(type(state).__name__, state) for table in found.values() for state in table})


@dataclass
class Walk:
    """One state, built: who looks at which pages, what the address of a way on holds, and the clock that runs, if any.

    `ends`: the words in which the people concerned read that it is over, where nothing leads on.
    """

    pages: dict[str, list[str]]
    signs: tuple[str, ...] = ()
    clock: Callable[[], bool] | None = None
    ends: str = ""
    extra: dict[str, Any] = field(default_factory=dict)


class Ways(HTMLParser):
    """The addresses of the buttons on a page: forms that are sent, and links that look like a button."""

    def __init__(self, page: str, html: str):
        super().__init__()
        self.page, self.found = page, []
        main = re.search(r"<main.*</main>", html, re.S)
        self.feed(main.group() if main else html)

    def handle_starttag(self, tag: str, attrs: list) -> None:
        values = dict(attrs)
        if tag == "form" and values.get("method") == "post":
            self.found.append(values.get("action") or self.page)
        elif tag == "a" and "button" in (values.get("class") or ""):
            self.found.append(values.get("href") or "")


@pytest.fixture
def house(app, session, people):
    """Everything that a state is built with."""
    app.before_request(session.commit)

    @app.before_request
    def today():
        from flask import g

        g.now = house.now

    house = House(app, session, people)
    return house


@dataclass
class House:
    app: Any
    session: Any
    people: cast.Cast
    now: Any = NOW + timedelta(hours=1)

    def url(self, endpoint: str, **values: Any) -> str:
        with self.app.test_request_context():
            return url_for(endpoint, **values)

    def run(self, task: Callable[[Any], None], now: Any) -> None:
        self.session.commit()
        with self.app.app_context():
            task(now)
        self.session.expire_all()

    def judged(self, level: int = 3) -> Any:
        sitting = cast.finished_sitting(self.session, self.people)
        for slot, assessor in enumerate(self.people.assessors[:2], 1):
            cast.rate(self.session, sitting, assessor, slot, level)
        return decide(self.session, sitting, NOW)

    def told(self, level: int = 3) -> Any:
        verdict = self.judged(level)
        verdict.confirm(self.people.officer, NOW)
        verdict.release(self.people.second_officer, NOW)
        self.session.flush()
        return verdict

    def third(self) -> Any:
        row = cast.person(self.session, "bureau3", "Bureau Drie", Role.KSF_OFFICER, None)
        self.session.flush()
        return row


def of_dossier(house: House, state: DossierState) -> Walk:
    s, p = house.session, house.people
    if state is DossierState.APPROVED:
        row = cast.sitting(s, p).dossier
        return Walk({"candidate": ["/examen"]}, ("/examen/toestemming",))
    row = cast.dossier(s, p)
    s.flush()
    if state is not DossierState.WRITING:
        row.submit(p.candidate.id, NOW)
        s.flush()
    if state in (DossierState.RETURNED, DossierState.REJECTED):
        row.decide(state, p.officer.id, "Nog niet genoeg.", NOW)
    if state is DossierState.WITHDRAWN:
        row.withdraw(p.candidate.id, "Ander werk.", NOW)
    pages = {
        "candidate": [f"/dossier/{row.id}", f"/bezwaar/{row.id}"],
        "manager": [f"/kandidaten/{row.id}"],
        "officer": [f"/bureau/dossiers/{row.id}"],
        "beheerder": [house.url("enrolling.one"), f"/organisatie/mensen/{p.candidate.id}"],
    }
    if state is DossierState.WITHDRAWN:
        return Walk(pages, (house.url("enrolling.one"),))
    return Walk(pages, (str(row.id),))


def of_answer(house: House, state: AnswerStage) -> Walk:
    s, p = house.session, house.people
    sitting = cast.begin(cast.sitting(s, p))
    answer = sitting.answers[0]
    if state is not AnswerStage.WAITING:
        answer.play(NOW)
    if state in (AnswerStage.PREPARING, AnswerStage.RECORDING, AnswerStage.RECORDED):
        answer.prepare(NOW)
    if state in (AnswerStage.RECORDING, AnswerStage.RECORDED):
        begin_take(s, answer, cast.node(s), NOW)
    if state is AnswerStage.RECORDED:
        answer.end_recording(NOW)

    def clock() -> bool:
        if state is AnswerStage.RECORDING:
            house.run(lambda _now: worker.tend_sittings(), NOW)
            return s.get(type(answer), answer.id).stage is AnswerStage.RECORDED
        house.run(planning.tend_windows, NOW + timedelta(hours=25))
        return s.get(Sitting, sitting.id).stage is Stage.EXPIRED

    return Walk({"candidate": ["/examen"]}, (), clock)


def of_objection(house: House, state: ObjectionState) -> Walk:
    s, p = house.session, house.people
    verdict = house.told(2)
    row = object_to(s, verdict.sitting.dossier, Term(NOW.date(), 6), "Het klopt niet.", "", NOW, NOW.date())
    s.flush()
    page = f"/bezwaren/{row.id}"
    if state is not ObjectionState.RECEIVED:
        row.classify(
            house.third(), Ground.CONTENT if state is not ObjectionState.OFFICE else Ground.TECHNICAL, False, NOW
        )
        s.flush()
    if state is ObjectionState.RULED:
        row.rule(p.committee_member, Ruling.UPHELD, "De scores kloppen.", NOW)
        return Walk({"candidate": [f"/bezwaar/{row.dossier_id}"]}, ends="Uitspraak: ongegrond")
    everybody = {key: [page] for key in ("officer", "second_officer", "committee_member")}
    return Walk(everybody, (str(row.id),))


def of_examiner(house: House, state: ExaminerState) -> Walk:
    s, p = house.session, house.people
    p.organisation.supplies_examiners = True
    s.flush()
    row = propose_examiner(s, p.organisation, "Eva Examinator", "eva@voorbeeld.example", p.beheerder, NOW)
    s.flush()
    if state in (ExaminerState.ACCEPTED, ExaminerState.ENDED):
        row.accept(NOW.date(), NOW.date(), p.officer, NOW)
        s.flush()
    if state is ExaminerState.ENDED:
        row.end(p.officer, NOW)
    if state is ExaminerState.DECLINED:
        row.decline("Te weinig ervaring.", p.officer, NOW)
    if state is ExaminerState.WITHDRAWN:
        row.withdraw(p.beheerder, NOW)
    home = "/organisatie/examinatoren"
    return Walk({"officer": [f"/bureau/examinatoren/{row.id}"], "beheerder": [home]}, (str(row.id), home))


BUILT = {
    DossierState: of_dossier,
    AnswerStage: of_answer,
    ObjectionState: of_objection,
    ExaminerState: of_examiner,
}
OTHERS = {"BookingState", "CertificateState", "RecordingState", "RequestState", "SessionState", "Stage", "TheoryState"}
"""Tables that are not walked here yet. One that is neither here nor built fails."""


def ways(house: House, visit: Callable, walk: Walk) -> dict[str, list[str]]:
    """For each role of the cast the buttons that lead on."""
    house.session.commit()
    found = {}
    for who, pages in walk.pages.items():
        visitor, mine = visit(getattr(house.people, who)), []
        for page in pages:
            answer = visitor.get(page)
            if answer.status_code == 200:
                mine += [way for way in Ways(page, answer.text).found if any(sign in way for sign in walk.signs)]
                if walk.ends and walk.ends in re.sub(r"\s+", " ", answer.text):
                    mine.append("het einde")
        found[who] = mine
    return found


@pytest.mark.parametrize("kind, state", [one for one in tables() if one[0] not in OTHERS], ids=lambda one: str(one))
def test_somebody_has_a_next_step(house, visit, kind, state):
    assert type(state) in BUILT, f"{kind} has no walk: who has a next step in it?"
    walk = BUILT[type(state)](house, state)
    found = ways(house, visit, walk)
    assert any(found.values()) or (walk.clock is not None and walk.clock()), f"{kind}.{state}: nobody has a next step"
