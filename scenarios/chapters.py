"""The chapters of an exam scheme: one frozen dataclass for each table, with the bounds of every value.

Seconds, weeks and the like stand in the name of a value. Shares run from 0 to 1. Decimals are exact fractions.
What is `always` one value is how the product works; a rule that reads another value may open it.
"""

# ruff: noqa: RUF009 (`within`, `many` and `always` return dataclasses.field)

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from scenarios.judged_live import EVERY_CHANNEL, Channel, Point
from scenarios.reading import always, keyed, many, matching, within


class Evidence(StrEnum):
    """The ways in which a part of an exam is judged.

    A `portfolio` is the motivation file of candidate and manager; `competency_portfolio` is documents of any kind, each
    for a competency.
    """

    PORTFOLIO = "portfolio"
    RECORDED_ANSWERS = "recorded_answers"
    THEORY_TEST = "theory_test"
    LIVE_CHECKLIST = "live_checklist"
    COMPETENCY_PORTFOLIO = "competency_portfolio"
    LIVE_ASSESSMENT = "live_assessment"
    WORK_PROCESSES = "work_processes"


class Allocation(StrEnum):
    """`whole`: each assessor sees all answers of a candidate; `spread`: each answer has its own assessors."""

    WHOLE = "whole"
    SPREAD = "spread"


@dataclass(frozen=True, kw_only=True)
class Competency:
    """One of the competencies; `anchors` describe behaviour at the levels 1 to 5, in that order."""

    key: str = keyed()
    name: str
    anchors: tuple[str, ...] = many(5, 5)

    def anchor(self, level: int) -> str:
        return self.anchors[level - 1]

    @property
    def anchors_by_level(self) -> dict[int, str]:
        return dict(enumerate(self.anchors, 1))


@dataclass(frozen=True, kw_only=True)
class Part:
    """One part of an exam. The candidate may leave an `optional` one."""

    key: str = keyed()
    name: str
    evidence: Evidence
    description: str
    optional: bool = False


@dataclass(frozen=True, kw_only=True)
class Criterion:
    """One test term (toetsterm), such as 1.1; in other exams a criterion of a cluster, or a work process."""

    number: str
    text: str


@dataclass(frozen=True, kw_only=True)
class EndTerm:
    """One end term (eindterm) with the criteria that it covers; in other exams a cluster, or a core task."""

    key: str = keyed()
    name: str
    criteria: tuple[Criterion, ...] = many(1)


class IdentityCheck(StrEnum):
    """How it is made sure who sits there: not at all, or by a code that the organisation's supervisor reads out."""

    NONE = "none"
    CODE = "code"


class Planning(StrEnum):
    """When a candidate sits: in a window that opens with the invitation, or on a date that KSF publishes."""

    WINDOW = "window"
    DATES = "dates"


@dataclass(frozen=True, kw_only=True)
class SittingRules:
    """The values of a sitting.

    Names that end in _s are seconds. `extra_time` lists the factors that an accommodation may put on preparation and
    answer; `accommodation_clip_plays` counts for an accommodation and after a measured stall of `stall_s`.
    `emergency_s`: how long no server may be reached before the page offers the answers as files.
    `reminder_days` count back from the end of the window, or from the beginning of an exam date.
    """

    clip_plays: int = within(1, 5)
    accommodation_clip_plays: int = within(1, 5)
    stall_s: int = within(1, 30)
    preparation_s: int = within(0, 300)
    preparation_restarts: int = within(0, 5)
    answer_s: int = within(15, 600)
    minimum_answer_s: int = within(1, 60)
    warning_s: int = within(5, 60)
    takes: int = always(1)
    technical_retakes: int = within(0, 5)
    retake_replays_clip: bool
    window_days: int = within(1, 365)
    resume_hours: int = within(1, 720)
    break_after: int = within(1, 20)
    break_s: int = within(0, 3600)
    self_rating: bool
    practice: bool = always(True)
    extra_time: tuple[Fraction, ...] = many(1, 6, low=Fraction(1), high=Fraction(4))
    accommodation_request_days: int = within(0, 90)
    emergency_s: int = within(10, 86400, 600)
    text_prompt: bool = True
    identity_check: IdentityCheck = IdentityCheck.NONE
    planning: Planning = Planning.WINDOW
    reminder_days: tuple[int, ...] = many(0, 6, low=Fraction(0), high=Fraction(60), default=(7, 3, 1))


@dataclass(frozen=True, kw_only=True)
class AssessmentRules:
    """How recorded answers are judged. `third_difference` is a difference between two competency means, in levels.

    `third_near_cut`: a third assessor judges too where what the first two found together is so many levels or less
    from a cut; 0 is never.

    From `benchmark_recordings` benchmark answers on (0: never) nobody judges without a test over `calibration_answers`
    of them, in which these shares of the scores are exact, and within one level; it holds for `calibration_days`.
    `transcript`: a program on the institution's own machines writes down what is said, as an aid beside the film.
    """

    scenarios: int = within(1, 40)
    minimum_scenarios_per_competency: int = within(1, 40)
    lowest_level: int = always(1)
    highest_level: int = always(5)
    not_observable: bool = always(True)
    slots: int = within(1, 3)
    allocation: Allocation
    spread_minimum_assessors: int = within(2, 20)
    spread_maximum_answers: int = within(1, 40)
    third_when_verdicts_differ: bool
    third_difference: Fraction = within("0.5", 4)
    third_near_cut: Fraction = within(0, 1, default=Fraction(0))
    second_phase: bool = always(True)
    evidence_per_score: int = within(0, 5)
    lease_hours: int = within(1, 240)
    calibration_days: int = within(1, 1095)
    benchmark_recordings: int = within(0, 100)
    calibration_answers: int = within(1, 40, default=10)
    calibration_exact: Fraction = within(0, 1, default=Fraction(1, 2))
    calibration_within_one: Fraction = within(0, 1, default=Fraction(4, 5))
    conflict_months: int = within(0, 120)
    assessor_maximum_answers: int = within(1, 1000, default=150)
    assessor_daily_answers: int = within(1, 1000, default=60)
    transcript: bool = False


USUAL_WEEKS_IN_JOB = 12


@dataclass(frozen=True, kw_only=True)
class ChecklistRules:
    """How a practical test is taken: about how long, from how many conversations, by which channels, in which ways.

    `advised_weeks_in_job`: before the end of how many weeks in the job KSF advises the exam; 0 is no advice.
    `certificate_key` is what who passed has from then on ("": as the letters of the certificate say), and
    `conflict_months` for how long an employer that somebody left still counts as a bond. `points` are the lines of the
    checklist; a scheme from before there were any has none.
    """

    duration_minutes: int = within(5, 480)
    minimum_conversations: int = within(1, 20)
    checklists: int = within(1, 10)
    ways: tuple[str, ...] = many(1, 6)
    advised_months_after_theory: int = within(0, 24)
    advised_weeks_in_job: int = within(0, 104, USUAL_WEEKS_IN_JOB)
    assessors: int = within(1, 3)
    certificate_key: str = ""
    conflict_months: int = within(0, 120, 24)
    channels: tuple[Channel, ...] = many(1, 3, EVERY_CHANNEL)
    points: tuple[Point, ...] = many(0, 100, ())


@dataclass(frozen=True, kw_only=True)
class LocationRules:
    """How a location is looked at before an exam: what must be in order there, and how many days that look counts."""

    check_days: int = within(1, 730, default=180)
    items: tuple[str, ...] = many(
        1,
        20,
        default=(
            "De ruimte is rustig. Niemand loopt binnen.",
            "Het internet werkt en blijft werken, ook als meer mensen het gebruiken.",
            "Er is een computer die werkt, met camera en microfoon als het examen die nodig heeft.",
            "Er is iemand die vooraf kijkt wie de kandidaat is, met een geldig identiteitsbewijs.",
            "Er is iemand die toezicht houdt en weet wat te doen als iets niet werkt.",
            "De online omgeving is op deze computer geprobeerd en werkt.",
        ),
    )


@dataclass(frozen=True, kw_only=True)
class Terms:
    """Time limits of the procedure, in the unit that the name says."""

    result_working_days: int = within(1, 60)
    objection_weeks: int = within(1, 26)
    ruling_weeks: int = within(1, 26)
    release_by_second_person: bool = always(True)
    remark_may_lower: bool
    certificate_valid_months: int = within(0, 600)


@dataclass(frozen=True, kw_only=True)
class Retention:
    """How long recordings are kept; `sample_share` of them, drawn with a seed, until the audit of that year closes."""

    passed_months: int = within(0, 120)
    failed_months: int = within(0, 120)
    sample_share: Fraction = within(0, 1)
    benchmark_needs_consent: bool


@dataclass(frozen=True, kw_only=True)
class Visibility:
    candidate_sees_manager_text: bool
    manager_sees_motivation: bool = always(False)
    manager_sees_stars: bool = always(False)
    organisation_sees_scores: bool = always(False)
    organisation_sees_costs: bool
    assessor_sees_manager_text: bool = always(False)
    least_shown: int = within(2, 50, default=5)


@dataclass(frozen=True, kw_only=True)
class Block:
    """One of the numbered blocks of a certificate supplement."""

    number: int = within(1, 7)
    heading: str
    paragraphs: tuple[str, ...] = many(1)


@dataclass(frozen=True, kw_only=True)
class Supplement:
    """The certificate supplement in one language, in the seven blocks of Europass.

    `title` is the heading of the page; `disclaimer` says that it is no legal document.
    """

    language: str = matching(r"nl|en|fr", "nl, en of fr")
    title: str
    disclaimer: str
    blocks: tuple[Block, ...] = many(7, 7)


@dataclass(frozen=True, kw_only=True)
class Award:
    """The certificate of an exam: `letters` begin its number. How long it counts is one of the terms."""

    letters: str = matching(r"[A-Z]{1,4}", "een tot vier hoofdletters")


@dataclass(frozen=True, kw_only=True)
class Task:
    """A task beside the ordinary work that makes someone a candidate."""

    key: str = keyed()
    name: str


class FilePart(StrEnum):
    """The parts of a motivation file, as it is judged and, when KSF sends it back, opened again."""

    ROLE = "role"
    SUBSTANTIATION = "substantiation"
    MOTIVATION = "motivation"
    STAR_MANAGER = "star_manager"
    STAR_COLLEAGUE = "star_colleague"
    SELF_ASSESSMENT = "self_assessment"


CANDIDATE_PARTS = tuple(part for part in FilePart if part is not FilePart.SUBSTANTIATION)
"""The parts that the candidate writes; the manager writes the substantiation."""


@dataclass(frozen=True, kw_only=True)
class FileCriterion:
    """One criterion of part 1: about which part of the file, and the questions that an officer asks of it."""

    key: str = keyed()
    name: str
    part: FilePart
    questions: tuple[str, ...] = many(1)


@dataclass(frozen=True, kw_only=True)
class Documents:
    """The requirements of a motivation file. `word_guide` is the advised length of one STAR box, least and most.

    `criteria` are what KSF judges it by, in a claim of `claim_hours`, within `answer_working_days` of its handing in.
    `same_text_share` is how much two substantiations may be alike.
    """

    tasks: tuple[Task, ...] = many(1)
    minimum_tasks: int = within(0, 10)
    minimum_years: int = within(0, 40)
    stars_with_manager: int = always(1)
    stars_with_colleague: int = always(1)
    level_per_competency: bool
    star_per_competency: bool
    word_guide: tuple[int, ...] = many(2, 2, low=Fraction(1), high=Fraction(2000))
    manager_minimum_words: int = within(0, 1000)
    same_text_share: Fraction = within(0, 1)
    criteria: tuple[FileCriterion, ...] = many(0, default=())
    claim_hours: int = within(1, 240, default=8)
    answer_working_days: int = within(1, 60, default=10)


@dataclass(frozen=True, kw_only=True)
class Text:
    """A Dutch text for the candidate. Who agrees to one agrees to this version of it."""

    key: str = keyed()
    version: int = within(1, 9999)
    title: str
    paragraphs: tuple[str, ...] = many(1)


@dataclass(frozen=True, kw_only=True)
class Question:
    """A question that the sources leave open. `answer` says in words what is done, beside what its settings say."""

    key: str
    text: str
    answer: str = ""


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Where a value comes from: a source, or (without one) a choice, perhaps answering an open question."""

    path: str
    label: str
    unit: str = ""
    source: str = ""
    question: str = ""

    @property
    def choice(self) -> bool:
        return not self.source


def letters_of(award: Award | None) -> str:
    """How the number of a certificate begins; "" in a scheme of before there were numbers."""
    return award.letters if award else ""


def key_of(rules: ChecklistRules | None) -> str:
    """What who passed a practical test has; "" where the scheme does not say it."""
    return rules.certificate_key if rules else ""
