"""Each state of each table of states, built, with the pages that are about it: what the dead-end walk goes through."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from flask import url_for
from sqlalchemy import select
from support import assessments, audits_to_see, benchmarks, cast, certified, checklists, fees_to_see, items_to_see

from review.objection import Ground, Ruling, Term
from scenarios.sitting import AnswerStage, Stage
from storage.assessing import results as assessment_results
from storage.assessing.assessments import AssessmentState
from storage.audits.audits import AuditState
from storage.audits.findings import FindingState
from storage.base.jobs import Job, JobState
from storage.certificates.certificates import CertificateState
from storage.certificates.changes import move
from storage.committee.irregularities import Effect, IrregularityKind, IrregularityState, open_case
from storage.committee.minutes import MinutesState, draw_up
from storage.dossier.dossiers import DossierState
from storage.exam.recordings import RecordingState, begin_take
from storage.exam.sittings import Sitting
from storage.fees.invoices import InvoiceState
from storage.fees.invoicing import make_due
from storage.fees.orders import credit
from storage.inquiries import InquiryState
from storage.inquiries import ask as inquire
from storage.judging.benchmarks import BenchmarkState, Ending
from storage.judging.objections import ObjectionState, object_to
from storage.judging.progress import decide
from storage.people.examiners import ExaminerState
from storage.people.examiners import propose as propose_examiner
from storage.people.people import Role
from storage.planning.bookings import BookingState, request
from storage.planning.practical_results import ResultState
from storage.planning.practical_sessions import SessionState
from storage.planning.theory_tests import TheoryState, set_ready
from storage.retention.requests import RequestState, Wanted
from storage.retention.requests import ask as ask_erasure
from storage.theory.items import ItemState
from storage.theory.packages import take_in
from storage.theory.sittings import TheorySitting, TheoryStage, hand_in_overdue
from webapp import worker
from webapp.dutch.states import CERTIFICATE_STATES
from webapp.planning import planning

NOW = cast.NOW


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


def of_case(house: House, state: IrregularityState) -> Walk:
    s, p = house.session, house.people
    members = [cast.person(s, f"lid{at}", f"Lid {at}", Role.EXAM_COMMITTEE, None) for at in (1, 2)]
    s.flush()
    certificate = certified.certified(s, p)
    dossier = certificate.verdict.sitting.dossier
    row = open_case(
        s, IrregularityKind.FRAUD, "Er sprak iemand voor.", p.officer, NOW, p.candidate, dossier, certificate
    )
    hearing, after = NOW + timedelta(days=8), NOW + timedelta(days=9)
    C = IrregularityState
    if state is C.DROPPED:
        row.drop("Een misverstand.", p.committee_member, NOW)
    if state not in (C.OPENED, C.DROPPED):
        row.invite(hearing, "Utrecht", p.officer, NOW)
    if state in (C.HEARD, C.PROPOSED, C.DECIDED, C.OBJECTED):
        row.hear(True, "Hij zei niets.", p.officer, after)
    if state in (C.PROPOSED, C.DECIDED, C.OBJECTED):
        row.propose(Effect.WARNED, "Een eerste keer.", members[0], after)
    if state in (C.DECIDED, C.OBJECTED):
        row.decide(members[1], after)
    if state is C.OBJECTED:
        row.object("Het klopt niet.", after)
    s.flush()
    house.now = after
    pages = {"committee_member": [f"/onregelmatigheden/{row.id}"], "candidate": [f"/mijn-zaak/{row.id}"]}
    return Walk(pages, (str(row.id),), ends="zonder gevolg" if state is C.DROPPED else "")


def of_minutes(house: House, state: MinutesState) -> Walk:
    s, p = house.session, house.people
    other = cast.person(s, "lid1", "Lid Een", Role.EXAM_COMMITTEE, None)
    s.flush()
    content = [{"title": "Uitspraken op bezwaren", "lines": ["Bezwaar B-1: ongegrond."]}]
    row = draw_up(s, NOW.date(), NOW.date(), content, None, other, NOW)
    if state is MinutesState.SIGNED:
        row.sign(p.committee_member, NOW)
    if state is MinutesState.REJECTED:
        row.reject("Er ontbreekt iets.", p.committee_member, NOW)
    s.flush()
    ends = {MinutesState.SIGNED: "getekend", MinutesState.REJECTED: "Er ontbreekt iets."}
    return Walk({"committee_member": [f"/besluitenlijsten/{row.id}"]}, (f"{row.id}/tekenen",), ends=ends.get(state, ""))


def of_examiner(house: House, state: ExaminerState) -> Walk:
    s, p = house.session, house.people
    p.organisation.supplies_examiners = True
    s.flush()
    row = propose_examiner(s, p.organisation, "Eva Examiner", "eva@voorbeeld.example", p.beheerder, NOW)
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
    home = "/organisatie/examiners"
    return Walk({"officer": [f"/bureau/examiners/{row.id}"], "beheerder": [home]}, (str(row.id), home))


def of_stage(house: House, state: Stage) -> Walk:
    s, p = house.session, house.people
    if state is Stage.FINISHED:
        row = cast.finished_sitting(s, p)
        s.flush()
        return Walk({"officer": [f"/uitslagen/zittingen/{row.id}"]}, (str(row.id),))
    row = cast.sitting(s, p)
    row.take_seat("tab-1", NOW)
    if state is not Stage.INVITED and state is not Stage.EXPIRED:
        row.consent("1", NOW)
    if state in (Stage.CHECKED, Stage.ANSWERING):
        row.pass_check({"camera": "goed"}, NOW)
    if state is Stage.ANSWERING:
        row.begin(NOW)
    if state is Stage.EXPIRED:
        house.run(planning.tend_windows, NOW + timedelta(days=60))
    pages = {"candidate": ["/examen"], "officer": [f"/bureau/dossiers/{row.dossier_id}"]}
    return Walk(pages, ("/examen/toestemming", str(row.id)))


def of_recording(house: House, state: RecordingState) -> Walk:
    """Asked again, an answer is one that waits (AnswerStage); here no retake is left, and the office decides."""
    s, p = house.session, house.people
    answer = cast.begin(cast.sitting(s, p)).answers[0]
    if state is RecordingState.STORED:
        take = cast.record(s, answer)
        return Walk({"officer": [f"/bureau/opnames/{take.id}"]}, (f"/opnames/{take.id}",))
    take = _take(house, answer)
    if state is not RecordingState.EXPECTED:
        take.receive(NOW)
    if state is RecordingState.CAPTURED:
        take.capture(NOW)
    if state is RecordingState.RETAKE:
        take.refuse([{"kind": "no_sound"}], {}, NOW)
        while answer.stage is AnswerStage.WAITING:
            take = _take(house, answer)
            take.receive(NOW)
            take.refuse([{"kind": "no_sound"}], {}, NOW)
    s.flush()

    def clock() -> bool:
        house.run(lambda _now: worker.tend_sittings(), NOW)
        waiting = select(Job).where(Job.subject == take.id, Job.state == JobState.WAITING)
        return s.scalars(waiting).first() is not None

    runs = state is not RecordingState.RETAKE
    return Walk({"officer": [f"/bureau/opnames/{take.id}"]}, (str(take.id),), clock if runs else None)


def _take(house: House, answer: Any) -> Any:
    answer.play(NOW)
    answer.prepare(NOW)
    take, _ = begin_take(house.session, answer, cast.node(house.session), NOW)
    house.session.flush()
    return take


def of_booking(house: House, state: BookingState) -> Walk:
    s, p = house.session, house.people
    rules = cast.with_dates(s)
    day, other = (cast.exam_date(s, p, NOW + timedelta(days=days), 3, rules) for days in (20, 30))
    row = cast.approved_dossier(s, p)
    row.scheme = rules
    s.flush()
    made = request(s, row, day, p.beheerder, NOW)
    steps = {
        BookingState.COUNTERED: lambda: made.counter(other, "Die dag is vol.", p.officer, NOW),
        BookingState.CONFIRMED: lambda: made.confirm(p.officer, NOW),
        BookingState.DECLINED: lambda: made.decline("Geen toezicht.", p.officer, NOW),
        BookingState.WITHDRAWN: lambda: made.withdraw(p.beheerder, NOW),
        BookingState.LAPSED: lambda: made.lapse(NOW),
    }
    if state is BookingState.REFUSED:
        steps[BookingState.COUNTERED]()
        made.refuse(p.beheerder, NOW)
    elif state in steps:
        steps[state]()
    s.flush()
    officer = [f"/bureau/examendata/aanvragen/{made.id}"]
    again = house.url("booking.ask", exam=rules.key)
    return Walk({"beheerder": ["/organisatie/examendata"], "officer": officer}, (str(made.id), again))


def of_certificate(house: House, state: CertificateState) -> Walk:
    s, p = house.session, house.people
    row = certified.certified(s, p)
    s.flush()
    if state is not CertificateState.VALID:
        move(row, state, p.officer.id, NOW)
    s.flush()
    if state in (CertificateState.WITHDRAWN, CertificateState.REPLACED):
        return Walk({"candidate": ["/certificaat"]}, ends=CERTIFICATE_STATES[state])
    return Walk({"officer": [f"/register/{row.id}"]}, (str(row.id),))


def of_erasure(house: House, state: RequestState) -> Walk:
    s, p = house.session, house.people
    row = ask_erasure(s, p.candidate, [Wanted.MAILS], "Graag.", NOW)
    s.flush()
    if state in (RequestState.DECIDED, RequestState.ANSWERED):
        row.decide([Wanted.MAILS], "", p.officer, NOW)
    if state is RequestState.ANSWERED:
        row.approve(p.second_officer, NOW)
    if state is RequestState.WITHDRAWN:
        row.withdraw(NOW)
    s.flush()
    page = [f"/bureau/verwijderen/{row.id}"]
    again = house.url("own_choices.ask")
    pages = {"officer": page, "second_officer": page, "candidate": ["/account/gegevens"]}
    return Walk(pages, (str(row.id), again))


def of_practical(house: House, state: SessionState) -> Walk:
    s, p = house.session, house.people
    day = cast.practical_date(s, p, NOW + timedelta(days=20))
    row = cast.practical_session(s, p, day, p.candidate)
    if state in (SessionState.CONFIRMED, SessionState.CANCELLED):
        row.confirm(p.assessors[0], p.officer, NOW)
    steps = {
        SessionState.CANCELLED: lambda: row.cancel("De examiner is ziek.", p.officer, NOW),
        SessionState.DECLINED: lambda: row.decline("Geen examiner.", p.officer, NOW),
        SessionState.WITHDRAWN: lambda: row.withdraw(p.beheerder, NOW),
        SessionState.LAPSED: lambda: row.lapse(NOW),
    }
    if state in steps:
        steps[state]()
    s.flush()
    home, again = "/organisatie/praktijktoetsen", house.url("practical.ask", exam=row.scheme.key)
    return Walk({"officer": [f"/bureau/praktijktoetsen/{row.id}"], "beheerder": [home]}, (str(row.id), again))


def of_result(house: House, state: ResultState) -> Walk:
    s, p = house.session, house.people
    day = cast.practical_date(s, p, NOW + timedelta(days=20))
    found = cast.practical_session(s, p, day, p.candidate)
    found.confirm(p.assessors[0], p.officer, NOW)
    s.flush()
    then = NOW + timedelta(days=20, hours=2)
    row = checklists.sign(s, found.participants[0], p.assessors[0], then, (16, 1, 2))
    if state is ResultState.SENT_BACK:
        row.send_back("Kijk naar het einde.", p.officer, then)
    if state is ResultState.RELEASED:
        row.release(p.officer, then)
    s.flush()
    again = house.url("practical.ask", exam=found.scheme.key)
    pages = {
        ResultState.SIGNED: {"officer": [f"/bureau/praktijktoetsen/uitslagen/{row.id}"]},
        ResultState.SENT_BACK: {"examiner": [f"/beoordelen/praktijktoetsen/{found.id}"]},
        ResultState.RELEASED: {"beheerder": ["/organisatie/praktijktoetsen"]},
    }
    return Walk(pages[state], (str(row.id), house.url("checklists.show", session_id=found.id), again))


def of_assessment(house: House, state: AssessmentState) -> Walk:
    s, p = house.session, house.people
    kept, begun = AssessmentState, house.now + timedelta(hours=3)
    row = assessments.asked(s, p, p.candidate, assessments.MARKS, NOW)
    if state is kept.DISPUTED:
        row = assessments.asked(s, p, p.second_candidate, assessments.PROOF, NOW)
        assessments.plan(s, p, row, NOW)
        assessments.sign(row, 0, begun)
        assessments.sign(row, 1, begun, {"found-1.1": "no", "reason-1.1": "Keek niet op het scherm."})
    elif state in (kept.PLANNED, kept.CANCELLED, kept.JUDGED, kept.ENDORSED, kept.RELEASED):
        assessments.plan(s, p, row, NOW)
    if state in (kept.JUDGED, kept.ENDORSED, kept.RELEASED):
        assessments.sign(row, 0, begun)
    if state in (kept.ENDORSED, kept.RELEASED):
        assessment_results.endorse(row, p.committee_member, begun)
    ends = {
        kept.RELEASED: lambda: assessment_results.release(row, p.officer, begun),
        kept.DECLINED: lambda: row.decline("Er is geen plaats.", p.officer, NOW),
        kept.CANCELLED: lambda: row.cancel("De kandidaat kwam niet.", p.officer, NOW),
        kept.WITHDRAWN: lambda: row.withdraw(p.beheerder, NOW),
    }
    if state in ends:
        ends[state]()
    s.flush()
    assert row.state is state
    again = house.url("assessments.ask", exam=row.scheme.key)
    office = [f"/assessments/{row.id}"]
    pages = {"officer": office, "committee_member": office, "beheerder": ["/organisatie/assessments"]}
    return Walk(pages, (str(row.id), again))


def of_theory(house: House, state: TheoryState) -> Walk:
    s, p = house.session, house.people
    hall = cast.location(s, p)
    s.flush()
    (row,) = set_ready(s, [p.candidate], "certificate_a", hall, NOW + timedelta(minutes=5), p.beheerder, NOW)
    s.flush()
    if state is TheoryState.WITHDRAWN:
        row.withdraw(p.beheerder, NOW)
    elif state is not TheoryState.SET:
        row.enter(state, p.officer, NOW + timedelta(minutes=30))
    s.flush()
    pages = {"officer": [f"/bureau/online-toetsen/{row.id}"], "beheerder": ["/organisatie/online-toets"]}
    return Walk(pages, (str(row.id), house.url("theory.new")))


def of_theory_sitting(house: House, state: TheoryStage) -> Walk:
    s, p = house.session, house.people
    cast.scheme_of_a(s)
    (item,) = items_to_see.in_use(s, [items_to_see.single(1)], (p.officer, p.second_officer), NOW)
    test = items_to_see.at_the_test(s, p.candidate, cast.location(s, p), p.beheerder, item, NOW)
    row = s.scalars(select(TheorySitting)).one()
    if state is TheoryStage.OPEN:
        row.stage, row.started_at, row.ends_at = state, None, None
    elif state is not TheoryStage.RUNNING:
        row.hand_in(NOW)
    if state is TheoryStage.RELEASED:
        row.release(p.officer, NOW)
    s.flush()

    def clock() -> bool:
        s.commit()
        hand_in_overdue(s, NOW + timedelta(hours=2))
        return row.stage is TheoryStage.HANDED_IN

    pages = {"candidate": ["/online-toets"], "officer": [f"/bureau/online-toetsen/{test.id}"]}
    ends = "Uw toets is ingeleverd" if state is TheoryStage.RELEASED else ""
    return Walk(pages, ("beginnen", "vrijgeven"), clock if state is TheoryStage.RUNNING else None, ends)


def of_item(house: House, state: ItemState) -> Walk:
    s, p = house.session, house.people
    (row,) = take_in(s, [items_to_see.single(1)], {}, p.officer, NOW)
    way = {
        ItemState.DRAFT: (),
        ItemState.REVIEWED: (ItemState.REVIEWED,),
        ItemState.APPROVED: (ItemState.REVIEWED, ItemState.APPROVED),
        ItemState.LIVE: (ItemState.REVIEWED, ItemState.APPROVED, ItemState.LIVE),
        ItemState.RETIRED: (ItemState.RETIRED,),
    }
    for step in way[state]:
        row.move(step, "Dubbel.", p.second_officer if step is ItemState.REVIEWED else p.officer, NOW)
    s.flush()
    page = f"/bureau/vragen/{row.id}"
    return Walk({"officer": [page], "second_officer": [page]}, ("/bureau/vragen/stand", f"van={row.id}"))


def of_invoice(house: House, state: InvoiceState) -> Walk:
    s, p = house.session, house.people
    scheme = cast.scheme_of_a(s)
    order, row = fees_to_see.invoiced(s, scheme, p.organisation, p.candidate, p.beheerder, NOW)
    if state is InvoiceState.PAID:
        row.pay(NOW.date(), p.officer, NOW)
    elif state is InvoiceState.WRITTEN_OFF:
        row.write_off("Failliet.", NOW.date(), p.officer, NOW)
    elif state is InvoiceState.SETTLED:
        credit(s, order, order.cents, "Lid geworden.", p.officer.id, NOW)
        (row,) = make_due(s, p.officer, NOW)
    s.flush()
    ends = "creditfactuur" if state is InvoiceState.SETTLED else ""
    return Walk({"officer": [f"/bureau/facturen/{row.id}"]}, ("betaald", "heropenen"), None, ends)


def of_inquiry(house: House, state: InquiryState) -> Walk:
    s, p = house.session, house.people
    row = inquire(s, cast.dossier(s, p), p.manager, "Kan dit eerder?", NOW)
    if state is not InquiryState.OPEN:
        row.answer("Ja, dat kan.", p.officer, NOW)
    if state is InquiryState.CLOSED:
        row.close(p.officer, NOW)
    s.flush()
    office = f"/bureau/vragen-van-organisaties/{row.id}"
    return Walk({"manager": [f"/vragen-aan-ksf/{row.id}"], "officer": [office]}, (str(row.id),))


def of_benchmark(house: House, state: BenchmarkState) -> Walk:
    s, p = house.session, house.people
    exam, judges = benchmarks.told_exam(s, p), benchmarks.panel(s)
    if state is BenchmarkState.START_ROUND:
        row = benchmarks.scored(s, p, exam.answers[0], judges)
    else:
        (row,) = benchmarks.live(s, p, exam, judges, 1)
    if state is BenchmarkState.ENDED:
        row.end(Ending.COMMITTEE, p.committee_member.id, NOW)
    s.flush()
    page = f"/normvideos/{row.id}"
    over = "De commissie vond dit antwoord niet geschikt." if state is BenchmarkState.ENDED else ""
    return Walk({"committee_member": [page]}, (page,), ends=over)


def of_audit(house: House, state: AuditState) -> Walk:
    s, p = house.session, house.people
    who = s, p.organisation, p.auditor, p.officer, NOW
    if state is AuditState.HELD:
        row = audits_to_see.held(*who)
    elif state is AuditState.REPORTED:
        row = audits_to_see.reported(*who).audit
    else:
        row = audits_to_see.planned(*who)
    if state is AuditState.CANCELLED:
        row.cancel("De zaal is dicht.", p.officer, NOW)
    s.flush()
    signs = ("gehouden", "/checklist", "/verslag", "/bevindingen/", "/organisaties/")
    return Walk({"officer": [f"/audits/{row.id}"], "auditor": [f"/audits/{row.id}"]}, signs)


def of_finding(house: House, state: FindingState) -> Walk:
    s, p = house.session, house.people
    row = audits_to_see.reported(s, p.organisation, p.auditor, p.officer, NOW)
    if state is FindingState.ANSWERED:
        row.answer("Er hangt nu een gordijn.", p.beheerder, NOW)
    elif state is FindingState.CLOSED:
        row.close("Is in orde.", p.auditor, NOW)
    s.flush()
    return Walk({"auditor": [f"/audits/bevindingen/{row.id}"]}, ("/sluiten", "/terug"))


BUILT: dict[Any, Callable[[House, Any], Walk]] = {
    AnswerStage: of_answer,
    AssessmentState: of_assessment,
    BenchmarkState: of_benchmark,
    AuditState: of_audit,
    BookingState: of_booking,
    CertificateState: of_certificate,
    DossierState: of_dossier,
    ExaminerState: of_examiner,
    InquiryState: of_inquiry,
    FindingState: of_finding,
    InvoiceState: of_invoice,
    ItemState: of_item,
    IrregularityState: of_case,
    MinutesState: of_minutes,
    ObjectionState: of_objection,
    RecordingState: of_recording,
    RequestState: of_erasure,
    ResultState: of_result,
    SessionState: of_practical,
    Stage: of_stage,
    TheoryState: of_theory,
    TheoryStage: of_theory_sitting,
}
"""How each kind of state is built. A kind that is missing fails the walk."""
