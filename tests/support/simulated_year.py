"""A year of an institution on the crowd: exams month by month, charged and invoiced by two processes at once.

Exams are rows that are written past the verbs of the nouns. Orders, credits and invoices are made by the product. What
they should come to is reckoned here from the list of what happened, with a table of prices of its own and no rule of
the product; what they came to is asked of the database in plain SQL.
"""

import multiprocessing
import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal

from sqlalchemy import select, text, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from support import cast, fees_to_see

from demo.crowd.people import organisation, person, staff_for
from demo.crowd.rows import Crowd
from storage.base.clock import AMSTERDAM
from storage.base.database import passes, session_scope
from storage.dossier.dossiers import Dossier, DossierState
from storage.fees import billing, charging, invoicing, ledger_accounts, membership
from storage.fees.billing import BillingDetails, InvoiceFormat, Rhythm
from storage.fees.invoices import issued_in
from storage.fees.prices import Price, set_price
from storage.people.examiners import Examiner, ExaminerState
from storage.people.organisations import Organisation
from storage.people.people import Person, Role
from storage.planning.exam_dates import ExamDate, ExamPlace
from storage.planning.locations import Location
from storage.planning.practical_sessions import Participant, PracticalSession, SessionState
from storage.planning.theory_tests import TheoryState, TheoryTest
from webapp.fees import xaf

YEAR = 2025
SEATS_A_DATE = 40
LESS_FROM = 7
"""The month from which members pay more for A, by a price in the list."""
JOIN_MONTH, JOINED_SINCE = 9, 3
EXAMINERS_END = 6
PRICES = {"member": 3500, "other": 4000, "b": 25_000, "examiner": 4000, "member_later": 3600}


@dataclass
class Expected:
    """What happened, as this file knows it: cents by organisation, and what came to nothing."""

    cents: Counter = field(default_factory=Counter)
    charges: int = 0
    credits: Counter = field(default_factory=Counter)
    paid_as_other: dict = field(default_factory=lambda: defaultdict(list))
    """Of each organisation: (month, what is left, what a member would have had left)."""


@dataclass
class House:
    """The organisations of the year and what became of them."""

    homes: list[uuid.UUID]
    members: set[uuid.UUID]
    supplying: dict[uuid.UUID, int]
    """Which supply an active examiner, and until the end of which month."""
    joiners: list[uuid.UUID]
    expected: Expected = field(default_factory=Expected)
    a_tests: list = field(default_factory=list)
    exams: int = 0


def begin(session: Session, organisations: int) -> House:
    """Everybody and everything of before the first exam."""
    start = datetime(YEAR, 1, 1, 12, tzinfo=UTC)
    people = cast.gather(session, start - timedelta(days=700))
    pack = cast.pack(session, start - timedelta(days=700))
    scheme = cast.scheme_of_a(session, start - timedelta(days=700))
    fees_to_see.seller(session)
    billing.choose(session, date(YEAR, 1, 1), 30, "", people.officer, start)
    day = date(YEAR, LESS_FROM, 1)
    set_price(session, scheme.key, Price.MEMBER, PRICES["member_later"], day, people.officer, start.date(), start)
    session.flush()
    crowd = Crowd(session, pack, 7, start, None)
    staff_for(crowd, 10)
    homes = [organisation(crowd, number) for number in range(organisations)]
    supplying = {}
    for number, home in enumerate(homes):
        crowd.add(
            Location,
            organisation_id=home,
            name="Zaal",
            address="Nergensstraat 1, Nergenshuizen",
            room="",
            created_at=start,
            closed_at=None,
            checked_on=None,
            complete=False,
        )
        crowd.add(
            BillingDetails,
            organisation_id=home,
            legal_name=f"Verzonnen {number:03} B.V.",
            street="Proefstraat 1",
            postcode="3511 AB",
            city="Utrecht",
            kvk_number=f"{10_000_000 + number}",
            oin="",
            vat_number="",
            mail=f"facturen{number}@voorbeeld.example",
            reference="",
            format=list(InvoiceFormat)[number % 3],
            rhythm=Rhythm.PER_ORDER if number % 5 == 0 else Rhythm.MONTHLY,
            changed_by_id=people.officer.id,
            changed_at=start,
        )
        if number % 3 == 0:
            supplying[home] = EXAMINERS_END if number % 2 else 12
            _examiner(crowd, home, people.officer, supplying[home] < 12)
    crowd.write()
    rows = {one.id: one for one in session.scalars(select(Organisation).where(Organisation.id.in_(homes)))}
    members = {home for home in homes if rows[home].is_member}
    joiners = [home for home in homes if home not in members][: max(1, organisations // 20)]
    session.commit()
    return House(homes, members, supplying, joiners)


def _examiner(crowd: Crowd, home: uuid.UUID, officer: Person, ends: bool) -> None:
    before = datetime(YEAR - 1, 12, 1, tzinfo=UTC)
    crowd.add(
        Examiner,
        organisation_id=home,
        name="Verzonnen Examiner",
        email=f"{home.hex}@voorbeeld.example",
        state=ExaminerState.ENDED if ends else ExaminerState.ACCEPTED,
        proposed_at=before,
        proposed_by_id=officer.id,
        answered_at=before,
        answered_by_id=officer.id,
        person_id=person(crowd, Role.ASSESSOR),
        trained_on=before.date(),
        active_from=before.date(),
        ended_at=_end_of(EXAMINERS_END) if ends else None,
    )


def month(session: Session, house: House, number: int, exams: int) -> None:
    """The exams of one month: seven of ten for A, of which half have their practical test, and three for B."""
    crowd = _crowd(session, number)
    officer = session.scalars(select(Person).where(Person.email == "bureau@ksf.example")).first()
    officer = officer or session.scalars(select(Person).order_by(Person.created_at)).first()
    locations = dict(session.execute(select(Location.organisation_id, Location.id)).all())
    made, practical = [], defaultdict(list)
    for _ in range(exams * 7 // 10):
        home = house.homes[int(len(house.homes) * crowd.rng.random() ** 1.5)]
        who = person(crowd, Role.CANDIDATE, home)
        made.append((_theory(crowd, home, locations[home], who, officer, number), home))
        house.expected.charges += 1
        _charge_a(house, home, number)
        if crowd.chance(0.5):
            practical[home].append(who)
    _practicals(session, crowd, house, practical, locations, officer, number)
    for _ in range(exams - exams * 7 // 10):
        home = house.homes[int(len(house.homes) * crowd.rng.random() ** 1.5)]
        _file(crowd, home, officer, number)
        house.expected.cents[home] += PRICES["b"]
        house.expected.charges += 1
    crowd.write()
    _withdraw(session, house, crowd, officer, number)
    house.a_tests = made
    house.exams += exams
    session.commit()


def _crowd(session: Session, number: int) -> Crowd:
    return Crowd(session, _pack(session), 1000 + number, _end_of(number) - timedelta(days=1), None)


def _pack(session: Session):
    from storage.schemes import Pack

    return session.scalars(select(Pack)).first()


def _end_of(number: int) -> datetime:
    """The last moment of a month in Amsterdam."""
    following = date(YEAR + number // 12, number % 12 + 1, 1)
    return datetime.combine(following, time(), AMSTERDAM).astimezone(UTC) - timedelta(seconds=1)


def _moment(crowd: Crowd, number: int) -> datetime:
    return datetime(
        YEAR, number, crowd.rng.randint(2, 27), crowd.rng.randint(8, 16), crowd.rng.randint(0, 59), tzinfo=UTC
    )


def _price_a(member: bool, number: int) -> int:
    if not member:
        return PRICES["other"]
    return PRICES["member_later"] if number >= LESS_FROM else PRICES["member"]


def _charge_a(house: House, home: uuid.UUID, number: int) -> None:
    cents = _price_a(home in house.members, number)
    house.expected.cents[home] += cents
    if home not in house.members:
        house.expected.paid_as_other[home].append([number, cents, _price_a(True, number)])


def _theory(crowd: Crowd, home, location, who, officer: Person, number: int) -> uuid.UUID:
    set_at = _moment(crowd, number)
    return crowd.add(
        TheoryTest,
        person_id=who,
        organisation_id=home,
        location_id=location,
        certificate="certificate_a",
        starts_at=set_at + timedelta(days=20),
        state=TheoryState.SET,
        set_by_id=officer.id,
        set_at=set_at,
        ended_by_id=None,
        ended_at=None,
    )


def _file(crowd: Crowd, home, officer: Person, number: int) -> None:
    decided = _moment(crowd, number)
    crowd.add(
        Dossier,
        code=crowd.code("K"),
        scheme_id=crowd.scheme.id,
        organisation_id=home,
        candidate_id=person(crowd, Role.CANDIDATE, home),
        manager_id=person(crowd, Role.MANAGER, home),
        state=DossierState.APPROVED,
        created_at=decided - timedelta(days=20),
        cost_centre=f"KP-{crowd.rng.randint(1, 3)}",
        submitted_at=decided - timedelta(days=5),
        rounds=1,
        decided_at=decided,
        decided_by_id=officer.id,
    )


def _practicals(session, crowd, house, practical, locations, officer, number) -> None:
    """Days of up to eight of one organisation, each with an examiner; who supplies one pays no surcharge."""
    scheme = cast.scheme_of_a(session)
    groups = [(home, who[at : at + 8]) for home, who in practical.items() for at in range(0, len(who), 8)]
    days = [date(YEAR, number, 2) + timedelta(days=at % 26) for at in range(len(groups))]
    dates: dict[date, tuple[uuid.UUID, Iterator[int]]] = {}
    for (home, who), day in zip(groups, days, strict=True):
        if day not in dates:
            starts_at = datetime.combine(day, time(9), AMSTERDAM)
            found = crowd.add(
                ExamDate,
                exam=scheme.key,
                day=day,
                starts_at=starts_at,
                ends_at=starts_at + timedelta(hours=8),
                published_by_id=officer.id,
                published_at=starts_at - timedelta(days=100),
                withdrawn_at=None,
            )
            dates[day] = found, iter(range(1, 501))
        date_id, places = dates[day]
        answered = _moment(crowd, number)
        made = crowd.add(
            PracticalSession,
            scheme_id=scheme.id,
            date_id=date_id,
            day=day,
            organisation_id=home,
            location_id=locations[home],
            asked_by_id=officer.id,
            asked_at=answered - timedelta(days=1),
            state=SessionState.CONFIRMED,
            examiner_id=person(crowd, Role.ASSESSOR),
            answered_at=answered,
            reason="",
        )
        for turn, one in enumerate(who, 1):
            place = crowd.add(ExamPlace, date_id=date_id, day=day, number=next(places))
            seat = {"session_id": made, "day": day, "number": turn, "candidate_id": one, "place_id": place}
            crowd.add(Participant, **seat, freed_at=None)
            house.expected.charges += 1
            if house.supplying.get(home, 0) < number:
                house.expected.cents[home] += PRICES["examiner"]


def _withdraw(session: Session, house: House, crowd: Crowd, officer: Person, number: int) -> None:
    """One of twelve tests of the month before is taken back: half of what it cost is given back."""
    for test, home in house.a_tests:
        if not crowd.chance(1 / 12):
            continue
        ended = {"state": TheoryState.WITHDRAWN, "ended_by_id": officer.id, "ended_at": _moment(crowd, number)}
        session.execute(update(TheoryTest).where(TheoryTest.id == test).values(**ended))
        cents = charged_for(session, test)
        if home in house.joiners and number - 1 == JOIN_MONTH:
            # The difference was given back before: half of what was left of it.
            cents = _price_a(True, JOIN_MONTH)
        house.expected.cents[home] -= cents - cents // 2
        house.expected.credits["withdrawn"] += 1
        for one in house.expected.paid_as_other[home]:
            if one[0] == number - 1 and one[1] == PRICES["other"]:
                one[1], one[2] = cents // 2, None
                break


def charged_for(session: Session, subject: uuid.UUID) -> int:
    """What was charged for this, as it stands in the table."""
    asked = text("SELECT cents FROM fee_order WHERE subject_id = :id AND credits_id IS NULL")
    name = subject.hex if session.get_bind().dialect.name == "sqlite" else subject
    return session.execute(asked, {"id": name}).scalar_one()


def join(session: Session, house: House, number: int) -> None:
    """Some turn out to be members since March: the difference is given back, and from now on they pay as such."""
    now, officer = _end_of(number), session.scalars(select(Person).order_by(Person.created_at, Person.id)).first()
    for home in house.joiners:
        row = session.get_one(Organisation, home)
        row.is_member = True
        session.flush()
        since = date(YEAR, JOINED_SINCE, 1)
        if membership.differences(session, row, since):
            membership.give_back(session, row, since, "lid sinds maart", officer, now)
        house.members.add(home)
        for when, left, member in house.expected.paid_as_other.pop(home, ()):
            if when < JOINED_SINCE:
                continue
            # Of a test that was taken back the same eighth of what is left, in cents, half a cent up.
            price = _price_a(True, when) if member is None else member
            back = -(-left * (PRICES["other"] - price) // PRICES["other"])
            house.expected.cents[home] -= back
            house.expected.credits["joined"] += 1
    session.commit()


def _work(now: datetime) -> tuple[int, int]:
    """What the clock and an officer do, in one process. Who waited too long for the other does it again."""
    charged = _in_turn(lambda one: charging.charge_due(one, now) + charging.credit_ended(one, now))
    return charged, _in_turn(lambda one: len(invoicing.make_due(one, None, now)))


def _in_turn(what: Callable[[Session], int]) -> int:
    for _ in range(20):
        try:
            with session_scope() as session:
                return what(session)
        except OperationalError as error:
            if not passes(error):
                raise
    raise TimeoutError("the other process never ended")


@contextmanager
def two_processes():
    """Two processes that do the same at the same moment, each for itself: what each did."""
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, spawn) as one, ProcessPoolExecutor(1, spawn) as other:

        def at_once(now: datetime) -> list[tuple[int, int]]:
            return [done.result() for done in [each.submit(_work, now) for each in (one, other)]]

        yield at_once


def simulate(session: Session, organisations: int, exams: int) -> dict[str, object]:
    """The whole year and the first days of the next; answers what was found. Raises AssertionError when wrong."""
    house = begin(session, organisations)
    at_once_made: list[tuple[int, int]] = []
    with two_processes() as at_once:
        for number in range(1, 13):
            month(session, house, number, exams // 12 + (exams % 12 if number == 12 else 0))
            at_once_made += at_once(_end_of(number))
            if number == JOIN_MONTH:
                join(session, house, number)
        at_once_made += at_once(datetime(YEAR + 1, 1, 2, 9, tzinfo=UTC))
    found = checked(session, house)
    found["invoices_by_process"] = [sum(made for _, made in at_once_made[each::2]) for each in (0, 1)]
    return found


def checked(session: Session, house: House) -> dict[str, object]:
    """What the tables say, by plain SQL, held against what happened."""

    def rows(query: str) -> list:
        return list(session.execute(text(query)))

    invoices = rows(
        "SELECT i.id, i.year, i.sequence, i.net_cents, i.vat_cents, i.total_cents, i.credits_id,"
        " (SELECT SUM(o.cents) FROM fee_order o WHERE o.invoice_id = i.id) FROM invoice i ORDER BY i.year, i.sequence"
    )
    for _, _, _, net, vat, total, credits, of_orders in invoices:
        assert of_orders == (-net if credits else net), "an invoice is not what its orders add up to"
        assert vat == int((Decimal(net) * 21 / 100).quantize(Decimal(1), ROUND_HALF_UP))
        assert total == net + vat
    numbers = defaultdict(list)
    for row in invoices:
        numbers[row[1]].append(row[2])
    for year, found in numbers.items():
        assert found == list(range(1, len(found) + 1)), f"a hole in the numbers of {year}"
    (loose,) = rows(
        "SELECT COUNT(*) FROM fee_order o WHERE o.invoice_id IS NULL AND o.cents <> 0 AND (o.credits_id IS NULL OR "
        "(SELECT p.invoice_id FROM fee_order p WHERE p.id = o.credits_id) IS NOT NULL)"
    )
    by_home = {
        str(home).replace("-", ""): int(cents)
        for home, cents in rows("SELECT organisation_id, SUM(cents) FROM fee_order GROUP BY organisation_id")
    }
    wanted = {home.hex: cents for home, cents in house.expected.cents.items() if cents}
    assert {home: cents for home, cents in by_home.items() if cents} == wanted, "orders are not what happened"
    reasons = dict(rows("SELECT reason, COUNT(*) FROM fee_order WHERE credits_id IS NOT NULL GROUP BY reason"))
    assert reasons == {name: n for name, n in house.expected.credits.items() if n}, (
        "credits are not what came to nothing"
    )
    ((charges,),) = rows("SELECT COUNT(*) FROM fee_order WHERE credits_id IS NULL")
    assert charges == house.expected.charges
    whole = sum(by_home.values())
    net = sum((-1 if row[6] else 1) * row[3] for row in invoices)
    assert loose[0] == 0 and net == whole, "something was ordered and is on no invoice"
    _books(session, sum((-1 if row[6] else 1) * row[5] for row in invoices if row[1] == YEAR))
    return {
        "organisations": len(house.homes),
        "exams": house.exams,
        "orders": charges,
        "credits": sum(reasons.values()),
        "credits_of_withdrawn": reasons.get("withdrawn", 0),
        "credits_of_membership": reasons.get("joined", 0),
        "invoices": sum(1 for row in invoices if not row[6]),
        "credit_notes": sum(1 for row in invoices if row[6]),
        "net_euros": whole / 100,
        "holes_in_numbers": 0,
    }


def _books(session: Session, owed: int) -> None:
    """The audit file of the year is in balance, and its debtors owe what the invoices say."""
    from lxml import etree

    seller = dict.fromkeys(("name", "kvk_number", "vat_number", "street", "postcode", "city"), "x")
    period = xaf.Period(date(YEAR, 1, 1), date(YEAR, 12, 31))
    invoices = session.scalars(issued_in(period.first, period.last)).all()
    accounts = ledger_accounts.accounts(session)
    root = etree.fromstring(xaf.written(seller, accounts, invoices, period, period.last))
    sums: Counter = Counter()
    for line in root.iter(f"{{{xaf.NAMESPACE}}}trLine"):
        got = {child.tag.partition("}")[2]: child.text for child in line}
        sums[got["amntTp"], got["accID"]] += int(Decimal(got["amnt"]) * 100)
    debit = sum(cents for (side, _), cents in sums.items() if side == "D")
    assert debit == sum(cents for (side, _), cents in sums.items() if side == "C")
    assert sums["D", "1300"] - sums["C", "1300"] == owed
