"""The states of things in Dutch, each with the colour in which it is shown."""

from review.deployment import Standing
from scenarios import brought
from scenarios.readiness import Readiness
from scenarios.sitting import Stage
from storage.admission.enrolments import EntryOutcome
from storage.assessing.assessments import AssessmentState
from storage.assessing.assessments import Rule as AssessmentRule
from storage.base.jobs import JobState
from storage.certificates.certificates import CertificateState
from storage.dossier.dossiers import DossierState
from storage.exam.recordings import RecordingState
from storage.exam.reservations import NodeState
from storage.inquiries import InquiryState
from storage.judging.benchmarks import BenchmarkState
from storage.judging.objections import ObjectionState
from storage.people.examiners import ExaminerState
from storage.people.outbox import MailState
from storage.people.people import Role
from storage.planning.bookings import BookingState
from storage.planning.practical_candidates import Rule as CandidateRule
from storage.planning.practical_results import ResultState
from storage.planning.practical_sessions import SessionState
from storage.planning.theory_tests import TheoryState
from storage.retention.requests import RequestState

EXAMINER_STATES = {
    ExaminerState.PROPOSED: "wacht op KSF",
    ExaminerState.ACCEPTED: "aangenomen",
    ExaminerState.DECLINED: "niet aangenomen",
    ExaminerState.WITHDRAWN: "ingetrokken",
    ExaminerState.ENDED: "niet meer geleverd",
}
EXAMINER_TONES = {
    ExaminerState.PROPOSED: "accent",
    ExaminerState.ACCEPTED: "ok",
    ExaminerState.DECLINED: "danger",
}

DEPLOYED = {
    Standing.FEW: "minder dan drie",
    Standing.FULL: "vier: nog een is te veel",
    Standing.MANY: "meer dan vier",
}

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
    DossierState.ERASED: "vernietigd",
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

SESSION_STATES = {
    SessionState.REQUESTED: "aangevraagd",
    SessionState.CONFIRMED: "bevestigd",
    SessionState.DECLINED: "afgewezen door KSF",
    SessionState.CANCELLED: "afgezegd door KSF",
    SessionState.WITHDRAWN: "ingetrokken",
    SessionState.LAPSED: "niet op tijd beantwoord",
}
SESSION_TONES = {
    SessionState.REQUESTED: "accent",
    SessionState.CONFIRMED: "ok",
    SessionState.DECLINED: "danger",
    SessionState.CANCELLED: "danger",
}

RESULT_STATES = {
    ResultState.SIGNED: "ondertekend, wacht op vrijgeven",
    ResultState.RELEASED: "uitslag vrijgegeven",
    ResultState.SENT_BACK: "teruggestuurd door KSF",
}
"""How far the result of a practical test is."""
RESULT_TONES = {
    ResultState.SIGNED: "accent",
    ResultState.RELEASED: "ok",
    ResultState.SENT_BACK: "warn",
}

HINDRANCES = {
    CandidateRule.NO_THEORY: ("theorietoets nog niet behaald", "theorietoets behaald, en door KSF ingevoerd"),
    CandidateRule.CERTIFIED: ("heeft het certificaat al", "niets: een praktijktoets is niet meer nodig"),
    CandidateRule.TWICE: ("heeft al een praktijktoets, of wacht op antwoord", "niets: eerst die toets"),
}
"""Why somebody cannot take part in a practical test: what is found, and what is needed."""

ASSESSMENT_STATES = {
    AssessmentState.REQUESTED: "aangevraagd",
    AssessmentState.PLANNED: "gepland",
    AssessmentState.DISPUTED: "derde assessor nodig",
    AssessmentState.JUDGED: "beoordeeld",
    AssessmentState.ENDORSED: "getekend door de examencommissie",
    AssessmentState.RELEASED: "uitslag vrijgegeven",
    AssessmentState.DECLINED: "afgewezen door KSF",
    AssessmentState.CANCELLED: "afgezegd door KSF",
    AssessmentState.WITHDRAWN: "ingetrokken",
}
ASSESSMENT_TONES = {
    AssessmentState.REQUESTED: "accent",
    AssessmentState.PLANNED: "accent",
    AssessmentState.DISPUTED: "warn",
    AssessmentState.JUDGED: "accent",
    AssessmentState.ENDORSED: "accent",
    AssessmentState.RELEASED: "ok",
    AssessmentState.DECLINED: "danger",
    AssessmentState.CANCELLED: "danger",
}
ASSESSMENT_HINDRANCES = {
    AssessmentRule.CERTIFIED: "heeft het certificaat al",
    AssessmentRule.NOT_ADMITTED: "is nog niet toegelaten",
    AssessmentRule.TWICE: "heeft al een assessment, of wacht op antwoord",
}
"""Why somebody cannot have an assessment now."""

READINESS = {
    Readiness.ABSENT: ("nog niet gecontroleerd", "warn", "Loop vóór het examen de lijst van de controle na."),
    Readiness.EXPIRED: (
        "controle verlopen",
        "warn",
        "De laatste controle geldt tot en met {until}. Controleer opnieuw.",
    ),
    Readiness.INCOMPLETE: ("niet alles in orde", "warn", "Maak in orde wat ontbreekt, en controleer dan opnieuw."),
    Readiness.READY: ("gecontroleerd", "ok", "De controle geldt tot en met {until}."),
}
"""How ready a location is: the words of the chip, its tone, and what to do."""

MEASURED = {
    Readiness.ABSENT: ("computer niet gemeten", "neutral", "Meet de computer waarop het examen is."),
    Readiness.EXPIRED: ("meting verlopen", "warn", "De laatste meting geldt tot en met {until}. Meet opnieuw."),
    Readiness.INCOMPLETE: ("computer niet goed genoeg", "warn", "Los op wat niet goed is, en meet dan opnieuw."),
    Readiness.READY: ("computer gemeten", "ok", "De meting geldt tot en met {until}."),
}
"""The same for what was measured of its computer."""

THEORY_STATES = {
    TheoryState.SET: ("staat klaar", "accent"),
    TheoryState.PASSED: ("behaald", "ok"),
    TheoryState.NOT_PASSED: ("niet behaald", "neutral"),
    TheoryState.NOT_TAKEN: ("niet gemaakt", "neutral"),
    TheoryState.WITHDRAWN: ("ingetrokken", "neutral"),
}
"""How far an online test is, as KSF reads it."""
THEORY_STATES_OUTSIDE = THEORY_STATES | dict.fromkeys(
    (TheoryState.NOT_PASSED, TheoryState.NOT_TAKEN), ("afgerond", "neutral")
)
"""The same as an organisation reads it: not a word about how well a test went that was not passed."""

CERTIFICATES = brought.certificates()
"""For what an online test is taken, by the key of the certificate."""

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

CERTIFICATE_STATES = {
    CertificateState.VALID: "geldig",
    CertificateState.SUSPENDED: "geschorst",
    CertificateState.WITHDRAWN: "ingetrokken",
    CertificateState.REPLACED: "vervangen",
}
CERTIFICATE_TONES = {
    CertificateState.VALID: "ok",
    CertificateState.SUSPENDED: "warn",
    CertificateState.WITHDRAWN: "danger",
}

INQUIRY_STATES = {
    InquiryState.OPEN: "wacht op KSF",
    InquiryState.ANSWERED: "beantwoord",
    InquiryState.CLOSED: "gesloten",
}
"""For whoever asked."""
INQUIRY_STATES_OFFICE = INQUIRY_STATES | {InquiryState.OPEN: "te beantwoorden"}
INQUIRY_TONES = {InquiryState.OPEN: "accent", InquiryState.ANSWERED: "ok"}

REQUEST_STATES = {
    RequestState.ASKED: "gevraagd",
    RequestState.DECIDED: "wacht op een tweede medewerker",
    RequestState.ANSWERED: "beantwoord",
    RequestState.WITHDRAWN: "ingetrokken",
}
REQUEST_TONES = {RequestState.ASKED: "warn", RequestState.DECIDED: "accent", RequestState.ANSWERED: "ok"}

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

BENCHMARK_STATES = {
    BenchmarkState.START_ROUND: "startronde",
    BenchmarkState.LIVE: "in gebruik",
    BenchmarkState.ENDED: "geen normvideo meer",
}
