"""Audits in Dutch: how they stand, what was found, whose turn a finding is."""

from review.audit_sample import How, Reason
from scenarios.audit_guidelines import Found, Standing
from storage.audits.audits import AuditState
from storage.audits.findings import FindingState

AUDIT_STATES = {
    AuditState.PLANNED: "gepland",
    AuditState.HELD: "gehouden, verslag volgt",
    AuditState.REPORTED: "afgerond",
    AuditState.CANCELLED: "gaat niet door",
}
AUDIT_TONES = {AuditState.PLANNED: "accent", AuditState.HELD: "warn", AuditState.REPORTED: "ok"}
FINDING_STATES = {
    FindingState.OPEN: "open",
    FindingState.ANSWERED: "beantwoord",
    FindingState.CLOSED: "gesloten",
}
FINDING_TONES = {FindingState.OPEN: "warn", FindingState.ANSWERED: "accent", FindingState.CLOSED: "ok"}
STANDINGS = {Standing.OVERDUE: "te laat", Standing.SOON: "binnenkort", Standing.IN_TIME: "op tijd"}
STANDING_TONES = {Standing.OVERDUE: "danger", Standing.SOON: "warn", Standing.IN_TIME: "ok"}
FOUND = {Found.YES: "In orde", Found.NO: "Niet in orde", Found.NOT_APPLICABLE: "Niet van toepassing"}
SAMPLED = {How.CHANCE: "door toeval", How.RISK: "naar risico"}
SAMPLE_POINTS = {
    Reason.BASE: "ieder examen",
    Reason.FAILS: "hier zakken er meer dan elders",
    Reason.INCIDENTS: "meldingen of bezwaren",
    Reason.RETAKES: "opnieuw opgenomen door een storing",
    Reason.ALIKE: "onderbouwing lijkt op een andere",
    Reason.REPEATED: "assessor schreef elders precies hetzelfde",
    Reason.LONG_AGO: "organisatie langer dan een jaar zonder audit",
}
