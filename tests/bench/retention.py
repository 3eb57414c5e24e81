"""What erasing costs, and what is left: an installation with the clock moved a year. Prints JSON.

`python tests/bench/retention.py [recordings] [exams]`: behind so many recordings (1,000) of so many exams (1,000) lie
objects, six each, as after an exam. The exams that they are of are erased first and measured; then the rest of the
night goes on over all others. One exam is held by the committee, some are in the sample, some have an objection. Before
that night database and object store are copied, and afterwards the copy is started beside the keys that are left: what
can be played of it?

Then the clock moves eight years more, everybody who passed has a certificate, and two nights more are done: what is
left of an exam goes, the register answers on. What went and what stayed is told on standard error, as tables.
"""

import json
import os
import resource
import shutil
import sys
import tempfile
import uuid
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import psutil
from sqlalchemy import func, select
from support import cast, services, settings_cache
from support.visitors import Visitor

from demo import crowd
from demo.crowd.rows import Case
from review.retention import Erasable
from scenarios.sitting import Stage
from storage.base import config, database, migrate
from storage.base.database import session_scope
from storage.base.keys import encrypt_file, key_store
from storage.base.objects import ObjectStore, object_store, sha256_of
from storage.certificates.certificates import Certificate, passed_without_certificate
from storage.certificates.issuing import issue
from storage.dossier.dossiers import Dossier, DossierState
from storage.dossier.qualifications import Qualification
from storage.exam.recordings import Original, Recording, Rendition, RenditionKind
from storage.exam.sittings import Answer, Sitting
from storage.judging.objections import Objection
from storage.judging.ratings import Rating
from storage.judging.verdicts import Verdict
from storage.people.people import Membership, Person, Role
from storage.retention import plan
from storage.retention.destructions import Destruction
from storage.retention.erasing import begin_run, erase, run_through
from storage.retention.holds import AuditYear, hold
from storage.verifying import look, of_original
from webapp import create_app
from webapp.extensions import limiter

EXAMS = RECORDINGS_WITH_OBJECTS = 1000
CASES = (
    Case(94, DossierState.APPROVED, Stage.FINISHED, "released", recent=False),
    Case(3, DossierState.APPROVED, Stage.EXPIRED, recent=False),
    Case(3, DossierState.REJECTED, recent=False),
)
ORIGINAL, FILM, SMALL = 60_000, 60_000, 3_000
"""Bytes. What deleting costs does not hang on how large a file is, so they are small."""
A_YEAR = timedelta(days=365)
RECORDINGS, DOSSIER, _RESULT = Erasable


class Requests:
    """Counts what the object store is asked, whoever in this process asks."""

    def __init__(self, store: ObjectStore):
        self.kinds: Counter[str] = Counter()
        store._inner.meta.events.register("before-send.s3.*", self._count)

    def _count(self, event_name: str, **_) -> None:
        self.kinds[event_name.rpartition(".")[2]] += 1


@contextmanager
def installation(folder: Path, swift: Path) -> Iterator[None]:
    """This process works on the installation in `folder`, with its objects in `swift`."""
    with services.swift(swift) as store:
        os.environ.update(
            VIGNET_ENV="development",
            VIGNET_DATA=str(folder),
            VIGNET_DATABASE_URL=f"sqlite:///{folder / 'vignet.sqlite'}",
            VIGNET_RATE_LIMIT_STORAGE="memory://",
            VIGNET_S3_ENDPOINT=store,
            VIGNET_S3_ACCESS_KEY=services.ACCESS_KEY,
            VIGNET_S3_SECRET_KEY=services.SECRET_KEY,
        )
        settings_cache.clear()
        object_store().prepare()
        yield
        settings_cache.clear()


def fill(now: datetime, recordings: int, exams: int, folder: Path) -> list:
    """An installation in which so many exams are over; answers the ids of the exams behind which objects lie."""
    migrate.upgrade(config.config().database_url)
    with session_scope() as session:
        people, pack = cast.gather(session, now - 2 * A_YEAR), cast.pack(session, now - 2 * A_YEAR)
        crowd.fill(session, pack, exams, 10, now, CASES)
        # The longest ago come first, as they do at night.
        told = select(Sitting.dossier_id).where(Sitting.told_at.is_not(None)).order_by(Sitting.told_at)
        chosen = list(session.scalars(told.limit(recordings // 10)))
        takes = select(Recording).join(Answer).join(Sitting).where(Sitting.dossier_id.in_(chosen))
        with ThreadPoolExecutor(4) as pool:
            stored = dict(pool.map(lambda row: put(row, folder), map(_Row, session.scalars(takes).all())))
        for row in session.scalars(takes):
            (original,) = row.originals
            original.size, original.cipher_size, original.cipher_sha256 = ORIGINAL, *stored[row.id]
            for kind in RenditionKind:
                session.add(rendition(row.id, kind, folder))
        held = session.get_one(Dossier, chosen[0])
        hold(session, held, "Onderzoek", (now + A_YEAR + timedelta(days=30)).date(), people.committee_member, now)
    return chosen


class _Row:
    """What a thread needs of a recording."""

    def __init__(self, row: Recording):
        self.id, self.originals = row.id, [original.key for original in row.originals]


def place(recording, kind: RenditionKind) -> str:
    return f"recordings/{recording}/20260302/{kind}.enc"


def rendition(recording, kind: RenditionKind, folder: Path) -> Rendition:
    plain = folder / f"plain-{FILM if kind is RenditionKind.VIDEO else SMALL}"
    return Rendition(
        recording_id=recording,
        kind=kind,
        key=place(recording, kind),
        content_type="video/mp4" if kind is RenditionKind.VIDEO else "application/octet-stream",
        size=plain.stat().st_size,
        sha256=sha256_of(plain),
        sealed_under=recording,
    )


def put(row: _Row, folder: Path) -> tuple[uuid.UUID, tuple[int, str]]:
    """One original and five renditions, sealed under the key of the recording; size and hash of the original."""
    key, store = key_store().get_or_create(row.id), object_store()
    sizes = {row.originals[0]: ORIGINAL} | {place(row.id, kind): SMALL for kind in RenditionKind}
    sizes[place(row.id, RenditionKind.VIDEO)] = FILM
    for at, size in sizes.items():
        sealed = folder / f"sealed-{row.id}"
        encrypt_file(folder / f"plain-{size}", sealed, key)
        store._inner.put_object(Bucket=store.bucket, Key=at, Body=sealed.read_bytes())
        if at == row.originals[0]:
            stored = sealed.stat().st_size, sha256_of(sealed)
        sealed.unlink()
    return row.id, stored


def own_cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def store_cpu_s(swift: Path) -> float:
    """CPU seconds of the four servers of the Swift in this folder."""
    spent = 0.0
    for process in psutil.process_iter(["cmdline"]):
        if any(str(swift / "etc") in word for word in process.info["cmdline"] or ()):
            times = process.cpu_times()
            spent += times.user + times.system
    return spent


def standing() -> dict[str, int]:
    """How much there is of everything."""
    with session_scope(writes=False) as session:
        rows = {
            "recordings": select(func.count()).select_from(Recording).where(Recording.erased_at.is_(None)),
            "receipts": select(func.count()).select_from(Original),
            "films": select(func.count()).select_from(Rendition),
            "motivation files": select(func.count()).select_from(Dossier).where(Dossier.motivation != ""),
            "sittings": select(func.count()).select_from(Sitting),
            "objections": select(func.count()).select_from(Objection),
            "ratings": select(func.count()).select_from(Rating),
            "verdicts": select(func.count()).select_from(Verdict),
            "of them passed": select(func.count()).select_from(Verdict).where(Verdict.passed),
            "register": select(func.count()).select_from(Qualification),
            "certificates": select(func.count()).select_from(Certificate),
        }
        found = {name: session.scalar(query) for name, query in rows.items()}
    found["objects"] = len(object_store().keys(""))
    found["keys"] = sum(1 for _ in config.config().keys.glob("*.key"))
    return found


def why(now: datetime) -> Counter[str]:
    """Why the recordings stay that stay."""
    with session_scope(writes=False) as session:
        over = list(session.scalars(plan.over(now).with_only_columns(Dossier.id)))
        planned = plan.plan(session, over, now)
        stays: Counter[str] = Counter()
        for one in planned:
            for what in Erasable:
                if what not in one.gone:
                    stays.update(f"{what}: {reason}" for reason in one.outlooks[what].stays)
        return stays


def playable(takes: list) -> tuple[int, int, Counter[str]]:
    """Of how many of these recordings the candidate gets the film, of how many an original can be read, and as what."""
    with session_scope() as session:
        rows = [session.get_one(Recording, one) for one in takes]
        wanted = [(row.id, row.answer.sitting.dossier.candidate_id, list(row.originals)) for row in rows]
        people = {one: session.get_one(Person, one) for one in {candidate for _, candidate, _ in wanted}}
    app = create_app(config.config())
    visitors = {one: Visitor(app, person) for one, person in people.items()}
    films, states = 0, Counter()
    for recording, candidate, originals in wanted:
        answer = visitors[candidate].get(f"/media/{recording}", headers={"Range": "bytes=0-99"})
        films += answer.status_code == 206
        states.update(str(look(of_original(original))) for original in originals)
    return films, states["good"], states


def measure(recordings: int, all_exams: int, folder: Path) -> dict[str, float]:
    now = datetime.now(UTC)
    later = now + A_YEAR
    home, swift = folder / "home", folder / "swift"
    home.mkdir()
    swift.mkdir()
    for size in {ORIGINAL, FILM, SMALL}:
        (folder / f"plain-{size}").write_bytes(os.urandom(size))
    with installation(home, swift):
        exams = fill(now, recordings, all_exams, folder)
        before = standing()
        with session_scope(writes=False) as session:
            theirs = select(Recording.id).join(Answer).join(Sitting).where(Sitting.dossier_id.in_(exams))
            takes = list(session.scalars(theirs))
        played = playable(takes[:20])[0]
        database.engine().dispose()
        shutil.copytree(swift, folder / "copy-swift", ignore=shutil.ignore_patterns("cache"))
        (folder / "copy").mkdir()
        shutil.copy(home / "vignet.sqlite", folder / "copy" / "vignet.sqlite")
        asked = Requests(object_store())
        with session_scope() as session:
            run = begin_run(session, later)
        own, store, erased = own_cpu_s(), store_cpu_s(swift), 0
        for exam in exams:
            erased += erase(run.id, exam, RECORDINGS, later)
        own, store, counted = own_cpu_s() - own, store_cpu_s(swift) - store, dict(asked.kinds)
        with session_scope(writes=False) as session:
            gone = select(func.count()).select_from(Recording).where(Recording.erased_at.is_not(None))
            measured = session.scalar(gone)
        all_own = own_cpu_s()
        done = run_through(run.id, lambda: later, lambda _: None)
        all_own = own_cpu_s() - all_own
        after, stays, answered = standing(), why(later), answers()
        certify(later)
        with session_scope(writes=False) as session:
            gone = set(session.scalars(select(Recording.id).where(Recording.erased_at.is_not(None))))
        database.engine().dispose()
    shutil.copytree(home / "keys", folder / "copy" / "keys")
    with installation(folder / "copy", folder / "copy-swift"):
        films, originals, states = playable([one for one in takes if one in gone])
    tell("a year", before, after, stays)
    print("\noriginals of the restored backup", dict(states), file=sys.stderr)
    with installation(home, swift):
        certified = standing()
        far = later + 8 * A_YEAR
        results, result_cpu_s = nights(far)
        ended, still = standing(), why(far)
        checked = register_answers()
        database.engine().dispose()
    tell("nine years", certified, ended, still)
    return {
        "retention_exams": all_exams,
        "retention_recordings": measured,
        "retention_cpu_s_per_1000": 1000 * own / measured,
        "retention_store_cpu_s_per_1000": 1000 * store / measured,
        "retention_requests_per_1000": 1000 * sum(counted.values()) / measured,
        "retention_recordings_of_exams_erased": erased + done["recordings"],
        "retention_files_erased": done["dossier"],
        "retention_rest_cpu_s": all_own,
        "retention_films_played_before": played,
        "retention_films_of_backup": films,
        "retention_originals_of_backup": originals,
        "retention_register_kept": after["register"] / before["register"],
        "retention_results_answered": answered,
        "retention_results_erased": results,
        "retention_result_cpu_s_per_1000": 1000 * result_cpu_s / max(results, 1),
        "retention_certificates_checked": checked,
    }


def certify(now: datetime) -> None:
    """Whoever passed gets the certificate, and the audits of the years are closed."""
    with session_scope() as session:
        member = session.scalars(select(Membership).where(Membership.role == Role.EXAM_COMMITTEE)).first().person
        for verdict in session.scalars(passed_without_certificate()).all():
            issue(session, verdict, member, now)
        for year in session.scalars(select(AuditYear).where(AuditYear.closed_at.is_(None))):
            year.close(member, now + A_YEAR)


def nights(now: datetime) -> tuple[int, float]:
    """Two nights: recordings and files that were kept, then results; how many of those, in how many CPU seconds."""
    for _ in range(2):
        with session_scope() as session:
            run = begin_run(session, now)
        began = own_cpu_s()
        done = run_through(run.id, lambda: now, lambda _: None)
    return done["result"], own_cpu_s() - began


def register_answers() -> int:
    """Of how many of twenty certificates, of which no verdict is left, anybody is told that they are valid."""
    with session_scope(writes=False) as session:
        resting = select(Certificate.number, Certificate.name).where(Certificate.verdict_id.is_(None))
        rows = session.execute(resting.limit(20)).all()
    app = create_app(config.config())
    limiter.enabled = False
    told = (
        Visitor(app).post("/certificaat-controleren", {"number": number, "last_name": name.partition(" ")[2]}).text
        for number, name in rows
    )
    return sum("Dit certificaat is geldig" in one for one in told)


def answers() -> int:
    """Of how many candidates whose recordings are gone the result is still told, of twenty that passed."""
    with session_scope() as session:
        passed = select(Dossier.candidate_id).join(Sitting).join(Verdict).where(Verdict.passed)
        erased = select(Destruction.dossier_id).where(Destruction.what == RECORDINGS)
        people = list(session.scalars(passed.where(Dossier.id.in_(erased)).limit(20)))
        rows = [session.get_one(Person, one) for one in people]
    app = create_app(config.config())
    return sum("Gefeliciteerd" in Visitor(app, one).get("/uitslag").text for one in rows)


def tell(moved: str, before: dict[str, int], after: dict[str, int], stays: Counter[str]) -> None:
    """What went and what stayed, for whoever reads along."""

    def say(*cells):
        print(f"{cells[0]:<34}{cells[1]:>10}{cells[2]:>10}{cells[3]:>10}", file=sys.stderr)

    print(f"\nthe clock moved {moved}", file=sys.stderr)
    say("what there is", "before", "after", "gone")
    for name, number in before.items():
        say(name, number, after[name], number - after[name])
    say("\nstays, and why", "exams", "", "")
    for reason, number in sorted(stays.items()):
        say(reason, number, "", "")


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        asked = [round(float(word)) for word in sys.argv[1:]]
        recordings, exams = (*asked, *(RECORDINGS_WITH_OBJECTS, EXAMS)[len(asked) :])
        print(json.dumps(measure(recordings, exams, Path(name))))


if __name__ == "__main__":
    main()
