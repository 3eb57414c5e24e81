"""The certificate follows the verdict, in the transaction that corrects it.

Who makes a new verdict in the place of an earlier one about the same sitting (a correction, or the outcome of an
objection) confirms and releases it, by two persons as always, and then calls `follow(session, verdict, reason, now)`:

    new.confirm(first, now)
    new.release(second, now)
    certificate = following.follow(session, new, "Herziene uitslag na bezwaar B-…", now)

and tells the holder by `webapp.certificates.mails.tell(certificate, now)` when something is answered.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from storage.base.refusal import Refused
from storage.certificates import changes, issuing
from storage.certificates.certificates import Certificate, CertificateState, Rule, of_sitting
from storage.judging.verdicts import Verdict
from storage.people.people import Person


def follow(session: Session, verdict: Verdict, reason: str, now: datetime) -> Certificate | None:
    """Let the certificate follow this released verdict: the one that changed or was issued; None when all stays.

    Passed with a certificate that is held: it stays, and rests on this verdict from now on. Passed without one: issued
    now, by who confirmed the verdict, since that is somebody else than who released it. Not passed: what was held is
    withdrawn, by the same two. Calling it twice does nothing the second time. `reason` stands in the history, where the
    holder reads it. Raises Refused for a verdict that is not released, or on which nothing was decided.
    """
    if verdict.released_at is None or verdict.confirmed_by_id is None or verdict.released_by_id is None:
        raise Refused(Rule.NOT_RELEASED)
    if verdict.passed is None:
        raise Refused(Rule.NOT_PASSED)
    theirs = of_sitting(session, verdict.sitting)
    held = next((one for one in theirs if one.held), None)
    if held is None:
        return _issue(session, verdict, theirs, now) if verdict.passed else None
    held.verdict = verdict
    session.flush()
    if verdict.passed:
        return None
    first, second = verdict.confirmed_by_id, verdict.released_by_id
    changes.changed_by_two(session, held, CertificateState.WITHDRAWN, reason, first, second, now)
    return held


def _issue(session: Session, verdict: Verdict, known: list[Certificate], now: datetime) -> Certificate | None:
    """A certificate, unless one was withdrawn for another reason than a verdict: then an officer decides."""
    over = [one for one in known if one.state is CertificateState.WITHDRAWN]
    if any(one.verdict_id == verdict.id or (one.verdict and one.verdict.passed) for one in over):
        return None
    return issuing.issue(session, verdict, session.get_one(Person, verdict.confirmed_by_id), now)
