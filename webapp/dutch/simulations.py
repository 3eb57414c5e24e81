"""Simulations of judging in Dutch: ways, steps and figures."""

from review.panel_ways import Step, Way

LINES: dict[str, str] = {
    Way.ONE: "één assessor",
    Way.TWO: "twee",
    Way.TWO_THIRD: "twee, een derde als zij verschillen",
    Way.NEAR_CUT: "ook een derde dicht bij een cesuur",
    Way.THREE: "drie",
    Way.SPREAD: "twee, gespreid",
    Way.SPREAD_THIRD: "twee, gespreid, een derde als zij verschillen",
    Way.NO_ERROR: "assessoren zonder fout (kan niet)",
    Step.AS_IT_IS: "zoals het nu is",
    Step.CALIBRATED: "gekalibreerd: fout × 0,7",
    Step.LOWER_CUT: "cesuur per competentie 0,25 lager",
    Step.SPREAD: "gespreid",
    Step.CALIBRATED_LOWER_CUT: "gekalibreerd, lagere cesuur",
    Step.CALIBRATED_SPREAD: "gekalibreerd, gespreid",
    Step.SPREAD_LOWER_CUT: "gespreid, lagere cesuur",
    Step.ALL: "alle drie",
}
FIGURES = {
    "accuracy": "Uitslag klopt (%)",
    "consistency_assessors": "Gelijk bij andere assessoren (%)",
    "consistency_answers": "Gelijk bij andere antwoorden (%)",
    "false_pass": "Onterecht geslaagd (%)",
    "false_fail": "Onterecht gezakt (%)",
    "failing_pass": "Van wie moest zakken, geslaagd (%)",
    "passing_fail": "Van wie moest slagen, gezakt (%)",
    "kappa": "Kappa",
    "base_rate": "Moest slagen (%)",
    "passed": "Geslaagd (%)",
    "undecided": "Zonder uitslag (%)",
    "price": "Beoordeelde antwoorden per kandidaat",
}
SUPPOSED = {
    "mean": "Gemiddeld niveau",
    "error": "Fout van assessoren",
    "drift": "Verloop",
    "unseen": "Deel niet waarneembaar",
    "cut": "Cesuur per competentie",
    "situations": "Aantal situaties",
}
