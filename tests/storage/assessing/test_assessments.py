"""Assessments from the request to the certificate: who judges, what is signed, what a third decides, who releases."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from support import assessments, cast
from support.assessments import MARKS
from support.pdf import pdf

from scenarios.assessment_time import TimeFault
from storage.assessing import portfolios, results, sheets
from storage.assessing.assessments import Assessment, AssessmentSheet, AssessmentState, Rule
from storage.assessing.portfolios import PortfolioDocument
from storage.base.refusal import Refused
from storage.base.steps import StepRule
from storage.certificates.signing_keys import current_key
from storage.people.people import Role
from storage.retention.expired import FILES_KEPT, RESULTS_KEPT, TESTS_KEPT, delete_expired

NOW = cast.NOW
BEGUN = NOW + timedelta(hours=3)
MOMENT = timedelta(seconds=1)
NO = {"found-1.1": "no", "reason-1.1": "Keek niet op het scherm."}


@pytest.fixture
def cast_(session, people):
    current_key(session, NOW)
    session.flush()
    return people


@pytest.fixture
def planned(session, cast_):
    row = assessments.asked(session, cast_, cast_.candidate)
    assessments.plan(session, cast_, row)
    return row


@pytest.fixture
def marked(session, cast_):
    row = assessments.asked(session, cast_, cast_.candidate, MARKS)
    assessments.plan(session, cast_, row)
    return row


def refused(rule, act, *values):
    with pytest.raises(Refused) as error:
        act(*values)
    assert error.value.rule == rule
    return error.value


def test_two_assessors_prove_every_competency_and_a_second_person_releases(session, cast_, planned):
    assessments.sign(planned, 0, BEGUN)
    assert planned.state is AssessmentState.PLANNED
    assessments.sign(planned, 1, BEGUN)
    assert (planned.state, planned.passed) == (AssessmentState.JUDGED, True)
    certificate = results.release(planned, cast_.officer, BEGUN)
    assert certificate.number.startswith("EVC-") and certificate.earned_on == NOW.date()
    assert certificate.person_id == cast_.candidate.id and planned.certificate_id == certificate.id
    assert certificate.first_by_id == cast_.assessors[0].id and certificate.issued_by_id == cast_.officer.id
    refused(Rule.CERTIFIED, assessments.asked, session, cast_, cast_.candidate)


def test_one_competency_that_is_not_proven_fails_the_whole_and_one_may_try_again(session, cast_, planned):
    for slot in (0, 1):
        assessments.sign(planned, slot, BEGUN, NO)
    assert planned.passed is False
    assert results.release(planned, cast_.officer, BEGUN) is None and planned.certificate is None
    assert assessments.asked(session, cast_, cast_.candidate).state is AssessmentState.REQUESTED


@pytest.mark.parametrize("third, passed", [("yes", True), ("no", False)])
def test_where_the_two_differ_a_third_decides_only_that(session, cast_, planned, third, passed):
    assessments.sign(planned, 0, BEGUN)
    assessments.sign(planned, 1, BEGUN, NO)
    assert planned.state is AssessmentState.DISPUTED
    refused(StepRule.NOT_ALLOWED, results.release, planned, cast_.officer, BEGUN)
    refused(Rule.SIGNED, planned.name_third, cast_.assessors[1], cast_.officer, BEGUN)
    planned.name_third(cast_.assessors[2], cast_.officer, BEGUN)
    sheet = planned.third
    assert sheets.criteria_of(sheet) == ("1.1",)
    refused(sheets.Rule.WRONG, sheets.write, sheet, {"found-1.2": "yes"})
    assessments.sign(planned, 2, BEGUN, {"found-1.1": third, "reason-1.1": "Zo was het."})
    assert (planned.state, planned.passed) == (AssessmentState.JUDGED, passed)
    assert planned.judgement["terms"][0]["criteria"][0]["by_slot"] == [True, False, passed]


@pytest.mark.parametrize("typing, objections, passed", [("97", "3", True), ("96,99", "3", False), ("100", "4", False)])
def test_norms_in_numbers_are_never_rounded(cast_, planned, typing, objections, passed):
    why = {"reason-2.5": "Te veel fouten.", "reason-3.3": "Te vaak."}
    for slot in (0, 1):
        assessments.sign(planned, slot, BEGUN, {"found-2.5": typing, "found-3.3": objections} | why)
    assert planned.passed is passed


def test_a_sheet_is_signed_when_it_is_whole_and_begun(cast_, planned):
    sheet = planned.sheets[0]
    refused(sheets.Rule.UNJUDGED, sheets.sign, sheet, BEGUN)
    sheets.write(sheet, assessments.whole(sheet))
    refused(sheets.Rule.NOT_YET, sheets.sign, sheet, NOW + timedelta(hours=2) - MOMENT)
    sheets.write(sheet, {"found-1.1": "no"})
    assert refused(sheets.Rule.NO_REASON, sheets.sign, sheet, BEGUN).found == "1.1"
    sheets.write(sheet, {"found-1.1": "yes", "until-1": ""})
    refused(sheets.Rule.NO_TIME, sheets.sign, sheet, BEGUN)
    sheets.write(sheet, {"until-1": "12:00"})
    sheets.sign(sheet, BEGUN)
    refused(sheets.Rule.CLOSED, sheets.write, sheet, {"remark": "Nog iets."})
    refused(sheets.Rule.CLOSED, sheets.sign, sheet, BEGUN)


@pytest.mark.parametrize(
    "times, fault",
    [
        ({"from-1": "09:00", "until-1": "15:01"}, TimeFault.TOO_LONG),
        ({"from-1": "12:00", "until-1": "09:00"}, TimeFault.BACKWARDS),
        ({"day-2": "2026-03-02", "from-2": "11:00", "until-2": "12:30"}, TimeFault.OVERLAP),
        (
            {
                f"{name}-{row}": text
                for row, day in ((2, "2026-03-03"), (3, "2026-03-04"))
                for name, text in (("day", day), ("from", "09:00"), ("until", "10:00"))
            },
            TimeFault.TOO_MANY_DAYS,
        ),
        ({"from-1": "09:00", "until-1": "15:00"}, None),
    ],
)
def test_the_whole_takes_at_most_six_hours_over_two_days(cast_, planned, times, fault):
    sheet = planned.sheets[0]
    sheets.write(sheet, assessments.whole(sheet, **times))
    if fault:
        refused(fault, sheets.sign, sheet, BEGUN)
    else:
        sheets.sign(sheet, BEGUN)
        assert sheet.signed_at == BEGUN


def test_marks_are_signed_by_the_committee_and_released_by_somebody_else(session, cast_, marked):
    assessments.sign(marked, 0, BEGUN, {"found-3.4": "5", "reason-3.4": "Reageerde niet op berichten."})
    assert (marked.state, marked.passed) == (AssessmentState.JUDGED, True)
    assert [term["counts"] for term in marked.judgement["terms"]] == ["7/1", "7/1", "7/1"]
    refused(results.Rule.NOT_ENDORSED, results.release, marked, cast_.officer, BEGUN)
    refused(results.Rule.SECOND_PERSON, results.endorse, marked, cast_.assessors[0], BEGUN)
    results.endorse(marked, cast_.committee_member, BEGUN)
    refused(results.Rule.SECOND_PERSON, results.release, marked, cast_.committee_member, BEGUN)
    certificate = results.release(marked, cast_.officer, BEGUN)
    assert certificate.number.startswith("MBO-") and certificate.first_by_id == cast_.committee_member.id


def test_a_core_task_below_the_pass_mark_is_made_good_by_no_other(cast_, marked):
    low = {f"found-1.{one}": "5" for one in (1, 2)} | {f"reason-1.{one}": "Te vaag." for one in (1, 2)}
    assessments.sign(marked, 0, BEGUN, low | {f"found-2.{one}": "10" for one in range(1, 6)})
    assert (marked.passed, marked.judgement["whole"]) == (False, "73/10")


def test_what_needs_no_signature_of_the_committee_gets_none(cast_, planned):
    for slot in (0, 1):
        assessments.sign(planned, slot, BEGUN)
    refused(StepRule.NOT_ALLOWED, results.endorse, planned, cast_.committee_member, BEGUN)
    refused(results.Rule.SECOND_PERSON, results.release, planned, cast_.assessors[1], BEGUN)


def test_what_was_sent_back_is_signed_anew_and_the_former_is_kept(session, cast_, planned):
    assessments.sign(planned, 0, BEGUN)
    assessments.sign(planned, 1, BEGUN, NO)
    planned.name_third(cast_.assessors[2], cast_.officer, BEGUN)
    assessments.sign(planned, 2, BEGUN)
    refused(Rule.NO_REASON, results.send_back, planned, " ", cast_.officer, BEGUN)
    results.send_back(planned, "Kijk naar het begin.", cast_.officer, BEGUN)
    assert planned.state is AssessmentState.PLANNED and planned.passed is None and planned.third is None
    assert [one.written["found-1.1"] for one in planned.sheets] == ["yes", "no"]
    for slot in (0, 1):
        assessments.sign(planned, slot, BEGUN + MOMENT)
    assert planned.state is AssessmentState.JUDGED
    assert len(session.scalars(select(AssessmentSheet)).all()) == 5


def test_who_judges_is_planned_with_care(session, cast_):
    row = assessments.asked(session, cast_, cast_.candidate)
    first, second, third = cast_.assessors
    then, where, officer = NOW + timedelta(hours=2), "Zaal Noord", cast_.officer
    refused(Rule.PAST, row.plan, [first, second], NOW, where, officer, NOW)
    refused(Rule.ASSESSORS, row.plan, [first, first], then, where, officer, NOW)
    refused(Rule.ASSESSORS, row.plan, [first, second, third], then, where, officer, NOW)
    refused(Rule.NOT_ASSESSOR, row.plan, [first, cast_.auditor], then, where, officer, NOW)
    tied = cast.person(session, "dubbel", "Dubbele Rol", Role.ASSESSOR, cast_.organisation)
    session.flush()
    refused(Rule.TIED, row.plan, [first, tied], then, where, officer, NOW)
    assert row.plan([first, second], then, where, officer, NOW) == [first, second]
    assert row.plan([second, first], then, where, officer, NOW) == [], "who is named keeps the own sheet"
    assert row.plan([first, third], then, where, officer, NOW) == [third]
    sheets.write(row.sheets[0], assessments.whole(row.sheets[0]))
    sheets.sign(row.sheets[0], BEGUN)
    refused(Rule.SIGNED, row.plan, [second, third], then, where, officer, BEGUN)
    assert row.plan([first, second], then, where, officer, BEGUN) == [second]


def test_who_may_take_part_and_only_once(session, cast_):
    row = assessments.asked(session, cast_, cast_.candidate)
    refused(Rule.TWICE, assessments.asked, session, cast_, cast_.candidate)
    away = cast_.outsider_organisation
    refused(
        Rule.NOT_OF_ORGANISATION,
        assessments.request,
        session,
        row.scheme,
        cast_.second_candidate,
        away,
        cast_.beheerder,
        NOW,
    )
    row.withdraw(cast_.beheerder, NOW)
    again = assessments.asked(session, cast_, cast_.candidate)
    assessments.plan(session, cast_, again)
    refused(Rule.BEGUN, again.withdraw, cast_.beheerder, BEGUN)
    again.cancel("De kandidaat kwam niet.", cast_.officer, BEGUN)
    refused(sheets.Rule.CLOSED, sheets.write, again.sheets[0], {"remark": "Te laat."})


def test_two_assessors_may_mark_where_the_scheme_says_so(session, cast_):
    row = assessments.asked(session, cast_, cast_.candidate, MARKS, assessors=2)
    assessments.plan(session, cast_, row)
    assessments.sign(row, 0, BEGUN, {"found-1.1": "6"})
    assessments.sign(row, 1, BEGUN)
    assert row.judgement["terms"][0]["criteria"][0] == {"number": "1.1", "by_slot": [6, 7], "counts": 7}


def test_a_portfolio_is_kept_sealed_judged_and_erased(session, cast_, planned, object_store):
    content = pdf()
    document = portfolios.put(planned, "Mijn bewijs.pdf", content, NOW)
    portfolios.attach(planned, "data", document, NOW)
    session.flush()
    assert portfolios.get(document) == content
    refused(portfolios.Rule.CLOSED, portfolios.remove, document, BEGUN)
    sheet = planned.sheets[0]
    sheets.write(sheet, assessments.whole(sheet, **{"portfolio-data": ""}))
    assert refused(sheets.Rule.PORTFOLIO, sheets.sign, sheet, BEGUN).found.startswith("Gegevens")
    for slot in (0, 1):
        assessments.sign(planned, slot, BEGUN, NO | {"portfolio-data": "yes"})
    assert planned.passed is False, "a portfolio proves nothing by itself"
    results.release(planned, cast_.officer, BEGUN)
    assert delete_expired(session, BEGUN + FILES_KEPT)["portfolio_document"] == 0
    assert delete_expired(session, BEGUN + FILES_KEPT + MOMENT)["portfolio_document"] == 1
    refused(portfolios.Rule.GONE, portfolios.get, document)
    session.expire_all()
    assert session.scalars(select(PortfolioDocument)).all() == [] and session.get(Assessment, planned.id)
    gone = delete_expired(session, BEGUN + RESULTS_KEPT + MOMENT)
    assert (gone["assessment"], gone["assessment_sheet"]) == (1, 2)


def test_a_portfolio_has_room_for_so_many_documents(session, cast_, planned):
    for _ in range(portfolios.MOST):
        assessments.document(session, planned, NOW)
    more = assessments.document(session, planned, NOW, "communication")
    session.expunge(more)
    refused(portfolios.Rule.FULL, portfolios.attach, planned, "data", more, NOW)


def test_what_was_called_off_goes_after_a_year(session, cast_, planned):
    planned.cancel("De kandidaat kwam niet.", cast_.officer, NOW)
    session.flush()
    assert delete_expired(session, NOW + TESTS_KEPT)["assessment"] == 0
    assert delete_expired(session, NOW + TESTS_KEPT + MOMENT)["assessment"] == 1
