"""The exam committee's table in Dutch: parts of exams and how they were found."""

from storage.committee.content import ContentKind, LookOutcome

CONTENT_KINDS = {
    ContentKind.SCHEME: "Reglementen",
    ContentKind.SCENARIO: "Situaties",
    ContentKind.ITEMS: "Vragen van de online toets, per toetsterm",
}
LOOK_OUTCOMES = {LookOutcome.FINE: "in orde", LookOutcome.TO_CHANGE: "te veranderen"}
LOOK_TONES = {LookOutcome.FINE: "ok", LookOutcome.TO_CHANGE: "warn"}
