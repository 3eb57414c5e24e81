"""Samples of exams in the database: what is known of each, kept with the seed, and drawn again the same."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from support import audits_to_see, cast

from review.audit_sample import How, Reason
from storage.audits import samples
from storage.audits.samples import AuditSample, draw_sample, known_of
from storage.base.audit import AuditEvent
from storage.base.refusal import Refused
from storage.exam.recordings import latest_take
from storage.judging.flags import FlagKind, raise_flag
from storage.judging.progress import decide
from storage.judging.ratings import own_ratings
from storage.judging.scores import Remark

NOW = cast.NOW
DAY = timedelta(days=1)
SAME = "De kandidaat vat rustig samen wat er is gezegd."


@pytest.fixture
def exams(session, people):
    """Four finished exams of four candidates of one organisation."""
    pack, made = cast.pack(session, NOW), []
    for number in range(4):
        who = cast.person(
            session, f"toets{number}", f"Kandidaat {number}", cast.Role.CANDIDATE, people.organisation, NOW
        )
        made.append(cast.finished_sitting(session, people, NOW - (number + 1) * timedelta(hours=2), who, pack))
    session.flush()
    return made


def known(session, people, exams):
    rows = {one.code: one for one in known_of(session, people.organisation, NOW.year, NOW + DAY)}
    return [rows[one.dossier.code] for one in exams]


def test_what_is_known_of_an_exam(session, people, exams):
    for sitting in exams[:3]:
        cast.rate(session, sitting, people.assessors[0], 1, now=NOW)
        rating = own_ratings(session, sitting, people.assessors[0])[0]
        rating.remarks = [Remark(at_s=1, text=SAME, created_at=NOW), Remark(at_s=2, text="Goed.", created_at=NOW)]
    cast.rate(session, exams[0], people.assessors[1], 2, now=NOW)
    exams[0].dossier.alike_share = 0.9
    flagged = own_ratings(session, exams[1], people.assessors[0])[0]
    raise_flag(session, flagged, FlagKind.WELFARE, "Zegt niet meer te slapen.", NOW)
    latest_take(session, exams[2].answers[0]).take = 2
    verdict = decide(session, exams[0], NOW)
    verdict.confirm(people.officer, NOW)
    verdict.release(people.committee_member, NOW)
    audit = audits_to_see.held(session, people.organisation, people.auditor, people.officer, NOW)
    audit.held_on = (NOW - 9 * DAY).date()
    session.flush()
    first, second, third, fourth = known(session, people, exams)
    assert (first.passed, first.alike, first.repeated, first.incidents) == (verdict.passed, True, True, 0)
    assert (second.incidents, second.retakes, second.repeated, second.passed) == (1, 0, True, None)
    assert (third.retakes, third.alike) == (1, False)
    assert (fourth.repeated, fourth.incidents, fourth.retakes) == (False, 0, 0)
    assert {one.audited_days_ago for one in (first, second, third, fourth)} == {10}


def test_other_years_and_organisations_are_no_part_of_it(session, people, exams):
    assert len(known_of(session, None, NOW.year, NOW + DAY)) == 4
    assert known_of(session, people.outsider_organisation, NOW.year, NOW + DAY) == []
    assert known_of(session, None, NOW.year - 1, NOW + DAY) == []
    exams[0].finished_at = datetime(NOW.year - 1, 12, 31, 22, 59, tzinfo=UTC)
    session.flush()
    assert len(known_of(session, None, NOW.year - 1, NOW)) == 1


@pytest.mark.both_databases
def test_the_same_seed_gives_the_same_sample_also_after_everything_changed(session, people, exams):
    def drawn(seed="een seed"):
        return draw_sample(session, people.organisation, NOW.year, 1, 2, seed, people.auditor, NOW + DAY)

    first, second = drawn(), drawn()
    assert first.lines == second.lines == first.again()
    assert [one.how for one in first.lines] == [How.CHANCE, How.RISK, How.RISK]
    assert all(one.points[Reason.LONG_AGO] == 1 for one in first.lines)
    for one in exams:
        one.dossier.alike_share, one.finished_at = 0.95, NOW - 700 * DAY
    session.flush()
    session.expire_all()
    kept = session.get(AuditSample, first.id)
    assert kept.again() == kept.lines
    kept.seed = "een andere seed dan eerst"
    session.flush()
    events = session.scalars(select(AuditEvent).where(AuditEvent.verb == "audit_sample_drawn")).all()
    assert [one.facts["exams"] for one in events] == [4, 4]


def test_a_changed_sample_is_noticed(session, people, exams):
    row = draw_sample(session, None, NOW.year, 1, 1, "", people.auditor, NOW + DAY)
    assert len(row.seed) == 32 and row.again() == row.lines
    row.chosen = [row.chosen[1], row.chosen[0]]
    assert row.again() != row.lines


def test_nothing_to_draw_or_too_much_is_refused(session, people, exams):
    for numbers, year, rule in (
        ((0, 0), NOW.year, samples.Rule.TOO_FEW),
        ((150, 51), NOW.year, samples.Rule.TOO_FEW),
        ((-1, 3), NOW.year, samples.Rule.TOO_FEW),
        ((1, 1), NOW.year - 3, samples.Rule.NO_EXAMS),
    ):
        with pytest.raises(Refused) as found:
            draw_sample(session, None, year, *numbers, "", people.auditor, NOW)
        assert found.value.rule is rule
