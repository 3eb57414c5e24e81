"""The exam committee's table in Dutch: parts of exams and how they were found, irregularities, minutes."""

from storage.committee.content import ContentKind, LookOutcome
from storage.committee.irregularities import Effect, IrregularityKind, IrregularityState
from storage.committee.minutes import MinutesState

CONTENT_KINDS = {
    ContentKind.SCHEME: "Reglementen",
    ContentKind.SCENARIO: "Situaties",
    ContentKind.ITEMS: "Vragen van de online toets, per toetsterm",
}
LOOK_OUTCOMES = {LookOutcome.FINE: "in orde", LookOutcome.TO_CHANGE: "te veranderen"}
LOOK_TONES = {LookOutcome.FINE: "ok", LookOutcome.TO_CHANGE: "warn"}

CONTENT_ONE = {
    ContentKind.SCHEME: "Reglement",
    ContentKind.SCENARIO: "Situatie",
    ContentKind.ITEMS: "Vragen bij",
}
"""One of them, before its name in minutes."""

IRREGULARITIES = {
    IrregularityKind.FRAUD: "fraude",
    IrregularityKind.LEAK: "lek",
    IrregularityKind.OTHER: "iets anders",
}
CASE_STATES = {
    IrregularityState.OPENED: "geopend",
    IrregularityState.INVITED: "uitgenodigd voor een gesprek",
    IrregularityState.HEARD: "wacht op een besluit",
    IrregularityState.PROPOSED: "besluit voorgesteld",
    IrregularityState.DECIDED: "besloten",
    IrregularityState.OBJECTED: "bezwaar gemaakt",
    IrregularityState.DROPPED: "gesloten zonder gevolg",
}
CASE_STATES_OWN = CASE_STATES | {
    IrregularityState.HEARD: "de commissie besluit",
    IrregularityState.PROPOSED: "de commissie besluit",
}
CASE_TONES = {
    IrregularityState.OPENED: "accent",
    IrregularityState.INVITED: "accent",
    IrregularityState.HEARD: "warn",
    IrregularityState.PROPOSED: "warn",
    IrregularityState.DECIDED: "ok",
    IrregularityState.OBJECTED: "warn",
}
EFFECTS = {
    Effect.NOTHING: "geen gevolg",
    Effect.WARNED: "waarschuwing",
    Effect.NOT_PASSED: "de uitslag wordt: niet geslaagd",
    Effect.SUSPENDED: "het certificaat wordt geschorst",
    Effect.WITHDRAWN: "het certificaat wordt ingetrokken",
}
MINUTES_STATES = {
    MinutesState.DRAWN_UP: "wacht op een tweede lid",
    MinutesState.SIGNED: "getekend",
    MinutesState.REJECTED: "niet getekend",
}
MINUTES_TONES = {MinutesState.DRAWN_UP: "warn", MinutesState.SIGNED: "ok"}
