"""Tables of steps: what they let through, and that each of them can be gone through."""

from enum import StrEnum

import pytest
from support import cast

from storage.base.audit import AuditEvent
from storage.base.refusal import Refused
from storage.base.steps import StepRule, check_step, going_on, table
from storage.certificates import certificates
from storage.dossier import dossiers
from storage.dossier.dossiers import DossierState
from storage.judging import objections
from storage.planning import bookings, practical_results, practical_sessions, theory_tests
from storage.retention import requests


class Light(StrEnum):
    RED = "red"
    GREEN = "green"
    OFF = "off"


STEPS = table(Light, {Light.RED: {Light.GREEN, Light.OFF}, Light.GREEN: [Light.RED]})


def test_a_table_has_a_row_for_every_state_and_knows_its_ends():
    assert {Light.RED: {Light.GREEN, Light.OFF}, Light.GREEN: {Light.RED}, Light.OFF: frozenset()} == STEPS
    assert going_on(STEPS) == (Light.RED, Light.GREEN)


@pytest.mark.parametrize("now_in", Light)
@pytest.mark.parametrize("wanted", Light)
def test_only_what_the_table_has_is_a_step(now_in, wanted):
    if wanted in STEPS[now_in]:
        check_step(STEPS, now_in, wanted)
    else:
        with pytest.raises(Refused) as caught:
            check_step(STEPS, now_in, wanted)
        assert (caught.value.rule, caught.value.found, caught.value.needed) == (StepRule.NOT_ALLOWED, now_in, wanted)


@pytest.mark.parametrize(
    "noun",
    [dossiers, objections, bookings, practical_sessions, practical_results, theory_tests, certificates, requests],
)
def test_every_state_of_a_noun_can_be_reached_from_its_first(noun):
    (first, *_), reached = noun.STEPS, set()
    front = {first}
    while front:
        reached |= front
        front = {to for state in front for to in noun.STEPS[state]} - reached
    by_time = {DossierState.ERASED} & set(noun.STEPS)
    assert reached == set(noun.STEPS) - by_time
    assert set(going_on(noun.STEPS)) != set(noun.STEPS)


def test_a_step_is_a_row_of_the_log_and_one_that_is_refused_is_none(session, people):
    dossier = cast.dossier(session, people)
    dossier.state = DossierState.WRITING
    session.flush()
    with pytest.raises(Refused):
        dossier.take_step(DossierState.APPROVED, people.officer.id, cast.NOW)
    dossier.take_step(DossierState.SUBMITTED, people.candidate.id, cast.NOW, version=3)
    session.flush()
    rows = session.query(AuditEvent).filter_by(subject=dossier.id).all()
    assert [(row.verb, row.actor, row.facts) for row in rows if row.verb.startswith("dossier_")] == [
        ("dossier_submitted", people.candidate.id, {"was": "writing", "version": 3})
    ]
    assert dossier.state is DossierState.SUBMITTED
