"""The values of the own data in Dutch: moments, choices and events, for whoever reads what is kept about him."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum as Enumeration
from typing import Any

from sqlalchemy import Date, DateTime, Enum
from sqlalchemy.types import TypeDecorator

from review.batch import Mode
from review.objection import Ground, Ruling
from review.portfolio import Outcome
from review.retention import Erasable
from scenarios.fee_rules import Product, Reason
from scenarios.sitting import AnswerStage, Stage
from storage.assessing.assessments import AssessmentState
from storage.audits.audits import AuditState
from storage.audits.findings import FindingState
from storage.base.database import Base
from storage.certificates.certificates import CertificateState
from storage.committee.content import ContentKind, LookOutcome
from storage.committee.irregularities import Effect, IrregularityKind, IrregularityState
from storage.committee.minutes import MinutesState
from storage.dossier.dossiers import DossierState, StarKind
from storage.dossier.revisions import Side
from storage.exam.consents import ConsentKind
from storage.exam.looks import Seen
from storage.exam.recordings import RecordingState, RenditionKind
from storage.exam.take_decisions import DecisionKind
from storage.fees.invoices import InvoiceState
from storage.fees.prices import Price
from storage.inquiries import InquiryState
from storage.judging.benchmarks import BenchmarkState, Ending
from storage.judging.calibrations import CalibrationKind
from storage.judging.flags import FlagKind
from storage.judging.objections import Against, ObjectionState
from storage.judging.ratings import Return
from storage.judging.verdicts import Cause
from storage.people.complaints import Subject
from storage.people.examiners import ExaminerState
from storage.people.links import LinkKind
from storage.people.outbox import MailState
from storage.people.people import Role
from storage.planning.bookings import BookingState
from storage.planning.practical_results import ResultState
from storage.planning.practical_sessions import SessionState
from storage.planning.theory_tests import TheoryState
from storage.retention.requests import RequestState
from storage.theory.sittings import Fact, TheoryStage
from webapp.dutch import audits, committee, events, fees, formats, states, terms

CHOICES: Mapping[type[Enumeration], Mapping[Any, str]] = {
    TheoryStage: {
        TheoryStage.OPEN: "open",
        TheoryStage.RUNNING: "bezig",
        TheoryStage.HANDED_IN: "ingeleverd",
        TheoryStage.RELEASED: "vrijgegeven",
    },
    Fact: terms.THEORY_FACTS,
    Product: fees.PRODUCTS,
    Reason: fees.REASONS,
    Price: fees.PRICES,
    AuditState: audits.AUDIT_STATES,
    FindingState: audits.FINDING_STATES,
    InvoiceState: fees.INVOICE_STATES,
    Role: states.ROLES,
    LinkKind: {
        LinkKind.INVITATION: "uitnodiging",
        LinkKind.RESET: "nieuw wachtwoord",
        LinkKind.ADDRESS: "nieuw e-mailadres",
    },
    MailState: states.MAIL_STATES,
    DossierState: states.DOSSIER_STATES,
    Side: {Side.MANAGER: "deel van de leidinggevende", Side.CANDIDATE: "deel van de kandidaat"},
    StarKind: terms.STAR_KINDS,
    Outcome: terms.OUTCOMES,
    Stage: states.STAGES,
    AnswerStage: {
        AnswerStage.WAITING: "nog niet begonnen",
        AnswerStage.WATCHING: "filmpje bekijken",
        AnswerStage.PREPARING: "voorbereiden",
        AnswerStage.RECORDING: "opnemen",
        AnswerStage.RECORDED: "opgenomen",
    },
    Seen: {Seen.RECORDING: "een opname", Seen.ROLE_DOCUMENT: "een functieomschrijving"},
    DecisionKind: {
        DecisionKind.AGAIN: "opnieuw opnemen",
        DecisionKind.ACCEPTED: "toch te beoordelen",
        DecisionKind.NOTED: "gezien",
    },
    RecordingState: states.RECORDING_STATES,
    RenditionKind: {
        RenditionKind.VIDEO: "film",
        RenditionKind.POSTER: "eerste beeld",
        RenditionKind.THUMBNAILS: "kleine beelden",
        RenditionKind.THUMBNAILS_INDEX: "lijst van kleine beelden",
        RenditionKind.WAVEFORM: "beeld van het geluid",
        RenditionKind.WORDS: "wat een programma u hoorde zeggen",
        RenditionKind.CAPTIONS: "ondertiteling door een programma",
    },
    Return: {
        Return.KNOWN: "de assessor kent de kandidaat",
        Return.TAKEN_BACK: "door KSF teruggenomen",
        Return.AGAIN: "het antwoord is opnieuw opgenomen",
        Return.STOPPED: "het beoordelen is stilgezet",
    },
    BenchmarkState: states.BENCHMARK_STATES,
    Ending: {Ending.CONSENT: "u nam uw toestemming terug", Ending.COMMITTEE: "de commissie haalde het weg"},
    CalibrationKind: terms.CALIBRATION_KINDS,
    FlagKind: terms.FLAGS,
    Cause: terms.VERDICT_CAUSES,
    Against: terms.AGAINST,
    ObjectionState: states.OBJECTION_STATES,
    Ground: terms.GROUNDS,
    Ruling: terms.RULINGS,
    Subject: terms.COMPLAINTS,
    InquiryState: states.INQUIRY_STATES,
    CertificateState: states.CERTIFICATE_STATES,
    ExaminerState: states.EXAMINER_STATES,
    Mode: terms.MODES,
    TheoryState: {one: words for one, (words, _) in states.THEORY_STATES.items()},
    SessionState: states.SESSION_STATES,
    ResultState: states.RESULT_STATES,
    AssessmentState: states.ASSESSMENT_STATES,
    BookingState: states.BOOKING_STATES,
    ConsentKind: {
        ConsentKind.BENCHMARK: "assessoren oefenen met mijn opnames en doen er een toets op",
        ConsentKind.SHARE_MANAGER: "mijn leidinggevende leest mijn uitslag",
        ConsentKind.SHARE_ORGANISATION: "de beheerders van mijn organisatie lezen mijn uitslag",
    },
    RequestState: states.REQUEST_STATES,
    ContentKind: committee.CONTENT_KINDS,
    LookOutcome: committee.LOOK_OUTCOMES,
    IrregularityKind: committee.IRREGULARITIES,
    IrregularityState: committee.CASE_STATES,
    Effect: committee.EFFECTS,
    MinutesState: committee.MINUTES_STATES,
    Erasable: terms.ERASABLE,
}
"""The words for each kind of choice that a column may hold."""

WORDS: Mapping[tuple[str, str], Mapping[Any, str]] = {
    ("audit_event", "verb"): events.EVENTS,
    ("audit_event", "subject_kind"): events.SUBJECTS,
    ("qualification", "key"): terms.QUALIFICATIONS,
    ("theory_test", "certificate"): states.CERTIFICATES,
    ("erasure_request", "wanted"): terms.WANTED,
    ("erasure_request", "granted"): terms.WANTED,
    ("erasure_request", "erased"): terms.WANTED,
}
"""The same for columns that hold a word of a list which no database knows."""


def said(table: str, column: str, value: Any) -> Any:
    """This value as it is read: a day or a moment in Amsterdam, a choice by its words; anything else as it is."""
    known = Base.metadata.tables[table].columns.get(column)
    if known is None or value is None:
        return value
    kind = known.type.impl if isinstance(known.type, TypeDecorator) else known.type
    if isinstance(kind, DateTime):
        return formats.moment(datetime.fromisoformat(value))
    if isinstance(kind, Date):
        return formats.date_only(date.fromisoformat(value))
    words: Mapping[Any, str] = WORDS.get((table, column), {})
    if isinstance(kind, Enum) and kind.enum_class is not None:
        words = CHOICES[kind.enum_class]
    if not words:
        return value
    if isinstance(value, list):
        return [words.get(one, one) for one in value]
    if isinstance(value, dict):
        return {words.get(key, key): one for key, one in value.items()}
    return words.get(value, value)
