"""Items of a theory test in the bank: one with a picture, and enough of every kind to fill a form."""

import uuid
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session
from support import cast, qti

from scenarios.theory.content import Gap, Markup, Picture, Place, Sound
from scenarios.theory.items import Choice, GapMatch, Item, Match, Option, Order, PairOption
from scenarios.theory.media import Medium
from storage.base.present import present
from storage.people.people import Person, Role
from storage.planning.locations import Location
from storage.planning.theory_tests import TheoryState, TheoryTest, set_ready
from storage.schemes import current_theory_tests
from storage.theory.items import ItemState, TheoryItem
from storage.theory.packages import take_in
from storage.theory.panels import AngoffJudge, AngoffPanel
from storage.theory.sittings import TheoryAnswer, TheorySitting, TheoryStage, scheme_for

BODY = (Markup("p", ("Een klant wacht al lang aan de telefoon.",)), Place())
PICTURE = Medium("image/png", qti.png())
SOUND = Medium("audio/wav", qti.wav())


def options(*words: str) -> tuple[Option, ...]:
    return tuple(Option(key=f"o{number}", content=(text,)) for number, text in enumerate(words, start=1))


def pairs(prefix: str, *words: str) -> tuple[PairOption, ...]:
    return tuple(PairOption(key=f"{prefix}{number}", content=(text,)) for number, text in enumerate(words, start=1))


def single(number: int, term: str = "1.1") -> Item:
    """A plain choice of which the second option is right."""
    one = Choice(
        prompt=(f"Wat doet u eerst? ({number})",), options=options("Ophangen", "Luisteren", "Zuchten"), shuffle=True
    )
    return Item(key=f"k{number}", title=f"Vraag {number}", term=term, body=BODY, interaction=one, correct=("o2",))


def every_kind() -> list[Item]:
    """One item of each kind, with a picture and a sound."""
    plain = replace(single(0), source="Voorbeeld")
    three = options("Begroeten", "Samenvatten", "Afsluiten")
    several = Choice(prompt=("Welke twee?",), options=options("a", "b", "c"), multiple=True, least=2, most=2)
    order = Order(prompt=("In welke volgorde?",), options=three, shuffle=True, least=3, most=3)
    match = Match(
        prompt=("Wat hoort bij elkaar?",),
        left=pairs("l", "Open", "Gesloten"),
        right=pairs("r", "Hoe?", "Is het?"),
        most=2,
    )
    text = (Markup("p", ("Eerst ", Gap("g1"), " en dan ", Gap("g2"), ".")),)
    gaps = GapMatch(prompt=("Vul in.",), text=text, options=pairs("w", "luisteren", "praten", "zuchten"))
    inline = Choice(options=options("mag", "moet"), inline=True)
    seen = (Markup("p", ("Kijk naar het scherm.", Picture("p/scherm.png", "Tien wachtenden"))), Place())
    heard = (Markup("p", ("Luister.", Sound("p/stem.wav", "Ik wacht al een uur!"))), Place())
    middle = (Markup("p", ("Een klant ", Place(), " altijd uitpraten.")),)
    return [
        plain,
        replace(plain, key="several", title="Meer antwoorden", interaction=several, correct=("o1", "o3")),
        replace(plain, key="order", title="Volgorde", interaction=order, correct=("o1", "o2", "o3")),
        replace(plain, key="match", title="Koppelen", interaction=match, correct=("l1 r1", "l2 r2")),
        replace(plain, key="gaps", title="Lege plekken", interaction=gaps, correct=("w1 g1", "w2 g2")),
        replace(plain, key="inline", title="In de zin", interaction=inline, body=middle, correct=("o1",)),
        replace(plain, key="picture", title="Met een plaatje", body=seen),
        replace(plain, key="sound", title="Met een geluid", body=heard),
    ]


MEDIA = {"p/scherm.png": PICTURE, "p/stem.wav": SOUND}


def picture_item(session: Session, author: Person, now: datetime) -> TheoryItem:
    """An item with a picture that somebody brought in; the store has no such picture."""
    one = next(item for item in every_kind() if item.key == "picture")
    return take_in(session, [one], MEDIA, author, now)[0]


def in_use(session: Session, items: list[Item], people: tuple[Person, Person], now: datetime) -> list[TheoryItem]:
    """These items, each brought in by the first person, reviewed by the second, and live."""
    author, other = people
    made = take_in(session, items, MEDIA, author, now)
    for row in made:
        row.move(ItemState.REVIEWED, "", other, now)
        row.move(ItemState.APPROVED, "", author, now)
        row.move(ItemState.LIVE, "", author, now)
    session.flush()
    return made


def at_the_test(
    session: Session, person: Person, where: Location, boss: Person, item: TheoryItem, now: datetime
) -> TheoryTest:
    """A test of this moment that this person is at, with one item."""
    session.flush()
    # Whether this person may take one is another matter: the row is made as it stands.
    facts = {"certificate": "certificate_a", "starts_at": now, "state": TheoryState.SET, "set_by": boss, "set_at": now}
    test = TheoryTest(id=uuid.uuid4(), person=person, location=where, **facts)
    session.add(test)
    sitting = TheorySitting(
        test=test,
        scheme=present(scheme_for(session, test)),
        stage=TheoryStage.RUNNING,
        seed="0",
        opened_at=now,
        opened_by=boss,
        by_code=False,
        by_clock=False,
        started_at=now,
        ends_at=now + timedelta(minutes=45),
    )
    sitting.answers = [TheoryAnswer(number=1, item=item, response=[], flagged=False)]
    session.add(sitting)
    session.flush()
    return test


def bank(session: Session, people: tuple[Person, Person], now: datetime) -> None:
    """Enough items in use for two forms by the scheme of A: plain ones, and one of each other kind."""
    terms = [*("1.1", "1.2", "1.3") * 15, *("2.1", "2.2") * 8, *("3.1", "3.2") * 10]
    plain = [single(number, term) for number, term in enumerate(terms, start=1)]
    in_use(session, [*plain, *every_kind()[1:]], people, now)


def today(session: Session, person: Person, where: Location, boss: Person, now: datetime) -> TheoryTest:
    """A test of this person that begins at this moment."""
    (made,) = set_ready(session, [person], "certificate_a", where, now + timedelta(minutes=1), boss, now)
    made.starts_at = now
    session.flush()
    return made


def panel(session: Session, item: TheoryItem, person: Person, now: datetime) -> AngoffPanel:
    """An open panel of one person over one item."""
    scheme = next(iter(current_theory_tests(session)))
    made = AngoffPanel(id=uuid.uuid4(), scheme=scheme, items=[str(item.id)], opened_by=person, opened_at=now)
    made.judges = [AngoffJudge(id=uuid.uuid4(), person=person, estimates={})]
    session.add(made)
    session.flush()
    return made


def many_who_sat(
    session: Session,
    where: Location,
    boss: Person,
    items: list[TheoryItem],
    given: list[list[tuple[str, ...]]],
    now: datetime,
) -> list[TheorySitting]:
    """Somebody for each row of responses to these items, each of whom handed in."""
    made = []
    for number, responses in enumerate(given):
        person = cast.person(session, f"velen{number}", f"Iemand {number}", Role.CANDIDATE, where.organisation, now)
        at_the_test(session, person, where, boss, items[0], now)
        sitting = session.scalars(select(TheorySitting).join(TheoryTest).where(TheoryTest.person_id == person.id)).one()
        sitting.answers[0].response = list(responses[0])
        for place, (item, response) in enumerate(zip(items[1:], responses[1:], strict=True), start=2):
            sitting.answers.append(TheoryAnswer(number=place, item=item, response=list(response), flagged=False))
        session.flush()
        sitting.hand_in(now)
        made.append(sitting)
    session.flush()
    return made
