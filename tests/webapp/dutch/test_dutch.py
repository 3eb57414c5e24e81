"""Everything that a person can meet has a Dutch word, and moments and numbers read as in Dutch."""

import re
from datetime import UTC, datetime
from enum import StrEnum
from fractions import Fraction
from pathlib import Path

import pytest

import storage
from scenarios.quality import FaultKind
from scenarios.sitting import Stage
from storage.base.jobs import JobState
from storage.base.migrate import nouns
from storage.base.refusal import Refused
from storage.dossier.dossiers import DossierState, StarKind
from storage.exam.recordings import RecordingState
from storage.people.outbox import MailState
from storage.people.people import Role
from webapp.dutch import events, formats, refusals, states, terms
from webapp.exam import figures

ROOT = Path(storage.__file__).parents[1]


ONE_WORD = {"hooguit": "hoogstens", "ten hoogste": "hoogstens", "maximaal": "hoogstens", "tenminste": "ten minste"}
"""Words of which a person reads one and the same: left what is not used, right what is."""


def test_one_thing_has_one_word():
    kinds = {".py", ".html", ".js", ".txt", ".typ", ".toml"}
    files = [one for folder in ("webapp", "scenarios") for one in (ROOT / folder).rglob("*") if one.suffix in kinds]
    assert len(files) > 300
    found = [
        (str(path.relative_to(ROOT)), word)
        for path in files
        if "vendor" not in path.parts
        for word in re.findall(rf"\b({'|'.join(ONE_WORD)})\b", path.read_text(), re.IGNORECASE)
    ]
    assert found == [], ONE_WORD


@pytest.mark.parametrize(
    "table, enum",
    [
        (states.ROLES, Role),
        (states.DOSSIER_STATES, DossierState),
        (states.RECORDING_STATES, RecordingState),
        (states.JOB_STATES, JobState),
        (states.MAIL_STATES, MailState),
        (terms.STAR_KINDS, StarKind),
        (states.STAGES, Stage),
        (terms.FAULTS, FaultKind),
    ],
)
def test_every_state_has_a_word(table: dict, enum: type[StrEnum]):
    assert set(table) == set(enum)


def test_every_event_in_the_log_has_a_name():
    """Every verb that the nouns write, found in their source text."""
    source = "\n".join(path.read_text() for package in ("storage", "webapp") for path in (ROOT / package).rglob("*.py"))
    calls = re.findall(r"(?:audit\.record|self\._record)\((?:[^()]|\([^()]*\))*?f?\"([a-z_0-9{}.]+)\"", source)
    verbs = {verb for verb in calls if "{" not in verb and "_" in verb}
    assert len(verbs) > 5
    assert verbs <= set(events.EVENTS)
    possible = {f"dossier_{one}" for one in DossierState if one not in ("writing",)}
    possible |= {f"recording_{one}" for one in RecordingState} | {f"sitting_{one}" for one in Stage}
    assert possible <= set(events.EVENTS)


def test_everything_in_the_log_has_a_name():
    tables = set(nouns().metadata.tables)
    assert {"person", "dossier", "sitting", "answer", "recording", "rating", "verdict", "job"} <= set(events.SUBJECTS)
    assert set(events.SUBJECTS) <= tables


def test_every_refusal_is_a_sentence_that_says_what_to_do():
    for rule, sentence in refusals.REFUSALS.items():
        assert sentence[0].isupper(), rule
        assert sentence.rstrip().endswith("."), rule


def test_an_unknown_refusal_still_reads():
    class Odd(StrEnum):
        ODD = "odd"

    assert refusals.refusal(Refused(Odd.ODD)) == "Dit kan nu niet. Laad de pagina opnieuw."


@pytest.mark.parametrize("code", [400, 401, 403, 404, 405, 413, 415, 429, 500, 418, 503])
def test_every_error_page_has_a_title_and_a_text(code):
    title, text = refusals.http_error(code)
    assert title
    assert text.endswith(".")


def test_moments_are_those_of_amsterdam():
    summer, winter = datetime(2026, 7, 1, 22, 30, 5, tzinfo=UTC), datetime(2026, 11, 21, 13, 3, tzinfo=UTC)
    assert formats.moment(summer) == "donderdag 2 juli 2026, 00:30"
    assert formats.moment(winter) == "zaterdag 21 november 2026, 14:03"
    assert formats.second(summer) == "00:30:05"


@pytest.mark.parametrize(
    "found, words",
    [
        (formats.length(80), "1 minuut 20"),
        (formats.length(45), "45 seconden"),
        (formats.length(1), "1 seconde"),
        (formats.length(120), "2 minuten"),
        (formats.length(59.7), "1 minuut"),
        (formats.timecode(91.9), "1:31"),
        (formats.money(25000), "€ 250,00"),
        (formats.money(1505), "€ 15,05"),
        (formats.number(Fraction(11, 4)), "2,75"),
        (formats.size(512), "512 bytes"),
        (formats.size(2_900_000), "2,9 MB"),
        (figures.offset(0.4), "gelijk"),
        (figures.offset(40), "geluid 40 milliseconden later dan beeld"),
    ],
)
def test_numbers_read_as_in_dutch(found, words):
    assert found == words


def test_nothing_is_said_of_what_could_not_be_measured():
    assert figures.measured({}) == []
    assert figures.measured({"readable": False, "seconds": None}) == [("Bestand", "niet te lezen")]
    assert figures.sessions({}) == []


def test_what_began_later_is_told_with_its_place():
    taken = {"took": "live", "why": "slices_unreadable", "page_s": None, "slices": None, "live": None}
    told = figures.decision({"decision": taken | {"added": [{"after_s": 62.96, "by": "sound"}]}})
    assert told[-1] == (
        "Later begonnen opname",
        "vanaf 1 minuut 3, gelijkgezet met het geluid in de live-verbinding",
    )


def test_what_the_live_road_filled_is_told():
    found = {"took": "both", "why": "gaps", "page_s": None, "slices": None, "live": None, "cut_s": 3.0, "by": "sound"}
    told = dict(figures.decision({"decision": found | {"filled_s": {"picture": 1.04, "sound": 0}}}))
    assert told["Gebruikt"] == "de stukken van de browser, aangevuld met de live-verbinding"
    assert told["Aangevuld"] == "1,0 s beeld, 0,0 s geluid"
