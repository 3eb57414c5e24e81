"""How an officer judges part 1 on the screen."""

CRITERIA = (
    "role_fits",
    "substantiation_is_personal",
    "motivation_and_goal",
    "star_with_manager",
    "star_with_colleague",
    "self_assessment_fits",
)


def take(visitor, dossier):
    return visitor.post(f"/bureau/dossiers/{dossier.id}/oppakken")


def judgement(wrong=(), reason="", **more):
    """What an officer sends: every criterion met, with a reason, save those that are wrong."""
    marks = {f"met_{key}": "no" if key in wrong else "yes" for key in CRITERIA}
    reasons = {f"reason_{key}": f"Reden bij {key}." for key in CRITERIA}
    return {**marks, **reasons, "reason": reason, **more}


def decide(visitor, dossier, decision, wrong=(), reason=""):
    take(visitor, dossier)
    return visitor.post(f"/bureau/dossiers/{dossier.id}/oordeel", judgement(wrong, reason, decision=decision))
