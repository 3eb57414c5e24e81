"""The words that templates have: each a filter with a Dutch name."""

from collections.abc import Callable, Mapping
from typing import Any

from scenarios.readiness import Standing
from webapp.dutch.events import EVENTS, JOBS, SUBJECTS
from webapp.dutch.formats import (
    advice,
    advised,
    clock,
    date_only,
    day,
    exam_date,
    length,
    moment,
    money,
    number,
    percent,
    second,
    sentence,
    size,
    timecode,
)
from webapp.dutch.states import (
    BOOKING_STATES,
    BOOKING_TONES,
    CERTIFICATES,
    DOSSIER_STATES,
    DOSSIER_TONES,
    ENTRY_OUTCOMES,
    ENTRY_TONES,
    HINDRANCES,
    JOB_STATES,
    JOB_TONES,
    MAIL_STATES,
    MAIL_TONES,
    NODE_STATES,
    NODE_TONES,
    OBJECTION_STATES,
    READINESS,
    RECORDING_STATES,
    RECORDING_TONES,
    REQUEST_STATES,
    REQUEST_TONES,
    ROLES,
    SESSION_STATES,
    SESSION_TONES,
    STAGES,
    THEORY_STATES,
    THEORY_STATES_OUTSIDE,
)
from webapp.dutch.terms import (
    AGAINST,
    CAUSES,
    CONFLICTS,
    ERASABLE,
    FAULTS,
    FIELDS,
    FILE_PARTS,
    FLAGS,
    GROUNDS,
    MODES,
    OUTCOMES,
    RULINGS,
    STAR_KINDS,
    STAYS,
    WANTED,
    part,
    qualification,
)


def _name_of(table: Mapping[Any, Any]) -> Callable[[object], str]:
    return lambda key: table[key]


def _tone_of(table: Mapping[Any, str]) -> Callable[[object], str]:
    return lambda key: table.get(key, "neutral")


def readiness(found: Standing) -> str:
    """The advice about a location, or until when its check counts."""
    return READINESS[found.readiness][2].format(until=found.until and date_only(found.until))


FILTERS: dict[str, Callable[..., Any]] = {
    "dag": day,
    "advies": advice,
    "advieszin": lambda told: sentence(advised(told)),
    "sessiestand": _name_of(SESSION_STATES),
    "sessiekleur": _tone_of(SESSION_TONES),
    "hindernis": _name_of(HINDRANCES),
    "datum": date_only,
    "examendatum": exam_date,
    "aanvraagstand": _name_of(BOOKING_STATES),
    "aanvraagkleur": _tone_of(BOOKING_TONES),
    "locatiestand": lambda found: READINESS[found.readiness][:2],
    "locatieadvies": readiness,
    "toetsstand": _name_of(THEORY_STATES),
    "toetsstand_buiten": _name_of(THEORY_STATES_OUTSIDE),
    "certificaat": _name_of(CERTIFICATES),
    "klok": clock,
    "moment": moment,
    "seconde": second,
    "duur": length,
    "tijdcode": timecode,
    "geld": money,
    "getal": number,
    "rol": _name_of(ROLES),
    "dossierstand": _name_of(DOSSIER_STATES),
    "opnamestand": _name_of(RECORDING_STATES),
    "taakstand": _name_of(JOB_STATES),
    "dossierkleur": _tone_of(DOSSIER_TONES),
    "opnamekleur": _tone_of(RECORDING_TONES),
    "taakkleur": _tone_of(JOB_TONES),
    "serverstand": _name_of(NODE_STATES),
    "serverkleur": _tone_of(NODE_TONES),
    "mailstand": _name_of(MAIL_STATES),
    "mailkleur": _tone_of(MAIL_TONES),
    "zitting": _name_of(STAGES),
    "omvang": size,
    "onderwerp": lambda table: SUBJECTS.get(table, table.replace("_", " ")),
    "uitkomst": lambda outcome: ENTRY_OUTCOMES[outcome][0],
    "uitkomstkleur": _tone_of(ENTRY_TONES),
    "starsoort": _name_of(STAR_KINDS),
    "onderdeel": part,
    "veld": _name_of(FIELDS),
    "deel": _name_of(FILE_PARTS),
    "besluit": _name_of(OUTCOMES),
    "toelating": qualification,
    "procent": percent,
    "zin": sentence,
    "fout": _name_of(FAULTS),
    "bezwaargrond": _name_of(CONFLICTS),
    "oorzaak": _name_of(CAUSES),
    "verdeelwijze": _name_of(MODES),
    "melding": _name_of(FLAGS),
    "bezwaartegen": _name_of(AGAINST),
    "bezwaarstand": _name_of(OBJECTION_STATES),
    "bezwaarover": _name_of(GROUNDS),
    "uitspraak": _name_of(RULINGS),
    "gevraagd": _name_of(WANTED),
    "verzoekstand": _name_of(REQUEST_STATES),
    "verzoekkleur": _tone_of(REQUEST_TONES),
    "vernietigbaar": _name_of(ERASABLE),
    "blijft": _name_of(STAYS),
    "taak": lambda kind: JOBS.get(kind, kind),
    "gebeurtenis": lambda verb: EVENTS.get(verb, verb.replace("_", " ")),
}
