"""What an exam's own regulation and situations say that a simulation of judging needs."""

from review import rule_reading
from review.batch import Mode, Panel
from review.panel_trials import Setting
from review.rules import CompetencyRule
from review.simulated_people import Spreads, form_of
from scenarios import catalogue, scheme
from scenarios.chapters import AssessmentRules
from storage.judging.progress import triggers_of


def setting(exam: scheme.Scheme, pack: catalogue.Pack, spreads: Spreads | None = None) -> Setting | None:
    """The setting of this exam with these situations; None where it is not judged on competencies."""
    rule = rule_reading.parse(exam.pass_rule)
    if not isinstance(rule, CompetencyRule) or exam.assessment is None:
        return None
    rules: AssessmentRules = exam.assessment
    return Setting(
        form=form_of([one.competencies for one in pack.scenarios], [one.key for one in exam.competencies]),
        rule=rule,
        panel=Panel(
            Mode(rules.allocation),
            len(pack.scenarios),
            rules.slots,
            rules.spread_minimum_assessors,
            rules.spread_maximum_answers,
        ),
        triggers=triggers_of(rules) if rules.slots == 2 else None,
        spreads=spreads or Spreads(),
    )
