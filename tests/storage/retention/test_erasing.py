"""What is due is destroyed everywhere, once, and nothing else; killed half-way it goes on; each act is in the log."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select
from support import cast, sealed, told_exam

from review.objection import Ground, Ruling
from review.retention import Erasable, Stays
from scenarios.sitting import Stage
from storage.base.audit import AuditEvent
from storage.base.database import Base, session_scope
from storage.base.keys import KeyGone, key_store
from storage.base.objects import ObjectError, ObjectStore
from storage.base.refusal import Refused
from storage.certificates import changes, issuing
from storage.certificates.certificates import CertificateState, certified_people
from storage.data_classes import KEPT
from storage.data_tables import TABLES, DataClass
from storage.dossier.dossiers import Dossier, DossierState, RoleDocument, SelfAssessment, Star
from storage.dossier.qualifications import Qualification, enter
from storage.exam.recordings import Original, Recording, Rendition
from storage.judging.objections import Against, Objection, ObjectionState
from storage.judging.ratings import Rating
from storage.judging.scores import Score
from storage.judging.verdicts import Verdict
from storage.retention import erasing, plan, results
from storage.retention.destructions import Destruction, Run, totals
from storage.retention.erasing import begin_run, erase, run_through
from storage.retention.expired import delete_expired
from storage.retention.holds import AuditYear, Rule, hold
from storage.retention.plan import due

NOW = cast.NOW
RECORDINGS, DOSSIER, RESULT = Erasable
AFTER_PASS = datetime(2026, 9, 4, 3, tzinfo=NOW.tzinfo)
AFTER_FAIL = datetime(2027, 3, 4, 3, tzinfo=NOW.tzinfo)
AFTER_FILE = datetime(2028, 3, 4, 3, tzinfo=NOW.tzinfo)
AFTER_RESULT = datetime(2033, 3, 4, 3, tzinfo=NOW.tzinfo)


@pytest.fixture
def exam(session, people, object_store):
    """A passed exam, told on 2 March 2026; nothing of that year is in the sample."""
    made = told_exam.told(session, people)
    no_sample(session)
    return made


def no_sample(session, year: int = 2026) -> None:
    somebody = session.scalar(select(Dossier.candidate_id).limit(1))
    session.add(AuditYear(year=year, seed="x", closed_at=NOW, closed_by_id=somebody))
    session.commit()


def night(now: datetime) -> dict:
    """One night of erasing, as the office worker does it."""
    with session_scope() as session:
        run = begin_run(session, now)
    return run_through(run.id, lambda: now, lambda _: None)


def done(recordings: int, dossier: int, result: int = 0) -> dict:
    """Of how many exams each part went."""
    return {"recordings": recordings, "dossier": dossier, "result": result}


def waits(*reasons: tuple) -> dict:
    """Why recordings, file and result stay."""
    return dict(zip(Erasable, reasons, strict=True))


def look(dossier, now: datetime):
    with session_scope(writes=False) as session:
        (found,) = plan.plan(session, [dossier.id], now)
        return {what: found.outlooks[what].stays for what in Erasable}


def test_recordings_go_after_the_period_with_key_objects_and_films(session, exam, object_store):
    takes = told_exam.takes_of(session, exam)
    receipts = [take.receipts[-1].sha256 for take in takes]
    keys = [one.key for one in takes[0].originals] + [one.key for one in takes[0].renditions]
    session.commit()
    assert night(AFTER_PASS - timedelta(days=2)) == done(0, 0)
    assert all(object_store.size(key) for key in keys)
    assert night(AFTER_PASS) == done(1, 0)
    assert object_store.keys("recordings/") == []
    for take in takes:
        with pytest.raises(KeyGone):
            key_store().get(take.id)
    session.expire_all()
    takes = told_exam.takes_of(session, exam)
    assert all(take.erased_at == AFTER_PASS and take.renditions == [] and take.figures == {} for take in takes)
    assert [take.receipts[-1].sha256 for take in takes] == receipts, "what was received can still be proven"
    assert session.get(Dossier, exam.id).motivation and session.scalars(select(Star)).all()
    session.commit()
    assert night(AFTER_PASS) == done(0, 0)


def test_the_certificate_names_what_there_was_and_the_log_each_act(session, exam):
    night(AFTER_PASS)
    act = session.scalars(select(Destruction)).one()
    assert (act.what, act.person_id, act.at, str(act.due)) == (RECORDINGS, exam.candidate_id, AFTER_PASS, "2026-09-03")
    assert [(one["situation"], one["take"]) for one in act.contents] == [(number, 1) for number in range(1, 11)]
    assert all(len(receipt) == 64 for one in act.contents for receipt in one["receipts"])
    assert (act.objects, act.size > 4 * told_exam.FILM) == (4, True)
    assert totals(session, act.run) == {RECORDINGS: (1, 4, act.size)}
    verbs = ("retention_began", "recordings_erasing", "recordings_erased", "retention_ended")
    logged = session.scalars(select(AuditEvent.verb).where(AuditEvent.verb.in_(verbs)).order_by(AuditEvent.at))
    assert sorted(logged) == sorted(verbs)
    session.commit()


def test_a_failed_exam_is_kept_twice_as_long(session, people, object_store):
    failed = told_exam.told(session, people, level=1)
    no_sample(session)
    assert look(failed, AFTER_PASS)[RECORDINGS] == (Stays.PERIOD,)
    assert look(failed, AFTER_FAIL)[RECORDINGS] == ()


def test_the_motivation_file_goes_after_two_years_and_scores_verdict_and_register_stay(
    session, people, exam, object_store
):
    enter(session, exam.candidate, "certificate_b", "B-1", NOW.date(), people.officer, NOW)
    session.commit()
    before = {noun: session.scalar(select(func.count()).select_from(noun)) for noun in (Rating, Score, Verdict)}
    session.commit()
    assert night(AFTER_FILE) == done(1, 1)
    session.expire_all()
    row = session.get(Dossier, exam.id)
    assert {name: getattr(row, name) for name in erasing.BLANK} == erasing.BLANK
    for noun in erasing.WRITTEN:
        assert session.scalar(select(func.count()).select_from(noun).where(noun.dossier_id == exam.id)) == 0, noun
    assert object_store.keys("role-documents/") == []
    with pytest.raises(KeyGone):
        key_store().get(exam.id)
    assert (row.state, row.code) == (DossierState.APPROVED, exam.code)
    assert {noun: session.scalar(select(func.count()).select_from(noun)) for noun in before} == before
    assert session.scalars(select(Verdict)).one().passed
    assert session.scalars(select(Qualification.number).where(Qualification.key == "certificate_b")).one() == "B-1"
    session.commit()


def test_every_column_of_the_motivation_file_is_blanked_or_stays_on_purpose():
    """A new column with a person's words in it must not be forgotten."""
    stays = {"id", "code", "state", "created_at", "scheme_id", "organisation_id", "candidate_id", "manager_id"}
    stays |= {"manager_done_at", "manager_version", "candidate_version", "submitted_at", "rounds"}
    stays |= {"decided_at", "decided_by_id"}
    assert {column.key for column in Dossier.__table__.columns} == stays | set(erasing.BLANK)
    whole = {noun.__tablename__ for noun in erasing.WRITTEN}
    classes = (DataClass.DOSSIER, DataClass.ROLE_DOCUMENTS)
    # The portfolio belongs to an assessment, and goes with it (`expired`).
    elsewhere = {"dossier", "portfolio_document"}
    assert whole == {name for name, table in TABLES.items() if table.data_class in classes} - elsewhere


def test_an_objection_keeps_everything_until_it_is_ruled_on(session, people, exam):
    made = Objection(
        dossier_id=exam.id,
        against=Against.RESULT,
        decision_at=NOW,
        grounds="Nee.",
        received_at=NOW,
        state=ObjectionState.RECEIVED,
    )
    session.add(made)
    session.commit()
    assert look(exam, AFTER_FILE) == waits(
        (Stays.OBJECTION,), (Stays.OBJECTION,), (Stays.PERIOD, Stays.OBJECTION, Stays.CERTIFICATE)
    )
    assert night(AFTER_FILE) == done(0, 0)
    made.state, made.ground, made.ruling = ObjectionState.RULED, Ground.CONTENT, Ruling.UPHELD
    made.ruled_at, made.ruled_by_id, made.ruling_text = AFTER_FILE, people.officer.id, "Nee."
    session.commit()
    assert look(exam, AFTER_FILE) == waits((), (), (Stays.PERIOD, Stays.CERTIFICATE))


def test_a_hold_of_the_committee_keeps_everything_and_ends(session, people, exam):
    until = (AFTER_PASS + timedelta(days=10)).date()
    member = people.committee_member
    for words, rule in (((" ", until), Rule.NO_REASON), (("Onderzoek", AFTER_PASS.date()), Rule.NO_END)):
        with pytest.raises(Refused, match=f"^{rule}:"):
            hold(session, exam, *words, member, AFTER_PASS)
    with pytest.raises(Refused, match=f"^{Rule.TOO_LONG}:"):
        hold(session, exam, "Onderzoek", until.replace(year=2031), member, AFTER_PASS)
    made = hold(session, exam, "Onderzoek", until, member, AFTER_PASS)
    session.commit()
    assert look(exam, AFTER_PASS)[RECORDINGS] == (Stays.HOLD,)
    assert night(AFTER_PASS)["recordings"] == 0
    assert look(exam, AFTER_PASS + timedelta(days=11))[RECORDINGS] == ()
    made.lift(member, AFTER_PASS)
    with pytest.raises(Refused, match=f"^{Rule.LIFTED}:"):
        made.lift(member, AFTER_PASS)
    session.commit()
    assert look(exam, AFTER_PASS)[RECORDINGS] == ()


def test_the_sample_stays_until_the_audit_of_its_year_is_closed(session, people, object_store):
    exam = told_exam.told(session, people)
    assert look(exam, AFTER_PASS)[RECORDINGS] == (Stays.SAMPLE,), "while nothing was drawn all may be in it"
    night(AFTER_PASS)
    year = session.scalars(select(AuditYear)).one()
    assert (year.year, len(year.seed)) == (2026, 32)
    # A seed that draws this exam.
    year.seed = next(f"{n}" for n in range(10_000) if plan.is_sampled(f"{n}", exam.code, share(exam)))
    session.commit()
    assert look(exam, AFTER_FAIL) == waits((Stays.SAMPLE,), (Stays.PERIOD,), (Stays.PERIOD, Stays.CERTIFICATE))
    with pytest.raises(Refused, match=f"^{Rule.YEAR_RUNS}:"):
        year.close(people.auditor, AFTER_PASS)
    year.close(people.auditor, AFTER_FAIL)
    session.commit()
    assert look(exam, AFTER_FAIL)[RECORDINGS] == ()


def share(exam):
    return exam.scheme.content.retention.sample_share


def test_without_a_result_nothing_goes_and_other_ends_count_too(session, people, object_store):
    going_on = cast.sitting(session, people)
    rejected = cast.dossier(session, people, candidate=people.second_candidate)
    rejected.submit(people.second_candidate.id, NOW)
    session.flush()
    rejected.decide(DossierState.REJECTED, people.officer.id, "Te weinig.", NOW)
    session.commit()
    assert look(going_on.dossier, AFTER_FILE) == dict.fromkeys(Erasable, (Stays.GOING_ON,))
    assert look(rejected, NOW)[DOSSIER] == (Stays.PERIOD, Stays.OBJECTION_TERM)
    assert look(rejected, AFTER_FILE)[DOSSIER] == ()
    going_on.expire(NOW)
    session.commit()
    assert going_on.stage is Stage.EXPIRED
    assert look(going_on.dossier, AFTER_FAIL + timedelta(days=60))[RECORDINGS] == ()
    assert {one for what in Erasable for one in due(session, what, AFTER_FILE + timedelta(days=60))} == {
        going_on.dossier.id,
        rejected.id,
    }


@pytest.mark.parametrize("dies", ["delete_all", "sizes"])
def test_killed_half_way_it_goes_on_and_no_hold_can_stop_it(session, people, exam, object_store, monkeypatch, dies):
    real = getattr(ObjectStore, dies)

    def die(*_):
        raise ObjectError("the store is away")

    monkeypatch.setattr(ObjectStore, dies, die)
    with pytest.raises(ObjectError):
        night(AFTER_PASS)
    run = session.scalars(select(Run)).one()
    assert run.ended_at is None
    with pytest.raises(Refused, match=f"^{Rule.ERASING}:"):
        hold(session, exam, "Onderzoek", (AFTER_PASS + timedelta(days=10)).date(), people.committee_member, AFTER_PASS)
    session.rollback()
    monkeypatch.setattr(ObjectStore, dies, real)
    assert night(AFTER_PASS + timedelta(days=1)) == done(1, 0)
    assert object_store.keys("recordings/") == []
    session.expire_all()
    assert session.scalars(select(Run.ended_at)).all() == [AFTER_PASS + timedelta(days=1)]
    assert session.scalars(select(Destruction.at)).all() == [AFTER_PASS + timedelta(days=1)]
    session.commit()


def test_what_the_store_keeps_in_spite_of_it_is_an_error(session, exam, object_store, monkeypatch):
    monkeypatch.setattr(ObjectStore, "delete_all", lambda *_: None)
    with pytest.raises(ObjectError, match="still there"):
        night(AFTER_PASS)
    assert session.scalars(select(Destruction.at)).all() == [None]
    session.commit()


def test_what_the_store_does_not_let_go_of_keeps_nothing_else_waiting(session, exam, object_store, monkeypatch):
    real = ObjectStore.delete_all

    def not_films(store, keys):
        if any(key.startswith("recordings/") for key in keys):
            raise ObjectError("this one stays")
        real(store, keys)

    monkeypatch.setattr(ObjectStore, "delete_all", not_films)
    with pytest.raises(ObjectError, match="this one stays"):
        night(AFTER_FILE)
    acts = dict(session.execute(select(Destruction.what, Destruction.at)).all())
    assert acts == {RECORDINGS: None, DOSSIER: AFTER_FILE}
    assert session.scalars(select(Run.ended_at)).all() == [None]
    session.commit()
    monkeypatch.setattr(ObjectStore, "delete_all", real)
    assert night(AFTER_FILE) == done(1, 0)
    session.expire_all()
    assert session.scalars(select(Run.ended_at)).all() == [AFTER_FILE]
    session.commit()


def test_an_exam_is_erased_once_whoever_asks(session, exam):
    with session_scope() as other:
        run = begin_run(other, AFTER_PASS)
    assert erase(run.id, exam.id, RECORDINGS, AFTER_PASS)
    assert not erase(run.id, exam.id, RECORDINGS, AFTER_PASS)
    assert not erase(run.id, exam.id, DOSSIER, AFTER_PASS)
    assert session.scalar(select(func.count()).select_from(Destruction)) == 1
    session.commit()


def test_other_exams_keep_their_keys_and_objects(session, people, exam, object_store):
    other = told_exam.told(
        session,
        people,
        now=AFTER_PASS - timedelta(days=40),
        candidate=people.second_candidate,
        pack=session.scalars(select(told_exam.Sitting)).first().pack,
    )
    assert night(AFTER_PASS) == done(1, 0)
    take = told_exam.takes_of(session, other)[0]
    assert len(sealed.opened(take.renditions[0].key, take.id)) == told_exam.FILM
    assert session.scalar(select(func.count()).select_from(Rendition)) == 2
    assert session.scalar(select(func.count()).select_from(Original)) == 20
    assert session.scalar(select(func.count()).select_from(RoleDocument)) == 2
    assert session.scalar(select(func.count()).select_from(SelfAssessment)) == 16
    assert session.scalar(select(func.count()).select_from(Recording).where(Recording.erased_at.is_(None))) == 10
    session.commit()


def test_the_result_goes_after_seven_years_when_all_else_is_gone_and_the_register_answers_on(
    session, people, exam, object_store
):
    verdict = session.scalars(select(Verdict)).one()
    issued = issuing.issue(session, verdict, people.officer, NOW)
    made = Objection(
        dossier_id=exam.id, against=Against.RESULT, decision_at=NOW, grounds="Nee.", received_at=NOW, state="received"
    )
    session.add(made)
    session.flush()
    made.minute(people.committee_member, "Gesproken.", NOW)
    made.state, made.ground, made.ruling = ObjectionState.RULED, Ground.CONTENT, Ruling.UPHELD
    made.ruled_at, made.ruled_by_id, made.ruling_text = NOW, people.officer.id, "Nee."
    hold(session, exam, "Onderzoek", (NOW + timedelta(days=10)).date(), people.committee_member, NOW)
    other = told_exam.told(session, people, candidate=people.second_candidate, pack=verdict.sitting.pack, level=1)
    session.commit()
    before = of_each_table(session, exam), of_each_table(session, other)
    assert before[0] >= {"sitting", "answer", "recording", "original", "rating", "score", "verdict", "objection"}
    session.commit()
    assert night(AFTER_RESULT - timedelta(days=2)) == done(2, 2)
    assert look(exam, AFTER_RESULT - timedelta(days=2))[RESULT] == (Stays.PERIOD,)
    assert night(AFTER_RESULT) == done(0, 0, 2)
    session.expire_all()
    assert of_each_table(session, exam) == of_each_table(session, other) == set()
    assert (session.get(Dossier, exam.id).state, exam.manager_id) == (DossierState.ERASED, people.manager.id)
    assert (issued.state, issued.verdict_id, issued.name) == (CertificateState.VALID, None, people.candidate.name)
    assert list(session.scalars(certified_people("branchecertificaat_b", "B"))) == [people.candidate.id]
    act = session.scalars(
        select(Destruction).where(Destruction.what == RESULT, Destruction.dossier_id == exam.id)
    ).one()
    assert (act.at, str(act.due), act.objects) == (AFTER_RESULT, "2033-03-03", 0)
    counted = {one["table"]: one["rows"] for one in act.contents}
    assert (counted["answer"], counted["rating"], counted["verdict"], counted["retention_hold"]) == (10, 20, 1, 1)
    verbs = session.scalars(select(AuditEvent.verb).where(AuditEvent.subject == exam.id)).all()
    assert {"result_erasing", "result_erased"} <= set(verbs)
    session.commit()
    assert night(AFTER_RESULT) == done(0, 0)


def of_each_table(session, dossier) -> set[str]:
    """The tables in which something of this exam's result is."""
    return {one["table"] for one in results.contents(session, dossier)}


def test_a_result_waits_for_the_rest_and_for_its_certificate(session, people, exam, object_store):
    with session_scope() as other:
        run = begin_run(other, AFTER_RESULT)
    assert not erase(run.id, exam.id, RESULT, AFTER_RESULT)
    assert look(exam, AFTER_RESULT)[RESULT] == (Stays.CERTIFICATE,)
    issuing.issue(session, session.scalars(select(Verdict)).one(), people.officer, NOW)
    session.commit()
    assert look(exam, AFTER_RESULT)[RESULT] == (Stays.OTHER_PARTS,)
    assert night(AFTER_RESULT) == done(1, 1), "what goes tonight is not gone before it"
    assert night(AFTER_RESULT) == done(0, 0, 1)


def test_a_certificate_is_replaced_by_one_with_another_name_when_its_verdict_is_gone(session, people, exam):
    issued = issuing.issue(session, session.scalars(select(Verdict)).one(), people.officer, NOW)
    session.commit()
    night(AFTER_RESULT)
    night(AFTER_RESULT)
    session.expire_all()
    asked = changes.ask(
        session, issued, CertificateState.REPLACED, "Getrouwd.", people.officer, AFTER_RESULT, "Een Andere Naam"
    )
    made = asked.decide(True, people.second_officer, AFTER_RESULT)
    assert (made.name, made.earned_on, made.verdict_id) == ("Een Andere Naam", issued.earned_on, None)
    assert (made.person_id, made.replaces_id, made.state) == (people.candidate.id, issued.id, CertificateState.VALID)
    session.commit()


def test_whatever_hangs_on_an_exam_goes_with_its_result_or_stays_on_purpose(session):
    """A new table with something of an exam in it must not be forgotten. What is judged live has its own clock."""
    of_practice = {"practical_entry", "practical_result", "assessment", "assessment_sheet", "irregularity"}
    assert of_practice <= delete_expired(session, cast.NOW).keys()
    classes = (DataClass.EXAM, DataClass.SCORES, DataClass.VERDICTS, DataClass.RECORDINGS, DataClass.RENDITIONS)
    going = {noun.__tablename__ for noun in results.PARENTS}
    of_exams = {name for name, table in TABLES.items() if table.data_class in classes} - of_practice
    by_consent = {"benchmark", "agreed_score", "benchmark_work"}
    assert going == of_exams | {"recorder_place"} | by_consent
    assert {KEPT[one].months for one in classes[:3]} == {84}
    going_on = set(going)
    for name, table in Base.metadata.tables.items():
        ends = {key.column.table.name for key in table.foreign_keys}
        if ends & going - {name} and name not in going:
            going_on.add(name)
    assert going_on - going == {"certificate"}, "it rests on no verdict any more"
    place = {noun: number for number, noun in enumerate(results.PARENTS)}
    assert all(place[noun] < place.get(parent, 99) for noun, (_, parent) in results.PARENTS.items())
