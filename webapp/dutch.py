"""Turns states, rules and moments into Dutch that a person reads. Sentences say what happened and what to do next."""

from collections.abc import Callable
from datetime import date, datetime
from fractions import Fraction

from review import portfolio
from review.batch import Cause, Mode
from review.conflicts import Conflict
from review.objection import Ground, Ruling
from review.portfolio import Outcome
from review.rating import Gap
from scenarios import sitting
from scenarios.chapters import FilePart
from scenarios.quality import FaultKind
from scenarios.scheme import Scheme
from scenarios.sitting import Stage
from storage import (
    absences,
    accommodations,
    allocations,
    assignments,
    bookings,
    certificates,
    dossiers,
    enrolments,
    exam_dates,
    flags,
    links,
    objections,
    organisations,
    part_one,
    passwords,
    people,
    ratings,
    recordings,
    role_documents,
    take_decisions,
    verdicts,
    work,
)
from storage import refusal as steps
from storage.bookings import BookingState
from storage.dossiers import DossierState, StarKind
from storage.enrolments import EntryOutcome
from storage.exam_dates import AMSTERDAM, ExamDate
from storage.flags import FlagKind
from storage.jobs import JobState
from storage.mail import MailState
from storage.objections import Against, ObjectionState
from storage.people import Role
from storage.places import NodeState
from storage.recordings import RecordingState
from storage.refusal import Refused

DAYS = ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag")
MONTHS = (
    "januari",
    "februari",
    "maart",
    "april",
    "mei",
    "juni",
    "juli",
    "augustus",
    "september",
    "oktober",
    "november",
    "december",
)

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

STAR_KINDS = {StarKind.MANAGER: "met een leidinggevende", StarKind.COLLEAGUE: "met een collega"}

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

FAULTS = {
    FaultKind.UNREADABLE: "het bestand is niet te lezen",
    FaultKind.TOO_SHORT: "de opname is te kort",
    FaultKind.NO_PICTURE: "er is geen beeld",
    FaultKind.NO_SOUND: "er is geen geluid opgenomen",
    FaultKind.SOUND_BROKEN: "er ontbreekt geluid",
    FaultKind.FROZEN: "het beeld stond te lang stil",
    FaultKind.BLACK: "het beeld was te lang zwart",
    FaultKind.TOO_SMALL: "het beeld is te klein",
    FaultKind.TOO_FEW_FRAMES: "het beeld hapert",
    FaultKind.OUT_OF_STEP: "beeld en geluid lopen niet gelijk",
    FaultKind.LITTLE_SPEECH: "er is weinig spraak te horen",
    FaultKind.LOST: "de opname is bij ons verloren gegaan",
}

PARTS = {
    "tasks": "de extra taken (leidinggevende)",
    "reason": "de reden van aanmelding (leidinggevende)",
    "example_role": "de voorbeeldrol (leidinggevende)",
    "role_description": "de rol of functie",
    "years": "het aantal jaren in klantcontact",
    "motivation": "de motivatie",
    "goal": "het doel voor de toekomst",
    "star_manager": "de STAR met een leidinggevende",
    "star_colleague": "de STAR met een collega",
    "alike_reason": "waarom de onderbouwing op een andere lijkt (leidinggevende)",
    "substantiation": "de onderbouwing, die KSF terugstuurde (leidinggevende)",
}

AGAINST = {Against.REJECTION: "de afwijzing van het motivatiedossier", Against.RESULT: "de uitslag"}

OBJECTION_STATES = {
    ObjectionState.RECEIVED: "ontvangen",
    ObjectionState.OFFICE: "bij het bureau",
    ObjectionState.COMMITTEE: "bij de examencommissie",
    ObjectionState.RULED: "uitspraak gedaan",
}

GROUNDS = {
    Ground.TECHNICAL: "de techniek: beeld, geluid of de computer",
    Ground.PROCEDURAL: "de gang van zaken: regels, termijnen, behandeling",
    Ground.CONTENT: "de inhoud: de opgaven, de scores of het oordeel",
}

RULINGS = {
    Ruling.GRANTED: "gegrond",
    Ruling.DENIED: "ongegrond",
    Ruling.INADMISSIBLE: "te laat, dus niet behandeld",
}

FIELDS = {
    "tasks": "Extra taken",
    "shared_facts": "Wat geldt voor alle kandidaten",
    "reason": "Reden van aanmelding",
    "example_role": "Voorbeeldrol",
    "alike_reason": "Waarom de tekst op een andere lijkt",
    "role_description": "Rol of functie",
    "years": "Jaren in klantcontact",
    "motivation": "Motivatie",
    "goal": "Doel voor de toekomst",
}
BOXES = {"situation": "situatie", "tasks": "taken", "activities": "activiteiten", "result": "resultaat"}

FILE_PARTS = {
    FilePart.ROLE: "het werk",
    FilePart.SUBSTANTIATION: "de onderbouwing van de leidinggevende",
    FilePart.MOTIVATION: "motivatie en doel",
    FilePart.STAR_MANAGER: "de STAR met een leidinggevende",
    FilePart.STAR_COLLEAGUE: "de STAR met een collega",
    FilePart.SELF_ASSESSMENT: "de eigen beoordeling",
}

QUALIFICATIONS = {
    "certificate_a": "Branchecertificaat A",
    "theory_test_a": "de online toets van A",
}

OUTCOMES = {Outcome.APPROVED: "goedgekeurd", Outcome.RETURNED: "teruggestuurd", Outcome.REJECTED: "afgewezen"}

REFUSALS: dict[str, str] = {
    sitting.Rule.WINDOW_NOT_OPEN: "Uw examen is nog niet open. Kom terug op {needed[0]}.",
    sitting.Rule.WINDOW_CLOSED: "De tijd voor uw examen is voorbij. Neem contact op met KSF.",
    sitting.Rule.ELSEWHERE: "Uw examen is open in een ander venster. Ga daar verder, of kies ‘Hier verdergaan’.",
    sitting.Rule.OTHER_STEP: "U bent al bij een volgende stap. Laad de pagina opnieuw om verder te gaan.",
    sitting.Rule.NO_PLAY_LEFT: "U hebt dit filmpje al gezien. U gaat verder met de voorbereiding.",
    sitting.Rule.NO_RETAKE_LEFT: "Er is geen nieuwe opname meer mogelijk. KSF neemt contact met u op.",
    sitting.Rule.NOT_ALL_SAFE: "Nog niet al uw antwoorden zijn veilig ontvangen. Laat deze pagina open; wij gaan door.",
    sitting.Rule.RETAKE_WITHDRAWN: "Uw eerdere opname blijkt toch goed te zijn. Die telt; u hoeft niets over te doen.",
    sitting.Rule.CAMERA_BELOW_LIMITS: "Het beeld van uw camera is te klein of hapert. Nodig zijn {needed[0]} "
    "beeldlijnen en {needed[1]} beelden per seconde. Kies een andere camera, of sluit wat hem ook gebruikt.",
    recordings.Rule.NO_RECORDER: "De opnameserver is even niet bereikbaar. We proberen het vanzelf opnieuw.",
    recordings.Rule.ALL_TAKEN: "Het is nu druk: er zijn te veel kandidaten tegelijk bezig. U bent niets kwijt, en uw "
    "tijd loopt nog niet. Meestal is er binnen een kwartier plaats. Later terugkomen mag ook, tot {needed[0]}.",
    dossiers.Rule.INCOMPLETE: "Het dossier is nog niet compleet. Dit ontbreekt nog: {parts}.",
    dossiers.Rule.NO_REASON: "Schrijf eerst waarom u dit besluit neemt.",
    dossiers.Rule.CLOSED: "Dit dossier is al ingediend. De tekst kan niet meer veranderen.",
    dossiers.Rule.CHANGED_ELSEWHERE: "Er is iets bewaard in een ander venster. Laad de pagina opnieuw.",
    dossiers.Rule.PART_CLOSED: "KSF heeft dit deel niet teruggestuurd. De tekst kan niet meer veranderen.",
    portfolio.Rule.UNJUDGED: "Nog niet elk criterium heeft een oordeel met een reden.",
    portfolio.Rule.NOT_SUFFICIENT: "Goedkeuren kan alleen als elk criterium voldoende is.",
    portfolio.Rule.NOTHING_WRONG: "Alles is voldoende. Geef eerst aan wat onvoldoende is, en waarom.",
    part_one.Rule.NOT_HANDED_IN: "Dit dossier wacht niet op een oordeel.",
    part_one.Rule.CLAIMED: "Een collega beoordeelt dit dossier, tot {needed[0]}.",
    part_one.Rule.NOT_CLAIMED: "Dit dossier staat niet (meer) op uw naam. Pak het opnieuw op.",
    part_one.Rule.SAW_RECORDINGS: "U beoordeelt opnames van deze kandidaat. Iemand anders beoordeelt deel 1.",
    certificates.Rule.PREREQUISITE: "De kandidaat kan nog niet door: eerst Branchecertificaat A, of de online toets.",
    certificates.Rule.KNOWN: "Dit stond er al.",
    certificates.Rule.NUMBER_NEEDED: "Vul het nummer van het certificaat in.",
    certificates.Rule.IN_FUTURE: "De datum ligt in de toekomst. Kijk de datum na.",
    role_documents.Rule.TOO_LARGE: "Dit bestand is te groot. Kies een bestand van hoogstens 10 MB.",
    role_documents.Rule.EMPTY: "Kies eerst een bestand.",
    role_documents.Rule.OTHER_TYPE: "Dit is geen PDF en geen Word-document (.docx). Kies een ander bestand.",
    role_documents.Rule.ACTIVE: "In dit bestand zit een programma of een bijlage. Bewaar het eerst als gewone PDF.",
    accommodations.Rule.NOTHING_ASKED: "Kies eerst wat u nodig hebt.",
    accommodations.Rule.NOT_OFFERED: "Deze voorziening is er niet bij dit examen.",
    accommodations.Rule.TOO_LATE: "Voor een voorziening is het nu te laat. Neem contact op met KSF.",
    accommodations.Rule.DECIDED: "KSF heeft al over uw voorziening beslist.",
    accommodations.Rule.UNDECIDED: "De kandidaat vroeg een voorziening. Beslis daar eerst over.",
    accommodations.Rule.NO_REASON: "Schrijf waarom u dit besluit neemt. De kandidaat leest het.",
    exam_dates.Rule.IN_PAST: "Deze dag is al voorbij, of begint nu. Kies een latere dag.",
    exam_dates.Rule.PAST_MIDNIGHT: "Begin en einde moeten op dezelfde dag liggen.",
    exam_dates.Rule.NO_DATES: "Dit examen werkt niet met examendata. Het reglement zegt wanneer het kan.",
    exam_dates.Rule.IN_USE: "Er zijn plaatsen bezet op deze datum. Geef die kandidaten eerst een ander antwoord.",
    bookings.Rule.NOT_APPROVED: "Een datum kan pas als KSF het motivatiedossier heeft goedgekeurd.",
    bookings.Rule.NO_DATES: "Dit examen werkt niet met examendata. De kandidaat krijgt vanzelf een uitnodiging.",
    bookings.Rule.OTHER_EXAM: "Deze datum is voor een ander examen. Kies een datum van dit examen.",
    bookings.Rule.DATE_OVER: "Deze datum kan niet meer. Kies een andere.",
    bookings.Rule.FULL: "Deze datum is net vol geraakt. Er is niets aangevraagd. Kies een andere datum.",
    bookings.Rule.TWICE: "Deze kandidaat heeft al een datum, of wacht op antwoord over een datum.",
    bookings.Rule.SAME_DAY: "Deze kandidaat heeft op die dag al een ander examen. Kies een andere datum.",
    bookings.Rule.BEGUN: "De kandidaat is al aan het examen begonnen. De datum kan niet meer veranderen.",
    bookings.Rule.SAME_DATE: "Dit is de datum die al is aangevraagd. Kies een andere, of bevestig deze.",
    bookings.Rule.NO_REASON: "Schrijf waarom. De beheerder leest het.",
    sitting.Rule.NOT_IDENTIFIED: "Eerst bevestigt iemand van uw organisatie wie u bent. Laad de pagina opnieuw.",
    sitting.Rule.TOO_MANY_CODES: "Er is te vaak een verkeerde code ingevuld. Iemand van uw organisatie kan bevestigen.",
    sitting.Rule.NOT_LATER: "De nieuwe datum moet later zijn dan nu en dan de oude.",
    sitting.Rule.NO_REASON: "Schrijf waarom de kandidaat meer tijd krijgt.",
    dossiers.Rule.NO_SCENARIOS: "Dit examen heeft nog geen situaties. Neem eerst een map met filmpjes in gebruik.",
    ratings.Rule.INCOMPLETE: "Deze beoordeling is nog niet compleet.",
    ratings.Rule.SIGNED: "Deze beoordeling is al ondertekend. De scores staan vast.",
    ratings.Rule.DOSSIER_CLOSED: "De STAR’s gaan open als u alle antwoorden van deze kandidaat hebt ondertekend.",
    ratings.Rule.CHANGED_ELSEWHERE: "Deze beoordeling is in een ander venster veranderd. Laad de pagina opnieuw.",
    work.Rule.NOT_RECORDED: "Nog niet alle antwoorden zijn klaar om te bekijken.",
    work.Rule.FINAL: "Deze beoordeling is definitief. Zij kan niet meer terug.",
    work.Rule.AT_WORK: "Deze assessor is er nog mee bezig. Neem het werk terug als het langer stilligt.",
    work.Rule.NOTHING: "Deze assessor heeft hier geen werk meer. Laad de pagina opnieuw.",
    ratings.Rule.NOT_YOURS: "Deze opmerking hoort bij een ander antwoord. Laad de pagina opnieuw.",
    flags.Rule.NO_REASON: "Schrijf er eerst bij wat er aan de hand is.",
    flags.Rule.OPEN_ALREADY: "U hebt dit al gemeld. Het bureau kijkt ernaar.",
    flags.Rule.NOBODY: "Pak deze melding eerst zelf op. Wie haar oppakt, rondt haar af.",
    flags.Rule.CLOSED: "Deze melding is al afgehandeld.",
    assignments.Rule.NOT_FINISHED: "Dit examen is nog niet afgerond.",
    assignments.Rule.NO_ASSESSOR: "Deze persoon is nu geen assessor.",
    assignments.Rule.CONFLICT: "Deze assessor mag deze kandidaat niet beoordelen: {conflicts}.",
    assignments.Rule.TWICE: "Kies verschillende assessoren. Niemand beoordeelt dezelfde kandidaat twee keer.",
    assignments.Rule.TOO_MUCH: "Een assessor beoordeelt hoogstens {needed[0]} antwoorden van deze kandidaat, of alle.",
    assignments.Rule.SLOT_TAKEN: "Deze plaats is al bezet, of wacht nog niet op iemand. Laad de pagina opnieuw.",
    allocations.Rule.NOTHING_TO_DO: "In deze examens wacht niets op een assessor. Kies andere examens.",
    allocations.Rule.SCHEMES: "Deze examens horen bij verschillende reglementen. Verdeel ze apart.",
    allocations.Rule.OTHER_MODE: "Van een van deze examens is het werk al op de andere manier verdeeld.",
    allocations.Rule.FINAL: "Deze verdeling is al vastgemaakt.",
    allocations.Rule.NOTHING_FOUND: "Er is niets verdeeld. Kijk hieronder waarom niet.",
    absences.Rule.ENDS_BEFORE: "De laatste dag ligt voor de eerste.",
    absences.Rule.OVER: "Deze dagen zijn al voorbij.",
    verdicts.Rule.NOT_FINAL: "Nog niet alle beoordelingen zijn definitief ondertekend.",
    verdicts.Rule.THIRD_NEEDED: "De twee assessoren verschillen te veel. Wijs eerst een derde assessor aan.",
    verdicts.Rule.CONFIRMED: "Iemand heeft dit eindoordeel al gecontroleerd. Nu moet iemand anders het vrijgeven.",
    verdicts.Rule.NOT_CONFIRMED: "Een eerste medewerker moet dit eindoordeel nog controleren.",
    verdicts.Rule.SECOND_PERSON: "U hebt dit eindoordeel zelf gecontroleerd. Iemand anders moet het vrijgeven.",
    verdicts.Rule.INVOLVED: "U hebt zelf beoordeeld. Iemand anders moet het eindoordeel vrijgeven.",
    verdicts.Rule.RELEASED: "Deze uitslag is al vrijgegeven.",
    verdicts.Rule.OWN_DECISION: "U nam dit besluit zelf. Iemand anders moet het controleren.",
    verdicts.Rule.NO_REASON: "Schrijf waarop de examencommissie dit besluit baseert.",
    verdicts.Rule.DECIDED: "Er is al een eindoordeel over dit examen.",
    verdicts.Rule.UNDECIDED: "Er is nog te weinig gezien voor een oordeel. Vraag eerst extra bewijs.",
    take_decisions.Rule.NO_REASON: "Schrijf eerst waarom u dit besluit neemt.",
    take_decisions.Rule.NOT_WAITING: "Deze opname wacht niet meer op u. Laad de pagina opnieuw.",
    take_decisions.Rule.NOTHING_TO_SEE: "In deze opname is geen beeld. Geef de kandidaat nog een poging.",
    people.Rule.NO_ADDRESS: "Dit is geen e-mailadres. Het ziet eruit als naam@organisatie.nl.",
    people.Rule.ADDRESS_TAKEN: "Dit adres is al van iemand anders. Kijk of het klopt, of neem contact op met KSF.",
    passwords.Rule.TOO_SHORT: "Gebruik ten minste {needed[0]} tekens. Een zin van vier losse woorden is makkelijk.",
    passwords.Rule.TOO_LONG: "Gebruik ten hoogste {needed[0]} tekens.",
    passwords.Rule.EXPECTED: "Dit is te makkelijk te raden. Neem bijvoorbeeld vier woorden die niet bij elkaar horen.",
    links.Rule.GONE: "Deze link werkt niet meer. Vraag een nieuwe aan bij ‘Wachtwoord vergeten’.",
    organisations.Rule.NAME_TAKEN: "Er is al een organisatie met deze naam. Kijk in de lijst, of kies een andere naam.",
    enrolments.Rule.DONE: "Deze lijst is al verwerkt. U hoeft niets te doen.",
    enrolments.Rule.OWN_MANAGER: "Dit is de kandidaat zelf. Vul het adres van de leidinggevende in.",
    enrolments.Rule.SAME_MANAGER: "Deze leidinggevende schrijft al voor deze kandidaat. Vul iemand anders in.",
    objections.Rule.NO_GROUNDS: "Schrijf eerst waarmee u het niet eens bent.",
    objections.Rule.LATE: "De termijn is voorbij. Schrijf waarom uw bezwaar later komt.",
    objections.Rule.TWICE: "U hebt al bezwaar gemaakt tegen dit besluit.",
    objections.Rule.INVOLVED: "U had een aandeel in dit besluit. Iemand anders behandelt het bezwaar.",
    objections.Rule.NO_TEXT: "Schrijf eerst waarom. De kandidaat leest dit.",
    objections.Rule.IN_TIME: "Dit bezwaar kwam op tijd. Kies gegrond of ongegrond.",
    steps.Step.NOT_ALLOWED: "Deze stap kan nu niet. Laad de pagina opnieuw om te zien waar u bent.",
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

GAPS = {
    Gap.NO_SCORE: "kies een niveau",
    Gap.LEVEL_AND_NOT_OBSERVABLE: "kies een niveau óf niet waarneembaar",
    Gap.LEVEL_OFF_SCALE: "kies een niveau van 1 tot en met 5",
    Gap.NO_REASON: "schrijf waarom dit niet waarneembaar is",
    Gap.TOO_LITTLE_EVIDENCE: "noem een moment in de opname",
    Gap.EVIDENCE_NOT_THERE: "dit moment valt buiten de opname",
    Gap.NO_CHANGE_REASON: "schrijf waarom u de score verandert",
    Gap.NOT_VISIBLE: "deze competentie hoort niet bij deze situatie",
    Gap.NOT_LOCKED: "deze competentie is in fase 1 niet ondertekend",
}

CONFLICTS = {
    Conflict.SAME_PERSON: "dit is de kandidaat zelf",
    Conflict.EMPLOYER: "werkt bij dezelfde organisatie",
    Conflict.FORMER_EMPLOYER: "werkte onlangs bij dezelfde organisatie",
    Conflict.MANAGER: "is de leidinggevende",
    Conflict.CLIENT_OR_GROUP: "werkt voor dezelfde opdrachtgever of groep",
    Conflict.INVOLVED_EARLIER: "had al een rol in dit dossier",
    Conflict.DECLARED: "kent de kandidaat",
}

CAUSES = {
    Cause.TOO_FEW_ASSESSORS: "Er zijn te weinig assessoren.",
    Cause.CONFLICTS: "Te veel assessoren hebben een band met deze kandidaat.",
    Cause.LEAVE: "Te veel assessoren zijn de hele tijd afwezig.",
    Cause.LOAD_LIMITS: "De assessoren die het mogen doen, hebben hun grens bereikt.",
}

CAUSES_OF_ONE = {
    Cause.LEAVE: "is de hele tijd afwezig",
    Cause.LOAD_LIMITS: "heeft de grens bereikt",
    None: "heeft de grens bereikt met ander werk van deze verdeling",
}

MODES = {Mode.WHOLE: "heel", Mode.SPREAD: "gespreid"}

FLAGS = {
    FlagKind.UNUSABLE: "opname onbruikbaar",
    FlagKind.KNOWN: "kent de kandidaat",
    FlagKind.WELFARE: "zorg om welzijn",
}

JOBS = {
    "finish_recording": "opname afwerken",
    "send_receipt": "ontvangstbewijs mailen",
    "tell_retake": "kandidaat om een nieuwe opname vragen",
    "import_pack": "scenario’s in gebruik nemen",
    "check_pack": "scenario’s controleren",
    "import_answer": "noodbestand verwerken",
}

EVENTS = {
    "logged_in": "ingelogd",
    "logged_out": "een browser uitgelogd",
    "logged_out_everywhere": "overal uitgelogd",
    "invitation_issued": "uitnodiging verstuurd",
    "invitation_used": "account in gebruik genomen",
    "reset_issued": "nieuw wachtwoord gevraagd",
    "reset_used": "nieuw wachtwoord gekozen",
    "password_changed": "wachtwoord veranderd",
    "second_factor_on": "tweede stap ingesteld",
    "second_factor_off": "tweede stap weggehaald",
    "recovery_codes_made": "herstelcodes gemaakt",
    "recovery_code_used": "herstelcode gebruikt",
    "role_given": "rol gegeven",
    "role_ended": "rol beëindigd",
    "person_created": "persoon toegevoegd",
    "person_changed": "naam of e-mailadres veranderd",
    "organisation_kept": "gegevens van organisatie bewaard",
    "roster_used": "lijst met kandidaten verwerkt",
    "dossier_nominated": "kandidaat aangemeld",
    "dossier_handed_over": "andere leidinggevende gekozen",
    "mail_bounced": "mail geweigerd",
    "dossier_submitted": "dossier ingediend",
    "dossier_approved": "dossier goedgekeurd",
    "dossier_returned": "dossier teruggestuurd",
    "dossier_rejected": "dossier afgewezen",
    "dossier_withdrawn": "dossier ingetrokken",
    "dossier_restored": "oude versie teruggezet",
    "document_attached": "functieomschrijving toegevoegd",
    "document_removed": "functieomschrijving weggehaald",
    "part1_claimed": "beoordeling van deel 1 opgepakt",
    "part1_given_back": "beoordeling van deel 1 losgelaten",
    "part1_fixed": "oordeel over deel 1 vastgelegd",
    "qualification_entered": "toelating ingevoerd",
    "accommodation_asked": "voorziening gevraagd",
    "accommodation_decided": "besluit over een voorziening",
    "booking_requested": "examendatum aangevraagd",
    "booking_confirmed": "examendatum bevestigd",
    "booking_countered": "andere examendatum voorgesteld",
    "booking_declined": "examendatum afgewezen door KSF",
    "booking_refused": "voorgestelde examendatum niet genomen",
    "booking_withdrawn": "examendatum teruggegeven",
    "booking_lapsed": "examendatum voorbij",
    "exam_date_published": "examendatum gepubliceerd",
    "exam_date_withdrawn": "examendatum ingetrokken",
    "sitting_identified": "identiteit bevestigd",
    "sitting_extended": "meer tijd gegeven",
    "sitting_invited": "uitgenodigd voor het examen",
    "sitting_consented": "akkoord gegeven",
    "sitting_checked": "camera en microfoon gecontroleerd",
    "sitting_answering": "begonnen met de tien situaties",
    "sitting_finished": "examen afgerond",
    "sitting_expired": "examen verlopen",
    "sitting_moved": "verder gegaan in een ander venster",
    "break_began": "pauze genomen",
    "answer_watching": "filmpje gestart",
    "answer_waiting": "situatie staat klaar",
    "answer_preparing": "voorbereiding begonnen",
    "answer_recording": "opname begonnen",
    "answer_recorded": "antwoord gegeven",
    "mail_retried": "mail opnieuw geprobeerd",
    "recording_moved": "opname gaat verder bij een andere recorder",
    "recording_expected": "opname verwacht",
    "recording_receiving": "opname komt binnen",
    "recording_captured": "opname veilig ontvangen",
    "recording_stored": "opname klaar om te bekijken",
    "recording_retake": "technische fout in de opname",
    "emergency_file": "noodbestand van een antwoord ingelezen",
    "late_original": "deel van een opname kwam pas na de beoordeling binnen",
    "retake_refused": "geen nieuwe opname meer mogelijk",
    "retake_withdrawn": "eerdere opname blijkt toch goed; die telt",
    "take_again": "bureau gaf nog een poging",
    "take_accepted": "bureau nam een opname aan zoals zij is",
    "take_noted": "bureau zag een deel dat te laat kwam",
    "assessor_assigned": "assessor toegewezen",
    "rating_signed_1": "beoordeling ondertekend, fase 1",
    "rating_signed_2": "beoordeling ondertekend, fase 2",
    "assessor_declined": "assessor gaf het werk terug",
    "work_taken_back": "werk van een assessor teruggenomen",
    "allocation_made": "werk verdeeld over assessoren",
    "absence_entered": "afwezigheid opgegeven",
    "absence_removed": "afwezigheid weggehaald",
    "ties_changed": "opdrachtgevers en groepen bijgewerkt",
    "flag_taken": "melding opgepakt",
    "answer_asked_again": "antwoord opnieuw gevraagd",
    "verdict_settled": "eindoordeel door de examencommissie",
    "flag_raised": "melding van een assessor",
    "flag_closed": "melding afgehandeld",
    "verdict_decided": "eindoordeel bepaald",
    "verdict_confirmed": "eindoordeel gecontroleerd",
    "verdict_released": "uitslag vrijgegeven",
    "objection_received": "bezwaar ontvangen",
    "objection_office": "bezwaar bij het bureau",
    "objection_committee": "bezwaar bij de examencommissie",
    "objection_ruled": "uitspraak op bezwaar",
    "job_retried": "taak opnieuw gestart",
}

SUBJECTS = {
    "absence": "afwezigheid",
    "allocation": "verdeling",
    "person": "persoon",
    "organisation": "organisatie",
    "roster": "lijst met kandidaten",
    "accommodation": "voorziening",
    "dossier": "dossier",
    "part_one_review": "oordeel over deel 1",
    "qualification": "toelating",
    "exam_date": "examendatum",
    "sitting": "zitting",
    "answer": "antwoord",
    "recording": "opname",
    "rating": "beoordeling",
    "flag": "melding",
    "verdict": "eindoordeel",
    "objection": "bezwaar",
    "job": "taak",
    "mail_message": "mail",
    "take_decision": "besluit over een opname",
    "pack": "pakket situaties",
    "clip": "filmpje",
    "scheme": "reglement",
}

_HTTP = {
    400: ("Dit begrijpen we niet", "Er ging iets mis met wat u stuurde. Ga terug en probeer het opnieuw."),
    401: ("Log eerst in", "Voor deze pagina moet u ingelogd zijn."),
    403: ("Geen toegang", "U kunt deze pagina niet openen."),
    404: (
        "Deze pagina is er niet",
        "Het adres klopt niet, of de pagina is niet voor u. Ga naar uw beginpagina.",
    ),
    405: ("Dit kan hier niet", "Ga terug en probeer het opnieuw."),
    413: ("Dit bestand is te groot", "Kies een kleiner bestand en probeer het opnieuw."),
    415: ("Dit soort bestand kan niet", "Kies een ander bestand en probeer het opnieuw."),
    429: ("Even wachten", "U hebt dit te vaak geprobeerd. Wacht een paar minuten en probeer het dan opnieuw."),
    500: ("Er ging iets mis bij ons", "Wat u al had opgeslagen, is veilig. Probeer het over een minuut opnieuw."),
}


def http_error(code: int) -> tuple[str, str]:
    """Title and text of an error page."""
    return _HTTP.get(code, _HTTP[500] if code >= 500 else _HTTP[400])


def refusal(error: Refused) -> str:
    """Why something cannot be done now, and what to do."""
    sentence = REFUSALS.get(error.rule, "Dit kan nu niet. Laad de pagina opnieuw.")
    needed = error.needed if isinstance(error.needed, tuple) else (error.needed,)
    shown = tuple(moment(value) if isinstance(value, datetime) else value for value in needed)
    names = ", ".join(part(name) for name in error.found) if "{parts}" in sentence else ""
    ties = ", ".join(CONFLICTS[one] for one in error.found) if "{conflicts}" in sentence else ""
    return sentence.format(needed=shown, parts=names, conflicts=ties)


def part(name: str, competencies: dict[str, str] | None = None) -> str:
    """The name of a part of the motivation file."""
    if name.startswith("competency_"):
        key = name.removeprefix("competency_")
        return f"de eigen beoordeling van {(competencies or {}).get(key, 'een competentie')}"
    return PARTS[name]


def start_of_day(at: datetime) -> datetime:
    """Midnight in Amsterdam before this moment."""
    return at.astimezone(AMSTERDAM).replace(hour=0, minute=0, second=0, microsecond=0)


def field(name: str, scheme: Scheme) -> str:
    """The name of a field of the motivation file."""
    if name in FIELDS:
        return FIELDS[name]
    kind, _, rest = name.partition("_")
    if rest in BOXES:
        return f"STAR {STAR_KINDS[kind]}, {BOXES[rest]}"
    return f"{scheme.competency(rest).name}, {'niveau' if kind == 'level' else 'STAR'}"


def qualification(key: str) -> str:
    """What opens the way to an exam, by its key in the scheme."""
    return QUALIFICATIONS.get(key, key.replace("_", " "))


def sentence(words: str) -> str:
    """The words with a capital, and nothing else changed: KSF stays KSF."""
    return words[:1].upper() + words[1:]


def factor(times: str | Fraction) -> str:
    """1,5"""
    return f"{float(Fraction(times)):g}".replace(".", ",")


def percent(share: float | Fraction) -> str:
    """80 %"""
    return f"{100 * float(share):.0f} %"


def day(at: datetime) -> str:
    """vrijdag 21 november 2026"""
    local = at.astimezone(AMSTERDAM)
    return f"{DAYS[local.weekday()]} {local.day} {MONTHS[local.month - 1]} {local.year}"


def date_only(day_of_year: date) -> str:
    """vrijdag 21 november 2026, for a day without a time"""
    return f"{DAYS[day_of_year.weekday()]} {day_of_year.day} {MONTHS[day_of_year.month - 1]} {day_of_year.year}"


def exam_date(one: ExamDate) -> str:
    """vrijdag 21 november 2026, 10:00 tot 14:00"""
    return f"{moment(one.starts_at)} tot {clock(one.ends_at)}"


def clock(at: datetime) -> str:
    """14:03"""
    return at.astimezone(AMSTERDAM).strftime("%H:%M")


def moment(at: datetime) -> str:
    """vrijdag 21 november 2026, 14:03"""
    return f"{day(at)}, {clock(at)}"


def second(at: datetime) -> str:
    """14:03:22"""
    return at.astimezone(AMSTERDAM).strftime("%H:%M:%S")


def length(seconds: float) -> str:
    """1 minuut 20, 45 seconden"""
    whole = round(seconds)
    minutes, rest = divmod(whole, 60)
    if not minutes:
        return f"{rest} seconde{'n' if rest != 1 else ''}"
    name = "minuut" if minutes == 1 else "minuten"
    return f"{minutes} {name}" if not rest else f"{minutes} {name} {rest}"


def timecode(seconds: float) -> str:
    """0:31"""
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}:{rest:02d}"


def money(cents: int) -> str:
    """€ 250,00"""
    return f"€ {cents // 100},{cents % 100:02d}"


def number(value: float, places: int = 2) -> str:
    """2,75"""
    return f"{float(value):.{places}f}".replace(".", ",")


def size(octets: int) -> str:
    """512 bytes, 2,9 MB"""
    for unit, one in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if octets >= one:
            return f"{number(octets / one, 1)} {unit}"
    return f"{octets} bytes"


def _name_of(table: dict) -> Callable[[object], str]:
    return lambda key: table[key]


def _tone_of(table: dict) -> Callable[[object], str]:
    return lambda key: table.get(key, "neutral")


FILTERS: dict[str, Callable] = {
    "dag": day,
    "datum": date_only,
    "examendatum": exam_date,
    "aanvraagstand": _name_of(BOOKING_STATES),
    "aanvraagkleur": _tone_of(BOOKING_TONES),
    "klok": clock,
    "moment": moment,
    "seconde": second,
    "duur": length,
    "tijdcode": timecode,
    "geld": money,
    "getal": number,
    "rol": _name_of(ROLES),
    "dossierstand": _name_of(DOSSIER_STATES),
    "opnamestand": _name_of(RECORDING_STATES),
    "taakstand": _name_of(JOB_STATES),
    "dossierkleur": _tone_of(DOSSIER_TONES),
    "opnamekleur": _tone_of(RECORDING_TONES),
    "taakkleur": _tone_of(JOB_TONES),
    "serverstand": _name_of(NODE_STATES),
    "serverkleur": _tone_of(NODE_TONES),
    "mailstand": _name_of(MAIL_STATES),
    "mailkleur": _tone_of(MAIL_TONES),
    "zitting": _name_of(STAGES),
    "omvang": size,
    "onderwerp": lambda table: SUBJECTS.get(table, table.replace("_", " ")),
    "uitkomst": lambda outcome: ENTRY_OUTCOMES[outcome][0],
    "uitkomstkleur": _tone_of(ENTRY_TONES),
    "starsoort": _name_of(STAR_KINDS),
    "onderdeel": part,
    "veld": _name_of(FIELDS),
    "deel": _name_of(FILE_PARTS),
    "besluit": _name_of(OUTCOMES),
    "toelating": qualification,
    "procent": percent,
    "zin": sentence,
    "fout": _name_of(FAULTS),
    "bezwaargrond": _name_of(CONFLICTS),
    "oorzaak": _name_of(CAUSES),
    "verdeelwijze": _name_of(MODES),
    "melding": _name_of(FLAGS),
    "bezwaartegen": _name_of(AGAINST),
    "bezwaarstand": _name_of(OBJECTION_STATES),
    "bezwaarover": _name_of(GROUNDS),
    "uitspraak": _name_of(RULINGS),
    "taak": lambda kind: JOBS.get(kind, kind),
    "gebeurtenis": lambda verb: EVENTS.get(verb, verb.replace("_", " ")),
}
