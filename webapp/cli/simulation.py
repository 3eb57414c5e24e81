"""`flask simulate-panel`: what ways of judging are worth, by invented candidates whose levels are known."""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import click

from scenarios import brought
from scenarios.catalogue import parse_pack
from scenarios.scheme import parse

if TYPE_CHECKING:
    from review.panel_trials import Setting
    from review.reliability import Estimate
    from review.simulated_figures import Figures

WHOLE, SMALL = (40_000, 6), (1_200, 1)
"""Candidates, and how often work is shared out: for the tables that count, and for those that a test makes again."""
SEED = 20261130
COLUMNS = {
    "accuracy": "right",
    "consistency_assessors": "same again: other assessors",
    "consistency_answers": "other answers too",
    "false_pass": "false pass",
    "false_fail": "false fail",
    "failing_pass": "of failing, pass",
    "passing_fail": "of passing, fail",
    "kappa": "kappa",
    "base_rate": "truly pass",
    "price": "answers judged",
}
NAMES = {
    "one": "one assessor",
    "two": "two",
    "two_third": "two, a third where they differ",
    "near_cut": "the same, and a third near a cut",
    "three": "three",
    "spread": "two, answers spread",
    "spread_third": "two, spread, a third where they differ",
    "no_error": "no error of assessors at all",
    "as_it_is": "as it is",
    "calibrated": "calibrated: error × 0.7",
    "lower_cut": "cut of a competency 0.25 lower",
    "step_spread": "spread",
    "calibrated_lower_cut": "calibrated, lower cut",
    "calibrated_spread": "calibrated, spread",
    "spread_lower_cut": "spread, lower cut",
    "all_steps": "all three",
}


@click.command("simulate-panel")
@click.option("--exam", help="Key of an exam that Vignet brings along; without it the first that has situations.")
@click.option("--candidates", type=click.IntRange(120, 200_000), default=6000, help="How many are invented.")
@click.option("--seed", type=click.IntRange(0), default=SEED, help="The same seed gives the same figures.")
@click.option("--mean", type=click.FloatRange(1, 5), default=3.1, help="Mean level of the candidates.")
@click.option("--error", type=click.FloatRange(0, 3), default=1.0, help="All error of assessors times this.")
@click.option("--drift", type=click.FloatRange(0, 2), default=0.0, help="Spread of how far severity moves, in levels.")
@click.option("--unseen", type=click.FloatRange(0, 0.9), default=0.0, help="Share of scores that is not observable.")
@click.option("--cut", help='Cut of each competency that is used, such as "2.0"; what is meant stays as it is.')
@click.option("--situations", type=click.IntRange(1, 24), help="Another number of situations.")
@click.option("--steps", is_flag=True, help="Not the ways of judging, but the steps on that of the regulation.")
@click.option("--csv", "as_csv", is_flag=True, help="As CSV, with the interval of each figure.")
@click.option("--write", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Fill the tables of FILE.")
def simulate_panel(
    exam: str | None,
    candidates: int,
    seed: int,
    steps: bool,
    as_csv: bool,
    write: Path | None,
    cut: str | None,
    situations: int | None,
    **spreads: float,
) -> None:
    """How often verdicts are right, by invented candidates and assessors under the rules of the exam."""
    if write:
        write.write_text(filled(write.read_text(), {"whole": WHOLE, "small": SMALL}))
        return
    setting = changed(setting_of(exam), cut, situations, **spreads)
    # For few candidates sharing out takes longer than all else.
    allocations = min(WHOLE[1], max(1, candidates // 1000))
    found = figures_of(setting, "steps" if steps else "ways", candidates, seed, allocations, bar=True)
    if as_csv:
        out = csv.writer(sys.stdout)
        out.writerow(("row", "figure", "value", "low", "high", "candidates"))
        for name, row in found.items():
            out.writerows((name, key, one.value, one.low, one.high, one.n) for key, one in vars(row).items())
        return
    click.echo("\n".join(table(found)))
    click.echo("\n".join(advice(found, steps)))


def setting_of(exam: str | None = None) -> Setting:
    """The setting of an exam that Vignet brings along, or of the first that has situations.

    Raises ClickException where there is none to simulate.
    """
    from storage.committee.panel_settings import setting

    known = brought.with_situations()
    exam = exam or known[0]
    if exam not in known:
        raise click.ClickException(f"There is no exam {exam!r} with situations. There are: {', '.join(known)}.")
    file = brought.scheme_file(exam)
    content = parse(file.read_bytes())
    found = setting(content, parse_pack(file.with_name(brought.PACK).read_bytes(), content))
    if found is None:
        raise click.ClickException(f"{exam} is not judged on competencies, so its panel cannot be simulated.")
    return found


def changed(setting: Setting, cut: str | None, situations: int | None, error: float, **spreads: float) -> Setting:
    """The setting with what was asked. Raises ClickException for a cut that is no exact number on the scale."""
    people = replace(setting.spreads, **spreads).with_error(error)
    setting = replace(setting, spreads=people)
    if cut is not None:
        if not re.fullmatch(r"[1-5](\.[0-9]{1,2})?", cut) or Fraction(cut) > 5:
            raise click.ClickException('A cut is a number from 1 to 5 with at most two decimals, such as "2.25".')
        used = replace(setting.rule, competency_min=Fraction(cut))
        setting = replace(setting, rule=used, meant=setting.rule)
    if situations is not None:
        try:
            form = setting.form.longer(situations)
        except ValueError:
            form = None
        if form is None or form.fewest < setting.rule.observed_min:
            raise click.ClickException(
                f"{situations} situations do not ask every competency {setting.rule.observed_min} times, as a verdict "
                f"needs. Try {len(setting.form.situations)}."
            )
        setting = replace(setting, form=form)
    return setting


def figures_of(
    setting: Setting, which: str, candidates: int, seed: int, allocations: int, bar: bool = False
) -> dict[str, Figures]:
    """Of the ways of judging, or of the steps, every figure by name."""
    from review.simulate_panel import simulate_all
    from review.simulated_figures import figures

    trials = setting.steps() if which == "steps" else setting.ways()
    with click.progressbar(length=1000, label="simulating", file=sys.stderr, hidden=not bar) as shown:
        found = simulate_all(
            trials, candidates, seed, lambda share: shown.update(round(1000 * share) - shown.pos), allocations
        )
    return {name: figures(counts) for name, counts in found.items()}


def table(found: Mapping[str, Figures]) -> Iterator[str]:
    """In Markdown, a line each; ± is half of the 95 % interval."""
    yield f"| | {' | '.join(COLUMNS.values())} |"
    yield f"|---|{'---|' * len(COLUMNS)}"
    for name, row in found.items():
        yield f"| {NAMES[name]} | {' | '.join(_cell(key, getattr(row, key)) for key in COLUMNS)} |"


def reason(found: Mapping[str, Figures], best: str) -> str:
    """Why this one: it reaches the aim, or nothing does."""
    from review.panel_trials import AIM
    from review.simulated_figures import reaching

    if best in reaching(found, AIM):
        return f"It is the cheapest that reaches {AIM:.2f}."
    return f"None reaches {AIM:.2f}; it is the cheapest within 0.01 of the most accurate."


def filled(text: str, sizes: Mapping[str, tuple[int, int]]) -> str:
    """A document with the tables between its marks made anew: `<!-- whole ways -->` to `<!-- end -->`."""
    setting = setting_of()

    def made(found: re.Match[str]) -> str:
        size, which = found[1], found[2]
        if size not in sizes:
            return found[0]
        candidates, allocations = sizes[size]
        rows = figures_of(setting, which, candidates, SEED, allocations)
        return "\n".join((f"<!-- {size} {which} -->", *table(rows), *advice(rows, which == "steps"), "<!-- end -->"))

    return re.sub(r"<!-- (whole|small) (ways|steps) -->\n.*?<!-- end -->", made, text, flags=re.DOTALL)


def advice(found: Mapping[str, Figures], steps: bool) -> Iterator[str]:
    """Which way is recommended; of steps, which reach the aim."""
    from review.panel_trials import AIM
    from review.simulated_figures import reaching, recommended

    yield ""
    best = recommended({name: one for name, one in found.items() if name != "no_error"}, AIM)
    reached = reaching(found, AIM)
    if steps and reached:
        yield f"Reaches {AIM:.2f}, fewest false passes first: {'; '.join(NAMES[name] for name in reached)}."
    elif steps:
        yield f"No step reaches {AIM:.2f}."
    else:
        yield f"Recommended: {NAMES[best]}. {reason(found, best)}" if best else "Nothing was counted."


def _cell(key: str, one: Estimate) -> str:
    if one.value is None:
        return "none"
    if key == "price":
        return f"{one.value:.1f}"
    if one.low is None or one.high is None:
        return f"{one.value:.3f}"
    return f"{one.value:.3f} ± {(one.high - one.low) / 2:.3f}"
