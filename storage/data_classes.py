"""Which data of people are kept, why, and for how long: one class for every column of every table.

Everything that has to know this reads it here: what is deleted by itself, what a person gets who asks for everything
about himself, the processing register (PROCESSING.md), and the test that fails for a column without a class.

How to use it. `class_of(table, column)` says to which class a value belongs; `tables_of(data_class)` which tables hold
it; `KEPT[data_class]` how long it is kept, since when, on which ground. `KEPT[...].months_of(scheme)` is the period in
months: the scheme's own value where a scheme names one (`Kept.value`), else the default here; None is without end.
`TABLES[table].told` says what each person reads of a row, by the path of foreign keys from the row to that person.
A new column gets its place in `storage/data_tables.py`, in the same change as its migration.

The periods are a choice of ours until KSF decides; recordings are promised by the scheme's texts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from scenarios.scheme import Scheme
from storage.data_tables import TABLES, Apart, DataClass, Table

__all__ = ("KEPT", "TABLES", "Apart", "Basis", "DataClass", "Kept", "Table", "class_of", "tables_of")


class Basis(StrEnum):
    """Why KSF may process it: article 6(1) of the GDPR. Only what rests on consent can be taken back at will."""

    CONTRACT = "contract"
    """Needed for the examination that the candidate takes part in (b)."""
    LEGITIMATE = "legitimate interest"
    """Needed to examine fairly, to answer for it afterwards, and to keep the product safe (f)."""
    LAW = "legal obligation"
    """Needed to meet a law (c)."""
    CONSENT = "consent"
    """Freely given, and taken back as freely (a)."""


@dataclass(frozen=True)
class Kept:
    """How long a class is kept. `months` after what `since` says; None is without end.

    `values` are the places in a scheme that replace `months`: after a pass, and after a fail. `must_stay` says why it
    is not erased on request before its time; empty where it is.
    """

    purpose: str
    basis: Basis
    months: int | None
    since: str
    readers: str
    values: tuple[str, str] | None = None
    must_stay: str = ""

    def months_of(self, scheme: Scheme | None, passed: bool | None = None) -> int | None:
        """The period under this scheme. `passed` None, when there is no result: as after a fail."""
        if self.values is None or scheme is None or scheme.retention is None:
            return self.months
        months: int = scheme.value(self.values[0] if passed else self.values[1])
        return months


_RECORDINGS = ("retention.passed_months", "retention.failed_months")
_ANSWERS_FOR_IT = "KSF must be able to answer for the result for seven years."

KEPT: Mapping[DataClass, Kept] = {
    DataClass.ACCOUNT: Kept(
        "knowing who somebody is and what he may see",
        Basis.CONTRACT,
        24,
        "the last role ended and nothing else of this person is kept",
        "the person, KSF's office, the beheerders of the own organisation",
        must_stay="Without name and address nobody could say whose the certificate and the result are.",
    ),
    DataClass.LOG_INS: Kept(
        "keeping strangers out of an account, and finding out about it afterwards",
        Basis.LEGITIMATE,
        12,
        "the log-in, the link or the check of the device ended",
        "the person",
        must_stay="Log-ins are what misuse of an account is found by; they go by themselves after a year.",
    ),
    DataClass.LISTS: Kept(
        "showing a beheerder what a list will do before it is used",
        Basis.LEGITIMATE,
        0,
        "the list was used, or seven days after it was uploaded",
        "the beheerder who uploaded it",
    ),
    DataClass.MAILS: Kept(
        "telling people what happens, and being able to show that they were told",
        Basis.CONTRACT,
        24,
        "the mail was written",
        "the person, KSF's office",
    ),
    DataClass.DOSSIER: Kept(
        "judging part 1 of the exam",
        Basis.CONTRACT,
        24,
        "the result, or the rejection of part 1",
        "the candidate, the manager (the own part), KSF's office, assessors (the STARs, without a name)",
        must_stay="Needed while the examination or an objection runs.",
    ),
    DataClass.ROLE_DOCUMENTS: Kept(
        "judging part 1 of the exam, or the portfolio of an assessment",
        Basis.CONTRACT,
        24,
        "the result, or the rejection of part 1",
        "the candidate, KSF's office; of a portfolio the assessors while they judge",
        must_stay="Needed while the examination or an objection runs.",
    ),
    DataClass.EXAM: Kept(
        "holding the exam as the rules say, and showing that it was held so",
        Basis.CONTRACT,
        84,
        "the result",
        "the candidate, KSF's office",
        must_stay=_ANSWERS_FOR_IT,
    ),
    DataClass.RECORDINGS: Kept(
        "judging the answers, also in an objection and in the yearly audit",
        Basis.CONTRACT,
        12,
        "the result is told",
        "the candidate, the assessors while they judge; KSF's office, committee and auditor with a reason",
        values=_RECORDINGS,
        must_stay="Needed until the result is final: while judging, the term of objection or an objection runs.",
    ),
    DataClass.RENDITIONS: Kept(
        "playing the answers",
        Basis.CONTRACT,
        12,
        "the result is told",
        "as the recordings of which they are made",
        values=_RECORDINGS,
        must_stay="They go with the recordings of which they are made.",
    ),
    DataClass.SCORES: Kept(
        "judging, and answering for it",
        Basis.CONTRACT,
        84,
        "the result",
        "the candidate once the result is told, the assessor (the own work), officer, committee and auditor",
        must_stay=_ANSWERS_FOR_IT,
    ),
    DataClass.VERDICTS: Kept(
        "deciding, and answering for it",
        Basis.CONTRACT,
        84,
        "the result",
        "the candidate once the result is told, KSF's office, committee and auditor",
        must_stay=_ANSWERS_FOR_IT,
    ),
    DataClass.COMPLAINTS: Kept(
        "answering a complaint, and learning from it",
        Basis.LEGITIMATE,
        24,
        "the answer",
        "the person, KSF's office",
        must_stay="Needed until it is answered, and for the yearly look at what people complain of.",
    ),
    DataClass.INQUIRIES: Kept(
        "answering what organisations ask about a file, and knowing what was said",
        Basis.LEGITIMATE,
        24,
        "the answer, or its closing; with the file, or the practical session, where that goes before",
        "who asked, KSF's office",
        must_stay="Needed until it is answered, and to know afterwards what was said.",
    ),
    DataClass.REGISTER: Kept(
        "letting those entitled find out whether somebody is certified",
        Basis.LEGITIMATE,
        None,
        "",
        "the person, KSF's office, the beheerders of the own organisation",
        must_stay="A certificate has no end: who shows it must be able to have it confirmed.",
    ),
    DataClass.TESTS: Kept(
        "planning online tests and practical tests, and keeping what came of them",
        Basis.CONTRACT,
        12,
        "it ended; what was passed or held stays with the register",
        "the candidate, the beheerders of the own organisation, the examiner, KSF's office",
        must_stay="Needed until the test is over and its result is known.",
    ),
    DataClass.PLANNING: Kept(
        "planning exam dates and locations",
        Basis.CONTRACT,
        24,
        "the day, or the check of the location",
        "the beheerders of the own organisation, KSF's office",
        must_stay="Needed until the day is over; a yearly audit still finds the year before.",
    ),
    DataClass.ASSESSORS: Kept(
        "sharing out work among assessors who are there and have no bond with the candidate",
        Basis.LEGITIMATE,
        84,
        "the bond, the absence or the work ended",
        "the assessor, KSF's office",
        must_stay="It shows that nobody judged somebody known to him, as long as that result is answered for.",
    ),
    DataClass.CONSENTS: Kept(
        "training and testing assessors with recordings, and showing a result to others, where the candidate allows it",
        Basis.CONSENT,
        24,
        "it was taken back; until then as long as what it allows",
        "the candidate, KSF's office and committee",
        must_stay="It is taken back at any time; that it was given and taken back is the proof of it.",
    ),
    DataClass.REQUESTS: Kept(
        "answering what people ask about their own data, and being able to show it",
        Basis.LAW,
        24,
        "the request was answered and done, or withdrawn",
        "the person, KSF's office",
        must_stay="It shows what was asked, and that it was done.",
    ),
    DataClass.MONEY: Kept(
        "asking what an exam costs, and keeping the books",
        Basis.LAW,
        84,
        "the end of the year in which it was ordered, or invoiced",
        "who pays, KSF's office",
        must_stay="Tax law asks it for seven years.",
    ),
    DataClass.AUDITS: Kept(
        "auditing each organisation every year, and seeing to it that what was found is mended",
        Basis.LEGITIMATE,
        84,
        "the audit was reported or called off, or the sample drawn, or the pack asked; the file of a pack a month",
        "KSF's office, the auditor, the beheerders of the own organisation",
        must_stay="An audit shows for seven years how an organisation held the exams, and who looked.",
    ),
    DataClass.AUDIT: Kept(
        "being able to show who did what and who looked, without names",
        Basis.LEGITIMATE,
        None,
        "",
        "the auditor; KSF's office of who looked at a file; the person of the own acts, and of who looked at the own"
        " recordings",
        must_stay="A log from which lines can be taken proves nothing; it holds no name, only random numbers.",
    ),
    DataClass.TECHNICAL: Kept(
        "running the product",
        Basis.LEGITIMATE,
        None,
        "",
        "KSF's office",
        must_stay="It says nothing about a person.",
    ),
}


def class_of(table: str, column: str) -> DataClass:
    """The class of a value. Raises KeyError for a table or a column that has none."""
    return TABLES[table].class_of(column)


def tables_of(data_class: DataClass) -> list[str]:
    """The tables of which a column belongs to this class, by name."""
    return sorted(name for name, table in TABLES.items() if data_class in table.classes)
