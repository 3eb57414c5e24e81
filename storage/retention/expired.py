"""The nightly deletion of rows that nobody needs any more.

Links, who asked for them, log-ins, mails, checks of devices, lists of people, online tests that nobody passed,
practical sessions that were not held, assessments, checks of locations, bookings, checklists, absences and sharings out
from long ago, orders, invoices and audits of years ago, what was asked, allowed and complained of, and accounts of
people whom nothing names any more.

Each stays as long as the register of processing says, so that the office can still answer a question about it.
"""

from datetime import datetime, timedelta

from dateutil.relativedelta import relativedelta
from sqlalchemy import String, cast, delete, exists, or_, select, update
from sqlalchemy.orm import Session, aliased

from storage.admission.enrolments import Roster
from storage.assessing import portfolios
from storage.assessing.assessments import ENDED, Assessment, AssessmentSheet
from storage.assessing.portfolios import PortfolioDocument
from storage.audits import evidence
from storage.audits.audits import OrganisationAudit
from storage.audits.packs import AuditPack
from storage.audits.samples import AuditSample
from storage.base import audit
from storage.base.database import Base, rows_changed
from storage.base.jobs import Job, JobState
from storage.certificates.paper_lists import PaperList
from storage.committee.irregularities import WORKING, Irregularity
from storage.data_classes import KEPT, DataClass
from storage.exam.consents import Consent
from storage.exam.sittings import Sitting
from storage.fees.invoices import Invoice
from storage.fees.orders import FeeOrder
from storage.inquiries import Inquiry, InquiryPost, InquiryState
from storage.judging.absences import Absence
from storage.judging.allocations import Allocation
from storage.people.complaints import Complaint
from storage.people.links import SEND_RESET, Link
from storage.people.logins import LogIn
from storage.people.outbox import DELIVER, MailMessage, MailState
from storage.people.people import Membership, Person, SearchWord
from storage.people.second_factor import SecondFactor
from storage.people.staff_changes import StaffChange
from storage.planning.bookings import Booking
from storage.planning.calendar_feeds import CalendarFeed
from storage.planning.locations import LocationCheck
from storage.planning.practical_results import PracticalResult
from storage.planning.practical_sessions import LIVE, Participant, PracticalSession
from storage.planning.practical_sheets import SheetEntry
from storage.planning.theory_tests import TheoryState, TheoryTest
from storage.retention.requests import ErasureRequest, RequestState
from storage.theory.day_codes import TheoryDayCode
from storage.theory.sittings import TheoryAnswer, TheoryFact, TheorySitting

_CREDIT, _NOTE = aliased(FeeOrder), aliased(Invoice)


def _kept(data_class: DataClass) -> relativedelta:
    """As long as the register of processing says (`storage.data_classes`)."""
    return relativedelta(months=KEPT[data_class].months or 0)


LOG_INS_KEPT = _kept(DataClass.LOG_INS)
"""After a link stopped working, a browser was last used or logged out, or the window of an exam closed (what the check
of camera and microphone found; the exam stays)."""

RESETS_KEPT = timedelta(days=1)
"""After a new password was asked for: the job that knows who asked. Link and mail stay as long as others."""

ROSTERS_KEPT = timedelta(days=7)
"""After a list was uploaded that nobody took into use. The people of one that was are forgotten at once."""

TABLES_KEPT = timedelta(days=1)
"""After a list was uploaded of which nobody said which column is what: it may hold more than anybody needs."""

TESTS_KEPT = _kept(DataClass.TESTS)
"""After an online test ended without a pass, a practical session was called off, or a candidate taken out of one."""

RESULTS_KEPT = _kept(DataClass.VERDICTS)
"""After a checklist was signed, or written on: what came of a practical test, whose certificate stays."""

FILES_KEPT = _kept(DataClass.ROLE_DOCUMENTS)
"""After the result of an assessment: the documents of its portfolio, whose keys go first."""

DELIVERIES_KEPT = timedelta(days=1)
"""After a mail was sent or given up: the job that did so. The mail itself says what became of it."""

MAILS_KEPT = _kept(DataClass.MAILS)
"""After a mail was written, unless it still waits to be sent."""

PLANNING_KEPT = _kept(DataClass.PLANNING)
"""After the day that was asked, or the check of a location, which keeps how it stands."""

WORK_KEPT = _kept(DataClass.ASSESSORS)
"""After an absence was over, or the sharing out was made final."""

CONSENTS_KEPT = _kept(DataClass.CONSENTS)
"""After what was allowed was taken back."""

REQUESTS_KEPT = _kept(DataClass.REQUESTS)
"""After a request for erasure was withdrawn, or done with."""

ACCOUNTS_KEPT = _kept(DataClass.ACCOUNT)
"""After the last role ended, or was never given, and nothing else names the person."""


MONEY_KEPT = _kept(DataClass.MONEY)
"""After the year in which something was ordered, credited or invoiced."""

AUDITS_KEPT = _kept(DataClass.AUDITS)
"""After an audit of an organisation was reported or called off: its findings and their evidence go with it."""

COMPLAINTS_KEPT = _kept(DataClass.COMPLAINTS)
"""After a complaint was answered."""

INQUIRIES_KEPT = _kept(DataClass.INQUIRIES)
"""After what an organisation asked was answered or closed."""


def delete_expired(session: Session, now: datetime) -> dict[str, int]:
    """Delete what is past its time; answers how many rows of each table."""
    old_links = or_(Link.used_at < now - LOG_INS_KEPT, Link.expires_at < now - LOG_INS_KEPT)
    in_mail = MailMessage.link_id.in_(select(Link.id).where(old_links))
    session.execute(update(MailMessage).where(in_mail).values(link_id=None))
    checked = (Sitting.closes_at < now - LOG_INS_KEPT) & (cast(Sitting.device_check, String) != "{}")
    session.execute(update(Sitting).where(checked).values(device_check={}))
    old_resets = (Job.kind == SEND_RESET) & (Job.finished_at < now - RESETS_KEPT)
    delivered = (Job.kind == DELIVER) & (Job.state == JobState.DONE) & (Job.finished_at < now - DELIVERIES_KEPT)
    freed = select(Participant.id).where(Participant.freed_at < now - TESTS_KEPT)
    sat = select(TheorySitting.id).join(TheorySitting.test).where(TheoryTest.ended_at < now - TESTS_KEPT)
    books = (now - MONEY_KEPT).replace(month=1, day=1, hour=0, minute=0, second=0, microsecond=0)
    off = Assessment.state.in_(ENDED) & (Assessment.answered_at < now - TESTS_KEPT)
    old = or_(Assessment.released_at < now - RESULTS_KEPT, off)
    files = portfolios.erase(session, or_(Assessment.released_at < now - FILES_KEPT, off))
    called_off = PracticalSession.state.not_in(LIVE) & (PracticalSession.answered_at < now - TESTS_KEPT)
    asked = or_(
        (Inquiry.state != InquiryState.OPEN) & (Inquiry.state_at < now - INQUIRIES_KEPT),
        Inquiry.session_id.in_(select(PracticalSession.id).where(called_off)),
    )
    audits = evidence.erase(session, OrganisationAudit.ended_at < now - AUDITS_KEPT)
    past = {
        InquiryPost: InquiryPost.inquiry_id.in_(select(Inquiry.id).where(asked)),
        Inquiry: asked,
        FeeOrder: (FeeOrder.ordered_at < books)
        & ~exists().where(_CREDIT.credits_id == FeeOrder.id, _CREDIT.ordered_at >= books),
        Invoice: (Invoice.made_at < books)
        & ~exists().where(_NOTE.credits_id == Invoice.id, _NOTE.made_at >= books)
        & ~exists().where(FeeOrder.invoice_id == Invoice.id),
        AuditPack: AuditPack.asked_at < now - AUDITS_KEPT,
        AuditSample: AuditSample.drawn_at < now - AUDITS_KEPT,
        Link: old_links,
        CalendarFeed: CalendarFeed.ended_at < now - LOG_INS_KEPT,
        Job: old_resets | delivered,
        LogIn: or_(LogIn.used_at < now - LOG_INS_KEPT, LogIn.ended_at < now - LOG_INS_KEPT),
        TheoryFact: TheoryFact.sitting_id.in_(sat),
        TheoryAnswer: TheoryAnswer.sitting_id.in_(sat),
        TheorySitting: TheorySitting.id.in_(sat),
        TheoryDayCode: TheoryDayCode.day < (now - TESTS_KEPT).date(),
        TheoryTest: (TheoryTest.state != TheoryState.PASSED) & (TheoryTest.ended_at < now - TESTS_KEPT),
        PracticalResult: or_(PracticalResult.signed_at < now - RESULTS_KEPT, PracticalResult.participant_id.in_(freed)),
        SheetEntry: or_(SheetEntry.received_at < now - RESULTS_KEPT, SheetEntry.participant_id.in_(freed)),
        Participant: Participant.freed_at < now - TESTS_KEPT,
        PracticalSession: called_off,
        AssessmentSheet: AssessmentSheet.assessment_id.in_(select(Assessment.id).where(old)),
        Assessment: old,
        LocationCheck: LocationCheck.checked_at < now - PLANNING_KEPT,
        MailMessage: (MailMessage.state != MailState.WAITING) & (MailMessage.created_at < now - MAILS_KEPT),
        PaperList: PaperList.done_at.is_(None) & (PaperList.created_at < now - ROSTERS_KEPT),
        Complaint: Complaint.answered_at < now - COMPLAINTS_KEPT,
        Irregularity: Irregularity.state.not_in(WORKING) & (Irregularity.ended_at < now - RESULTS_KEPT),
        Roster: Roster.done_at.is_(None)
        & or_(
            Roster.created_at < now - ROSTERS_KEPT,
            (Roster.created_at < now - TABLES_KEPT) & (cast(Roster.table, String) != "{}"),
        ),
        Booking: Booking.day < (now - PLANNING_KEPT).date(),
        Absence: Absence.last < (now - WORK_KEPT).date(),
        Allocation: Allocation.final_at < now - WORK_KEPT,
        Consent: Consent.taken_back_at < now - CONSENTS_KEPT,
        ErasureRequest: or_(
            ErasureRequest.done_at < now - REQUESTS_KEPT,
            (ErasureRequest.state == RequestState.WITHDRAWN) & (ErasureRequest.asked_at < now - REQUESTS_KEPT),
        ),
    }
    gone = {noun.__tablename__: rows_changed(session, delete(noun).where(old)) for noun, old in past.items()}
    gone[PortfolioDocument.__tablename__] = files
    return gone | audits | {Person.__tablename__: _delete_accounts(session, now)}


def _delete_accounts(session: Session, now: datetime) -> int:
    """Accounts without a role for so long, of people whom no row names that is not of the account itself."""
    holds = select(Membership.person_id).where(or_(Membership.until.is_(None), Membership.until > now - ACCOUNTS_KEPT))
    old = [Person.created_at < now - ACCOUNTS_KEPT, Person.id.not_in(holds)]
    own = {
        (noun.__tablename__, "person_id") for noun in (CalendarFeed, Membership, SearchWord, SecondFactor, StaffChange)
    }
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            to_person = any(key.column is Person.__table__.c.id for key in column.foreign_keys)
            if to_person and (table.name, column.name) not in own:
                there = table.alias()
                old.append(~exists().where(there.c[column.name] == Person.id))
    ids = list(session.scalars(select(Person.id).where(*old)))
    for noun in (CalendarFeed, Membership, SearchWord, StaffChange):
        session.execute(delete(noun).where(noun.person_id.in_(ids)))
    for factor in session.scalars(select(SecondFactor).where(SecondFactor.person_id.in_(ids))):
        session.delete(factor)
    session.flush()
    for one in ids:
        audit.record(session, now, None, "account_erased", Person(id=one))
    return rows_changed(session, delete(Person).where(Person.id.in_(ids)))
