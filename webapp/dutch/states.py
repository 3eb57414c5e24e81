"""The states of things in Dutch, each with the colour in which it is shown."""

from scenarios.sitting import Stage
from storage.bookings import BookingState
from storage.dossiers import DossierState
from storage.enrolments import EntryOutcome
from storage.jobs import JobState
from storage.mail import MailState
from storage.objections import ObjectionState
from storage.people import Role
from storage.places import NodeState
from storage.recordings import RecordingState

ROLES = {
    Role.CANDIDATE: "kandidaat",
    Role.MANAGER: "leidinggevende",
    Role.ORGANISATION_ADMIN: "beheerder",
    Role.KSF_OFFICER: "KSF-medewerker",
    Role.ASSESSOR: "assessor",
    Role.EXAM_COMMITTEE: "examencommissie",
    Role.AUDITOR: "auditor",
}

DOSSIER_STATES = {
    DossierState.WRITING: "wordt geschreven",
    DossierState.SUBMITTED: "ingediend",
    DossierState.RETURNED: "terug naar kandidaat",
    DossierState.APPROVED: "goedgekeurd",
    DossierState.REJECTED: "afgewezen",
    DossierState.WITHDRAWN: "ingetrokken",
}

RECORDING_STATES = {
    RecordingState.EXPECTED: "verwacht",
    RecordingState.RECEIVING: "komt binnen",
    RecordingState.CAPTURED: "veilig ontvangen",
    RecordingState.STORED: "klaar om te bekijken",
    RecordingState.RETAKE: "technische fout",
}

BOOKING_STATES = {
    BookingState.REQUESTED: "aangevraagd",
    BookingState.COUNTERED: "andere datum voorgesteld",
    BookingState.CONFIRMED: "bevestigd",
    BookingState.DECLINED: "afgewezen door KSF",
    BookingState.REFUSED: "voorstel niet genomen",
    BookingState.WITHDRAWN: "teruggegeven",
    BookingState.LAPSED: "voorbij",
}
BOOKING_TONES = {
    BookingState.REQUESTED: "accent",
    BookingState.COUNTERED: "warn",
    BookingState.CONFIRMED: "ok",
    BookingState.DECLINED: "danger",
}

JOB_STATES = {
    JobState.WAITING: "wacht",
    JobState.RUNNING: "bezig",
    JobState.DONE: "klaar",
    JobState.DEAD: "mislukt",
}

NODE_STATES = {
    NodeState.TAKING: "neemt examens aan",
    NodeState.FULL: "vol",
    NodeState.DRAINING: "loopt leeg",
    NodeState.DRAINED: "gestopt",
    NodeState.SILENT: "reageert niet",
}

NODE_TONES = {
    NodeState.TAKING: "ok",
    NodeState.FULL: "warn",
    NodeState.DRAINING: "accent",
    NodeState.SILENT: "danger",
}

DOSSIER_TONES = {
    DossierState.SUBMITTED: "accent",
    DossierState.RETURNED: "warn",
    DossierState.APPROVED: "ok",
    DossierState.REJECTED: "danger",
}

RECORDING_TONES = {
    RecordingState.RECEIVING: "accent",
    RecordingState.CAPTURED: "accent",
    RecordingState.STORED: "ok",
    RecordingState.RETAKE: "warn",
}

JOB_TONES = {JobState.RUNNING: "accent", JobState.DONE: "ok", JobState.DEAD: "danger"}

MAIL_STATES = {
    MailState.WAITING: "wacht",
    MailState.SENT: "verstuurd",
    MailState.FAILED: "niet bezorgd",
    MailState.BOUNCED: "geweigerd",
}
MAIL_TONES = {MailState.SENT: "ok", MailState.FAILED: "danger", MailState.BOUNCED: "danger"}

STAGES = {
    Stage.INVITED: "uitgenodigd",
    Stage.CONSENTED: "akkoord gegeven",
    Stage.CHECKED: "camera gecontroleerd",
    Stage.ANSWERING: "bezig met de situaties",
    Stage.FINISHED: "afgerond",
    Stage.EXPIRED: "verlopen",
}

OBJECTION_STATES = {
    ObjectionState.RECEIVED: "ontvangen",
    ObjectionState.OFFICE: "bij het bureau",
    ObjectionState.COMMITTEE: "bij de examencommissie",
    ObjectionState.RULED: "uitspraak gedaan",
}

ENTRY_OUTCOMES = {
    EntryOutcome.NEW: ("wordt aangemeld", "Deze kandidaat wordt aangemeld."),
    EntryOutcome.ENROLLED: ("is al aangemeld", "Deze kandidaat is al aangemeld. U hoeft niets te doen."),
    EntryOutcome.CERTIFIED: (
        "heeft het certificaat al",
        "Deze persoon heeft het certificaat al. Aanmelden is niet nodig.",
    ),
    EntryOutcome.ELSEWHERE: (
        "al aangemeld buiten uw organisatie",
        "Deze persoon is al voor dit examen aangemeld. Neem contact op met het bureau van KSF.",
    ),
}
ENTRY_TONES = {EntryOutcome.NEW: "accent", EntryOutcome.CERTIFIED: "ok", EntryOutcome.ELSEWHERE: "warn"}
