"""When a rating is complete, in both phases."""

import json

import pytest

from review.rating import (
    Gap,
    Missing,
    Phase,
    Score,
    StarSentence,
    TimeCode,
    counting,
    evidence_from_json,
    may_open_dossier,
    missing,
)

VISIBLE = ("sensitivity", "oral_language")
SEEN = Score(level=3, evidence=(TimeCode(12.5),))
UNSEEN = Score(not_observable=True, reason="De kandidaat bleef stil.")
SENTENCE = StarSentence("manager", "A", 2)


def test_a_level_with_evidence_and_a_reasoned_not_observable_may_be_signed():
    assert not missing(VISIBLE, {"sensitivity": SEEN, "oral_language": UNSEEN}, Phase.BLIND, answer_s=90)


def test_every_visible_competency_needs_a_score():
    assert missing(VISIBLE, {}, Phase.BLIND) == tuple(Missing(Gap.NO_SCORE, key) for key in VISIBLE)


@pytest.mark.parametrize(
    ("score", "gaps"),
    [
        (Score(), [Gap.NO_SCORE]),
        (Score(remark="later", evidence=(TimeCode(1),)), [Gap.NO_SCORE]),
        (Score(level=3), [Gap.TOO_LITTLE_EVIDENCE]),
        (Score(level=3, remark="goed"), [Gap.TOO_LITTLE_EVIDENCE]),
        (Score(level=6, evidence=(TimeCode(1),)), [Gap.LEVEL_OFF_SCALE]),
        (Score(level=0), [Gap.LEVEL_OFF_SCALE, Gap.TOO_LITTLE_EVIDENCE]),
        (Score(level=3, evidence=(TimeCode(90.1),)), [Gap.EVIDENCE_NOT_THERE]),
        (Score(level=3, evidence=(TimeCode(-1),)), [Gap.EVIDENCE_NOT_THERE]),
        (Score(level=3, evidence=(TimeCode(1), SENTENCE)), [Gap.EVIDENCE_NOT_THERE]),
        (Score(level=3, evidence=(TimeCode(0), TimeCode(90))), []),
        (Score(not_observable=True), [Gap.NO_REASON]),
        (Score(not_observable=True, reason="  "), [Gap.NO_REASON]),
        (Score(level=2, not_observable=True, reason="stil"), [Gap.LEVEL_AND_NOT_OBSERVABLE]),
    ],
)
def test_what_a_blind_score_lacks(score, gaps):
    found = missing(["sensitivity"], {"sensitivity": score}, Phase.BLIND, answer_s=90)
    assert [item.gap for item in found] == gaps


def test_a_scheme_may_ask_more_evidence_or_none():
    one, none = {"sensitivity": SEEN}, {"sensitivity": Score(level=3)}
    assert missing(["sensitivity"], one, Phase.BLIND, evidence_per_score=2)
    assert not missing(["sensitivity"], none, Phase.BLIND, evidence_per_score=0)


def test_a_competency_that_the_scenario_does_not_show_is_not_scored():
    scores = {"sensitivity": SEEN, "oral_language": SEEN, "persuasion": SEEN}
    assert missing(VISIBLE, scores, Phase.BLIND) == (Missing(Gap.NOT_VISIBLE, "persuasion"),)


LOCKED = {"sensitivity": SEEN, "oral_language": UNSEEN}


def test_phase_2_may_leave_everything_as_it_was():
    assert not missing(VISIBLE, {}, Phase.DOSSIER, LOCKED)
    assert not missing(VISIBLE, LOCKED, Phase.DOSSIER, LOCKED)


@pytest.mark.parametrize(
    "change",
    [
        {"sensitivity": Score(level=4, evidence=(SENTENCE,))},
        {"sensitivity": Score(not_observable=True, reason="stil")},
        {"oral_language": Score(level=1, evidence=(TimeCode(3),), change_reason=" ")},
    ],
)
def test_a_change_in_phase_2_needs_a_reason(change):
    ((key, score),) = change.items()
    assert missing(VISIBLE, change, Phase.DOSSIER, LOCKED) == (Missing(Gap.NO_CHANGE_REASON, key),)
    reasoned = Score(score.level, score.not_observable, score.reason, score.evidence, change_reason="Zie de STAR.")
    assert not missing(VISIBLE, {key: reasoned}, Phase.DOSSIER, LOCKED)
    assert counting(LOCKED, {key: reasoned}) == {**LOCKED, key: reasoned}
    assert LOCKED == {"sensitivity": SEEN, "oral_language": UNSEEN}


def test_more_evidence_for_the_same_level_is_no_change():
    more = Score(level=3, evidence=(TimeCode(12.5), SENTENCE))
    assert not missing(VISIBLE, {"sensitivity": more}, Phase.DOSSIER, LOCKED)


def test_phase_2_rests_on_a_locked_phase_1():
    assert missing(VISIBLE, LOCKED, Phase.DOSSIER) == tuple(Missing(Gap.NOT_LOCKED, key) for key in VISIBLE)


@pytest.mark.parametrize(
    ("signed", "opens"),
    [
        ([Phase.BLIND] * 10, True),
        ([Phase.BLIND] * 9 + [None], False),
        ([Phase.DOSSIER] + [Phase.BLIND] * 9, True),
        ([], False),
    ],
)
def test_the_stars_open_when_all_own_answers_are_signed(signed, opens):
    assert may_open_dossier(signed) is opens


@pytest.mark.parametrize("item", [TimeCode(12.25), SENTENCE])
def test_evidence_survives_json(item):
    assert evidence_from_json(json.loads(json.dumps(item.to_json()))) == item
