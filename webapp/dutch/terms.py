"""The terms of the exam in Dutch: parts and fields of a file, grounds, causes and faults."""

from review.batch import Cause as Shortage
from review.batch import Mode
from review.conflicts import Conflict
from review.objection import Ground, Ruling
from review.portfolio import Outcome
from review.qualification import Shortfall
from review.rating import Gap
from review.retention import Erasable, Outlook, Stays
from review.rules import LEVEL_MAX, LEVEL_MIN
from scenarios import brought
from scenarios.chapters import FilePart
from scenarios.judged_live import Channel
from scenarios.quality import FaultKind
from scenarios.scheme import Scheme
from storage.dossier.dossiers import StarKind
from storage.judging.calibrations import CalibrationKind, Locked
from storage.judging.flags import FlagKind
from storage.judging.objections import Against
from storage.judging.verdicts import Cause
from storage.people.complaints import Subject
from storage.retention.requests import Wanted
from storage.theory.sittings import Fact
from webapp.dutch.formats import date_only

STAR_KINDS = {StarKind.MANAGER: "met een leidinggevende", StarKind.COLLEAGUE: "met een collega"}

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
    FaultKind.STILL: "het beeld lijkt een tijd stil te staan: kijk of de camera hing of de kandidaat stil zat",
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

GROUNDS = {
    Ground.TECHNICAL: "de techniek: beeld, geluid of de computer",
    Ground.PROCEDURAL: "de gang van zaken: regels, termijnen, behandeling",
    Ground.CONTENT: "de inhoud: de opgaven, de scores of het oordeel",
}

COMPLAINTS = {
    Subject.CONDUCT: "hoe iemand met u omging",
    Subject.SERVICE: "de dienst: bereikbaarheid, planning, techniek",
}

RULINGS = {
    Ruling.UPHELD: "ongegrond",
    Ruling.REVISED: "gegrond, met een nieuw besluit",
    Ruling.RESIT: "gegrond, met nieuwe opnames",
    Ruling.LATE: "te laat, dus niet behandeld",
}

VERDICT_CAUSES = {
    Cause.FIRST: "eerste eindoordeel",
    Cause.EVIDENCE: "met extra bewijs",
    Cause.REMARK: "opnieuw beoordeeld door anderen",
    Cause.RESIT: "met nieuwe opnames na een bezwaar",
    Cause.CORRECTION: "rechtgezet",
}

CHANGED = {
    Cause.EVIDENCE: "Er kwamen nieuwe opnames bij.",
    Cause.REMARK: "Andere assessoren hebben uw examen na uw bezwaar opnieuw beoordeeld.",
    Cause.RESIT: "Na uw bezwaar deed u situaties opnieuw.",
    Cause.CORRECTION: "KSF heeft de uitslag rechtgezet.",
}
"""Why a result is another one than was told before."""

FIELDS = {
    "tasks": "Extra taken",
    "shared_facts": "Wat geldt voor alle kandidaten",
    "reason": "Reden van aanmelding",
    "example_role": "Voorbeeldrol",
    "alike_reason": "Waarom de tekst op een andere lijkt",
    "job_title": "Functie",
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

QUALIFICATIONS = brought.qualifications()

CHANNELS = {Channel.TELEPHONE: "telefoon", Channel.EMAIL: "e-mail", Channel.CHAT: "chat"}
"""By which candidate and customer speak with each other."""

OUTCOMES = {Outcome.APPROVED: "goedgekeurd", Outcome.RETURNED: "teruggestuurd", Outcome.REJECTED: "afgewezen"}

GAPS = {
    Gap.NO_SCORE: "kies een niveau",
    Gap.LEVEL_AND_NOT_OBSERVABLE: "kies een niveau óf niet waarneembaar",
    Gap.LEVEL_OFF_SCALE: f"kies een niveau van {LEVEL_MIN} tot en met {LEVEL_MAX}",
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
    Conflict.NO_EMPLOYER: "werkgever onbekend",
    Conflict.NOT_CALIBRATED: "heeft geen geldige kalibratie",
}

CAUSES = {
    Shortage.TOO_FEW_ASSESSORS: "Er zijn te weinig assessoren.",
    Shortage.CONFLICTS: "Te veel assessoren hebben een band met deze kandidaat.",
    Shortage.LEAVE: "Te veel assessoren zijn de hele tijd afwezig.",
    Shortage.LOAD_LIMITS: "De assessoren die het mogen doen, hebben hun grens bereikt.",
}

CAUSES_OF_ONE = {
    Shortage.LEAVE: "is de hele tijd afwezig",
    Shortage.LOAD_LIMITS: "heeft de grens bereikt",
    None: "heeft de grens bereikt met ander werk van deze verdeling",
}

MODES = {Mode.WHOLE: "per kandidaat", Mode.SPREAD: "gespreid"}

FLAGS = {
    FlagKind.UNUSABLE: "opname onbruikbaar",
    FlagKind.KNOWN: "kent de kandidaat",
    FlagKind.WELFARE: "zorg om welzijn",
}

ERASABLE = {
    Erasable.RECORDINGS: "opnames en wat daarvan is gemaakt",
    Erasable.DOSSIER: "motivatiedossier",
    Erasable.RESULT: "examen, beoordelingen en uitslag",
}

STAYS = {
    Stays.GOING_ON: "er is nog geen uitslag",
    Stays.PERIOD: "de bewaartermijn loopt nog",
    Stays.OBJECTION_TERM: "bezwaar maken kan nog",
    Stays.OBJECTION: "er loopt een bezwaar",
    Stays.HOLD: "de examencommissie heeft uitstel gegeven",
    Stays.SAMPLE: "in de steekproef voor de jaarlijkse audit",
    Stays.BENCHMARK: "de kandidaat staat toe dat assessoren ermee oefenen en er een toets op doen",
    Stays.CERTIFICATE: "het certificaat is nog niet uitgegeven",
    Stays.OTHER_PARTS: "eerst gaan de opnames en het motivatiedossier weg",
}


def when_gone(fate: Outlook) -> str:
    """When recordings go that nothing but a consent would keep longer: at once, on a day, or when more is known."""
    if fate.goes:
        return "Wij verwijderen uw opnames meteen."
    why = ", ".join(STAYS[one] for one in fate.stays)
    if fate.due is None:
        return f"Uw opnames gaan weg zodra dat kan. Waarom nu nog niet: {why}."
    return f"Uw opnames gaan weg op {date_only(fate.due)} ({why})."


WANTED = {
    Wanted.RECORDINGS: "opnames",
    Wanted.DOSSIER: "motivatiedossiers en functieomschrijvingen",
    Wanted.MAILS: "mails",
    Wanted.LISTS: "lijsten die nog niet zijn verwerkt",
}
"""What may be erased before its time when somebody asks."""


def part(name: str, competencies: dict[str, str] | None = None) -> str:
    """The name of a part of the motivation file."""
    if name.startswith("competency_"):
        key = name.removeprefix("competency_")
        return f"de eigen beoordeling van {(competencies or {}).get(key, 'een competentie')}"
    return PARTS[name]


def field(name: str, scheme: Scheme) -> str:
    """The name of a field of the motivation file."""
    if name in FIELDS:
        return FIELDS[name]
    kind, _, rest = name.partition("_")
    if rest in BOXES:
        return f"STAR {STAR_KINDS[StarKind(kind)]}, {BOXES[rest]}"
    return f"{scheme.competency(rest).name}, {'niveau' if kind == 'level' else 'STAR'}"


def qualification(key: str) -> str:
    """The name of a qualification that opens the way to an exam, by its key in the scheme."""
    return QUALIFICATIONS.get(key, key.replace("_", " "))


THEORY_FACTS = {
    Fact.LEFT: "naar een ander venster",
    Fact.BACK: "terug in de toets",
    Fact.OFFLINE: "geen verbinding",
    Fact.ONLINE: "weer verbinding",
    Fact.MOVED: "naar een andere computer",
    Fact.LATE: "antwoorden kwamen na de tijd binnen",
}

CALIBRATION_KINDS = {CalibrationKind.TRAINING: "oefenen", CalibrationKind.TEST: "toets"}
LOCKED = {
    Locked.NEVER: "nog niet gekalibreerd",
    Locked.FAILED: "de laatste toets was niet goed genoeg",
    Locked.LAPSED: "de kalibratie is verlopen",
}
SHORTFALLS = {
    Shortfall.ANSWERS: "te weinig antwoorden",
    Shortfall.EXACT: "te weinig scores precies gelijk",
    Shortfall.WITHIN_ONE: "te veel scores die meer dan één niveau schelen",
}
