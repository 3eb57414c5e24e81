"""Todos of the one who asks: what broke, what is late, what is to be done. One mechanism for every home page.

A role has a table of lines; each is a query, the words for one and for many, and the place where it is done. All
lines of a role are counted by one question to the database, no further than MANY, and what is zero is left out.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import Any

import flask
from flask import url_for
from sqlalchemy import ColumnElement, Select, exists, false, or_, select

from scenarios.sitting import Stage
from storage import inquiries
from storage.base.jobs import Job, JobState
from storage.committee import content
from storage.committee.minutes import DecisionMinutes, MinutesState
from storage.dossier.dossiers import UNDECIDED, Dossier, DossierState
from storage.exam import drawing
from storage.exam.accommodations import BEFORE, Accommodation
from storage.exam.sittings import Answer, Judging, Sitting
from storage.judging.flags import Flag, FlagKind
from storage.people import employers, examiners
from storage.people.outbox import UNDELIVERED, MailMessage
from storage.people.people import Person, Role
from storage.planning import locations
from storage.planning.bookings import Booking, BookingState
from storage.planning.exam_dates import plans_by_dates
from storage.retention.holds import day_of
from storage.retention.requests import ErasureRequest
from storage.schemes import with_sittings
from webapp import access, explain
from webapp.access import assessments as access_assessment
from webapp.access import audits as access_audits
from webapp.access import certificates as access_certificates
from webapp.access import complaints as access_complaints
from webapp.access import fees as access_fees
from webapp.access import inquiries as access_inquiries
from webapp.access import irregularities as access_cases
from webapp.access import judging as access_judging
from webapp.access import locations as access_location
from webapp.access import objections as access_objections
from webapp.access import people as access_people
from webapp.access import practical as access_practical
from webapp.access import retention as access_retention
from webapp.access import sittings as access_sitting
from webapp.access import theory_tests as access_theory
from webapp.access.worklist import Work, dossiers_ready, work_list
from webapp.context import g
from webapp.paging import counted

OPEN = (DossierState.WRITING, DossierState.RETURNED)
MANY = 100
"""What is counted no further: the menu counts on every page, and nobody does a hundred things differently than more."""
LONG = timedelta(weeks=4)
"""How long a motivation file may be written at before somebody is told."""
SOON = timedelta(days=3)
"""How long before the end of a window a beheerder hears that somebody has not begun."""


class Kind(StrEnum):
    """In the order in which it is shown."""

    BROKEN = "broken"
    LATE = "late"
    TO_DO = "to_do"
    GOING_ON = "going_on"


@dataclass(frozen=True)
class Todo:
    """So many things of one sort, and where they are dealt with. `count` is a query until it is counted."""

    kind: Kind
    count: Select[Any] | int
    one: str
    many: str
    url: str
    counted_elsewhere: bool = False
    """True when each of these is in another line as well: a sum passes them over."""
    alarm: bool = False
    """True for what is shown in red, however urgent the other lines of its kind are."""

    @property
    def kind_order(self) -> int:
        return list(Kind).index(self.kind)

    @property
    def number(self) -> str:
        """The count for the eye."""
        return for_the_eye(self.count) if isinstance(self.count, int) else ""

    @property
    def words(self) -> str:
        return self.one if self.count == 1 else self.many


def for_the_eye(count: int) -> str:
    """How a number of things that wait is shown; beyond what was counted it is not told."""
    return str(count) if count < MANY else f"{MANY - 1}+"


def of_role(role: Role) -> list[Todo]:
    """The todos of the one who asks in this role, most urgent first; nothing that is zero.

    Counted once for a request: a home page and the menu on it show the same numbers.
    """
    known: dict[Role, list[Todo]] = flask.g.setdefault("todos", {})
    if role not in known:
        known[role] = _counted(role)
    return known[role]


def count_nothing() -> None:
    """Let nothing more be counted for this request."""
    flask.g.todos = {role: [] for role in Role}


def _counted(role: Role) -> list[Todo]:
    lines = LINES[role]() if role in LINES else []
    queries = [line.count for line in lines if not isinstance(line.count, int)]
    row = g.db.execute(select(*(counted(query, MANY).scalar_subquery() for query in queries))).one() if queries else ()
    numbers = iter(row)
    return _ordered([line if isinstance(line.count, int) else replace(line, count=next(numbers)) for line in lines])


def _ordered(found: list[Todo]) -> list[Todo]:
    return sorted((one for one in found if one.count), key=lambda one: one.kind_order)


def manager() -> list[Todo]:
    mine = access.my_dossiers_as_manager()
    to_write = mine.where(Dossier.manager_done_at.is_(None))
    back = to_write.where(Dossier.state == DossierState.RETURNED)
    fresh = to_write.where(Dossier.state == DossierState.WRITING)
    late, url = Dossier.created_at < g.now - LONG, url_for("substantiation.candidates", toon="schrijven")
    return [
        Todo(Kind.LATE, fresh.where(late), "onderbouwing al vier weken open", "onderbouwingen al vier weken open", url),
        Todo(Kind.TO_DO, back, "onderbouwing terug van KSF", "onderbouwingen terug van KSF", url),
        Todo(Kind.TO_DO, fresh.where(~late), "onderbouwing te schrijven", "onderbouwingen te schrijven", url),
        Todo(
            Kind.TO_DO,
            mine.where(Dossier.state.in_(UNDECIDED), Dossier.years.is_not(None), Dossier.work_confirmed.is_(None)),
            "kandidaat van wie u functie en jaren bevestigt",
            "kandidaten van wie u functie en jaren bevestigt",
            url_for("substantiation.candidates", toon="werk"),
        ),
    ]


def beheerder() -> list[Todo]:
    mine = access_people.dossiers_of_my_organisations()
    people = select(Person).where(Person.id.in_(access_people.people_of_my_organisations()))
    countered = mine.join(Booking, Booking.dossier_id == Dossier.id).where(Booking.state == BookingState.COUNTERED)
    home = "organisation.home"
    return [
        Todo(
            Kind.BROKEN,
            people.where(Person.bounced_at.is_not(None)),
            "adres waar mail niet aankomt",
            "adressen waar mail niet aankomt",
            url_for("organisation.people", toon="mail"),
        ),
        Todo(
            Kind.LATE,
            mine.where(Dossier.state.in_(OPEN), Dossier.created_at < g.now - LONG),
            "dossier al vier weken open",
            "dossiers al vier weken open",
            url_for(home, toon="laat"),
        ),
        Todo(
            Kind.LATE,
            mine.where(ends_soon()),
            "examen sluit binnen drie dagen",
            "examens sluiten binnen drie dagen",
            url_for(home, toon="sluit"),
        ),
        Todo(
            Kind.TO_DO,
            len(access_sitting.to_identify()),
            "kandidaat te herkennen",
            "kandidaten te herkennen",
            url_for("planning.supervising"),
        ),
        Todo(
            Kind.TO_DO,
            countered,
            "andere examendatum voorgesteld",
            "andere examendata voorgesteld",
            url_for("booking.home"),
        ),
        Todo(
            Kind.TO_DO,
            access_location.locations_of_my_organisations().where(locations.not_ready(locations.rules(g.db), g.now)),
            "locatie te controleren",
            "locaties te controleren",
            url_for("locations.home"),
        ),
        Todo(
            Kind.LATE,
            access_audits.my_findings_to_mend(late=True),
            "bevinding van de audit te laat opgelost",
            "bevindingen van de audit te laat opgelost",
            url_for("own_audits.home"),
            alarm=True,
        ),
        Todo(
            Kind.TO_DO,
            access_audits.my_findings_to_mend(late=False),
            "bevinding van de audit op te lossen",
            "bevindingen van de audit op te lossen",
            url_for("own_audits.home"),
        ),
        Todo(
            Kind.GOING_ON,
            mine.where(Dossier.state.in_(OPEN)),
            "dossier in de maak",
            "dossiers in de maak",
            url_for(home, toon="open"),
        ),
    ]


def officer() -> list[Todo]:
    takes, flags = access.takes_for_officer(), access_judging.open_flags()
    asking = select(Dossier).where(asks_accommodation())
    verdicts, dead = access_judging.verdicts(), select(Job).where(Job.state == JobState.DEAD)
    requested = select(Booking).where(Booking.state == BookingState.REQUESTED)
    running = select(Job).where(Job.state.in_((JobState.WAITING, JobState.RUNNING)))
    unsent = select(MailMessage).where(MailMessage.state.in_(UNDELIVERED))
    files, results = "office.dossiers", "results.verdicts"
    to_judge = access_judging.to_judge()
    late = access_judging.too_late()
    examining = select(Sitting).where(Sitting.stage.in_((*BEFORE, Stage.ANSWERING)))
    submitted = select(Dossier).where(Dossier.state == DossierState.SUBMITTED)

    def take(kind: Kind, name: str, one: str, many: str) -> Todo:
        return Todo(kind, takes[name], one, many, url_for("takes.waiting", soort=name))

    def result(kind: Kind, query: Select[Any] | int, part: str, one: str, many: str) -> Todo:
        return Todo(kind, query, one, many, url_for(results, toon=part))

    welfare = flags.where(Flag.kind == FlagKind.WELFARE)
    other = flags.where(Flag.kind != FlagKind.WELFARE)
    return [
        result(Kind.BROKEN, welfare, "meldingen", "zorg om iemand gemeld", "keer zorg om iemand gemeld"),
        take(Kind.BROKEN, "stuck", "opname blijft hangen", "opnames blijven hangen"),
        Todo(Kind.BROKEN, dead, "taak mislukt", "taken mislukt", url_for("office.jobs", staat="dead")),
        Todo(Kind.BROKEN, unsent, "mail niet bezorgd", "mails niet bezorgd", url_for("outbox.show")),
        Todo(
            Kind.BROKEN,
            drawing.count_empty(g.db),
            "situatie zonder filmpje: examens beginnen niet",
            "situaties zonder filmpje: examens beginnen niet",
            url_for("situations.home"),
        ),
        replace(result(Kind.LATE, late, "te-laat", "uitslag te laat", "uitslagen te laat"), counted_elsewhere=True),
        Todo(
            Kind.LATE,
            submitted.where(_answered_too_late()),
            "dossier wacht langer dan wij beloven",
            "dossiers wachten langer dan wij beloven",
            url_for(files, staat=DossierState.SUBMITTED),
            counted_elsewhere=True,
        ),
        *_late_audits(),
        Todo(
            Kind.TO_DO,
            access_audits.finding_lists()["beantwoord"],
            "antwoord op een bevinding",
            "antwoorden op bevindingen",
            url_for("audit_findings.home", toon="beantwoord"),
        ),
        Todo(
            Kind.LATE,
            access_fees.late_invoices(),
            "factuur te laat betaald",
            "facturen te laat betaald",
            url_for("invoices.home", toon="te-laat"),
        ),
        Todo(
            Kind.TO_DO,
            examiners.waiting(),
            "voorstel voor een examiner",
            "voorstellen voor examiners",
            url_for("examiners.home"),
        ),
        Todo(
            Kind.TO_DO,
            employers.unknown(g.now),
            "assessor zonder werkgever",
            "assessoren zonder werkgever",
            url_for("absences.assessors"),
        ),
        Todo(
            Kind.TO_DO,
            submitted,
            "dossier om te beoordelen",
            "dossiers om te beoordelen",
            url_for(files, staat=DossierState.SUBMITTED),
        ),
        Todo(
            Kind.TO_DO,
            _left(),
            "examen niet gedaan of niet af",
            "examens niet gedaan of niet af",
            url_for(files, toon="niet-gedaan"),
        ),
        Todo(Kind.TO_DO, asking, "voorziening gevraagd", "voorzieningen gevraagd", url_for(files, toon="voorziening")),
        Todo(Kind.TO_DO, requested, "examendatum aangevraagd", "examendata aangevraagd", url_for("exam_dates.home")),
        Todo(
            Kind.TO_DO,
            access_theory.tests_without_result(),
            "online toets zonder uitslag",
            "online toetsen zonder uitslag",
            url_for("theory_results.home", toon="uitslag"),
        ),
        Todo(
            Kind.TO_DO,
            access_practical.sessions_for_officer()["gevraagd"],
            "praktijktoets aangevraagd",
            "praktijktoetsen aangevraagd",
            url_for("practical_answers.home"),
        ),
        Todo(
            Kind.TO_DO,
            access_practical.sessions_for_officer()["uitslag"],
            "praktijktoets met een uitslag om vrij te geven",
            "praktijktoetsen met een uitslag om vrij te geven",
            url_for("practical_answers.home", toon="uitslag"),
        ),
        *_assessments("gevraagd", "derde", "vrijgeven"),
        Todo(
            Kind.TO_DO,
            access_practical.sessions_for_officer()["bezwaar"],
            "praktijktoets met een bezwaar",
            "praktijktoetsen met een bezwaar",
            url_for("practical_answers.home", toon="bezwaar"),
        ),
        Todo(
            Kind.TO_DO,
            access_people.staff_changes_to_decide(),
            "rol of adres wacht op een tweede medewerker",
            "rollen of adressen wachten op een tweede medewerker",
            url_for("second_officer.home"),
        ),
        Todo(
            Kind.LATE,
            access_retention.open_requests().where(ErasureRequest.answer_by < day_of(g.now)),
            "verzoek om te verwijderen te laat",
            "verzoeken om te verwijderen te laat",
            url_for("erasure_requests.home"),
            counted_elsewhere=True,
        ),
        Todo(
            Kind.TO_DO,
            access_retention.requests_to_do(),
            "verzoek om te verwijderen",
            "verzoeken om te verwijderen",
            url_for("erasure_requests.home"),
        ),
        Todo(
            Kind.TO_DO,
            access_certificates.to_issue_by_me(),
            "certificaat af te geven",
            "certificaten af te geven",
            url_for("register.waiting"),
        ),
        Todo(
            Kind.TO_DO,
            access_certificates.changes_to_decide(),
            "wijziging van een certificaat wacht op een tweede medewerker",
            "wijzigingen van certificaten wachten op een tweede medewerker",
            url_for("register.to_decide"),
        ),
        take(Kind.TO_DO, "faulty", "antwoord om over te beslissen", "antwoorden om over te beslissen"),
        take(Kind.TO_DO, "unmade", "opname zonder video", "opnames zonder video"),
        take(Kind.TO_DO, "late", "deel te laat binnengekomen", "delen te laat binnengekomen"),
        result(Kind.TO_DO, other, "meldingen", "melding van een assessor", "meldingen van assessoren"),
        result(Kind.TO_DO, to_judge[Judging.OPEN], "toewijzen", "examen zonder assessor", "examens zonder assessor"),
        *_results(verdicts),
        Todo(
            Kind.TO_DO,
            access_objections.open_objections(),
            "bezwaar te behandelen",
            "bezwaren te behandelen",
            url_for("objecting.waiting"),
        ),
        Todo(
            Kind.LATE,
            access_inquiries.late_inquiries(),
            f"vraag van een organisatie wacht langer dan {inquiries.SOON.days} dagen",
            f"vragen van organisaties wachten langer dan {inquiries.SOON.days} dagen",
            url_for("answering.home"),
            counted_elsewhere=True,
        ),
        Todo(
            Kind.TO_DO,
            access_inquiries.open_inquiries(),
            "vraag van een organisatie te beantwoorden",
            "vragen van organisaties te beantwoorden",
            url_for("answering.home"),
        ),
        Todo(
            Kind.TO_DO,
            access_complaints.unanswered(),
            "klacht te beantwoorden",
            "klachten te beantwoorden",
            url_for("complaining.waiting"),
        ),
        *_hearings(),
        Todo(
            Kind.GOING_ON,
            examining,
            "kandidaat aan het examen",
            "kandidaten aan het examen",
            url_for(files, staat=DossierState.APPROVED),
        ),
        Todo(
            Kind.GOING_ON,
            access_theory.tests_to_come(),
            "online toets staat klaar",
            "online toetsen staan klaar",
            url_for("theory_results.home", toon="komend"),
        ),
        Todo(Kind.GOING_ON, running, "taak bezig", "taken bezig", url_for("office.jobs", staat="waiting")),
    ]


def auditor() -> list[Todo]:
    return [
        *_late_audits(),
        Todo(
            Kind.TO_DO,
            access_audits.mine_to_hold(),
            "eigen audit zonder verslag",
            "eigen audits zonder verslag",
            url_for("audits.home", toon="gepland"),
        ),
        Todo(
            Kind.TO_DO,
            access_audits.answered_to_me(),
            "antwoord op uw bevinding",
            "antwoorden op uw bevindingen",
            url_for("audit_findings.home", toon="beantwoord"),
        ),
    ]


def _late_audits() -> list[Todo]:
    """What the sources ask of KSF itself: shown in red."""
    return [
        Todo(
            Kind.LATE,
            access_audits.overdue(),
            "audit van een organisatie te laat",
            "audits van organisaties te laat",
            url_for("audits.home", toon="te-laat"),
            alarm=True,
        ),
        Todo(
            Kind.LATE,
            access_audits.finding_lists()["te-laat"],
            "bevinding te laat opgelost",
            "bevindingen te laat opgelost",
            url_for("audit_findings.home", toon="te-laat"),
            alarm=True,
        ),
    ]


def _answered_too_late() -> ColumnElement[bool]:
    """Of files that were handed in: those that should have been answered by now."""
    moments = [
        (Dossier.scheme_id == one.id) & (Dossier.submitted_at < explain.answer_late_before(one.content, g.now))
        for one in with_sittings(g.db)
        if one.content.documents
    ]
    return or_(false(), *moments)


def asks_accommodation() -> ColumnElement[bool]:
    """Files whose candidate waits for a decision about an accommodation."""
    living = Dossier.state.in_((*OPEN, DossierState.SUBMITTED, DossierState.APPROVED))
    # Few ask, and nearly every file lives: so from the few to their files, and not the other way.
    asked = select(Accommodation.dossier_id).where(Accommodation.granted.is_(None), Accommodation.dossier.has(living))
    return Dossier.id.in_(asked)


def not_done() -> ColumnElement[bool]:
    """Files whose exam was not done, or was begun and left: the office decides whether there is another time.

    Where the scheme has dates, an exam that was not begun is the organisation's to plan anew.
    """
    return Dossier.id.in_(_left().with_only_columns(Sitting.dossier_id))


def _left() -> Select[Sitting]:
    """The sittings of those files, one each."""
    windows = [one.id for one in with_sittings(g.db) if not plans_by_dates(one)]
    begun = exists().where(Answer.sitting_id == Sitting.id, Answer.takes > 0)
    over = (Sitting.stage == Stage.EXPIRED) & (Dossier.state == DossierState.APPROVED)
    return select(Sitting).join(Sitting.dossier).where(over, Dossier.scheme_id.in_(windows) | begun)


def ends_soon() -> ColumnElement[bool]:
    """Files whose exam closes in a few days, while nobody has begun."""
    begun = (Sitting.opens_at <= g.now) & Sitting.closes_at.between(g.now, g.now + SOON)
    ending = exists().where(Sitting.dossier_id == Dossier.id, Sitting.stage.in_(BEFORE), begun)
    return ending & (Dossier.state == DossierState.APPROVED)


def committee() -> list[Todo]:
    late, url = access_judging.too_late(), url_for("results.verdicts", toon="te-laat")
    return [
        Todo(Kind.LATE, late, "uitslag te laat", "uitslagen te laat", url, counted_elsewhere=True),
        Todo(
            Kind.TO_DO,
            access_objections.for_committee(),
            "bezwaar voor uitspraak",
            "bezwaren voor uitspraak",
            url_for("objecting.waiting"),
        ),
        Todo(
            Kind.LATE,
            content.overdue(g.db, day_of(g.now)),
            "onderdeel van een examen is langer dan een jaar niet bekeken",
            "onderdelen van examens zijn langer dan een jaar niet bekeken",
            url_for("content.home", toon="te-bekijken"),
        ),
        *_hearings(),
        Todo(
            Kind.TO_DO,
            access_cases.to_decide(),
            "zaak wacht op een besluit van de commissie",
            "zaken wachten op een besluit van de commissie",
            url_for("irregularities.home"),
        ),
        Todo(
            Kind.TO_DO,
            select(DecisionMinutes).where(
                DecisionMinutes.state == MinutesState.DRAWN_UP, DecisionMinutes.made_by_id != access.me().id
            ),
            "besluitenlijst om te tekenen",
            "besluitenlijsten om te tekenen",
            url_for("minutes.home"),
        ),
        *_assessments("tekenen"),
        *_results(access_judging.verdicts()),
    ]


def _hearings() -> list[Todo]:
    return [
        Todo(
            Kind.TO_DO,
            access_cases.hearings_held(),
            "gesprek over een zaak waarvan het verslag ontbreekt",
            "gesprekken over zaken waarvan het verslag ontbreekt",
            url_for("irregularities.home"),
        )
    ]


ASSESSMENTS = {
    "gevraagd": ("assessment te plannen", "assessments te plannen"),
    "derde": ("assessment vraagt een derde assessor", "assessments vragen een derde assessor"),
    "tekenen": ("assessment te tekenen", "assessments te tekenen"),
    "vrijgeven": ("assessment met een uitslag om vrij te geven", "assessments met een uitslag om vrij te geven"),
}


def _assessments(*lists: str) -> list[Todo]:
    """What waits of the exams that are judged while somebody works; no line where there is no such exam."""
    found = access_assessment.lists() if access_assessment.exams() else {}
    where = "assessment_office.home"
    return [Todo(Kind.TO_DO, found[one], *ASSESSMENTS[one], url_for(where, toon=one)) for one in lists if one in found]


def _results(verdicts: dict[str, Select[Any]]) -> list[Todo]:
    words = {
        "undecided": ("extra-bewijs", "examen vraagt extra bewijs", "examens vragen extra bewijs"),
        "to_confirm": ("controleren", "eindoordeel te controleren", "eindoordelen te controleren"),
        "to_release": ("vrijgeven", "eindoordeel om vrij te geven", "eindoordelen om vrij te geven"),
    }
    return [
        Todo(Kind.TO_DO, verdicts[step], one, many, url_for("results.verdicts", toon=part))
        for step, (part, one, many) in words.items()
    ]


def of_work(work: list[Work]) -> list[Todo]:
    """The todos of an assessor with this work, as `of_role` answers it."""
    return _ordered(_of_work(work))


def _of_work(work: list[Work]) -> list[Todo]:
    ready = dossiers_ready(work)
    fresh = [one for one in work if one.to_do]
    lapsed = [one for one in fresh if one.lapsed]
    aside = [one for one in work if one.state == "waiting"]

    def first(found: list[Any], endpoint: str = "desk.rating") -> str:
        return url_for(endpoint, rating_id=found[0].rating.id) if found else ""

    second = first(ready[0], "second_phase.show") if ready else ""
    return [
        Todo(Kind.LATE, len(lapsed), "antwoord ligt stil", "antwoorden liggen stil", first(lapsed)),
        Todo(Kind.TO_DO, len(ready), "STAR-dossier te lezen", "STAR-dossiers te lezen", second),
        Todo(Kind.TO_DO, len(fresh), "antwoord te beoordelen", "antwoorden te beoordelen", first(fresh)),
        Todo(Kind.GOING_ON, len(aside), "antwoord bij het bureau", "antwoorden bij het bureau", url_for("desk.home")),
    ]


LINES = {
    Role.ASSESSOR: lambda: _of_work(work_list()),
    Role.MANAGER: manager,
    Role.ORGANISATION_ADMIN: beheerder,
    Role.KSF_OFFICER: officer,
    Role.EXAM_COMMITTEE: committee,
    Role.AUDITOR: auditor,
}
