"""A practical test by checklist: an examiner marks every point of it, over all conversations of one candidate together.

Sources: "Eind- en toetstermen voor de praktijktoets": at least three conversations, one checklist, points for each end
term with a minimum, and the candidate knows of it beforehand. That a point which was not given needs a reason, and that
what did not occur may be asked in a closing question, are choices.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from review.rules import Outcome, RuleError, TermRule


@dataclass(frozen=True)
class Form:
    """The empty checklist of one exam, with what must be there before it is signed.

    `points`: each point with the key of its term. `askable`: the points that may be asked in a closing question.
    `channels` and `ways`: by which a conversation may go, and by which the examiner may follow it.
    Raises RuleError when the points of a term are not as many as the rule counts.
    """

    points: Mapping[str, str]
    askable: frozenset[str]
    rule: TermRule
    minimum_conversations: int
    channels: frozenset[str]
    ways: frozenset[str]

    def __post_init__(self) -> None:
        terms = list(self.points.values())
        known = {term.key: term.max for term in self.rule.terms}
        problems = [f"unknown term {key!r}" for key in sorted(set(terms) - known.keys())]
        problems += [
            f"term {key!r} has {terms.count(key)} points, and the rule counts {most}"
            for key, most in known.items()
            if terms.count(key) != most
        ]
        problems += [f"unknown point {key!r} may be asked" for key in sorted(self.askable - self.points.keys())]
        if problems:
            raise RuleError(problems)


@dataclass(frozen=True)
class PointMark:
    """What the examiner says of one point: `given` None until it is judged, `reason` why it was not given.

    `asked`: it did not occur in the conversations, and the examiner judged the answer to a closing question.
    """

    given: bool | None = None
    reason: str = ""
    asked: bool = False

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Conversation:
    """One conversation that the examiner followed. The moments are aware; either may be absent until it is written."""

    channel: str
    way: str
    began_at: datetime | None = None
    ended_at: datetime | None = None
    remark: str = ""


@dataclass(frozen=True)
class Sheet:
    """One candidate's checklist as it stands. `conversations` by their own keys; `told_at`: when the candidate knew."""

    marks: Mapping[str, PointMark]
    conversations: Mapping[str, Conversation]
    told_at: datetime | None


@dataclass(frozen=True)
class Total:
    """One term so far. `most` is what it can still become, `critical` says that no point of it may be missed."""

    term: str
    given: int
    most: int
    needed: int
    max: int
    critical: bool

    @property
    def out_of_reach(self) -> bool:
        """True when the minimum of this term can no longer be reached."""
        return self.most < self.needed


@dataclass(frozen=True)
class Missed:
    """A point that was not given, and why."""

    point: str
    term: str
    reason: str
    asked: bool


@dataclass(frozen=True)
class Judgement:
    """The outcome of a whole checklist, with every missed point in the order of the form."""

    outcome: Outcome
    totals: tuple[Total, ...]
    missed: tuple[Missed, ...]


class Gap(StrEnum):
    """Why a checklist cannot be signed yet."""

    NOT_TOLD = "candidate_not_told"
    TOLD_TOO_LATE = "candidate_told_too_late"
    TOO_FEW = "too_few_conversations"
    CONVERSATION = "conversation_not_whole"
    NOT_JUDGED = "points_not_judged"
    NO_REASON = "points_without_reason"
    NOT_ASKABLE = "points_not_to_be_asked"
    UNKNOWN = "points_unknown"


@dataclass(frozen=True)
class Lack:
    """One gap. `subjects`: the points or conversations that it is about; `needed`: how many conversations."""

    gap: Gap
    subjects: tuple[str, ...] = ()
    needed: int | None = None


def totals(form: Form, marks: Mapping[str, PointMark]) -> tuple[Total, ...]:
    """Every term as it stands, also while points are not judged yet. A mark for an unknown point counts nowhere."""
    found = []
    for term in form.rule.terms:
        own = [marks.get(key, PointMark()).given for key, owner in form.points.items() if owner == term.key]
        given, most = own.count(True), own.count(True) + own.count(None)
        found.append(Total(term.key, given, most, term.min, term.max, term.critical))
    return tuple(found)


def lacks(form: Form, sheet: Sheet, starts_at: datetime) -> tuple[Lack, ...]:
    """All that keeps this checklist from being signed; empty when it may be.

    `starts_at`: when the candidate's session began, before which the candidate must have known of it. A conversation
    counts when it is whole: an allowed channel and way, and an end after its beginning.
    """
    marks = sheet.marks
    partial = [key for key, one in sheet.conversations.items() if not _whole(form, one)]
    points = {
        Gap.NOT_JUDGED: [key for key in form.points if marks.get(key, PointMark()).given is None],
        Gap.NO_REASON: _of(form, marks, lambda one: one.given is False and not one.reason.strip()),
        Gap.NOT_ASKABLE: [key for key in _of(form, marks, lambda one: one.asked) if key not in form.askable],
        Gap.UNKNOWN: [key for key in marks if key not in form.points],
    }
    found = []
    if sheet.told_at is None:
        found.append(Lack(Gap.NOT_TOLD))
    elif sheet.told_at >= starts_at:
        found.append(Lack(Gap.TOLD_TOO_LATE))
    if len(sheet.conversations) - len(partial) < form.minimum_conversations:
        found.append(Lack(Gap.TOO_FEW, needed=form.minimum_conversations))
    if partial:
        found.append(Lack(Gap.CONVERSATION, tuple(partial)))
    return (*found, *(Lack(gap, tuple(keys)) for gap, keys in points.items() if keys))


def judge(form: Form, marks: Mapping[str, PointMark]) -> Judgement:
    """The rule applied to a whole checklist. Raises RuleError when a point is not judged or is not on the form."""
    problems = [f"point {key!r} is not judged" for key in form.points if marks.get(key, PointMark()).given is None]
    problems += [f"unknown point {key!r}" for key in marks if key not in form.points]
    if problems:
        raise RuleError(problems)
    found = totals(form, marks)
    missed = tuple(
        Missed(key, term, marks[key].reason, marks[key].asked)
        for key, term in form.points.items()
        if not marks[key].given
    )
    return Judgement(form.rule.judge({one.term: one.given for one in found}), found, missed)


def _whole(form: Form, one: Conversation) -> bool:
    if one.channel not in form.channels or one.way not in form.ways:
        return False
    return one.began_at is not None and one.ended_at is not None and one.began_at < one.ended_at


def _of(form: Form, marks: Mapping[str, PointMark], holds: Callable[[PointMark], bool]) -> list[str]:
    return [key for key in form.points if key in marks and holds(marks[key])]
