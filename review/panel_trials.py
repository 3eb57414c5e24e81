"""Which ways of judging a simulation compares, and which steps it tries on the way of the exam's own regulation."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from review.adjudication import Triggers
from review.batch import Mode, Panel
from review.panel_ways import STEPS, Step, Way
from review.reliability import Estimate
from review.rules import LEVEL_MIN, CompetencyRule
from review.simulate_panel import Procedure, Trial
from review.simulated_figures import Figures
from review.simulated_people import Form, Spreads

AIM = 0.90
"""The share of right verdicts that is aimed at."""
CALIBRATED = 0.7
"""What calibration may leave of the error of assessors: an assumption, to be replaced by what calibration shows."""
LOWER_CUT = Fraction(1, 4)
"""So far below the cut that is meant the cut of each competency is set, where the two are set apart: the lowest of
eight noisy means lies below the lowest level."""
BAND = Fraction(1, 4)
"""Within this far of a cut a third assessor looks, where that is tried."""


@dataclass(frozen=True)
class Setting:
    """What is simulated: the form and rule of an exam, how it shares out work, and people as they are supposed to be.

    `meant`: the rule that true levels are held against, where it is another than the one that gives verdicts.
    """

    form: Form
    rule: CompetencyRule
    panel: Panel
    triggers: Triggers | None
    spreads: Spreads = field(default_factory=Spreads)
    meant: CompetencyRule | None = None
    band: Fraction = BAND

    def ways(self) -> dict[str, Trial]:
        """Every way of judging under this rule."""
        two = replace(self.triggers or Triggers(True, Fraction(3, 2)), near_cut=None)
        known = {
            Way.ONE: self._procedure(1, None, Mode.WHOLE),
            Way.TWO: self._procedure(2, None, Mode.WHOLE),
            Way.TWO_THIRD: self._procedure(2, two, Mode.WHOLE),
            Way.NEAR_CUT: self._procedure(2, replace(two, near_cut=self.band), Mode.WHOLE),
            Way.THREE: self._procedure(3, None, Mode.WHOLE),
            Way.SPREAD: self._procedure(2, None, Mode.SPREAD),
            Way.SPREAD_THIRD: self._procedure(2, two, Mode.SPREAD),
        }
        found: dict[str, Trial] = {way: self._trial(one) for way, one in known.items()}
        found[Way.NO_ERROR] = replace(found[Way.TWO], spreads=self.spreads.with_error(0))
        return found

    def steps(self) -> dict[str, Trial]:
        """The way of the regulation, and every step on it."""
        own = self._procedure(self.panel.slots, self.triggers if self.panel.slots == 2 else None, self.panel.mode)
        return {step: self._stepped(self._trial(own), made_of) for step, made_of in STEPS.items()}

    def _stepped(self, trial: Trial, made_of: frozenset[Step]) -> Trial:
        if Step.CALIBRATED in made_of:
            trial = replace(trial, spreads=trial.spreads.with_error(CALIBRATED))
        if Step.SPREAD in made_of and trial.procedure.slots > 1:
            trial = replace(trial, procedure=replace(trial.procedure, mode=Mode.SPREAD))
        if Step.LOWER_CUT in made_of:
            least = max(Fraction(LEVEL_MIN), trial.true_rule.competency_min - LOWER_CUT)
            trial = replace(trial, rule=replace(trial.rule, competency_min=least))
        return trial

    def _procedure(self, slots: int, third: Triggers | None, mode: Mode) -> Procedure:
        return Procedure(
            slots, third, mode, least_assessors=self.panel.least_assessors, most_answers=self.panel.most_answers
        )

    def _trial(self, procedure: Procedure) -> Trial:
        return Trial(procedure, self.spreads, self.form, self.rule, self.meant or self.rule)


def to_plain(found: Mapping[str, Figures]) -> dict[str, Any]:
    """Figures as JSON can hold them: of each [value, low, high, n]."""
    return {
        name: {key: [one.value, one.low, one.high, one.n] for key, one in vars(figures).items()}
        for name, figures in found.items()
    }


def from_plain(data: Mapping[str, Any]) -> dict[str, Figures]:
    """The inverse of `to_plain`."""
    return {name: Figures(**{key: Estimate(*one) for key, one in figures.items()}) for name, figures in data.items()}
