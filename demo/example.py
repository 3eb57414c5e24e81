"""The demo organisation: visibly invented people, one of each role, so that everything can be tried at once."""

import uuid
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from demo import assessments, audits, committee, theory
from scenarios.brought import FOLDER, scheme_file
from scenarios.sitting import AnswerStage, Stage
from storage.base.clock import start_of_day
from storage.base.present import present
from storage.dossier.dossiers import Dossier, DossierState, SelfAssessment, Star, StarKind
from storage.dossier.qualifications import enter
from storage.dossier.revisions import hand_in
from storage.exam.sittings import Answer, Sitting, invite
from storage.fees import billing
from storage.fees.billing import InvoiceFormat, Rhythm
from storage.fees.charging import charge_due
from storage.fees.invoicing import make_due
from storage.inquiries import ask as ask_ksf
from storage.people import institution
from storage.people.employers import Employer
from storage.people.organisations import Organisation
from storage.people.people import Membership, Person, Role, person_by_email
from storage.planning import locations
from storage.planning.exam_dates import publish
from storage.planning.locations import Location
from storage.planning.practical_candidates import request
from storage.planning.theory_tests import set_ready
from storage.schemes import Pack, Scheme, add_scheme, current_pack, current_scheme
from webapp.dutch import formats

PACK = FOLDER / "branchecertificaat_b"
SCHEMES = ("praktijktoets_a", "branchecertificaat_b", "ervaringsbewijs_callcenter", "mbo_contactcenter")
EXAM = "branchecertificaat_b"
OLD = "mbo_contactcenter"
"""Its yearly look by the exam committee is due."""
PRACTICAL = "praktijktoets_a"
PASSWORD = "vignet-demo"
ORGANISATION = "Voorbeeld Klantcontact BV"

INSTITUTION = {
    "name": "Voorbeeldinstituut Klantcontact",
    "address": "Proefplein 1, 3511 AA Voorbeeldstad",
    "telephone": "030 123 45 67",
    "mail": "bureau@ksf.example",
    "opening_hours": "maandag tot en met vrijdag, 9.00 tot 17.00 uur",
    "privacy_officer": "privacy@ksf.example",
    "complaints_address": "Klachtencommissie, Proefplein 1, 3511 AA Voorbeeldstad",
    "kvk_number": "12345678",
    "vat_number": "NL004495445B01",
    "iban": "NL91ABNA0417164300",
    "colour": "#0d5c59",
    "signatory_name": "D. Directeur",
    "signatory_function": "directeur",
    "sender": "Bureau Voorbeeldinstituut <bureau@ksf.example>",
}

PEOPLE: tuple[tuple[str, str, tuple[Role, ...]], ...] = (
    ("kandidaat@voorbeeld.example", "Kim Kandidaat", (Role.CANDIDATE,)),
    ("kandidaat2@voorbeeld.example", "Koos Kandidaat", (Role.CANDIDATE,)),
    ("kandidaat3@voorbeeld.example", "Karin Kandidaat", (Role.CANDIDATE,)),
    ("kandidaat4@voorbeeld.example", "Kira Kandidaat", (Role.CANDIDATE,)),
    ("leidinggevende@voorbeeld.example", "Lena Leidinggevende", (Role.MANAGER,)),
    ("beheerder@voorbeeld.example", "Bram Beheerder", (Role.ORGANISATION_ADMIN,)),
    ("bureau@ksf.example", "Bo Bureau", (Role.KSF_OFFICER,)),
    ("bureau2@ksf.example", "Bea Bureau", (Role.KSF_OFFICER,)),
    ("assessor@ksf.example", "Anne Assessor", (Role.ASSESSOR,)),
    ("assessor2@ksf.example", "Abe Assessor", (Role.ASSESSOR,)),
    ("assessor3@ksf.example", "Ada Assessor", (Role.ASSESSOR,)),
    ("commissie@ksf.example", "Chris Commissie", (Role.EXAM_COMMITTEE,)),
    ("commissie2@ksf.example", "Cato Commissie", (Role.EXAM_COMMITTEE,)),
    ("auditor@ksf.example", "Olaf Auditor", (Role.AUDITOR,)),
)
EMPLOYERS = {
    "assessor@ksf.example": "Proefpost Klantenservice",
    "assessor2@ksf.example": "Denkbeeld Telecom",
    "assessor3@ksf.example": "Zelfstandig, Ada Advies",
}
OWN = (Role.CANDIDATE, Role.MANAGER, Role.ORGANISATION_ADMIN)

REASON = (
    "Kim werkt sinds vier jaar in ons team en is degene naar wie collega’s toe lopen. Zij luistert mee met nieuwe "
    "mensen en schreef een korte lijst die nu iedereen bij een klacht gebruikt. Toen ik twee weken weg was, liep het "
    "werk door omdat zij elke ochtend vijf minuten nam om te verdelen wat er lag. Daarom draag ik haar voor."
)
EXAMPLE_ROLE = (
    "Bij de verhuizing van de planning bleef Kim rustig toen klanten boos waren. Zij deed hardop voor hoe zij een "
    "gesprek terugbracht naar de vraag. Drie collega’s namen haar aanpak over. Een van hen zei later dat hij sindsdien "
    "eerst samenvat en dan pas een oplossing noemt, en dat klanten hem nu laten uitpraten."
)
OTHER_REASON = (
    "Karin bewaakt in ons team de kwaliteit van de e-mails. Zij legt uit wat beter kan zonder iemand af te vallen, en "
    "collega’s vragen haar daar zelf om. In het voorjaar maakte zij met de juridische afdeling een set antwoorden over "
    "privacy die klopt en te begrijpen is. Met het certificaat kan zij dit voor de hele afdeling gaan doen."
)
OTHER_EXAMPLE = (
    "Toen de storing een middag duurde, las Karin elk antwoord mee en verdeelde zij het werk. Niemand bleef zitten met "
    "een klant die twee verschillende dingen had gehoord. De week erna liet zij aan vijf berichten zien waar een "
    "zin onrust gaf, en welke woorden een boze schrijver juist geruststelden."
)
READY = ("Kantoor Voorbeeldstad", "Proefstraat 12, Voorbeeldstad", "Kamer 2.14")
UNCHECKED = ("Flexplek Proefdorp", "Testlaan 3, Proefdorp", "")
ROLE_DESCRIPTION = "Medewerker klantcontact met extra taken: nieuwe collega’s begeleiden en meeluisteren."
MOTIVATION = "Ik begeleid al een tijd collega’s en wil weten of ik het goed doe. Ik wil er beter in worden."
GOAL = "Over twee jaar wil ik een eigen team coachen."
BILLING = {
    "legal_name": "Voorbeeld Klantcontact B.V.",
    "street": "Voorbeeldweg 1",
    "postcode": "1234 AB",
    "city": "Voorbeeldstad",
    "kvk_number": "12345678",
    "oin": "",
    "vat_number": "",
    "mail": "facturen@voorbeeld.example",
    "reference": "Inkoop 2026-7",
}
STARS = {
    StarKind.MANAGER: (
        "Mijn leidinggevende Lena wilde dat we elk gesprek binnen vier minuten afrondden. Klanten belden daardoor "
        "vaker terug.",
        "Ik moest de nieuwe norm uitleggen aan mijn groep, maar ik zag dat hij niet werkte.",
        "Ik telde een week lang de terugbelgesprekken en vroeg Lena om een half uur. Ik zei: ‘De gesprekken zijn "
        "korter, maar er komen er meer. Mag ik u laten zien wat ik zag?’",
        "Lena paste de norm aan. Het aantal terugbelgesprekken daalde met een vijfde.",
    ),
    StarKind.COLLEAGUE: (
        "Een nieuwe collega, Koos, durfde na een boos gesprek niet meer op te nemen.",
        "Ik was zijn begeleider en moest zorgen dat hij weer aan het werk kon.",
        "Ik zette hem even uit de lijn en vroeg wat er precies gezegd was. Daarna luisterden we samen het gesprek "
        "terug. Ik zei: ‘U bleef beleefd. Dat is al de helft.’",
        "Koos nam dezelfde middag weer op. Een maand later hielp hij zelf een nieuwe collega.",
    ),
}


def schemes(session: Session, now: datetime) -> Scheme:
    """Take the schemes of the repository into use, one of them long ago; answers the one of the exam."""
    for name in SCHEMES:
        since = now - committee.LONG_AGO if name == OLD else now
        add_scheme(session, scheme_file(name).read_bytes(), since)
    session.flush()
    return _scheme(session, EXAM)


def _scheme(session: Session, key: str) -> Scheme:
    return present(current_scheme(session, key))


def pack(session: Session) -> Pack:
    """The situations of the exam, once they are in use."""
    return present(current_pack(session, _scheme(session, EXAM)))


def _person(session: Session, email: str) -> Person:
    return present(person_by_email(session, email))


def has_pack(session: Session, scheme: Scheme) -> bool:
    return current_pack(session, scheme) is not None


def people_and_dossiers(session: Session, now: datetime) -> None:
    """The demo people with their log-ins, and three dossiers: approved with its sitting, handed in, being written.

    And two locations, with an online test at one of them; two dates of the practical test, each with a session; two
    assessments, one that waits for its assessors and one with a result; an audit with its findings; and what lies on
    the table of the exam committee.
    """
    organisation = session.scalars(select(Organisation).where(Organisation.name == ORGANISATION)).first()
    if organisation is not None:
        return
    institution.keep(session, INSTITUTION, None, now)
    organisation = Organisation(name=ORGANISATION, is_member=True, supplies_examiners=True, created_at=now)
    session.add(organisation)
    for email, name, roles in PEOPLE:
        person = Person(email=email, name=name, created_at=now, session_epoch=0)
        person.set_password(PASSWORD)
        session.add(person)
        for role in roles:
            membership = Membership(person=person, role=role, since=now)
            membership.organisation = organisation if role in OWN else None
            session.add(membership)
            if role is Role.ASSESSOR:
                session.add(Employer(person=person, name=EMPLOYERS[email], since=now.date()))
    session.flush()
    scheme = _scheme(session, EXAM)
    dossier = _dossier(session, organisation, scheme, "kandidaat@voorbeeld.example", now)
    fill(dossier)
    session.flush()
    officer = _person(session, "bureau@ksf.example")
    hand_in(session, dossier, dossier.candidate, now)
    dossier.decide(DossierState.APPROVED, officer.id, "", now)
    invite(session, dossier, pack(session), now, now)
    handed_in = _dossier(session, organisation, scheme, "kandidaat3@voorbeeld.example", now)
    fill(handed_in, reason=OTHER_REASON, example_role=OTHER_EXAMPLE)
    session.flush()
    session.flush()
    hand_in(session, handed_in, handed_in.candidate, now)
    for person in (dossier.candidate, handed_in.candidate):
        enter(session, person, "theory_test_a", "", now.date(), officer, now)
    _dossier(session, organisation, scheme, "kandidaat2@voorbeeld.example", now)
    ready = _locations(session, organisation, now)
    _practical_sessions(session, ready, now)
    _assessments(session, organisation, now)
    _money(session, organisation, now)
    _inquiries(session, dossier, handed_in, now)
    audits.made(session, organisation, _by_name(session), now)
    committee.made(session, handed_in, _by_name(session), now)


def _inquiries(session: Session, dossier: Dossier, handed_in: Dossier, now: datetime) -> None:
    """A manager's question that waits for KSF, and a beheerder's that was answered."""
    officer, beheerder = _person(session, "bureau@ksf.example"), _person(session, "beheerder@voorbeeld.example")
    ask_ksf(session, handed_in, handed_in.manager, "Wanneer weet mijn kandidaat of het dossier goed is?", now)
    answered = ask_ksf(session, dossier, beheerder, "Mag Kim het examen ook op kantoor doen?", now)
    answered.answer("Ja, als de ruimte rustig is en de controle van de locatie in orde is.", officer, now)


def _money(session: Session, organisation: Organisation, now: datetime) -> None:
    """Costs from today on, of what is set ready and approved here, and the invoice that they make."""
    officer, beheerder = _person(session, "bureau@ksf.example"), _person(session, "beheerder@voorbeeld.example")
    billing.choose(session, formats.day_of(now), 30, "", officer, now)
    billing.keep(session, organisation, BILLING, InvoiceFormat.NLCIUS, Rhythm.PER_ORDER, beheerder, now)
    session.flush()
    charge_due(session, now)
    make_due(session, officer, now)


def bank(session: Session, now: datetime) -> None:
    """The example items of the online theory test, in use."""
    theory.into_use(session, _person(session, "bureau@ksf.example"), _person(session, "bureau2@ksf.example"), now)


def _practical_sessions(session: Session, where: Location, now: datetime) -> None:
    """One session that stands, with its examiner, and one that waits for KSF; both know since when they are in the job.

    One of the two is later than is advised.
    """
    beheerder, officer, examiner = (
        _person(session, email)
        for email in ("beheerder@voorbeeld.example", "bureau@ksf.example", "assessor2@ksf.example")
    )
    scheme = _scheme(session, PRACTICAL)
    for email, days, in_job, officer_waits in (
        ("kandidaat3@voorbeeld.example", 22, 30, False),
        ("kandidaat@voorbeeld.example", 36, 100, True),
    ):
        candidate = _person(session, email)
        candidate.memberships[0].in_job_since = formats.day_of(now - timedelta(days=in_job))
        nine = start_of_day(now + timedelta(days=days)).replace(hour=9)
        day = publish(session, scheme, nine, nine.replace(hour=13), 6, officer, now)
        session.flush()
        made = request(session, scheme, day, where, [candidate], beheerder, now)
        if not officer_waits:
            made.confirm(examiner, officer, now)


def _by_name(session: Session) -> dict[str, Person]:
    """Everybody, by what stands before the @ in the address."""
    return {email.partition("@")[0]: _person(session, email) for email, _, _ in PEOPLE}


def _assessments(session: Session, organisation: Organisation, now: datetime) -> None:
    """One that waits for its assessors, and one of which the result is known."""
    people = _by_name(session)
    proof, marks = _scheme(session, "ervaringsbewijs_callcenter"), _scheme(session, "mbo_contactcenter")
    assessments.ready(session, proof, people["kandidaat4"], organisation, people, now)
    assessments.marked(assessments.ready(session, marks, people["kandidaat2"], organisation, people, now), people, now)


def _locations(session: Session, organisation: Organisation, now: datetime) -> Location:
    """A location that is ready, where online tests were set ready, one for today; and one that was never checked."""
    beheerder = _person(session, "beheerder@voorbeeld.example")
    ready = locations.add(session, organisation, *READY, beheerder, now)
    locations.add(session, organisation, *UNCHECKED, beheerder, now)
    session.flush()
    ready.check(dict.fromkeys(locations.rules(session).items, True), "", beheerder, now)
    candidate = _person(session, "kandidaat2@voorbeeld.example")
    next_week = start_of_day(now + timedelta(days=8)).replace(hour=10)
    set_ready(session, [candidate], "certificate_b", ready, next_week, beheerder, now)
    today = _person(session, "kandidaat4@voorbeeld.example")
    set_ready(session, [today], "certificate_a", ready, now + timedelta(minutes=1), beheerder, now)
    return ready


def _dossier(session: Session, organisation: Organisation, scheme: Scheme, email: str, now: datetime) -> Dossier:
    dossier = Dossier(
        id=uuid.uuid4(),
        scheme=scheme,
        organisation=organisation,
        candidate=person_by_email(session, email),
        manager=person_by_email(session, "leidinggevende@voorbeeld.example"),
        state=DossierState.WRITING,
        created_at=now,
    )
    session.add(dossier)
    return dossier


def fill(dossier: Dossier, reason: str = REASON, example_role: str = EXAMPLE_ROLE) -> None:
    """Write both parts of the motivation file."""
    dossier.reason, dossier.example_role, dossier.manager_done_at = reason, example_role, dossier.created_at
    dossier.tasks = ["guides_colleagues", "is_asked"]
    dossier.role_description, dossier.years = ROLE_DESCRIPTION, 6.5
    dossier.motivation, dossier.goal = MOTIVATION, GOAL
    for kind, (situation, tasks, activities, result) in STARS.items():
        dossier.stars.append(Star(kind=kind, situation=situation, tasks=tasks, activities=activities, result=result))
    for position, competency in enumerate(dossier.scheme.content.competencies):
        star = StarKind.MANAGER if position % 2 else StarKind.COLLEAGUE
        dossier.assessments.append(SelfAssessment(competency=competency.key, level=3 + position % 2, star=star))


def answer_for_ticket(session: Session, number: int, now: datetime) -> Answer:
    """A waiting answer to situation `number`, in a sitting of its own of an invented person."""
    scheme = _scheme(session, EXAM)
    organisation = session.scalars(select(Organisation).where(Organisation.name == ORGANISATION)).one()
    email = f"proef-{uuid.uuid4().hex[:8]}@voorbeeld.example"
    person = Person(email=email, name="Proefopname", created_at=now, session_epoch=0)
    session.add(person)
    session.flush()
    dossier = _dossier(session, organisation, scheme, email, now)
    dossier.state = DossierState.APPROVED
    sitting: Sitting = invite(session, dossier, pack(session), now - timedelta(seconds=1), now)
    session.flush()
    sitting.stage = Stage.ANSWERING
    answer = next(answer for answer in sitting.answers if answer.number == number)
    answer.stage, answer.preparing_since = AnswerStage.PREPARING, now
    return answer


def welcome(origin: str) -> str:
    """The text that `make run` prints: where it is, who can log in, what to do first."""
    lines = [f"Vignet: {origin}", "", f"Wachtwoord van iedereen: {PASSWORD}", ""]
    lines += [f"  {email:36} {name:22} {', '.join(roles)}" for email, name, roles in PEOPLE]
    first = "Begin als kandidaat@voorbeeld.example: ‘Mijn examen’, dan de camera proberen."
    return "\n".join([*lines, "", first])
