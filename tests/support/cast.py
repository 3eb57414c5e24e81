"""A cast of people for tests: one organisation with an exam going on, KSF's own people, and outsiders.

Everybody and everything is visibly invented. An outsider belongs to another organisation and must see nothing of the
others. Each function makes rows in the session that it is given and leaves the commit to the caller.
"""

import contextlib
import hashlib
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from sqlalchemy.orm import Session
from support.quick_passwords import QUICK

from review.rating import Phase, TimeCode
from scenarios.sitting import Stage
from storage.base.database import session_scope
from storage.dossier.dossiers import Dossier, DossierState, SelfAssessment, Star, StarKind
from storage.dossier.qualifications import enter
from storage.exam.recorder_nodes import RecorderNode, beat
from storage.exam.recordings import Original, Recording, begin_take
from storage.exam.sittings import Answer, Sitting, invite
from storage.judging.progress import look_again
from storage.judging.ratings import Rating
from storage.judging.scores import Score
from storage.judging.workload import assign
from storage.people.employers import Employer
from storage.people.logins import LogIn
from storage.people.organisations import Organisation
from storage.people.people import Membership, Person, Role
from storage.planning.exam_dates import ExamDate, publish
from storage.planning.locations import Location
from storage.planning.locations import add as add_location
from storage.planning.practical_candidates import request
from storage.planning.practical_sessions import PracticalSession
from storage.schemes import Clip, Pack, Scheme, add_scheme

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
"""A Monday, ten o'clock in Amsterdam. Tests of a running server pass the real time instead."""

PASSWORD = "proefwachtwoord van iedereen"
"""Everybody's password."""

REASON = (
    "Collega's lopen naar deze kandidaat als een gesprek vastloopt, en dat is niet voor niets. Ik zag het zelf bij de "
    "overgang naar het nieuwe systeem: iedereen was zenuwachtig, en op haar plek was het rustig. Zij vraagt eerst wat "
    "er gebeurde, laat de ander uitpraten en zegt dan pas wat zij zou doen. Daarom meld ik haar aan."
)
EXAMPLE_ROLE = (
    "Op dinsdag luistert zij mee met twee nieuwe mensen en bespreekt elk gesprek direct daarna. Zij begint met wat "
    "goed ging en kiest dan één ding om te oefenen. In maart nam de hele groep haar manier van samenvatten over, en "
    "sindsdien bellen er merkbaar minder klanten een tweede keer. Dat voorbeeld geeft zij zonder erom te vragen."
)
"""A substantiation as a manager writes it, of more words than the scheme asks for."""

CONTENT = Path(__file__).resolve().parents[2] / "scenarios" / "branchecertificaat_b"


@dataclass(frozen=True)
class Cast:
    """Everybody who takes part in the exam of `candidate`, and the outsiders."""

    organisation: Organisation
    candidate: Person
    second_candidate: Person
    manager: Person
    beheerder: Person
    officer: Person
    second_officer: Person
    assessors: tuple[Person, Person, Person]
    committee_member: Person
    auditor: Person
    outsider_organisation: Organisation
    outsider_candidate: Person
    outsider_manager: Person
    outsider_beheerder: Person


def gather(session: Session, now: datetime = NOW) -> Cast:
    """Everybody, with the roles that they hold since yesterday."""
    home = organisation(session, "Voorbeeld Klantcontact", now)
    away = organisation(session, "Elders Telefonie", now)
    return Cast(
        organisation=home,
        candidate=person(session, "kandidaat", "Kandidaat Een", Role.CANDIDATE, home, now),
        second_candidate=person(session, "kandidaat2", "Kandidaat Twee", Role.CANDIDATE, home, now),
        manager=person(session, "leidinggevende", "Leidinggevende Een", Role.MANAGER, home, now),
        beheerder=person(session, "beheerder", "Beheerder Een", Role.ORGANISATION_ADMIN, home, now),
        officer=person(session, "bureau", "Bureau Een", Role.KSF_OFFICER, None, now),
        second_officer=person(session, "bureau2", "Bureau Twee", Role.KSF_OFFICER, None, now),
        assessors=(
            person(session, "assessor", "Assessor Een", Role.ASSESSOR, None, now),
            person(session, "assessor2", "Assessor Twee", Role.ASSESSOR, None, now),
            person(session, "assessor3", "Assessor Drie", Role.ASSESSOR, None, now),
        ),
        committee_member=person(session, "commissie", "Commissie Een", Role.EXAM_COMMITTEE, None, now),
        auditor=person(session, "auditor", "Auditor Een", Role.AUDITOR, None, now),
        outsider_organisation=away,
        outsider_candidate=person(session, "kandidaat.elders", "Kandidaat Elders", Role.CANDIDATE, away, now),
        outsider_manager=person(session, "leidinggevende.elders", "Leidinggevende Elders", Role.MANAGER, away, now),
        outsider_beheerder=person(session, "beheerder.elders", "Beheerder Elders", Role.ORGANISATION_ADMIN, away, now),
    )


def organisation(session: Session, name: str, now: datetime = NOW) -> Organisation:
    row = Organisation(id=uuid.uuid4(), name=name, created_at=now - timedelta(days=1))
    session.add(row)
    return row


def person(
    session: Session, local: str, name: str, role: Role | None, home: Organisation | None, now: datetime = NOW
) -> Person:
    """Somebody with PASSWORD, the address `local`@voorbeeld.example and perhaps a role."""
    since = now - timedelta(days=1)
    row = Person(id=uuid.uuid4(), email=f"{local}@voorbeeld.example", name=name, created_at=since, session_epoch=0)
    row.password_hash = _password_hash()
    if role:
        row.memberships = [Membership(role=role, organisation=home, since=since)]
    session.add(row)
    if role is Role.ASSESSOR:
        session.add(Employer(person=row, name=f"Werkgever van {local}", since=since.date()))
    return row


def institution_values() -> dict[str, str]:
    """An institution that is set up, as a form or a file gives it."""
    return {
        "name": "Proefinstituut Klantcontact",
        "address": "Proefplein 1, 3511 AA Utrecht",
        "telephone": "030 123 45 67",
        "mail": "bureau@proefinstituut.example",
        "opening_hours": "maandag tot en met vrijdag, 9.00 tot 17.00 uur",
        "privacy_officer": "privacy@proefinstituut.example",
        "complaints_address": "Klachtencommissie, Proefplein 1, 3511 AA Utrecht",
        "kvk_number": "12345678",
        "vat_number": "NL004495445B01",
        "iban": "NL91ABNA0417164300",
        "colour": "#0d5c59",
        "signatory_name": "D. Proef",
        "signatory_function": "directeur",
        "sender": "Bureau Proefinstituut <bureau@proefinstituut.example>",
    }


def browser(person: Person, now: datetime | None = None, session: Session | None = None) -> str:
    """A browser in which this person is logged in; what its cookie says. Committed, in a session of its own or this."""
    now = now or datetime.now(UTC)
    row = LogIn(id=uuid.uuid4(), person_id=person.id, epoch=person.session_epoch, device="Proef", created_at=now)
    row.used_at = row.confirmed_at = now
    with contextlib.nullcontext(session) if session else session_scope() as own:
        own.add(row)
        own.commit()
    return str(row.id)


def scheme(session: Session, now: datetime = NOW) -> Scheme:
    """The scheme of Branchecertificaat B as the product brings it."""
    return add_scheme(session, (CONTENT / "scheme.toml").read_bytes(), now)


def scheme_of_a(session: Session, now: datetime = NOW) -> Scheme:
    """The scheme of the practical test of A, which also says how locations are checked."""
    return add_scheme(session, (CONTENT.parent / "praktijktoets_a" / "scheme.toml").read_bytes(), now)


def pack(session: Session, now: datetime = NOW, data: bytes = b"", number: int = 1) -> Pack:
    """The ten situations, or those in `data`, with clips that have no film in the object store."""
    data = data or (CONTENT / "scenarios.toml").read_bytes()
    row = Pack(
        id=uuid.uuid4(),
        scheme=scheme(session, now),
        number=number,
        data=data,
        sha256=_sha256(data),
        created_at=now,
        clips=[],
    )
    for scenario in row.content.everyone:
        clip_id = uuid.uuid4()
        row.clips.append(
            Clip(
                id=clip_id,
                number=scenario.number,
                parallel=row.content.slot(scenario.number).index(scenario),
                seconds=30.0,
                video_key=f"clips/{clip_id}/clip.mp4",
                video_size=1_000_000,
                video_sha256=_sha256(clip_id.bytes),
                captions_key=f"clips/{clip_id}/captions.vtt",
            )
        )
    session.add(row)
    return row


def dossier(session: Session, cast: Cast, now: datetime = NOW, candidate: Person | None = None) -> Dossier:
    """A motivation file in which everything is filled in and which waits to be handed in."""
    rules = scheme(session, now)
    row = Dossier(
        id=uuid.uuid4(),
        scheme=rules,
        organisation=cast.organisation,
        candidate=candidate or cast.candidate,
        manager=cast.manager,
        state=DossierState.WRITING,
        created_at=now,
        tasks=["guides_colleagues"],
        reason=REASON,
        example_role=EXAMPLE_ROLE,
        manager_done_at=now,
        role_description="Begeleidt nieuwe collega's en is vraagbaak voor het team.",
        years=6.5,
        motivation="Ik wil laten zien wat ik in de praktijk al doe.",
        goal="Op termijn coach worden.",
    )
    row.stars = [
        Star(
            kind=kind,
            situation=f"Met mijn {who} liep een gesprek vast. Er was weinig tijd.",
            tasks="Ik moest het gesprek weer op gang brengen.",
            activities="Ik vroeg wat er speelde. Ik vatte het samen.",
            result="We maakten een afspraak en hielden ons eraan.",
        )
        for kind, who in ((StarKind.MANAGER, "leidinggevende"), (StarKind.COLLEAGUE, "collega"))
    ]
    row.assessments = [
        SelfAssessment(competency=one.key, level=3 + number % 2, star=list(StarKind)[number % 2])
        for number, one in enumerate(rules.content.competencies)
    ]
    session.add(row)
    return row


def with_dates(session: Session, now: datetime = NOW, key: str = "branchecertificaat_b") -> Scheme:
    """The same exam, or another one beside it, done on dates that KSF publishes."""
    data = (CONTENT / "scheme.toml").read_bytes().replace(b'planning = "window"', b'planning = "dates"')
    row = add_scheme(session, data.replace(b'key = "branchecertificaat_b"', f'key = "{key}"'.encode()), now)
    session.flush()
    return row


def exam_date(
    session: Session, cast: Cast, starts_at: datetime, places: int = 1, scheme: Scheme | None = None
) -> ExamDate:
    """A date of four hours from `starts_at` on, published an hour ago."""
    scheme = scheme or with_dates(session)
    published = starts_at - timedelta(days=30)
    row = publish(session, scheme, starts_at, starts_at + timedelta(hours=4), places, cast.officer, published)
    session.flush()
    return row


def location(
    session: Session,
    cast: Cast,
    name: str = "Zaal Noord",
    organisation: Organisation | None = None,
    now: datetime = NOW,
) -> Location:
    """A location of the organisation, or of another one, that nobody checked."""
    session.flush()
    home = organisation or cast.organisation
    row = add_location(session, home, name, "Proefstraat 1, Utrecht", "2.14", cast.beheerder, now)
    session.flush()
    return row


def practical_date(session: Session, cast: Cast, starts_at: datetime, places: int = 6) -> ExamDate:
    """A date for sessions of the practical test of A."""
    return exam_date(session, cast, starts_at, places, scheme_of_a(session, starts_at - timedelta(days=60)))


def theory(session: Session, cast: Cast, person: Person, now: datetime = NOW) -> None:
    """This person passed the online theory test today."""
    session.flush()
    enter(session, person, "theory_test_a", "", now.date(), cast.officer, now)


def practical_session(
    session: Session, cast: Cast, day: ExamDate, *candidates: Person, now: datetime = NOW
) -> PracticalSession:
    """A session that the beheerder asked for these candidates of the organisation, all of whom passed the theory."""
    for candidate in candidates:
        theory(session, cast, candidate, now)
    session.flush()
    where = location(session, cast, f"Locatie {uuid.uuid4().hex[:6]}", now=now)
    return request(session, scheme_of_a(session, now), day, where, candidates, cast.beheerder, now)


def approved_dossier(session: Session, cast: Cast, now: datetime = NOW, candidate: Person | None = None) -> Dossier:
    """A motivation file that the office approved."""
    row = dossier(session, cast, now, candidate)
    row.submit(row.candidate.id, now)
    session.flush()
    row.decide(DossierState.APPROVED, cast.officer.id, "", now)
    return row


def sitting(
    session: Session, cast: Cast, now: datetime = NOW, candidate: Person | None = None, pack_row: Pack | None = None
) -> Sitting:
    """The invitation of an approved candidate, open from `now` on. Give `pack_row` from the second sitting on."""
    row = invite(session, approved_dossier(session, cast, now, candidate), pack_row or pack(session, now), now, now)
    session.flush()
    return row


def begin(sitting: Sitting, now: datetime = NOW, seat: str = "tab-1") -> Sitting:
    """Go through consent, check and practice to the first situation."""
    sitting.take_seat(seat, now)
    sitting.consent("1", now)
    sitting.pass_check({"camera": "goed"}, now)
    sitting.begin(now)
    return sitting


def node(session: Session, now: datetime = NOW, url: str = "http://localhost/recorder") -> RecorderNode:
    """A recorder that says that it is alive."""
    row = beat(session, "recorder-1", url, 100, 0, False, now)
    session.flush()
    return row


def record(session: Session, answer: Answer, now: datetime = NOW, stored: bool = True) -> Recording:
    """Watch, prepare and answer for 40 seconds; the recording is stored, or only expected when not `stored`."""
    recording = _answer(session, answer, node(session, now), now)
    end = now + ANSWERED
    recording.close(end)
    session.flush()
    if stored:
        store(session, recording, end)
    return recording


ANSWERED = timedelta(seconds=90)
"""From the beginning of a clip to the end of the answer to it."""


def _answer(session: Session, answer: Answer, recorder: RecorderNode, now: datetime) -> Recording:
    answer.play(now)
    answer.prepare(now + timedelta(seconds=30))
    recording, _ = begin_take(session, answer, recorder, now + timedelta(seconds=50))
    answer.end_recording(now + ANSWERED)
    return recording


def store(session: Session, recording: Recording, now: datetime = NOW) -> None:
    """The row side of what the recorder and its worker do; no object is made."""
    digest = _sha256(recording.id.bytes)
    recording.receive(now)
    recording.originals.append(
        Original(
            name="whip-1",
            key=f"recordings/{recording.id}/whip-1.rtp.enc",
            size=3_000_000,
            sha256=digest,
            cipher_size=3_000_800,
            cipher_sha256=_sha256(digest.encode()),
            created_at=now,
        )
    )
    recording.capture(now)
    recording.store(40.0, {"width": 1280, "height": 720, "seconds": 40.0}, now)
    session.flush()


def finished_sitting(
    session: Session, cast: Cast, now: datetime = NOW, candidate: Person | None = None, pack_row: Pack | None = None
) -> Sitting:
    """A sitting with ten stored answers, one each two minutes, that the candidate has closed."""
    row = begin(sitting(session, cast, now, candidate, pack_row), now)
    begins = [now + timedelta(minutes=2 * number) for number in range(len(row.answers))]
    recorder = node(session, begins[-1])
    # All answers go step by step together: a third less work for the database than one after the other.
    with session.no_autoflush:
        takes = [_answer(session, answer, recorder, at) for answer, at in zip(row.answers, begins, strict=True)]
        for take, at in zip(takes, begins, strict=True):
            take.close(at + ANSWERED)
        session.flush()
        for take, at in zip(takes, begins, strict=True):
            store(session, take, at + ANSWERED)
    row.finish(now + timedelta(minutes=30), lambda _answer: True)
    session.flush()
    assert row.stage is Stage.FINISHED
    return row


def rate(session: Session, sitting: Sitting, assessor: Person, slot: int, level: int = 3, now: datetime = NOW) -> list:
    """Give a finished sitting to an assessor who scores `level` everywhere and signs both phases."""
    ratings = assign(session, sitting, assessor, slot, now)
    with session.no_autoflush:
        for rating in ratings:
            score(rating, level)
        for phase in Phase:
            session.flush()
            for rating in ratings:
                rating.sign(phase, now)
    session.flush()
    look_again(session, sitting)
    return ratings


def score(rating: Rating, level: int = 3) -> None:
    """Give every visible competency this level, with a moment as evidence; the recording was seen to its end."""
    rating.saw([(0, 3600)])
    for competency in rating.visible:
        evidence = [TimeCode(4.5).to_json()]
        rating.scores.append(Score(competency=competency, level=level, evidence=evidence, reason="", remark=""))


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@cache
def _password_hash() -> str:
    return QUICK.hash(PASSWORD)
