"""Who may see and do what: one line per route. A route without a line here fails the tests.

A line names everybody of the cast who may; all others must find nothing there. `WORLD` holds something of everything,
so that each address is that of a thing which exists and belongs to somebody.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from sqlalchemy.orm import Session
from support import assessments, audits_to_see, benchmarks, cast, fees_to_see, items_to_see, judging_to_see, simulated

from review.batch import Mode
from review.objection import Ground, Term
from review.retention import Erasable
from storage.admission.enrolments import keep_roster
from storage.admission.part_one import PartOneReview
from storage.base.jobs import Job, JobState, Queue
from storage.certificates.certificates import Certificate as Issued
from storage.certificates.certificates import CertificateState
from storage.certificates.changes import ask as ask_change
from storage.certificates.copies import order
from storage.certificates.paper_lists import keep_list
from storage.certificates.signing_keys import current_key
from storage.committee.irregularities import IrregularityKind, open_case
from storage.committee.minutes import draw_up
from storage.dossier.dossiers import DossierState
from storage.dossier.qualifications import enter as qualify
from storage.dossier.revisions import Side, keep
from storage.exam.recordings import Rendition, RenditionKind, latest_take
from storage.inquiries import ask as inquire
from storage.judging.absences import enter
from storage.judging.allocations import propose
from storage.judging.flags import FlagKind, raise_flag
from storage.judging.objections import object_to
from storage.judging.progress import decide
from storage.judging.ratings import own_ratings
from storage.people import employers, outbox
from storage.people.complaints import Subject, complain
from storage.people.examiners import propose as propose_examiner
from storage.people.links import LinkKind, issue
from storage.people.logins import log_in
from storage.people.people import Membership, Person, Role, join, newcomer
from storage.people.second_factor import begin_second_factor
from storage.people.staff_changes import ask_role
from storage.planning import locations
from storage.planning.bookings import request
from storage.planning.calendar_feeds import CalendarFeed, open_feed
from storage.planning.practical_candidates import request as ask_practical
from storage.planning.practical_results import PracticalResult, ResultState
from storage.planning.theory_tests import set_ready
from storage.retention.destructions import Destruction, Run
from storage.retention.holds import AuditYear, hold
from storage.retention.requests import Wanted, ask
from storage.theory import dropping
from webapp import media

CANDIDATES = {"candidate", "second_candidate", "outsider_candidate"}
MANAGERS = {"manager", "outsider_manager"}
ADMINS = {"beheerder", "outsider_beheerder"}
OFFICERS = {"officer", "second_officer", "officer_in_own_case"}
ASSESSORS = {"assessor_1", "assessor_2", "assessor_3"}
COMMITTEE = {"committee_member"}
AUDITORS = {"auditor"}
EVERYBODY = CANDIDATES | MANAGERS | ADMINS | OFFICERS | ASSESSORS | COMMITTEE | AUDITORS

AUDITING = OFFICERS | AUDITORS
READ_RETENTION = OFFICERS | COMMITTEE | AUDITORS

PUBLIC = "anybody, logged in or not"


class Proof:
    """What opens the page of the proof, made when it is asked for: it opens for a minute alone."""

    @property
    def token(self) -> str:
        return media.proof_token("check/nothing")


@dataclass(frozen=True)
class World:
    """An installation in which everything happened once: an exam done, judged and decided, and one that is going on.

    `elsewhere` holds the same of the outsiders, for the things that belong to an organisation or somebody in it.
    """

    people: dict[str, Person]
    things: dict[str, Any]
    elsewhere: dict[str, Any]


def world(session: Session, people: cast.Cast, now: datetime) -> World:
    """The exam of `candidate` is over and has a verdict; `second_candidate` is at the first situation.

    Of the second dossier an officer is the manager, who must therefore find nothing there as an officer.
    """
    insider = cast.person(session, "bureau.belang", "Bureau Belang", Role.KSF_OFFICER, None, now)
    insider.memberships.append(
        Membership(role=Role.MANAGER, organisation=people.outsider_organisation, since=now - timedelta(days=1))
    )
    pack = cast.pack(session, now)
    done = cast.finished_sitting(session, people, now - timedelta(hours=1), pack_row=pack)
    for slot, assessor in enumerate(people.assessors[:2], 1):
        cast.rate(session, done, assessor, slot, now=now)
    going_on = cast.begin(cast.sitting(session, people, now, people.second_candidate, pack), now)
    recording = latest_take(session, done.answers[0])
    recording.renditions.append(
        Rendition(
            kind=RenditionKind.VIDEO, key="recordings/one/video.mp4", content_type="video/mp4", size=1, sha256="0" * 64
        )
    )
    somebody = cast.person(session, "kandidaat3", "Kandidaat Drie", Role.CANDIDATE, people.organisation, now)
    stranger = cast.person(session, "kandidaat4", "Kandidaat Vier", Role.CANDIDATE, people.outsider_organisation, now)
    to_assign = cast.finished_sitting(session, people, now - timedelta(hours=1), somebody, pack)
    expected = cast.person(session, "kandidaat5", "Kandidaat Vijf", Role.CANDIDATE, people.organisation, now)
    to_identify = cast.sitting(session, people, now, expected, pack)
    to_identify.identity_code = "123456"
    rating = own_ratings(session, done, people.assessors[0])[0]
    flag = raise_flag(session, rating, FlagKind.WELFARE, "Zegt niet meer te slapen.", now)
    job = Job(
        id=uuid.uuid4(),
        queue=Queue.MEDIA,
        kind="finish_recording",
        subject=uuid.uuid4(),
        state=JobState.DEAD,
        created_at=now,
        not_before=now,
    )
    session.add(job)
    verdict = decide(session, done, now)
    until = (now + timedelta(days=14)).date()
    shared_out = propose(session, [to_assign], Mode.WHOLE, 1, until, people.officer, now)
    away = enter(session, people.assessors[0], now.date(), until, people.officer, now)
    own_case = cast.dossier(session, people, now, people.outsider_candidate)
    # A test is never taken back there, so that whoever may is told so and it stays.
    held = qualify(session, people.outsider_candidate, "theory_test_a", "", now.date(), people.officer, now)
    own_case.manager, own_case.organisation, own_case.rounds = insider, people.outsider_organisation, 1
    rejected = cast.dossier(session, people, now, people.outsider_candidate)
    rejected.submit(people.outsider_candidate.id, now)
    session.flush()
    rejected.decide(DossierState.REJECTED, people.second_officer.id, "Te weinig ervaring.", now)
    session.flush()
    term = Term(now.date(), 6)
    objection = object_to(session, rejected, term, "Ik heb die ervaring wel.", "", now, now.date())
    session.flush()
    objection.classify(people.officer, Ground.PROCEDURAL, False, now)
    objection.appoint(people.assessors[2], "Bijna iedereen had een aandeel.", people.officer, now)
    until = now + timedelta(hours=8)
    session.add(PartOneReview(dossier=own_case, round=1, officer=people.officer, claimed_until=until, marks_json={}))
    factor = begin_second_factor(session, people.second_officer, now)
    factor.confirmed_at = now
    session.flush()
    dated = cast.with_dates(session, now, "examen_op_datum")
    # An exam date may not go on past midnight, whenever these tests are run.
    morning = now.replace(hour=8, minute=0, second=0, microsecond=0)
    day = cast.exam_date(session, people, morning + timedelta(days=20), 5, dated)
    here = cast.person(session, "kandidaat6", "Kandidaat Zes", Role.CANDIDATE, people.organisation, now)
    there = cast.person(session, "kandidaat7", "Kandidaat Zeven", Role.CANDIDATE, people.outsider_organisation, now)
    asked, asked_elsewhere = (
        book(session, people, dated, day, candidate, home, now)
        for candidate, home in ((here, people.organisation), (there, people.outsider_organisation))
    )
    hall, hall_elsewhere = (
        locations.add(session, home, "Zaal Noord", "Proefstraat 1, Utrecht", "2.14", boss, now)
        for home, boss in (
            (people.organisation, people.beheerder),
            (people.outsider_organisation, people.outsider_beheerder),
        )
    )
    hall.check({"De ruimte is rustig.": False}, "Aan de gang wordt gewerkt.", people.beheerder, now)
    to_test, to_test_elsewhere = (
        set_ready(session, [who], "certificate_a", where, now + timedelta(days=10), boss, now)[0]
        for who, where, boss in (
            (somebody, hall, people.beheerder),
            (stranger, hall_elsewhere, people.outsider_beheerder),
        )
    )
    item = items_to_see.picture_item(session, people.officer, now)
    item.live_at = now  # it is in the test of somebody
    dropping.propose(session, item, "Er zijn twee goede antwoorden.", people.second_officer, now)
    a_day = cast.practical_date(session, people, morning + timedelta(days=25), 4)
    fresh = cast.person(session, "kandidaat8", "Kandidaat Acht", Role.CANDIDATE, people.organisation, now)
    given, to_answer, to_answer_elsewhere = (
        practical(session, people, a_day, where, candidates, now)
        for where, candidates in ((hall, [here, people.second_candidate]), (hall, [fresh]), (hall_elsewhere, [there]))
    )
    given.confirm(people.assessors[0], people.officer, now)
    listened_to = {one.candidate_id: one for one in given.participants}
    result, known = (
        signed_checklist(session, listened_to[one.id], people.assessors[0], now)
        for one in (here, people.second_candidate)
    )
    # As released without its certificate, which an officer may still give.
    known.state, known.released_at, known.released_by_id = ResultState.RELEASED, now, people.officer.id
    judge, year = people.committee_member, AuditYear(year=now.year - 1, seed="0" * 32)
    night = Run(id=uuid.uuid4(), began_at=now, ended_at=now)
    facts = {"what": Erasable.DOSSIER, "due": now.date(), "began_at": now, "at": now}
    gone = Destruction(run=night, dossier=to_assign.dossier, person=somebody, **facts)
    gone_too = Destruction(run=night, dossier=rejected, person=people.outsider_candidate, **facts)
    session.add_all([year, night, gone, gone_too])
    certificate = issued(session, people, verdict, now)
    everybody = {
        name: getattr(people, name) for name in people.__dataclass_fields__ if isinstance(getattr(people, name), Person)
    }
    everybody |= {f"assessor_{number}": one for number, one in enumerate(people.assessors, 1)}
    everybody["officer_in_own_case"] = insider
    charged, invoice = fees_to_see.invoiced(
        session, done.dossier.scheme, people.organisation, people.candidate, people.beheerder, now
    )
    benchmark, practised, to_choose = benchmarks.to_see(session, people, pack, now)
    mended, mended_elsewhere = (
        audits_to_see.reported(session, home, people.auditor, people.officer, now)
        for home in (people.organisation, people.outsider_organisation)
    )
    return World(
        everybody,
        {
            "audit_finding": mended,
            "audit_reported": mended.audit,
            "audit_evidence": audits_to_see.file(session, mended, people.auditor, now),
            "audit_pack": audits_to_see.pack(session, people.organisation, people.auditor, now),
            "audit_sample": audits_to_see.sample(session, people.auditor, now),
            "audit": audits_to_see.planned(session, people.organisation, people.auditor, people.officer, now),
            "fee_price": fees_to_see.coming(session, done.dossier.scheme, people.officer, now),
            "fee_order": charged,
            "proof": Proof(),
            "invoice": invoice,
            "own_invoice": fees_to_see.own_invoice(session, done.dossier.scheme, people.candidate, now),
            "dossier": done.dossier,
            "own_case": own_case,
            "sitting": done,
            "going_on": going_on,
            "recording": recording,
            "answer": done.answers[0],
            "rating": rating,
            "benchmark": benchmark,
            "practised": practised,
            "to_choose": to_choose,
            "to_assign": to_assign,
            "to_identify": to_identify,
            "flag": flag,
            "verdict": verdict,
            "certificate": certificate,
            "certificate_change": ask_change(
                session, certificate, CertificateState.SUSPENDED, "Twijfel.", people.officer, now
            ),
            "copy_order": order(session, certificate, people.candidate, 1500, now),
            "paper_list": keep_list(session, [], [], people.officer, now),
            "qualification": held,
            "objected": rejected,
            "complaint": complain(session, people.manager, Subject.SERVICE, "Niemand nam op.", now),
            "objection": objection,
            "inquiry": inquire(session, done.dossier, people.manager, "Kan dit eerder?", now),
            "session_inquiry": inquire(session, given, people.beheerder, "Is er een parkeerplaats?", now),
            "allocation": shared_out,
            "absence": away,
            "clip": pack.clip(1),
            "exam_date": day,
            "practical_date": a_day,
            "practical": to_answer,
            "given": given,
            "seat": to_answer.participants[0],
            "listened_to": given.participants[0],
            "practical_result": result,
            **assessments.of_world(session, people, somebody, now),
            "known_result": known,
            "booking": asked,
            "location": hall,
            "theory_test": to_test,
            "theory_sat": items_to_see.at_the_test(session, people.second_candidate, hall, people.beheerder, item, now),
            "job": job,
            "item": item,
            "item_medium": item.media[0],
            "panel": items_to_see.panel(session, item, people.officer, now),
            "hold": hold(session, own_case, "Er loopt een onderzoek.", (now + timedelta(days=9)).date(), judge, now),
            "audit_year": year,
            "run": night,
            "stand_in": typed_elsewhere(session, people, now),
            "erasure_request": ask(session, people.candidate, [Wanted.MAILS], "Graag.", now),
            "erased": somebody,
            "mail": outbox.add(session, people.candidate, "invitation", "Onderwerp", "Tekst", now),
            "scheme": done.dossier.scheme,
            "revision": keep(session, done.dossier, Side.CANDIDATE, people.candidate, now),
            "case": irregular(session, people, done.dossier, certificate, now),
            "minutes": signed_minutes(session, people, now),
            "simulation": simulated.finished(session, pack, people.committee_member, now),
            "judging_figures": judging_to_see.figures(session, people, done.dossier.scheme, pack, now),
            "calendar_feed": calendar_feed(session, people.beheerder, people.organisation, now)[1],
            "calendar_secret": calendar_feed(session, people.assessors[1], None, now)[0],
            "link": issue(session, people.candidate, LinkKind.INVITATION, None, now),
            "organisation": people.organisation,
            "colleague": somebody,
            "membership": somebody.memberships[0],
            "examiner": suggested(session, people.organisation, people.beheerder, now),
            "employer": employers.of(session, people.assessors)[people.assessors[0].id][0],
            "staff_change": ask_role(session, people.assessors[0], Role.AUDITOR, people.officer, now),
            "roster": keep_roster(session, people.organisation, dated.key, [], [], people.beheerder, now),
            "log_in": log_in(session, people.candidate, "Firefox op Windows", now),
        },
        {
            "audit_finding": mended_elsewhere,
            "audit_reported": mended_elsewhere.audit,
            "audit_evidence": audits_to_see.file(session, mended_elsewhere, people.auditor, now),
            "dossier": own_case,
            "booking": asked_elsewhere,
            "practical": to_answer_elsewhere,
            **assessments.elsewhere(session, people, stranger, now),
            "seat": to_answer_elsewhere.participants[0],
            "location": hall_elsewhere,
            "theory_test": to_test_elsewhere,
            "colleague": stranger,
            "examiner": suggested(session, people.outsider_organisation, people.outsider_beheerder, now),
            "calendar_feed": calendar_feed(session, people.outsider_beheerder, people.outsider_organisation, now)[1],
            "roster": keep_roster(
                session, people.outsider_organisation, dated.key, [], [], people.outsider_beheerder, now
            ),
            "log_in": log_in(session, people.outsider_candidate, "Firefox op Windows", now),
        },
    )


def suggested(session, home, by, now):
    """Somebody whom this organisation proposes as an examiner."""
    home.supplies_examiners = True
    return propose_examiner(session, home, "Eva Examiner", "eva.examiner@voorbeeld.example", by, now)


def irregular(session, people, dossier, certificate, now):
    """A case about the candidate, who is invited."""
    facts = "Een ander sprak voor."
    row = open_case(session, IrregularityKind.FRAUD, facts, people.officer, now, people.candidate, dossier, certificate)
    row.invite(now + timedelta(days=10), "Utrecht, kantoor van KSF", people.officer, now)
    session.flush()
    return row


def signed_minutes(session, people, now):
    """Minutes that an outsider of today's committee drew up and its member signed."""
    content = [{"title": "Uitspraken op bezwaren", "lines": ["Bezwaar B-2345678 (dossier K-2345678): ongegrond."]}]
    row = draw_up(session, now.date(), now.date(), content, None, people.second_officer, now)
    row.sign(people.committee_member, now)
    session.flush()
    return row


def calendar_feed(session, person, home, now):
    """The secret of an address for the agenda of this person, and its row."""
    secret, made = open_feed(session, person, home, now)
    return SimpleNamespace(value=secret), session.get(CalendarFeed, made)


def typed_elsewhere(session, people, now):
    """What the outsiders' beheerder typed about the candidate."""
    address = people.candidate.email
    made = newcomer(session, {address: people.candidate}, address, "Iemand", now)
    join(session, made, Role.CANDIDATE, people.outsider_organisation, people.outsider_beheerder.id, now)
    session.flush()
    return made


def book(session, people, scheme, day, candidate, home, now):
    """A place on this day, asked for this candidate."""
    dossier = cast.approved_dossier(session, people, now, candidate)
    dossier.scheme, dossier.organisation = scheme, home
    session.flush()
    return request(session, dossier, day, people.beheerder, now)


def issued(session, people, verdict, now):
    """The certificate of the candidate; the verdict itself waits to be confirmed in this world."""
    current_key(session, now)
    dossier = verdict.sitting.dossier
    row = Issued(
        number="B-2026-483920-90",
        letters="B",
        title="KSF Branchecertificaat B",
        name=people.candidate.name,
        person=people.candidate,
        organisation=dossier.organisation,
        scheme=dossier.scheme,
        verdict=verdict,
        earned_on=now.date(),
        issued_on=now.date(),
        issued_at=now,
        issued_by=people.officer,
        first_by=people.second_officer,
        list_number=1,
        list_index=7,
        badge="badge",
        share="a-link-of-this-world",
        state=CertificateState.VALID,
    )
    session.add(row)
    session.flush()
    return row


def signed_checklist(session, participant, examiner, now):
    """A signed result of this participant, as `practical_results.sign` makes one on the day itself."""
    row = PracticalResult(
        id=uuid.uuid4(),
        participant=participant,
        state=ResultState.SIGNED,
        seen=[],
        sheet={
            "marks": {},
            "conversations": [
                {"channel": "chat", "way": "op afstand", "began": "10:00", "ended": "10:12", "remark": "Rustig."}
            ],
        },
        judgement={
            "outcome": {},
            "totals": [{"term": "term_1", "given": 19, "needed": 17, "max": 20, "critical": False}],
            "missed": [{"point": "leads", "term": "term_1", "reason": "Kwam niet voor.", "asked": False}],
        },
        passed=True,
        signed_by=examiner,
        signed_at=now,
        reason="",
    )
    session.add(row)
    session.flush()
    return row


def practical(session, people, day, where, candidates, now):
    """A practical session on this day, asked for these candidates."""
    for candidate in candidates:
        cast.theory(session, people, candidate, now)
    return ask_practical(session, cast.scheme_of_a(session, now), day, where, candidates, people.beheerder, now)


MIRROR = {
    "candidate": "outsider_candidate",
    "outsider_candidate": "candidate",
    "manager": "officer_in_own_case",
    "beheerder": "outsider_beheerder",
    "outsider_beheerder": "beheerder",
}
"""Who is to the things elsewhere what somebody is to the things here."""


@dataclass(frozen=True)
class Right:
    """Who may, and what of the world the address names: {name in the address: "thing.attribute" or "=value"}."""

    who: set[str] | str
    about: dict[str, str]

    def values(self, world: World) -> dict[str, Any]:
        return {name: _value(world.things, path) for name, path in self.about.items()}

    def values_elsewhere(self, world: World) -> dict[str, Any] | None:
        """The same of the outsiders; None when what the address names belongs to nobody in particular."""
        named = {path.partition(".")[0] for path in self.about.values()}
        if not named & set(world.elsewhere):
            return None
        return {name: _value(world.things | world.elsewhere, path) for name, path in self.about.items()}

    def who_elsewhere(self) -> set[str]:
        """Who may do this to the things of the outsiders."""
        return {MIRROR.get(name, name) for name in self.who}


def _value(things: dict[str, Any], path: str) -> Any:
    if path.startswith("="):
        return path.removeprefix("=")
    thing, _, attribute = path.partition(".")
    return getattr(things[thing], attribute)


def may(who: set[str] | str, **about: str) -> Right:
    return Right(who, about)


RIGHTS: dict[str, Right] = {
    "static": may(PUBLIC, filename="=css/tokens.css"),
    "style.index": may(PUBLIC),
    "health.health": may(PUBLIC),
    "metrics.tell": may(set()),
    "status.show": may(OFFICERS),
    "media.proof": may(PUBLIC, token="proof.token"),
    "institution.logo": may(PUBLIC),
    "institution.colour": may(PUBLIC),
    "searching.find": may(OFFICERS),
    "institution.show": may(OFFICERS),
    "institution.try_mail": may(OFFICERS),
    "institution.change_logo": may(OFFICERS),
    "institution.remove_logo": may(OFFICERS),
    "sending.ask": may(PUBLIC),
    "regulation.show": may(EVERYBODY, key="=branchecertificaat_b", number="=1"),
    "account.log_in": may(PUBLIC),
    "account.log_out": may(PUBLIC),
    "account.home": may(EVERYBODY),
    "account.code": may(PUBLIC),
    "invitations.forgotten": may(PUBLIC),
    "invitations.accept": may({"candidate"}, person_id="stand_in.id"),
    "invitations.open_link": may(PUBLIC, token="link.token"),
    "own_account.show": may(EVERYBODY),
    "own_account.confirm": may(EVERYBODY),
    "own_account.password": may(EVERYBODY),
    "own_account.end": may({"candidate"}, log_in_id="log_in.id"),
    "own_account.begin": may(EVERYBODY),
    "own_account.set_up": may(EVERYBODY),
    "own_account.finish_set_up": may(EVERYBODY),
    "own_account.recovery_codes": may({"second_officer"}),
    "own_account.remove": may({"second_officer"}),
    "own_address.ask": may(EVERYBODY),
    "own_address.use": may(EVERYBODY, token="=weg"),
    "own_account.end_all": may(EVERYBODY),
    "motivation.own": may({"candidate"}, dossier_id="dossier.id"),
    "motivation.printed": may({"candidate"}, dossier_id="dossier.id"),
    "motivation.guide": may(CANDIDATES | MANAGERS | OFFICERS),
    "motivation.withdraw": may({"candidate"}, dossier_id="dossier.id"),
    "substantiation.candidates": may(MANAGERS | {"officer_in_own_case"}),
    "substantiation.one": may({"manager"}, dossier_id="dossier.id"),
    "substantiation.tell_work": may({"manager"}, dossier_id="dossier.id"),
    "substantiation.withdraw": may({"manager"}, dossier_id="dossier.id"),
    "substantiation.together": may(MANAGERS | {"officer_in_own_case"}),
    "role_document.attach": may({"candidate"}, dossier_id="dossier.id"),
    "role_document.remove": may({"candidate"}, dossier_id="dossier.id"),
    "role_document.own": may({"candidate"}, dossier_id="dossier.id"),
    "role_document.for_officer": may({"officer", "second_officer"}, dossier_id="own_case.id"),
    "history.own": may({"candidate"}, dossier_id="dossier.id"),
    "history.substantiation": may({"manager"}, dossier_id="dossier.id"),
    "history.version": may({"candidate"}, revision_id="revision.id"),
    "history.bring_back": may({"candidate"}, revision_id="revision.id"),
    "accommodation.ask": may({"candidate"}, dossier_id="dossier.id"),
    "accommodation.decide": may({"officer", "second_officer"}, dossier_id="own_case.id"),
    "planning.calendar": may({"candidate", "second_candidate"}),
    "planning.extend": may(OFFICERS, sitting_id="sitting.id"),
    "planning.confirm_identity_by_office": may(OFFICERS, sitting_id="sitting.id"),
    "planning.identity": may({"candidate", "second_candidate"}),
    "planning.supervising": may(ADMINS),
    "booking.home": may(ADMINS),
    "booking.ask": may(ADMINS, exam="=examen_op_datum"),
    "booking.accept": may({"beheerder"}, booking_id="booking.id"),
    "booking.refuse": may({"beheerder"}, booking_id="booking.id"),
    "booking.withdraw": may({"beheerder"}, booking_id="booking.id"),
    "locations.home": may(ADMINS),
    "locations.new": may(ADMINS),
    "locations.one": may({"beheerder"}, location_id="location.id"),
    "locations.check": may({"beheerder"}, location_id="location.id"),
    "locations.close": may({"beheerder"}, location_id="location.id"),
    "locations.open_again": may({"beheerder"}, location_id="location.id"),
    "measuring.show": may({"beheerder"}, location_id="location.id"),
    "measuring.keep": may({"beheerder"}, location_id="location.id"),
    "measuring.line": may({"beheerder"}, location_id="location.id"),
    "locations.all_of_them": may(OFFICERS),
    "locations.for_officer": may(OFFICERS, location_id="location.id"),
    "theory.home": may(ADMINS),
    "theory.new": may(ADMINS),
    "theory.add_person": may(ADMINS),
    "theory.withdraw": may({"beheerder"}, test_id="theory_test.id"),
    "theory_results.home": may(OFFICERS),
    "theory_results.one": may(OFFICERS, test_id="theory_test.id"),
    "theory_results.withdraw": may(OFFICERS, test_id="theory_test.id"),
    "theory_results.put_right": may(OFFICERS, test_id="theory_test.id"),
    "practical.home": may(ADMINS),
    "practical.ask": may(ADMINS, exam="=praktijktoets_a"),
    "practical.one": may({"beheerder"}, session_id="practical.id"),
    "practical.withdraw": may({"beheerder"}, session_id="practical.id"),
    "practical.take_out": may({"beheerder"}, participant_id="seat.id"),
    "practical_answers.home": may(OFFICERS),
    "practical_answers.one": may(OFFICERS, session_id="practical.id"),
    "practical_answers.confirm": may(OFFICERS, session_id="practical.id"),
    "practical_answers.choose": may(OFFICERS, session_id="practical.id"),
    "practical_answers.exchange": may(OFFICERS, session_id="given.id"),
    "practical_answers.take_out": may(OFFICERS, participant_id="seat.id"),
    "practical_answers.decline": may(OFFICERS, session_id="practical.id"),
    "practical_answers.cancel": may(OFFICERS, session_id="given.id"),
    "examining.home": may(ASSESSORS),
    "examining.one": may({"assessor_1"}, session_id="given.id"),
    "checklists.show": may({"assessor_1"}, session_id="given.id"),
    "checklists.keep": may({"assessor_1"}, session_id="given.id"),
    "checklists.sign": may({"assessor_1"}, participant_id="listened_to.id"),
    "practical_results.show": may(OFFICERS, result_id="practical_result.id"),
    "practical_results.release": may(OFFICERS, result_id="practical_result.id"),
    "practical_results.send_back": may(OFFICERS, result_id="practical_result.id"),
    "practical_results.certify": may(OFFICERS, result_id="known_result.id"),
    "practical_results.rule": may(OFFICERS, result_id="known_result.id"),
    "own_practical.object_to": may({"second_candidate"}, result_id="known_result.id"),
    "own_practical.show": may({"second_candidate"}, result_id="known_result.id"),
    "assessments.home": may(ADMINS),
    "assessments.ask": may(ADMINS, exam="=ervaringsbewijs_callcenter"),
    "assessments.one": may({"beheerder"}, assessment_id="assessment_asked.id"),
    "assessments.withdraw": may({"beheerder"}, assessment_id="assessment_asked.id"),
    "assessment_office.home": may(OFFICERS | COMMITTEE),
    "assessment_office.one": may(OFFICERS | COMMITTEE, assessment_id="assessment_judged.id"),
    "assessment_office.plan": may(OFFICERS, assessment_id="assessment_asked.id"),
    "assessment_office.third": may(OFFICERS, assessment_id="assessment_judged.id"),
    "assessment_office.decline": may(OFFICERS, assessment_id="assessment_asked.id"),
    "assessment_office.cancel": may(OFFICERS, assessment_id="assessment_judged.id"),
    "assessment_office.endorse": may(COMMITTEE, assessment_id="assessment_judged.id"),
    "assessment_office.release": may(OFFICERS, assessment_id="assessment_judged.id"),
    "assessment_office.send_back": may(OFFICERS | COMMITTEE, assessment_id="assessment_judged.id"),
    "assessment_sheets.home": may(ASSESSORS),
    "assessment_sheets.one": may({"assessor_1"}, sheet_id="assessment_sheet.id"),
    "assessment_sheets.document": may({"assessor_1", "assessor_2"}, document_id="portfolio_document.id"),
    "own_assessment.show": may({"candidate"}, assessment_id="assessment.id"),
    "own_assessment.attach": may({"candidate"}, assessment_id="assessment.id", competency="=data"),
    "own_assessment.document": may({"candidate"}, document_id="portfolio_document.id"),
    "own_assessment.remove": may({"candidate"}, document_id="portfolio_document.id"),
    "exam_dates.home": may(OFFICERS),
    "exam_dates.new": may(OFFICERS),
    "exam_dates.one": may(OFFICERS, date_id="exam_date.id"),
    "exam_dates.withdraw": may(OFFICERS, date_id="exam_date.id"),
    "exam_dates.booking": may(OFFICERS, booking_id="booking.id"),
    "exam_dates.confirm": may(OFFICERS, booking_id="booking.id"),
    "exam_dates.counter": may(OFFICERS, booking_id="booking.id"),
    "exam_dates.decline": may(OFFICERS, booking_id="booking.id"),
    "planning.confirm_identity": may({"beheerder"}, sitting_id="to_identify.id"),
    "part_one.take": may({"officer", "second_officer"}, dossier_id="own_case.id"),
    "part_one.give_back": may({"officer", "second_officer"}, dossier_id="own_case.id"),
    "part_one.judge": may({"officer", "second_officer"}, dossier_id="own_case.id"),
    "part_one.take_back_qualification": may(
        {"officer", "second_officer"}, dossier_id="own_case.id", qualification_id="qualification.id"
    ),
    "part_one.qualification": may({"officer", "second_officer"}, dossier_id="own_case.id"),
    "office.home": may(OFFICERS),
    "office.dossiers": may(OFFICERS),
    "office.dossier": may({"officer", "second_officer"}, dossier_id="own_case.id"),
    "emergency.take_in": may(OFFICERS, sitting_id="sitting.id"),
    "office.withdraw": may({"officer", "second_officer"}, dossier_id="own_case.id"),
    "office.jobs": may(OFFICERS),
    "office.retry": may(OFFICERS, job_id="job.id"),
    "recorders.show": may(OFFICERS),
    "theory_results.release": may(OFFICERS, test_id="theory_sat.id"),
    "theory_results.extra_time": may(OFFICERS, test_id="theory_test.id"),
    "theory_day.home": may(ADMINS),
    "theory_day.open_one": may({"beheerder"}, test_id="theory_test.id"),
    "theory_day.move": may({"beheerder"}, test_id="theory_sat.id"),
    "theory_day.make_code": may(ADMINS),
    "taking.home": may(CANDIDATES),
    "taking.finished": may(CANDIDATES),
    "taking.open_with_code": may({"second_candidate"}),
    "taking.begin": may({"second_candidate"}),
    "taking.take_seat": may({"second_candidate"}),
    "taking.save": may({"second_candidate"}),
    "taking.hand_in": may({"second_candidate"}),
    "taking.hand_in_late": may({"second_candidate"}),
    "taking.prove_browser": may({"second_candidate"}),
    "taking.configure": may(set()),
    "taking.medium": may({"second_candidate"}, number="=1", medium_id="item_medium.id"),
    "bank.home": may(OFFICERS | COMMITTEE),
    "bank.blueprint": may(OFFICERS | COMMITTEE),
    "bank.figures": may(OFFICERS | COMMITTEE),
    "bank.one": may(OFFICERS | COMMITTEE, item_id="item.id"),
    "quality.drop": may(OFFICERS | COMMITTEE, item_id="item.id"),
    "quality.decide": may(OFFICERS | COMMITTEE, item_id="item.id"),
    "quality.panel_list": may(OFFICERS | COMMITTEE),
    "quality.panel": may(OFFICERS | COMMITTEE, panel_id="panel.id"),
    "quality.estimate": may({"officer"}, panel_id="panel.id"),
    "quality.close": may(OFFICERS | COMMITTEE, panel_id="panel.id"),
    "bank.move": may(OFFICERS | COMMITTEE),
    "bank.bring": may(OFFICERS | COMMITTEE),
    "bank.export": may(OFFICERS | COMMITTEE),
    "bank.medium": may(OFFICERS | COMMITTEE, item_id="item.id", medium_id="item_medium.id"),
    "situations.home": may(OFFICERS),
    "situations.one": may(OFFICERS, exam="=branchecertificaat_b", scenario="=missed_callback"),
    "situations.restore": may(OFFICERS, exam="=branchecertificaat_b", scenario="=missed_callback"),
    "retention.home": may(READ_RETENTION),
    "retention.exam": may(READ_RETENTION - {"officer_in_own_case"}, dossier_id="own_case.id"),
    "retention.lift": may(COMMITTEE, hold_id="hold.id"),
    "retention.close_year": may(AUDITORS, year_id="audit_year.id"),
    "retention.runs": may(READ_RETENTION),
    "retention.run": may(READ_RETENTION, run_id="run.id"),
    "retention.run_certificate": may(READ_RETENTION, run_id="run.id"),
    "retention.person_certificate": may(READ_RETENTION, person_id="erased.id"),
    "retention.own_certificate": may({"outsider_candidate"}),
    "erasure_requests.home": may(OFFICERS),
    "erasure_requests.one": may(OFFICERS, request_id="erasure_request.id"),
    "erasure_requests.approve": may(OFFICERS, request_id="erasure_request.id"),
    "erasure_requests.send_back": may(OFFICERS, request_id="erasure_request.id"),
    "outbox.show": may(OFFICERS),
    "outbox.send_again": may(OFFICERS, message_id="mail.id"),
    "takes.waiting": may(OFFICERS),
    "takes.show": may(OFFICERS, recording_id="recording.id"),
    "organisation.home": may(ADMINS),
    "organisation.people": may(ADMINS),
    "organisation.person": may({"beheerder"}, person_id="colleague.id"),
    "organisation.start_job": may({"beheerder"}, person_id="colleague.id"),
    "organisation.invite_again": may({"beheerder"}, person_id="colleague.id"),
    "organisation.leave": may({"beheerder"}, person_id="colleague.id"),
    "organisation.come_back": may({"beheerder"}, person_id="colleague.id"),
    "organisation.withdraw": may({"beheerder"}, dossier_id="dossier.id"),
    "substituting.substitute": may({"officer_in_own_case"}, dossier_id="own_case.id"),
    "organisation.hand_over": may({"beheerder"}, dossier_id="dossier.id"),
    "enrolling.one": may(ADMINS),
    "enrolling.upload": may(ADMINS),
    "enrolling.example": may(ADMINS),
    "enrolling.show": may({"beheerder"}, roster_id="roster.id"),
    "enrolling.use": may({"beheerder"}, roster_id="roster.id"),
    "enrolling.columns": may({"beheerder"}, roster_id="roster.id"),
    "enrolling.forget_columns": may({"beheerder"}, roster_id="roster.id"),
    "enrolling.faults": may({"beheerder"}, roster_id="roster.id"),
    "organisations.home": may(OFFICERS),
    "organisations.new": may(OFFICERS),
    "organisations.one": may(OFFICERS, organisation_id="organisation.id"),
    "organisations.invite_admin": may(OFFICERS, organisation_id="organisation.id"),
    "people.home": may(OFFICERS),
    "employers.of": may(OFFICERS, person_id="colleague.id"),
    "employers.end": may(OFFICERS, employer_id="employer.id"),
    "examiners.own": may(ADMINS),
    "examiners.withdraw": may({"beheerder"}, examiner_id="examiner.id"),
    "examiners.home": may(OFFICERS),
    "examiners.one": may(OFFICERS, examiner_id="examiner.id"),
    "examiners.calibrate": may(OFFICERS, examiner_id="examiner.id"),
    "examiners.decline": may(OFFICERS, examiner_id="examiner.id"),
    "examiners.end": may(OFFICERS, examiner_id="examiner.id"),
    "people.new": may(OFFICERS),
    "people.one": may(OFFICERS, person_id="colleague.id"),
    "people.invite_again": may(OFFICERS, person_id="colleague.id"),
    "people.remove_factor": may(OFFICERS, person_id="colleague.id"),
    "people.log_out": may(OFFICERS, person_id="colleague.id"),
    "people.end_role": may(OFFICERS, membership_id="membership.id"),
    "people.give_back": may(OFFICERS, membership_id="membership.id"),
    "second_officer.home": may(OFFICERS),
    "second_officer.grant": may(OFFICERS, change_id="staff_change.id"),
    "second_officer.refuse": may(OFFICERS, change_id="staff_change.id"),
    "exam_day.show": may(OFFICERS),
    "desk.done": may(ASSESSORS),
    "outbox.one": may(OFFICERS, message_id="mail.id"),
    "auditing.home": may(AUDITORS),
    "auditing.log": may(AUDITORS),
    "committee.home": may(COMMITTEE),
    "irregularities.home": may(COMMITTEE | OFFICERS),
    "irregularities.new": may(COMMITTEE | OFFICERS),
    **{
        f"irregularities.{name}": may(COMMITTEE | OFFICERS, case_id="case.id")
        for name in ("one", "invite", "hear", "drop")
    },
    **{
        f"irregularities.{name}": may(COMMITTEE, case_id="case.id")
        for name in ("propose", "decide", "send_back", "reply")
    },
    "irregularities.own": may({"candidate"}, case_id="case.id"),
    "irregularities.object_to": may({"candidate"}, case_id="case.id"),
    "minutes.home": may(COMMITTEE | OFFICERS | AUDITORS),
    "minutes.draw": may(COMMITTEE),
    "minutes.one": may(COMMITTEE | OFFICERS | AUDITORS, minutes_id="minutes.id"),
    "minutes.file": may(COMMITTEE | OFFICERS | AUDITORS, minutes_id="minutes.id"),
    "minutes.sign": may(COMMITTEE, minutes_id="minutes.id"),
    "minutes.reject": may(COMMITTEE, minutes_id="minutes.id"),
    "trying.home": may(COMMITTEE),
    "trying.attempt": may(COMMITTEE),
    "simulations.home": may(COMMITTEE),
    "simulations.ask": may(COMMITTEE),
    "simulations.one": may(COMMITTEE, simulation_id="simulation.id"),
    "simulations.export": may(COMMITTEE, simulation_id="simulation.id"),
    "content.home": may(COMMITTEE | OFFICERS),
    "content.one": may(COMMITTEE | OFFICERS, kind="=scheme", exam="scheme.key", part="scheme.key"),
    "content.look": may(COMMITTEE, kind="=scheme", exam="scheme.key", part="scheme.key"),
    "regulation.home": may(EVERYBODY),
    "media.recording": may({"assessor_1", "assessor_2", "candidate"}, recording_id="recording.id"),
    "looking.show": may(OFFICERS | COMMITTEE | AUDITORS, recording_id="recording.id"),
    "own_data.show": may(EVERYBODY),
    "own_data.everything": may(EVERYBODY),
    "own_choices.ask": may(EVERYBODY),
    "own_choices.withdraw": may({"candidate"}, request_id="erasure_request.id"),
    "own_choices.not_recorded": may({"candidate", "second_candidate"}),
    "sharing.choose": may({"candidate"}, dossier_id="dossier.id"),
    # Nobody shares a result in this world; who reads one that is shared is in test_sharing.
    "sharing.for_manager": may(set(), dossier_id="dossier.id"),
    "sharing.for_organisation": may(set(), dossier_id="dossier.id"),
    "own_choices.benchmark": may({"candidate"}, dossier_id="dossier.id"),
    "media.clip": may({"second_candidate", "assessor_1", "assessor_2", "committee_member"}, clip_id="clip.id"),
    "media.captions": may({"second_candidate", "assessor_1", "assessor_2", "committee_member"}, clip_id="clip.id"),
    "exam.home": may(CANDIDATES),
    "exam.step": may({"candidate", "second_candidate"}),
    "exam.key": may(CANDIDATES),
    "exam.consent": may({"candidate", "second_candidate"}),
    "exam.take_seat": may({"candidate", "second_candidate"}),
    "exam.check": may({"candidate", "second_candidate"}),
    "exam.check_again": may({"candidate", "second_candidate"}),
    "exam.begin": may({"candidate", "second_candidate"}),
    "exam.line": may({"candidate", "second_candidate"}),
    "exam.pause": may({"candidate", "second_candidate"}),
    "exam.go_on": may({"candidate", "second_candidate"}),
    "exam.finish": may({"candidate", "second_candidate"}),
    "exam.play": may({"candidate", "second_candidate"}, number="=1"),
    "exam.stall": may({"candidate", "second_candidate"}, number="=1"),
    "exam.prepare": may({"candidate", "second_candidate"}, number="=1"),
    "exam.find_recorder": may({"candidate"}, recording_id="recording.id"),
    "exam.record": may({"candidate", "second_candidate"}, number="=1"),
    "exam.finish_answer": may({"candidate", "second_candidate"}, number="=1"),
    "benchmarks.home": may(OFFICERS | COMMITTEE),
    "benchmarks.answers": may(OFFICERS, exam="scheme.key"),
    "benchmarks.choose": may(OFFICERS, answer_id="to_choose.id"),
    "benchmarks.one": may(OFFICERS | COMMITTEE, benchmark_id="benchmark.id"),
    "benchmarks.replace": may(OFFICERS, benchmark_id="benchmark.id"),
    "benchmarks.agree": may(COMMITTEE, benchmark_id="benchmark.id"),
    "benchmarks.end": may(COMMITTEE, benchmark_id="benchmark.id"),
    "calibration.home": may(ASSESSORS),
    "calibration.begin": may(ASSESSORS, exam="scheme.key", kind="=toets"),
    "calibration.feedback": may({"assessor_1"}, rating_id="practised.id"),
    "desk.home": may(ASSESSORS),
    "desk.stop": may(ASSESSORS),
    "desk.rating": may({"assessor_1"}, rating_id="rating.id"),
    "desk.flag": may({"assessor_1"}, rating_id="rating.id"),
    "scoring.keep": may({"assessor_1"}, rating_id="rating.id"),
    "scoring.position": may({"assessor_1"}, rating_id="rating.id"),
    "scoring.sign": may({"assessor_1"}, rating_id="rating.id"),
    "second_phase.show": may({"assessor_1"}, rating_id="rating.id"),
    "second_phase.change": may({"assessor_1"}, rating_id="rating.id"),
    "second_phase.sign": may({"assessor_1"}, rating_id="rating.id"),
    "results.verdicts": may(OFFICERS | COMMITTEE),
    "results.verdict": may(OFFICERS | COMMITTEE, verdict_id="verdict.id"),
    "results.confirm": may(OFFICERS | COMMITTEE, verdict_id="verdict.id"),
    "results.take_back": may(OFFICERS | COMMITTEE, verdict_id="verdict.id"),
    "results.correct": may(OFFICERS | COMMITTEE, verdict_id="verdict.id"),
    "results.release": may(OFFICERS | COMMITTEE, verdict_id="verdict.id"),
    "results.release_many": may(OFFICERS | COMMITTEE),
    "results.own": may({"candidate", "second_candidate"}),
    "results.letter": may({"candidate", "second_candidate"}),
    **{
        f"visitors.{page}": may(PUBLIC)
        for page in ("exams", "dates", "fees", "disagree", "robots", "sitemap", "calendar")
    },
    "feeds.home": may(ADMINS | ASSESSORS),
    "feeds.make": may(ADMINS | ASSESSORS),
    "feeds.end": may({"beheerder"}, feed_id="calendar_feed.id"),
    "feeds.read": may(PUBLIC, secret="calendar_secret.value"),
    # Nothing was declined in this world; who takes an offered day is in test_practical_offers.
    "practical.take_offer": may(set(), session_id="practical.id", date_id="practical_date.id"),
    "visitors.exam": may(PUBLIC, key="=branchecertificaat_b"),
    "certificate_check.ask": may(PUBLIC),
    "certificate_check.check": may(PUBLIC),
    "certificate_check.shared": may(PUBLIC, secret="certificate.share"),
    "certificate_check.did_document": may(PUBLIC),
    "certificate_check.status_list": may(PUBLIC, purpose="=revocation", number="=1"),
    "own_certificates.home": may(CANDIDATES),
    "own_certificates.file": may({"candidate"}, certificate_id="certificate.id"),
    "own_certificates.badge": may({"candidate"}, certificate_id="certificate.id"),
    "own_certificates.supplement": may({"candidate"}, certificate_id="certificate.id", language="=nl"),
    "own_certificates.share": may({"candidate"}, certificate_id="certificate.id"),
    "own_certificates.stop_sharing": may({"candidate"}, certificate_id="certificate.id"),
    "own_certificates.copy": may({"candidate"}, certificate_id="certificate.id"),
    "own_certificates.copy_file": may({"candidate"}, order_id="copy_order.id"),
    "register.home": may(OFFICERS | AUDITORS),
    "register.export": may(OFFICERS | AUDITORS),
    "register.waiting": may(OFFICERS),
    "register.issue": may(OFFICERS),
    "register.one": may(OFFICERS | AUDITORS, certificate_id="certificate.id"),
    "register.file": may(OFFICERS | AUDITORS, certificate_id="certificate.id"),
    "register.ask": may(OFFICERS, certificate_id="certificate.id"),
    "register.give": may(OFFICERS, certificate_id="certificate.id"),
    "register.to_decide": may(OFFICERS),
    "register.grant": may(OFFICERS, change_id="certificate_change.id"),
    "register.refuse": may(OFFICERS, change_id="certificate_change.id"),
    "register.copy": may(OFFICERS, certificate_id="certificate.id"),
    "register.copy_file": may(OFFICERS | AUDITORS, order_id="copy_order.id"),
    "paper.upload": may(OFFICERS),
    "paper.example": may(OFFICERS),
    "paper.show": may(OFFICERS, list_id="paper_list.id"),
    "paper.use": may(OFFICERS, list_id="paper_list.id"),
    "certified.home": may(ADMINS),
    "certified.export": may(ADMINS),
    "inquiries.mine": may(MANAGERS | ADMINS | {"officer_in_own_case"}),
    "inquiries.about_dossier": may({"manager", "beheerder"}, dossier_id="dossier.id"),
    "inquiries.about_session": may({"beheerder"}, session_id="given.id"),
    "inquiries.one": may({"manager"}, inquiry_id="inquiry.id"),
    "inquiries.close": may({"manager"}, inquiry_id="inquiry.id"),
    "answering.home": may(OFFICERS),
    "answering.one": may(OFFICERS, inquiry_id="session_inquiry.id"),
    "answering.close": may(OFFICERS, inquiry_id="session_inquiry.id"),
    "answering.reopen": may(OFFICERS, inquiry_id="session_inquiry.id"),
    "mail_texts.home": may(OFFICERS),
    "mail_texts.one": may(OFFICERS, kind="=complaint_answered"),
    "mail_texts.preview": may(OFFICERS, kind="=complaint_answered"),
    "mail_texts.test_mail": may(OFFICERS, kind="=complaint_answered"),
    "mail_texts.go_back": may(OFFICERS, kind="=complaint_answered"),
    "complaining.mine": may(EVERYBODY),
    "complaining.waiting": may(OFFICERS),
    "complaining.one": may(OFFICERS, complaint_id="complaint.id"),
    "objecting.own": may({"outsider_candidate"}, dossier_id="objected.id"),
    "objecting.waiting": may(OFFICERS | COMMITTEE),
    "objecting.show": may(OFFICERS | COMMITTEE | {"assessor_3"}, objection_id="objection.id"),
    "objecting.classify": may(OFFICERS | {"assessor_3"}, objection_id="objection.id"),
    "objecting.rule": may(OFFICERS | {"assessor_3"}, objection_id="objection.id"),
    "fee_prices.home": may(OFFICERS),
    "fee_prices.choose": may(OFFICERS),
    "fee_prices.take_back": may(OFFICERS, price_id="fee_price.id"),
    "audits.home": may(AUDITING),
    "audits.organisation": may(AUDITING, organisation_id="organisation.id"),
    "audits.plan": may(OFFICERS, organisation_id="organisation.id"),
    "audits.one": may(AUDITING, audit_id="audit.id"),
    "audits.move": may(OFFICERS, audit_id="audit.id"),
    "audits.cancel": may(OFFICERS, audit_id="audit.id"),
    "audits.file": may(AUDITING, audit_id="audit_reported.id"),
    "audit_holding.fill": may(AUDITORS, audit_id="audit.id"),
    "audit_holding.hold": may(AUDITORS, audit_id="audit.id"),
    "audit_holding.add": may(AUDITORS, audit_id="audit.id"),
    "audit_holding.report": may(AUDITORS, audit_id="audit.id"),
    "audit_findings.home": may(AUDITING),
    "audit_findings.one": may(AUDITING, finding_id="audit_finding.id"),
    "audit_findings.close": may(AUDITING, finding_id="audit_finding.id"),
    "audit_findings.send_back": may(AUDITING, finding_id="audit_finding.id"),
    "audit_findings.attach": may(AUDITING, finding_id="audit_finding.id"),
    "audit_findings.file": may(AUDITING, document_id="audit_evidence.id"),
    "audit_samples.home": may(AUDITING),
    "audit_samples.one": may(AUDITING, sample_id="audit_sample.id"),
    "audit_packs.home": may(AUDITORS),
    "audit_packs.of_organisation": may(AUDITORS, organisation_id="organisation.id"),
    "audit_packs.of_sample": may(AUDITORS, sample_id="audit_sample.id"),
    "audit_packs.one": may(AUDITORS, pack_id="audit_pack.id"),
    "audit_packs.file": may(AUDITORS, pack_id="audit_pack.id"),
    "audit_cases.find": may(AUDITORS),
    "audit_cases.one": may(AUDITORS, dossier_id="dossier.id"),
    "own_audits.home": may(ADMINS),
    "own_audits.finding": may({"beheerder"}, finding_id="audit_finding.id"),
    "own_audits.attach": may({"beheerder"}, finding_id="audit_finding.id"),
    "own_audits.file": may({"beheerder"}, document_id="audit_evidence.id"),
    "own_audits.report_file": may({"beheerder"}, audit_id="audit_reported.id"),
    "invoices.home": may(OFFICERS),
    "invoices.export": may(OFFICERS),
    "invoices.waiting": may(OFFICERS),
    "invoices.make": may(OFFICERS),
    "invoices.income": may(OFFICERS),
    "invoices.income_file": may(OFFICERS),
    "invoices.one": may(OFFICERS, invoice_id="invoice.id"),
    "invoices.file": may(OFFICERS, invoice_id="invoice.id"),
    "invoices.electronic": may(OFFICERS, invoice_id="invoice.id"),
    "invoices.paid": may(OFFICERS, invoice_id="invoice.id"),
    "invoices.remind": may(OFFICERS, invoice_id="invoice.id"),
    "invoices.write_off": may(OFFICERS, invoice_id="invoice.id"),
    "invoices.reopen": may(OFFICERS, invoice_id="invoice.id"),
    "invoices.give_back": may(OFFICERS, order_id="fee_order.id"),
    "membership_credits.show": may(OFFICERS, organisation_id="organisation.id"),
    "invoices.pay_at": may(OFFICERS, invoice_id="invoice.id"),
    "judging_figures.home": may(OFFICERS | COMMITTEE),
    "judging_figures.one": may(OFFICERS | COMMITTEE, exam="scheme.key"),
    "judging_figures.again": may(OFFICERS | COMMITTEE, exam="scheme.key"),
    "judging_figures.export": may(OFFICERS | COMMITTEE, exam="scheme.key", part="=alles"),
    "judging_figures.scores": may(OFFICERS | COMMITTEE, exam="scheme.key"),
    "judging_figures.own": may(ASSESSORS),
    "year_figures.show": may(OFFICERS | COMMITTEE | AUDITORS),
    "year_figures.export": may(OFFICERS | COMMITTEE | AUDITORS, year="=2026"),
    "year_figures.file": may(OFFICERS | COMMITTEE | AUDITORS, year="=2026"),
    "books.home": may(OFFICERS),
    "books.keep": may(OFFICERS),
    "books.file": may(OFFICERS),
    "costs.home": may(ADMINS),
    "costs.export": may(ADMINS),
    "costs.invoices": may(ADMINS),
    "costs.file": may({"beheerder"}, invoice_id="invoice.id"),
    "costs.electronic": may({"beheerder"}, invoice_id="invoice.id"),
    "costs.details": may({"beheerder"}, organisation_id="organisation.id"),
    "own_invoices.file": may({"candidate"}, invoice_id="own_invoice.id"),
    "objecting.order_remark": may(OFFICERS | {"assessor_3"}, objection_id="objection.id"),
    "objecting.own_file": may({"outsider_candidate"}, dossier_id="objected.id", objection_id="objection.id"),
    "objecting.show_file": may(OFFICERS | COMMITTEE | {"assessor_3"}, objection_id="objection.id"),
    "objecting.minute": may(OFFICERS | COMMITTEE | {"assessor_3"}, objection_id="objection.id"),
    "objecting.appoint": may(OFFICERS, objection_id="objection.id"),
    "assigning.sitting": may(OFFICERS, sitting_id="to_assign.id"),
    "assigning.take_back": may({"officer", "second_officer", "officer_in_own_case"}, rating_id="rating.id"),
    "assigning.take_flag": may(OFFICERS, flag_id="flag.id"),
    "assigning.more_evidence": may(OFFICERS, verdict_id="verdict.id"),
    "assigning.give_up": may(OFFICERS, verdict_id="verdict.id"),
    "assigning.settle": may(COMMITTEE, verdict_id="verdict.id"),
    "allocating.start": may(OFFICERS),
    "allocating.show": may(OFFICERS, allocation_id="allocation.id"),
    "allocating.draw_again": may(OFFICERS, allocation_id="allocation.id"),
    # In this world's proposal nobody has room; who swaps is in test_allocating.
    "allocating.swap": may(
        set(), allocation_id="allocation.id", sitting_id="to_assign.id", assessor_id="membership.person_id"
    ),
    "allocating.make_final": may(OFFICERS, allocation_id="allocation.id"),
    "absences.assessors": may(OFFICERS),
    "absences.assessor": may(OFFICERS, person_id="rating.assessor_id"),
    "absences.enter": may(OFFICERS, person_id="rating.assessor_id"),
    "absences.tie_person": may(OFFICERS, person_id="rating.assessor_id"),
    "absences.organisation": may(OFFICERS, organisation_id="dossier.organisation_id"),
    "absences.tie_organisation": may(OFFICERS, organisation_id="dossier.organisation_id"),
    "absences.return_work": may(ASSESSORS),
    "absences.own": may(ASSESSORS),
    "absences.remove": may(OFFICERS | {"assessor_1"}, absence_id="absence.id"),
    "assigning.close_flag": may(OFFICERS, flag_id="flag.id"),
}
