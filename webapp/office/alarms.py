"""Alarms by mail, where nobody runs a Prometheus: what is wrong goes to the address of VIGNET_OPERATOR_MAIL.

The names and bounds are those of `docker/monitoring/alarms.yml`, as far as the database and the health page know of
them. It cannot tell that the office's own worker or beat is away, nor that the mail server is: the page
*Systeem, Stand* does.
"""

import logging
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from storage import alarms, operation
from storage.base.config import config
from storage.base.database import new_session, session_scope
from storage.base.jobs import JobState
from storage.operation import Number
from webapp import health, metrics
from webapp.dutch import formats
from webapp.dutch.events import JOBS
from webapp.mail import deliver
from webapp.office.status import PARTS

log = logging.getLogger(__name__)

LITTLE_BYTES = 5_000_000_000
NEVER = timedelta(0)


@dataclass(frozen=True)
class Raised:
    """Something that is wrong, in Dutch, and how long it may last before it is told."""

    words: str
    wait: timedelta = NEVER


def raised(
    parts: Mapping[str, bool], numbers: Sequence[Number], free: int | None, certificate_s: float | None
) -> dict[str, Raised]:
    """All that is wrong by these numbers: by name, and by what it is about where there may be several.

    `free`: bytes on the disk of the data folder. `certificate_s`: seconds until the certificate of the site ends.
    """
    found = {
        f"PartAway:{part}": Raised(f"{PARTS[part]}: geen antwoord.", timedelta(minutes=2))
        for part, up in parts.items()
        if not up
    }
    if found.pop("PartAway:recorder", None):
        found["NoRecorder"] = Raised(
            "Er is geen opnameserver: niemand kan een antwoord beginnen.", timedelta(minutes=1)
        )
    for number in numbers:
        found |= dict(_of(number))
    if free is not None and free < LITTLE_BYTES:
        found["DiskFull"] = Raised(f"De schijf is bijna vol: nog {formats.size(free)} vrij.", timedelta(minutes=5))
    if certificate_s is not None and certificate_s < timedelta(days=7).total_seconds():
        left = formats.lapse(max(0, certificate_s))
        found["CertificateEnds"] = Raised(f"Het certificaat van de site loopt af over {left}.", timedelta(hours=1))
    return found


def _of(number: Number) -> Iterator[tuple[str, Raised]]:
    value = number.value
    match number.name, number.labels:
        case "vignet_job_oldest_seconds", {"kind": kind} if value > 1800:
            lasts = formats.lapse(value)
            yield (
                f"JobsWait:{kind}",
                Raised(f"De taak ‘{JOBS.get(kind, kind)}’ wacht al {lasts}.", timedelta(minutes=5)),
            )
        case "vignet_jobs", {"kind": kind, "state": JobState.DEAD} if value > 0:
            yield f"JobsGaveUp:{kind}", Raised(f"De taak ‘{JOBS.get(kind, kind)}’ is opgegeven ({value:.0f} keer).")
        case "vignet_mail_oldest_seconds", _ if value > 3600:
            yield "MailWaits", Raised(f"Er wacht al {formats.lapse(value)} mail.", timedelta(minutes=5))
        case "vignet_takes_waiting", {"matter": "stuck"} if value > 0:
            yield "TakesStuck", Raised(f"Opnames die blijven hangen: {value:.0f}.", timedelta(minutes=15))
        case "vignet_audit_unsealed_seconds", _ if value > 600:
            lasts = formats.lapse(value)
            yield "LogNotSealed", Raised(f"Het logboek is al {lasts} niet verzegeld.", timedelta(minutes=5))
        case "vignet_retention_night_seconds", _ if value > 130_000:
            yield "NightMissed", Raised("Vannacht is er niets vernietigd.")
        case "vignet_backup_age_seconds", _ if value > 129_600:
            lasts = formats.lapse(value)
            yield "BackupOld", Raised(f"Er is al {lasts} geen goede back-up gemaakt.", timedelta(hours=1))


def watch(now: datetime) -> None:
    """Look at everything, and send one mail when something went wrong or right. Not sent is tried the next time.

    Asks for the context of an app.
    """
    settings = config()
    with new_session(writes=False) as session:
        parts = health.tried(session, settings, now)
        if not parts["database"]:
            # What was told is in there: nothing can be said without it.
            return
        numbers = list(operation.numbers(session, settings, now))
        found = raised(parts, numbers, operation.free_bytes(settings), metrics.certificate_left(settings, now))
    with session_scope() as session:
        change = alarms.note(session, {name: one.wait for name, one in found.items()}, now)
    if not change:
        return
    try:
        deliver.send_now(
            settings.operator_mail,
            "operator_alarm",
            now,
            uuid.uuid4(),
            origin=settings.origin,
            begun=[_line(found[name], since) for name, since in change.begun.items()],
            still=[_line(found[name], since) for name, since in change.still.items()],
            over=[_about(name) for name in change.over],
        )
    except deliver.NotSent as error:
        log.error("the mail about %d alarms was not sent: %s", len(change.begun) + len(change.over), error)
        return
    with session_scope() as session:
        alarms.told(session, change, now)


ABOUT = {
    "PartAway": "Onderdeel",
    "NoRecorder": "Opnameservers",
    "JobsWait": "Taak die wachtte",
    "JobsGaveUp": "Taak die was opgegeven",
    "MailWaits": "Mail die wachtte",
    "TakesStuck": "Opnames die bleven hangen",
    "LogNotSealed": "Verzegelen van het logboek",
    "NightMissed": "Vernietigen in de nacht",
    "BackupOld": "Back-up",
    "DiskFull": "Ruimte op de schijf",
    "CertificateEnds": "Certificaat van de site",
}
"""What each alarm is about, for when it is over."""


def _line(one: Raised, since: datetime) -> str:
    return f"{one.words} Gezien sinds {formats.moment(since)}."


def _about(name: str) -> str:
    kind, _, subject = name.partition(":")
    words = PARTS.get(subject) or JOBS.get(subject, subject)
    return f"{ABOUT[kind]}: {words}" if subject else ABOUT[kind]
