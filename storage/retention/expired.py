"""The nightly deletion of rows that nobody needs any more.

Links, who asked for them, log-ins, mails, checks of devices, lists of people, online tests that nobody passed,
practical sessions that were not held, and checks of locations from long ago.

Each stays for a while after it stopped working, so that the office can still answer a question about it.
"""

from datetime import datetime, timedelta

from sqlalchemy import String, cast, delete, or_, select, update
from sqlalchemy.orm import Session

from storage.admission.enrolments import Roster
from storage.base.database import rows_changed
from storage.base.jobs import Job, JobState
from storage.certificates.paper_lists import PaperList
from storage.exam.sittings import Sitting
from storage.people.links import SEND_RESET, Link
from storage.people.logins import LogIn
from storage.people.outbox import DELIVER, MailMessage, MailState
from storage.planning.locations import LocationCheck
from storage.planning.practical_sessions import LIVE, Participant, PracticalSession
from storage.planning.theory_tests import TheoryState, TheoryTest

LINKS_KEPT = timedelta(days=30)
"""After a link was used, withdrawn or became too old."""

RESETS_KEPT = timedelta(days=1)
"""After a new password was asked for: the job that knows who asked. Link and mail stay as long as others."""

LOG_INS_KEPT = timedelta(days=30)
"""After a browser was last used or logged out."""

ROSTERS_KEPT = timedelta(days=7)
"""After a list was uploaded that nobody took into use. The people of one that was are forgotten at once."""

TESTS_KEPT = timedelta(days=365)
"""After an online test ended without a pass: as long as the recordings of who did not pass. A pass stays."""

SESSIONS_KEPT = timedelta(days=365)
"""After a practical session was declined or called off, or a candidate taken out of one. One that was held stays."""

DELIVERIES_KEPT = timedelta(days=1)
"""After a mail was sent or given up: the job that did so. The mail itself says what became of it."""

MAILS_KEPT = timedelta(days=2 * 365)
"""After a mail was written, unless it still waits to be sent."""

DEVICE_CHECKS_KEPT = timedelta(days=365)
"""After the window of an exam closed: what the check of camera and microphone found. The exam stays."""

CHECKS_KEPT = timedelta(days=2 * 365)
"""After a location was checked: a yearly audit still finds the year before. The location keeps how it stands."""


def delete_expired(session: Session, now: datetime) -> dict[str, int]:
    """Delete what is past its time; answers how many rows of each table."""
    old_links = or_(Link.used_at < now - LINKS_KEPT, Link.expires_at < now - LINKS_KEPT)
    in_mail = MailMessage.link_id.in_(select(Link.id).where(old_links))
    session.execute(update(MailMessage).where(in_mail).values(link_id=None))
    checked = (Sitting.closes_at < now - DEVICE_CHECKS_KEPT) & (cast(Sitting.device_check, String) != "{}")
    session.execute(update(Sitting).where(checked).values(device_check={}))
    old_resets = (Job.kind == SEND_RESET) & (Job.finished_at < now - RESETS_KEPT)
    delivered = (Job.kind == DELIVER) & (Job.state == JobState.DONE) & (Job.finished_at < now - DELIVERIES_KEPT)
    past = {
        Link: old_links,
        Job: old_resets | delivered,
        LogIn: or_(LogIn.used_at < now - LOG_INS_KEPT, LogIn.ended_at < now - LOG_INS_KEPT),
        TheoryTest: (TheoryTest.state != TheoryState.PASSED) & (TheoryTest.ended_at < now - TESTS_KEPT),
        Participant: Participant.freed_at < now - SESSIONS_KEPT,
        PracticalSession: PracticalSession.state.not_in(LIVE) & (PracticalSession.answered_at < now - SESSIONS_KEPT),
        LocationCheck: LocationCheck.checked_at < now - CHECKS_KEPT,
        MailMessage: (MailMessage.state != MailState.WAITING) & (MailMessage.created_at < now - MAILS_KEPT),
        PaperList: PaperList.done_at.is_(None) & (PaperList.created_at < now - ROSTERS_KEPT),
        Roster: Roster.done_at.is_(None) & (Roster.created_at < now - ROSTERS_KEPT),
    }
    return {noun.__tablename__: rows_changed(session, delete(noun).where(old)) for noun, old in past.items()}
